//! Writes blueprints and conflicts, and proves what was written by reading it again.
//!
//! ```text
//! groups of faces → (GeoJSON: to longitude and latitude, noded anew) → draft → read again, prove → rename
//! ```

use crate::Progress;
use crate::crs::METRES_PER_DEGREE;
use crate::draft::Draft;
use crate::error::FileError;
use crate::format::Format;
use crate::formats_out::{self, Told};
use crate::geojson;
use crate::gpkg;
use crate::manner::{FieldNames, Manner};
use crate::parts;
use crate::progress::Part;
use crate::shapefile_out;
use crate::sheet::{Renoded, RenodingRecord, Sheet};
use crate::style;
use crate::theme::{BlueprintExport, Theme};
use lantu_engine::{Proof, check};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A file that was written.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// All files that were put in place for it, by name: one, or the parts of a Shapefile.
    pub files: Vec<PathBuf>,
    /// How many features it has.
    pub features: u64,
    /// The sum of their ellipsoidal areas in m².
    pub ellipsoid_area_m2: f64,
    /// What the format cannot hold of it: Chinese, English.
    pub said: Vec<[String; 2]>,
    /// What reading it again has shown.
    pub proof: WrittenProof,
}

/// What reading a file again has shown, on the coordinates as written.
///
/// A file is compared with a proven partition, whose arcs it is made of: a GeoPackage and a GeoJSON file
/// feature by feature, by a fingerprint and by its area; other formats grid point by grid point.
/// `area_mismatches` counts features that differ, and what only a new look at the geometry could find
/// stays 0. The partition is that of the run, or for GeoJSON, which lies in another plane, that of the
/// lines as cut anew there.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct WrittenProof {
    /// Pairs of edges that cross, touch or overlap other than at common ends, exactly.
    pub residual_crossings: u64,
    /// Edges that have ground on the same side more than once, exactly.
    pub repeated_edges: u64,
    /// Edges with a vertex of another feature in their middle.
    pub unmatched_edges: u64,
    /// Features that GEOS holds to be invalid.
    pub invalid: u64,
    /// Area covered more than once, in m².
    pub overlap_m2: f64,
    /// Planned area that is not covered, in m².
    pub gap_m2: f64,
    /// Features that are not, as read, exactly what was planned, in their points or their area; for
    /// GeoJSON, also what the proof of its own partition finds wrong with faces.
    pub area_mismatches: u64,
    /// Features of which the file's grid kept nothing; their ground is below its resolution.
    pub lost_features: u64,
    /// Places that two features claimed once lines had been bent and rounded; each went to one.
    pub contested_faces: u64,
    /// Their area in m².
    pub contested_m2: f64,
    /// The area won or lost in all by bending and rounding lines, in m².
    pub reprojection_m2: f64,
    /// How far a line was moved at most by cutting it on the file's grid, in m.
    pub farthest_move_m: f64,
    /// Whether every coordinate as read lies on the file's grid, so that areas are exact.
    pub exact: bool,
}

impl WrittenProof {
    /// Returns whether the file is a partition of the planned ground.
    pub fn holds(&self) -> bool {
        self.residual_crossings == 0
            && self.repeated_edges == 0
            && self.unmatched_edges == 0
            && self.invalid == 0
            && self.overlap_m2 == 0.0
            && self.gap_m2 == 0.0
            && self.area_mismatches == 0
            && self.exact
    }
}

/// Writes the blueprint, in the format that the ending of `path` names.
///
/// The file appears whole or not at all. It is written even if its proof does not hold; what to
/// make of that is for the caller to say.
///
/// # Errors
/// [`FileError::NotWritable`] and [`FileError::WriteFailed`] if it cannot be written,
/// [`FileError::UnknownFormat`] for other endings, [`FileError::NoWriter`] and
/// [`FileError::CannotHold`] if the format cannot take it, [`FileError::Cancelled`].
pub fn write_blueprint(path: &Path, export: &BlueprintExport<'_>, watch: Progress<'_>) -> Result<Written, FileError> {
    write_blueprint_as(path, export, &Manner::default(), watch)
}

/// Writes the blueprint as `manner` says; otherwise as [`write_blueprint`].
///
/// # Errors
/// As [`write_blueprint`], and [`FileError::NoneOfClasses`].
pub fn write_blueprint_as(
    path: &Path,
    export: &BlueprintExport<'_>,
    manner: &Manner,
    watch: Progress<'_>,
) -> Result<Written, FileError> {
    let theme = manner.select(path, export)?;
    write(path, export, theme, manner, watch)
}

/// Writes the conflicts, one feature each; otherwise as [`write_blueprint`].
///
/// # Errors
/// As [`write_blueprint`].
pub fn write_conflicts(path: &Path, export: &BlueprintExport<'_>, watch: Progress<'_>) -> Result<Written, FileError> {
    write_conflicts_as(path, export, &Manner::default(), watch)
}

