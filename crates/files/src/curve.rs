//! Circular arcs become chains of chords, one every 4°, as in GDAL.
//!
//! An arc is always divided from its smaller end to its larger, so that two neighbours that share
//! an arc get the same points whichever way they run along it.

use geo::{Coord, LineString};
use std::f64::consts::{PI, TAU};

/// The largest angle that one chord stands for.
const STEP: f64 = 4.0 * PI / 180.0;

/// Returns the chords of a circular string: each arc given by start, a point on it, and end.
pub(crate) fn straighten(arcs: &LineString<f64>) -> LineString<f64> {
    let mut line: Vec<Coord<f64>> = arcs.0.first().copied().into_iter().collect();
    for arc in arcs.0.windows(3).step_by(2) {
        let (start, on, end) = (arc[0], arc[1], arc[2]);
        if (start.x, start.y) <= (end.x, end.y) {
            line.extend(between(start, on, end));
        } else {
            line.extend(between(end, on, start).into_iter().rev());
        }
        line.push(end);
    }
    LineString(line)
}

/// The points between the ends of an arc.
fn between(start: Coord<f64>, on: Coord<f64>, end: Coord<f64>) -> Vec<Coord<f64>> {
    let Some((centre, sweep)) = centre_and_sweep(start, on, end) else { return vec![on] };
    let radius = (start.x - centre.x).hypot(start.y - centre.y);
    let first = (start.y - centre.y).atan2(start.x - centre.x);
    let pieces = (sweep.abs() / STEP).ceil().max(1.0) as usize;
    let angles = (1..pieces).map(|k| first + sweep * k as f64 / pieces as f64);
    angles.map(|angle| Coord { x: centre.x + radius * angle.cos(), y: centre.y + radius * angle.sin() }).collect()
}

/// The circle's centre and the angle from start to end, positive if counter-clockwise; `None` if
/// the three points lie on a line.
fn centre_and_sweep(start: Coord<f64>, on: Coord<f64>, end: Coord<f64>) -> Option<(Coord<f64>, f64)> {
    if start == end {
        return Some(((start + on) / 2.0, TAU));
    }
    let (b, c) = (on - start, end - start);
    let cross = b.x * c.y - b.y * c.x;
    let (bb, cc) = (b.x * b.x + b.y * b.y, c.x * c.x + c.y * c.y);
    // The height of the arc over its chord, relative to the chord: below this it is a line.
    if cross.is_nan() || cross.abs() <= 1e-9 * cc {
        return None;
    }
    let centre = start + Coord { x: c.y * bb - b.y * cc, y: b.x * cc - c.x * bb } / (2.0 * cross);
    let angle = |p: Coord<f64>| (p.y - centre.y).atan2(p.x - centre.x);
    let turn = (angle(end) - angle(start)).rem_euclid(TAU);
    Some((centre, if cross > 0.0 { turn } else { turn - TAU }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(points: &[(f64, f64)]) -> LineString<f64> {
        points.iter().copied().collect()
    }

    #[test]
    fn chords_lie_on_the_arc_and_take_its_side() {
        for (points, above) in
            [([(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)], true), ([(0.0, 0.0), (1.0, -1.0), (2.0, 0.0)], false)]
        {
            let line = straighten(&string(&points));
            assert_eq!(line.0.len(), 46);
            let off = line.0.iter().map(|c| ((c.x - 1.0).hypot(c.y) - 1.0).abs()).fold(0.0, f64::max);
            assert!(off < 1e-12);
            assert_eq!(line.0[20].y > 0.0, above);
        }
    }

    #[test]
    fn both_directions_give_the_same_points() {
        let there = straighten(&string(&[(10.0, 3.0), (12.5, 4.75), (13.0, 9.0)]));
        let mut back = straighten(&string(&[(13.0, 9.0), (12.5, 4.75), (10.0, 3.0)]));
        back.0.reverse();
        assert_eq!(there, back);
    }

    #[test]
    fn a_straight_arc_stays_straight() {
        assert_eq!(straighten(&string(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)])).0.len(), 3);
    }
}
