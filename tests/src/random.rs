//! Small random layers in which nearly everything is degenerate.

use crate::reference::{FARTHEST, P, Polygons, REACH, Ring};

/// Where the choices of a case come from.
pub trait Chance {
    /// Returns a number below `end`.
    fn below(&mut self, end: u64) -> u64;
}

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

impl Chance for Random {
    fn below(&mut self, end: u64) -> u64 {
        Self::below(self, end)
    }
}

/// Choices read from bytes, one each; all of them 0 when the bytes have come to an end.
pub struct Bytes<'a>(pub &'a [u8]);

impl Chance for Bytes<'_> {
    fn below(&mut self, end: u64) -> u64 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        u64::from(first) % end
    }
}

/// Returns one to three layers of one to three features each.
pub fn layers(random: &mut impl Chance) -> Vec<Vec<Polygons>> {
    let reach = 2 + random.below(REACH as u64 - 1) as i64;
    let mut pool: Vec<P> = Vec::new();
    (0..1 + random.below(3))
        .map(|_| (0..1 + random.below(3)).map(|_| feature(random, reach, &mut pool)).collect())
        .collect()
}

fn feature(random: &mut impl Chance, reach: i64, pool: &mut Vec<P>) -> Polygons {
    let parts = if random.below(6) == 0 { 2 } else { 1 };
    (0..parts)
        .map(|_| {
            let holes = if random.below(4) == 0 { 1 } else { 0 };
            (0..=holes).map(|_| ring(random, reach, pool)).collect()
        })
        .collect()
}

/// A box, a triangle or a wild ring; often through points that other rings have used.
fn ring<C: Chance>(random: &mut C, reach: i64, pool: &mut Vec<P>) -> Ring {
    let mut point = |random: &mut C| {
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

/// Returns one to six layers of features of which many are copies of others, as they are or moved.
pub fn many_layers<C: Chance>(random: &mut C) -> Vec<Vec<Polygons>> {
    let reach = 2 + random.below(REACH as u64 - 1) as i64;
    let (mut pool, mut known): (Vec<P>, Vec<Polygons>) = (Vec::new(), Vec::new());
    let mut next = |random: &mut C| {
        let fresh = if known.is_empty() || random.below(3) > 0 {
            feature(random, reach, &mut pool)
        } else {
            let by = [0, 1].map(|_| random.below(5) as i64 - 2);
            moved(&known[random.below(known.len() as u64) as usize], by)
        };
        known.push(fresh.clone());
        fresh
    };
    (0..1 + random.below(6)).map(|_| (0..1 + random.below(3)).map(|_| next(random)).collect()).collect()
}

/// Moves polygons as far as there is room.
fn moved(polygons: &Polygons, by: [i64; 2]) -> Polygons {
    let within = |value: i64| value.clamp(0, REACH);
    let point = |&(x, y): &P| (within(x + by[0]), within(y + by[1]));
    polygons.iter().map(|rings| rings.iter().map(|ring| ring.iter().map(point).collect()).collect()).collect()
}

/// Returns two to four layers that draw the same parcels side by side, each with its own hand: a
/// point of a border is copied, left out or up to three units beside the true one.
pub fn near_coincident<C: Chance>(random: &mut C) -> Vec<Vec<Polygons>> {
    let (borders, heights) = (3 + random.below(3) as i64, 2 + random.below(3) as i64);
    let apart = [FARTHEST / (borders - 1), FARTHEST / (heights - 1)];
    let wiggle = 1 + random.below(4);
    let beside = |random: &mut C, within: u64| random.below(2 * within + 1) as i64 - within as i64;
    let place = |x: i64, y: i64| (x.clamp(0, FARTHEST), y.clamp(0, FARTHEST));
    let line = |random: &mut C, border: i64| -> Ring {
        (0..heights)
            .map(|k| place(border * apart[0] + beside(random, wiggle), k * apart[1] + beside(random, wiggle)))
            .collect()
    };
    let truth: Vec<Ring> = (0..borders).map(|border| line(random, border)).collect();
    (0..2 + random.below(3))
        .map(|_| {
            let copied = random.below(4) == 0;
            let drawn: Vec<Ring> = truth.iter().map(|line| redrawn(random, line, copied)).collect();
            let parcels = drawn.windows(2).filter_map(|sides| {
                let taken = random.below(4) > 0;
                taken.then(|| vec![vec![sides[1].iter().chain(sides[0].iter().rev()).copied().collect()]])
            });
            parcels.collect()
        })
        .collect()
}

fn redrawn(random: &mut impl Chance, line: &Ring, copied: bool) -> Ring {
    if copied {
        return line.clone();
    }
    let hand = 1 + random.below(3) as i64;
    let mut redrawn = Ring::new();
    for (at, &(x, y)) in line.iter().enumerate() {
        let inner = 0 < at && at + 1 < line.len();
        match random.below(4) {
            0 if inner => {}
            1 => redrawn.push((x, y)),
            _ => {
                let mut beside =
                    |from: i64| (from + random.below(2 * hand as u64 + 1) as i64 - hand).clamp(0, FARTHEST);
                redrawn.push((beside(x), beside(y)));
            }
        }
    }
    redrawn
}
