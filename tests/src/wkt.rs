//! Reads polygons written as WKT, as they stand: rings may be open, crossed or not finite.
//!
//! A reader of geometries would close rings and refuse `NaN`; the cases need both as given.

use geo::{Coord, LineString};

/// Returns the polygons of a `POLYGON` or `MULTIPOLYGON`, each as a list of rings.
///
/// # Errors
/// A sentence if the text is neither.
pub fn polygons(text: &str) -> Result<Vec<Vec<LineString<f64>>>, String> {
    let (kind, body) = text.split_at(text.find(['(', 'E']).ok_or_else(|| format!("no coordinates in {text:?}"))?);
    let outermost = match kind.trim() {
        "MULTIPOLYGON" => 0,
        "POLYGON" => 1,
        _ => return Err(format!("{text:?} is no POLYGON and no MULTIPOLYGON")),
    };
    let (mut depth, mut polygons, mut numbers) = (outermost, Vec::new(), String::new());
    if outermost == 1 && body != "EMPTY" {
        polygons.push(Vec::new());
    }
    for sign in body.chars().filter(|_| body != "EMPTY") {
        match (sign, depth) {
            ('(', 0..=2) => {
                depth += 1;
                if depth == 2 && outermost == 0 {
                    polygons.push(Vec::new());
                }
            }
            (')', 3) => {
                let ring = ring(&numbers)?;
                polygons.last_mut().ok_or("a ring outside a polygon")?.push(ring);
                numbers.clear();
                depth -= 1;
            }
            (')', 1..=2) => depth -= 1,
            (_, 3) => numbers.push(sign),
            (',' | ' ' | '\n', _) => {}
            _ => return Err(format!("unexpected {sign:?} in {text:?}")),
        }
    }
    if depth == outermost { Ok(polygons) } else { Err(format!("a parenthesis is missing in {text:?}")) }
}

fn ring(numbers: &str) -> Result<LineString<f64>, String> {
    let coord = |pair: &str| {
        let values: Result<Vec<f64>, _> = pair.split_whitespace().map(str::parse).collect();
        match values.as_deref() {
            Ok(&[x, y]) => Ok(Coord { x, y }),
            _ => Err(format!("{pair:?} is not a pair of numbers")),
        }
    };
    Ok(LineString::new(numbers.split(',').map(coord).collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::polygons;

    #[test]
    fn holes_belong_to_their_polygon() {
        let read =
            polygons("MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1)), ((20 0, 21 0, 21 1)))").unwrap();
        assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(read[1][0].0.len(), 3, "an open ring stays open");
    }

    #[test]
    fn a_typing_mistake_is_said_and_not_swallowed() {
        for wrong in ["POLYGON ((0 0, 1 0, 1 1)", "POINT (1 1)", "POLYGON ((0 0 0, 1 1 1))", "POLYGON ((0 O, 1 1))"] {
            assert!(polygons(wrong).is_err(), "{wrong}");
        }
        assert_eq!(polygons("POLYGON EMPTY").unwrap().len(), 0);
    }
}
