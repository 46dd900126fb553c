//! Reads the layers of a plan into the project's plane.

use crate::api::Problem;
use crate::classes::Classes;
use crate::codes::{CodeField, CodeSystem, Codes};
use crate::counties;
use crate::names::LayerNames;
use crate::outcome::COARSEST_M;
use crate::plan::{LayerPlan, Plan};
use crate::problem;
use crate::progress::Meter;
use crate::provenance::{self, InputFile};
use crate::room;
use geo::{Coord, LineString, Rect};
use lantu_engine::{ClassId, Depot, Feature, Finding, FindingCode, Layer, PrecisionModel, Rounded, Rounding, RuleSet};
use lantu_files::{
    Crs, FileError, LayerRequest, TextEncoding, choose_crs, drawn_area, read_layer, read_layer_into, read_lines,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A layer as it was read, and where from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The layer in the project's plane.
    pub layer: Arc<Layer>,
    /// Its source in QGIS's spelling.
    pub source: String,
    /// The file's own CRS.
    pub file_crs: String,
    /// How the file's text is encoded.
    pub encoding: TextEncoding,
    /// Why the layer has its class: Chinese, English.
    pub class_because: [String; 2],
    /// The smallest box around it.
    pub extent: Rect<f64>,
    /// The files it was read from, as they were.
    pub files: Vec<InputFile>,
    /// What reading found.
    pub findings: Vec<Finding>,
    /// How often each of it occurs.
    pub counts: BTreeMap<FindingCode, u32>,
    /// The classes that its features name.
    pub classes: BTreeSet<ClassId>,
    /// The planar area of its features as drawn, in the plane's square units.
    pub area: f64,
    /// The system of the codes in its class field, where it was recognised and not told.
    pub codes: Option<CodeField>,
}

/// The classes that features name, each once. Few classes, many features.
fn distinct(features: &[Feature]) -> BTreeSet<ClassId> {
    let some = |features: &[Feature]| features.iter().filter_map(|feature| feature.class.as_ref()).cloned().collect();
    let sets = features.par_chunks(1 << 14).map(some);
    sets.reduce(HashSet::<ClassId>::new, |all, some| &all | &some).into_iter().collect()
}

/// Everything that a run works on.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The CRS of the plane.
    pub crs: Crs,
    /// The layers, in the order of the plan.
    pub layers: Vec<Loaded>,
    /// The tables of classes.
    pub tables: Arc<Classes>,
    /// Whether the plan names districts.
    pub has_districts: bool,
    /// The lines of the plan's coastline.
    pub coastline: Option<Arc<Vec<LineString<f64>>>>,
}

/// Reads all layers of a plan.
///
/// # Errors
/// Whatever keeps a layer from being read, with the file's name.
pub fn load(plan: &Plan, names: &LayerNames, meter: &Meter<'_>) -> Result<Inputs, Problem> {
    load_as(plan, names, meter, None).map(|(inputs, _)| inputs)
}

/// How layers are rounded while they are read.
#[derive(Clone, Copy)]
pub(crate) struct Rounds<'a> {
    /// Layers of which somebody will ask for the rings as drawn.
    pub drawn: &'a BTreeSet<String>,
    /// Where points and rows go that memory is too small for.
    pub depot: Option<&'a dyn Depot>,
}

/// As [`load`], for a run that asks for no rings as drawn: layers are rounded while they are read and keep
/// their rows alone. Where the grid turns out coarser than was expected, they are read again for that one;
/// where none can be taken or a layer fits none, they are read again and keep all.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_rounded(
    plan: &Plan,
    names: &LayerNames,
    meter: &Meter<'_>,
    rounds: Rounds<'_>,
) -> Result<(Inputs, Vec<Option<Rounded>>), Problem> {
    let mut step_m = plan.step();
    loop {
        let (inputs, rounded) = load_as(plan, names, meter, Some((rounds, step_m)))?;
        let unit = inputs.crs.metres_per_unit();
        let grid = inputs.extent().and_then(|extent| PrecisionModel::coarsened(extent, plan.step() / unit).ok());
        if grid.is_some_and(|grid| rounded.iter().flatten().all(|rounded| rounded.fits(&grid))) {
            return Ok((inputs, rounded));
        }
        drop((inputs, rounded));
        match grid.map(|grid| grid.step() * unit) {
            // Steps are decimals: nothing between them comes from rounding alone.
            Some(coarser) if step_m * 1.5 < coarser && coarser < COARSEST_M * 1.5 => step_m = coarser,
            _ => return load_as(plan, names, meter, None),
        }
    }
}

