//! What a partition takes of memory, for whoever measures it.

use crate::partition::{FeatureInfo, Partition};

/// Bytes of memory, by what they are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Footprint {
    /// The points of the arcs.
    pub points: usize,
    /// Where arcs begin, what follows each half-edge, and which face lies on its left.
    pub topology: usize,
    /// Boundary cycles, areas and labels of the faces.
    pub faces: usize,
    /// What changes across each arc, and the sets of features that cover places.
    pub windings: usize,
    /// The features and their attributes.
    pub features: usize,
}

impl Footprint {
    /// Returns name and bytes of every part.
    pub fn parts(&self) -> [(&'static str, usize); 5] {
        let Self { points, topology, faces, windings, features } = *self;
        [("points", points), ("topology", topology), ("faces", faces), ("windings", windings), ("features", features)]
    }
}

impl Partition {
    /// Returns how many edges its arcs consist of.
    pub fn edge_count(&self) -> usize {
        self.points.len() - self.arc_count()
    }

    /// Returns what it takes of memory, indices that were made for searching left out.
    pub fn footprint(&self) -> Footprint {
        Footprint {
            points: size_of_val(&*self.points),
            topology: size_of_val(&*self.arc_starts) + size_of_val(&*self.next) + size_of_val(&*self.left),
            faces: size_of_val(&*self.cycles)
                + size_of_val(&*self.face_cycles)
                + size_of_val(&*self.area2)
                + size_of_val(&*self.label_of),
            windings: self.labels.bytes() + self.changes.bytes(),
            features: self.features.iter().map(feature_bytes).sum::<usize>() + size_of_val(&*self.ground),
        }
    }
}

fn feature_bytes(feature: &FeatureInfo) -> usize {
    size_of_val(feature) - size_of_val(&feature.attributes) + feature.attributes.bytes()
}
