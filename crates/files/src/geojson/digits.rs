//! Longitudes and latitudes as text, straight from the integers of the grid.

use lantu_engine::{Point, PrecisionModel};

/// Units of the ninth decimal in a degree.
const DEGREE: u64 = 1_000_000_000;

/// Puts points of a grid into text.
pub(super) struct Digits<'a> {
    grid: &'a PrecisionModel,
    /// Units of the ninth decimal in a step of the grid.
    per_step: i64,
}

impl<'a> Digits<'a> {
    /// Returns the digits of a grid whose step is a decimal, 10⁻⁹ degrees or coarser.
    pub(super) fn of(grid: &'a PrecisionModel) -> Self {
        Self { grid, per_step: (DEGREE as f64 / grid.scale).round() as i64 }
    }

    /// Appends a position: `[110.5,20.0]`.
    pub(super) fn put(&self, point: Point, text: &mut Vec<u8>) {
        let [x, y] = self.grid.absolute(point);
        text.push(b'[');
        put(x * self.per_step, text);
        text.push(b',');
        put(y * self.per_step, text);
        text.push(b']');
    }
}

/// Appends a number of units of the ninth decimal: without zeros at its end, but with one decimal at
/// least, as other writers of doubles do.
fn put(units: i64, text: &mut Vec<u8>) {
    if units < 0 {
        text.push(b'-');
    }
    let (mut whole, mut rest) = (units.unsigned_abs() / DEGREE, (units.unsigned_abs() % DEGREE) as u32);
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (whole % 10) as u8;
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[first..]);
    let mut decimals = *b".000000000";
    for place in decimals[1..].iter_mut().rev() {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let last = decimals.iter().rposition(|&digit| digit != b'0').unwrap_or(0).max(1);
    text.extend_from_slice(&decimals[..=last]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(units: i64) -> String {
        let mut text = Vec::new();
        put(units, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn numbers_have_the_digits_that_they_need() {
        let all = [(0, "0.0"), (1, "0.000000001"), (-1, "-0.000000001"), (20_000_000_000, "20.0")];
        let more = [(110_123_456_789, "110.123456789"), (-180_500_000_000, "-180.5"), (7_010_000_000, "7.01")];
        for (units, text) in all.into_iter().chain(more) {
            assert_eq!(of(units), text);
        }
    }

    #[test]
    fn a_number_read_again_is_the_double_nearest_to_the_point() {
        for scale in [1e9, 1e8, 1e7] {
            let grid = PrecisionModel { scale, origin: [(110.0 * scale) as i64, (-20.0 * scale) as i64] };
            for k in 0..20_000 {
                let point = Point::new(k * 39_119 - 200_000_000, 7 - k * 20_011);
                let mut text = Vec::new();
                Digits::of(&grid).put(point, &mut text);
                let [x, y]: [f64; 2] = serde_json::from_slice(&text).unwrap();
                assert_eq!([x, y], [grid.locate(point).x, grid.locate(point).y]);
                // Another writer of doubles says the same.
                assert_eq!(text, serde_json::to_vec(&[x, y]).unwrap());
            }
        }
    }
}
