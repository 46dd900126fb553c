//! Shares the faces of a partition out among districts without cutting the partition.
//!
//! ```text
//! faces far from every district's border   in one district, found once per connected group
//! faces that may meet a border             cut with the districts in an arrangement of their own
//! ```
//!
//! The partition stays as it is, to the last point. In the arrangement beside it, crossings are
//! rounded to the grid, which moves a border by a grid unit; what that does to a face's area is
//! put right in its largest share, so the shares of a face add up to its area exactly.

use crate::attributes::Attributes;
use crate::finding::Finding;
use crate::groups::Groups;
use crate::layer::{ClassId, Feature, Layer};
use crate::normalise::{NormalLayer, normalise};
use crate::overlay::overlay;
use crate::partition::{FaceId, FeatureRef, OUTSIDE, Partition};
use crate::precision::Point;
use crate::watch::{Stage, Steps, Stop, Unwatched, Watch};
use geo::LineString;
use rayon::prelude::*;
use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};
use std::collections::{BTreeMap, BTreeSet};

/// So many segments of a district's border share a box of the index.
const PIECE: usize = 16;

/// The part of a face that lies in a district.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// The face.
    pub face: FaceId,
    /// The district, as a feature of [`Apportionment::map`]; `None` outside of all. Where districts lie
    /// over each other it is the first.
    pub district: Option<FeatureRef>,
    /// Its area, doubled, in square grid units; those of a face add up to the face's.
    pub area2: i128,
}

/// How the faces of a partition lie in districts.
#[derive(Debug)]
pub struct Apportionment {
    /// The districts alone.
    pub map: Partition,
    /// The faces that meet a border, cut with the districts.
    pub parts: Partition,
    /// The shares, ascending by face and district.
    pub shares: Vec<Share>,
    /// Per face of `parts` the share that it belongs to, or [`Apportionment::NONE`].
    pub share_of: Vec<u32>,
    /// What cutting the districts found.
    pub findings: Vec<Finding>,
}

impl Apportionment {
    /// Marks a face of [`Apportionment::parts`] that is in no share.
    pub const NONE: u32 = u32::MAX;
}

/// Returns how the `wanted` faces of a partition lie in the features of a layer of districts, which
/// must have been normalised to the partition's grid.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it, [`Stop::Limit`] where there is too much.
pub fn apportion(
    partition: &Partition,
    districts: NormalLayer,
    wanted: impl Fn(FaceId) -> bool + Sync,
    watch: &dyn Watch,
) -> Result<Apportionment, Stop> {
    let map = overlay(vec![districts.clone()], &partition.grid, &Unwatched)?;
    let steps = Steps::new(watch, Stage::Compose, 0.0..1.0, partition.arc_count());
    let near = near_borders(partition, &map.value, &wanted);
    let far = |face: FaceId| face != OUTSIDE && wanted(face) && !near[face as usize];
    let mut shares = whole(partition, &map.value, far, &steps)?;
    let cut: Vec<FaceId> = partition.bounded_faces().filter(|&face| near[face as usize]).collect();
    let parts = overlay(vec![faces_layer(partition, &cut)?, districts], &partition.grid, watch)?.value;
    let (mut sums, share_key) = sums(&parts);
    // A face so thin that the arrangement kept nothing of it lies where its corner does.
    let kept: BTreeSet<FaceId> = sums.keys().map(|&(face, _)| face).collect();
    let lost = cut.iter().filter(|face| !kept.contains(face));
    sums.extend(lost.map(|&face| ((face, district_at_corner(partition, &map.value, face)), 0)));
    shares.extend(balanced(partition, sums));
    shares.sort_unstable_by_key(|share| (share.face, share.district));
    let index: BTreeMap<Key, u32> = shares.iter().map(|share| (share.face, share.district)).zip(0..).collect();
    let share_of =
        share_key.iter().map(|key| key.and_then(|key| index.get(&key)).copied().unwrap_or(Apportionment::NONE));
    Ok(Apportionment { share_of: share_of.collect(), map: map.value, parts, shares, findings: map.findings })
}

type Key = (FaceId, Option<FeatureRef>);

