//! What a run found, drawn: conflicts with their marks, and the blueprint.

use super::address::{EXTENT, Spot, TileAddress, Window};
use super::arcs::{MapArcs, Network, Pen};
use super::cut::{Cutter, TilePolygon};
use super::encode::{Property, add_point, add_polygons, drawn_together, tile};
use crate::state::State;
use fast_mvt::{MvtCoord, MvtLayerBuilder, MvtResult, MvtValueRef};
use lantu_engine::{Blueprint, ClassId, Conflict, Decision, FaceId, Partition};
use lantu_files::{Crs, FileError};

/// Of marks that look the same only the first in each square of four pixels is drawn, or a tile of
/// a whole province would hold every sliver of it; in tile units.
const MARK_CELL: i64 = 32;
/// Where more conflicts than this lie in a square of 64 pixels, their number stands for their marks.
const CROWD: u32 = 12;
/// The side of such a square, in tile units.
const CROWD_CELL: i64 = 512;
/// A conflict's ground larger than this in an overview has its name: twice that of a square of 8 pixels.
const NAMED: i64 = 2 * 64 * 64;
/// Such squares along a side of a tile.
const CROWDS: usize = (EXTENT / CROWD_CELL) as usize;
/// Squares of a mark along a side of a tile.
const MARKS: usize = (EXTENT / MARK_CELL) as usize;

/// What a run found, for drawing.
#[derive(Clone, Copy)]
pub(crate) struct Drawn<'a> {
    /// The partition.
    pub(crate) partition: &'a Partition,
    /// Its conflicts.
    pub(crate) conflicts: &'a [Conflict],
    /// One decision per conflict.
    pub(crate) decisions: &'a [Decision],
    /// What the decisions make of the partition.
    pub(crate) blueprint: &'a Blueprint,
    /// The plane of the partition.
    pub(crate) crs: &'a Crs,
    /// The conflict of each face; `u32::MAX` for none.
    pub(crate) conflict_of: &'a [u32],
    /// The arcs on the map, kept as long as the partition.
    pub(crate) arcs: &'a MapArcs,
    /// How many operations the decisions are made of.
    pub(crate) operations: usize,
}

