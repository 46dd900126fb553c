//! Reads a file again and compares every feature with what was planned.

use super::{Features, Printer, Written, read};
use crate::error::FileError;
use crate::progress::Part;
use crate::sheet::Sheet;
use geo::{Coord, LineString};
use lantu_engine::{Point, PrecisionModel};
use rayon::prelude::*;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What comparing a file with the plan has shown.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Compared {
    /// Features that are not exactly what was planned; features too few or too many count.
    pub differing: u64,
    /// Coordinates that are not of the file's grid.
    pub off_grid: u64,
}

/// Reads a file again and compares its features with the points of the sheet's arcs as they were
/// written, and their areas as read with those of the faces, to the last grid unit. The areas would
/// show rings that were put together wrongly.
///
/// All of the file is read: what stands around and between the features must be JSON with them.
pub(crate) fn compare(
    path: &Path,
    sheet: &Sheet<'_>,
    written: &Written,
    watch: &Part<'_>,
) -> Result<Compared, FileError> {
    let broken = |source| FileError::BrokenJson { path: path.to_path_buf(), source };
    frame(path, &written.places).map_err(broken)?;
    let all = written.places.len() as f64;
    let compared = written.places.par_iter().enumerate().map(|(at, place)| {
        if !watch.reached(at as f64 / all) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let mut text = b"[".to_vec();
        append(path, place, &mut text).map_err(|source| broken(serde_json::Error::io(source)))?;
        text.push(b']');
        let rows = read::features(&text).map_err(broken)?;
        Ok(Comparing { sheet, printer: Printer::default(), points: Vec::new(), seen: Compared::default() }
            .of(&rows, place))
    });
    let sum = |one: Compared, other: Compared| Compared {
        differing: one.differing + other.differing,
        off_grid: one.off_grid + other.off_grid,
    };
    compared.try_reduce(Compared::default, |one, other| Ok(sum(one, other)))
}

/// Sees that what is not a feature is JSON when the features are left out.
fn frame(path: &Path, places: &[Features]) -> Result<(), serde_json::Error> {
    let mut file = File::open(path).map_err(serde_json::Error::io)?;
    let length = file.metadata().map_err(serde_json::Error::io)?.len();
    let first = places.first().map_or(length, |place| place.bytes.start);
    let last = places.last().map_or(first, |place| place.bytes.end);
    let mut text = vec![0; first as usize];
    file.read_exact(&mut text).map_err(serde_json::Error::io)?;
    for two in places.windows(2) {
        // One byte is between them, and stands for a comma between two features.
        text.extend_from_slice(if two[0].bytes.end + 1 == two[1].bytes.start { b"0" } else { b"?" });
        file.seek(SeekFrom::Start(two[0].bytes.end)).map_err(serde_json::Error::io)?;
        let start = text.len();
        text.push(0);
        file.read_exact(&mut text[start..]).map_err(serde_json::Error::io)?;
    }
    text.extend_from_slice(if places.is_empty() { b"" } else { b"0" });
    file.seek(SeekFrom::Start(last)).map_err(serde_json::Error::io)?;
    file.read_to_end(&mut text).map_err(serde_json::Error::io)?;
    serde_json::from_slice::<IgnoredAny>(&text).map(|_| ())
}

fn append(path: &Path, place: &Features, text: &mut Vec<u8>) -> io::Result<()> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(place.bytes.start))?;
    let start = text.len();
    text.resize(start + (place.bytes.end - place.bytes.start) as usize, 0);
    file.read_exact(&mut text[start..])
}

struct Comparing<'a> {
    sheet: &'a Sheet<'a>,
    printer: Printer,
    points: Vec<Point>,
    seen: Compared,
}

