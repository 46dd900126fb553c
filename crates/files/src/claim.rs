//! Whether a layer's numbers can be what its CRS says, and what they look like otherwise.
//!
//! A wrong .prj, metres in a GeoJSON file or an easting with the zone's number in a CRS without it
//! put a layer into the sea off Africa, where nobody finds it. The numbers are therefore looked at
//! before the first is used; they tell more than they seem to, see [`crate::axes`].

use crate::axes::{self, Order};
use crate::crs::Crs;
use crate::error::FileError;
use crate::gauss::{Datum, Zone};
use crate::open;
use crate::source::{LayerRequest, Source};
use gdal::vector::{Layer, LayerAccess};
use geo::Coord;

/// So many features are looked at.
const SAMPLE: usize = 512;

/// Where a layer lies, decided.
#[derive(Debug)]
pub(crate) struct Settled {
    /// The CRS of its coordinates.
    pub crs: Crs,
    /// Whether its coordinates stand north before east.
    pub swapped: bool,
}

/// What coordinates look like, and the CRSs that would fit them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Looks {
    /// What they look like: Chinese, English.
    pub like: [String; 2],
    /// EPSG codes that would fit, the likeliest first; none if the zone cannot be told.
    pub codes: Vec<u32>,
}

/// Returns where a layer lies: as the planner says, as the file says, or as is to be assumed.
///
/// A file whose numbers contradict it is believed as little as one that says nothing.
pub(crate) fn settle(layer: &mut Layer<'_>, request: &LayerRequest) -> Result<Settled, FileError> {
    let source = &request.source;
    let points = sample(layer);
    let held = |crs: &Crs, layer: &Layer<'_>| {
        held_against(crs, &points).map_err(|looks| contradicted(source, layer, crs, looks))
    };
    if let Some(given) = &request.crs {
        return held(given, layer);
    }
    let own = match open::crs(layer, source, None) {
        Ok(own) => held(&own, layer),
        Err(_) => Err(unknown(source, layer, &points)),
    };
    match (own, &request.assume_crs) {
        (Err(_), Some(assumed)) => held(assumed, layer),
        (own, _) => own,
    }
}

/// Two corners of each of the first features.
fn sample(layer: &mut Layer<'_>) -> Vec<Coord<f64>> {
    let corners = layer.features().take(SAMPLE).filter_map(|feature| {
        let geometry = feature.geometry_by_index(0).ok().filter(|geometry| !geometry.is_empty())?;
        let e = geometry.envelope();
        Some([Coord { x: e.MinX, y: e.MinY }, Coord { x: e.MaxX, y: e.MaxY }])
    });
    corners.flatten().filter(|c| c.x.is_finite() && c.y.is_finite()).collect()
}

/// Whether most of the points are so.
fn most(points: &[Coord<f64>], so: impl Fn(&Coord<f64>) -> bool) -> bool {
    2 * points.iter().filter(|point| so(point)).count() > points.len()
}

/// Holds a CRS against the numbers.
fn held_against(crs: &Crs, points: &[Coord<f64>]) -> Result<Settled, Option<Looks>> {
    let settled = |swapped: bool| Settled { crs: crs.clone(), swapped };
    if points.is_empty() {
        return Ok(settled(false));
    }
    let datum = crs.datum();
    if crs.is_geographic() {
        if !most(points, |c| c.x.abs() <= 360.0 && c.y.abs() <= 360.0) {
            return Err(looks(points, datum));
        }
        // Beyond 90° there is no latitude; short of it only a Chinese CRS tells north from east.
        let beyond = most(points, |c| c.y.abs() > 90.0 && c.x.abs() <= 90.0);
        return Ok(settled(beyond || (datum.is_some() && exchanged(points))));
    }
    let Some((zone, prefixed)) = crs.zone() else {
        // Northings of a transverse Mercator begin at the equator, its eastings far from zero.
        let degrees = crs.has_false_easting() && points.iter().all(|&c| axes::like_degrees(c));
        return if degrees { Err(looks(points, datum)) } else { Ok(settled(false)) };
    };
    let swapped = exchanged(points);
    let east = |c: &Coord<f64>| if swapped { c.y } else { c.x };
    let degrees = points.iter().all(|&c| axes::like_degrees(c));
    let other_zone = |c: &Coord<f64>| Zone::of_easting(zone.datum, east(c)) != Some(zone);
    let wrong = match prefixed {
        true => {
            most(points, |c| axes::has_zone(east(c)) && other_zone(c)) || most(points, |c| axes::six_digits(east(c)))
        }
        false => most(points, |c| axes::has_zone(east(c))),
    };
    if degrees || wrong { Err(looks_in(points, Some(zone.datum), Some(zone))) } else { Ok(settled(swapped)) }
}

