//! A country and how its layers draw it.

use crate::dissolve::dissolve;
use crate::hand::{Hand, Ring, pond, rounded};
use crate::mesh::{Cell, Corner, Mesh, Place};
use crate::noise::{Octave, chance, field, hash, pair};
use crate::size::Size;
use std::collections::{BTreeMap, BTreeSet};

/// One feature of a layer.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// Its number in the layer, from 0.
    pub number: i32,
    /// Three digits that stand for a kind of land.
    pub code: i32,
    /// Polygons of an outer ring and holes.
    pub polygons: Vec<Vec<Ring>>,
}

impl Shape {
    /// Returns how many vertices it has, closing points counted.
    pub fn vertices(&self) -> usize {
        self.polygons.iter().flatten().map(Vec::len).sum()
    }
}

/// The country of a size.
#[derive(Clone, Debug)]
pub struct Ground {
    size: Size,
    cells: Mesh,
    districts: Mesh,
    /// Middles of the porous zones.
    zones: Vec<Place>,
    zone_radius: f64,
}

const CELL_M2: f64 = 39_000.0;
const DISTRICT_M2: f64 = 1.0e6;
/// Between neighbouring points of a border.
const SPACING_M: f64 = 12.0;
/// The lower left corner in EPSG:4546.
const CORNER: Place = [350_000.0, 2_010_000.0];
/// Drawn beside itself.
const BESIDE: Place = [-22.6172, 25.9043];
/// How much of the country lies in zones, and how many cells of the last layer make a zone.
const ZONED: f64 = 0.08;
const ZONE_CELLS: f64 = 6_000.0;
/// How much of a zone belongs to the last layer.
const ZONE_SHARE: f64 = 0.6;

/// Which kinds of land lie where.
const KINDS: [Octave; 2] = [Octave { apart: 4_500.0, reach: 0.8 }, Octave { apart: 1_200.0, reach: 0.7 }];

/// What a random number is for.
#[derive(Clone, Copy)]
enum For {
    Owner = 1,
    Second,
    Kind,
    // Between them are those of the hand that draws.
    Pond = 10,
    Parts,
    Again,
    District,
    Code,
    Cells,
    Districts,
}

impl Ground {
    /// Returns the country of a size.
    pub fn new(size: Size) -> Self {
        let count = size.all_cells();
        let extent = (count as f64 * CELL_M2).sqrt();
        let mesh = |purpose, count, area| Mesh::new(hash(&[size.seed, purpose as u64]), count, area);
        let districts = mesh(For::Districts, ((extent * extent / DISTRICT_M2) as u64).max(40), DISTRICT_M2);
        let (zones, zone_radius) = zones(size, extent);
        Self {
            size,
            cells: mesh(For::Cells, count, CELL_M2),
            districts: districts.turned([0.96, 0.28]),
            zones,
            zone_radius,
        }
    }

    /// Hands every feature of a layer to `take`, in a fixed order, one at a time.
    ///
    /// # Errors
    /// Whatever `take` returns.
    pub fn layer<E>(&self, layer: u32, mut take: impl FnMut(Shape) -> Result<(), E>) -> Result<(), E> {
        let drawing = Drawing { ground: self, layer, hand: self.hand(layer) };
        let mut number = 0;
        let mut hand_over = |cell: Cell, polygons: Vec<Vec<Ring>>| {
            let code = 100 + (chance(&self.words(For::Code, cell, layer)) * 900.0) as i32;
            number += 1;
            take(Shape { number: number - 1, code, polygons })
        };
        let partners = drawing.partners();
        for cell in drawing.plain_cells() {
            let polygons = match partners.get(&cell) {
                Some(None) => continue,
                Some(&Some(partner)) => vec![drawing.cell(cell), drawing.cell(partner)],
                None => vec![drawing.cell_with_pond(cell)],
            };
            let again = chance(&self.words(For::Again, cell, layer)) < 0.002;
            let copy = again.then(|| moved(&polygons));
            hand_over(cell, polygons)?;
            if let Some(copy) = copy {
                hand_over(cell, copy)?;
            }
        }
        for zone in drawing.zones() {
            let Some(&first) = zone.first() else { continue };
            hand_over(first, drawing.outline(&zone))?;
        }
        for district in drawing.districts() {
            hand_over(district, vec![vec![drawing.hand.ring(&self.districts, &district.corners())]])?;
        }
        Ok(())
    }

    fn hand(&self, layer: u32) -> Hand {
        Hand { seed: self.size.seed, layer, corner: CORNER, spacing: SPACING_M }
    }

    fn words(&self, purpose: For, cell: Cell, layer: u32) -> [u64; 5] {
        [self.size.seed, purpose as u64, cell.row as u64, cell.column as u64, layer.into()]
    }

