//! Small random layers in which nearly everything is degenerate.

use crate::reference::{P, Polygons, REACH, Ring};

/// A small generator of random numbers (SplitMix64): the same seed gives the same case anywhere.
pub struct Random(pub u64);

impl Random {
    /// Returns a number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// Returns one to three layers of one to three features each.
pub fn layers(random: &mut Random) -> Vec<Vec<Polygons>> {
    let reach = 2 + random.below(REACH as u64 - 1) as i64;
    let mut pool: Vec<P> = Vec::new();
    (0..1 + random.below(3))
        .map(|_| (0..1 + random.below(3)).map(|_| feature(random, reach, &mut pool)).collect())
        .collect()
}

fn feature(random: &mut Random, reach: i64, pool: &mut Vec<P>) -> Polygons {
    let parts = if random.below(6) == 0 { 2 } else { 1 };
    (0..parts)
        .map(|_| {
            let holes = if random.below(4) == 0 { 1 } else { 0 };
            (0..=holes).map(|_| ring(random, reach, pool)).collect()
        })
        .collect()
}

/// A box, a triangle or a wild ring; often through points that other rings have used.
fn ring(random: &mut Random, reach: i64, pool: &mut Vec<P>) -> Ring {
    let mut point = |random: &mut Random| {
        if !pool.is_empty() && random.below(4) == 0 {
            return pool[random.below(pool.len() as u64) as usize];
        }
        let fresh = (random.below(reach as u64 + 1) as i64, random.below(reach as u64 + 1) as i64);
        pool.push(fresh);
        fresh
    };
    match random.below(3) {
        0 => {
            let (a, c) = (point(random), point(random));
            vec![a, (c.0, a.1), c, (a.0, c.1)]
        }
        1 => (0..3).map(|_| point(random)).collect(),
        _ => (0..4 + random.below(4)).map(|_| point(random)).collect(),
    }
}