fn load_as(
    plan: &Plan,
    names: &LayerNames,
    meter: &Meter<'_>,
    rounds: Option<(Rounds<'_>, f64)>,
) -> Result<(Inputs, Vec<Option<Rounded>>), Problem> {
    plan.check()?;
    let requests: Vec<LayerRequest> = plan.layers.iter().map(|layer| layer.request(names)).collect::<Result<_, _>>()?;
    if requests.is_empty() {
        return Err(problem::nothing_there(
            ["没有任何图层。", "There is no layer."],
            ["请至少给出一个图层。", "Give at least one layer."],
        ));
    }
    let crs = match &plan.crs {
        Some(text) => Crs::parse(text)?,
        None => chosen(&requests)?,
    };
    in_metres(&crs)?;
    let tables = Arc::new(Classes::of(&plan.classes)?);
    let parts = Mutex::new(vec![0.0; requests.len()]);
    let reached = |at: usize, part: f64| {
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts[at] = part;
        parts.iter().sum::<f64>() / parts.len() as f64
    };
    let read = |(at, request): (usize, &LayerRequest)| {
        let within = Within { names, crs: &crs, tables: &tables };
        let rounds =
            rounds.filter(|(rounds, _)| !counties::is_asked_for(request) && !rounds.drawn.contains(&request.name));
        let mut rounding = rounds.map(|(rounds, step_m)| {
            let step = step_m / crs.metres_per_unit();
            Rounding::new(&request.name, step, room::most_vertices(&request.source), rounds.depot)
        });
        let watch = |part: f64| meter.reached("read", reached(at, part), &request.name);
        let loaded = read_one(request, &plan.layers[at], &within, rounding.as_mut(), &watch)?;
        Ok((loaded, rounding.map(Rounding::end).transpose()?))
    };
    let layers: Vec<Result<_, Problem>> = requests.par_iter().enumerate().map(read).collect();
    // What is wrong with the first layer is said first, whichever thread was quicker.
    let (layers, rounded) = layers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let coastline = plan.balance.shoreline.as_ref().map(|shoreline| {
        let request = shoreline.layer().request(names)?;
        let lines = read_lines(&request, &crs, &|_| meter.reached("read", 1.0, &request.name))?;
        Ok::<_, Problem>(Arc::new(lines))
    });
    let (coastline, has_districts) = (coastline.transpose()?, plan.districts.is_some());
    Ok((Inputs { layers, crs, tables, has_districts, coastline }, rounded))
}

/// The CRS by the place of the layers that are files, else the one that a layer's project names.
fn chosen(requests: &[LayerRequest]) -> Result<Crs, Problem> {
    let files: Vec<LayerRequest> =
        requests.iter().filter(|request| !counties::is_asked_for(request)).cloned().collect();
    if !files.is_empty() {
        return choose_crs(&files).map_err(|error| nowhere(&files, error));
    }
    for request in requests {
        if let Some(text) = counties::crs_of(request)? {
            return Ok(Crs::parse(&text)?);
        }
    }
    Err(problem::problem(
        [
            "项目只由下级项目组成，其中没有一个写明坐标系。",
            "The project is made of projects alone, and none of them names its CRS.",
        ]
        .map(str::to_owned),
        ["请在项目文件中写明 crs。", "Write crs into the project file."],
    ))
}

/// Areas, widths and tolerances are in metres: the plane must be, too. Layers may be in anything.
fn in_metres(crs: &Crs) -> Result<(), Problem> {
    if !crs.is_geographic() && (crs.metres_per_unit() - 1.0).abs() < 1e-9 {
        return Ok(());
    }
    let message = [
        format!("{crs} 不能作为项目的坐标系：它的单位不是米。"),
        format!("{crs} cannot be the project's CRS: its unit is not the metre."),
    ];
    let hint = [
        "请选择以米为单位的投影坐标系，例如 EPSG:4546；图层本身可以是任何坐标系。",
        "Choose a projected CRS in metres, for example EPSG:4546; the layers themselves may be in any.",
    ];
    Err(problem::problem(message, hint))
}

/// Says why no layer has a place, as reading the first would say it.
fn nowhere(requests: &[LayerRequest], error: FileError) -> Problem {
    let Some(first) = requests.first().filter(|_| matches!(error, FileError::Empty { .. })) else {
        return error.into();
    };
    let read = Crs::lonlat().and_then(|plane| read_layer(first, &plane, &|_| true));
    read.err().unwrap_or(error).into()
}

/// Reads one more layer, beside others, into their plane.
///
/// # Errors
/// As [`load`].
pub fn load_one(plan: &LayerPlan, names: &LayerNames, beside: &Inputs, meter: &Meter<'_>) -> Result<Loaded, Problem> {
    let within = Within { names, crs: &beside.crs, tables: &beside.tables };
    read_one(&plan.request(names)?, plan, &within, None, &|part| meter.reached("read", part, &plan.name))
}

/// What a layer is read into, and what its names and codes are told by.
struct Within<'a> {
    names: &'a LayerNames,
    crs: &'a Crs,
    tables: &'a Classes,
}