    /// The layer that a cell belongs to.
    fn owner(&self, cell: Cell) -> Option<u32> {
        if chance(&self.words(For::Owner, cell, 0)) < 0.015 {
            return None;
        }
        let centre = self.cells.centre(cell);
        let zone = self.zone_of(centre);
        let strength = |layer: u32| {
            let seed = hash(&[self.size.seed, For::Kind as u64, layer.into()]);
            // The last layer's zones hold together, but not so closely that they have no holes.
            let last = if layer + 1 < self.size.layers {
                0.0
            } else if zone.is_some() {
                0.5
            } else {
                0.08
            };
            field(seed, &KINDS, centre)[0] + pair(&self.words(For::Kind, cell, layer))[0] + last
        };
        (0..self.size.layers)
            .map(|layer| (strength(layer), layer))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|best| best.1)
    }

    /// Whether a layer claims a cell, as its owner or beside it.
    fn claims(&self, cell: Cell, layer: u32) -> bool {
        let Some(owner) = self.owner(cell) else { return false };
        if owner == layer {
            return true;
        }
        let second = hash(&self.words(For::Second, cell, 1)) % u64::from(self.size.layers - 1);
        chance(&self.words(For::Second, cell, 0)) < 0.04 && (owner + 1 + second as u32) % self.size.layers == layer
    }

    fn is_district(&self, district: Cell) -> bool {
        let inside =
            (0..self.districts.rows).contains(&district.row) && (0..self.districts.columns).contains(&district.column);
        inside && chance(&self.words(For::District, district, 0)) < 0.03
    }

    fn zone_of(&self, place: Place) -> Option<usize> {
        let near = |middle: &Place| (middle[0] - place[0]).powi(2) + (middle[1] - place[1]).powi(2);
        self.zones.iter().position(|middle| near(middle) < self.zone_radius * self.zone_radius)
    }
}

/// Middles and radius of the zones: spread in columns over the country, one zone in each part.
fn zones(size: Size, extent: f64) -> (Vec<Place>, f64) {
    let count = (f64::from(size.cells * size.layers) * ZONED * ZONE_SHARE / ZONE_CELLS).round().max(1.0);
    let radius = extent * (ZONED / count / std::f64::consts::PI).sqrt();
    let columns = count.sqrt().ceil();
    let rows = (count / columns).ceil();
    let middle = |k: f64| [(k % columns + 0.5) / columns * extent, ((k / columns).floor() + 0.5) / rows * extent];
    ((0..count as u32).map(|k| middle(k.into())).collect(), radius)
}

fn moved(polygons: &[Vec<Ring>]) -> Vec<Vec<Ring>> {
    let point = |&[x, y]: &[f64; 2]| [rounded(x + BESIDE[0]), rounded(y + BESIDE[1])];
    let ring = |ring: &Ring| ring.iter().map(point).collect();
    polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()
}

/// A layer at its drawing table.
struct Drawing<'a> {
    ground: &'a Ground,
    layer: u32,
    hand: Hand,
}

