//! Map tiles: what MapLibre draws, as Mapbox Vector Tiles (2.1).
//!
//! ```text
//! Sources ── Lines ──┐                       sources: layer, class
//!                    ├─ Cutter ── encode ──  conflicts, markers: id, kind, sliver, state
//! Drawn ─── MapArcs ─┘                       conflict, changed; patches: class, open
//! ```
//!
//! Up to zoom 10 a tile is drawn from an `overview`, made once: what has ground at that zoom.
//!
//! Every point is brought to the map once (`lines`), kept as integers and rounded to a tile's grid
//! by itself (`address`), whatever ring it is in: the two sides of a border stay one line at every
//! zoom, so neighbours never gap and nothing is simplified ring by ring. Rings are then cut to the
//! tile and a margin around it (`cut`); what collapses on the grid vanishes. Same project, same
//! bytes.

mod address;
mod arcs;
mod boxes;
mod cut;
mod drawn;
mod encode;
mod graticule;
mod inside;
mod lines;
mod overview;
mod sources;
#[cfg(test)]
mod tests;

pub(crate) use address::TileAddress;
pub(crate) use arcs::MapArcs;
pub(crate) use drawn::Drawn;
pub(crate) use graticule::{degrees_tile, plane_tile};
pub(crate) use inside::inside;
pub(crate) use sources::Sources;
