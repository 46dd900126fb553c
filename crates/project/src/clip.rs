//! Rings clipped to a box, for drawing and for what lies far away; the blueprint is never cut so.

/// A side of a box: the axis, and what its coordinate times the sign must reach.
pub(crate) type Side = (usize, f64, f64);

/// Clips a ring to the inner side of each of some sides (Sutherland–Hodgman). A ring that leaves
/// the box and comes back runs along its sides in between, which an even-odd fill does not mind.
pub(crate) fn clip_ring(ring: &[[f64; 2]], sides: &[Side]) -> Vec<[f64; 2]> {
    let mut points = ring.to_vec();
    for &(axis, sign, limit) in sides {
        let inside = |at: &[f64; 2]| at[axis] * sign - limit;
        let mut kept = Vec::with_capacity(points.len());
        for (at, here) in points.iter().enumerate() {
            let before = &points[(at + points.len() - 1) % points.len()];
            let (a, b) = (inside(before), inside(here));
            if (a >= 0.0) != (b >= 0.0) {
                let t = a / (a - b);
                kept.push([before[0] + t * (here[0] - before[0]), before[1] + t * (here[1] - before[1])]);
            }
            if b >= 0.0 {
                kept.push(*here);
            }
        }
        points = kept;
    }
    points
}
