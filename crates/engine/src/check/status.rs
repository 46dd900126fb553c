//! The segments over the place of a sweep, from south to north.
//!
//! They stand in blocks, so that one more costs a look at a block and at the list of blocks only,
//! however many there are.

use super::place::Place;
use std::cmp::Ordering;

/// A segment, its ends in the order in which the sweep meets them.
#[derive(Clone, Copy)]
pub(super) struct Segment<P> {
    pub(super) left: P,
    pub(super) right: P,
}

impl<P: Place> Segment<P> {
    /// Compares a place's height with that of the segment there.
    #[inline]
    fn side(&self, place: P) -> Ordering {
        P::turn(self.left, self.right, place)
    }

    pub(super) fn is_near(&self, place: P) -> bool {
        P::too_near(self.left, self.right, place)
    }

    /// Whether `upper`, known to run above this segment somewhere, does so until one of them ends.
    fn stays_below(&self, upper: &Self) -> bool {
        if self.right == upper.right {
            return true;
        }
        if upper.right.key() < self.right.key() {
            self.side(upper.right) == Ordering::Greater
        } else {
            upper.side(self.right) == Ordering::Less
        }
    }
}

/// How many segments a block has at most.
const BLOCK: usize = 256;

/// See the module's text.
pub(super) struct Status<P> {
    /// No block is empty.
    blocks: Vec<Vec<Segment<P>>>,
}

impl<P> Default for Status<P> {
    fn default() -> Self {
        Self { blocks: Vec::new() }
    }
}

impl<P: Place> Status<P> {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Puts `starting`, from south to north, in the place of the segments that end at `place`.
    ///
    /// Returns whether something meets there or will, or what ends there comes too near to the next
    /// place `above` it; then nothing is put.
    pub(super) fn meets_at(&mut self, place: P, above: Option<P>, starting: &[Segment<P>]) -> bool {
        let below = |segment: &Segment<P>| segment.side(place) == Ordering::Greater;
        let block = self.blocks.partition_point(|block| block.last().is_some_and(below));
        let at = self.blocks.get(block).map_or(0, |block| block.partition_point(below));
        let ends_here = |segment: &&Segment<P>| segment.right == place;
        let ending = self.from([block, at]).take_while(ends_here).count();
        let upper = self.from([block, at]).nth(ending);
        let lower = self.before([block, at]);
        let touched = upper.is_some_and(|upper| upper.side(place) != Ordering::Less);
        let crosses = match starting {
            [] => lower.zip(upper).is_some_and(|(lower, upper)| !lower.stays_below(upper)),
            [first, ..] => {
                let last = &starting[starting.len() - 1];
                lower.is_some_and(|lower| !lower.stays_below(first))
                    || upper.is_some_and(|upper| !last.stays_below(upper))
            }
        };
        let near = |segment: Option<&Segment<P>>| segment.is_some_and(|segment| segment.is_near(place));
        let near_above = above.is_some_and(|above| self.from([block, at]).take(ending).any(|gone| gone.is_near(above)));
        if touched || crosses || near(lower) || near(upper) || near_above {
            return true;
        }
        self.replace([block, at], ending, starting);
        false
    }

    /// Returns the segments from one on, upwards.
    #[inline]
    fn from(&self, [block, at]: [usize; 2]) -> impl Iterator<Item = &Segment<P>> {
        let here = self.blocks.get(block).map_or(&[][..], |block| &block[at..]);
        let further = self.blocks.get(block + 1..).unwrap_or_default();
        here.iter().chain(further.iter().flatten())
    }

    fn before(&self, [block, at]: [usize; 2]) -> Option<&Segment<P>> {
        match at {
            0 => self.blocks.get(block.checked_sub(1)?)?.last(),
            _ => self.blocks.get(block)?.get(at - 1),
        }
    }

    fn replace(&mut self, [block, at]: [usize; 2], ending: usize, starting: &[Segment<P>]) {
        let Some(here) = self.blocks.get(block) else {
            // Above all others: nothing ends here.
            match self.blocks.last() {
                Some(last) => self.put([block - 1, last.len()], 0, starting),
                None if starting.is_empty() => {}
                None => {
                    self.blocks.push(Vec::new());
                    self.put([0, 0], 0, starting);
                }
            }
            return;
        };
        let in_block = ending.min(here.len() - at);
        let mut further = ending - in_block;
        while further > 0 {
            let next = &mut self.blocks[block + 1];
            let gone = further.min(next.len());
            next.drain(..gone);
            further -= gone;
            if next.is_empty() {
                self.blocks.remove(block + 1);
            }
        }
        self.put([block, at], in_block, starting);
    }

    /// Replaces `gone` segments of one block, and cuts the block if it grows too large.
    fn put(&mut self, [block, at]: [usize; 2], gone: usize, starting: &[Segment<P>]) {
        let here = &mut self.blocks[block];
        if let (1, [only]) = (gone, starting) {
            here[at] = *only;
            return;
        }
        here.splice(at..at + gone, starting.iter().copied());
        if here.is_empty() {
            self.blocks.remove(block);
        } else if here.len() > BLOCK {
            let halves: Vec<Vec<Segment<P>>> = here.chunks(BLOCK / 2).map(<[_]>::to_vec).collect();
            self.blocks.splice(block..=block, halves);
        }
    }
}
