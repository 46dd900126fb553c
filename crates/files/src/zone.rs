//! Chooses the project's CRS where none is given.
//!
//! Inside China's bounding box it is the CGCS2000 3° Gauss–Krüger zone of the data's middle, with
//! plain eastings (EPSG:4534 to 4554); elsewhere the UTM zone on WGS 84. The box is deliberately
//! coarse: it also holds parts of neighbouring countries, where a 3° zone serves as well.

use crate::claim::{self, Settled};
use crate::crs::Crs;
use crate::error::FileError;
use crate::open::{self, Asked};
use crate::shift;
use crate::source::LayerRequest;
use gdal::vector::LayerAccess;
use geo::{Coord, Rect};

/// West, south, east, north of China's land and near seas, in degrees.
const CHINA: [f64; 4] = [73.0, 3.0, 135.1, 53.6];

/// Returns the CRS in which layers are best worked on: that of the zone of their middle.
///
/// # Errors
/// Those of opening the files; [`FileError::NoCrs`] if one does not say where it lies, and
/// [`FileError::Empty`] if no layer has a place.
pub fn choose_crs(requests: &[LayerRequest]) -> Result<Crs, FileError> {
    let mut all: Option<Rect<f64>> = None;
    for request in requests {
        let extent = lonlat_extent(request)?;
        all = union(all, extent);
    }
    let Some(extent) = all else {
        let path = requests.first().map(|request| request.source.path.clone()).unwrap_or_default();
        return Err(FileError::Empty { path, layer: String::new() });
    };
    Crs::epsg(code_at(extent.center()))
}

/// Returns the smallest box around two boxes.
pub(crate) fn union(a: Option<Rect<f64>>, b: Option<Rect<f64>>) -> Option<Rect<f64>> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
    let high = Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
    Some(Rect::new(low, high))
}

/// The EPSG code of the zone at a longitude and latitude.
fn code_at(at: Coord<f64>) -> u32 {
    let [west, south, east, north] = CHINA;
    if (west..=east).contains(&at.x) && (south..=north).contains(&at.y) {
        let zone = (at.x / 3.0).round().clamp(25.0, 45.0) as u32;
        return 4509 + zone;
    }
    let zone = ((at.x + 180.0) / 6.0).floor().clamp(0.0, 59.0) as u32 + 1;
    if at.y < 0.0 { 32_700 + zone } else { 32_600 + zone }
}

/// Where a layer lies, in longitude and latitude; `None` if no feature has a finite place.
fn lonlat_extent(request: &LayerRequest) -> Result<Option<Rect<f64>>, FileError> {
    let source = &request.source;
    let opened = open::open_as(&source.path, Asked::of(request))?;
    let mut layer = opened.layer(source)?;
    open::restrict(&mut layer, source)?;
    let Settled { crs, swapped } = claim::settle(&mut layer, request)?;
    // The drivers' own extents ignore the subset and are spoilt by a single infinite coordinate.
    let whole = source.subset.is_none().then(|| layer.get_extent().ok()).flatten();
    let whole =
        whole.map(|e| [e.MinX, e.MinY, e.MaxX, e.MaxY]).filter(|sides| sides.iter().all(|side| side.is_finite()));
    let sides = match whole {
        Some(sides) => Some(sides),
        None => extent_of_features(&mut layer),
    };
    let Some([west, south, east, north]) = sides else { return Ok(None) };
    let [west, south, east, north] = if swapped { [south, west, north, east] } else { [west, south, east, north] };
    let mut corners = [(west, south), (west, north), (east, south), (east, north)].map(|(x, y)| Coord { x, y });
    shift::transform(request.shift.as_ref(), &crs, &Crs::lonlat()?, &mut corners)?;
    let finite = corners.iter().filter(|c| c.x.is_finite() && c.y.is_finite());
    Ok(finite.map(|&c| Some(Rect::new(c, c))).fold(None, union))
}

fn extent_of_features(layer: &mut gdal::vector::Layer<'_>) -> Option<[f64; 4]> {
    let mut all: Option<[f64; 4]> = None;
    for feature in layer.features() {
        let Some(e) = feature
            .geometry_by_index(0)
            .ok()
            .filter(|geometry| !geometry.is_empty())
            .map(|geometry| geometry.envelope())
        else {
            continue;
        };
        let sides = [e.MinX, e.MinY, e.MaxX, e.MaxY];
        if sides.iter().all(|side| side.is_finite()) {
            let before = all.unwrap_or(sides);
            all = Some([
                before[0].min(sides[0]),
                before[1].min(sides[1]),
                before[2].max(sides[2]),
                before[3].max(sides[3]),
            ]);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(x: f64, y: f64) -> u32 {
        code_at(Coord { x, y })
    }

    #[test]
    fn hainan_lies_in_the_zones_of_108_and_111_degrees() {
        assert_eq!(code(108.9, 19.2), 4545);
        assert_eq!(code(110.3, 20.0), 4546);
        assert_eq!(code(109.499, 19.0), 4545);
        assert_eq!(code(109.501, 19.0), 4546);
    }

    #[test]
    fn the_outermost_zones_of_china_exist() {
        assert_eq!(code(73.5, 39.4), 4534);
        assert_eq!(code(135.05, 48.3), 4554);
        for code in 4534..=4554 {
            assert!(Crs::epsg(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn elsewhere_it_is_the_utm_zone() {
        assert_eq!(code(9.55, 47.15), 32_632);
        assert_eq!(code(-43.2, -22.9), 32_723);
        assert_eq!(code(180.0, 10.0), 32_660);
    }
}
