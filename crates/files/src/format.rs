//! The formats that results can be written in, and what each of them can hold.

use crate::error::FileError;
use std::path::Path;

/// A format that can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Format {
    /// GeoJSON after RFC 7946, in longitude and latitude.
    GeoJson,
    /// GeoPackage.
    GeoPackage,
    /// Esri Shapefile.
    Shapefile,
    /// FlatGeobuf.
    FlatGeobuf,
    /// Esri file geodatabase, a folder.
    FileGeodatabase,
    /// AutoCAD's exchange format.
    Dxf,
    /// The land bureau's boundary file (界址点坐标 TXT).
    BoundaryTxt,
    /// GeoParquet.
    GeoParquet,
}

impl Format {
    /// Every format, in the order in which people are told of them.
    pub const ALL: [Self; 8] = [
        Self::GeoJson,
        Self::GeoPackage,
        Self::Shapefile,
        Self::FlatGeobuf,
        Self::FileGeodatabase,
        Self::GeoParquet,
        Self::Dxf,
        Self::BoundaryTxt,
    ];

    /// Returns the format that a file's ending names.
    ///
    /// # Errors
    /// [`FileError::UnknownFormat`] if it names none.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        let named = |format: &Self| ending.as_deref().is_some_and(|ending| format.endings().contains(&ending));
        Self::ALL.into_iter().find(named).ok_or_else(|| FileError::UnknownFormat { path: path.to_path_buf() })
    }

    /// Returns the endings by which it is known, the usual one first.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::GeoJson => &["geojson", "json"],
            Self::GeoPackage => &["gpkg"],
            Self::Shapefile => &["shp"],
            Self::FlatGeobuf => &["fgb"],
            Self::FileGeodatabase => &["gdb"],
            Self::Dxf => &["dxf"],
            Self::BoundaryTxt => &["txt"],
            Self::GeoParquet => &["parquet"],
        }
    }

    /// Returns its name: Chinese, English.
    pub fn names(self) -> [&'static str; 2] {
        match self {
            Self::GeoJson => ["GeoJSON", "GeoJSON"],
            Self::GeoPackage => ["GeoPackage", "GeoPackage"],
            Self::Shapefile => ["Shapefile", "Shapefile"],
            Self::FlatGeobuf => ["FlatGeobuf", "FlatGeobuf"],
            Self::FileGeodatabase => ["文件地理数据库", "file geodatabase"],
            Self::Dxf => ["DXF", "DXF"],
            Self::BoundaryTxt => ["界址点 TXT", "boundary TXT"],
            Self::GeoParquet => ["GeoParquet", "GeoParquet"],
        }
    }

    /// Returns whether a file of this format is a folder.
    pub fn is_folder(self) -> bool {
        self == Self::FileGeodatabase
    }

    /// Returns the GDAL driver that writes it; `None` where Lantu writes it without GDAL.
    pub(crate) fn driver(self) -> Option<&'static str> {
        match self {
            Self::Shapefile => Some("ESRI Shapefile"),
            Self::FlatGeobuf => Some("FlatGeobuf"),
            Self::FileGeodatabase => Some("OpenFileGDB"),
            Self::Dxf => Some("DXF"),
            Self::GeoJson | Self::GeoPackage | Self::BoundaryTxt | Self::GeoParquet => None,
        }
    }
}
