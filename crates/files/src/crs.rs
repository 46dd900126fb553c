//! Coordinate reference systems and the way between them.
//!
//! A [`Crs`] is plain data that may be kept and sent about; GDAL's own objects are made when a
//! transform is first needed and kept per thread. Coordinates are always east before north
//! ("traditional GIS order"), whatever order the authority defines.

use crate::error::FileError;
use crate::gauss::{Datum, Zone};
use crate::messages::{self, Cause};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use geo::Coord;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// A coordinate reference system.
#[derive(Clone, PartialEq, Debug)]
pub struct Crs {
    name: Arc<str>,
    definition: Arc<str>,
    geographic: bool,
    metres_per_unit: f64,
    datum: Option<Datum>,
    zone: Option<(Zone, bool)>,
    false_easting: f64,
}

impl Crs {
    /// Returns whether coordinates mean the same in both, whatever the two are called.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.definition == other.definition
    }

    /// Returns the CRS that a text names: `EPSG:4546`, WKT or a PROJ string.
    ///
    /// # Errors
    /// [`FileError::UnknownCrs`] if nothing is known by that name.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        messages::listen();
        let unknown = |source: Cause| FileError::UnknownCrs { text: text.to_owned(), source };
        let srs = SpatialRef::from_definition(text.trim()).map_err(|error| unknown(error.into()))?;
        Self::from_gdal(srs).map_err(|error| unknown(error.into()))
    }

    /// Returns the CRS of this EPSG code.
    ///
    /// # Errors
    /// [`FileError::UnknownCrs`] if EPSG has no CRS of that code.
    pub fn epsg(code: u32) -> Result<Self, FileError> {
        Self::parse(&format!("EPSG:{code}"))
    }

    /// Returns WGS 84 longitude and latitude, in which GeoJSON is written. For planning it is
    /// the same as CGCS2000 longitude and latitude.
    pub fn lonlat() -> Result<Self, FileError> {
        // Asked for with every batch of points that is brought there.
        static KNOWN: OnceLock<Crs> = OnceLock::new();
        if let Some(known) = KNOWN.get() {
            return Ok(known.clone());
        }
        let made = Self::epsg(4326)?;
        Ok(KNOWN.get_or_init(|| made).clone())
    }

    /// Takes over what GDAL read; a CRS without a code (as in most .prj files) is looked up.
    pub(crate) fn from_gdal(mut srs: SpatialRef) -> Result<Self, gdal::errors::GdalError> {
        if srs.authority().is_err() {
            // No code found is no fault: the definition itself serves.
            let _ = srs.auto_identify_epsg();
        }
        let geographic = srs.is_geographic();
        let definition: Arc<str> = match srs.authority() {
            Ok(code) => code.into(),
            Err(_) => srs.to_wkt()?.into(),
        };
        let name = match srs.authority() {
            Ok(code) => code.into(),
            Err(_) => srs.name().unwrap_or_else(|| "unnamed CRS".to_owned()).into(),
        };
        let metres_per_unit = if geographic { METRES_PER_DEGREE } else { srs.linear_units() };
        let datum = srs.geog_cs().ok().and_then(|geographic| geographic.name()).and_then(|name| chinese(&name));
        let false_easting = srs.get_proj_param("false_easting").ok().flatten().unwrap_or(0.0);
        let code = srs.auth_code().ok().and_then(|code| u32::try_from(code).ok());
        let zone = code.and_then(Zone::of_code).or_else(|| zone_by_parameters(&srs, datum?, false_easting));
        Ok(Self { name, definition, geographic, metres_per_unit, datum, zone, false_easting })
    }

    /// Returns the CRS's name: `EPSG:n` where it has a code.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether coordinates are longitude and latitude in degrees.
    pub fn is_geographic(&self) -> bool {
        self.geographic
    }

    /// Returns how many metres a unit is long; for degrees, along a meridian.
    pub fn metres_per_unit(&self) -> f64 {
        self.metres_per_unit
    }

    /// Returns its datum, if it is one of China's.
    pub(crate) fn datum(&self) -> Option<Datum> {
        self.datum
    }

    /// Returns its Gauss–Krüger zone, if it is one of China's, and whether eastings carry its number.
    pub(crate) fn zone(&self) -> Option<(Zone, bool)> {
        self.zone
    }

    /// Returns whether its eastings begin far from zero, as those of a transverse Mercator do.
    pub(crate) fn has_false_easting(&self) -> bool {
        self.false_easting >= 1e5
    }

    /// Returns the same CRS with a way to WGS 84 (and CGCS2000): metres, seconds and millionths in
    /// the order and with the signs of `+towgs84`.
    pub(crate) fn with_way_to_wgs84(&self, parameters: [f64; 7]) -> Result<Self, FileError> {
        let unknown = |source: Cause| FileError::UnknownCrs { text: self.name.to_string(), source };
        let text = self.to_gdal()?.to_proj4().map_err(|error| unknown(error.into()))?;
        let kept = text.split_whitespace().filter(|word| !(word.starts_with("+towgs84") || *word == "+type=crs"));
        let way = parameters.map(|number| number.to_string()).join(",");
        let definition = kept.chain([format!("+towgs84={way}").as_str(), "+type=crs"]).collect::<Vec<_>>().join(" ");
        Ok(Self { definition: definition.into(), ..self.clone() })
    }

    /// Brings coordinates into WGS 84 longitude and latitude.
    ///
    /// Coordinates that are not finite stay so; those outside the CRS's reach become infinite.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if there is no way between the two.
    pub fn to_lonlat(&self, coords: &mut [Coord<f64>]) -> Result<(), FileError> {
        transform(self, &Self::lonlat()?, coords)
    }

    /// Brings WGS 84 longitudes and latitudes into this CRS; see [`Crs::to_lonlat`].
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if there is no way between the two.
    pub fn from_lonlat(&self, coords: &mut [Coord<f64>]) -> Result<(), FileError> {
        transform(&Self::lonlat()?, self, coords)
    }

    /// Returns GDAL's object, with east before north.
    pub(crate) fn to_gdal(&self) -> Result<SpatialRef, FileError> {
        let srs = SpatialRef::from_definition(&self.definition);
        let mut srs =
            srs.map_err(|error| FileError::UnknownCrs { text: self.name.to_string(), source: error.into() })?;
        srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        Ok(srs)
    }
}

