//! The balances of a result: ledger of replacement, targets with lights, control lines, shoreline.

use crate::api::Problem;
use crate::covering::Covering;
use crate::districts::Districts;
use crate::job::Job;
use crate::regions::sum_of;
use crate::rounding::{self, Area, Cell};
use crate::shoreline::{ShoreRow, shoreline};
use crate::statistics::{DecidedBy, PerDistrict, Statistics, Turn};
use lantu_engine::ClassId;
use lantu_engine::rules::ClassKind;
use serde::Serialize;
use std::collections::BTreeMap;

/// The balances of a result. All areas are ellipsoidal where one number stands for both.
#[derive(Debug, Serialize)]
pub struct Balances {
    /// The classes of the ledger.
    pub ledger_classes: Vec<String>,
    /// The ledger per region that has an entry, the whole first.
    pub ledger: Vec<LedgerRow>,
    /// What the ledger's ground became and who decided.
    pub turns: Vec<TurnRow>,
    /// The targets.
    pub targets: Vec<TargetRow>,
    /// The control lines per region.
    pub lines: Vec<LineRow>,
    /// The shoreline per region, if the plan names a coastline or the sea.
    pub shoreline: Vec<ShoreRow>,
}

/// The ledger of a region: what was lost must be added in the same county first, then in the same city.
#[derive(Debug, Serialize)]
pub struct LedgerRow {
    /// The region's code; empty for the whole.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Ground that the class had and has no more.
    pub lost: Area,
    /// Ground that it has and had not.
    pub added: Area,
    /// Ground that nobody has decided on.
    pub pending: Area,
    /// What is still to be found, in m² on the ellipsoid; negative is more than was lost.
    pub owed_m2: f64,
    /// Of a county, what of it other counties of the same city have found beyond their own need, in m²; of
    /// what is above, the sum of its counties'. `null` where there is no city to find it in.
    pub covered_in_city_m2: Option<f64>,
    /// Green: nothing is owed; yellow: it is covered within the city only, or something is pending; red:
    /// something is owed that nobody has found.
    pub light: Light,
}

/// What became of the ledger's ground.
#[derive(Debug, Serialize)]
pub struct TurnRow {
    /// `lost`, `added` or `pending`.
    pub turn: &'static str,
    /// The class that the ground has now.
    pub class: Option<String>,
    /// Who or what decided.
    pub decided: DecidedBy,
    /// How much.
    pub area: Area,
}

/// A target and how it stands.
#[derive(Debug, Serialize)]
pub struct TargetRow {
    /// The class.
    pub class: String,
    /// The district's code; empty for the whole.
    pub district: String,
    /// What it must reach, in m².
    pub at_least_m2: Option<f64>,
    /// What it may not exceed, in m².
    pub at_most_m2: Option<f64>,
    /// What it has for certain.
    pub has: Area,
    /// What open conflicts may bring it.
    pub possible: Area,
    /// Green: kept however open conflicts are decided; yellow: it depends on them; red: missed.
    pub light: Light,
}

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Light {
    /// Kept.
    Green,
    /// It depends on what is still open.
    Yellow,
    /// Missed.
    Red,
}

/// A control line in a region.
#[derive(Debug, Serialize)]
pub struct LineRow {
    /// Its class.
    pub class: String,
    /// The region's code; empty for the whole.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its area, naming the place or beside; with `of` what of it lies on that layer's ground.
    pub area: Area,
    /// The layer whose ground it is a share of; `null` for the districts' ground.
    pub of: Option<String>,
    /// Its share, on the ellipsoid, in per cent: 0 to 100; `null` where there is nothing to be a share
    /// of.
    pub share: Option<f64>,
}

/// Returns the balances.
///
/// # Errors
/// An area in the plan that cannot be read.
pub(crate) fn balances(job: &Job, districts: &Districts, statistics: &Statistics<'_>) -> Result<Balances, Problem> {
    let plan = &job.plan.balance;
    Ok(Balances {
        ledger_classes: plan.ledger_classes().map(str::to_owned).collect(),
        ledger: ledger(job, districts, statistics)?,
        turns: turns(job, statistics),
        targets: targets(job, districts, statistics)?,
        lines: lines(job, districts, statistics),
        shoreline: shoreline(job, districts),
    })
}