impl Drawing<'_> {
    fn is_last(&self) -> bool {
        self.layer + 1 == self.ground.size.layers
    }

    /// The cells that the layer draws each for itself.
    fn plain_cells(&self) -> impl Iterator<Item = Cell> + '_ {
        let ground = self.ground;
        let taken = move |cell: Cell| {
            let centre = ground.cells.centre(cell);
            self.is_last() && (ground.zone_of(centre).is_some() || self.is_built_over(centre))
        };
        ground.cells.cells().filter(move |&cell| ground.claims(cell, self.layer) && !taken(cell))
    }

    fn is_built_over(&self, place: Place) -> bool {
        let (ground, near) = (self.ground, self.ground.districts.near(place));
        let around = near.neighbours().into_iter().chain([near]);
        around.into_iter().any(|district| ground.is_district(district) && ground.districts.contains(district, place))
    }

    /// One cell in a hundred is drawn together with another far away: the first of both names its
    /// partner, the second nobody.
    fn partners(&self) -> BTreeMap<Cell, Option<Cell>> {
        let words = |cell| self.ground.words(For::Parts, cell, self.layer);
        let chosen: Vec<Cell> = self.plain_cells().filter(|&cell| chance(&words(cell)) < 0.01).collect();
        let half = chosen.len() / 2;
        (0..half).flat_map(|k| [(chosen[k], Some(chosen[k + half])), (chosen[k + half], None)]).collect()
    }

    /// The cells of each zone that have not been built over.
    fn zones(&self) -> Vec<BTreeSet<Cell>> {
        let ground = self.ground;
        let mut zones = vec![BTreeSet::new(); if self.is_last() { ground.zones.len() } else { 0 }];
        if zones.is_empty() {
            return zones;
        }
        for cell in ground.cells.cells() {
            let centre = ground.cells.centre(cell);
            let Some(zone) = ground.zone_of(centre) else { continue };
            if ground.claims(cell, self.layer) && !self.is_built_over(centre) {
                zones[zone].insert(cell);
            }
        }
        zones
    }

    fn districts(&self) -> impl Iterator<Item = Cell> + '_ {
        let ground = self.ground;
        ground.districts.cells().filter(move |&district| self.is_last() && ground.is_district(district))
    }

    fn outline(&self, cells: &BTreeSet<Cell>) -> Vec<Vec<Ring>> {
        let mesh = &self.ground.cells;
        let rings = |outline: Vec<Vec<Corner>>| outline.iter().map(|corners| self.hand.ring(mesh, corners)).collect();
        dissolve(mesh, cells).into_iter().map(rings).collect()
    }

    fn cell(&self, cell: Cell) -> Vec<Ring> {
        vec![self.hand.ring(&self.ground.cells, &cell.corners())]
    }

    fn cell_with_pond(&self, cell: Cell) -> Vec<Ring> {
        let mut rings = self.cell(cell);
        let words = self.ground.words(For::Pond, cell, self.layer);
        if chance(&words) < 0.02 {
            let [size, push] = pair(&[words[0], hash(&words)]);
            let [x, y] = self.ground.cells.centre(cell);
            rings.push(pond(self.hand.drawn_at([x + 20.0 * push, y], 0).0, 11.0 + 5.0 * size));
        }
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const TOWN: Size = Size { name: "town", cells: 1_500, layers: 3, seed: 7 };

    fn shapes(layer: u32) -> Vec<Shape> {
        shapes_of(TOWN, layer)
    }

    fn shapes_of(size: Size, layer: u32) -> Vec<Shape> {
        let mut shapes = Vec::new();
        let Ok(()) = Ground::new(size).layer(layer, |shape| {
            shapes.push(shape);
            Ok::<(), Infallible>(())
        });
        shapes
    }

    fn area(ring: &Ring) -> f64 {
        let base = ring[0];
        let at = |p: [f64; 2]| [p[0] - base[0], p[1] - base[1]];
        ring.windows(2).map(|w| (at(w[0]), at(w[1]))).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>() / 2.0
    }

    #[test]
    fn the_same_size_gives_the_same_coordinates_for_ever() {
        let coordinates = (0..3).flat_map(shapes).flat_map(|shape| shape.polygons).flatten().flatten().flatten();
        let mixed = coordinates.fold(0u64, |mixed, x| hash(&[mixed, (x * 1e4).round() as u64]));
        assert_eq!(mixed, 6_672_406_182_415_972_222);
    }

    #[test]
    fn polygons_have_some_60_points_and_enclose_what_their_rings_say() {
        let all: Vec<Shape> = (0..2).flat_map(shapes).collect();
        let points: usize = all.iter().map(Shape::vertices).sum();
        assert!((50..70).contains(&(points / all.len())), "{} points a polygon", points / all.len());
        for rings in all.iter().flat_map(|shape| &shape.polygons) {
            assert!(rings.iter().all(|ring| ring.first() == ring.last()));
            assert!(area(&rings[0]) > 5_000.0);
            assert!(rings[1..].iter().all(|hole| (-900.0..-90.0).contains(&area(hole))));
        }
        let mean = all.iter().flat_map(|shape| &shape.polygons).map(|rings| area(&rings[0])).sum::<f64>()
            / all.iter().map(|shape| shape.polygons.len()).sum::<usize>() as f64;
        assert!((mean / CELL_M2 - 1.0).abs() < 0.02, "{mean}");
    }

    #[test]
    fn a_quarter_of_the_country_is_copied_and_elsewhere_layers_differ_by_at_most_five_metres_and_a_half() {
        let ground = Ground::new(Size::ALL[2]);
        let (mut copied, mut count, mut farthest) = (0, 0, 0.0f64);
        for k in 0..20_000u64 {
            let place = pair(&[k, 1]).map(|part| (part + 1.0) * 90_000.0);
            let ([ax, ay], exact) = ground.hand(0).drawn_at(place, k);
            let ([bx, by], _) = ground.hand(1).drawn_at(place, k);
            let apart = ((ax - bx).powi(2) + (ay - by).powi(2)).sqrt();
            assert!(!exact || apart == 0.0);
            count += 1;
            copied += i32::from(exact);
            farthest = farthest.max(apart);
        }
        let share = f64::from(copied) / f64::from(count);
        assert!((0.22..0.28).contains(&share), "{share}");
        assert!((3.0..8.0).contains(&farthest), "{farthest}");
    }

    #[test]
    fn the_last_layer_has_zones_with_holes_and_districts() {
        let last = shapes_of(Size::ALL[0], 2);
        let zone = last.iter().max_by_key(|shape| shape.vertices()).unwrap();
        let holes: usize = zone.polygons.iter().map(|rings| rings.len() - 1).sum();
        assert!(holes > 20 && zone.vertices() > 10_000, "a porous zone: {holes} holes");
        let district = |shape: &&Shape| shape.polygons.len() == 1 && area(&shape.polygons[0][0]) > 500_000.0;
        assert!(last.iter().filter(|shape| shape.vertices() < 600).any(|shape| district(&shape)));
        assert!(shapes(0).iter().any(|shape| shape.polygons.len() == 2), "a feature of two parts");
        assert!(shapes(0).iter().any(|shape| shape.polygons[0].len() == 2), "a pond");
    }
}