fn read_one(
    request: &LayerRequest,
    plan: &LayerPlan,
    within: &Within<'_>,
    mut rounding: Option<&mut Rounding<'_>>,
    watch: &(dyn Fn(f64) -> bool + Sync),
) -> Result<Loaded, Problem> {
    let made = counties::made(request, watch)?;
    // The hash of a large file takes as long as a good part of reading it.
    let hashed = made.is_none() && !request.source.is_database();
    let given_up = AtomicBool::new(false);
    let mut stopped = None;
    let mut take = |features: &mut [Feature]| {
        let rounded = rounding.as_mut().map_or(Ok(()), |rounding| rounding.add(features));
        rounded.map_err(|stop| {
            stopped = Some(stop);
            FileError::Cancelled { path: request.source.path.clone() }
        })
    };
    let (read, files) = rayon::join(
        || {
            let from = made.as_ref().map_or(request, |made| &made.request);
            let read = read_layer_into(from, within.crs, watch, &mut take);
            given_up.store(read.is_err(), Ordering::Relaxed);
            read
        },
        || hashed.then(|| provenance::files_of(&request.source.path, &|| !given_up.load(Ordering::Relaxed))),
    );
    if let Some(stop) = stopped {
        return Err(stop.into());
    }
    let mut read = read?;
    let files = match (read.value.content.take(), &made, files) {
        (Some(content), ..) => vec![InputFile::of_database(&request.source.to_string(), content)],
        (None, Some(made), _) => made.files.clone(),
        (None, None, files) => files.unwrap_or_else(|| provenance::files_of(&request.source.path, &|| true))?,
    };
    let class_because = match &made {
        None => settle_class(&mut read.value.layer, plan, within.names),
        Some(_) => {
            counties::with_designations(&mut read.value.layer);
            ["下级项目的蓝图：每块有自己的类别", "the blueprint of a project: each patch has its class"]
                .map(str::to_owned)
        }
    };
    let codes = match &made {
        None => settle_codes(&mut read.value.layer, plan, within.tables, &mut read.findings)?,
        // A blueprint's classes are those of planning.
        Some(_) => None,
    };
    let area = match &made {
        None => read.value.area,
        // What its patches are designated besides was not read with them.
        Some(_) => drawn_area(&read.value.layer.features),
    };
    let (classes, mut counts) = (distinct(&read.value.layer.features), BTreeMap::new());
    read.findings.iter().for_each(|finding| *counts.entry(finding.code).or_default() += 1);
    Ok(Loaded {
        classes,
        counts,
        layer: Arc::new(read.value.layer),
        source: request.source.to_string(),
        file_crs: read.value.file_crs,
        encoding: read.value.encoding,
        class_because,
        extent: read.value.extent,
        files,
        findings: read.findings,
        area,
        codes,
    })
}

/// Reads survey codes as the planning codes that they mean, whether the plan says that they are such or
/// the field and its codes do; returns what was recognised where the plan does not say.
fn settle_codes(
    layer: &mut Layer,
    plan: &LayerPlan,
    tables: &Classes,
    findings: &mut Vec<Finding>,
) -> Result<Option<CodeField>, Problem> {
    let Some(field) = plan.class_field.as_deref().filter(|_| plan.codes != Some(CodeSystem::Planning)) else {
        return Ok(None);
    };
    let codes = Codes::of(tables)?;
    if plan.codes.is_some() {
        codes.translate(layer);
        return Ok(None);
    }
    let told = codes.system_of(field, layer.features.iter().filter_map(|row| row.class.as_ref()).map(ClassId::as_str));
    match told.as_ref().map(|told| told.system) {
        Some(Some(CodeSystem::Survey)) => {
            codes.translate(layer);
            findings.push(Finding::of_layer(FindingCode::SurveyCodes, &layer.name));
        }
        Some(None) => findings.push(Finding::of_layer(FindingCode::UndecidedCodes, &layer.name)),
        Some(Some(CodeSystem::Planning)) | None => {}
    }
    Ok(told)
}