impl Comparing<'_> {
    fn of(mut self, rows: &[read::Row], place: &Features) -> Compared {
        self.seen.differing += rows.len().abs_diff(place.marks.len()) as u64;
        for (row, &(group, print)) in rows.iter().zip(&place.marks) {
            let area2 = self.area2(row);
            let same = row.id == u64::from(group) + 1
                && area2 == Some(self.sheet.area2(group as usize))
                && self.printer.take() == print;
            self.seen.differing += u64::from(!same);
        }
        self.seen
    }

    /// Takes the fingerprint of a feature's points; returns twice its area, or `None` if it is not of
    /// the shape that features are written in.
    fn area2(&mut self, row: &read::Row) -> Option<i128> {
        // Whatever a feature before has left.
        self.printer = Printer::default();
        let mut sum = 0;
        for polygon in row.polygons() {
            self.printer.polygon(polygon.len());
            for ring in polygon {
                sum += self.ring_area2(ring)?;
            }
        }
        Some(sum)
    }

    fn ring_area2(&mut self, ring: &LineString<f64>) -> Option<i128> {
        let grid = &self.sheet.partition.grid;
        self.points.clear();
        self.points.extend(ring.0.iter().filter_map(|&at| on_grid(grid, at)));
        self.seen.off_grid += (ring.0.len() - self.points.len()) as u64;
        let (last, open) = self.points.split_last()?;
        if self.points.len() != ring.0.len() || open.first() != Some(last) {
            return None;
        }
        self.printer.ring(open);
        let cross = |a: Point, b: Point| {
            i128::from(i64::from(a.x) * i64::from(b.y)) - i128::from(i64::from(b.x) * i64::from(a.y))
        };
        Some(self.points.windows(2).map(|w| cross(w[0], w[1])).sum())
    }
}

/// Returns the grid point that a coordinate is, and is not only near.
fn on_grid(grid: &PrecisionModel, at: Coord<f64>) -> Option<Point> {
    grid.snap(at).filter(|&point| grid.locate(point) == at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Theme;
    use lantu_engine::{ClassId, FaceId, Feature, Layer, Unwatched, normalise, overlay};

    /// Writes two squares side by side, changes the text, and compares.
    fn after(change: impl Fn(String) -> String) -> Result<Compared, FileError> {
        let square = |x: f64| {
            let corners = [(x, 20.0), (x + 0.001, 20.0), (x + 0.001, 20.001), (x, 20.001), (x, 20.0)];
            Feature { polygons: vec![vec![corners.into_iter().collect()]], ..Feature::default() }
        };
        let layer =
            Layer { name: "a".into(), class: ClassId::new("a"), features: vec![square(110.0), square(110.001)] };
        let grid = PrecisionModel { scale: 1e9, origin: [110_000_000_000, 20_000_000_000] };
        let normal = normalise(layer, &grid, &Unwatched).unwrap().value;
        let partition = overlay(vec![normal], &grid, &Unwatched).unwrap().value;
        let faces: Vec<FaceId> = partition.bounded_faces().collect();
        let groups = faces.chunks(1).collect();
        let theme = Theme { name: "test", columns: &[], groups, values: Box::new(|_, _| Vec::new()) };
        let sheet = Sheet::of_theme(&partition, &theme);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.geojson");
        let part = Part::of(&|_| true, 0.0, 1.0);
        let mut written = super::super::write(&path, &sheet, &theme, ["test", "", "EPSG:4326"], &part)?;
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = change(text.clone());
        written.places[0].bytes.end = written.places[0].bytes.end + changed.len() as u64 - text.len() as u64;
        std::fs::write(&path, changed).unwrap();
        compare(&path, &sheet, &written, &part)
    }

    #[test]
    fn a_file_as_it_was_written_is_the_plan() {
        let same = after(|text| text).unwrap();
        assert_eq!((same.differing, same.off_grid), (0, 0));
    }

    #[test]
    fn whatever_is_changed_in_a_feature_is_seen() {
        let number = after(|text| text.replace("\"id\":2", "\"id\":3")).unwrap();
        assert_eq!(number.differing, 1);
        // Both squares have the corner, so no edge of one would cross an edge of the other.
        let moved = after(|text| text.replace("[110.001,20.001]", "[110.001,20.001000001]")).unwrap();
        assert_eq!((moved.differing, moved.off_grid), (2, 0));
        let finer = after(|text| text.replace("[110.001,20.001]", "[110.001,20.0010000001]")).unwrap();
        assert_eq!((finer.differing, finer.off_grid), (2, 2));
        let fewer = after(|text| {
            let (start, end) = (text.find(",{\"type\":\"Feature\"").unwrap(), text.len() - 2);
            [&text[..start], &text[end..]].concat()
        });
        assert_eq!(fewer.unwrap().differing, 1);
    }

    #[test]
    fn what_is_no_json_around_the_features_is_seen() {
        assert!(after(|text| text.replace("\"lantu\"", "lantu!!")).is_err());
        assert!(after(|text| format!("{}]]", &text[..text.len() - 2])).is_err());
    }
}
