//! Which features cover each face: winding numbers, spread from the outside over the arcs.

use super::arcs::Arcs;
pub(crate) use super::arcs::Changes;
use super::faces::Faces;
use crate::partition::{FeatureRef, OUTSIDE};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A hash for keys of our own making, several times as fast as the standard one, which guards
/// against chosen keys.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(byte.into()));
    }
    fn write_u32(&mut self, word: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    fn write_i32(&mut self, word: i32) {
        self.write_u32(word as u32);
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u32(word as u32);
    }
}

/// The label of each set of windings.
type Known = HashMap<Box<[(u32, i32)]>, u32, BuildHasherDefault<Quick>>;

/// The different sets of windings that occur; faces with the same set share a label.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    windings: Vec<Box<[(u32, i32)]>>,
    /// Features with an odd winding, per label: where each begins, and the features.
    first: Vec<u32>,
    parents: Vec<FeatureRef>,
}

impl Labels {
    /// Returns feature and winding number, ascending by feature, never zero.
    pub(crate) fn windings(&self, label: u32) -> &[(u32, i32)] {
        &self.windings[label as usize]
    }

    /// Returns the features whose even-odd fill covers faces of this label, ascending.
    pub(crate) fn parents(&self, label: u32) -> &[FeatureRef] {
        &self.parents[self.first[label as usize] as usize..self.first[label as usize + 1] as usize]
    }

    fn of(windings: Vec<Box<[(u32, i32)]>>) -> Self {
        let (mut first, mut parents) = (vec![0], Vec::new());
        for label in &windings {
            parents
                .extend(label.iter().filter(|(_, winding)| winding % 2 != 0).map(|(feature, _)| FeatureRef(*feature)));
            first.push(parents.len() as u32);
        }
        Self { windings, first, parents }
    }
}

/// Returns the label of each face, spreading breadth first from the outside, which nothing covers.
pub(crate) fn labels(arcs: &Arcs, faces: &Faces) -> (Labels, Vec<u32>) {
    const UNSEEN: u32 = u32::MAX;
    let mut known: Known = HashMap::default();
    let mut windings: Vec<Box<[(u32, i32)]>> = vec![Box::default()];
    known.insert(Box::default(), 0);
    let mut label_of = vec![UNSEEN; faces.area2.len()];
    label_of[OUTSIDE as usize] = 0;
    let mut queue = std::collections::VecDeque::from([OUTSIDE]);
    let mut sum = Vec::new();
    while let Some(face) = queue.pop_front() {
        let range = faces.face_cycles[face as usize] as usize..faces.face_cycles[face as usize + 1] as usize;
        for &first in &faces.cycles[range] {
            let mut edge = first;
            loop {
                let beyond = faces.left[(edge ^ 1) as usize];
                if label_of[beyond as usize] == UNSEEN {
                    // The change leads from right to left: leaving a left face takes it back.
                    let sign = if edge & 1 == 0 { -1 } else { 1 };
                    let here = &windings[label_of[face as usize] as usize];
                    add(here, arcs.changes.of(edge as usize / 2), sign, &mut sum);
                    label_of[beyond as usize] = match known.get(sum.as_slice()) {
                        Some(&label) => label,
                        None => {
                            let label = windings.len() as u32;
                            windings.push(sum.as_slice().into());
                            known.insert(sum.as_slice().into(), label);
                            label
                        }
                    };
                    queue.push_back(beyond);
                }
                edge = faces.next[edge as usize];
                if edge == first {
                    break;
                }
            }
        }
    }
    (Labels::of(windings), label_of)
}

/// Puts `windings + sign · changes` into `sum`.
pub(crate) fn add(windings: &[(u32, i32)], changes: &[(u32, i32)], sign: i32, sum: &mut Vec<(u32, i32)>) {
    sum.clear();
    let (mut left, mut right) =
        (windings.iter().copied().peekable(), changes.iter().map(|&(f, c)| (f, sign * c)).peekable());
    loop {
        let following = match (left.peek(), right.peek()) {
            (Some(l), Some(r)) if l.0 == r.0 => {
                let both = (l.0, l.1 + r.1);
                left.next();
                right.next();
                both
            }
            (Some(l), Some(r)) if l.0 < r.0 => {
                let l = *l;
                left.next();
                l
            }
            (_, Some(r)) => {
                let r = *r;
                right.next();
                r
            }
            (Some(l), None) => {
                let l = *l;
                left.next();
                l
            }
            (None, None) => break,
        };
        if following.1 != 0 {
            sum.push(following);
        }
    }
}