/// Gives a layer of which neither plan nor name tells the class that which its fields tell; returns why
/// it has its class.
fn settle_class(layer: &mut Layer, plan: &LayerPlan, names: &LayerNames) -> [String; 2] {
    if plan.class.is_some() {
        return ["项目中指定".to_owned(), "given in the project".to_owned()];
    }
    let fields: Vec<String> = fields(layer).iter().map(ToString::to_string).collect();
    match names.recognise(&plan.name, &plan.path, &fields) {
        Some(known) => {
            layer.class = known.class;
            known.because
        }
        None => ["未能识别，以图层名为类别".to_owned(), "not recognised: the layer's name is its class".to_owned()],
    }
}

/// Returns the names of a layer's fields, in the file's order.
pub(crate) fn fields(layer: &Layer) -> &[Box<str>] {
    layer.features.first().map_or(&[], |feature| feature.attributes.fields())
}

impl Inputs {
    /// Returns the smallest box around all layers.
    pub fn extent(&self) -> Option<Rect<f64>> {
        self.layers.iter().map(|loaded| loaded.extent).reduce(|a, b| {
            let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
            let high = Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
            Rect::new(low, high)
        })
    }

    /// Returns the layer that reaches farthest from the plane's zero, where stray coordinates lie.
    pub(crate) fn farthest(&self) -> Option<&Loaded> {
        let reach = |loaded: &Loaded| {
            let (low, high) = (loaded.extent.min(), loaded.extent.max());
            [low.x, low.y, high.x, high.y].map(f64::abs).into_iter().fold(0.0, f64::max)
        };
        self.layers.iter().max_by(|a, b| reach(a).total_cmp(&reach(b)))
    }

    /// Returns the classes that the layers and their features have.
    pub fn classes(&self) -> BTreeSet<ClassId> {
        let of_layers = self.layers.iter().map(|loaded| &loaded.layer.class);
        of_layers.chain(self.layers.iter().flat_map(|loaded| &loaded.classes)).cloned().collect()
    }

    /// Returns rules with the definitions of the classes that the layers use.
    pub fn define(&self, rules: &RuleSet) -> RuleSet {
        self.tables.define(rules, &self.classes())
    }

    /// Returns west, south, east, north in degrees of everything that was read.
    pub fn lonlat_bounds(&self) -> Option<[f64; 4]> {
        lonlat_bounds(&self.crs, self.extent()?)
    }

    /// Returns a class of a rule set or of a layer by what people call it.
    pub fn knows(&self, rules: &RuleSet, class: &str) -> bool {
        rules.classes.iter().any(|def| def.id.as_str() == class)
            || self.classes().iter().any(|known| known.as_str() == class)
    }
}

/// The box in degrees around a box of the plane, whose sides bend on the way.
pub(crate) fn lonlat_bounds(crs: &Crs, area: Rect<f64>) -> Option<[f64; 4]> {
    const STEPS: u32 = 8;
    let at = |k: u32, low: f64, high: f64| low + (high - low) * f64::from(k) / f64::from(STEPS);
    let (low, high) = (area.min(), area.max());
    let along = (0..=STEPS).flat_map(|k| {
        let (x, y) = (at(k, low.x, high.x), at(k, low.y, high.y));
        [(x, low.y), (x, high.y), (low.x, y), (high.x, y)].map(|(x, y)| Coord { x, y })
    });
    let mut border: Vec<Coord<f64>> = along.collect();
    crs.to_lonlat(&mut border).ok()?;
    let finite = border.iter().filter(|c| c.x.is_finite() && c.y.is_finite());
    finite.fold(None, |sides: Option<[f64; 4]>, c| {
        let [w, s, e, n] = sides.unwrap_or([c.x, c.y, c.x, c.y]);
        Some([w.min(c.x), s.min(c.y), e.max(c.x), n.max(c.y)])
    })
}
