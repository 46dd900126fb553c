//! Bars: the blueprint's classes, the largest first, which are its legend too; conflicts by state and by
//! district; classes by district. Their numbers are cells of the tables.

use super::Desk;
use super::tables::{region, state};
use crate::regions::Region;
use lantu_files::paper::{Cell, Drawing, Shape, shown};

const WIDTH: f64 = 500.0;
const ROW: f64 = 16.0;
/// Where the bars begin, and how long the longest is.
const BARS: [f64; 2] = [130.0, 200.0];
/// More rows than these are not drawn; the tables have them.
const MOST: usize = 30;

/// The states of conflicts in the order of the table of districts, with their colours on the map.
pub(super) const STATES: [(&str, [u8; 3]); 3] =
    [("open", [0xe8, 0x44, 0x0a]), ("rule", [0x9a, 0xa1, 0xab]), ("hand", [0x2f, 0x6f, 0xb7])];

/// A row: its name, its parts with their colours, and what is written behind them.
struct Bar {
    name: String,
    parts: Vec<(f64, [u8; 3])>,
    told: String,
}

/// Returns all charts that have a row.
pub(super) fn all(desk: &Desk<'_>) -> Vec<Drawing> {
    let charts = [classes(desk), states(desk), conflicts(desk), by_district(desk)];
    charts.into_iter().filter(|chart| !chart.shapes.is_empty()).collect()
}

fn hectares(desk: &Desk<'_>, hectares: &[f64]) -> String {
    let told: Vec<String> = hectares.iter().map(|&number| shown(&Cell::Number(number, 4))).collect();
    format!("{} {}", told.join(" + "), desk.say(["公顷", "ha"]))
}

fn classes(desk: &Desk<'_>) -> Drawing {
    let mut classes: Vec<_> = desk.report.regions.first().map_or(&[][..], |whole| &whole.classes).iter().collect();
    classes.sort_by(|a, b| b.area.ellipsoid.m2.total_cmp(&a.area.ellipsoid.m2));
    let bar = |class: &&crate::regions::InClass| {
        let (id, area) = (class.class.as_deref(), class.area.ellipsoid);
        Bar { name: desk.class(id), parts: vec![(area.m2, desk.colour(id))], told: hectares(desk, &[area.ha]) }
    };
    let caption = desk.say(["各类别的椭球面积", "The classes' areas on the ellipsoid"]).to_owned();
    drawn(&classes.iter().map(bar).collect::<Vec<_>>(), &[], caption)
}

/// The conflicts of a state in a region: how many, and their square metres and hectares on the ellipsoid.
fn of_state(region: &Region, state: &str) -> (u32, [f64; 2]) {
    let found = region.conflicts.get(state);
    found.map_or((0, [0.0; 2]), |found| (found.count, [found.area.ellipsoid.m2, found.area.ellipsoid.ha]))
}

fn states(desk: &Desk<'_>) -> Drawing {
    let Some(whole) = desk.report.regions.first() else { return Drawing::default() };
    let bar = |&(id, colour): &(&str, [u8; 3])| {
        let (count, [m2, ha]) = of_state(whole, id);
        let count = shown(&Cell::Number(f64::from(count), 0));
        let told = desk.say([format!("{count} 处，"), format!("{count}: ")]) + &hectares(desk, &[ha]);
        Bar { name: state(desk, id).to_owned(), parts: vec![(m2, colour)], told }
    };
    let bars: Vec<Bar> = if whole.conflicts.keys().any(|id| STATES.iter().any(|(state, _)| state == id)) {
        STATES.iter().map(bar).collect()
    } else {
        Vec::new()
    };
    let caption =
        desk.say(["各状态的冲突：处数与椭球面积", "Conflicts by state: how many, and their ellipsoidal area"]);
    drawn(&bars, &[], caption.to_owned())
}

/// The districts of the layer itself; none where there are no districts.
fn districts<'a>(desk: &Desk<'a>) -> Vec<&'a Region> {
    let districts = desk.report.regions.iter().filter(|region| !region.code.is_empty());
    districts.filter(|region| region.leaf && !region.classes.is_empty()).collect()
}

fn conflicts(desk: &Desk<'_>) -> Drawing {
    let bar = |of: &&Region| {
        let found = STATES.map(|(id, colour)| (of_state(of, id).1, colour));
        Bar {
            name: region(desk, &of.code, &of.name),
            parts: found.iter().map(|&([m2, _], colour)| (m2, colour)).collect(),
            told: hectares(desk, &found.map(|([_, ha], _)| ha)),
        }
    };
    let legend = STATES.map(|(id, colour)| (state(desk, id).to_owned(), colour));
    let caption = desk.say(["各行政区的冲突：椭球面积，按状态", "Conflicts by district and state, on the ellipsoid"]);
    drawn(&districts(desk).iter().map(bar).collect::<Vec<_>>(), &legend, caption.to_owned())
}

fn by_district(desk: &Desk<'_>) -> Drawing {
    let bar = |of: &&Region| {
        let part = |class: &crate::regions::InClass| (class.area.ellipsoid.m2, desk.colour(class.class.as_deref()));
        Bar {
            name: region(desk, &of.code, &of.name),
            parts: of.classes.iter().map(part).collect(),
            told: hectares(desk, &[of.blueprint.ellipsoid.ha]),
        }
    };
    let caption = desk.say([
        "各行政区的蓝图：椭球面积，各类别颜色同上图",
        "The blueprint by district on the ellipsoid, in the colours of its classes",
    ]);
    drawn(&districts(desk).iter().map(bar).collect::<Vec<_>>(), &[], caption.to_owned())
}

fn drawn(bars: &[Bar], legend: &[(String, [u8; 3])], caption: String) -> Drawing {
    let bars = &bars[..bars.len().min(MOST)];
    if bars.is_empty() {
        return Drawing::default();
    }
    let length = |bar: &Bar| bar.parts.iter().map(|(value, _)| value).sum::<f64>();
    let largest = bars.iter().map(length).fold(1e-9, f64::max);
    let mut shapes = key(legend);
    let top = if legend.is_empty() { 3.0 } else { 3.0 + ROW };
    for (at, bar) in bars.iter().enumerate() {
        let y = ROW * at as f64 + top;
        let mut left = BARS[0];
        for &(value, fill) in bar.parts.iter().filter(|(value, _)| *value > 0.0) {
            let right = left + (value / largest * BARS[1]).max(0.5);
            shapes.push(block([left, y], [right, y + ROW - 5.0], fill));
            left = right;
        }
        shapes.push(words([0.0, y + 9.0], bar.name.clone()));
        shapes.push(words([left + 6.0, y + 9.0], bar.told.clone()));
    }
    Drawing { width: WIDTH, height: ROW * bars.len() as f64 + top + 1.0, caption: vec![caption], shapes }
}

/// What colours mean, in a row above the bars.
fn key(legend: &[(String, [u8; 3])]) -> Vec<Shape> {
    let one = |(at, (name, fill)): (usize, &(String, [u8; 3]))| {
        let x = BARS[0] + 100.0 * at as f64;
        [block([x, 3.0], [x + 10.0, 12.0], *fill), words([x + 14.0, 12.0], name.clone())]
    };
    legend.iter().enumerate().flat_map(one).collect()
}

fn block([left, top]: [f64; 2], [right, low]: [f64; 2], fill: [u8; 3]) -> Shape {
    let rings = vec![vec![[left, top], [right, top], [right, low], [left, low]]];
    Shape::Area { rings, fill, opacity: 1.0 }
}

fn words(at: [f64; 2], text: String) -> Shape {
    Shape::Words { at, size: 9.0, text }
}
