//! Straight pieces with their owners: each piece once, however many rings run along it.
//!
//! A segment's ends are ordered (`a < b`, by x, then y). Its owners are kept as codes: the
//! feature's number doubled, plus one if the feature's ring runs from `b` to `a`. Runs in both
//! directions by the same feature cancel; runs in the same direction are kept as often as they
//! occur, because winding numbers are counted, not toggled.

use super::sorting::{rank, sorted};
use crate::normalise::NormalLayer;
use crate::precision::Point;

/// Unique segments in the order of their ends, with owners.
#[derive(Clone, Debug, Default)]
pub(crate) struct Segments {
    /// The ends, `a < b`.
    pub ends: Vec<[Point; 2]>,
    /// Where each segment's owners begin in `owners`; one more than there are segments.
    pub first: Vec<u32>,
    /// Owner codes, ascending per segment, never both directions of one feature.
    pub owners: Vec<u32>,
    /// Features whose own rings run along a segment more than once, and where.
    pub doubled: Vec<(u32, Point)>,
}

/// One run of one ring along one segment: ends and owner code.
pub(crate) type Run = ([Point; 2], u32);

impl Segments {
    /// Returns how many segments there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the owner codes of a segment.
    pub fn owners(&self, at: usize) -> &[u32] {
        &self.owners[self.first[at] as usize..self.first[at + 1] as usize]
    }

    fn with_capacity(segments: usize) -> Self {
        let mut first = Vec::with_capacity(segments + 1);
        first.push(0);
        Self { ends: Vec::with_capacity(segments), first, owners: Vec::with_capacity(segments), doubled: Vec::new() }
    }

    /// Adds a segment unless its owners cancel; `codes` is used up.
    fn push(&mut self, ends: [Point; 2], codes: &mut Vec<u32>) {
        let doubled = codes.windows(2).filter(|w| w[0] >> 1 == w[1] >> 1).map(|w| (w[0] >> 1, ends[0]));
        self.doubled.extend(doubled);
        cancel(codes);
        if !codes.is_empty() {
            self.ends.push(ends);
            self.owners.extend_from_slice(codes);
            self.first.push(self.owners.len() as u32);
        }
        codes.clear();
    }

    /// Returns the segments of the rings of all features for which `takes_part` holds; features are
    /// counted over the layers in order.
    pub fn of_layers(layers: &[NormalLayer], takes_part: impl Fn(u32) -> bool) -> Self {
        let mut runs = Vec::with_capacity(layers.iter().map(|layer| layer.vertex_count() as usize).sum());
        let mut first_feature = 0u32;
        for layer in layers {
            for (index, ring) in layer.rings() {
                let feature = first_feature + index as u32;
                if !takes_part(feature) {
                    continue;
                }
                let mut before = ring[ring.len() - 1];
                for &point in ring {
                    runs.push(run(before, point, feature));
                    before = point;
                }
            }
            first_feature += layer.feature_count() as u32;
        }
        Self::of_runs(runs)
    }

    /// Returns the segments that the runs add up to.
    pub fn of_runs(runs: Vec<Run>) -> Self {
        let runs = sorted(runs, |&([a, b], code)| (rank(a), (rank(b), code)));
        let mut merged = Self::with_capacity(runs.len() / 4 * 3 + 1);
        let mut codes = Vec::new();
        let mut at = 0;
        while at < runs.len() {
            let ends = runs[at].0;
            while at < runs.len() && runs[at].0 == ends {
                codes.push(runs[at].1);
                at += 1;
            }
            merged.push(ends, &mut codes);
        }
        merged
    }

    /// Returns the segments for which `keep` holds, merged with `others`.
    pub fn merged_with(&self, keep: impl Fn(usize) -> bool, others: &Self) -> Self {
        let mut merged = Self::with_capacity(self.len() + others.len());
        merged.doubled = [self.doubled.as_slice(), &others.doubled].concat();
        let mut codes = Vec::new();
        let mut other = 0;
        for at in (0..self.len()).filter(|&at| keep(at)) {
            while other < others.len() && others.ends[other] < self.ends[at] {
                codes.extend_from_slice(others.owners(other));
                merged.push(others.ends[other], &mut codes);
                other += 1;
            }
            codes.extend_from_slice(self.owners(at));
            if other < others.len() && others.ends[other] == self.ends[at] {
                codes.extend_from_slice(others.owners(other));
                codes.sort_unstable();
                other += 1;
            }
            merged.push(self.ends[at], &mut codes);
        }
        for at in other..others.len() {
            codes.extend_from_slice(others.owners(at));
            merged.push(others.ends[at], &mut codes);
        }
        merged
    }
}

/// Returns the run of a feature's ring from `from` to `to`.
pub(crate) fn run(from: Point, to: Point, feature: u32) -> Run {
    if from < to { ([from, to], feature << 1) } else { ([to, from], feature << 1 | 1) }
}

/// Removes pairs of opposite runs of the same feature from ascending codes.
fn cancel(codes: &mut Vec<u32>) {
    if codes.windows(2).all(|w| w[0] >> 1 != w[1] >> 1 || w[0] == w[1]) {
        return;
    }
    let mut kept = 0;
    let mut at = 0;
    while at < codes.len() {
        let feature = codes[at] >> 1;
        let end = at + codes[at..].iter().take_while(|&&code| code >> 1 == feature).count();
        let backward = codes[at..end].iter().filter(|&&code| code & 1 == 1).count();
        let net = (end - at) as i64 - 2 * backward as i64;
        for _ in 0..net.unsigned_abs() {
            codes[kept] = feature << 1 | u32::from(net < 0);
            kept += 1;
        }
        at = end;
    }
    codes.truncate(kept);
}