/// Writes the conflicts as `manner` says, whatever their classes; otherwise as [`write_blueprint`].
///
/// # Errors
/// As [`write_blueprint`].
pub fn write_conflicts_as(
    path: &Path,
    export: &BlueprintExport<'_>,
    manner: &Manner,
    watch: Progress<'_>,
) -> Result<Written, FileError> {
    write(path, export, export.conflict_theme(), manner, watch)
}

fn write(
    path: &Path,
    export: &BlueprintExport<'_>,
    mut theme: Theme<'_>,
    manner: &Manner,
    watch: Progress<'_>,
) -> Result<Written, FileError> {
    let format = Format::of(path)?;
    let draft = if format.is_folder() { Draft::of_folder(path)? } else { Draft::of(path)? };
    // A drawing and a boundary file have no fields of their own to be named.
    if !matches!(format, Format::Dxf | Format::BoundaryTxt) {
        theme.columns = manner.names.columns(theme.columns);
    }
    let mut work = Work { path, export, theme: &theme, format, draft, manner, watch };
    let planned = Sheet::of_theme(export.partition, &theme);
    let written = if work.format == Format::GeoJson && planned.len() > 0 {
        let renoded = Renoded::of_sheet(path, &planned, export.crs, &Part::of(watch, 0.0, 0.4))?;
        work.write_and_prove(&renoded.sheet(), renoded.record)
    } else {
        work.write_and_prove(&planned, RenodingRecord::default())
    }?;
    if !watch(0.99) {
        return Err(FileError::Cancelled { path: path.to_path_buf() });
    }
    parts::settle(&mut work.draft, path)?;
    let files = work.draft.publish()?;
    if format == Format::Shapefile {
        shapefile_out::drop_old_indexes(path);
    }
    watch(1.0);
    Ok(Written { files, ..written })
}

/// An export under way.
struct Work<'a, 't> {
    path: &'a Path,
    export: &'a BlueprintExport<'a>,
    theme: &'a Theme<'t>,
    format: Format,
    draft: Draft,
    manner: &'a Manner,
    watch: Progress<'a>,
}

impl Work<'_, '_> {
    fn write_and_prove(&self, sheet: &Sheet<'_>, record: RenodingRecord) -> Result<Written, FileError> {
        let (draft, export) = (self.draft.path(), self.export);
        // GeoJSON has been taken to its own plane before.
        let start = if self.format == Format::GeoJson { 0.4 } else { 0.0 };
        let part = Part::of(self.watch, start, 0.6);
        let told = |totals, fingerprints| Told { totals, fingerprints, parts: Vec::new(), said: Vec::new() };
        let (told, proof) = match self.format {
            Format::GeoJson => {
                let about = [export.title, export.note, export.crs.name()];
                let written = geojson::write(draft, sheet, self.theme, about, &part);
                let written = written.map_err(|error| aim_at(self.path, error))?;
                let proof = self.prove_geojson(sheet, record, &written);
                (told(written.totals, Vec::new()), proof)
            }
            Format::GeoPackage => {
                let told = self.write_gpkg(sheet, &part).map_err(|error| aim_at(self.path, error))?;
                let proof = self.prove_gpkg(sheet, &told.fingerprints);
                (told, proof)
            }
            other => {
                let told = formats_out::write(other, draft, sheet, self.theme, self.dress(), self.manner, &part);
                let told = told.map_err(|error| aim_at(self.path, error))?;
                let proof = match told.totals.features {
                    0 => Ok(WrittenProof { exact: true, ..WrittenProof::default() }),
                    _ => self.prove_rows(sheet, other, &told),
                };
                (told, proof)
            }
        };
        let proof = proof.map_err(|error| aim_at(self.path, error))?;
        let path = self.path.to_path_buf();
        let Told { totals, said, .. } = told;
        let files = Vec::new();
        Ok(Written { path, files, features: totals.features, ellipsoid_area_m2: totals.ellipsoid_m2, said, proof })
    }

    fn write_gpkg(&self, sheet: &Sheet<'_>, part: &Part<'_>) -> Result<Told, FileError> {
        let gpkg::Written { totals, fingerprints } =
            gpkg::write(self.draft.path(), sheet, self.theme, self.dress(), part)?;
        if self.manner.names != FieldNames::Lantu {
            // The style was made for the field's own name.
            style::point_at(self.draft.path(), self.manner.names.name("class"))?;
        }
        Ok(Told { totals, fingerprints, parts: Vec::new(), said: Vec::new() })
    }

