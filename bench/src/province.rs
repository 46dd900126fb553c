//! A synthetic province: an island in its sea, and the plans that contradict each other in it.
//!
//! The island is a honeycomb of some 80,000 m² large plots. Each plot has one true use; a few per
//! cent are claimed by a second plan as well, and every plan draws the plots' borders by its own
//! hand. So most contradictions are slivers, and most of the contradicted ground lies in few large
//! patches, as planners find it. Areas are met plot by plot: whatever is ranked highest gets it.

use crate::dissolve::dissolve;
use crate::hand::{Hand, Ring};
use crate::mesh::{Cell, Mesh, Place};
use crate::noise::{Octave, chance, field, hash, pair};
use crate::theme::Theme;
use std::collections::{BTreeMap, BTreeSet};

/// How large a province is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Province {
    /// Its name, for files.
    pub name: &'static str,
    /// Its land in km².
    pub land_km2: f64,
    /// The sea around it in km².
    pub sea_km2: f64,
    /// How many districts the land is divided into, at most 89.
    pub districts: u32,
    /// What everything random comes from.
    pub seed: u64,
}

impl Province {
    /// Land, near-shore sea and districts as Hainan has them.
    pub const HAINAN: Self = Self { name: "hainan", land_km2: 34_348.0, sea_km2: 23_694.0, districts: 19, seed: 2_021 };
    /// A hundredth of it.
    pub const COUNTY: Self = Self { name: "county", land_km2: 343.0, sea_km2: 237.0, districts: 3, seed: 2_021 };
}

/// One feature of a plan.
#[derive(Clone, PartialEq, Debug)]
pub struct Parcel {
    /// A value for each of [`Theme::fields`].
    pub values: Vec<String>,
    /// Polygons of an outer ring and holes.
    pub polygons: Vec<Vec<Ring>>,
}

/// The area of a plot in m².
const PLOT_M2: f64 = 80_000.0;
/// Between neighbouring points of a border, in metres.
const SPACING_M: f64 = 26.0;
/// The middle of the island in EPSG:4546.
const MIDDLE: Place = [375_000.0, 2_127_000.0];
/// How far the sea's square reaches beyond a disc of the same area.
const MARGIN: f64 = 1.35;
/// Shares of the land by use; what is left is planned by the land-use plan alone.
const USES: [(Use, f64); 4] = [(Use::Town, 0.07), (Use::Water, 0.04), (Use::Farmland, 0.20), (Use::Forest, 0.53)];
/// Share of plots that a second plan claims.
const SECOND: f64 = 0.0402;
/// The red line's share of the land and of the sea: the case's.
const RED: [f64; 2] = [0.273, 0.351];
/// How many plots of other uses the red line takes in where it meets them.
const RED_TAKES: f64 = 0.047;
/// How many plots beside towns the urban boundary takes in.
const BOUNDARY_TAKES: f64 = 0.05;
/// Ground of one feature of red line, urban boundary and sea zones, in m².
const ZONE_M2: f64 = 90.0e6;

const KINDS: [Octave; 2] = [Octave { apart: 4_500.0, reach: 0.8 }, Octave { apart: 1_200.0, reach: 0.7 }];
const REGIONS: [Octave; 2] = [Octave { apart: 14_000.0, reach: 1.0 }, Octave { apart: 4_000.0, reach: 0.4 }];

/// What a plot is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    Forest,
    Farmland,
    Water,
    Town,
    /// What only the land-use plan speaks of.
    Other,
    Sea,
    /// Beyond the sea's limit.
    Beyond,
}

/// What a random number is for.
#[derive(Clone, Copy)]
enum For {
    Mesh = 101,
    Coast,
    Kind,
    Second,
    Which,
    Region,
    Takes,
    Zones,
    District,
    Value,
}

#[derive(Clone, Copy, Debug)]
struct Plot {
    cell: Cell,
    used: Use,
    second: Option<Theme>,
    red: bool,
    bounded: bool,
    district: u32,
}

/// Names the feature that a plot is part of.
type Group<'a> = dyn Fn(&Plot) -> Cell + 'a;

/// The plots of a province and who claims them.
#[derive(Clone, Debug)]
pub struct Plots {
    size: Province,
    mesh: Mesh,
    corner: Place,
    plots: Vec<Plot>,
}

