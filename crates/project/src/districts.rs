//! Districts (行政区): what every figure is broken down by, without cutting the blueprint.
//!
//! A district has a code; the first six digits are its county, four its city, two its province.

use crate::api::Problem;
use crate::clip::clip_ring;
use crate::load::{Inputs, Loaded, load_one};
use crate::names::LayerNames;
use crate::outcome::Cut;
use crate::plan::LayerPlan;
use crate::problem::{self, fault};
use crate::progress::Meter;
use crate::provenance::InputFile;
use crate::rounding::Cell;
use geo::{Coord, LineString, Rect};
use lantu_engine::{
    Apportionment, Attributes, Borders, FaceId, Feature, FeatureRef, Layer, PrecisionModel, Share, Stage, Unwatched,
    Watch, apportion, normalise, overlay,
};
use lantu_files::{ArcAreas, Crs};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Fields that hold a district's code, and its name, in the order in which they are looked for.
const CODES: [&str; 5] = ["XZQDM", "QXDM", "code", "adcode", "行政区代码"];
const NAMES: [&str; 4] = ["XZQMC", "QXMC", "name", "行政区名称"];

/// Returns whether a layer of these fields may have districts: one holds codes.
pub(crate) fn has_codes(fields: &[String]) -> bool {
    CODES.iter().any(|code| fields.iter().any(|field| field.eq_ignore_ascii_case(code)))
}

/// The code of what lies in no district.
pub(crate) const NOWHERE: &str = "-";

/// The districts of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistrictPlan {
    /// The file, in QGIS's spelling: `path|layername=NAME|subset=SQL`.
    pub path: String,
    /// The layer within the file, if it has several.
    #[serde(default)]
    pub layername: Option<String>,
    /// The field of the codes; `XZQDM` and its like are found.
    #[serde(default)]
    pub code: Option<String>,
    /// The field of the names; `XZQMC` and its like are found.
    #[serde(default)]
    pub name: Option<String>,
    /// The CRS of the file, if it does not say.
    #[serde(default)]
    pub crs: Option<String>,
    /// The encoding of the file's text, if it does not say.
    #[serde(default)]
    pub encoding: Option<String>,
}

/// A district of the layer: what has one code.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct District {
    /// Its code; empty for what lies in no district.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// How the faces of a cut lie in districts. The last district is the ground outside of all.
#[derive(Clone, Debug)]
pub struct Districts {
    /// The districts in the order of their codes, and one without a code for what is outside.
    pub list: Vec<District>,
    /// The ground of each, wherever layers lie.
    pub(crate) ground: Vec<Cell>,
    /// The ellipsoidal area of each face in m².
    ellipsoid: Vec<f64>,
    /// Ascending by face; none where there are no districts and every face is whole.
    shares: Vec<Part>,
    /// Where each face's shares begin.
    starts: Vec<u32>,
    /// The files they were read from, as they were.
    pub(crate) files: Vec<InputFile>,
    /// The districts around the run, and of each face of theirs the district.
    map: Option<Arc<(Borders, Vec<u32>)>>,
}

/// The part of a face that lies in a district.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    face: FaceId,
    /// The district's index.
    pub district: u32,
    /// Its area.
    pub cell: Cell,
}

impl Districts {
    /// Returns one nameless district that holds everything.
    pub(crate) fn none(cut: &Cut) -> Self {
        let (list, ground) = (vec![District::default()], vec![Cell::default()]);
        let (shares, starts, files) = (Vec::new(), Vec::new(), Vec::new());
        Self { list, ground, ellipsoid: on_ellipsoid(cut), shares, starts, files, map: None }
    }

