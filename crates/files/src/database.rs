//! Tables of a PostGIS database as sources, in GDAL's spelling: `PG:host=… dbname=… tables=…`.
//!
//! It is the only source that reaches beyond the machine's disks, and only because a planner wrote it.
//! The connection may read and nothing else. A password has no place in a source, which stands in
//! plans, records and reports: libpq finds it in `~/.pgpass`, a service file or `PGPASSWORD`.

use crate::error::FileError;
use crate::messages;
use gdal::{Dataset, DatasetOptions, DriverManager, GdalOpenFlags};
use lantu_engine::{Feature, Value};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// How a source begins that is a database.
const PREFIX: &str = "PG:";
/// Addresses that libpq would take too; they are refused, for they mostly hold a password.
const ADDRESSES: [&str; 2] = ["postgresql://", "postgres://"];
const DRIVER: &str = "PostgreSQL";

/// What was read of a database, in a few bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Content {
    /// How many bytes were hashed.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// Returns whether a source is a database.
pub(crate) fn is_one(path: &Path) -> bool {
    path.to_str().and_then(|text| text.get(..PREFIX.len())).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// Returns the path of a source as it is kept; that of a database without quotes around it.
///
/// # Errors
/// [`FileError::PasswordInSource`] if a password stands in it, or an address that may hold one.
pub(crate) fn checked(text: &str) -> Result<PathBuf, FileError> {
    let lower = text.to_ascii_lowercase();
    if ADDRESSES.iter().any(|address| lower.contains(address)) {
        return Err(FileError::PasswordInSource { path: PathBuf::from("postgresql://…") });
    }
    if !is_one(Path::new(text)) {
        return Ok(PathBuf::from(text));
    }
    let spaceless: String = lower.split_whitespace().collect();
    if spaceless.contains("password=") {
        return Err(FileError::PasswordInSource { path: PathBuf::from("PG:…") });
    }
    let inside = text[PREFIX.len()..].trim();
    let inside = inside.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(inside);
    Ok(PathBuf::from(format!("{PREFIX}{inside}")))
}

/// Opens a database for reading.
pub(crate) fn open(path: &Path) -> Result<Dataset, FileError> {
    if DriverManager::get_driver_by_name(DRIVER).is_err() {
        return Err(FileError::NoDriver { path: path.to_path_buf(), format: "PostGIS", driver: DRIVER });
    }
    let text = path.to_string_lossy();
    // A condition of a layer reaches the server as it stands: it may look and not touch.
    let read_only = if text.contains("options=") { "" } else { " options='-c default_transaction_read_only=on'" };
    messages::listen();
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
        allowed_drivers: Some(&[DRIVER]),
        ..DatasetOptions::default()
    };
    let dataset = Dataset::open_ex(format!("{text}{read_only}"), options);
    let dataset =
        dataset.map_err(|error| FileError::NotConnected { path: path.to_path_buf(), source: error.into() })?;
    match dataset.layer_count() {
        0 => Err(FileError::NoLayers { path: path.to_path_buf() }),
        _ => Ok(dataset),
    }
}

/// The rows of features as they were read.
#[derive(Default)]
pub(crate) struct Rows {
    bytes: u64,
    hashes: Vec<[u8; 32]>,
}

impl Rows {
    pub fn add(&mut self, features: &[Feature]) {
        for feature in features {
            let row = row(feature);
            self.bytes += row.len() as u64;
            self.hashes.push(Sha256::digest(&row).into());
        }
    }

    /// Returns what they come to, whatever their order.
    pub fn content(mut self) -> Content {
        self.hashes.sort_unstable();
        let digits = Sha256::digest(self.hashes.concat()).iter().map(|byte| format!("{byte:02x}")).collect();
        Content { bytes: self.bytes, sha256: digits }
    }
}

/// A feature's number, fields and rings, each with its length so that none runs into the next.
fn row(feature: &Feature) -> Vec<u8> {
    let mut bytes = feature.fid.to_le_bytes().to_vec();
    let text = |bytes: &mut Vec<u8>, kind: u8, text: &[u8]| {
        bytes.push(kind);
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text);
    };
    for (name, value) in feature.attributes.iter() {
        text(&mut bytes, 0, name.as_bytes());
        match value {
            Value::Null => bytes.push(1),
            Value::Int(number) => text(&mut bytes, 2, &number.to_le_bytes()),
            Value::Real(number) => text(&mut bytes, 3, &number.to_le_bytes()),
            Value::Text(words) => text(&mut bytes, 4, words.as_bytes()),
            other => text(&mut bytes, 5, format!("{other:?}").as_bytes()),
        }
    }
    for polygon in &feature.polygons {
        bytes.extend((polygon.len() as u64).to_le_bytes());
        for ring in polygon {
            bytes.extend((ring.0.len() as u64).to_le_bytes());
            bytes.extend(ring.0.iter().flat_map(|at| [at.x.to_le_bytes(), at.y.to_le_bytes()].concat()));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::line_string;

    #[test]
    fn a_password_in_a_source_is_refused_and_not_repeated() {
        for text in [
            "PG:host=a dbname=b password=hush",
            "pg:dbname=b password = 'hush'",
            "PG:\"dbname=b sslpassword=hush\"",
            "postgresql://me:hush@host/b",
            "PG:postgres://me:hush@host/b",
        ] {
            let error = checked(text).unwrap_err();
            let said = [error.sentence(), error.hint()].concat().concat();
            assert!(!said.contains("hush") && said.contains("PGPASSWORD"), "{said}");
        }
        assert_eq!(checked("PG:\"host=a dbname=b\"").unwrap(), Path::new("PG:host=a dbname=b"));
        assert!(is_one(Path::new("pg:dbname=b")) && !is_one(Path::new("page.shp")) && !is_one(Path::new("规")));
    }

    #[test]
    fn the_order_of_rows_does_not_change_their_content_and_a_value_does() {
        let ring = line_string![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 0.0, y: 0.0)];
        let feature = |fid| Feature { fid, polygons: vec![vec![ring.clone()]], ..Feature::default() };
        let content = |features: &[Feature]| {
            let mut rows = Rows::default();
            features.iter().for_each(|feature| rows.add(std::slice::from_ref(feature)));
            rows.content()
        };
        let of = |fids: [i64; 2]| content(&fids.map(feature));
        assert_eq!(of([1, 2]), of([2, 1]));
        assert_ne!(of([1, 2]).sha256, of([1, 3]).sha256);
        let mut moved = [1, 2].map(feature);
        moved[0].polygons[0][0].0[1].x = 1.5;
        assert_ne!(content(&moved).sha256, of([1, 2]).sha256);
    }
}
