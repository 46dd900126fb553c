//! Rounds a layer while it is read, before anybody knows the run's grid.
//!
//! The grid's step is known from the start, only its origin follows from the extent of all layers. So
//! some thousand features at a time are judged on a grid of that step around themselves, and their points
//! kept as whole steps from one origin, as far as 32 bits tell; in the end they are moved to the run's
//! origin, from which all are near enough. The numbers are those of rounding to the run's grid at once,
//! and no coordinate is held as a double for long. Where the run needs a coarser grid, or features lie too
//! far from each other, the layer says so; it is then to be read again and given to
//! [`crate::normalise()`].

use crate::attributes::{Attributes, put_away};
use crate::finding::{FindingCode, Reported};
use crate::layer::{ClassId, Feature, Layer};
use crate::list::List;
use crate::normalise::{CUSTOM, NormalLayer, Work, mostly_clockwise};
use crate::overlay::{Depot, failed};
use crate::precision::{Point, PrecisionModel, REACH};
use crate::watch::{Stage, Steps, Stop, Watch};
use geo::{Coord, Rect};
use rayon::prelude::*;
use std::sync::Arc;

/// So many points stand in memory before they are put elsewhere, if they can be.
const LOAD: usize = 1 << 18;

/// A layer that is being read.
pub struct Rounding<'a> {
    name: Arc<str>,
    step: f64,
    depot: Option<&'a dyn Depot>,
    /// Features that wait until the layer's custom of turning rings is known, and their outer rings.
    waiting: Vec<Feature>,
    outer: usize,
    /// How many points are expected.
    expected: usize,
    done: Rounded,
}

/// The lowest and highest step on either axis.
type Reach = [[i64; 2]; 2];

/// A layer on a grid of its own; its rows are still apart from it.
pub struct Rounded {
    /// `None` before the first feature is judged.
    work: Option<Work>,
    /// Where all points are counted from, and between which steps from the plane's zero they lie.
    origin: [i64; 2],
    reach: Reach,
    /// Where points stand in the depot, and how many.
    kept: Vec<(u64, usize)>,
    fits: bool,
}

impl<'a> Rounding<'a> {
    /// Begins a layer on a grid of this step in the plane's units. About `expected` vertices will come; more
    /// is better than less. What does not need to be in memory goes to the depot.
    pub fn new(name: &str, step: f64, expected: usize, depot: Option<&'a dyn Depot>) -> Self {
        let reach = [[i64::MAX; 2], [i64::MIN; 2]];
        let done = Rounded { work: None, origin: [0; 2], reach, kept: Vec::new(), fits: true };
        Self { name: name.into(), step, depot, waiting: Vec::new(), outer: 0, expected, done }
    }

    /// Takes the rings of the layer's next features, and may move their rows to the depot.
    ///
    /// # Errors
    /// [`Stop::Depot`] if the depot cannot be used.
    pub fn add(&mut self, features: &mut [Feature]) -> Result<(), Stop> {
        if let Some(depot) = self.depot {
            let mut rows: Vec<&mut Attributes> = features.iter_mut().map(|feature| &mut feature.attributes).collect();
            put_away(&mut rows, depot)?;
        }
        for feature in features {
            let polygons = std::mem::take(&mut feature.polygons);
            self.outer += polygons.iter().filter(|rings| !rings.is_empty()).count();
            let (class, attributes) = (None, Attributes::default());
            self.waiting.push(Feature { fid: feature.fid, class, attributes, polygons });
        }
        if self.done.work.is_some() || self.outer >= CUSTOM { self.judge() } else { Ok(()) }
    }

    fn judge(&mut self) -> Result<(), Stop> {
        let waiting = std::mem::take(&mut self.waiting);
        let done = &mut self.done;
        if !done.fits {
            return Ok(());
        }
        let coords = waiting.iter().flat_map(|feature| &feature.polygons).flatten().flat_map(|ring| &ring.0);
        let Some(grid) = around(coords, self.step) else {
            done.fits = false;
            return Ok(());
        };
        let work = match &mut done.work {
            Some(work) => work,
            none => {
                done.origin = grid.origin;
                let work = none.insert(Work::new(grid, self.name.clone(), mostly_clockwise(&waiting)));
                // Reserved and not yet touched, it costs nothing; where it is enough, nothing is ever copied.
                work.points.reserve(if self.depot.is_some() { 2 * LOAD } else { self.expected });
                work
            }
        };
        work.grid = grid;
        let (found, first) = (work.findings.len(), work.points.len());
        let nameless = ClassId::new("");
        waiting.iter().for_each(|feature| work.add(feature, &nameless));
        done.fits = work.findings[found..].iter().all(|finding| finding.code != FindingCode::OutOfRange);
        let by = [0, 1].map(|axis| grid.origin[axis] - done.origin[axis]);
        for point in &mut work.points[first..] {
            let absolute = grid.absolute(*point);
            done.reach[0] = [0, 1].map(|axis| done.reach[0][axis].min(absolute[axis]));
            done.reach[1] = [0, 1].map(|axis| done.reach[1][axis].max(absolute[axis]));
            *point = moved(*point, by);
        }
        if work.points.len() >= LOAD {
            self.put_away()?;
        }
        Ok(())
    }

