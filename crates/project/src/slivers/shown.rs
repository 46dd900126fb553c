//! Slivers as the window shows them and asks for them.

use super::{Seen, SliverLog, SliverPreview, SliverSum, check_settings, seed};
use crate::api::{
    ClassMove, ListSlivers, Problem, SliverClass, SliverLimit, SliverPage, SliverRow, SliverSettings, SliverState,
    SliversSupposed,
};
use crate::load::Inputs;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::plan::Plan;
use lantu_engine::rules::{Bilingual, Certainty};
use lantu_engine::slivers::{ClassThreshold, Limit};
use lantu_engine::{ClassId, RuleSet, SliverRules};
use lantu_files::Crs;

/// How many rows one page may have.
const MOST_ROWS: usize = 500;

/// Returns the settings in force, or those to begin with.
pub(crate) fn state(plan: &Plan, said: Option<Option<&SliverRules>>) -> Result<SliverState, Problem> {
    let seed = seed()?;
    let (active, from, settings) = match (said, &plan.slivers) {
        (Some(Some(settings)), _) => (true, "record", settings),
        (None, Some(settings)) => (true, "plan", settings),
        (Some(None), Some(settings)) => (false, "plan", settings),
        (_, None) => (false, "seeds", &seed.settings),
    };
    let confirmed = from != "seeds" || seed.certainty == Certainty::Source;
    let source = if from == "seeds" { [seed.source.zh.clone(), seed.source.en.clone()] } else { Default::default() };
    Ok(SliverState { active, from: from.to_owned(), settings: self::settings(settings), confirmed, source })
}

/// Returns a preview as the window shows it, with the first of its rows.
pub(crate) fn supposed(preview: SliverPreview, crs: &Crs) -> Result<SliversSupposed, Problem> {
    let sum = |sum: SliverSum| ClassMove { from: sum.from, to: sum.to, tally: sum.tally };
    Ok(SliversSupposed {
        moved: preview.moved,
        filled: preview.filled,
        left: preview.left,
        unfilled: preview.unfilled as u32,
        by_class: preview.by_class.into_iter().map(sum).collect(),
        sample: preview.log.into_iter().take(MOST_ROWS).map(|row| shown_row(row, crs)).collect::<Result<_, _>>()?,
    })
}

/// Returns a page of what was merged.
pub(crate) fn page(
    outcome: &Outcome,
    measure: Measure,
    crs: &Crs,
    wanted: &ListSlivers,
) -> Result<SliverPage, Problem> {
    let seen = Seen { blueprint: &outcome.blueprint, moved: &outcome.slivers.moved, left: (0, 0), unfilled: 0 };
    let rows = seen.moved.iter().skip(wanted.offset as usize).take((wanted.limit as usize).min(MOST_ROWS));
    let rows = rows.map(|moved| shown_row(seen.row(outcome, moved, measure), crs)).collect::<Result<_, _>>()?;
    Ok(SliverPage { total: measure.tally(seen.moved.iter().map(|moved| moved.area2)), rows })
}

fn shown_row(row: SliverLog, crs: &Crs) -> Result<SliverRow, Problem> {
    let mut place = [row.at.into()];
    crs.to_lonlat(&mut place)?;
    Ok(SliverRow {
        from: row.from,
        from_source: row.from_source,
        gap: row.gap,
        to: row.to,
        to_source: row.to_source,
        area_m2: row.area_m2,
        width_m: row.width_m,
        pass: row.pass,
        conflict: row.conflict,
        lonlat: place[0].into(),
    })
}

/// Returns settings as the window sends them.
pub(crate) fn asked(settings: &SliverSettings) -> SliverRules {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let limit = |limit: &SliverLimit| Limit {
        name: Bilingual { zh: limit.name[0].clone(), en: limit.name[1].clone() },
        layer: some(&limit.layer),
        edge_of: some(&limit.edge_of).map(|class| ClassId::new(&class)),
        between: crate::plan::class_ids(&limit.between),
    };
    let threshold = |class: &SliverClass| ClassThreshold {
        class: ClassId::new(&class.class),
        area_m2: class.area_m2,
        width_m: class.width_m,
    };
    SliverRules {
        area_m2: settings.area_m2,
        width_m: settings.width_m,
        scale: settings.scale,
        per_scale_m2: settings.per_scale_m2,
        passes: settings.passes,
        open: settings.open,
        gap_area_m2: settings.gap_area_m2,
        gap_width_m: settings.gap_width_m,
        classes: settings.classes.iter().map(threshold).collect(),
        limits: settings.limits.iter().map(limit).collect(),
        except: crate::plan::class_ids(&settings.except),
    }
}

/// Returns the checked settings of an operation.
///
/// # Errors
/// A problem that lists every mistake.
pub(crate) fn checked(
    settings: Option<&SliverSettings>,
    rules: &RuleSet,
    inputs: &Inputs,
) -> Result<Option<Box<SliverRules>>, Problem> {
    let settings = settings.map(asked);
    settings.iter().try_for_each(|settings| check_settings(settings, rules, inputs))?;
    Ok(settings.map(Box::new))
}

/// Returns settings as the window shows them.
pub(super) fn settings(settings: &SliverRules) -> SliverSettings {
    let ids = |classes: &[ClassId]| classes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let limit = |limit: &Limit| SliverLimit {
        name: [limit.name.zh.clone(), limit.name.en.clone()],
        layer: limit.layer.clone().unwrap_or_default(),
        edge_of: limit.edge_of.as_ref().map(ToString::to_string).unwrap_or_default(),
        between: ids(&limit.between),
    };
    let class = |threshold: &ClassThreshold| SliverClass {
        class: threshold.class.to_string(),
        area_m2: threshold.area_m2,
        width_m: threshold.width_m,
    };
    SliverSettings {
        area_m2: settings.area_m2,
        width_m: settings.width_m,
        scale: settings.scale,
        per_scale_m2: settings.per_scale_m2,
        passes: settings.passes,
        open: settings.open,
        gap_area_m2: settings.gap_area_m2,
        gap_width_m: settings.gap_width_m,
        classes: settings.classes.iter().map(class).collect(),
        limits: settings.limits.iter().map(limit).collect(),
        except: ids(&settings.except),
    }
}
