//! Planning layers that behave like real ones, made from nothing but a size and a seed.
//!
//! ```text
//! noise → mesh (cells with shared borders) → ground (who owns which cell, how a layer draws it)
//!                                          → dissolve (huge porous polygons)
//!             → province (plots, plans and districts of an island)
//! ```
//!
//! All layers of a [`Size`] draw the same country. It is cut into some 39,000 m² large cells whose
//! borders have a point every 12 m; a cell belongs to one layer, to two (4 %) or to none (1.5 %).
//! Each layer digitises borders in its own way: up to 5 m beside the true line, with a quarter of
//! the points dropped; but in a quarter of the country all layers have copied the true line to the
//! last digit. To this come ponds (holes in 2 %), features of two distant parts (1 %), features
//! drawn again beside themselves (0.2 %) and, in the last layer, urban districts of 1 km² and huge
//! porous zones of up to some 160,000 points.
//!
//! The same size gives the same coordinates on every machine: only additions, multiplications,
//! square roots and integer hashes are used.

#[cfg(feature = "program")]
mod accounted;
mod dissolve;
mod ground;
#[cfg(feature = "program")]
pub mod hainan;
mod hand;
#[cfg(feature = "program")]
pub mod machine;
#[cfg(feature = "program")]
pub mod measure;
mod mesh;
mod noise;
#[cfg(feature = "program")]
pub mod parcels;
mod province;
mod size;
mod theme;

#[cfg(feature = "program")]
pub use accounted::accounted;
pub use ground::{Ground, Shape};
pub use hand::Ring;
pub use province::{Parcel, Plots, Province};
pub use size::Size;
pub use theme::Theme;