    fn dress(&self) -> gpkg::Dress<'_> {
        let BlueprintExport { crs, arcs, rules, note, .. } = *self.export;
        gpkg::Dress { crs, arcs, rules, note }
    }

    /// The partition on the grid of the file is proven as every partition is; then the features are
    /// compared with its points and faces. What holds on the grid holds on the digits, for the reason
    /// that [`Work::prove_gpkg`] gives.
    fn prove_geojson(
        &self,
        sheet: &Sheet<'_>,
        record: RenodingRecord,
        written: &geojson::Written,
    ) -> Result<WrittenProof, FileError> {
        if written.totals.features == 0 {
            return Ok(WrittenProof { exact: true, ..WrittenProof::default() });
        }
        let part = Part::of(self.watch, 0.6, 0.8);
        let arcs = check(sheet.partition, &sheet.blueprint(), &part);
        let arcs = arcs.map_err(|stop| FileError::of_stop(self.path, stop))?;
        let compared = geojson::compare(self.draft.path(), sheet, written, &Part::of(self.watch, 0.8, 1.0))?;
        Ok(proof_of_geojson(sheet, record, &arcs, compared))
    }

    /// The file's rows are compared, by a fingerprint of 128 bits, with the bytes that the rings of the
    /// partition's arcs make, and their areas with those of the faces. On the arcs
    /// no vertex comes nearer than half a grid unit to an edge that it does not end (this is what
    /// `residual_crossings` counts), and a coordinate as written is within a thousandth of a unit
    /// of its grid point, so what holds on the grid holds on the coordinates as written.
    fn prove_gpkg(&self, sheet: &Sheet<'_>, fingerprints: &[u128]) -> Result<WrittenProof, FileError> {
        let part = Part::of(self.watch, 0.6, 1.0);
        let differing = gpkg::differing_rows(self.draft.path(), sheet, self.theme, fingerprints, &part)?;
        Ok(WrittenProof {
            residual_crossings: self.export.proof.residual_crossings,
            repeated_edges: sheet.claimed_twice(),
            area_mismatches: differing,
            exact: differing == 0,
            ..WrittenProof::default()
        })
    }

    /// The same reasoning as for a GeoPackage, on grid points instead of bytes: every format turns
    /// and orders rings its own way.
    fn prove_rows(&self, sheet: &Sheet<'_>, format: Format, told: &Told) -> Result<WrittenProof, FileError> {
        let part = Part::of(self.watch, 0.6, 1.0);
        let found = formats_out::compare(format, told, sheet, self.theme, self.dress(), &part)?;
        Ok(WrittenProof {
            residual_crossings: self.export.proof.residual_crossings,
            repeated_edges: sheet.claimed_twice(),
            invalid: found.invalid,
            area_mismatches: found.differing,
            exact: found.differing == 0,
            ..WrittenProof::default()
        })
    }
}

/// Names the target in an error about the draft, which nobody has heard of.
fn aim_at(target: &Path, error: FileError) -> FileError {
    let path = target.to_path_buf();
    match error {
        FileError::NotWritable { source, .. } => FileError::NotWritable { path, source },
        FileError::WriteFailed { source, .. } => FileError::WriteFailed { path, source },
        FileError::Cancelled { .. } => FileError::Cancelled { path },
        FileError::NoWriter { format, driver, .. } => FileError::NoWriter { path, format, driver },
        FileError::CannotHold { format, why, .. } => FileError::CannotHold { path, format, why },
        other => other,
    }
}

fn proof_of_geojson(
    sheet: &Sheet<'_>,
    record: RenodingRecord,
    arcs: &Proof,
    compared: geojson::Compared,
) -> WrittenProof {
    let grid = &sheet.partition.grid;
    // Square degrees become square metres by the scale at the file's middle.
    let squeeze = sheet.bounds().map_or(1.0, |bounds| bounds.center().y.to_radians().cos());
    let metres2 = |area2: i128| grid.area(area2) * METRES_PER_DEGREE * METRES_PER_DEGREE * squeeze;
    // Where faces are not what they are taken for, no area as planned can be relied on.
    let faces = arcs.label_disagreements + arcs.misplaced_holes + arcs.feature_area_mismatches + arcs.misassigned_faces;
    let missing = u64::from(arcs.area_difference_grid_units != 0);
    WrittenProof {
        residual_crossings: arcs.residual_crossings,
        repeated_edges: sheet.claimed_twice(),
        area_mismatches: compared.differing + faces + missing,
        lost_features: (0..sheet.len()).filter(|&group| sheet.is_lost(group)).count() as u64,
        contested_faces: record.contested,
        contested_m2: metres2(record.contested2),
        reprojection_m2: metres2(record.change2),
        farthest_move_m: grid.length(record.farthest_move) * METRES_PER_DEGREE,
        exact: compared.off_grid == 0,
        ..WrittenProof::default()
    }
}
