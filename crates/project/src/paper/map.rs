//! The overview: the blueprint drawn from its arcs, dissolved by class.

use super::Desk;
use geo::Coord;
use lantu_engine::{Blueprint, FaceId, GridPolygon, PrecisionModel};
use lantu_files::paper::{Drawing, Shape};
use rayon::prelude::*;
use std::collections::BTreeMap;

const WIDTH: f64 = 500.0;
/// Points nearer than this, in points of the drawing, are one: half of what a screen shows.
const NEAR: f64 = 0.5;
/// On the overview rings with less ground than this, in square points of the drawing, are not drawn.
const SPECK: f64 = 0.1;

/// How the plane lies on a drawing.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// The plane's coordinates of the upper left corner.
    pub corner: Coord<f64>,
    /// Points per metre.
    pub scale: f64,
}

impl Frame {
    pub(super) fn place(self, at: Coord<f64>) -> [f64; 2] {
        [(at.x - self.corner.x) * self.scale, (self.corner.y - at.y) * self.scale]
    }

    /// Rings on the drawing; points that nobody could tell apart are one, and so are small rings.
    pub(super) fn rings(self, grid: &PrecisionModel, polygons: &[GridPolygon]) -> Vec<Vec<[f64; 2]>> {
        let thinned = |ring: &Vec<lantu_engine::Point>| {
            let mut points: Vec<[f64; 2]> = Vec::new();
            for at in ring.iter().map(|&point| self.place(grid.locate(point))) {
                let far = |last: &[f64; 2]| (last[0] - at[0]).abs().max((last[1] - at[1]).abs()) >= NEAR;
                if points.last().is_none_or(far) {
                    points.push(at);
                }
            }
            points
        };
        polygons.iter().flatten().map(thinned).filter(|points| points.len() > 2).collect()
    }
}

/// Returns the map of the whole blueprint.
pub(super) fn overview(desk: &Desk<'_>) -> Drawing {
    let (partition, blueprint) = (&desk.outcome.cut.partition, &desk.outcome.blueprint);
    let Some(extent) = desk.inputs.extent() else { return Drawing::default() };
    let scale = (WIDTH / extent.width()).min(560.0 / extent.height());
    let frame = Frame { corner: Coord { x: extent.min().x, y: extent.max().y }, scale };
    let mut groups: BTreeMap<Option<&str>, Vec<FaceId>> = BTreeMap::new();
    let class = |face: FaceId| {
        let patch = blueprint.patch_of[face as usize];
        (patch != Blueprint::NONE).then(|| blueprint.patches[patch as usize].class.as_ref().map(|class| class.as_str()))
    };
    for face in partition.bounded_faces() {
        if let Some(class) = class(face) {
            groups.entry(class).or_default().push(face);
        }
    }
    let area = |(id, faces): (&Option<&str>, &Vec<FaceId>)| {
        let polygons = partition.polygons(faces, |face| class(face) == Some(*id));
        let mut rings = frame.rings(&partition.grid, &polygons);
        rings.retain(|ring| ground_of(ring) >= SPECK);
        Shape::Area { rings, fill: desk.colour(*id), opacity: 1.0 }
    };
    let mut shapes: Vec<Shape> = groups.par_iter().map(area).collect();
    let height = extent.height() * scale;
    shapes.push(bar(scale, height));
    let (length, label) = bar_length(scale);
    shapes.push(Shape::Words { at: [10.0 + length, height - 6.0], size: 8.0, text: label });
    let caption = vec![desk.say(["蓝图概览", "The blueprint"]).to_owned()];
    Drawing { width: extent.width() * scale, height, caption, shapes }
}

/// The ground of a ring on the drawing.
fn ground_of(ring: &[[f64; 2]]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    let twice: f64 = ring.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    twice.abs() / 2.0
}

/// The length of the scale bar on the drawing, and what it stands for.
fn bar_length(scale: f64) -> (f64, String) {
    let metres = 10f64.powf((100.0 / scale).log10().floor());
    let label = if metres >= 1000.0 { format!("{} km", metres / 1000.0) } else { format!("{metres} m") };
    (metres * scale, label)
}

fn bar(scale: f64, height: f64) -> Shape {
    let y = height - 8.0;
    Shape::Line { points: vec![[6.0, y], [6.0 + bar_length(scale).0, y]], colour: [0, 0, 0], width: 2.0 }
}
