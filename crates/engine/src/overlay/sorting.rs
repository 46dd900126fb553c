//! Sorts many small things that lie in the plane: first into narrow upright strips, then each strip.
//!
//! A comparison sort of the whole walks through memory some twenty times; strips that fit the
//! cache are walked through once to fill and then sorted where they lie. The order is that of the
//! keys alone, so neither strips nor threads can show in it.

use crate::precision::Point;
use rayon::prelude::*;

/// Strips of about this many items fit the second-level cache.
const STRIP: usize = 4096;

/// Returns a number that orders points as [`Point`] does: by x, then y.
#[inline]
pub(super) fn rank(p: Point) -> u64 {
    const SIGN: u32 = 1 << 31;
    u64::from(p.x as u32 ^ SIGN) << 32 | u64::from(p.y as u32 ^ SIGN)
}

/// Returns the items in the order of `key`, whose first part is the [`rank`] of a point.
pub(super) fn sorted<T, K>(items: Vec<T>, key: impl Fn(&T) -> (u64, K) + Sync) -> Vec<T>
where
    T: Copy + Send + Sync,
    K: Ord,
{
    let mut items = items;
    if items.len() < 4 * STRIP {
        items.sort_unstable_by_key(&key);
        return items;
    }
    let strips = Strips::of(&items, &key);
    let mut sorted = strips.filled(&items, &key);
    drop(items);
    let mut rest = sorted.as_mut_slice();
    let mut parts = Vec::with_capacity(strips.starts.len());
    for bounds in strips.starts.windows(2) {
        let (part, others) = rest.split_at_mut(bounds[1] - bounds[0]);
        parts.push(part);
        rest = others;
    }
    parts.into_par_iter().with_min_len(8).for_each(|part| part.sort_unstable_by_key(&key));
    sorted
}

/// Equally wide strips by the upper half of the rank, and where each begins among all items.
struct Strips {
    low: u64,
    width: u64,
    starts: Vec<usize>,
}

impl Strips {
    fn of<T: Sync, K>(items: &[T], key: &(impl Fn(&T) -> (u64, K) + Sync)) -> Self {
        let x = |item: &T| key(item).0 >> 32;
        let ends = || (u64::MAX, 0);
        let (low, high) = items
            .par_iter()
            .fold(ends, |(low, high), item| (low.min(x(item)), high.max(x(item))))
            .reduce(ends, |one, other| (one.0.min(other.0), one.1.max(other.1)));
        let width = (high - low) / (items.len() / STRIP) as u64 + 1;
        let count = ((high - low) / width + 1) as usize;
        let piece = items.len().div_ceil(rayon::current_num_threads());
        let counts = items
            .par_chunks(piece)
            .map(|items| {
                let mut counts = vec![0usize; count];
                items.iter().for_each(|item| counts[((x(item) - low) / width) as usize] += 1);
                counts
            })
            .reduce(|| vec![0; count], |one, other| one.iter().zip(&other).map(|(a, b)| a + b).collect());
        let mut starts = Vec::with_capacity(count + 1);
        starts.push(0);
        for strip in counts {
            starts.push(starts[starts.len() - 1] + strip);
        }
        Self { low, width, starts }
    }

    /// Returns the items put into their strips. Every thread fills some neighbouring strips and
    /// reads all items for it: reading in order is cheap, writing to shared places is not.
    fn filled<T: Copy + Send + Sync, K>(&self, items: &[T], key: &(impl Fn(&T) -> (u64, K) + Sync)) -> Vec<T> {
        let mut filled = vec![items[0]; items.len()];
        let share = items.len().div_ceil(rayon::current_num_threads().min(8));
        let mut groups = Vec::new();
        let mut rest = filled.as_mut_slice();
        let mut first = 0;
        while first + 1 < self.starts.len() {
            let aim = self.starts[first] + share;
            let past = self.starts.partition_point(|&start| start < aim).clamp(first + 1, self.starts.len() - 1);
            let (group, others) = rest.split_at_mut(self.starts[past] - self.starts[first]);
            groups.push((first..past, group));
            rest = others;
            first = past;
        }
        groups.into_par_iter().for_each(|(strips, group)| {
            let base = self.starts[strips.start];
            let mut next: Vec<usize> = self.starts[strips.clone()].iter().map(|start| start - base).collect();
            for item in items {
                let strip = (((key(item).0 >> 32) - self.low) / self.width) as usize;
                if strips.contains(&strip) {
                    let place = &mut next[strip - strips.start];
                    group[*place] = *item;
                    *place += 1;
                }
            }
        });
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_give_the_order_of_a_plain_sort() {
        let mut state = 1u64;
        let mut random = |spread: i32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as i32) % spread
        };
        for spread in [1, 3, 1000, i32::MAX] {
            let items: Vec<(Point, u32)> =
                (0..100_000u32).map(|at| (Point::new(random(spread) - spread / 2, random(97)), at % 5)).collect();
            let mut plain = items.clone();
            plain.sort_unstable();
            assert_eq!(sorted(items, |item| (rank(item.0), item.1)), plain);
        }
    }
}