/// Whether each wanted face's box meets a border of the districts.
fn near_borders(partition: &Partition, map: &Partition, wanted: &(impl Fn(FaceId) -> bool + Sync)) -> Vec<bool> {
    let corner = |p: Point| [i64::from(p.x), i64::from(p.y)];
    let pieces = (0..map.arc_count() as u32).flat_map(|arc| {
        let points = map.arc_points(arc);
        (0..points.len() - 1).step_by(PIECE).map(|from| &points[from..(from + PIECE + 1).min(points.len())])
    });
    let boxes = pieces.map(|piece| {
        let (mut low, mut high) = (corner(piece[0]), corner(piece[0]));
        for at in piece.iter().map(|&p| corner(p)) {
            (low, high) = ([low[0].min(at[0]), low[1].min(at[1])], [high[0].max(at[0]), high[1].max(at[1])]);
        }
        Rectangle::from_corners(low, high)
    });
    let borders = RTree::bulk_load(boxes.collect());
    let near = |face: FaceId| {
        let (low, high) = partition.bounds(face);
        let around = AABB::from_corners(corner(low), corner(high));
        borders.locate_in_envelope_intersecting(around).next().is_some()
    };
    let all = 0..partition.face_count() as FaceId;
    all.into_par_iter().map(|face| face != OUTSIDE && wanted(face) && near(face)).collect()
}

/// The shares of faces that no border comes near: neighbours among them lie in the same district.
fn whole(
    partition: &Partition,
    map: &Partition,
    takes_part: impl Fn(FaceId) -> bool,
    steps: &Steps<'_>,
) -> Result<Vec<Share>, Stop> {
    let groups = Groups::of(partition, takes_part, |_, _| true, steps)?;
    let of_group = |group: usize| {
        let faces = groups.faces(group);
        let district = faces.first().and_then(|&face| district_at_corner(partition, map, face));
        let share = move |&face: &FaceId| Share { face, district, area2: partition.area2(face) };
        faces.iter().map(share).collect::<Vec<_>>()
    };
    Ok((0..groups.len()).into_par_iter().flat_map_iter(of_group).collect())
}

fn district_at_corner(partition: &Partition, map: &Partition, face: FaceId) -> Option<FeatureRef> {
    let place = map.face_at(partition.corner(face)?)?;
    map.parents(place).first().copied()
}

/// Some faces as a layer on the grid that they lie on already; named after the districts' features,
/// which therefore come first.
fn faces_layer(partition: &Partition, faces: &[FaceId]) -> Result<NormalLayer, Stop> {
    let ring = |ring: &Vec<Point>| LineString(ring.iter().map(|&point| partition.grid.locate(point)).collect());
    let feature = |&face: &FaceId| {
        let polygons = partition.polygons(&[face], |other| other == face);
        Feature {
            fid: i64::from(face),
            class: None,
            attributes: Attributes::default(),
            polygons: polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect(),
        }
    };
    let features = faces.par_iter().map(feature).collect();
    let layer = Layer { name: FACES.into(), class: ClassId::new(FACES), features };
    Ok(normalise(layer, &partition.grid, &Unwatched)?.value)
}

/// No layer of districts may be called so: its sort of name comes from no planner.
const FACES: &str = "\u{10ffff}faces";

/// Adds the arrangement's faces up by face and district; also which sum each of them went into.
fn sums(parts: &Partition) -> (BTreeMap<Key, i128>, Vec<Option<Key>>) {
    let mut sums: BTreeMap<Key, i128> = BTreeMap::new();
    let mut key_of = vec![None; parts.face_count()];
    for part in parts.bounded_faces() {
        let is_face = |parent: &&FeatureRef| &*parts.layer_of(**parent).name == FACES;
        let parents = parts.parents(part);
        let district = parents.iter().find(|parent| !is_face(parent)).copied();
        if let Some(face) = parents.iter().find(is_face) {
            let key = (parts.feature(*face).fid as FaceId, district);
            *sums.entry(key).or_default() += parts.area2(part);
            key_of[part as usize] = Some(key);
        }
    }
    (sums, key_of)
}

/// Puts what rounding did to a face's area right in its largest share.
fn balanced(partition: &Partition, sums: BTreeMap<Key, i128>) -> Vec<Share> {
    let share = |((face, district), area2)| Share { face, district, area2 };
    let mut shares: Vec<Share> = sums.into_iter().map(share).collect();
    for of_face in shares.chunk_by_mut(|a, b| a.face == b.face) {
        let sum: i128 = of_face.iter().map(|share| share.area2).sum();
        if let Some(largest) = of_face.iter_mut().max_by_key(|share| share.area2) {
            largest.area2 += partition.area2(largest.face) - sum;
        }
    }
    shares
}