    fn put_away(&mut self) -> Result<(), Stop> {
        let (Some(work), Some(depot)) = (&mut self.done.work, self.depot) else { return Ok(()) };
        let at = depot.keep(bytemuck::cast_slice(&work.points)).map_err(failed)?;
        self.done.kept.push((at, work.points.len()));
        work.elsewhere += work.points.len();
        work.points.clear();
        Ok(())
    }

    /// Ends the layer.
    ///
    /// # Errors
    /// As [`Rounding::add`].
    pub fn end(mut self) -> Result<Rounded, Stop> {
        self.judge()?;
        Ok(self.done)
    }
}

impl Rounded {
    /// Whether the layer can be moved to this grid; if not, it is to be read again.
    pub fn fits(&self, grid: &PrecisionModel) -> bool {
        let [low, high] = self.reach;
        let near = |axis: usize| {
            low[axis] > high[axis]
                || (low[axis] - grid.origin[axis] >= -REACH && high[axis] - grid.origin[axis] <= REACH)
        };
        self.fits && near(0) && near(1) && self.work.as_ref().is_some_and(|work| work.grid.scale == grid.scale)
    }

    /// Moves the layer to a grid that [`Rounded::fits`] and gives it its rows: the layer as it was read, its
    /// rings aside. The depot is that of its [`Rounding`].
    ///
    /// Returns what [`crate::normalise()`] returns of the whole layer; `None` if the grid does not fit.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] if the watcher asks for it, [`Stop::Depot`] if the depot cannot be used.
    pub fn into_normal(
        self,
        rows: Layer,
        grid: &PrecisionModel,
        depot: Option<&dyn Depot>,
        watch: &dyn Watch,
    ) -> Result<Option<Reported<NormalLayer>>, Stop> {
        if !self.fits(grid) {
            return Ok(None);
        }
        let Some(mut work) = self.work else { return Ok(None) };
        let steps = Steps::new(watch, Stage::Normalise, 0.0..1.0, rows.features.len());
        let last = std::mem::take(&mut work.points);
        let mut points = match depot.filter(|_| !self.kept.is_empty()) {
            None => List::from(last),
            Some(depot) => all_points(&self.kept, &last, depot)?,
        };
        let by = [0, 1].map(|axis| self.origin[axis] - grid.origin[axis]);
        points.par_iter_mut().for_each(|point| *point = moved(*point, by));
        work.grid = *grid;
        let mut reported = work.into_layer(rows.class.clone(), points, &steps)?;
        reported.value.complete(rows);
        Ok(Some(reported))
    }
}

/// Returns the grid of this step around what is finite of some coordinates; `None` if they reach too far.
fn around<'a>(coords: impl Iterator<Item = &'a Coord<f64>>, step: f64) -> Option<PrecisionModel> {
    let finite = coords.filter(|at| at.x.is_finite() && at.y.is_finite());
    let sides = finite.fold(None, |sides: Option<[f64; 4]>, c| {
        let [w, s, e, n] = sides.unwrap_or([c.x, c.y, c.x, c.y]);
        Some([w.min(c.x), s.min(c.y), e.max(c.x), n.max(c.y)])
    });
    let [w, s, e, n] = sides.unwrap_or_default();
    PrecisionModel::covering(Rect::new(Coord { x: w, y: s }, Coord { x: e, y: n }), step).ok()
}

/// Counts a point from another origin, as far as 32 bits tell.
fn moved(point: Point, by: [i64; 2]) -> Point {
    Point::new(point.x.wrapping_add(by[0] as i32), point.y.wrapping_add(by[1] as i32))
}

