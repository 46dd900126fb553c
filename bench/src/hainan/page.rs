//! The page of a rehearsal: the case's figures beside the run's, and what each step took.

use super::Rehearsal;
use crate::Theme;
use crate::machine::{machine, revision, said};
use serde_json::Value;
use std::fmt::Write as _;

const CASE: &str = include_str!("../../../seeds/hainan-case-12.toml");

/// Returns the page in Markdown. `lantu` is the program that was run, `call` how to do it again.
pub fn page(rehearsal: &Rehearsal, lantu: &str, call: &str) -> String {
    let mut text = head(rehearsal, call);
    let _ = write!(
        text,
        "\n| | |\n| --- | --- |\n| machine | {} |\n| program | {} |\n",
        machine(),
        revision(&said(lantu, &["--version"]).unwrap_or_default())
    );
    text += "\n## The case and the run\n\n| | the case | this run |\n| --- | --- | --- |\n";
    for (name, value) in case() {
        let _ = writeln!(text, "| {name} | {value} | {} |", of_run(rehearsal, &name));
    }
    text += &after(rehearsal);
    text += "\n## Steps\n\n| step | command | s on the clock | CPU s | peak MB |\n| --- | --- | ---: | ---: | ---: |\n";
    for step in &rehearsal.steps {
        let figure = |x: f64, digits: usize| if x.is_finite() { format!("{x:.digits$}") } else { "–".to_owned() };
        let (command, usage) = (step.command.replace('|', "\\|"), step.usage);
        let (cpu, peak) = (figure(usage.cpu_s, 1), figure(usage.peak_mb, 0));
        let _ = writeln!(text, "| {} | `{command}` | {:.1} | {cpu} | {peak} |", step.name, usage.wall_s);
    }
    let stages = rehearsal.merge["timings_s"].as_object().into_iter().flatten();
    let stages: Vec<String> =
        stages.map(|(stage, s)| format!("{stage} {:.1}", s.as_f64().unwrap_or_default())).collect();
    let _ = writeln!(text, "\nStages of `merge` in seconds: {}.", stages.join(", "));
    text += "\n## Plans\n\n| plan | class | features | vertices | ground km² |\n| --- | --- | ---: | ---: | ---: |\n";
    for made in &rehearsal.made {
        let (theme, counts) = (made.theme, made.counts);
        let ground = ground(&rehearsal.check, theme).map_or_else(|| "–".to_owned(), |km2| format!("{km2:.1}"));
        let (features, vertices) = (grouped(counts.features as u64), grouped(counts.vertices as u64));
        let _ = writeln!(text, "| {} | {} | {features} | {vertices} | {ground} |", theme.name(), theme.class());
    }
    text
}

fn head(rehearsal: &Rehearsal, call: &str) -> String {
    let province = &rehearsal.province;
    format!(
        "# A rehearsal at Hainan's size\n\n\
        **The data are synthetic.** `{call}` makes a province that has Hainan's proportions and nothing else of it: \
        {:.0} km² of land, {:.0} km² of sea, {} districts, {} plans. How many patches contradict each other, and how \
        much ground they have, is tuned to the figures of the case; who wins, how many are slivers and where they lie \
        is the generator's doing. So the page says what the program takes for a job of this size, and nothing about \
        Hainan. The case's figures are those of `seeds/hainan-case-12.toml`, with their source.\n\n\
        `check` works by the starter rules, which leave much to planners. `merge` works by the same rules with a \
        stand-in: where they ask a planner, the party beyond the longest border gets the place. This page is written by \
        the run.\n",
        province.land_km2,
        province.sea_km2,
        province.districts,
        rehearsal.made.len() - 1
    )
}

/// Names and values of the case's figures in English.
fn case() -> Vec<(String, String)> {
    let table: toml::Table = CASE.parse().unwrap_or_default();
    let figures = table.get("figure").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text = |figure: &toml::Value, key: &str| {
        figure.get(key).and_then(|both| both.get("en")).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
    };
    figures.iter().map(|figure| (text(figure, "name"), text(figure, "value"))).collect()
}

