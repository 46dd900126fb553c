//! Compares the ground of a file with the ground of others together.

use crate::error::FileError;
use crate::progress::Part;
use crate::read;
use crate::source::{LayerRequest, Source};
use crate::verify::{AsWritten, arrange, layer, mean_width};
use crate::zone::union;
use lantu_engine::{ClassId, Layer, PrecisionModel};
use serde::Serialize;
use std::path::Path;

/// Borders may differ by this much, in metres, and still be the same border: projecting an edge
/// and writing its digits move it by less.
const BORDER: f64 = 0.05;

/// How the ground of a file differs from that of others.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Comparison {
    /// The others' area, each place once, in m².
    pub against_m2: f64,
    /// What the others cover and the file does not, in m².
    pub gap_m2: f64,
    /// What the file covers and the others do not, in m².
    pub excess_m2: f64,
    /// Both along borders that differ by less than [`BORDER_M`], which counts as no difference.
    pub border_m2: f64,
}

/// How far borders may differ and still count as the same, in metres.
pub const BORDER_M: f64 = BORDER;

impl Comparison {
    /// Returns whether it is the same ground.
    pub fn holds(&self) -> bool {
        self.gap_m2 == 0.0 && self.excess_m2 == 0.0
    }
}

/// Compares the ground of a file with that of others together, in the file's own CRS.
pub(crate) fn compare(
    path: &Path,
    file: &AsWritten,
    others: &[Source],
    watch: &Part<'_>,
) -> Result<Comparison, FileError> {
    let crs = file.crs.as_ref();
    let crs = crs.ok_or_else(|| FileError::NoCrs { path: path.to_path_buf(), layer: String::new() })?;
    let mut layers: Vec<Layer> = vec![layer("file", file.features.clone())];
    let mut extent = crate::placed::extent(&file.features);
    for (at, other) in others.iter().enumerate() {
        let request = LayerRequest::new(format!("other {at}"), other.clone(), ClassId::new("any"));
        let read = read::read_layer(&request, crs, &|_| watch.reached(0.0))?.value;
        extent = union(extent, Some(read.extent));
        layers.push(read.layer);
    }
    let extent = extent.ok_or_else(|| FileError::Empty { path: path.to_path_buf(), layer: String::new() })?;
    let step = if file.is_geographic() { 1e-9 } else { 1e-6 };
    let grid = PrecisionModel::coarsened(extent, step)
        .map_err(|source| FileError::out_of_range(path, source, &file.features))?;
    let partition = arrange(path, layers, &grid, watch)?;
    let mut comparison = Comparison::default();
    for face in partition.bounded_faces() {
        let is_file = |at: &lantu_engine::FeatureRef| &*partition.layer_of(*at).name == "file";
        let parents = partition.parents(face);
        let (here, there) = (parents.iter().any(is_file), !parents.iter().all(is_file));
        let metres2 = file.square_metres(&grid, partition.area2(face));
        if there {
            comparison.against_m2 += metres2;
        }
        if here != there && !parents.is_empty() {
            let narrow = file.metres(mean_width(&partition, face)) < BORDER;
            let kind = match (narrow, here) {
                (true, _) => &mut comparison.border_m2,
                (false, true) => &mut comparison.excess_m2,
                (false, false) => &mut comparison.gap_m2,
            };
            *kind += metres2;
        }
    }
    Ok(comparison)
}
