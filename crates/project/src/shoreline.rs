//! The shoreline that is kept: of a coastline's length what lies outside of built classes; where the plan
//! names no coastline, of the border between the sea's layer and the land.

use crate::api::Problem;
use crate::balances::{Light, light};
use crate::districts::Districts;
use crate::job::Job;
use crate::plan::LayerPlan;
use crate::problem;
use geo::LineString;
use lantu_engine::{Blueprint, FaceId, along};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far apart the same border is drawn by two hands: what neighbouring layers differ by, in metres.
const REACH_M: f64 = 5.0;

/// The coastline of a plan: a layer of lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShorelinePlan {
    /// The file, in QGIS's spelling: `path|layername=NAME|subset=SQL`.
    pub path: String,
    /// The layer within the file, if it has several.
    #[serde(default)]
    pub layername: Option<String>,
    /// The CRS of the file, if it does not say.
    #[serde(default)]
    pub crs: Option<String>,
    /// How far from the line built ground counts, and districts, in metres; 5 if absent.
    #[serde(default)]
    pub reach: Option<f64>,
}

impl ShorelinePlan {
    pub(crate) fn layer(&self) -> LayerPlan {
        let (layername, crs) = (self.layername.clone(), self.crs.clone());
        LayerPlan { layername, crs, ..LayerPlan::named("shoreline", self.path.clone()) }
    }

    /// Says what is wrong with it.
    ///
    /// # Errors
    /// A reach that is no length.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        match self.reach {
            Some(reach) if !(reach.is_finite() && reach > 0.0) => Err(problem::problem(
                [format!("岸线的 reach {reach} 不是正数。"), format!("The shoreline's reach {reach} is not a length.")],
                ["请写成米，例如 5。", "Write it in metres, as 5."],
            )),
            _ => Ok(()),
        }
    }
}

/// The shoreline of a region, in metres of the plane.
#[derive(Debug, Serialize)]
pub struct ShoreRow {
    /// The region's code; empty for the whole.
    pub code: String,
    /// Its name.
    pub name: String,
    /// All of it.
    pub length_m: f64,
    /// What lies at built classes, on either side.
    pub built_m: f64,
    /// The share that does not, in per cent.
    pub kept: f64,
    /// How that stands to the plan, if it says anything.
    pub light: Option<Light>,
}

/// Length in all and at built classes, in metres, by district.
type Sums = BTreeMap<u32, [f64; 2]>;

/// Returns the shoreline of every region that has one.
pub(crate) fn shoreline(job: &Job, districts: &Districts) -> Vec<ShoreRow> {
    let plan = &job.plan.balance;
    let built = Built::of(job);
    let sums = match (&plan.shoreline, &job.inputs.coastline) {
        (Some(shoreline), Some(lines)) => of_coastline(job, districts, &built, shoreline, lines),
        _ => of_sea(job, districts, &built),
    };
    let row = |(district, within): (crate::District, Vec<u32>)| {
        let own = within.iter().filter_map(|at| sums.get(at));
        let [length_m, built_m] = own.fold([0.0, 0.0], |sum, own| [sum[0] + own[0], sum[1] + own[1]]);
        let kept = 100.0 * (1.0 - built_m / length_m);
        let light = plan.shoreline_at_least.map(|least| light(Some(least), None, kept, kept));
        (length_m > 0.0).then_some(ShoreRow {
            code: district.code,
            name: district.name,
            length_m,
            built_m,
            kept,
            light,
        })
    };
    districts.levels().into_iter().filter_map(row).collect()
}

fn add(sums: &mut Sums, district: u32, length: f64, built: bool) {
    let sum = sums.entry(district).or_default();
    *sum = [sum[0] + length, sum[1] + if built { length } else { 0.0 }];
}

/// A stretch counts in the district where its middle lies.
fn of_coastline(
    job: &Job,
    districts: &Districts,
    built: &Built<'_>,
    plan: &ShorelinePlan,
    lines: &[LineString<f64>],
) -> Sums {
    let unit = job.inputs.crs.metres_per_unit();
    let reach = plan.reach.unwrap_or(REACH_M) / unit;
    let mut sums = Sums::new();
    for stretch in along(&job.outcome.cut.partition, lines, reach, |face| built.at(face)) {
        add(&mut sums, districts.at(stretch.middle, reach), stretch.length * unit, stretch.on);
    }
    sums
}

/// The border between the sea's layer and what is covered beside it.
fn of_sea(job: &Job, districts: &Districts, built: &Built<'_>) -> Sums {
    let partition = &job.outcome.cut.partition;
    let mut sums = Sums::new();
    let sea = job.plan.balance.sea.as_ref();
    let sea = sea.and_then(|sea| partition.layers.iter().position(|layer| *layer.name == **sea));
    let Some(sea) = sea else { return sums };
    let is_sea = |face: FaceId| partition.parents(face).iter().any(|&at| partition.feature(at).layer as usize == sea);
    let is_land = |face: FaceId| !partition.parents(face).is_empty() && !is_sea(face);
    for arc in 0..partition.arc_count() as u32 {
        let (left, right) = partition.sides(arc);
        let land = match (is_sea(left), is_sea(right)) {
            (true, false) => right,
            (false, true) => left,
            _ => continue,
        };
        if !is_land(land) {
            continue;
        }
        let length = job.measure().m(partition.arc_length(arc));
        let most = districts.of_face(&job.outcome.cut, land).max_by_key(|part| part.cell.area2);
        let district = most.map_or(0, |part| part.district);
        add(&mut sums, district, length, [left, right].into_iter().any(|face| built.at(face)));
    }
    sums
}

/// Which patches have a built class.
struct Built<'a> {
    blueprint: &'a Blueprint,
    patches: Vec<bool>,
}

impl<'a> Built<'a> {
    fn of(job: &'a Job) -> Self {
        let (blueprint, rules) = (&job.outcome.blueprint, &job.outcome.rules);
        let mut known: BTreeMap<&str, bool> = BTreeMap::new();
        let patches = blueprint.patches.iter().map(|patch| {
            let Some(class) = &patch.class else { return false };
            let is_built = || {
                let lineage = rules.lineage(class);
                lineage.iter().any(|class| job.plan.balance.built_classes().any(|built| built == class.as_str()))
            };
            *known.entry(class.as_str()).or_insert_with(is_built)
        });
        Self { patches: patches.collect(), blueprint }
    }

    fn at(&self, face: FaceId) -> bool {
        let patch = self.blueprint.patch_of[face as usize];
        patch != Blueprint::NONE && self.patches[patch as usize]
    }
}
