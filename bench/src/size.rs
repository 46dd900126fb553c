//! How much ground is made.

/// A number of layers and of cells in each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// The size's name: S, M, L, XL.
    pub name: &'static str,
    /// About how many cells a layer gets.
    pub cells: u32,
    /// How many layers.
    pub layers: u32,
    /// What everything random comes from.
    pub seed: u64,
}

impl Size {
    /// The sizes that are measured, from a town to more than a province.
    pub const ALL: [Self; 4] = [
        Self { name: "S", cells: 5_000, layers: 3, seed: 101 },
        Self { name: "M", cells: 50_000, layers: 3, seed: 102 },
        Self { name: "L", cells: 300_000, layers: 3, seed: 103 },
        Self { name: "XL", cells: 600_000, layers: 5, seed: 104 },
    ];

    /// Returns the size of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.name.eq_ignore_ascii_case(name))
    }

    /// Returns how many cells the country has.
    pub(crate) fn all_cells(self) -> u64 {
        u64::from(self.cells) * u64::from(self.layers) * 103 / 100
    }
}
