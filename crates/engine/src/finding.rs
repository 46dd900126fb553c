//! Statements about the data: findings are results, not errors.

use geo::Coord;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Mended without loss; said for the record.
    Note,
    /// Mended, but somebody should look.
    Warning,
    /// A part of the data could not be used.
    Loss,
}

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// A ring whose last point is not its first; it was closed.
    UnclosedRing,
    /// Consecutive points that are the same on the grid; one was kept.
    RepeatedPoint,
    /// A ring that runs out and back along the same line; the line encloses nothing.
    Spike,
    /// An outer ring drawn clockwise or a hole drawn counter-clockwise (RFC 7946); turned.
    WrongWinding,
    /// A ring that encloses no ground on the grid; it contributes nothing.
    ZeroAreaRing,
    /// A feature's own rings cross or overlap; its ground is their even-odd fill.
    SelfIntersection,
    /// A coordinate that is not a number or infinite; its ring was left out.
    NotFinite,
    /// A coordinate too far away for the grid; its ring was left out.
    OutOfRange,
    /// A feature without any polygon.
    NoGeometry,
    /// A feature that encloses no ground at all on the grid.
    NoGround,
    /// The same geometry stands twice in one layer.
    DrawnTwice,
    /// A geometry that is not a polygon; it was passed over.
    NotAPolygon,
    /// A field's text could not be decoded for certain.
    UncertainText,
    /// A line of a text file that cannot be read; it was passed over.
    UnreadableLine,
    /// The file states something else than it draws: a count of points, an area, a zone.
    StatedOtherwise,
    /// North and east stood in each other's place; they were exchanged.
    SwappedAxes,
    /// The file does not say where it lies; the usual was assumed.
    AssumedCrs,
    /// A datum was left without the local parameters of the way; it may be metres off.
    NoDatumShift,
    /// Points had heights or measures; they were dropped.
    HeightsDropped,
    /// The grid is coarser than asked for because the data span too far.
    CoarserGrid,
    /// A feature of which the grid kept nothing after noding.
    Collapsed,
    /// A decision whose conflict is no longer there.
    OrphanedDecision,
    /// A gap that merging slivers could not or was not to fill.
    UnfilledGap,
    /// Nobody said of which system a layer's codes are; they were recognised as the land survey's and read
    /// as the planning codes that they mean.
    SurveyCodes,
    /// Nobody said of which system a layer's codes are, and they do not tell; they were taken as they are.
    UndecidedCodes,
}

/// Which thing a finding is about.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct About {
    /// The layer's name, if it is about one.
    pub layer: Option<Arc<str>>,
    /// The feature's id in its file, if it is about one.
    pub fid: Option<i64>,
}

/// A statement about the data, with its place on the map.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// What was found.
    pub code: FindingCode,
    /// How much it matters.
    pub severity: Severity,
    /// Which thing it is about.
    pub about: About,
    /// Where, in the project's plane; `None` if nowhere in particular.
    pub at: Option<Coord<f64>>,
}

impl Finding {
    /// Returns a finding about a whole layer.
    pub fn of_layer(code: FindingCode, layer: &Arc<str>) -> Self {
        Self { code, severity: code.severity(), about: About { layer: Some(layer.clone()), fid: None }, at: None }
    }

    /// Returns a finding about one feature.
    pub fn of_feature(code: FindingCode, layer: &Arc<str>, fid: i64, at: Option<Coord<f64>>) -> Self {
        let about = About { layer: Some(layer.clone()), fid: Some(fid) };
        Self { code, severity: code.severity(), about, at }
    }
}

impl FindingCode {
    /// Returns how much findings of this code matter.
    pub fn severity(self) -> Severity {
        use FindingCode::*;
        match self {
            RepeatedPoint | WrongWinding | UnclosedRing | Spike | HeightsDropped | SurveyCodes => Severity::Note,
            NotFinite | OutOfRange | NoGeometry | NoGround | NotAPolygon | UnreadableLine | Collapsed => Severity::Loss,
            _ => Severity::Warning,
        }
    }

    /// Returns the code as it stands in reports: `self-intersection`.
    pub fn as_str(self) -> &'static str {
        use FindingCode::*;
        match self {
            UnclosedRing => "unclosed-ring",
            RepeatedPoint => "repeated-point",
            Spike => "spike",
            WrongWinding => "wrong-winding",
            ZeroAreaRing => "zero-area-ring",
            SelfIntersection => "self-intersection",
            NotFinite => "not-finite",
            OutOfRange => "out-of-range",
            NoGeometry => "no-geometry",
            NoGround => "no-ground",
            DrawnTwice => "drawn-twice",
            NotAPolygon => "not-a-polygon",
            UncertainText => "uncertain-text",
            UnreadableLine => "unreadable-line",
            StatedOtherwise => "stated-otherwise",
            SwappedAxes => "swapped-axes",
            AssumedCrs => "assumed-crs",
            NoDatumShift => "no-datum-shift",
            HeightsDropped => "heights-dropped",
            CoarserGrid => "coarser-grid",
            Collapsed => "collapsed",
            OrphanedDecision => "orphaned-decision",
            UnfilledGap => "unfilled-gap",
            SurveyCodes => "survey-codes",
            UndecidedCodes => "undecided-codes",
        }
    }
}

/// A result together with what was found on the way.
#[derive(Clone, PartialEq, Debug)]
pub struct Reported<T> {
    /// The result.
    pub value: T,
    /// What was found, in the order of layers and features.
    pub findings: Vec<Finding>,
}
