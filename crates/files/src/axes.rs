//! Which of two numbers is north, by their size.
//!
//! In China a northing in metres has seven digits (beyond 9° north; fewer south of it), an easting
//! six, or eight with the zone's number in front; degrees stay below 180.

use geo::Coord;

/// Which number of a pair comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// North (or latitude) first, as surveyors write.
    NorthFirst,
    /// East (or longitude) first, as GIS files are stored.
    EastFirst,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Degrees,
    Six,
    Seven,
    Eight,
    Other,
}

fn size(number: f64) -> Size {
    match number.abs() {
        0.0..=180.0 => Size::Degrees,
        1e5..1e6 => Size::Six,
        1e6..1e7 => Size::Seven,
        13e6..46e6 => Size::Eight,
        _ => Size::Other,
    }
}

/// Returns whether an easting carries the number of its zone.
pub(crate) fn has_zone(easting: f64) -> bool {
    size(easting) == Size::Eight
}

/// Returns whether a number is an easting without its zone.
pub(crate) fn six_digits(easting: f64) -> bool {
    size(easting) == Size::Six
}

/// Returns whether both numbers can be degrees.
pub(crate) fn like_degrees(at: Coord<f64>) -> bool {
    size(at.x) == Size::Degrees && size(at.y) == Size::Degrees
}

/// Returns the order that most pairs tell; `None` if they do not.
pub(crate) fn order(pairs: impl Iterator<Item = (f64, f64)>) -> Option<Order> {
    let (mut north, mut east) = (0_u64, 0_u64);
    for (first, second) in pairs {
        if is_north_east(first, second) {
            north += 1;
        } else if is_north_east(second, first) {
            east += 1;
        }
    }
    match north.cmp(&east) {
        std::cmp::Ordering::Greater => Some(Order::NorthFirst),
        std::cmp::Ordering::Less => Some(Order::EastFirst),
        std::cmp::Ordering::Equal => None,
    }
}

/// Whether a pair can only be a northing (or latitude) and then an easting (or longitude) in China.
fn is_north_east(north: f64, east: f64) -> bool {
    match (size(north), size(east)) {
        (Size::Seven, Size::Six | Size::Eight) | (Size::Six, Size::Eight) => true,
        (Size::Degrees, Size::Degrees) => (3.0..54.0).contains(&north) && (73.0..=136.0).contains(&east),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_tell_which_number_is_north() {
        for (north, east) in
            [(2_201_234.567, 37_456_789.123), (2_201_234.5, 456_789.1), (800_000.0, 37_456_789.0), (19.5, 110.2)]
        {
            assert_eq!(order([(north, east)].into_iter()), Some(Order::NorthFirst), "{north} {east}");
            assert_eq!(order([(east, north)].into_iter()), Some(Order::EastFirst), "{north} {east}");
        }
        for (one, other) in [(500_000.0, 600_000.0), (1.0, 2.0), (2e6, 3e6)] {
            assert_eq!(order([(one, other)].into_iter()), None, "{one} {other}");
        }
    }
}
