//! Numbers the different points of a tile in the order in which they are first seen.

use crate::precision::Point;

/// Points and their numbers: a table with open addressing, made for keys of our own making.
pub(super) struct Vertices {
    pub points: Vec<Point>,
    /// Numbers plus one; 0 is an empty place. A power of two long, at least twice as many as points.
    places: Vec<u32>,
}

impl Vertices {
    pub fn new() -> Self {
        Self { points: Vec::new(), places: vec![0; 64] }
    }

    /// Forgets all points and makes room for so many.
    pub fn reset(&mut self, expected: usize) {
        self.points.clear();
        let room = (expected * 2).next_power_of_two().max(64);
        self.places.clear();
        self.places.resize(room, 0);
    }

    /// Returns the number of a point, a new one if it was not seen before.
    #[inline]
    pub fn number(&mut self, p: Point) -> u32 {
        let mask = self.places.len() - 1;
        let mut at = place(p) & mask;
        loop {
            match self.places[at] {
                0 => break,
                number if self.points[number as usize - 1] == p => return number - 1,
                _ => at = (at + 1) & mask,
            }
        }
        self.points.push(p);
        self.places[at] = self.points.len() as u32;
        if self.points.len() * 2 > self.places.len() {
            self.grow();
        }
        self.points.len() as u32 - 1
    }

    #[cold]
    fn grow(&mut self) {
        let room = self.places.len() * 2;
        self.places.clear();
        self.places.resize(room, 0);
        for (number, &p) in (1..).zip(&self.points) {
            let mut at = place(p) & (room - 1);
            while self.places[at] != 0 {
                at = (at + 1) & (room - 1);
            }
            self.places[at] = number;
        }
    }
}

/// Mixes the coordinates so that neighbours, and points on a lattice, are spread.
#[inline]
fn place(p: Point) -> usize {
    let mixed = (u64::from(p.x as u32) << 32 | u64::from(p.y as u32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 32) as usize
}
