//! What a run found, drawn: conflicts with their marks, and the blueprint.

use super::address::{EXTENT, Spot, TileAddress, Window};
use super::arcs::{MapArcs, Network, Pen};
use super::encode::{Property, add_point, add_polygons, tile};
use fast_mvt::{MvtCoord, MvtLayerBuilder, MvtResult, MvtValueRef};
use lantu_engine::{Basis, Blueprint, Conflict, ConflictKind, Decision, Partition, Verdict};
use lantu_files::{Crs, FileError};
use std::collections::{BTreeMap, HashSet};

/// Of marks that look the same only the first in each square of two pixels is drawn, or a tile of
/// a whole province would hold every sliver of it; in tile units.
const MARK_CELL: i64 = 16;
/// Where more conflicts than this lie in a square of 64 pixels, their number stands for their marks.
const CROWD: u32 = 12;
/// The side of such a square, in tile units.
const CROWD_CELL: i64 = 512;

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
        let shown = owners(network, &window, self.conflict_of);
        let crowds = self.crowds(&shown, network, window);
        let (grounds, marks) = (self.grounds(&shown, network, window)?, self.marks(&shown, network, window, &crowds)?);
        Ok(tile([grounds, marks, numbers(&crowds)?]))
    }

    /// Returns a tile with the layer `changed`: the ground of conflicts whose fate differs.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub(crate) fn changes_tile(&self, at: TileAddress, differs: &dyn Fn(u32) -> bool) -> Result<Vec<u8>, FileError> {
        let Some(window) = at.window() else { return Ok(Vec::new()) };
        let network = self.arcs.of(self.partition, self.conflicts, self.crs)?;
        let mut shown = owners(&network, &window, self.conflict_of);
        shown.retain(|&index| differs(index));
        let drawn = self.draw_grounds("changed", &shown, &network, window);
        Ok(tile([drawn.map_err(|cause| at.unwritable(cause))?]))
    }

    /// The squares of a tile in which conflicts crowd.
    fn crowds(&self, shown: &[u32], network: &Network, window: Window) -> BTreeMap<Spot, Crowd> {
        let mut crowds: BTreeMap<Spot, Crowd> = BTreeMap::new();
        for &index in shown {
            let state = state_name(&self.decisions[index as usize]);
            if self.conflicts[index as usize].kind == ConflictKind::Gap || state == "compatible" {
                continue;
            }
            let [x, y] = window.place(network.mark(index).at);
            if [x, y].iter().all(|along| (0..EXTENT).contains(along)) {
                let crowd = crowds.entry([x / CROWD_CELL, y / CROWD_CELL]).or_default();
                crowd.count += 1;
                crowd.open += u32::from(state == "open");
                crowd.sum = [crowd.sum[0] + x, crowd.sum[1] + y];
            }
        }
        crowds.retain(|_, crowd| crowd.count > CROWD);
        crowds
    }

    fn grounds(&self, shown: &[u32], network: &Network, window: Window) -> MvtResult<MvtLayerBuilder> {
        self.draw_grounds("conflicts", shown, network, window)
    }

    fn draw_grounds(&self, name: &str, shown: &[u32], network: &Network, window: Window) -> MvtResult<MvtLayerBuilder> {
        let mut layer = MvtLayerBuilder::new(name)?;
        let mut pen = Pen::new(self.partition, network, window);
        for &index in shown {
            let conflict = &self.conflicts[index as usize];
            if let Some(polygon) = pen.polygon(&conflict.faces, |face| self.conflict_of[face as usize] == index) {
                layer = add_polygons(layer, &[polygon], &self.properties(index, &conflict.id.to_string()))?;
            }
        }
        Ok(layer)
    }

    fn marks(
        &self,
        shown: &[u32],
        network: &Network,
        window: Window,
        crowds: &BTreeMap<Spot, Crowd>,
    ) -> MvtResult<MvtLayerBuilder> {
        let mut layer = MvtLayerBuilder::new("markers")?;
        let mut taken = HashSet::new();
        for &index in shown {
            let conflict = &self.conflicts[index as usize];
            let Some([x, y]) = mark_in(network, index, &window) else { continue };
            let looks = (state_name(&self.decisions[index as usize]), conflict.kind, conflict.sliver);
            if taken.insert((x / MARK_CELL, y / MARK_CELL, looks)) {
                let at = MvtCoord { x: x as i32, y: y as i32 };
                let id = conflict.id.to_string();
                let crowded = crowds.contains_key(&[x / CROWD_CELL, y / CROWD_CELL]);
                let crowded = crowded.then_some(("crowded", MvtValueRef::Bool(true)));
                let properties: Vec<Property<'_>> = self.properties(index, &id).into_iter().chain(crowded).collect();
                layer = add_point(layer, at, &properties)?;
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

/// Conflicts in a square.
#[derive(Clone, Copy, Default)]
struct Crowd {
    count: u32,
    open: u32,
    /// The sum of their places.
    sum: Spot,
}

/// The numbers of crowds, each in the middle of its conflicts.
fn numbers(crowds: &BTreeMap<Spot, Crowd>) -> MvtResult<MvtLayerBuilder> {
    let mut layer = MvtLayerBuilder::new("crowds")?;
    for crowd in crowds.values() {
        let [x, y] = crowd.sum.map(|sum| (sum / i64::from(crowd.count)) as i32);
        let figures = [("count", crowd.count), ("open", crowd.open)];
        let properties = figures.map(|(name, figure)| (name, MvtValueRef::UInt(u64::from(figure))));
        layer = add_point(layer, MvtCoord { x, y }, &properties)?;
    }
    Ok(layer)
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
