//! Proves whether the polygons of a file are a partition, on the coordinates as they are written.
//!
//! Three looks, none of which trusts the others:
//!
//! 1. Exact, on the doubles: no two edges cross, touch or overlap but at common ends, and no edge
//!    has ground on the same side twice.
//! 2. By GEOS: every feature is valid by itself.
//! 3. By overlay on a grid finer than the digits of the file: what is covered twice, what is
//!    enclosed and not covered, which edges have a vertex of another in their middle.
//!
//! With `against`, the ground is compared with that of other files too.

use crate::Progress;
use crate::area;
use crate::crs::{Crs, METRES_PER_DEGREE};
use crate::edges;
use crate::error::FileError;
use crate::fetch;
use crate::ground;
use crate::messages;
use crate::open::{self, Asked};
use crate::placed;
use crate::progress::Part;
use crate::source::Source;
use gdal::vector::LayerAccess;
use lantu_engine::{ClassId, FaceId, Feature, Layer, Partition, PrecisionModel, normalise, overlay};
use serde::Serialize;
use std::path::Path;

/// Whether a file is a partition, and what speaks against it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Verification {
    /// How many features the file has.
    pub features: u64,
    /// How many of them GEOS holds to be invalid.
    pub invalid: u64,
    /// Pairs of edges that cross, touch or overlap other than at common ends, exactly.
    pub residual_crossings: u64,
    /// Edges that have ground on the same side more than once, exactly.
    pub repeated_edges: u64,
    /// Edges with a vertex of another feature in their middle: shared borders whose vertices
    /// differ. They may be a partition as ground, but not as written.
    pub unmatched_edges: u64,
    /// The area covered more than once, in m²; counted once per surplus feature.
    pub overlap_m2: f64,
    /// How many enclosed places no feature covers.
    pub gaps: u64,
    /// Their area in m². A gap is no fault by itself: nobody says that it should be covered.
    pub enclosed_gap_m2: f64,
    /// The area covered, each place once, in m²: on the ellipsoid if the file is in degrees.
    pub area_m2: f64,
    /// The smallest step of the grid that areas were measured on, in the file's units.
    pub grid_step: f64,
    /// Whether every coordinate of the file lies on that grid, so that areas are exact.
    pub exact: bool,
    /// The comparison with other files, if one was asked for.
    pub ground: Option<ground::Comparison>,
    /// Whether the file is a partition (of the ground it was compared with).
    pub holds: bool,
}

/// Proves whether a file is a partition; with `against`, of the same ground as these together.
///
/// # Errors
/// Those of reading the files; a file without a CRS is taken as a plane in metres unless it is to
/// be compared with others.
pub fn verify(source: &Source, against: &[Source], watch: Progress<'_>) -> Result<Verification, FileError> {
    let path = &source.path;
    let file = read_as_written(source, &Part::of(watch, 0.0, 0.2))?;
    let grid = fine_grid(path, &file)?;
    let examined = examine(path, &file, &grid, &Part::of(watch, 0.2, 0.7))?;
    let ground = match against {
        [] => None,
        others => Some(ground::compare(path, &file, others, &Part::of(watch, 0.7, 1.0))?),
    };
    watch(1.0);
    let metres2 = |area2: i128| file.square_metres(&grid, area2);
    let covered = examined.covered2;
    let area_m2 = if file.is_geographic() {
        let features = file.features.iter().map(|feature| area::of_polygons(&feature.polygons).abs()).sum::<f64>();
        features - metres2(examined.overlap2)
    } else {
        metres2(covered)
    };
    let holds = examined.holds() && ground.as_ref().is_none_or(ground::Comparison::holds);
    Ok(Verification {
        features: file.features.len() as u64,
        invalid: file.invalid,
        residual_crossings: examined.edges.crossings,
        repeated_edges: examined.edges.repeated,
        unmatched_edges: examined.unmatched_edges,
        overlap_m2: metres2(examined.overlap2),
        gaps: examined.gaps,
        enclosed_gap_m2: metres2(examined.gap2),
        area_m2,
        grid_step: grid.step(),
        exact: examined.exact,
        ground,
        holds,
    })
}

/// A file's features with the coordinates as written.
pub(crate) struct AsWritten {
    pub features: Vec<Feature>,
    pub invalid: u64,
    pub crs: Option<Crs>,
    /// The middle latitude, by which square degrees become square metres.
    middle: f64,
}

impl AsWritten {
    pub(crate) fn is_geographic(&self) -> bool {
        self.crs.as_ref().is_some_and(Crs::is_geographic)
    }

    /// Square metres of a doubled area on a grid; for degrees by the scale at the file's middle.
    pub(crate) fn square_metres(&self, grid: &PrecisionModel, area2: i128) -> f64 {
        let unit = self.crs.as_ref().map_or(1.0, Crs::metres_per_unit);
        let squeeze = if self.is_geographic() { self.middle.to_radians().cos() } else { 1.0 };
        grid.area(area2) * unit * unit * squeeze
    }

    /// Metres of a length on a grid.
    pub(crate) fn metres(&self, length: f64) -> f64 {
        length
            * if self.is_geographic() { METRES_PER_DEGREE } else { self.crs.as_ref().map_or(1.0, Crs::metres_per_unit) }
    }
}

