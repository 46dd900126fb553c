//! Straight pieces with their owners: each piece once, however many rings run along it.
//!
//! A segment's ends are ordered (`a < b`, by x, then y). Its owners are kept as codes: the
//! feature's number doubled, plus one if the feature's ring runs from `b` to `a`. Runs in both
//! directions by the same feature cancel; runs in the same direction are kept as often as they
//! occur, because winding numbers are counted, not toggled.

use rayon::prelude::*;

/// Returns the code of a feature's run along a segment.
#[inline]
pub(super) fn code(feature: u32, forward: bool) -> u32 {
    feature << 1 | u32::from(!forward)
}

/// Sets of owner codes. Neighbouring segments mostly have the same owners, so a set that equals the
/// one before is kept once.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    first: Vec<u32>,
    codes: Vec<u32>,
}

impl Default for Sets {
    fn default() -> Self {
        Self { first: vec![0], codes: Vec::new() }
    }
}

impl Sets {
    /// Returns the codes of a set, ascending, never both directions of one feature.
    pub fn of(&self, set: u32) -> &[u32] {
        &self.codes[self.first[set as usize] as usize..self.first[set as usize + 1] as usize]
    }

    /// Adds a set and returns its number.
    pub fn add(&mut self, codes: &[u32]) -> u32 {
        let count = self.first.len() - 1;
        if count > 0 && self.of(count as u32 - 1) == codes {
            return count as u32 - 1;
        }
        self.codes.extend_from_slice(codes);
        self.first.push(self.codes.len() as u32);
        count as u32
    }

    /// Returns the set of the same owners running the other way.
    pub fn reversed(&mut self, set: u32) -> u32 {
        let codes: Vec<u32> = self.of(set).iter().map(|code| code ^ 1).collect();
        self.add(&codes)
    }

    /// Returns where each set begins among the codes, and the codes.
    pub fn lists(&self) -> (&[u32], &[u32]) {
        (&self.first, &self.codes)
    }

    /// Returns the sets of such lists.
    pub fn of_lists(first: Vec<u32>, codes: Vec<u32>) -> Self {
        Self { first, codes }
    }

    /// Gives features other numbers, in the same order.
    pub fn renumber(&mut self, number: impl Fn(u32) -> u32) {
        self.codes.iter_mut().for_each(|code| *code = number(*code >> 1) << 1 | *code & 1);
    }

    /// Gives back what was reserved beyond need.
    pub fn shrink(&mut self) {
        self.first.shrink_to_fit();
        self.codes.shrink_to_fit();
    }
}

/// Unique segments in the order of their ends, with owners.
#[derive(Clone, Debug)]
pub(super) struct Segments<P = crate::precision::Point> {
    /// The ends, `a < b`.
    pub ends: Vec<[P; 2]>,
    set_of: Vec<u32>,
    sets: Sets,
    /// Features whose own rings run along a segment more than once, and where.
    pub doubled: Vec<(u32, P)>,
}

impl<P: Copy + Ord + Send> Segments<P> {
    /// Returns the segments that runs add up to: ends and owner code.
    pub fn of_runs(mut runs: Vec<([P; 2], u32)>) -> Self {
        runs.par_sort_unstable();
        let mut merged = Self { ends: Vec::new(), set_of: Vec::new(), sets: Sets::default(), doubled: Vec::new() };
        let mut codes = Vec::new();
        for group in runs.chunk_by(|one, other| one.0 == other.0) {
            codes.clear();
            codes.extend(group.iter().map(|run| run.1));
            add_up(&mut codes, |feature| merged.doubled.push((feature, group[0].0[0])));
            if !codes.is_empty() {
                merged.ends.push(group[0].0);
                merged.set_of.push(merged.sets.add(&codes));
            }
        }
        merged
    }

    /// Returns how many segments there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the owner codes of a segment.
    pub fn owners(&self, at: usize) -> &[u32] {
        self.sets.of(self.set_of[at])
    }
}

/// Removes pairs of opposite runs of the same feature from ascending codes; tells of features that
/// run along the segment more than once.
pub(super) fn add_up(codes: &mut Vec<u32>, mut doubled: impl FnMut(u32)) {
    if codes.windows(2).all(|pair| pair[0] >> 1 != pair[1] >> 1) {
        return;
    }
    let mut kept = 0;
    let mut at = 0;
    while at < codes.len() {
        let feature = codes[at] >> 1;
        let end = at + codes[at..].iter().take_while(|&&code| code >> 1 == feature).count();
        if end - at > 1 {
            doubled(feature);
        }
        let backward = codes[at..end].iter().filter(|&&code| code & 1 == 1).count();
        let net = (end - at) as i64 - 2 * backward as i64;
        for _ in 0..net.unsigned_abs() {
            codes[kept] = code(feature, net > 0);
            kept += 1;
        }
        at = end;
    }
    codes.truncate(kept);
}
