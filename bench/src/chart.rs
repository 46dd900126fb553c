//! The picture of what was measured: bars of processor time on a logarithmic scale, and lines of
//! what a million vertices cost from size to size.

use crate::Measured;
use crate::page::per_million;
use crate::tools::Tool;
use std::fmt::Write as _;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 215.0;
const RIGHT: f64 = 90.0;
const ROW: f64 = 20.0;

/// Returns the picture as SVG.
pub fn draw(measured: &Measured) -> String {
    let mut body = String::new();
    let mut y = bars(measured, &mut body, 40.0);
    y = lines(measured, &mut body, y + 64.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{y}\" viewBox=\"0 0 {WIDTH} {y}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#1f2933\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

fn colour(tool: Tool) -> &'static str {
    match tool {
        Tool::Read => "#b8c2cc",
        Tool::Lantu => "#0b6e4f",
        Tool::Bounded => "#5fa88a",
        Tool::Mapshaper => "#c2702b",
        Tool::Geos => "#5b6fa8",
    }
}

fn text(body: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = writeln!(body, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}

/// One bar per tool and size; returns where it ends.
fn bars(measured: &Measured, body: &mut String, top: f64) -> f64 {
    let finished = || measured.rows.iter().filter(|row| row.finished);
    let least = finished().map(|row| row.usage.cpu_s).fold(f64::INFINITY, f64::min).max(1e-3);
    let most = finished().map(|row| row.usage.cpu_s).fold(least, f64::max);
    let (low, high) = (least.log10().floor(), most.log10().ceil().max(least.log10().floor() + 1.0));
    let at = |seconds: f64| LEFT + (seconds.log10().max(low) - low) / (high - low) * (WIDTH - LEFT - RIGHT);
    text(body, LEFT, top - 16.0, "start", "Processor time in seconds, the whole job, logarithmic: shorter is better");
    let bottom = top + finished().count() as f64 * ROW + measured.data.len() as f64 * 12.0;
    for power in low as i32..=high as i32 {
        let (x, label) = (at(10f64.powi(power)), 10f64.powi(power));
        let _ = writeln!(body, "<path d=\"M{x:.1} {top}V{bottom:.1}\" stroke=\"#e4e8ec\"/>");
        text(body, x, bottom + 16.0, "middle", &label.to_string());
    }
    let mut y = top;
    for data in &measured.data {
        y += 12.0;
        for row in finished().filter(|row| row.size == data.size) {
            text(body, LEFT - 8.0, y + 14.0, "end", &format!("{} {}", row.size, row.tool));
            let (x, end, fill) = (at(10f64.powf(low)), at(row.usage.cpu_s), colour(row.tool));
            let _ = writeln!(
                body,
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
                y + 2.0,
                (end - x).max(1.0),
                ROW - 4.0
            );
            text(body, end + 6.0, y + 14.0, "start", &format!("{:.2}", row.usage.cpu_s));
            y += ROW;
        }
    }
    bottom + 20.0
}

/// What a million vertices cost, tool by tool; returns where it ends.
fn lines(measured: &Measured, body: &mut String, top: f64) -> f64 {
    let (height, sizes) = (170.0, &measured.data);
    let cost = |tool, size: &str| per_million(measured, tool, size);
    let all = Tool::ALL.iter().flat_map(|&tool| sizes.iter().filter_map(move |data| cost(tool, &data.size)));
    let most = all.fold(0.0, f64::max).max(1e-3);
    let x = |k: usize| LEFT + (k as f64 + 0.5) / sizes.len() as f64 * (WIDTH - LEFT - RIGHT);
    let y = |cost: f64| top + height * (1.0 - cost / most);
    text(body, LEFT, top - 24.0, "start", "Processor seconds per million vertices, size by size: flat is linear");
    let _ = writeln!(body, "<path d=\"M{LEFT} {0:.1}H{1:.1}\" stroke=\"#9aa5b1\"/>", top + height, WIDTH - RIGHT);
    for (k, data) in sizes.iter().enumerate() {
        text(body, x(k), top + height + 18.0, "middle", &format!("{}, {:.1} M", data.size, data.vertices as f64 / 1e6));
    }
    for tool in Tool::ALL {
        let places: Vec<(f64, f64, f64)> =
            sizes.iter().enumerate().filter_map(|(k, data)| cost(tool, &data.size).map(|c| (x(k), y(c), c))).collect();
        let Some(&(_, first, _)) = places.first() else { continue };
        let path: Vec<String> = places.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        let stroke = colour(tool);
        let _ = writeln!(
            body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (x, y, cost) in &places {
            let _ = writeln!(body, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{stroke}\"/>");
            text(body, x + 7.0, y - 5.0, "start", &format!("{cost:.2}"));
        }
        text(body, LEFT - 8.0, first + 4.0, "end", &tool.to_string());
    }
    top + height + 36.0
}
