//! Connected groups of faces: what conflicts and patches are made of.

use crate::partition::{FaceId, OUTSIDE, Partition};
use crate::watch::{Steps, Stop};

/// Disjoint groups of faces; faces ascend within a group, groups are in the order of their first.
pub(crate) struct Groups {
    /// The group of each face; [`Groups::NONE`] for those that take no part.
    of: Vec<u32>,
    /// The faces, group by group.
    faces: Vec<FaceId>,
    /// Where each group begins in `faces`; one more than there are groups.
    starts: Vec<u32>,
}

impl Groups {
    /// Marks a face that is in no group.
    pub const NONE: u32 = u32::MAX;

    /// Returns the groups of the faces that `takes_part`, joined across arcs (not across mere
    /// nodes) where `belong_together` holds. The outside is in none.
    ///
    /// Union–find over the arcs in their order: neighbours in it are neighbours in memory, which a
    /// walk from face to face is not.
    pub fn of(
        partition: &Partition,
        takes_part: impl Fn(FaceId) -> bool,
        belong_together: impl Fn(FaceId, FaceId) -> bool,
        steps: &Steps<'_>,
    ) -> Result<Self, Stop> {
        let mut of = vec![Self::NONE; partition.face_count()];
        partition.bounded_faces().filter(|&face| takes_part(face)).for_each(|face| of[face as usize] = face);
        for arc in 0..partition.arc_count() as u32 {
            steps.one()?;
            let (left, right) = partition.sides(arc);
            let both = of[left as usize] != Self::NONE && of[right as usize] != Self::NONE;
            if both && left != right && belong_together(left, right) {
                join(&mut of, left, right);
            }
        }
        Ok(Self::numbered(of))
    }

    /// Numbers the groups of a forest whose roots are the smallest faces of their trees.
    fn numbered(mut of: Vec<u32>) -> Self {
        let mut sizes: Vec<u32> = Vec::new();
        for face in 0..of.len() {
            let above = of[face];
            if above == Self::NONE {
                continue;
            }
            // Whatever lies above is smaller and has its number already.
            of[face] = if above as usize == face { sizes.len() as u32 } else { of[above as usize] };
            match sizes.get_mut(of[face] as usize) {
                Some(size) => *size += 1,
                None => sizes.push(1),
            }
        }
        let mut starts = Vec::with_capacity(sizes.len() + 1);
        starts.push(0);
        starts.extend(sizes.iter().scan(0, |end, size| {
            *end += size;
            Some(*end)
        }));
        let mut faces = vec![OUTSIDE; starts[sizes.len()] as usize];
        let mut next = sizes;
        next.copy_from_slice(&starts[..starts.len() - 1]);
        for (face, &group) in of.iter().enumerate().filter(|(_, group)| **group != Self::NONE) {
            faces[next[group as usize] as usize] = face as FaceId;
            next[group as usize] += 1;
        }
        Self { of, faces, starts }
    }

    /// Returns how many groups there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the faces of a group, ascending.
    pub fn faces(&self, group: usize) -> &[FaceId] {
        &self.faces[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// Returns the group of a face, or [`Groups::NONE`].
    pub fn group(&self, face: FaceId) -> u32 {
        self.of[face as usize]
    }

    /// Returns the group of each face.
    pub fn into_of_faces(self) -> Vec<u32> {
        self.of
    }
}

/// Joins the trees of two faces under the smaller of their roots.
fn join(above: &mut [u32], a: FaceId, b: FaceId) {
    let (a, b) = (root(above, a), root(above, b));
    above[a.max(b) as usize] = a.min(b);
}

/// Returns the root of a face's tree, and halves the way to it.
fn root(above: &mut [u32], mut face: FaceId) -> FaceId {
    while above[face as usize] != face {
        above[face as usize] = above[above[face as usize] as usize];
        face = above[face as usize];
    }
    face
}