fn turn_name(turn: Turn) -> &'static str {
    match turn {
        Turn::Lost => "lost",
        Turn::Added => "added",
        Turn::Pending => "pending",
    }
}

/// Everything of a turn per district, as shown.
fn of_turn(job: &Job, statistics: &Statistics<'_>, wanted: Turn) -> BTreeMap<u32, Area> {
    let mut cells = PerDistrict::new();
    for (_, own) in statistics.ledger.iter().filter(|((turn, ..), _)| *turn == wanted) {
        own.iter().for_each(|(&district, &cell)| cells.entry(district).or_default().add(cell));
    }
    let values: Vec<Cell> = cells.values().copied().collect();
    cells.keys().copied().zip(rounding::whole_and_parts(&values, job.measure()).1).collect()
}

fn ledger(job: &Job, districts: &Districts, statistics: &Statistics<'_>) -> Result<Vec<LedgerRow>, Problem> {
    let [lost, added, pending] = [Turn::Lost, Turn::Added, Turn::Pending].map(|turn| of_turn(job, statistics, turn));
    let row = |(district, within): (crate::District, Vec<u32>)| {
        let own = [&lost, &added, &pending].map(|parts| sum_of(parts, &within));
        own.iter().any(Option::is_some).then(|| {
            let [lost, added, pending] =
                own.map(|area| area.unwrap_or_else(|| rounding::whole(Cell::default(), job.measure())));
            let owed_m2 = rounding::hundredths(lost.ellipsoid.m2 - added.ellipsoid.m2);
            let (covered_in_city_m2, light) = (None, Light::Green);
            let (code, name) = (district.code, district.name);
            LedgerRow { code, name, lost, added, pending, owed_m2, covered_in_city_m2, light }
        })
    };
    let mut rows: Vec<LedgerRow> = districts.levels().into_iter().filter_map(row).collect();
    let covering = Covering::of(rows.iter().map(|row| (row.code.as_str(), row.owed_m2)))?;
    for row in &mut rows {
        row.covered_in_city_m2 = covering.within(&row.code);
        row.light = of_ledger(row, covering.of_county(&row.code));
    }
    Ok(rows)
}

/// `covered` is what other counties have found for this one.
fn of_ledger(row: &LedgerRow, covered: f64) -> Light {
    // A hundredth of a square metre is what is shown of it.
    match (row.owed_m2 > 0.0, row.owed_m2 - covered > 0.005, row.pending.ellipsoid.m2 > 0.0) {
        (_, true, _) => Light::Red,
        (true, false, _) | (false, _, true) => Light::Yellow,
        (false, false, false) => Light::Green,
    }
}

fn turns(job: &Job, statistics: &Statistics<'_>) -> Vec<TurnRow> {
    let mut rows = Vec::new();
    for wanted in [Turn::Lost, Turn::Added, Turn::Pending] {
        let own: Vec<_> = statistics.ledger.iter().filter(|((turn, ..), _)| *turn == wanted).collect();
        let cells: Vec<Cell> = own.iter().map(|(_, cells)| cells.values().copied().sum()).collect();
        let areas = rounding::whole_and_parts(&cells, job.measure()).1;
        rows.extend(own.iter().zip(areas).map(|(((turn, class, by), _), area)| TurnRow {
            turn: turn_name(*turn),
            class: class.map(ToString::to_string),
            decided: by.clone(),
            area,
        }));
    }
    rows
}

/// The sum of a class in the districts of a code.
fn within(sums: &BTreeMap<&ClassId, PerDistrict>, class: &ClassId, within: &[u32]) -> Cell {
    let own = sums.get(class);
    within.iter().filter_map(|at| own.and_then(|cells| cells.get(at))).copied().sum()
}

