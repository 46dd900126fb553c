//! A figure per conflict: the parties' ground around it, the conflict in red, and below it who
//! claims it, what was decided and where it lies.

use super::Desk;
use super::map::Frame;
use super::tables::{parties, verdict};
use crate::api::Problem;
use crate::clip::clip_ring;
use crate::progress::GoOn;
use crate::report::ListedConflict;
use geo::{Coord, Rect};
use lantu_engine::{FaceId, FeatureRef};
use lantu_files::paper::{Cell, Drawing, Shape, shown};
use rayon::prelude::*;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

const SIZE: [f64; 2] = [240.0, 165.0];
/// Rings are cut so far outside of the figure, so that the cut is not seen.
const BEYOND: f64 = 10.0;
/// The least half width of what is shown, in metres.
const LEAST: f64 = 8.0;

/// Returns the figures of the conflicts that were chosen, else of the first of the report's list.
///
/// # Errors
/// What `go_on` says, which hears how much is done.
pub(super) fn figures(desk: &Desk<'_>, most: usize, go_on: GoOn<'_>) -> Result<Vec<Drawing>, Problem> {
    let listed: Vec<&ListedConflict> = match &desk.report.chosen {
        Some(chosen) => chosen.iter().collect(),
        None => desk.report.conflict_list.iter().take(most).collect(),
    };
    let (done, all) = (AtomicUsize::new(0), listed.len() as f64);
    let one = |listed: &&ListedConflict| {
        go_on(done.fetch_add(1, Ordering::Relaxed) as f64 / all)?;
        Ok(figure(desk, listed))
    };
    let drawn: Result<Vec<Option<Drawing>>, Problem> = listed.par_iter().map(one).collect();
    Ok(drawn?.into_iter().flatten().collect())
}

fn figure(desk: &Desk<'_>, listed: &ListedConflict) -> Option<Drawing> {
    let (cut, grid) = (&desk.outcome.cut, &desk.outcome.cut.partition.grid);
    let conflict = &cut.conflicts[cut.find(listed.id.parse().ok()?)? as usize];
    let bounds = Rect::new(grid.locate(conflict.bounds.0), grid.locate(conflict.bounds.1));
    let half = (bounds.width() * 0.7).max(bounds.height() * 0.7 * SIZE[0] / SIZE[1]).max(LEAST);
    let reach = Coord { x: half, y: half * SIZE[1] / SIZE[0] };
    let window = Rect::new(bounds.center() - reach, bounds.center() + reach);
    let frame = Frame { corner: Coord { x: window.min().x, y: window.max().y }, scale: SIZE[0] / (2.0 * half) };
    let faces = cut.partition.faces_in(window);
    let mut shapes = Vec::new();
    for &party in &conflict.parties {
        let rings = ground(desk, &faces, party, frame);
        let fill = desk.colour(Some(cut.partition.feature(party).class.as_str()));
        shapes.extend(rings.iter().map(|ring| line(ring, [110, 110, 110], 0.6)));
        shapes.insert(0, Shape::Area { rings, fill, opacity: 0.55 });
    }
    let own: HashSet<FaceId> = conflict.faces.iter().copied().collect();
    let polygons = cut.partition.polygons(&conflict.faces, |face| own.contains(&face));
    let rings: Vec<_> = frame.rings(grid, &polygons).iter().map(|ring| clipped(ring)).collect();
    shapes.extend(rings.iter().map(|ring| line(ring, [200, 0, 0], 1.2)));
    // What is too thin to be seen is marked by a ring around it.
    let [x, y] = frame.place(bounds.center());
    let seen = rings.iter().any(|ring| ring.len() > 2) && bounds.width().min(bounds.height()) * frame.scale > 2.0;
    if !seen {
        let around = (0..=24).map(|k| f64::from(k) * std::f64::consts::TAU / 24.0);
        let points = around.map(|angle| [x + 14.0 * angle.cos(), y + 14.0 * angle.sin()]).collect();
        shapes.push(Shape::Line { points, colour: [200, 0, 0], width: 1.0 });
    }
    let [w, h] = SIZE;
    shapes.push(line(&[[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]], [90, 90, 90], 1.0));
    Some(Drawing { width: w, height: h, caption: caption(desk, listed), shapes })
}

/// The ground of a party around the window, cut to what is shown.
fn ground(desk: &Desk<'_>, faces: &[FaceId], party: FeatureRef, frame: Frame) -> Vec<Vec<[f64; 2]>> {
    let partition = &desk.outcome.cut.partition;
    let own: HashSet<FaceId> = faces.iter().copied().filter(|&face| partition.parents(face).contains(&party)).collect();
    let mut list: Vec<FaceId> = own.iter().copied().collect();
    list.sort_unstable();
    let polygons = partition.polygons(&list, |face| own.contains(&face));
    let rings = frame.rings(&partition.grid, &polygons);
    rings.iter().map(|ring| clipped(ring)).filter(|ring| ring.len() > 2).collect()
}

fn line(ring: &[[f64; 2]], colour: [u8; 3], width: f64) -> Shape {
    Shape::Line { points: ring.iter().chain(ring.first()).copied().collect(), colour, width }
}

/// Cuts a ring to the figure and a little beyond.
fn clipped(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let sides = [(0, 1.0, -BEYOND), (0, -1.0, -(SIZE[0] + BEYOND)), (1, 1.0, -BEYOND), (1, -1.0, -(SIZE[1] + BEYOND))];
    clip_ring(ring, &sides)
}

fn caption(desk: &Desk<'_>, listed: &ListedConflict) -> Vec<String> {
    let area = shown(&Cell::Number(listed.ellipsoid_m2, 2));
    let [lon, lat] = listed.lonlat;
    let [x, y] = listed.at;
    let decided = verdict(desk, listed);
    vec![
        format!("{}  {area} m²", listed.id),
        parties(listed),
        desk.say([format!("裁定：{decided}"), format!("Decision: {decided}")]),
        desk.say([
            format!("位置：{lon:.7}, {lat:.7}（东 {x:.2}，北 {y:.2}）"),
            format!("At {lon:.7}, {lat:.7} (E {x:.2}, N {y:.2})"),
        ]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_cut_a_little_outside_of_the_figure() {
        let far = [[-1e6, -1e6], [1e6, -1e6], [1e6, 1e6], [-1e6, 1e6]];
        let ring = clipped(&far);
        let [w, h] = [SIZE[0] + BEYOND, SIZE[1] + BEYOND];
        for corner in [[-BEYOND, -BEYOND], [w, -BEYOND], [w, h], [-BEYOND, h]] {
            let near = |at: &&[f64; 2]| (at[0] - corner[0]).abs() < 1e-6 && (at[1] - corner[1]).abs() < 1e-6;
            assert!(ring.iter().find(near).is_some(), "{corner:?}: {ring:?}");
        }
        assert!(clipped(&[[-50.0, 0.0], [-40.0, 0.0], [-40.0, 9.0]]).is_empty());
    }
}
