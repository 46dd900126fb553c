//! Places of which the order and the turn of three are exact: grid points, and doubles as written.

use crate::overlay::exact;
use crate::precision::Point;
use geo::Coord;
use geo::kernels::{Kernel, Orientation, RobustKernel};
use std::cmp::Ordering;

/// A place of which three can be turned around exactly.
pub(super) trait Place: Copy + PartialEq + Send + Sync {
    /// Sorts places from west to east, those above each other from south to north.
    type Key: Copy + Ord + Send;
    fn x(self) -> f64;
    fn y(self) -> f64;
    fn key(self) -> Self::Key;
    /// Compares with zero which way `a → b → c` turns: greater if left.
    fn turn(a: Self, b: Self, c: Self) -> Ordering;
    /// Whether `p` comes nearer to the segment `a → b` than the grid allows.
    fn too_near(_a: Self, _b: Self, _p: Self) -> bool {
        false
    }
}

impl Place for Point {
    type Key = u64;
    fn x(self) -> f64 {
        self.x.into()
    }
    fn y(self) -> f64 {
        self.y.into()
    }
    fn key(self) -> u64 {
        let rising = |side: i32| u64::from(side as u32 ^ 1 << 31);
        rising(self.x) << 32 | rising(self.y)
    }
    #[inline]
    fn turn(a: Self, b: Self, c: Self) -> Ordering {
        let span = |from: i32, to: i32| i64::from(to) - i64::from(from);
        let (ux, uy, vx, vy) = (span(a.x, b.x), span(a.y, b.y), span(a.x, c.x), span(a.y, c.y));
        if (ux.abs() | uy.abs() | vx.abs() | vy.abs()) < 1 << 31 {
            // Each product is below 2^62 in size.
            return (ux * vy).cmp(&(uy * vx));
        }
        (i128::from(ux) * i128::from(vy)).cmp(&(i128::from(uy) * i128::from(vx)))
    }
    #[inline]
    fn too_near(a: Self, b: Self, p: Self) -> bool {
        let beside = |a: i32, b: i32, p: i32| p < a.min(b) || p > a.max(b);
        !beside(a.y, b.y, p.y) && !beside(a.x, b.x, p.x) && p != a && p != b && exact::passes(a, b, p)
    }
}

impl Place for Coord<f64> {
    type Key = u128;
    fn x(self) -> f64 {
        self.x
    }
    fn y(self) -> f64 {
        self.y
    }
    fn key(self) -> u128 {
        // Adding zero makes one of the two zeros; the bits of negative numbers run backwards.
        let rising = |side: f64| {
            let bits = (side + 0.0).to_bits();
            u128::from(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
        };
        rising(self.x) << 64 | rising(self.y)
    }
    fn turn(a: Self, b: Self, c: Self) -> Ordering {
        match RobustKernel::orient2d(a, b, c) {
            Orientation::CounterClockwise => Ordering::Greater,
            Orientation::Clockwise => Ordering::Less,
            Orientation::Collinear => Ordering::Equal,
        }
    }
}
