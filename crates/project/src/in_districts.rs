//! Where conflicts lie: the district that holds most of each. Read and shared out when first asked for.

use crate::api::{ClassTally, DistrictFigures, DistrictRow, Problem, Tally};
use crate::detail::Asked;
use crate::districts::{District, Districts};
use crate::inbox::Order;
use crate::names::LayerNames;
use crate::outcome::Cut;
use crate::problem::{self, no_result};
use crate::progress::Meter;
use crate::project::Open;
use crate::rounding::Cell;
use lantu_engine::{ConflictKind, FaceId};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

/// What is called the district of what lies in none.
const NOWHERE: &str = "-";

/// The districts of a cut and the one of each conflict.
#[derive(Debug)]
pub(crate) struct InDistricts {
    districts: Districts,
    of_conflict: Vec<u32>,
    order: OnceLock<Order>,
}

impl InDistricts {
    /// Reads the districts of what is open and looks where its conflicts lie.
    pub(crate) fn of(open: &Open, cut: &Cut) -> Result<Self, Problem> {
        let plan = open.plan.districts.as_ref().ok_or_else(|| {
            problem::nothing_there(
                ["项目没有写明行政区图层。", "The project names no layer of districts."],
                [
                    "请在项目文件中写上 [districts]，见 docs/file-formats.md。",
                    "Write [districts] into the project file, see docs/file-formats.md.",
                ],
            )
        })?;
        let stop = AtomicBool::new(false);
        let meter = Meter::of_export(&|_| {}, &stop);
        let names: &LayerNames = &open.names;
        let districts = Districts::of(plan, names, &open.inputs, cut, &meter)?;
        let most = |faces: &[FaceId]| most(&districts, cut, faces);
        let of_conflict = cut.conflicts.iter().map(|conflict| most(&conflict.faces)).collect();
        Ok(Self { districts, of_conflict, order: OnceLock::new() })
    }

    /// Returns the districts with what of each face lies in which.
    pub(crate) fn districts(&self) -> &Districts {
        &self.districts
    }

    /// Returns the place of a conflict's district in the list.
    pub(crate) fn at(&self, conflict: u32) -> u32 {
        self.of_conflict[conflict as usize]
    }

    /// Returns a conflict's district.
    pub(crate) fn district(&self, conflict: u32) -> &District {
        &self.districts.list[self.at(conflict) as usize]
    }

    /// Returns whether a conflict lies in the district of a code or in one within it.
    pub(crate) fn lies_in(&self, conflict: u32, code: &str) -> bool {
        let own = &self.district(conflict).code;
        if code == NOWHERE { own.is_empty() } else { !own.is_empty() && own.starts_with(code) }
    }

    /// Returns the conflicts district by district, the largest of each first.
    pub(crate) fn order(&self, cut: &Cut) -> Order {
        let sorted = || {
            let mut order: Vec<u32> = (0..cut.conflicts.len() as u32).collect();
            order.sort_by_key(|&index| (self.at(index), Reverse(cut.conflicts[index as usize].area2)));
            order.into()
        };
        self.order.get_or_init(sorted).clone()
    }
}

/// Of a district: all conflicts and those open, and the classes; count and doubled area.
type Figures<'a> = ([(u32, i128); 2], BTreeMap<&'a str, (u32, Cell)>);

/// The district that holds most of some faces.
fn most(districts: &Districts, cut: &Cut, faces: &[FaceId]) -> u32 {
    let mut sums: BTreeMap<u32, i128> = BTreeMap::new();
    for part in faces.iter().flat_map(|&face| districts.of_face(cut, face)) {
        *sums.entry(part.district).or_default() += part.cell.area2;
    }
    let largest = sums.into_iter().max_by_key(|&(district, area2)| (area2, Reverse(district)));
    largest.map_or(districts.list.len() as u32 - 1, |(district, _)| district)
}

/// Returns what a district is called in requests: its code, or `-` for none.
pub(crate) fn code(district: &District) -> String {
    if district.code.is_empty() { NOWHERE.to_owned() } else { district.code.clone() }
}

impl Asked<'_> {
    /// Returns where the conflicts lie; worked out once per run.
    pub(crate) fn in_districts(self) -> Result<Arc<InDistricts>, Problem> {
        let open = self.open.ok_or_else(no_result)?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        found.districts.get(|| InDistricts::of(open, &self.outcome.cut))
    }

    /// Returns every district's figures.
    pub(crate) fn district_figures(self) -> Result<DistrictFigures, Problem> {
        let lying = self.in_districts()?;
        let (cut, blueprint) = (&self.outcome.cut, &self.outcome.blueprint);
        let count = lying.districts.list.len();
        let mut sums = vec![[(0u32, 0i128); 2]; count];
        for (index, conflict) in (0u32..).zip(&cut.conflicts) {
            let state = self.inbox.state(self.outcome, index);
            if conflict.kind == ConflictKind::Gap || state == "compatible" {
                continue;
            }
            let of = if state == "open" { 2 } else { 1 };
            for sum in sums[lying.at(index) as usize].iter_mut().take(of) {
                *sum = (sum.0 + 1, sum.1 + conflict.area2);
            }
        }
        let mut classes: Vec<BTreeMap<&str, (u32, Cell)>> = vec![BTreeMap::new(); count];
        for patch in &blueprint.patches {
            let class = patch.class.as_ref().map_or("", |class| class.as_str());
            for part in patch.faces.iter().flat_map(|&face| lying.districts.of_face(cut, face)) {
                let sum = classes[part.district as usize].entry(class).or_default();
                sum.0 += 1;
                sum.1.area2 += part.cell.area2;
            }
        }
        let tally = |(count, area2): (u32, i128)| Tally { count, area_m2: self.measure.m2(area2) };
        let class = |(class, (count, cell)): (&str, (u32, Cell))| ClassTally {
            class: class.to_owned(),
            tally: tally((count, cell.area2)),
        };
        let row = |(district, ([all, open], classes)): (&District, Figures<'_>)| {
            let mut classes: Vec<ClassTally> = classes.into_iter().map(class).collect();
            classes.sort_by(|a, b| b.tally.area_m2.total_cmp(&a.tally.area_m2));
            let (conflicts, open) = (tally(all), tally(open));
            DistrictRow { code: code(district), name: district.name.clone(), conflicts, open, classes }
        };
        let rows = lying.districts.list.iter().zip(sums.into_iter().zip(classes)).map(row);
        // Where nothing lies there is nothing to compare.
        Ok(DistrictFigures { rows: rows.filter(|row| !row.classes.is_empty() || row.conflicts.count > 0).collect() })
    }
}