    /// Reads the districts of a plan and shares a cut's faces out among them.
    ///
    /// # Errors
    /// A problem if the layer cannot be read, has no field of codes, or the work was stopped.
    pub(crate) fn of(plan: &DistrictPlan, inputs: &Inputs, cut: &Cut, meter: &Meter<'_>) -> Result<Self, Problem> {
        let crs = &inputs.crs;
        let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
        let loaded = load_one(&plan.layer(), &names, inputs, meter)?;
        let (codes, titles) = named(plan, &loaded.layer)?;
        let grid = &cut.partition.grid;
        let near = clipped(&loaded.layer, inputs.extent().unwrap_or(loaded.extent), grid.step());
        let normal = normalise(near, grid, meter)?.value;
        let wanted = |face: FaceId| !cut.partition.parents(face).is_empty() || cut.is_conflict(face);
        let apportioned = apportion(&cut.partition, normal, wanted, &OneStage(meter))?;
        let list: Vec<District> = list(&codes, &titles);
        let index: BTreeMap<&str, u32> = list.iter().map(|district| district.code.as_str()).zip(0..).collect();
        let outside = list.len() as u32 - 1;
        let of = |feature: Option<FeatureRef>| {
            feature.and_then(|feature| index.get(codes[feature.0 as usize].as_str())).copied().unwrap_or(outside)
        };
        let ellipsoid = on_ellipsoid(cut);
        let (shares, starts) = shares(&apportioned, crs, &ellipsoid, &of)?;
        let ground = ground(&loaded, crs, grid.step(), list.len(), &of)?;
        let of_face = |face: FaceId| apportioned.map.parents(face).first().map_or(outside, |&first| of(Some(first)));
        let districts = (0..apportioned.map.face_count() as FaceId).map(of_face).collect();
        let map = Some(Arc::new((Borders::of(&apportioned.map, |_, _| true), districts)));
        Ok(Self { list, ground, ellipsoid, shares, starts, files: loaded.files, map })
    }

    /// Returns the parts of a face, which add up to it.
    pub(crate) fn of_face(&self, cut: &Cut, face: FaceId) -> impl Iterator<Item = Part> + '_ {
        let at = face as usize;
        let parts = self.starts.get(at..at + 2).map_or(0..0, |ends| ends[0] as usize..ends[1] as usize);
        let cell = Cell { area2: cut.partition.area2(face), ellipsoid_m2: self.ellipsoid[at] };
        let whole = self.starts.is_empty().then_some(Part { face, district: 0, cell });
        self.shares[parts].iter().copied().chain(whole)
    }

    /// Returns the district at a place or, where that is none, beyond the nearest border within `reach`, in
    /// the plane's units.
    pub(crate) fn at(&self, place: Coord<f64>, reach: f64) -> u32 {
        let outside = self.list.len() as u32 - 1;
        let Some((borders, districts)) = self.map.as_deref() else { return outside };
        let face = borders.face_near(place, reach, |face| districts[face as usize] != outside);
        face.map_or(outside, |face| districts[face as usize])
    }

    /// Returns the district that holds most of some faces; of equals the first.
    pub(crate) fn most_of(&self, cut: &Cut, faces: &[FaceId]) -> u32 {
        let mut sums: BTreeMap<u32, i128> = BTreeMap::new();
        for part in faces.iter().flat_map(|&face| self.of_face(cut, face)) {
            *sums.entry(part.district).or_default() += part.cell.area2;
        }
        let largest = sums.into_iter().max_by_key(|&(district, area2)| (area2, Reverse(district)));
        largest.map_or(self.list.len() as u32 - 1, |(district, _)| district)
    }

    /// Returns whether figures of this code are no sum of several districts'.
    pub(crate) fn is_leaf(&self, code: &str) -> bool {
        let own = code == NOWHERE || self.list.iter().any(|district| district.code == code && !code.is_empty());
        own && !self.list.iter().any(|other| other.code != code && above(&other.code).contains(code))
    }

    /// Returns the codes that figures are given for, the whole first: provinces, cities and counties
    /// above the districts and the districts themselves; each with the districts within.
    pub(crate) fn levels(&self) -> Vec<(District, Vec<u32>)> {
        let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (at, district) in (0..).zip(&self.list) {
            for code in above(&district.code) {
                found.entry(code).or_default().push(at);
            }
        }
        if self.list.len() > 1 {
            found.insert(NOWHERE.to_owned(), vec![self.list.len() as u32 - 1]);
        }
        let name = |code: &str| self.list.iter().find(|known| known.code == code).map(|known| known.name.clone());
        let rolled =
            found.into_iter().map(|(code, within)| (District { name: name(&code).unwrap_or_default(), code }, within));
        let all = (District::default(), (0..self.list.len() as u32).collect());
        std::iter::once(all).chain(rolled).collect()
    }
}

