//! The measured part of docs/benchmarks.md. What stands outside its two marks is left alone.

use crate::tools::Tool;
use crate::{Measured, Row};
use std::fmt::Write as _;
use std::path::Path;

const BEGIN: &str = "<!-- measured: written by make bench -->";
const END: &str = "<!-- end of measured -->";

/// Replaces what stands between the marks.
pub fn update(path: &Path, measured: &Measured) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{} has no place for what was measured", path.display()))?;
    crate::write(path, &format!("{before}{BEGIN}\n{}{END}{after}", tables(measured)))
}

fn tables(measured: &Measured) -> String {
    let mut text = format!("`{}`\n\n| | |\n| --- | --- |\n", measured.call);
    for [name, value] in &measured.about {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text += "\n![Processor time of each tool, and what a million vertices cost](images/benchmarks.svg)\n";
    for data in &measured.data {
        let rows: Vec<&Row> = measured.rows.iter().filter(|row| row.size == data.size).collect();
        let counts = [data.polygons, data.vertices, data.largest].map(grouped);
        let _ = write!(
            text,
            "\n### {}: {} layers, {} polygons, {} vertices\n\n",
            data.size,
            data.files.len(),
            counts[0],
            counts[1]
        );
        let _ = writeln!(
            text,
            "The largest polygon has {} vertices; all features together have {:.1} km².\n",
            counts[2], data.area_km2
        );
        text += "| | CPU s | wall s | peak MB | CPU ÷ Lantu's | a partition? |\n| --- | ---: | ---: | ---: | ---: | --- |\n";
        let own = rows.iter().find(|row| row.tool == Tool::Lantu).map(|row| row.usage.cpu_s);
        rows.iter().for_each(|row| text += &line(row, own));
        rows.iter().for_each(|row| text += &results(row));
    }
    text + &growth(measured)
}

fn line(row: &Row, own: Option<f64>) -> String {
    let usage = row.usage;
    match usage.code {
        Some(0) => {}
        Some(_) => return format!("| {} | failed | | | | |\n", row.tool),
        None => {
            return format!(
                "| {} | stopped at {:.0} | {:.0} | {:.0} | | |\n",
                row.tool, usage.cpu_s, usage.wall_s, usage.peak_mb
            );
        }
    }
    let times = own.map_or_else(String::new, |own| format!("{:.2}", usage.cpu_s / own));
    let word = |yes: bool| if yes { "yes" } else { "**no**" };
    let partition = match (row.partition, row.partition_by_geos) {
        (None, _) if row.tool == Tool::Read => "writes nothing".to_owned(),
        (None, None) => "not judged".to_owned(),
        (None, Some(geos)) => format!("{} by GEOS", word(geos)),
        (Some(yes), None) => word(yes).to_owned(),
        (Some(yes), Some(geos)) if yes == geos => format!("{}, GEOS agrees", word(yes)),
        (Some(yes), Some(geos)) => format!("{} by `lantu verify`, {} by GEOS", word(yes), word(geos)),
    };
    format!(
        "| {} | {:.2} | {:.2} | {:.0} | {times} | {partition} |\n",
        row.tool, usage.cpu_s, usage.wall_s, usage.peak_mb
    )
}

/// What Lantu's report says of the result and of where the time went.
fn results(row: &Row) -> String {
    let Some(report) = &row.report else { return String::new() };
    let count = |name: [&str; 2]| report[name[0]][name[1]].as_u64().map_or_else(String::new, |n| grouped(n as usize));
    let area = |name: [&str; 2]| report[name[0]][name[1]].as_f64().unwrap_or_default() / 1e6;
    let mut text = format!(
        "\n{}: {} patches; {} places of conflict with {:.4} km²; proof {}. Seconds on the clock: ",
        row.tool,
        count(["blueprint", "patches"]),
        count(["conflicts", "count"]),
        area(["conflicts", "area_m2"]),
        if report["proof"]["holds"] == true { "holds" } else { "DOES NOT HOLD" }
    );
    let timings = report["timings_s"].as_object();
    let stages =
        timings.into_iter().flatten().map(|(stage, s)| format!("{stage} {:.2}", s.as_f64().unwrap_or_default()));
    text += &stages.collect::<Vec<_>>().join(", ");
    text + ".\n"
}

/// CPU seconds per million vertices, size by size.
fn growth(measured: &Measured) -> String {
    let mut text = "\n### CPU seconds per million vertices\n\n| |".to_owned();
    measured.data.iter().for_each(|data| text += &format!(" {} |", data.size));
    text += &format!("\n| --- |{}\n", " ---: |".repeat(measured.data.len()));
    for tool in Tool::ALL {
        if !measured.rows.iter().any(|row| row.tool == tool) {
            continue;
        }
        let _ = write!(text, "| {tool} |");
        for data in &measured.data {
            let cost = per_million(measured, tool, &data.size);
            let _ = write!(text, " {} |", cost.map_or_else(|| "–".to_owned(), |cost| format!("{cost:.3}")));
        }
        text += "\n";
    }
    text
}

/// Returns what a million vertices cost a tool, if it came to an end.
pub fn per_million(measured: &Measured, tool: Tool, size: &str) -> Option<f64> {
    let data = measured.data.iter().find(|data| data.size == size)?;
    let row = measured.rows.iter().find(|row| row.tool == tool && row.size == size && row.finished)?;
    Some(row.usage.cpu_s / (data.vertices as f64 / 1e6))
}

/// `1234567` as `1,234,567`.
fn grouped(number: usize) -> String {
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