impl Plots {
    /// Returns the plots of a province.
    pub fn new(size: Province) -> Self {
        let radius = ((size.land_km2 + size.sea_km2) * 1e6 / std::f64::consts::PI).sqrt();
        let extent = 2.0 * radius * MARGIN;
        let count = (extent * extent / PLOT_M2) as u64;
        let mesh = Mesh::new(hash(&[size.seed, For::Mesh as u64]), count, PLOT_M2);
        let corner = MIDDLE.map(|middle| middle - extent / 2.0);
        let plot = |cell| Plot { cell, used: Use::Beyond, second: None, red: false, bounded: false, district: 0 };
        let mut plots = Self { size, mesh, corner, plots: mesh.cells().map(plot).collect() };
        plots.raise_land(extent, radius);
        plots.settle();
        plots.claim_twice();
        plots.draw_red_line();
        plots.bound_towns();
        plots.divide();
        plots
    }

    fn number(&self, purpose: For, plot: &Plot) -> [u64; 4] {
        [self.size.seed, purpose as u64, plot.cell.row as u64, plot.cell.column as u64]
    }

    fn smooth(&self, purpose: For, which: u64, octaves: &[Octave], plot: &Plot) -> f64 {
        field(hash(&[self.size.seed, purpose as u64, which]), octaves, self.mesh.centre(plot.cell))[0]
    }

    /// Gives `change` to the `count` plots of `wanted` that rank highest.
    fn highest(
        &mut self,
        count: usize,
        wanted: impl Fn(&Self, &Plot) -> bool,
        rank: impl Fn(&Self, &Plot) -> f64,
        change: impl Fn(&mut Plot),
    ) {
        let candidates = self.plots.iter().enumerate().filter(|(_, plot)| wanted(self, plot));
        let mut ranked: Vec<(f64, usize)> = candidates.map(|(at, plot)| (rank(self, plot), at)).collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.iter().take(count).for_each(|&(_, at)| change(&mut self.plots[at]));
    }

    /// The land is what lies nearest to the middle, by a distance that bays and capes disturb; the
    /// sea is what lies nearest after it.
    fn raise_land(&mut self, extent: f64, radius: f64) {
        let octaves =
            [(0.7, 0.16), (0.22, 0.06), (0.06, 0.02)].map(|(apart, reach)| Octave { apart: apart * radius, reach });
        let nearness = move |own: &Self, plot: &Plot| {
            let [x, y] = own.mesh.centre(plot.cell).map(|along| (along - extent / 2.0) / radius);
            own.smooth(For::Coast, 0, &octaves, plot) - (0.8 * x * x + 1.25 * y * y).sqrt()
        };
        let plots = |km2: f64| (km2 * 1e6 / PLOT_M2).round() as usize;
        let (land, sea) = (plots(self.size.land_km2), plots(self.size.sea_km2));
        self.highest(land + sea, |_, _| true, nearness, |plot| plot.used = Use::Sea);
        self.highest(land, |_, plot| plot.used == Use::Sea, nearness, |plot| plot.used = Use::Other);
    }

    fn settle(&mut self) {
        let land = self.land();
        for (which, (used, share)) in (0u64..).zip(USES) {
            let rank = move |own: &Self, plot: &Plot| own.kind(which, plot);
            self.highest(
                (land as f64 * share) as usize,
                |_, plot| plot.used == Use::Other,
                rank,
                |plot| plot.used = used,
            );
        }
    }

    /// How much a plot is like the use of this number.
    fn kind(&self, which: u64, plot: &Plot) -> f64 {
        let words = self.number(For::Kind, plot);
        self.smooth(For::Kind, which, &KINDS, plot) + 0.32 * pair(&[hash(&words), which])[0]
    }

    fn land(&self) -> usize {
        self.plots.iter().filter(|plot| plot.used.is_land()).count()
    }

    fn claim_twice(&mut self) {
        let second: Vec<Option<Theme>> = self.plots.iter().map(|plot| self.second(plot)).collect();
        self.plots.iter_mut().zip(second).for_each(|(plot, second)| plot.second = second);
    }

    fn second(&self, plot: &Plot) -> Option<Theme> {
        if chance(&self.number(For::Second, plot)) >= SECOND {
            return None;
        }
        let others: &[(f64, Theme)] = match plot.used {
            Use::Forest => &[(0.55, Theme::Farmland), (0.85, Theme::UrbanPlan), (1.0, Theme::LandUsePlan)],
            Use::Farmland => &[(0.5, Theme::Forest), (0.85, Theme::UrbanPlan), (1.0, Theme::Water)],
            Use::Water => &[(0.7, Theme::Farmland), (1.0, Theme::UrbanPlan)],
            Use::Town => &[(0.6, Theme::LandUsePlan), (0.85, Theme::Farmland), (1.0, Theme::Forest)],
            Use::Other => &[(0.7, Theme::UrbanPlan), (1.0, Theme::Forest)],
            // Ground to be won from the sea.
            Use::Sea if self.is_coast(plot) => &[(1.0, Theme::LandUsePlan)],
            Use::Sea | Use::Beyond => &[],
        };
        let which = chance(&self.number(For::Which, plot));
        others.iter().find(|(until, _)| which < *until).map(|&(_, theme)| theme)
    }