/// Reads all features of a source without changing a coordinate.
pub(crate) fn read_as_written(source: &Source, watch: &Part<'_>) -> Result<AsWritten, FileError> {
    let path = source.path.clone();
    let asked = Asked { layer: source.layer.as_deref(), ..Asked::default() };
    let opened = open::open_as(&path, asked)?;
    let mut table = opened.layer(source)?;
    let crs = open::crs(&table, source, None).ok();
    open::restrict(&mut table, source)?;
    let expected = table.feature_count();
    let mut file = AsWritten { features: Vec::new(), invalid: 0, crs, middle: 0.0 };
    for (seen, row) in table.features().enumerate() {
        if seen % 256 == 0 && !watch.reached(seen as f64 / expected.max(1) as f64) {
            return Err(FileError::Cancelled { path });
        }
        let polygons = fetch::ground(&row);
        let polygons =
            polygons.map_err(|source| FileError::Broken { path: path.clone(), after: seen as u64, source })?.polygons;
        let valid = row.geometry_by_index(0).is_ok_and(|geometry| geometry.is_valid());
        file.invalid += u64::from(!valid);
        file.features.push(Feature {
            fid: row.fid().map_or(seen as i64, |fid| fid as i64),
            polygons,
            ..Feature::default()
        });
    }
    if let Some(said) = messages::last_failure() {
        return Err(FileError::Broken { path, after: file.features.len() as u64, source: messages::Cause(said) });
    }
    if file.features.is_empty() {
        return Err(FileError::Empty { path, layer: table.name() });
    }
    file.middle = placed::extent(&file.features).map_or(0.0, |extent| extent.center().y);
    Ok(file)
}

/// The finest grid that holds the file: from 10⁻⁹ degrees or a micrometre on.
fn fine_grid(path: &Path, file: &AsWritten) -> Result<PrecisionModel, FileError> {
    let step = if file.is_geographic() { 1e-9 } else { 1e-6 };
    let extent = placed::extent(&file.features);
    let extent = extent.ok_or_else(|| FileError::Empty { path: path.to_path_buf(), layer: String::new() })?;
    PrecisionModel::coarsened(extent, step).map_err(|source| FileError::out_of_range(path, source, &file.features))
}

/// What a file's features are found to be.
pub(crate) struct Examined {
    pub edges: edges::EdgeFaults,
    pub unmatched_edges: u64,
    pub invalid: u64,
    pub overlap2: i128,
    pub covered2: i128,
    pub gaps: u64,
    pub gap2: i128,
    pub exact: bool,
}

impl Examined {
    /// Whether the features are a partition of the ground that they cover.
    pub(crate) fn holds(&self) -> bool {
        self.edges == edges::EdgeFaults::default()
            && self.unmatched_edges == 0
            && self.invalid == 0
            && self.overlap2 == 0
    }
}

/// Looks at a file's features on a grid that should hold all of their coordinates.
pub(crate) fn examine(
    path: &Path,
    file: &AsWritten,
    grid: &PrecisionModel,
    watch: &Part<'_>,
) -> Result<Examined, FileError> {
    let coords = file.features.iter().flat_map(|feature| &feature.polygons).flatten().flat_map(|ring| &ring.0);
    let exact = coords.into_iter().all(|&c| grid.snap(c).is_some_and(|point| grid.locate(point) == c));
    let edges = edges::faults(&file.features);
    let partition = arrange(path, vec![layer("file", file.features.clone())], grid, watch)?;
    let mut examined = Examined {
        edges,
        unmatched_edges: partition.noding.cut_edges,
        invalid: file.invalid,
        overlap2: 0,
        covered2: 0,
        gaps: 0,
        gap2: 0,
        exact,
    };
    for face in partition.bounded_faces() {
        let area2 = partition.area2(face);
        match partition.parents(face).len() {
            0 => {
                examined.gaps += 1;
                examined.gap2 += area2;
            }
            times => {
                examined.covered2 += area2;
                examined.overlap2 += area2 * (times as i128 - 1);
            }
        }
    }
    Ok(examined)
}

/// A layer for the overlay, whose classes do not matter.
pub(crate) fn layer(name: &str, features: Vec<Feature>) -> Layer {
    Layer { name: name.into(), class: ClassId::new("any"), features }
}

/// Cuts layers into one arrangement.
pub(crate) fn arrange(
    path: &Path,
    layers: Vec<Layer>,
    grid: &PrecisionModel,
    watch: &Part<'_>,
) -> Result<Partition, FileError> {
    let stopped = |stop| FileError::of_stop(path, stop);
    let normal = |layer| normalise(layer, grid, watch).map(|reported| reported.value).map_err(stopped);
    let normal = layers.into_iter().map(normal).collect::<Result<_, _>>()?;
    overlay(normal, grid, watch).map(|reported| reported.value).map_err(stopped)
}

/// The area of a face over half the length of its boundary, in the plane's units: a strip's width.
pub(crate) fn mean_width(partition: &Partition, face: FaceId) -> f64 {
    partition.grid.length(partition.area2(face) as f64 / partition.perimeter(face))
}
