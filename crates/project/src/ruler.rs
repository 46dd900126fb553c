//! Lengths and areas of what a planner draws on the map.
//!
//! Geodesics on WGS 84, from which CGCS2000 differs by a tenth of a millimetre at the pole.

use crate::api::{DrawnLine, Measured};
use geo::{Coord, Geodesic, GeodesicArea, Length, LineString, Polygon};

/// Returns the length of a line in degrees and the area that it encloses once it is closed.
pub(crate) fn measure(drawn: &DrawnLine) -> Measured {
    let line: LineString<f64> = drawn.line.iter().map(|&place| Coord::from(place)).collect();
    let length_m = Geodesic.length(&line);
    // Drawn clockwise it is negative; the unsigned area would be that of the rest of the earth.
    let area_m2 = if line.0.len() > 2 { Polygon::new(line, Vec::new()).geodesic_area_signed().abs() } else { 0.0 };
    Measured { length_m, area_m2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_the_equator_and_a_square_degree_beside_it_are_as_long_and_large_as_tables_say() {
        let line = vec![[111.0, 0.0], [112.0, 0.0]];
        assert!((measure(&DrawnLine { line }).length_m - 111_319.491).abs() < 0.001);
        let line = vec![[111.0, 0.0], [112.0, 0.0], [112.0, 1.0], [111.0, 1.0]];
        for line in [line.clone(), line.into_iter().rev().collect()] {
            let area = measure(&DrawnLine { line }).area_m2;
            assert!((area - 12_308_778_361.469).abs() < 1.0, "{area}");
        }
    }
}