    fn is_coast(&self, plot: &Plot) -> bool {
        plot.cell.neighbours().into_iter().any(|beside| self.at(beside).is_some_and(|plot| plot.used.is_land()))
    }

    fn at(&self, cell: Cell) -> Option<&Plot> {
        let inside = (0..self.mesh.rows).contains(&cell.row) && (0..self.mesh.columns).contains(&cell.column);
        inside.then(|| &self.plots[(cell.row * self.mesh.columns + cell.column) as usize])
    }

    fn draw_red_line(&mut self) {
        let land = self.land();
        let sea = self.plots.iter().filter(|plot| plot.used == Use::Sea).count();
        let rank = |own: &Self, plot: &Plot| own.smooth(For::Region, 0, &REGIONS, plot);
        let green = |own: &Self, plot: &Plot| match plot.used {
            Use::Forest | Use::Water => true,
            used => used.is_land() && chance(&own.number(For::Takes, plot)) < RED_TAKES,
        };
        self.highest((land as f64 * RED[0]) as usize, green, rank, |plot| plot.red = true);
        let at_sea = |_: &Self, plot: &Plot| plot.used == Use::Sea;
        self.highest((sea as f64 * RED[1]) as usize, at_sea, rank, |plot| plot.red = true);
    }

    /// The boundary holds the towns and some of what is most like towns besides.
    fn bound_towns(&mut self) {
        let land = self.land() as f64;
        let towns = (land * USES[0].1) as usize;
        let rank = |own: &Self, plot: &Plot| own.kind(0, plot);
        let beside = |own: &Self, plot: &Plot| match plot.used {
            Use::Town => true,
            used => used.is_land() && chance(&own.number(For::Takes, plot)) < BOUNDARY_TAKES,
        };
        self.highest(towns + (land * 0.006) as usize, beside, rank, |plot| plot.bounded = true);
    }

    /// Districts around seats that lie as far apart as may be.
    fn divide(&mut self) {
        let octaves = [Octave { apart: 6_000.0, reach: 1_200.0 }];
        let place = |own: &Self, plot: &Plot| {
            let [x, y] = own.mesh.centre(plot.cell);
            let push = field(hash(&[own.size.seed, For::District as u64]), &octaves, [x, y]);
            [x + push[0], y + push[1]]
        };
        let apart = |a: Place, b: Place| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
        let land: Vec<usize> = (0..self.plots.len()).filter(|&at| self.plots[at].used.is_land()).collect();
        let mut nearest = vec![(f64::INFINITY, 0u32); land.len()];
        let mut seat = land.len() / 2;
        for district in 0..self.size.districts {
            let Some(&chosen) = land.get(seat) else { return };
            let from = place(self, &self.plots[chosen]);
            for (near, &at) in nearest.iter_mut().zip(&land) {
                let own = apart(place(self, &self.plots[at]), from);
                if own < near.0 {
                    *near = (own, district);
                }
            }
            let farthest = |a: &usize, b: &usize| nearest[*a].0.total_cmp(&nearest[*b].0).then(b.cmp(a));
            seat = (0..land.len()).max_by(farthest).unwrap_or_default();
        }
        land.iter().zip(nearest).for_each(|(&at, (_, district))| self.plots[at].district = district);
    }

    /// Hands every feature of a plan to `take`, in a fixed order, one at a time.
    ///
    /// # Errors
    /// Whatever `take` returns.
    pub fn each<E>(&self, theme: Theme, mut take: impl FnMut(Parcel) -> Result<(), E>) -> Result<(), E> {
        let hand = Hand { seed: self.size.seed, layer: theme as u32, corner: self.corner, spacing: SPACING_M };
        let claimed = self.plots.iter().filter(|plot| plot.claimed(theme));
        if let Some(group) = self.groups(theme) {
            let mut groups: BTreeMap<Cell, BTreeSet<Cell>> = BTreeMap::new();
            claimed.for_each(|plot| {
                groups.entry(group(plot)).or_default().insert(plot.cell);
            });
            for (number, (group, cells)) in groups.into_iter().enumerate() {
                let ring = |corners: &Vec<_>| hand.ring(&self.mesh, corners);
                let outlines = dissolve(&self.mesh, &cells);
                let polygons = outlines.iter().map(|outline| outline.iter().map(ring).collect()).collect();
                take(Parcel { values: theme.values(number, group.row as u32, self.random(group)), polygons })?;
            }
            return Ok(());
        }
        for (number, plot) in claimed.enumerate() {
            let ring = hand.ring(&self.mesh, &plot.cell.corners());
            let values = theme.values(number, plot.district, self.random(plot.cell));
            take(Parcel { values, polygons: vec![vec![ring]] })?;
        }
        Ok(())
    }