/// Tells of sharing out as one stage: the engine's stages within it are those of a run, which goes on.
struct OneStage<'a, 'b>(&'a Meter<'b>);

impl Watch for OneStage<'_, '_> {
    fn reached(&self, _: Stage, _: f64) {
        self.0.reached("districts", 0.5, "");
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// The codes of what a district lies in, itself included; none for what is outside.
fn above(code: &str) -> BTreeSet<String> {
    let begins = [2, 4, 6].into_iter().filter_map(|length| code.get(..length)).filter(|_| code.len() >= 6);
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    let rolled = begins.filter(|_| digits).map(str::to_owned);
    rolled.chain(Some(code.to_owned()).filter(|code| !code.is_empty())).collect()
}

impl DistrictPlan {
    pub(crate) fn layer(&self) -> LayerPlan {
        let (crs, encoding) = (self.crs.clone(), self.encoding.clone());
        LayerPlan {
            layername: self.layername.clone(),
            crs,
            encoding,
            ..LayerPlan::named("districts", self.path.clone())
        }
    }
}

/// The code and the name of each feature.
fn named(plan: &DistrictPlan, layer: &Layer) -> Result<(Vec<String>, Vec<String>), Problem> {
    let first = layer.features.first().map(|feature| &feature.attributes);
    let fields: Vec<&str> = first.into_iter().flat_map(Attributes::iter).map(|(name, _)| name).collect();
    let found = |own: &Option<String>, usual: &[&str]| {
        let wanted: Vec<&str> = own.as_deref().map_or_else(|| usual.to_vec(), |own| vec![own]);
        let mut there = wanted.iter().filter_map(|name| fields.iter().find(|field| field.eq_ignore_ascii_case(name)));
        there.next().map(|&field| field.to_owned())
    };
    let code = found(&plan.code, &CODES).ok_or_else(|| no_code(&plan.path, &fields))?;
    let text = |field: &str| -> Vec<String> {
        let value = |feature: &Feature| feature.attributes.get(field).map(|value| value.to_text());
        layer.features.iter().map(|feature| value(feature).unwrap_or_default().trim().to_owned()).collect()
    };
    let codes = text(&code);
    let titles = found(&plan.name, &NAMES).map_or_else(|| vec![String::new(); codes.len()], |name| text(&name));
    Ok((codes, titles))
}

fn list(codes: &[String], titles: &[String]) -> Vec<District> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for (code, title) in codes.iter().zip(titles).filter(|(code, _)| !code.is_empty()) {
        names.entry(code).or_insert(title);
    }
    let district = |(code, name): (&str, &str)| District { code: code.to_owned(), name: name.to_owned() };
    names.into_iter().map(district).chain(Some(District::default())).collect()
}

/// The ellipsoidal areas of all faces.
fn on_ellipsoid(cut: &Cut) -> Vec<f64> {
    let owner: Vec<u32> = (0..cut.partition.face_count() as u32).collect();
    cut.arcs.of_groups(&cut.partition, &owner, owner.len())
}

type Shares = (Vec<Part>, Vec<u32>);

/// The shares of each face with their ellipsoidal areas, which add up to the face's too.
fn shares(
    apportioned: &Apportionment,
    crs: &Crs,
    whole: &[f64],
    of: &impl Fn(Option<FeatureRef>) -> u32,
) -> Result<Shares, Problem> {
    let arcs = ArcAreas::of(&apportioned.parts, crs, &|_| true)?;
    let measured = arcs.of_groups(&apportioned.parts, &apportioned.share_of, apportioned.shares.len());
    let part = |(share, &ellipsoid_m2): (&Share, &f64)| {
        let cell = Cell { area2: share.area2, ellipsoid_m2 };
        Part { face: share.face, district: of(share.district), cell }
    };
    let mut shares: Vec<Part> = apportioned.shares.iter().zip(&measured).map(part).collect();
    let mut starts = vec![0u32; whole.len() + 1];
    for of_face in shares.chunk_by_mut(|a, b| a.face == b.face) {
        let face = of_face[0].face as usize;
        starts[face + 1] = of_face.len() as u32;
        let sum: f64 = of_face.iter().map(|part| part.cell.ellipsoid_m2).sum();
        if let Some(largest) = of_face.iter_mut().max_by_key(|part| part.cell.area2) {
            largest.cell.ellipsoid_m2 += whole[face] - sum;
        }
    }
    let mut before = 0;
    for start in &mut starts {
        before += *start;
        *start = before;
    }
    Ok((shares, starts))
}

/// The ground of each district, on a grid that holds all of them whatever the run's can.
fn ground(
    loaded: &Loaded,
    crs: &Crs,
    step: f64,
    count: usize,
    of: &impl Fn(Option<FeatureRef>) -> u32,
) -> Result<Vec<Cell>, Problem> {
    let mut ground = vec![Cell::default(); count];
    let grid = PrecisionModel::coarsened(loaded.extent, step).map_err(|error| problem::fault(&error.to_string()))?;
    // A coarser grid's unit is a whole number of the run's.
    let ratio = (grid.step() / step).round() as i128;
    let normal = normalise(&*loaded.layer, &grid, &Unwatched)?.value;
    let map = &overlay(vec![normal], &grid, &Unwatched)?.value;
    let owner: Vec<u32> = (0..map.face_count() as FaceId)
        .map(|face| map.parents(face).first().map_or(Apportionment::NONE, |&first| of(Some(first))))
        .collect();
    let ellipsoid = ArcAreas::of(map, crs, &|_| true)?.of_groups(map, &owner, count);
    for (cell, ellipsoid_m2) in ground.iter_mut().zip(ellipsoid) {
        cell.ellipsoid_m2 = ellipsoid_m2;
    }
    for face in map.bounded_faces() {
        if let Some(cell) = ground.get_mut(owner[face as usize] as usize) {
            cell.area2 += map.area2(face) * ratio * ratio;
        }
    }
    Ok(ground)
}

/// A layer cut to a box a step around `extent`: districts may reach farther than the run's grid.
fn clipped(layer: &Layer, extent: Rect<f64>, step: f64) -> Layer {
    let (low, high) = (extent.min(), extent.max());
    let sides =
        [(0, 1.0, low.x - step), (0, -1.0, -(high.x + step)), (1, 1.0, low.y - step), (1, -1.0, -(high.y + step))];
    let cut = |ring: &LineString<f64>| {
        let points: Vec<[f64; 2]> = ring.0.iter().map(|at| [at.x, at.y]).collect();
        LineString(clip_ring(&points, &sides).into_iter().map(Coord::from).collect())
    };
    let feature = |feature: &Feature| {
        let polygon = |rings: &Vec<LineString<f64>>| {
            rings.iter().map(cut).filter(|ring: &LineString<f64>| ring.0.len() > 2).collect::<Vec<_>>()
        };
        let polygons = feature.polygons.iter().map(polygon).filter(|rings| !rings.is_empty()).collect();
        Feature { polygons, ..feature.clone() }
    };
    Layer {
        name: layer.name.clone(),
        class: layer.class.clone(),
        features: layer.features.iter().map(feature).collect(),
    }
}

fn no_code(path: &str, fields: &[&str]) -> Problem {
    problem::problem(
        [
            format!("行政区图层 {path} 没有代码字段；现有字段：{}。", fields.join("、")),
            format!("The districts in {path} have no field of codes; the fields are: {}.", fields.join(", ")),
        ],
        ["请在 [districts] 中用 code = \"字段名\" 指明。", "Name it in [districts] as code = \"FIELD\"."],
    )
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn a_code_rolls_up_to_county_city_and_province() {
        let codes = |code: &str| above(code).into_iter().collect::<Vec<_>>();
        assert_eq!(codes("460105001"), ["46", "4601", "460105", "460105001"]);
        assert_eq!(codes("469001"), ["46", "4690", "469001"]);
        assert_eq!(codes("east"), ["east"]);
        assert!(codes("").is_empty());
    }
}
