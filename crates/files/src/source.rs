//! Where a layer comes from, in QGIS's spelling: `path|layername=NAME|subset=SQL`.

use crate::crs::Crs;
use crate::database;
use crate::error::FileError;
use crate::shift::Shift;
use lantu_engine::ClassId;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A layer of a file, with an optional condition on its features.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Source {
    /// The file or folder; for a database `PG:` and the words of its connection.
    pub path: PathBuf,
    /// The layer's name; needed where the file has several.
    pub layer: Option<String>,
    /// An SQL condition: only features that meet it are read.
    pub subset: Option<String>,
}

/// A layer that is to be read.
#[derive(Clone, PartialEq, Debug)]
pub struct LayerRequest {
    /// The name it gets in the run.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
    /// The class of its features.
    pub class: ClassId,
    /// A field that holds a feature's own class; features without a value take `class`.
    pub class_field: Option<String>,
    /// The CRS to take if the file names none, or one that its coordinates contradict.
    pub assume_crs: Option<Crs>,
    /// The CRS of its coordinates, whatever the file says.
    pub crs: Option<Crs>,
    /// The parameters of the way from its datum to that of the run.
    pub shift: Option<Shift>,
    /// The encoding of its text, whatever the file says; as declared or detected if `None`.
    pub encoding: Option<String>,
}

impl LayerRequest {
    /// Returns a request that takes the file's word for everything.
    pub fn new(name: impl Into<String>, source: Source, class: ClassId) -> Self {
        Self {
            name: name.into(),
            source,
            class,
            class_field: None,
            assume_crs: None,
            crs: None,
            shift: None,
            encoding: None,
        }
    }
}

impl Source {
    /// Returns the source of a whole file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), layer: None, subset: None }
    }

    /// Returns whether it is a database and no file.
    pub fn is_database(&self) -> bool {
        database::is_one(&self.path)
    }
}

impl FromStr for Source {
    type Err = FileError;

    /// Reads QGIS's spelling. The subset comes last and may hold any character; keys may be
    /// written in any case.
    fn from_str(text: &str) -> Result<Self, FileError> {
        let (head, subset) = split_at_key(text, "|subset=");
        let mut parts = split_parts(head);
        let path = database::checked(parts.remove(0))?;
        let mut layer = None;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            if !key.eq_ignore_ascii_case("layername") || layer.is_some() {
                return Err(FileError::SourceSpelling { path, part: part.to_owned() });
            }
            layer = Some(value.to_owned());
        }
        if path.as_os_str().is_empty() {
            return Err(FileError::SourceSpelling { path, part: text.to_owned() });
        }
        Ok(Self { path, layer, subset: subset.map(str::to_owned) })
    }
}

/// Splits at the first occurrence of an ASCII key, whatever its case.
fn split_at_key<'a>(text: &'a str, key: &str) -> (&'a str, Option<&'a str>) {
    match text.to_ascii_lowercase().find(key) {
        Some(at) => (&text[..at], Some(&text[at + key.len()..])),
        None => (text, None),
    }
}

/// Splits at bars that are followed by `key=`; other bars belong to names.
fn split_parts(head: &str) -> Vec<&str> {
    let is_key = |rest: &str| {
        let key: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
        !key.is_empty() && rest[key.len()..].starts_with('=')
    };
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in head.match_indices('|') {
        if is_key(&head[at + 1..]) {
            parts.push(&head[start..at]);
            start = at + 1;
        }
    }
    parts.push(&head[start..]);
    parts
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(layer) = &self.layer {
            write!(f, "|layername={layer}")?;
        }
        if let Some(subset) = &self.subset {
            write!(f, "|subset={subset}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_written_as_it_was_read() {
        for text in [
            "a.shp",
            "data/三调.gpkg|layername=DLTB",
            "a.gpkg|layername=a=b|subset=\"DLBM\" LIKE '03%' || '|x'",
            "a|b.geojson|subset=landuse IN ('farmland','meadow')",
            "PG:host=/run/pg dbname=规划 tables=dltb,红线|layername=dltb",
        ] {
            let source: Source = text.parse().unwrap();
            assert_eq!(source.to_string(), text);
        }
    }

    #[test]
    fn the_parts_of_a_source_are_found_whatever_the_case_of_their_keys() {
        let source: Source = "三调/a b.gpkg|LAYERNAME=地类图斑|Subset=x = 1".parse().unwrap();
        assert_eq!(source.path, PathBuf::from("三调/a b.gpkg"));
        assert_eq!(source.layer.as_deref(), Some("地类图斑"));
        assert_eq!(source.subset.as_deref(), Some("x = 1"));
    }

    #[test]
    fn an_unknown_part_is_named_in_the_error() {
        let error = "a.gpkg|layerid=3".parse::<Source>().unwrap_err();
        assert!(error.sentence()[1].contains("layerid=3"), "{error}");
        assert!("|layername=x".parse::<Source>().is_err());
    }
}
