//! How a layer draws borders: the true line, a little beside it, or copied from it.

use crate::mesh::{Corner, Mesh, Place};
use crate::noise::{Octave, chance, field, hash, pair};

/// A closed ring of x and y in metres, rounded to 0.1 mm.
pub type Ring = Vec<[f64; 2]>;

/// How the true borders wind. The slopes of all octaves together stay below 1: no border folds.
const WARP: [Octave; 4] = [
    Octave { apart: 450.0, reach: 26.0 },
    Octave { apart: 160.0, reach: 9.0 },
    Octave { apart: 60.0, reach: 3.2 },
    Octave { apart: 26.0, reach: 1.1 },
];
/// How far a layer's borders lie beside the true ones, where they do.
const MISMATCH: [Octave; 2] = [Octave { apart: 340.0, reach: 2.9 }, Octave { apart: 70.0, reach: 1.3 }];
/// Where they do.
const CARE: [Octave; 2] = [Octave { apart: 3_000.0, reach: 1.0 }, Octave { apart: 750.0, reach: 0.5 }];

/// What a random number is for; other uses of the same seed begin at 10.
#[derive(Clone, Copy)]
enum For {
    Warp = 4,
    Mismatch,
    Care,
    Along,
    Drop,
    Jitter,
}

/// The hand that draws a layer.
#[derive(Clone, Copy, Debug)]
pub struct Hand {
    /// The country's seed.
    pub seed: u64,
    /// The layer's number; the same hand draws a border the same way each time.
    pub layer: u32,
    /// The plane's coordinates of the mesh's zero.
    pub corner: Place,
    /// About how far apart the points of a border are, in metres.
    pub spacing: f64,
}

impl Hand {
    /// Draws the borders from corner to corner and back to the first.
    pub fn ring(&self, mesh: &Mesh, corners: &[Corner]) -> Ring {
        let mut ring = Ring::with_capacity(corners.len() * 12);
        for (k, &from) in corners.iter().enumerate() {
            self.border(mesh, from, corners[(k + 1) % corners.len()], &mut ring);
        }
        ring.extend(ring.first().copied());
        ring
    }

    /// Draws a border with its first and without its last corner: the same points in either direction.
    fn border(&self, mesh: &Mesh, from: Corner, to: Corner, ring: &mut Ring) {
        let [first, last] = [from.min(to), from.max(to)];
        let [a, b] = [first, last].map(|corner| mesh.corner(corner));
        let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        let steps = ((dx * dx + dy * dy).sqrt() / self.spacing) as u64;
        let key =
            |corner: Corner| hash(&[mesh.seed, corner.cell.row as u64, corner.cell.column as u64, corner.left.into()]);
        let border = hash(&[key(first), key(last)]);
        ring.push(self.drawn_at(mesh.corner(from), key(from)).0);
        let start = ring.len();
        for step in 0..steps {
            let shift = chance(&[border, For::Along as u64, step]) - 0.5;
            let part = (step as f64 + 1.0 + 0.5 * shift) / (steps as f64 + 1.0);
            let (point, copied) = self.drawn_at([a[0] + dx * part, a[1] + dy * part], hash(&[border, step]));
            if copied || chance(&[border, For::Drop as u64, step, self.layer.into()]) >= 0.25 {
                ring.push(point);
            }
        }
        if from != first {
            ring[start..].reverse();
        }
    }

    /// Where the layer draws a place, and whether it has copied the true line there. `key` stands
    /// for the place when it comes to the trembling of hands.
    pub fn drawn_at(&self, place: Place, key: u64) -> ([f64; 2], bool) {
        let seed = self.seed;
        let warp = field(hash(&[seed, For::Warp as u64]), &WARP, place);
        let care = (0.9 * field(hash(&[seed, For::Care as u64]), &CARE, place)[0] + 0.30).clamp(0.0, 1.0);
        let mut at = [self.corner[0] + place[0] + warp[0], self.corner[1] + place[1] + warp[1]];
        if care > 0.0 {
            let beside = field(hash(&[seed, For::Mismatch as u64, self.layer.into()]), &MISMATCH, place);
            let jitter = pair(&[seed, For::Jitter as u64, self.layer.into(), key]);
            at = [0, 1].map(|axis| at[axis] + care * (beside[axis] + 0.6 * jitter[axis]));
        }
        (at.map(rounded), care == 0.0)
    }
}

/// A clockwise ring of 16 points around a middle.
pub fn pond(middle: [f64; 2], radius: f64) -> Ring {
    // Cosines of 0, 22.5, … 90 degrees, so that no machine computes them in its own way.
    const COS: [f64; 5] = [1.0, 0.923_879_532_511_286_7, std::f64::consts::FRAC_1_SQRT_2, 0.382_683_432_365_089_8, 0.0];
    let cos = |k: usize| match k % 16 {
        k @ 0..=4 => COS[k],
        k @ 5..=8 => -COS[8 - k],
        k @ 9..=12 => -COS[k - 8],
        k => COS[16 - k],
    };
    let point = |k: usize| [middle[0] + radius * cos(k), middle[1] - radius * cos(k + 12)].map(rounded);
    (0..=16).map(point).collect()
}

/// Rounds to a tenth of a millimetre.
pub fn rounded(metres: f64) -> f64 {
    (metres * 1e4).round() / 1e4
}