impl Drawn<'_> {
    /// Returns a tile with the layers `conflicts`, `markers` and `crowds`; empty if there is nothing.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub(crate) fn conflicts_tile(&self, at: TileAddress) -> Result<Vec<u8>, FileError> {
        let Some(window) = at.window() else { return Ok(Vec::new()) };
        let network = self.arcs.of(self.partition, self.conflicts, self.crs)?;
        self.draw_conflicts(&network, window).map_err(|cause| at.unwritable(cause))
    }

    /// Returns a tile with the layer `patches`; empty if there is nothing.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub(crate) fn blueprint_tile(&self, at: TileAddress) -> Result<Vec<u8>, FileError> {
        let Some(window) = at.window() else { return Ok(Vec::new()) };
        let network = self.arcs.of(self.partition, self.conflicts, self.crs)?;
        self.draw_patches(&network, window).map_err(|cause| at.unwritable(cause))
    }

    fn draw_conflicts(&self, network: &Network, window: Window) -> MvtResult<Vec<u8>> {
        let grounds = self.draw_grounds("conflicts", network, window, &|_| true)?;
        let (marked, crowds) = self.marked(network, &window);
        Ok(tile([grounds, self.marks(&marked)?, numbers(&crowds)?]))
    }

    /// Returns a tile with the layer `changed`: the ground of conflicts whose fate differs.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub(crate) fn changes_tile(&self, at: TileAddress, differs: &dyn Fn(u32) -> bool) -> Result<Vec<u8>, FileError> {
        let Some(window) = at.window() else { return Ok(Vec::new()) };
        let network = self.arcs.of(self.partition, self.conflicts, self.crs)?;
        let drawn = self.draw_grounds("changed", &network, window, differs);
        Ok(tile([drawn.map_err(|cause| at.unwritable(cause))?]))
    }

    /// Returns a tile with the layer `conflict`: the ground of one, by its index.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub(crate) fn conflict_tile(&self, at: TileAddress, index: u32) -> Result<Vec<u8>, FileError> {
        let Some(window) = at.window() else { return Ok(Vec::new()) };
        let network = self.arcs.of(self.partition, self.conflicts, self.crs)?;
        let faces = &*self.conflicts[index as usize].faces;
        let polygons: Vec<TilePolygon> = if network.level(&window).is_some() {
            let shapes = self.shapes(&network, window, self.conflict_of, |_| faces, &|other| other == index);
            shapes.into_iter().map(|(_, polygon)| polygon).collect()
        } else {
            let own = |face: FaceId| self.conflict_of[face as usize] == index;
            Pen::new(self.partition, &network, window).polygon(faces, own).into_iter().collect()
        };
        if polygons.is_empty() {
            return Ok(Vec::new());
        }
        let drawn = MvtLayerBuilder::new("conflict").and_then(|layer| add_polygons(layer, &polygons, &[]));
        Ok(tile([drawn.map_err(|cause| at.unwritable(cause))?]))
    }

    /// Draws the ground of the conflicts that are wanted.
    fn draw_grounds(
        &self,
        name: &str,
        network: &Network,
        window: Window,
        wanted: &dyn Fn(u32) -> bool,
    ) -> MvtResult<MvtLayerBuilder> {
        let mut layer = MvtLayerBuilder::new(name)?;
        let faces = |index: u32| &*self.conflicts[index as usize].faces;
        let shapes = self.shapes(network, window, self.conflict_of, faces, wanted);
        // Nobody can tell small ones apart in an overview; a name for each would outweigh them.
        let overview = network.level(&window).is_some();
        let (named, nameless): (Vec<_>, Vec<_>) =
            shapes.into_iter().partition(|(_, polygon)| !overview || polygon[0].area2.abs() > NAMED);
        for (index, polygon) in named {
            let id = self.conflicts[index as usize].id.to_string();
            layer = add_polygons(layer, &[polygon], &properties(self.look(index), Some(&id)))?;
        }
        for (look, polygons) in drawn_together(true, nameless, |index| self.look(index)) {
            layer = add_polygons(layer, &polygons, &properties(look, None))?;
        }
        Ok(layer)
    }

    /// What a tile shows of groups of faces, and which group it is: `group_of` knows each face's group or
    /// [`Blueprint::NONE`]. Where an overview is drawn, each face stands by itself.
    fn shapes<'f>(
        &self,
        network: &Network,
        window: Window,
        group_of: &[u32],
        faces_of: impl Fn(u32) -> &'f [FaceId],
        wanted: &dyn Fn(u32) -> bool,
    ) -> Vec<(u32, TilePolygon)> {
        if let Some(level) = network.level(&window) {
            let mut cutter = Cutter::new(window);
            let shape = |polygon| {
                let group = group_of[level.owner(polygon) as usize];
                let drawn = group != Blueprint::NONE && wanted(group);
                if drawn { Some((group, level.polygon(polygon, &mut cutter)?)) } else { None }
            };
            return level.polygons_in(&window).into_iter().filter_map(shape).collect();
        }
        let mut pen = Pen::new(self.partition, network, window);
        let shape = |group| Some((group, pen.polygon(faces_of(group), |face| group_of[face as usize] == group)?));
        groups(network, &window, group_of).into_iter().filter(|&group| wanted(group)).filter_map(shape).collect()
    }

    /// What stands for conflicts that are too small to be seen in a tile, or too many.
    fn marked(&self, network: &Network, window: &Window) -> (Vec<Marked>, Vec<Crowd>) {
        let mut crowds = vec![Crowd::default(); CROWDS * CROWDS];
        let mut marked = Vec::new();
        // A bit for each look.
        let mut taken = vec![0u32; MARKS * MARKS];
        let scale = window.scale();
        let all = network.marks();
        let states = self.arcs.states(self.operations, all, self.decisions);
        let here = network.marks_in(window);
        for (mark, &state) in all[here.clone()].iter().zip(&states[here]) {
            let index = mark.conflict;
            // Rounding may have put it on the far border, where the next tile begins.
            let at @ [x, y] = window.place(mark.at()).map(|along| along.clamp(0, EXTENT - 1));
            let counted = !mark.is_gap() && state != State::Compatible;
            if counted {
                let crowd = &mut crowds[square(at, CROWD_CELL)];
                crowd.count += 1;
                crowd.open += u32::from(state == State::Open);
                crowd.sum = [crowd.sum[0] + x, crowd.sum[1] + y];
            }
            if !mark.shows(scale) {
                continue;
            }
            let look = 1 << (8 * state as usize + usize::from(mark.look));
            let taken = &mut taken[square(at, MARK_CELL)];
            if *taken & look == 0 {
                *taken |= look;
                marked.push(Marked { index, at, counted });
            }
        }
        // Where they crowd their number stands for them.
        marked.retain(|marked| !(marked.counted && crowds[square(marked.at, CROWD_CELL)].is_crowd()));
        (marked, crowds)
    }

    fn marks(&self, marked: &[Marked]) -> MvtResult<MvtLayerBuilder> {
        let mut layer = MvtLayerBuilder::new("markers")?;
        for &Marked { index, at: [x, y], .. } in marked {
            let id = self.conflicts[index as usize].id.to_string();
            layer = add_point(layer, MvtCoord { x: x as i32, y: y as i32 }, &properties(self.look(index), Some(&id)))?;
        }
        Ok(layer)
    }

    fn look(&self, index: u32) -> Look {
        let conflict = &self.conflicts[index as usize];
        (State::of(&self.decisions[index as usize]).name(), conflict.kind.as_str(), conflict.sliver)
    }

    fn draw_patches(&self, network: &Network, window: Window) -> MvtResult<Vec<u8>> {
        let mut patches = MvtLayerBuilder::new("patches")?;
        let faces = |index: u32| &*self.blueprint.patches[index as usize].faces;
        let shapes = self.shapes(network, window, &self.blueprint.patch_of, faces, &|_| true);
        let class = |index: u32| self.blueprint.patches[index as usize].class.as_ref().map(ClassId::as_str);
        for (class, polygons) in drawn_together(network.level(&window).is_some(), shapes, class) {
            let open = ("open", MvtValueRef::Bool(class.is_none()));
            let class = class.map(|class| ("class", MvtValueRef::String(class)));
            let properties: Vec<Property<'_>> = class.into_iter().chain([open]).collect();
            patches = add_polygons(patches, &polygons, &properties)?;
        }
        Ok(tile([patches]))
    }
}