fn of_run(rehearsal: &Rehearsal, name: &str) -> String {
    let (check, merge) = (&rehearsal.check, &rehearsal.merge);
    match name {
        "overlapping patches resolved" => {
            let left = count(merge, "/conflicts/open");
            format!("{} found; {left} left open by the stand-in", grouped(contradictions(check).0))
        }
        "area in contradiction" => format!("{:.1} km²", contradictions(check).1),
        "goal reached" => {
            let holds = merge["proof"]["holds"] == true;
            let open = merge["conflicts"]["open"] == 0;
            let what = if holds { "one patch for every place, proven as written" } else { "NO PARTITION" };
            format!("{what}; {}", if open { "one class in each" } else { "some are open" })
        }
        // The province's districts are land.
        "ecological red line on land" => line(red_line(merge, "99", None), "land"),
        "ecological red line at sea" => line(red_line(merge, "", Some(Theme::Sea.name())), "sea"),
        "natural shoreline kept" => {
            let shore = row(&merge["balances"]["shoreline"], "");
            let [length, kept] = ["length_m", "kept"].map(|key| shore[key].as_f64().unwrap_or(f64::NAN));
            format!("{kept:.1} % of {:.0} km", length / 1000.0)
        }
        _ => "not rehearsed".to_owned(),
    }
}

/// Places that two or more layers claim and that may not stay so, and their km².
pub fn contradictions(report: &Value) -> (u64, f64) {
    let found = &report["conflicts"];
    let count = found["count"].as_u64().unwrap_or_default();
    let compatible = found["compatible"]["count"].as_u64().unwrap_or_default();
    let area = |value: &Value| value["area_m2"].as_f64().unwrap_or(f64::NAN) / 1e6;
    (count.saturating_sub(compatible), area(found) - area(&found["compatible"]))
}

/// What became of them, by the starter rules and then by the stand-in.
fn after(rehearsal: &Rehearsal) -> String {
    let mut text = String::new();
    for (name, report) in [("starter rules", &rehearsal.check), ("stand-in", &rehearsal.merge)] {
        let tally = |key: &str| {
            let found = &report["conflicts"][key];
            let km2 = found["area_m2"].as_f64().unwrap_or(f64::NAN) / 1e6;
            format!("{} ({km2:.1} km²)", grouped(found["count"].as_u64().unwrap_or_default()))
        };
        let open = report["conflicts"]["open_area_m2"].as_f64().unwrap_or(f64::NAN) / 1e6;
        let _ = writeln!(
            text,
            "\nBy the {name}: {} decided by rule, {} left to planners ({open:.1} km²); {} may stay as they are, being \
            compatible; {} are slivers.",
            tally("by_rule"),
            count(report, "/conflicts/open"),
            tally("compatible"),
            tally("slivers")
        );
    }
    let (merge, moved) = (&rehearsal.merge, &rehearsal.merge["slivers"]);
    let _ = writeln!(
        text,
        "\nThe blueprint has {} patches with {:.1} km². Slivers merged: {}, gaps filled: {}. Proof as written: overlap {} \
        m², gap {} m²; `lantu verify` agrees.",
        count(merge, "/blueprint/patches"),
        merge["blueprint"]["area_m2"].as_f64().unwrap_or(f64::NAN) / 1e6,
        grouped(moved["moved"]["count"].as_u64().unwrap_or_default()),
        grouped(moved["filled"]["count"].as_u64().unwrap_or_default()),
        merge["proof"]["written_overlap_m2"],
        merge["proof"]["written_gap_m2"],
    );
    text
}

fn count(report: &Value, pointer: &str) -> String {
    report.pointer(pointer).and_then(Value::as_u64).map_or_else(|| "?".to_owned(), grouped)
}

/// The row of a table that is about a region.
fn row<'a>(rows: &'a Value, code: &str) -> &'a Value {
    rows.as_array().and_then(|rows| rows.iter().find(|row| row["code"] == code)).unwrap_or(&Value::Null)
}

/// The red line in a region, on the ground of a layer if one is named.
fn red_line<'a>(report: &'a Value, code: &str, of: Option<&str>) -> &'a Value {
    let is =
        |line: &&Value| line["class"] == Theme::RedLine.class() && line["code"] == code && line["of"].as_str() == of;
    report["balances"]["lines"].as_array().and_then(|lines| lines.iter().find(is)).unwrap_or(&Value::Null)
}

/// Area and share of the red line, by the report.
fn line(row: &Value, of: &str) -> String {
    let [area, share] =
        [&row["area"]["ellipsoid"]["km2"], &row["share"]].map(|figure| figure.as_f64().unwrap_or(f64::NAN));
    format!("{area:.1} km², {share:.1} % of the {of}")
}

/// The ground of a plan in km².
fn ground(report: &Value, theme: Theme) -> Option<f64> {
    let layers = report["layers"].as_array()?;
    Some(layers.iter().find(|layer| layer["name"] == theme.name())?["ground_m2"].as_f64()? / 1e6)
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
