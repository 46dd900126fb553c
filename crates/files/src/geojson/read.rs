//! Reads back GeoJSON that was just written, straight from its text, for the proof.
//!
//! GDAL reads any GeoJSON, at a price: it goes over the text twice and keeps all properties. What
//! Lantu has written itself needs neither. Numbers of up to 15 digits become the nearest double,
//! as with every other correct reader.

use crate::wkb::Polygon;
use geo::{Coord, LineString};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A feature as it stands in the file.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) id: u64,
    geometry: Polygons,
}

impl Row {
    pub(super) fn polygons(&self) -> &[Polygon] {
        &self.geometry.0
    }
}

/// Returns the features of a JSON array.
pub(super) fn features(text: &[u8]) -> Result<Vec<Row>, serde_json::Error> {
    serde_json::from_slice(text)
}

struct Polygons(Vec<Polygon>);

impl<'de> Deserialize<'de> for Polygons {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(GeometryVisitor)
    }
}

struct GeometryVisitor;

impl<'de> Visitor<'de> for GeometryVisitor {
    type Value = Polygons;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Polygon or MultiPolygon whose type stands before its coordinates")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Polygons, M::Error> {
        let (mut kind, mut polygons) = (String::new(), None);
        while let Some(key) = map.next_key::<String>()? {
            match (key.as_str(), kind.as_str()) {
                ("type", _) => kind = map.next_value()?,
                ("coordinates", "Polygon") => polygons = Some(vec![map.next_value::<Vec<Ring>>()?]),
                ("coordinates", "MultiPolygon") => polygons = Some(map.next_value()?),
                ("coordinates", _) => return Err(M::Error::custom("not a polygon")),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let polygons = polygons.ok_or_else(|| M::Error::missing_field("coordinates"))?;
        Ok(Polygons(polygons.into_iter().map(|rings| rings.into_iter().map(|ring| ring.0).collect()).collect()))
    }
}

struct Ring(LineString<f64>);

impl<'de> Deserialize<'de> for Ring {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RingVisitor)
    }
}

struct RingVisitor;

impl<'de> Visitor<'de> for RingVisitor {
    type Value = Ring;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("positions of two numbers")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut positions: S) -> Result<Ring, S::Error> {
        let mut coords = Vec::new();
        while let Some([x, y]) = positions.next_element::<[f64; 2]>()? {
            coords.push(Coord { x, y });
        }
        Ok(Ring(LineString(coords)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polygons_are_read_with_all_their_digits() {
        let text = r#"[
            {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[110.123456789,20.000000001],[1,2],[3,4]]]},"id":1,"properties":{"a":{"b":[1]}}},
            {"type":"Feature","id":2,"geometry":{"type":"MultiPolygon","coordinates":[[[[1,2]],[[3,4]]],[[[5,6]]]]},"properties":null}]"#;
        let rows = features(text.as_bytes()).unwrap();
        assert_eq!(rows[0].polygons()[0][0].0[0], Coord { x: 110.123_456_789, y: 20.000_000_001 });
        assert_eq!((rows[1].id, rows[1].polygons().len(), rows[1].polygons()[0].len()), (2, 2, 2));
    }

    #[test]
    fn what_is_no_polygon_or_cut_off_is_refused() {
        assert!(features(br#"[{"id":1,"geometry":{"type":"Point","coordinates":[1,2]}}]"#).is_err());
        assert!(features(br#"[{"id":1,"geometry":{"type":"Polygon","coordinates":[[[1,2]"#).is_err());
    }
}
