//! Bars of the blueprint's classes, the largest first; they are its legend too.

use super::Desk;
use lantu_files::paper::{Cell, Drawing, Shape, shown};

const WIDTH: f64 = 500.0;
const ROW: f64 = 16.0;
/// Where the bars begin, and how long the longest is.
const BARS: [f64; 2] = [140.0, 240.0];
/// More classes than these are not drawn; the table has them.
const MOST: usize = 30;

/// Returns the chart.
pub(super) fn classes(desk: &Desk<'_>) -> Drawing {
    let Some(whole) = desk.report.regions.first() else { return Drawing::default() };
    let mut classes: Vec<_> = whole.classes.iter().collect();
    classes.sort_by(|a, b| b.area.ellipsoid.m2.total_cmp(&a.area.ellipsoid.m2));
    classes.truncate(MOST);
    let largest = classes.first().map_or(1.0, |class| class.area.ellipsoid.m2.max(1e-9));
    let mut shapes = Vec::new();
    for (at, class) in classes.iter().enumerate() {
        let y = ROW * at as f64 + 3.0;
        let length = class.area.ellipsoid.m2 / largest * BARS[1];
        let (left, right, low) = (BARS[0], BARS[0] + length.max(0.5), y + ROW - 5.0);
        let bar = vec![vec![[left, y], [right, y], [right, low], [left, low]]];
        shapes.push(Shape::Area { rings: bar, fill: desk.colour(class.class.as_deref()), opacity: 1.0 });
        let words = |x: f64, text: String| Shape::Words { at: [x, y + 9.0], size: 9.0, text };
        shapes.push(words(0.0, desk.class(class.class.as_deref())));
        let area = shown(&Cell::Number(class.area.ellipsoid.ha, 4));
        shapes.push(words(right + 6.0, format!("{area} {}", desk.say(["公顷", "ha"]))));
    }
    let caption = vec![desk.say(["各类别的椭球面积", "The classes' areas on the ellipsoid"]).to_owned()];
    Drawing { width: WIDTH, height: ROW * classes.len() as f64 + 4.0, caption, shapes }
}