/// What a conflict looks like: its state, its kind, and whether it is a sliver.
type Look = (&'static str, &'static str, bool);

fn properties((state, kind, sliver): Look, id: Option<&str>) -> Vec<Property<'_>> {
    let id = id.map(|id| ("id", MvtValueRef::String(id)));
    let look = [
        ("kind", MvtValueRef::String(kind)),
        ("sliver", MvtValueRef::Bool(sliver)),
        ("state", MvtValueRef::String(state)),
    ];
    id.into_iter().chain(look).collect()
}

/// A conflict that a mark stands for.
#[derive(Clone, Copy)]
struct Marked {
    index: u32,
    at: Spot,
    /// Whether it counts in a crowd: gaps and what may lie over each other do not.
    counted: bool,
}

/// Conflicts in a square.
#[derive(Clone, Copy, Default)]
struct Crowd {
    count: u32,
    open: u32,
    /// The sum of their places.
    sum: Spot,
}

impl Crowd {
    fn is_crowd(&self) -> bool {
        self.count > CROWD
    }
}

/// The number of the square of a tile, of such a side, that a spot lies in.
fn square([x, y]: Spot, side: i64) -> usize {
    (y / side * (EXTENT / side) + x / side) as usize
}

/// The numbers of crowds, each in the middle of its conflicts.
fn numbers(crowds: &[Crowd]) -> MvtResult<MvtLayerBuilder> {
    let mut layer = MvtLayerBuilder::new("crowds")?;
    for crowd in crowds.iter().filter(|crowd| crowd.is_crowd()) {
        let [x, y] = crowd.sum.map(|sum| (sum / i64::from(crowd.count)) as i32);
        let figures = [("count", crowd.count), ("open", crowd.open)];
        let properties = figures.map(|(name, figure)| (name, MvtValueRef::UInt(u64::from(figure))));
        layer = add_point(layer, MvtCoord { x, y }, &properties)?;
    }
    Ok(layer)
}

/// What the faces in a tile belong to, ascending.
fn groups(network: &Network, window: &Window, group_of: &[u32]) -> Vec<u32> {
    let groups = network.faces_in(window).map(|face| group_of[face as usize]);
    let mut groups: Vec<u32> = groups.filter(|&group| group != Blueprint::NONE).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}