    fn random(&self, cell: Cell) -> [f64; 2] {
        let words = [self.size.seed, For::Value as u64, cell.row as u64, cell.column as u64];
        [0, 1].map(|which| chance(&[hash(&words), which]))
    }

    /// By what the plots of a plan are joined to one feature; not at all if `None`.
    fn groups(&self, theme: Theme) -> Option<Box<Group<'_>>> {
        let count = ((self.size.land_km2 + self.size.sea_km2) * 1e6 / ZONE_M2) as u64 + 4;
        let zones = Mesh::new(hash(&[self.size.seed, For::Zones as u64]), count, ZONE_M2).turned([0.96, 0.28]);
        match theme {
            Theme::Districts => Some(Box::new(|plot| Cell { row: plot.district as i32, column: 0 })),
            Theme::RedLine | Theme::UrbanBoundary | Theme::Sea => {
                Some(Box::new(move |plot| zones.near(self.mesh.centre(plot.cell))))
            }
            _ => None,
        }
    }
}

impl Use {
    fn is_land(self) -> bool {
        !matches!(self, Self::Sea | Self::Beyond)
    }
}

impl Plot {
    fn claimed(&self, theme: Theme) -> bool {
        let own = match theme {
            Theme::Forest => self.used == Use::Forest,
            Theme::Farmland => self.used == Use::Farmland,
            Theme::Water => self.used == Use::Water,
            Theme::UrbanPlan => self.used == Use::Town,
            Theme::LandUsePlan => self.used == Use::Other,
            Theme::Sea => self.used == Use::Sea,
            Theme::RedLine => self.red,
            Theme::UrbanBoundary => self.bounded,
            Theme::Districts => self.used.is_land(),
        };
        own || self.second == Some(theme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn parcels(theme: Theme) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        let Ok(()) = Plots::new(Province::COUNTY).each(theme, |parcel| {
            parcels.push(parcel);
            Ok::<(), Infallible>(())
        });
        parcels
    }

    fn km2(parcels: &[Parcel]) -> f64 {
        let area = |ring: &Ring| {
            let [x, y] = ring[0];
            let cross = |w: &[[f64; 2]]| (w[0][0] - x) * (w[1][1] - y) - (w[1][0] - x) * (w[0][1] - y);
            ring.windows(2).map(cross).sum::<f64>() / 2e6
        };
        parcels.iter().flat_map(|parcel| parcel.polygons.iter().flatten()).map(area).sum()
    }

    #[test]
    fn land_sea_and_red_line_have_the_areas_asked_for() {
        let near = |theme, wanted: f64| {
            let found = km2(&parcels(theme));
            assert!((found / wanted - 1.0).abs() < 0.02, "{theme:?}: {found} km² for {wanted}");
        };
        near(Theme::Districts, 343.0);
        near(Theme::Sea, 237.0);
        near(Theme::RedLine, 343.0 * RED[0] + 237.0 * RED[1]);
        near(Theme::Forest, 343.0 * 0.537);
    }

    #[test]
    fn districts_have_codes_that_no_place_has_and_every_value_has_its_field() {
        let districts = parcels(Theme::Districts);
        let codes: Vec<&str> = districts.iter().map(|parcel| parcel.values[0].as_str()).collect();
        assert_eq!(codes, ["990101", "990102", "990103"]);
        for theme in Theme::ALL {
            let parcels = parcels(theme);
            assert!(parcels.len() > 1, "{theme:?}");
            assert!(parcels.iter().all(|parcel| parcel.values.len() == theme.fields().len()), "{theme:?}");
        }
    }

    #[test]
    fn the_same_province_gives_the_same_coordinates_for_ever() {
        let all = Theme::ALL.into_iter().flat_map(parcels).flat_map(|parcel| parcel.polygons);
        let coordinates = all.flatten().flatten().flatten();
        let mixed = coordinates.fold(0u64, |mixed, x| hash(&[mixed, (x * 1e4).round() as u64]));
        assert_eq!(mixed, 1_764_182_098_673_342_853);
    }
}
