//! Exact predicates on grid points.
//!
//! Offsets are 32 bits, so differences need 33 and cross products 67. Nearly all differences fit
//! into 32, and then 64 bits hold the product; the others are multiplied in 128.

use crate::precision::Point;

/// Returns twice the signed area of the triangle: positive if `c` lies left of `a → b`.
#[inline]
pub(crate) fn orient(a: Point, b: Point, c: Point) -> i128 {
    cross(delta(a, b), delta(a, c))
}

/// Returns the vector from `a` to `b`.
#[inline]
pub(crate) fn delta(a: Point, b: Point) -> (i64, i64) {
    (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y))
}

/// Whether products of two such lengths, and the difference of two products, fit 64 bits.
#[inline]
fn short(length: i64) -> bool {
    length.unsigned_abs() < 1 << 31
}

/// Returns the cross product of two vectors.
#[inline]
pub(crate) fn cross(u: (i64, i64), v: (i64, i64)) -> i128 {
    if short(u.0) && short(u.1) && short(v.0) && short(v.1) {
        // Each product is below 2^62 in size.
        return i128::from(u.0 * v.1 - u.1 * v.0);
    }
    i128::from(u.0) * i128::from(v.1) - i128::from(u.1) * i128::from(v.0)
}

/// Returns where two segments cross, rounded half up to the grid, if they cross properly: in one
/// point that is inside both. `None` if they merely touch, overlap or miss.
pub(crate) fn proper_crossing(a: Point, b: Point, c: Point, d: Point) -> Option<Point> {
    let side_c = orient(a, b, c);
    let side_d = orient(a, b, d);
    if side_c == 0 || side_d == 0 || (side_c > 0) == (side_d > 0) {
        return None;
    }
    let side_a = orient(c, d, a);
    let side_b = orient(c, d, b);
    if side_a == 0 || side_b == 0 || (side_a > 0) == (side_b > 0) {
        return None;
    }
    // a + (b - a) · t with t = side_a / (side_a - side_b); both have the same sign.
    let (mut up, mut below) = (side_a, side_a - side_b);
    if below < 0 {
        (up, below) = (-up, -below);
    }
    let (dx, dy) = delta(a, b);
    let x = i64::from(a.x) + round_half_up(dx, up, below);
    let y = i64::from(a.y) + round_half_up(dy, up, below);
    Some(Point::new(x as i32, y as i32))
}

/// Returns `floor(length · up / below + 1/2)`.
fn round_half_up(length: i64, up: i128, below: i128) -> i64 {
    // 2^33 · 2^67 · 2 stays below 2^127.
    let twice = 2 * i128::from(length) * up + below;
    twice.div_euclid(2 * below) as i64
}

/// Returns whether the segment `a → b` passes the hot pixel of `p`: the unit square around it,
/// left and lower side included, right and upper side not.
///
/// Both ends are grid points, so a segment whose box holds `p` reaches every point of its line
/// inside the square; it remains to see whether the line meets the square. With `c` the cross
/// product at the centre, the corners' are `c ± dx/2 ± dy/2`: the line runs through the inside if
/// `|2c| < |dx| + |dy|`, and touches exactly the lower-left corner if `2c = dx - dy`.
#[inline]
pub(crate) fn passes(a: Point, b: Point, p: Point) -> bool {
    if p.x < a.x.min(b.x) || p.x > a.x.max(b.x) || p.y < a.y.min(b.y) || p.y > a.y.max(b.y) {
        return false;
    }
    let d = delta(a, b);
    // `p` lies in the box of the segment, so its offset is no longer than `d` either.
    if short(d.0) && short(d.1) {
        let v = delta(a, p);
        let c = d.0 * v.1 - d.1 * v.0;
        return 2 * c.unsigned_abs() < (d.0.abs() + d.1.abs()) as u64 || 2 * i128::from(c) == i128::from(d.0 - d.1);
    }
    let c2 = 2 * cross(d, delta(a, p));
    c2.abs() < i128::from(d.0.abs() + d.1.abs()) || c2 == i128::from(d.0 - d.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The half-open square cut with the segment, in exact rationals, by clipping parameters.
    fn passes_by_clipping(a: Point, b: Point, p: Point) -> bool {
        // Sample the segment's parameter at all places where it meets the square's four lines and
        // at the middles between them: on each such piece the membership is constant.
        let d = delta(a, b);
        let mut places: Vec<(i128, i128)> = vec![(0, 1), (1, 1)];
        for (from, along, centre) in [(a.x, d.0, p.x), (a.y, d.1, p.y)] {
            for half in [-1i128, 1] {
                if along != 0 {
                    let up = 2 * (i128::from(centre) - i128::from(from)) + half;
                    let below = 2 * i128::from(along);
                    places.push(if below < 0 { (-up, -below) } else { (up, below) });
                }
            }
        }
        places.retain(|(up, below)| *up >= 0 && up <= below);
        places.sort_by(|s, t| (s.0 * t.1).cmp(&(t.0 * s.1)));
        let middles: Vec<_> =
            places.windows(2).map(|w| (w[0].0 * w[1].1 + w[1].0 * w[0].1, 2 * w[0].1 * w[1].1)).collect();
        places.extend(middles);
        places.iter().any(|&(up, below)| {
            let inside = |from: i32, along: i64, centre: i32| {
                let twice = 2 * (i128::from(from) * below + i128::from(along) * up - i128::from(centre) * below);
                -below <= twice && twice < below
            };
            inside(a.x, d.0, p.x) && inside(a.y, d.1, p.y)
        })
    }

    #[test]
    fn a_hot_pixel_is_passed_exactly_when_the_half_open_square_meets_the_segment() {
        let centre = Point::new(0, 0);
        for (ax, ay) in (-4..=4).flat_map(|x| (-4..=4).map(move |y| (x, y))) {
            for (bx, by) in (-4..=4).flat_map(|x| (-4..=4).map(move |y| (x, y))) {
                let (a, b) = (Point::new(ax, ay), Point::new(bx, by));
                if a != b {
                    assert_eq!(passes(a, b, centre), passes_by_clipping(a, b, centre), "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn crossings_at_the_edge_of_the_range_are_exact() {
        let m = 2_147_483_600;
        let crossing = proper_crossing(Point::new(-m, -m), Point::new(m, m), Point::new(-m, m), Point::new(m, -m));
        assert_eq!(crossing, Some(Point::new(0, 0)));
        let shifted = proper_crossing(Point::new(-m, -m), Point::new(m, m), Point::new(-m, m), Point::new(m, 3 - m));
        assert_eq!(shifted, Some(Point::new(1, 1)));
    }

    #[test]
    fn half_a_unit_rounds_up() {
        let crossing = proper_crossing(Point::new(0, 0), Point::new(1, 1), Point::new(0, 1), Point::new(1, 0));
        assert_eq!(crossing, Some(Point::new(1, 1)));
        let below = proper_crossing(Point::new(-1, -1), Point::new(0, 0), Point::new(-1, 0), Point::new(0, -1));
        assert_eq!(below, Some(Point::new(0, 0)));
    }
}
