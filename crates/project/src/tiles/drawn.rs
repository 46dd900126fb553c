//! What a run found, drawn: conflicts with their marks, and the blueprint.

use super::address::{EXTENT, Spot, TileAddress, Window};
use super::arcs::{MapArcs, Network, Pen};
use super::encode::{Property, add_point, add_polygons, tile};
use fast_mvt::{MvtCoord, MvtLayerBuilder, MvtResult, MvtValueRef};
use lantu_engine::{Basis, Blueprint, Conflict, Decision, Partition, Verdict};
use lantu_files::{Crs, FileError};
use std::collections::HashSet;

/// Of marks that look the same only the first in each square of two pixels is drawn, or a tile of
/// a whole province would hold every sliver of it; in tile units.
const MARK_CELL: i64 = 16;

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
}

/// Returns the state of a conflict, as the list and the map name it: `open`, `hand`, `compatible`
/// or `rule`. A gap that nobody has filled is no open question: it stays empty by rule.
pub(crate) fn state_name(decision: &Decision) -> &'static str {
    match (&decision.verdict, &decision.basis) {
        (Verdict::Open, _) => "open",
        (_, Basis::Choice(_)) => "hand",
        (_, Basis::Compatible) => "compatible",
        (_, Basis::Rule(_) | Basis::Nobody) => "rule",
    }
}

impl Drawn<'_> {
    /// Returns a tile with the layers `conflicts` and `markers`; empty if there is nothing.
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
        let shown = owners(network, &window, self.conflict_of);
        Ok(tile([self.grounds(&shown, network, window)?, self.marks(&shown, network, window)?]))
    }

    fn grounds(&self, shown: &[u32], network: &Network, window: Window) -> MvtResult<MvtLayerBuilder> {
        let mut layer = MvtLayerBuilder::new("conflicts")?;
        let mut pen = Pen::new(self.partition, network, window);
        for &index in shown {
            let conflict = &self.conflicts[index as usize];
            if let Some(polygon) = pen.polygon(&conflict.faces, |face| self.conflict_of[face as usize] == index) {
                layer = add_polygons(layer, &[polygon], &self.properties(index, &conflict.id.to_string()))?;
            }
        }
        Ok(layer)
    }

    fn marks(&self, shown: &[u32], network: &Network, window: Window) -> MvtResult<MvtLayerBuilder> {
        let mut layer = MvtLayerBuilder::new("markers")?;
        let mut taken = HashSet::new();
        for &index in shown {
            let conflict = &self.conflicts[index as usize];
            let Some([x, y]) = mark_in(network, index, &window) else { continue };
            let looks = (state_name(&self.decisions[index as usize]), conflict.kind, conflict.sliver);
            if taken.insert((x / MARK_CELL, y / MARK_CELL, looks)) {
                let at = MvtCoord { x: x as i32, y: y as i32 };
                layer = add_point(layer, at, &self.properties(index, &conflict.id.to_string()))?;
            }
        }
        Ok(layer)
    }

    fn properties<'a>(&self, index: u32, id: &'a str) -> [Property<'a>; 4] {
        let conflict = &self.conflicts[index as usize];
        [
            ("id", MvtValueRef::String(id)),
            ("kind", MvtValueRef::String(conflict.kind.as_str())),
            ("sliver", MvtValueRef::Bool(conflict.sliver)),
            ("state", MvtValueRef::String(state_name(&self.decisions[index as usize]))),
        ]
    }

    fn draw_patches(&self, network: &Network, window: Window) -> MvtResult<Vec<u8>> {
        let mut patches = MvtLayerBuilder::new("patches")?;
        let mut pen = Pen::new(self.partition, network, window);
        let patch_of = &self.blueprint.patch_of;
        for index in owners(network, &window, patch_of) {
            let patch = &self.blueprint.patches[index as usize];
            if let Some(polygon) = pen.polygon(&patch.faces, |face| patch_of[face as usize] == index) {
                let class = patch.class.as_ref().map(|class| ("class", MvtValueRef::String(class.as_str())));
                let open = ("open", MvtValueRef::Bool(patch.is_open()));
                let properties: Vec<Property<'_>> = class.into_iter().chain([open]).collect();
                patches = add_polygons(patches, &[polygon], &properties)?;
            }
        }
        Ok(tile([patches]))
    }
}

/// What the faces in a tile belong to, ascending.
fn owners(network: &Network, window: &Window, owner_of: &[u32]) -> Vec<u32> {
    let owners = network.faces_in(window).map(|face| owner_of[face as usize]);
    let mut owners: Vec<u32> = owners.filter(|&owner| owner != Blueprint::NONE).collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

/// Where a conflict's mark stands in a tile, if the conflict needs one and it stands in this tile
/// and no other.
fn mark_in(network: &Network, conflict: u32, window: &Window) -> Option<Spot> {
    let mark = network.mark(conflict);
    let spot = window.place(mark.at);
    let here = spot.iter().all(|along| (0..EXTENT).contains(along));
    (here && mark.shows(window)).then_some(spot)
}