fn exchanged(points: &[Coord<f64>]) -> bool {
    axes::order(points.iter().map(|c| (c.x, c.y))) == Some(Order::NorthFirst)
}

/// What the numbers look like; `None` if like nothing that is known.
fn looks(points: &[Coord<f64>], datum: Option<Datum>) -> Option<Looks> {
    looks_in(points, datum, None)
}

/// As [`looks`]; eastings without a zone are taken to be in that of a CRS that names one.
fn looks_in(points: &[Coord<f64>], datum: Option<Datum>, zone: Option<Zone>) -> Option<Looks> {
    let swapped = exchanged(points);
    let east = |c: &Coord<f64>| if swapped { c.y } else { c.x };
    let north = |c: &Coord<f64>| if swapped { c.x } else { c.y };
    let datums = || match datum {
        Some(datum) => vec![datum],
        None => vec![Datum::Cgcs2000, Datum::Xian80, Datum::Beijing54],
    };
    let shown = points.iter().map(east).find(|&east| axes::has_zone(east) || axes::six_digits(east));
    if points.iter().all(|&c| axes::like_degrees(c)) {
        let china = most(points, |c| (73.0..=136.0).contains(&east(c)) && (3.0..54.0).contains(&north(c)));
        let codes = if china { datums().iter().map(|datum| datum.geographic()).collect() } else { vec![4326] };
        let like = ["坐标像是经纬度（度）".to_owned(), "its numbers look like degrees".to_owned()];
        return Some(Looks { like, codes });
    }
    if most(points, |c| axes::has_zone(east(c))) {
        let at = shown?;
        let zones = datums().into_iter().filter_map(|datum| Zone::of_easting(datum, at));
        let codes: Vec<u32> = zones.map(|zone| zone.code(true)).collect();
        let number = (at / 1e6).floor();
        let width = Zone::of_easting(Datum::Cgcs2000, at).map(|zone| zone.width.to_string()).unwrap_or_default();
        let like = [
            format!("横坐标为 8 位（如 {at:.0}），像是带 {width} 分带带号 {number} 的高斯坐标"),
            format!(
                "its eastings have eight digits (as {at:.0}), like those of the {width} zone {number} with its number in front"
            ),
        ];
        return (!codes.is_empty()).then_some(Looks { like, codes });
    }
    if most(points, |c| axes::six_digits(east(c)) && north(c) > 3e5 && north(c) < 6e6) {
        let at = shown?;
        let like = [
            format!("横坐标为 6 位（如 {at:.0}），像是不带带号的高斯坐标"),
            format!("its eastings have six digits (as {at:.0}), like those of a Gauss–Krüger zone without its number"),
        ];
        return Some(Looks { like, codes: zone.map(|zone| zone.code(false)).into_iter().collect() });
    }
    None
}

fn contradicted(source: &Source, layer: &Layer<'_>, claimed: &Crs, looks: Option<Looks>) -> FileError {
    let (path, layer, claimed) = (source.path.clone(), layer.name(), claimed.name().to_owned());
    FileError::Contradicted { path, layer, claimed, looks: looks.map(Box::new) }
}

fn unknown(source: &Source, layer: &Layer<'_>, points: &[Coord<f64>]) -> FileError {
    let (path, layer) = (source.path.clone(), layer.name());
    match looks(points, None).filter(|_| !points.is_empty()) {
        Some(looks) => FileError::LooksLike { path, layer, looks: Box::new(looks) },
        None => FileError::NoCrs { path, layer },
    }
}

impl Looks {
    /// Returns what to write: Chinese, English.
    pub(crate) fn proposal(&self) -> [String; 2] {
        let name = |code: &u32| match Zone::of_code(*code) {
            Some((zone, _)) => format!("EPSG:{code} ({})", zone.datum.names()[1]),
            None => match *code {
                4490 => "EPSG:4490 (CGCS2000)".to_owned(),
                4610 => "EPSG:4610 (Xian 1980)".to_owned(),
                4214 => "EPSG:4214 (Beijing 1954)".to_owned(),
                code => format!("EPSG:{code}"),
            },
        };
        let names: Vec<String> = self.codes.iter().map(name).collect();
        match self.codes.first() {
            Some(first) => [
                format!("像是 {}：请为该图层写 crs = \"EPSG:{first}\"，或所属的另一个。", names.join("、")),
                format!("Looks like {}: write crs = \"EPSG:{first}\" for the layer, or the other that it is.", names.join(" or ")),
            ],
            None => [
                "请查明所在的带并为该图层写 crs：3° 第 36 带（108°）为 EPSG:4545，第 37 带（111°）为 EPSG:4546。".to_owned(),
                "Find out its zone and write crs for the layer: 3° zone 36 (108°) is EPSG:4545, zone 37 (111°) is EPSG:4546.".to_owned(),
            ],
        }
    }
}
