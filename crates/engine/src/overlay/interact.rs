//! Finds which features can interact at all, so that those that touch nothing skip the common noding.
//!
//! An R-tree over the features' boxes answers which boxes meet. A feature whose box meets no other
//! is cut by itself: no segment and no hot pixel of another feature can reach it, so the result is
//! the same.

use crate::normalise::NormalLayer;
use crate::precision::Point;
use rayon::prelude::*;
use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};

/// Returns of each feature, counted over all layers, whether its box meets no other feature's.
pub(super) fn alone(layers: &[NormalLayer]) -> Vec<bool> {
    let boxes = boxes(layers);
    let tree = RTree::bulk_load(boxes.iter().flatten().copied().collect());
    let meets_only_itself = |envelope: &Option<Rectangle<[i64; 2]>>| {
        envelope.is_some_and(|envelope| {
            let ([left, bottom], [right, top]) = (envelope.lower(), envelope.upper());
            // Hot pixels reach half a unit beyond the box on either side.
            let near = AABB::from_corners([left - 2, bottom - 2], [right + 2, top + 2]);
            tree.locate_in_envelope_intersecting(near).nth(1).is_none()
        })
    };
    boxes.par_iter().map(meets_only_itself).collect()
}

/// Returns each feature's box; `None` for features without rings.
fn boxes(layers: &[NormalLayer]) -> Vec<Option<Rectangle<[i64; 2]>>> {
    let mut boxes = Vec::new();
    for layer in layers {
        let first = boxes.len();
        let mut corners: Vec<Option<(Point, Point)>> = vec![None; layer.feature_count()];
        for (index, ring) in layer.rings() {
            for &p in ring {
                let (low, high) = corners[index].unwrap_or((p, p));
                corners[index] =
                    Some((Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y))));
            }
        }
        let corner = |p: Point| [i64::from(p.x), i64::from(p.y)];
        boxes.extend(
            corners
                .into_iter()
                .map(|found| found.map(|(low, high)| Rectangle::from_corners(corner(low), corner(high)))),
        );
        debug_assert_eq!(boxes.len(), first + layer.feature_count());
    }
    boxes
}
