//! Where conflicts lie: the district that holds most of each, worked out once per cut.

use crate::api::{ClassTally, DistrictFigures, DistrictRow, Problem, Tally};
use crate::detail::Asked;
use crate::districts::{District, Districts, NOWHERE};
use crate::inbox::Order;
use crate::outcome::Cut;
use crate::problem;
use crate::rounding::Cell;
use crate::state::State;
use lantu_engine::{Conflict, ConflictKind};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The districts of a cut and the one of each conflict.
#[derive(Debug)]
pub(crate) struct InDistricts {
    districts: Districts,
    of_conflict: Vec<u32>,
    order: OnceLock<Order>,
}

impl InDistricts {
    /// Looks where the conflicts of a cut lie.
    pub(crate) fn of(districts: Districts, cut: &Cut) -> Self {
        let most = |conflict: &Conflict| districts.most_of(cut, &conflict.faces);
        let of_conflict = cut.conflicts.par_iter().map(most).collect();
        Self { districts, of_conflict, order: OnceLock::new() }
    }

    /// Writes each conflict's district into it, for the rules.
    pub(crate) fn tell(&self, conflicts: &mut [Conflict]) {
        let codes: Vec<Arc<str>> = self.districts.list.iter().map(|district| code(district).into()).collect();
        for (conflict, &at) in conflicts.iter_mut().zip(&self.of_conflict) {
            conflict.district = Some(codes[at as usize].clone());
        }
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

/// Returns what a district is called in requests: its code, or `-` for none.
pub(crate) fn code(district: &District) -> String {
    if district.code.is_empty() { NOWHERE.to_owned() } else { district.code.clone() }
}

impl<'a> Asked<'a> {
    /// Returns where the conflicts lie.
    ///
    /// # Errors
    /// A problem if the project has no districts.
    pub(crate) fn in_districts(self) -> Result<&'a InDistricts, Problem> {
        self.outcome.cut.lying.as_ref().ok_or_else(|| {
            problem::nothing_there(
                ["项目没有写明行政区图层。", "The project names no layer of districts."],
                [
                    "请在项目文件中写上 [districts]，见 docs/file-formats.md。",
                    "Write [districts] into the project file, see docs/file-formats.md.",
                ],
            )
        })
    }

    /// Returns every district's figures.
    pub(crate) fn district_figures(self) -> Result<DistrictFigures, Problem> {
        let lying = self.in_districts()?;
        let (cut, blueprint) = (&self.outcome.cut, &self.outcome.blueprint);
        let count = lying.districts.list.len();
        let mut sums = vec![[(0u32, 0i128); 2]; count];
        for (index, conflict) in (0u32..).zip(&cut.conflicts) {
            let state = self.inbox.state(self.outcome, index);
            if conflict.kind == ConflictKind::Gap || state == State::Compatible {
                continue;
            }
            let of = if state == State::Open { 2 } else { 1 };
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