fn targets(job: &Job, districts: &Districts, statistics: &Statistics<'_>) -> Result<Vec<TargetRow>, Problem> {
    let levels = districts.levels();
    let row = |target: &crate::TargetPlan| {
        let [at_least_m2, at_most_m2] = target.limits()?;
        let own = levels.iter().find(|(district, _)| district.code == target.district).map_or(&[][..], |(_, own)| own);
        let class = ClassId::new(&target.class);
        let has = within(&statistics.present, &class, own);
        let possible = within(&statistics.possible, &class, own);
        let (least, most) = (has.ellipsoid_m2, has.ellipsoid_m2 + possible.ellipsoid_m2);
        Ok(TargetRow {
            class: target.class.clone(),
            district: target.district.clone(),
            light: light(at_least_m2, at_most_m2, least, most),
            at_least_m2,
            at_most_m2,
            has: rounding::whole(has, job.measure()),
            possible: rounding::whole(possible, job.measure()),
        })
    };
    job.plan.balance.targets.iter().map(row).collect()
}

/// How limits stand to what there is at least and at most.
pub(crate) fn light(at_least: Option<f64>, at_most: Option<f64>, least: f64, most: f64) -> Light {
    if at_least.is_some_and(|limit| most < limit) || at_most.is_some_and(|limit| least > limit) {
        Light::Red
    } else if at_least.is_some_and(|limit| least < limit) || at_most.is_some_and(|limit| most > limit) {
        Light::Yellow
    } else {
        Light::Green
    }
}

/// The classes of control lines that the result has.
fn control_lines(job: &Job) -> Vec<ClassId> {
    let rules = job.outcome.rules.classes.iter().filter(|def| def.kind == ClassKind::Control);
    let named = job.plan.balance.lines.iter().map(|line| ClassId::new(&line.class));
    let mut lines: Vec<ClassId> = rules.map(|def| def.id.clone()).chain(named).collect();
    lines.sort();
    lines.dedup();
    lines
}

/// Each line as a whole, as a share of the districts' ground, then what of it lies on the ground of
/// each layer that the plan names for it, as a share of that.
fn lines(job: &Job, districts: &Districts, statistics: &Statistics<'_>) -> Vec<LineRow> {
    let layers = &job.outcome.cut.partition.layers;
    let mut rows = Vec::new();
    for class in control_lines(job) {
        let Some(present) = statistics.present.get(&class) else { continue };
        rows.extend(rows_of_line(job, districts, &class, present, None));
        for line in job.plan.balance.lines.iter().filter(|line| line.class == class.as_str()) {
            let Some(layer) = layers.iter().position(|layer| *layer.name == *line.of) else { continue };
            let Some(own) = statistics.on.get(&(&class, layer as u32)) else { continue };
            let ground = statistics.grounds.get(&(layer as u32));
            rows.extend(rows_of_line(job, districts, &class, own, ground.map(|ground| (line.of.as_str(), ground))));
        }
    }
    rows
}

/// `base` is the name and the ground of the layer that the line is a share of.
fn rows_of_line(
    job: &Job,
    districts: &Districts,
    class: &ClassId,
    cells: &PerDistrict,
    base: Option<(&str, &PerDistrict)>,
) -> Vec<LineRow> {
    let values: Vec<Cell> = cells.values().copied().collect();
    let parts: BTreeMap<u32, Area> =
        cells.keys().copied().zip(rounding::whole_and_parts(&values, job.measure()).1).collect();
    let ground = |at: &u32| match base {
        Some((_, ground)) => ground.get(at).copied(),
        None => Some(districts.ground[*at as usize]),
    };
    let row = |(district, within): (crate::District, Vec<u32>)| {
        let area = sum_of(&parts, &within)?;
        let whole: f64 = within.iter().filter_map(ground).map(|cell| cell.ellipsoid_m2).sum();
        let share = (whole > 0.0).then(|| rounding::hundredths(area.ellipsoid.m2 / whole * 100.0));
        let of = base.map(|(name, _)| name.to_owned());
        Some(LineRow { class: class.to_string(), code: district.code, name: district.name, area, of, share })
    };
    districts.levels().into_iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_is_yellow_while_open_conflicts_may_turn_it() {
        let least = |least, most| light(Some(10.0), None, least, most);
        assert_eq!([least(10.0, 12.0), least(9.0, 10.0), least(8.0, 9.0)], [Light::Green, Light::Yellow, Light::Red]);
        let most = |least, most| light(None, Some(10.0), least, most);
        assert_eq!([most(8.0, 10.0), most(9.0, 12.0), most(11.0, 12.0)], [Light::Green, Light::Yellow, Light::Red]);
    }
}
