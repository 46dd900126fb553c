//! Finds which features can interact at all, so that those that touch nothing skip the common noding.
//!
//! An R-tree over the features' boxes answers which boxes meet. A feature whose box meets no other
//! is cut by itself: no segment and no hot pixel of another feature can reach it, so the result is
//! the same.

use crate::normalise::NormalLayer;
use crate::precision::Point;
use crate::watch::{Stage, Stop, Watch, step};
use rayon::prelude::*;
use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};

/// Where fewer than one feature in so many may be alone, finding them costs more than it saves.
const FEW: usize = 8;

/// So many cells for each box: fine enough that nearly every box holds the middle of one.
const CELLS: i128 = 8;

/// Returns of each feature, counted over all layers, whether its box meets no other feature's.
///
/// Where layers lie over each other hardly any feature is alone. That is soon seen: two boxes that
/// hold the middle of the same cell meet. If that leaves few features, none is called alone.
pub(super) fn alone(layers: &[NormalLayer], watch: &dyn Watch) -> Result<Vec<bool>, Stop> {
    let boxes = boxes(layers);
    step(watch, Stage::Edges, 0.3)?;
    let mut alone = apart_at_cells(&boxes);
    step(watch, Stage::Edges, 0.4)?;
    if alone.iter().filter(|&&alone| alone).count() * FEW < alone.len() {
        alone.fill(false);
        return Ok(alone);
    }
    let tree = RTree::bulk_load(boxes.iter().flatten().copied().map(rectangle).collect());
    alone.par_iter_mut().zip(&boxes).for_each(|(alone, found)| {
        *alone =
            *alone && found.is_some_and(|found| tree.locate_in_envelope_intersecting(near(found)).nth(1).is_none());
    });
    Ok(alone)
}

/// The lowest and the highest corner of a feature's rings.
type Box2 = (Point, Point);

fn rectangle((low, high): Box2) -> Rectangle<[i64; 2]> {
    let corner = |p: Point| [i64::from(p.x), i64::from(p.y)];
    Rectangle::from_corners(corner(low), corner(high))
}

/// Returns the box within which another feature could be met: hot pixels reach half a unit beyond
/// the box on either side.
fn near((low, high): Box2) -> AABB<[i64; 2]> {
    AABB::from_corners([i64::from(low.x) - 2, i64::from(low.y) - 2], [i64::from(high.x) + 2, i64::from(high.y) + 2])
}

/// Returns of each box whether it was not seen to share the middle of a cell with another. Boxes that
/// hold many middles are not looked at; features without rings are not apart.
fn apart_at_cells(boxes: &[Option<Box2>]) -> Vec<bool> {
    const MANY: i64 = 64;
    let mut apart: Vec<bool> = boxes.iter().map(Option::is_some).collect();
    let corners = || boxes.iter().flatten().flat_map(|&(low, high)| [low, high]);
    let Some(first) = corners().next() else { return apart };
    let (low, high) = corners().fold((first, first), |(low, high), p| {
        (Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y)))
    });
    let (width, height) = (i64::from(high.x) - i64::from(low.x) + 1, i64::from(high.y) - i64::from(low.y) + 1);
    let mut side = 1i64;
    while i128::from(width / side + 1) * i128::from(height / side + 1) > CELLS * boxes.len() as i128 + 64 {
        side *= 2;
    }
    let columns = width / side + 1;
    let mut holder = vec![u32::MAX; (columns * (height / side + 1)) as usize];
    // The middles of cells from the first to the last that lie between two coordinates.
    let middles = |from: i32, to: i32, start: i32| {
        let (from, to) = (i64::from(from) - i64::from(start), i64::from(to) - i64::from(start));
        (from + side - 1 - side / 2) / side..=(to - side / 2).div_euclid(side)
    };
    for (number, &found) in (0u32..).zip(boxes) {
        let Some((least, most)) = found else { continue };
        let (across, up) = (middles(least.x, most.x, low.x), middles(least.y, most.y, low.y));
        if (across.end() - across.start() + 1).max(0) * (up.end() - up.start() + 1).max(0) > MANY {
            continue;
        }
        for cell in up.flat_map(|row| across.clone().map(move |column| row * columns + column)) {
            let holder = &mut holder[cell as usize];
            if *holder == u32::MAX {
                *holder = number;
            } else {
                (apart[*holder as usize], apart[number as usize]) = (false, false);
            }
        }
    }
    apart
}

/// Returns each feature's box; `None` for features without rings.
fn boxes(layers: &[NormalLayer]) -> Vec<Option<Box2>> {
    let of_feature = |layer: &NormalLayer, index: usize| {
        let rings = layer.ring_ranges(index..index + 1);
        let points = rings.flat_map(|(_, ring)| layer.points()[ring].iter().copied());
        points.map(|p| (p, p)).reduce(|(low, high), (p, _)| {
            (Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y)))
        })
    };
    let mut boxes = Vec::new();
    for layer in layers {
        boxes.par_extend((0..layer.feature_count()).into_par_iter().map(|index| of_feature(layer, index)));
    }
    boxes
}
