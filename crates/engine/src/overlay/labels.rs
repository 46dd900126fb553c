//! Which features cover each face: winding numbers, spread from the outside over the arcs.

use super::arcs::Arcs;
pub(crate) use super::arcs::{Change, Changes};
use super::faces::Faces;
use crate::partition::{FeatureRef, OUTSIDE};
use crate::watch::{Stage, Steps, Stop, Watch};

/// The different sets of windings that occur; faces with the same set share a label.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// Where the windings of each label begin; one more than there are labels.
    first_winding: Vec<u32>,
    windings: Vec<(u32, i32)>,
    /// Features with an odd winding, per label: where each begins, and the features.
    first: Vec<u32>,
    parents: Vec<FeatureRef>,
}

impl Labels {
    /// Returns feature and winding number, ascending by feature, never zero.
    pub(crate) fn windings(&self, label: u32) -> &[(u32, i32)] {
        let label = label as usize;
        &self.windings[self.first_winding[label] as usize..self.first_winding[label + 1] as usize]
    }

    /// Returns the features whose even-odd fill covers faces of this label, ascending.
    pub(crate) fn parents(&self, label: u32) -> &[FeatureRef] {
        &self.parents[self.first[label as usize] as usize..self.first[label as usize + 1] as usize]
    }

    /// Keeps the features of each label alone.
    pub(crate) fn let_go_of_windings(&mut self) {
        self.windings = Vec::new();
        self.first_winding = Vec::new();
    }

    /// Whether they were let go of.
    pub(crate) fn have_no_windings(&self) -> bool {
        self.first_winding.is_empty()
    }

    /// Returns what they take of memory.
    pub(crate) fn bytes(&self) -> usize {
        let (windings, parents) = (size_of_val(&*self.windings), size_of_val(&*self.parents));
        size_of_val(&*self.first_winding) + windings + size_of_val(&*self.first) + parents
    }

    fn len(&self) -> usize {
        self.first.len() - 1
    }

    fn add(&mut self, windings: &[(u32, i32)]) -> u32 {
        self.windings.extend_from_slice(windings);
        self.first_winding.push(self.windings.len() as u32);
        let odd = windings.iter().filter(|(_, winding)| winding % 2 != 0);
        self.parents.extend(odd.map(|(feature, _)| FeatureRef(*feature)));
        self.first.push(self.parents.len() as u32);
        self.len() as u32 - 1
    }
}

/// Finds the label of a set of windings: a table with open addressing over [`Labels`].
struct Known {
    labels: Labels,
    /// Labels plus one; 0 is an empty place. A power of two long.
    places: Vec<u32>,
}

impl Known {
    fn new() -> Self {
        let labels = Labels { first_winding: vec![0], windings: Vec::new(), first: vec![0], parents: Vec::new() };
        Self { labels, places: vec![0; 1 << 10] }
    }

    fn label(&mut self, windings: &[(u32, i32)]) -> u32 {
        let place = self.place(windings);
        if let Some(label) = self.places[place].checked_sub(1) {
            return label;
        }
        let label = self.labels.add(windings);
        self.places[place] = label + 1;
        if self.labels.len() * 2 > self.places.len() {
            self.places = vec![0; self.places.len() * 2];
            for label in 0..self.labels.len() as u32 {
                let place = self.place(self.labels.windings(label));
                self.places[place] = label + 1;
            }
        }
        label
    }

    /// Returns the place of a set, or the empty one where it belongs.
    fn place(&self, windings: &[(u32, i32)]) -> usize {
        let mix = |sum: u64, word: u32| (sum.rotate_left(5) ^ u64::from(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        let hash = windings.iter().fold(0, |sum, &(feature, winding)| mix(mix(sum, feature), winding as u32));
        let mask = self.places.len() - 1;
        let mut at = (hash ^ hash >> 32) as usize & mask;
        while self.places[at] != 0 && self.labels.windings(self.places[at] - 1) != windings {
            at = (at + 1) & mask;
        }
        at
    }
}

/// Returns the label of each face, spreading breadth first from the outside, which nothing covers.
pub(crate) fn labels(arcs: &Arcs, faces: &Faces, watch: &dyn Watch) -> Result<(Labels, Vec<u32>), Stop> {
    let steps = Steps::new(watch, Stage::Labels, 0.0..1.0, faces.area2.len());
    const UNSEEN: u32 = u32::MAX;
    let mut known = Known::new();
    let nothing = known.label(&[]);
    let mut label_of = vec![UNSEEN; faces.area2.len()];
    label_of[OUTSIDE as usize] = nothing;
    let mut queue = std::collections::VecDeque::from([OUTSIDE]);
    let mut sum = Vec::new();
    while let Some(face) = queue.pop_front() {
        steps.one()?;
        let range = faces.face_cycles[face as usize] as usize..faces.face_cycles[face as usize + 1] as usize;
        for &first in &faces.cycles[range] {
            let mut edge = first;
            loop {
                let beyond = faces.left[(edge ^ 1) as usize];
                if label_of[beyond as usize] == UNSEEN {
                    // The change leads from right to left: leaving a left face takes it back.
                    let sign = if edge & 1 == 0 { -1 } else { 1 };
                    let here = known.labels.windings(label_of[face as usize]);
                    add(here, arcs.changes.of(edge as usize / 2), sign, &mut sum);
                    label_of[beyond as usize] = known.label(&sum);
                    queue.push_back(beyond);
                }
                edge = faces.next[edge as usize];
                if edge == first {
                    break;
                }
            }
        }
    }
    Ok((known.labels, label_of))
}

/// Puts `windings + sign · changes` into `sum`.
pub(crate) fn add(windings: &[(u32, i32)], changes: &[Change], sign: i32, sum: &mut Vec<(u32, i32)>) {
    sum.clear();
    let (mut left, mut right) = (
        windings.iter().copied().peekable(),
        changes.iter().map(|change| (change.feature, sign * change.winding)).peekable(),
    );
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