fn all_points(kept: &[(u64, usize)], last: &[Point], depot: &dyn Depot) -> Result<List<Point>, Stop> {
    let before: usize = kept.iter().map(|(_, count)| count).sum();
    let mut points: List<Point> = List::blank(before + last.len(), Some(depot))?;
    let (mut rest, own) = points.split_at_mut(before);
    own.copy_from_slice(last);
    for &(at, count) in kept {
        let (part, others) = rest.split_at_mut(count);
        depot.fetch(at, bytemuck::cast_slice_mut(part)).map_err(failed)?;
        rest = others;
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Value;
    use crate::normalise::normalise;
    use crate::watch::Unwatched;
    use geo::LineString;
    use std::io;
    use std::sync::{Mutex, PoisonError};

    /// A depot of which everything can be asked back.
    #[derive(Default)]
    struct Shelf(Mutex<Vec<u8>>);

    impl Depot for Shelf {
        fn keep(&self, bytes: &[u8]) -> io::Result<u64> {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend(bytes);
            Ok((all.len() - bytes.len()) as u64)
        }

        fn fetch(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
            let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.copy_from_slice(&all[at as usize..at as usize + bytes.len()]);
            Ok(())
        }

        fn lend(&self, length: usize) -> io::Result<Box<dyn crate::overlay::Lent>> {
            Ok(Box::new(Words(vec![0; length.div_ceil(16)], length)))
        }
    }

    struct Words(Vec<u128>, usize);

    impl crate::overlay::Lent for Words {
        fn bytes(&self) -> &[u8] {
            &bytemuck::cast_slice(&self.0)[..self.1]
        }

        fn bytes_mut(&mut self) -> &mut [u8] {
            &mut bytemuck::cast_slice_mut(&mut self.0)[..self.1]
        }
    }

    /// Rings of every kind of fault, far from the plane's zero, turned either way.
    fn layer(count: usize, clockwise: bool, apart: f64) -> Layer {
        let fields: Arc<[Box<str>]> = vec!["n".into()].into();
        let mut state = 7u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let features = (0..count).map(|at| {
            let (x, y) = (
                420_000.0 + at as f64 * apart + random(90_000) as f64 / 3.0,
                3_300_000.0 + random(90_000) as f64 / 7.0,
            );
            let mut ring: Vec<Coord<f64>> = (0..3 + random(40))
                .map(|k| {
                    let angle = k as f64 / 7.0;
                    Coord { x: x + 30.0 * angle.cos(), y: y + (20.0 + k as f64) * angle.sin() }
                })
                .collect();
            match random(12) {
                0 => ring.push(ring[ring.len() - 1]),
                1 => ring.push(ring[ring.len() - 2]),
                2 => ring[1].x = f64::NAN,
                3 => ring.iter_mut().for_each(|at| at.y = y),
                4 => ring.clear(),
                _ => {}
            }
            if random(9) > 0 {
                ring.extend(ring.first().copied());
            }
            if clockwise != (random(5) == 0) {
                ring.reverse();
            }
            let class = (random(3) == 0).then(|| ClassId::new("forest"));
            let attributes = Attributes::new(fields.clone(), [Value::Int(at as i64)]);
            let polygons = if random(50) == 0 { Vec::new() } else { vec![vec![LineString(ring)]] };
            // Now and then one is drawn twice.
            Feature { fid: at as i64, class, attributes, polygons }
        });
        let mut features: Vec<Feature> = features.collect();
        features[count - 1].polygons = features[0].polygons.clone();
        Layer { name: "farmland".into(), class: ClassId::new("farmland"), features }
    }

    fn rounded(layer: &Layer, step: f64, depot: Option<&dyn Depot>, batch: usize) -> (Rounded, Layer) {
        let mut rows = layer.clone();
        let mut rounding = Rounding::new("farmland", step, 10, depot);
        rows.features.chunks_mut(batch).try_for_each(|some| rounding.add(some)).unwrap();
        (rounding.end().unwrap(), rows)
    }

    fn grid(step: f64) -> PrecisionModel {
        let extent = Rect::new(Coord { x: 400_000.0, y: 3_250_000.3 }, Coord { x: 820_123.0, y: 3_400_000.0 });
        PrecisionModel::covering(extent, step).unwrap()
    }

    #[test]
    fn a_layer_rounded_while_it_is_read_is_the_layer_rounded_as_a_whole() {
        let shelf = Shelf::default();
        // The last is wider than what 32 bits hold on either side of its first point.
        let cases = [(300, false, 0.0, 7), (30_000, true, 1.0, 4096), (60_000, false, 6.1, 1000)];
        for (count, clockwise, apart, batch) in cases {
            let layer = layer(count, clockwise, apart);
            let whole = normalise(&layer, &grid(1e-4), &Unwatched).unwrap();
            for depot in [None, Some(&shelf as &dyn Depot)] {
                let (rounded, rows) = rounded(&layer, 1e-4, depot, batch);
                assert!(rows.features.iter().all(|feature| feature.polygons.is_empty()));
                assert!(depot.is_none() || count < 60_000 || !rounded.kept.is_empty());
                let normal = rounded.into_normal(rows, &grid(1e-4), depot, &Unwatched).unwrap().unwrap();
                assert_eq!(format!("{:?}", normal.value), format!("{:?}", whole.value));
                assert_eq!(normal.findings, whole.findings);
                assert!(whole.findings.iter().any(|finding| finding.code == FindingCode::DrawnTwice));
            }
        }
    }

    #[test]
    fn a_layer_says_that_a_coarser_grid_or_one_out_of_its_reach_does_not_fit() {
        let near = layer(50, false, 100.0);
        let (rounded_near, rows) = rounded(&near, 1e-4, None, 10);
        assert!(rounded_near.fits(&grid(1e-4)) && !rounded_near.fits(&grid(1e-3)));
        assert!(rounded_near.into_normal(rows, &grid(1e-3), None, &Unwatched).unwrap().is_none());
        let mut far = near;
        let ring = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 0.0)].map(|(x, y)| (x + 1_900_000.0, y + 3_300_000.0));
        far.features[49].polygons = vec![vec![ring.into_iter().collect()]];
        assert!(!rounded(&far, 1e-4, None, 10).0.fits(&grid(1e-4)));
        // Alone in its batch it is judged, and found to be out of reach.
        assert!(!rounded(&far, 1e-4, None, 1).0.fits(&grid(1e-4)));
        assert!(rounded(&far, 1e-3, None, 10).0.fits(&grid(1e-3)));
    }
}
