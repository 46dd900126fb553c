//! What a conflict is, and what it is called.

use crate::few::Few;
use crate::partition::{FaceId, FeatureRef};
use crate::precision::Point;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name of a conflict, made from its content: kind, the parties' layers and classes, and the
/// place and size of its ground. The same conflict has the same id in every run, whatever else
/// is in the data and however features are numbered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConflictId(pub u64);

impl fmt::Display for ConflictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A tile has thousands: with the formatter's own way they took a sixth of its time.
        let mut text = *b"c0000000000000000";
        for (at, digit) in text[1..].iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(self.0 >> (60 - 4 * at)) as usize & 15];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Says that a text is not a conflict id.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a conflict id: expected the letter c and 16 hexadecimal digits")]
pub struct NotAConflictId(pub String);

impl FromStr for ConflictId {
    type Err = NotAConflictId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('c').filter(|digits| digits.len() == 16);
        let id = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        id.map(Self).ok_or_else(|| NotAConflictId(text.to_owned()))
    }
}

impl Serialize for ConflictId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ConflictId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What kind of contradiction a conflict is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictKind {
    /// Features of two or more layers claim the same place.
    Overlap,
    /// Features of one layer claim the same place.
    SelfOverlap,
    /// An enclosed place that no feature covers.
    Gap,
}

impl ConflictKind {
    /// Returns the kind as it stands in lists, files and reports: `self-overlap`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::SelfOverlap => "self-overlap",
            Self::Gap => "gap",
        }
    }
}

/// A connected place with the same parties that may not stay as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Conflict {
    /// Its name.
    pub id: ConflictId,
    /// Its kind.
    pub kind: ConflictKind,
    /// Whether it is so small or so thin that it comes from digitising, not from planning.
    pub sliver: bool,
    /// The features that claim the place, ascending; none for a gap.
    pub parties: Few<FeatureRef>,
    /// The faces it consists of, ascending.
    pub faces: Few<FaceId>,
    /// Its area, doubled, in square grid units.
    pub area2: i128,
    /// The length of its boundary in grid units.
    pub perimeter: f64,
    /// The lowest and highest corner of its box.
    pub bounds: (Point, Point),
    /// The code of the district that it counts in, as whoever runs the engine tells it; `None` while
    /// nobody has. Rules may ask for it; it is no part of the id.
    pub district: Option<Arc<str>>,
}

impl Conflict {
    /// Returns the mean width in grid units: twice the area over the perimeter, which is the
    /// width of a long strip and half the width of a square.
    pub fn mean_width(&self) -> f64 {
        if self.perimeter > 0.0 { self.area2 as f64 / self.perimeter } else { 0.0 }
    }
}