/// The Chinese datum that the name of a geographic CRS tells.
fn chinese(name: &str) -> Option<Datum> {
    match name.to_lowercase() {
        name if name.contains("china geodetic") || name.contains("cgcs") || name.contains("china_geodetic") => {
            Some(Datum::Cgcs2000)
        }
        name if name.contains("xian") => Some(Datum::Xian80),
        name if name.contains("beijing") => Some(Datum::Beijing54),
        _ => None,
    }
}

/// The zone of a CRS without a code, as many .prj files have it.
fn zone_by_parameters(srs: &SpatialRef, datum: Datum, false_easting: f64) -> Option<(Zone, bool)> {
    let meridian = srs.get_proj_param("central_meridian").ok().flatten()?;
    let prefix = ((false_easting - 500_000.0) / 1e6).round();
    if ((false_easting - 500_000.0) - 1e6 * prefix).abs() > 1e-6 || !(0.0..46.0).contains(&prefix) {
        return None;
    }
    let (prefix, three) = (prefix as u32, (meridian / 3.0).round() as u32);
    let zone = Zone::numbered(datum, if prefix == 0 { three } else { prefix })?;
    (f64::from(zone.meridian()) - meridian).abs().lt(&1e-9).then_some((zone, prefix != 0))
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The length of a degree of latitude, to judge lengths by.
pub(crate) const METRES_PER_DEGREE: f64 = 111_320.0;

/// How many coordinates are brought over at once; keeps the copies small.
const BATCH: usize = 1 << 14;

type Transforms = HashMap<(Arc<str>, Arc<str>), Rc<CoordTransform>>;

thread_local! {
    /// Never dropped: at a thread's end PROJ's own state of the thread may be gone before these, and
    /// freeing them would touch it. A few kilobytes per thread that has projected something stay.
    static TRANSFORMS: RefCell<ManuallyDrop<Transforms>> = RefCell::new(ManuallyDrop::new(HashMap::new()));
}

/// Brings coordinates from one CRS into another, in place.
///
/// Points that are not finite are left as they are; points that cannot be brought over become
/// infinite, and the engine says of them what it says of infinite points.
pub(crate) fn transform(from: &Crs, to: &Crs, coords: &mut [Coord<f64>]) -> Result<(), FileError> {
    if from.is_same_as(to) {
        return Ok(());
    }
    let way = way_between(from, to)?;
    let (mut xs, mut ys) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    for batch in coords.chunks_mut(BATCH) {
        xs.clear();
        ys.clear();
        // A point that is not finite would be reported as a failure of the whole batch.
        let finite = |c: &Coord<f64>| c.x.is_finite() && c.y.is_finite();
        xs.extend(batch.iter().map(|c| if finite(c) { c.x } else { 0.0 }));
        ys.extend(batch.iter().map(|c| if finite(c) { c.y } else { 0.0 }));
        // An error means that some points could not be brought over: those are infinite now.
        let _ = way.transform_coords(&mut xs, &mut ys, &mut []);
        for (coord, (&x, &y)) in batch.iter_mut().zip(xs.iter().zip(&ys)) {
            if finite(coord) {
                *coord = Coord { x, y };
            }
        }
    }
    Ok(())
}

fn way_between(from: &Crs, to: &Crs) -> Result<Rc<CoordTransform>, FileError> {
    let key = (from.definition.clone(), to.definition.clone());
    if let Some(way) = TRANSFORMS.with_borrow(|known| known.get(&key).cloned()) {
        return Ok(way);
    }
    messages::listen();
    let way = CoordTransform::new(&from.to_gdal()?, &to.to_gdal()?);
    let way = way.map_err(|error| FileError::NoTransform {
        from: from.name.to_string(),
        to: to.name.to_string(),
        source: error.into(),
    })?;
    let way = Rc::new(way);
    TRANSFORMS.with_borrow_mut(|known| known.insert(key, way.clone()));
    Ok(way)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    #[test]
    fn east_comes_before_north_in_every_crs() {
        let mut points = [at(111.0, 20.0)];
        Crs::epsg(4546).unwrap().from_lonlat(&mut points).unwrap();
        assert!((points[0].x - 500_000.0).abs() < 1e-3, "{points:?}");
        assert!((points[0].y - 2_212_366.0).abs() < 1_000.0, "{points:?}");
        let mut same = [at(110.5, 19.5)];
        Crs::epsg(4490).unwrap().from_lonlat(&mut same).unwrap();
        assert_eq!(same[0], at(110.5, 19.5));
    }

    #[test]
    fn there_and_back_loses_less_than_a_tenth_of_a_micrometre() {
        let crs = Crs::epsg(4546).unwrap();
        let start = at(110.123_456_789, 19.987_654_321);
        let mut points = [start];
        crs.from_lonlat(&mut points).unwrap();
        crs.to_lonlat(&mut points).unwrap();
        assert!((points[0].x - start.x).abs() < 1e-12 && (points[0].y - start.y).abs() < 1e-12);
    }

    #[test]
    fn points_that_are_not_finite_do_not_spoil_their_neighbours() {
        let crs = Crs::epsg(4546).unwrap();
        let mut points = [at(f64::NAN, 20.0), at(111.0, 20.0), at(f64::INFINITY, 1.0), at(111.0, 500.0)];
        crs.from_lonlat(&mut points).unwrap();
        assert!(points[0].x.is_nan() && points[2].x.is_infinite());
        assert!(points[1].y.is_finite());
        assert!(!points[3].y.is_finite(), "{points:?}");
    }

    #[test]
    fn an_unknown_crs_is_named() {
        let error = Crs::parse("EPSG:999999").unwrap_err();
        assert!(error.sentence()[1].contains("EPSG:999999"), "{error}");
        assert!(Crs::parse("nonsense").is_err());
    }

    #[test]
    fn a_crs_knows_its_name_and_its_unit() {
        let crs = Crs::parse("epsg:4527").unwrap();
        assert_eq!((crs.name(), crs.is_geographic(), crs.metres_per_unit()), ("EPSG:4527", false, 1.0));
        assert!(Crs::epsg(4490).unwrap().is_geographic());
    }
}
