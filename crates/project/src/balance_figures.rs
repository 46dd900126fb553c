//! The balances as the window shows them: the numbers of a report's tables, rounded as there.

use crate::api::{BalanceFigures, LedgerFigure, LineFigure, Problem, ShoreFigure, TargetFigure};
use crate::balances::{Balances, LedgerRow, Light, LineRow, TargetRow, balances};
use crate::job::Job;
use crate::rounding::hundredths;
use crate::shoreline::ShoreRow;
use crate::statistics::statistics;

/// Returns the balances of what the window shows.
///
/// # Errors
/// An area in the plan that cannot be read.
pub(crate) fn figures(job: &Job) -> Result<BalanceFigures, Problem> {
    let districts = job.districts();
    let statistics = statistics(&job.outcome, &districts, &job.plan.balance, &|_| Ok(()))?;
    Ok(shown(balances(job, &districts, &statistics)?))
}

fn shown(told: Balances) -> BalanceFigures {
    BalanceFigures {
        ledger_classes: told.ledger_classes,
        ledger: told.ledger.into_iter().map(ledger).collect(),
        targets: told.targets.into_iter().map(target).collect(),
        lines: told.lines.into_iter().map(line).collect(),
        shoreline: told.shoreline.into_iter().map(shore).collect(),
    }
}

fn light(light: Light) -> String {
    match light {
        Light::Green => "green",
        Light::Yellow => "yellow",
        Light::Red => "red",
    }
    .to_owned()
}

fn ledger(row: LedgerRow) -> LedgerFigure {
    let LedgerRow { code, name, lost, added, pending, owed_m2, covered_in_city_m2, light: stands } = row;
    let [lost_ha, added_ha, pending_ha] = [lost, added, pending].map(|area| area.ellipsoid.ha);
    LedgerFigure { code, name, lost_ha, added_ha, pending_ha, owed_m2, covered_in_city_m2, light: light(stands) }
}

fn target(row: TargetRow) -> TargetFigure {
    let hectares = |m2: Option<f64>| m2.map(|m2| m2.round() / 1e4);
    TargetFigure {
        class: row.class,
        district: row.district,
        at_least_ha: hectares(row.at_least_m2),
        at_most_ha: hectares(row.at_most_m2),
        has_ha: row.has.ellipsoid.ha,
        possible_ha: row.possible.ellipsoid.ha,
        light: light(row.light),
    }
}

fn line(row: LineRow) -> LineFigure {
    let LineRow { class, code, name, area, of, share } = row;
    LineFigure { class, code, name, area_ha: area.ellipsoid.ha, of: of.unwrap_or_default(), share }
}

fn shore(row: ShoreRow) -> ShoreFigure {
    let [length_m, built_m, kept] = [row.length_m, row.built_m, row.kept].map(hundredths);
    ShoreFigure {
        code: row.code,
        name: row.name,
        length_m,
        built_m,
        kept,
        light: row.light.map(light).unwrap_or_default(),
    }
}
