//! What a project is made of: its layers, rules, CRS and grid.
//!
//! A plan comes from a project file that a person writes (TOML), from data files that were dropped
//! on the window, or from the terminal's arguments. Paths are relative to the project file.

use crate::api::Problem;
use crate::balance::BalancePlan;
use crate::codes::CodeSystem;
use crate::districts::DistrictPlan;
use crate::moved::Moved;
use crate::names::LayerNames;
use crate::problem;
use crate::splits::Split;
use lantu_engine::rules::Bilingual;
use lantu_engine::{ClassId, SliverRules};
use lantu_files::{Crs, LayerRequest, Shift, Source};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The national tolerance: a tenth of a millimetre.
pub const GRID_M: f64 = 1e-4;

/// What a project is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Its title.
    pub title: Words,
    /// Whether its data are re-labelled for a demonstration.
    pub demo: bool,
    /// What must be said wherever it is shown.
    pub note: Words,
    /// The CRS to work in; chosen by the data's place if absent.
    pub crs: Option<String>,
    /// The step of the grid in the plane's units (metres).
    pub grid: f64,
    /// The coarser step that its data have needed before; kept, because conflicts are known by their
    /// places on the grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarsened: Option<f64>,
    /// The file of its rules.
    pub rules: Option<PathBuf>,
    /// The districts by which its figures are split.
    pub districts: Option<DistrictPlan>,
    /// What it keeps the balance of.
    pub balance: BalancePlan,
    /// The office's own tables of classes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<PathBuf>,
    /// How slivers are merged; not at all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slivers: Option<SliverRules>,
    /// Its layers.
    #[serde(rename = "layer")]
    pub layers: Vec<LayerPlan>,
    /// Conflicts that were split in the window.
    #[serde(rename = "split", skip_serializing_if = "Vec::is_empty")]
    pub splits: Vec<Split>,
}

impl Default for Plan {
    fn default() -> Self {
        let (title, note) = (Words::default(), Words::default());
        Self {
            title,
            demo: false,
            note,
            crs: None,
            grid: GRID_M,
            coarsened: None,
            rules: None,
            classes: Vec::new(),
            slivers: None,
            districts: None,
            balance: BalancePlan::default(),
            layers: Vec::new(),
            splits: Vec::new(),
        }
    }
}

/// One layer of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerPlan {
    /// Its name, unique in the project.
    pub name: String,
    /// Its class (role); recognised from its name if absent.
    #[serde(default, alias = "role")]
    pub class: Option<String>,
    /// The file, in QGIS's spelling: `path|layername=NAME|subset=SQL`.
    pub path: String,
    /// The layer within the file, if it has several.
    #[serde(default)]
    pub layername: Option<String>,
    /// An SQL condition on its features.
    #[serde(default)]
    pub subset: Option<String>,
    /// A field that holds each feature's own class.
    #[serde(default, alias = "class-field")]
    pub class_field: Option<String>,
    /// The system of that field's codes: survey codes are read as the planning codes they mean.
    #[serde(default)]
    pub codes: Option<CodeSystem>,
    /// The CRS of the file, if it does not say, or says what its coordinates contradict.
    #[serde(default)]
    pub crs: Option<String>,
    /// The CRS of the file, whatever it says.
    #[serde(default, alias = "override-crs")]
    pub override_crs: Option<String>,
    /// The parameters of the way from the file's datum to that of the project.
    #[serde(default)]
    pub shift: Option<Shift>,
    /// A file with these parameters; read into `shift` with the project file.
    #[serde(default, alias = "shift-file", skip_serializing_if = "Option::is_none")]
    pub shift_file: Option<PathBuf>,
    /// The encoding of the file's text, if it does not say or is wrong.
    #[serde(default)]
    pub encoding: Option<String>,
}

/// A text in one language for both, or in each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// The same in both languages.
    Same(String),
    /// Each in its own.
    Each(Bilingual),
}

impl Default for Words {
    fn default() -> Self {
        Self::Same(String::new())
    }
}

impl Words {
    /// Returns the text in Chinese and in English.
    pub fn both(&self) -> [String; 2] {
        match self {
            Self::Same(text) => [text.clone(), text.clone()],
            Self::Each(Bilingual { zh, en }) => [zh.clone(), en.clone()],
        }
    }

    /// Returns both in one text.
    pub(crate) fn one(&self) -> String {
        match self {
            Self::Same(text) => text.clone(),
            Self::Each(Bilingual { zh, en }) => format!("{zh} {en}").trim().to_owned(),
        }
    }
}

impl Plan {
    /// Reads a project file.
    ///
    /// # Errors
    /// A problem that names the file and the line.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(path).map_err(|source| problem::missing(path, source))?;
        let mut plan: Self = toml::from_str(&text).map_err(|cause| {
            let hint =
                ["项目文件的写法见 docs/file-formats.md。", "docs/file-formats.md says how a project file is written."];
            problem::bad_file(path, &cause, hint)
        })?;
        let base = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        plan.make_absolute(base.parent().unwrap_or(Path::new("")));
        if plan.title == Words::default() {
            plan.title = Words::Same(stem(path));
        }
        plan.balance.read_targets()?;
        plan.layers.iter_mut().try_for_each(LayerPlan::read_shift)?;
        plan.check()?;
        Ok(plan)
    }

    fn make_absolute(&mut self, base: &Path) {
        for file in self.rules.iter_mut().chain(&mut self.classes).chain(&mut self.balance.targets_file) {
            *file = tidy(&base.join(&file));
        }
        for file in self.layers.iter_mut().filter_map(|layer| layer.shift_file.as_mut()) {
            *file = tidy(&base.join(&file));
        }
        let of_layers = self.layers.iter_mut().filter(|layer| !layer.is_database()).map(|layer| &mut layer.path);
        let districts = self.districts.iter_mut().filter(|districts| !districts.layer().is_database());
        let shoreline = self.balance.shoreline.iter_mut().filter(|shoreline| !shoreline.layer().is_database());
        let beside = districts.map(|districts| &mut districts.path).chain(shoreline.map(|line| &mut line.path));
        for path in of_layers.chain(beside) {
            *path = tidy(&base.join(&*path)).to_string_lossy().into_owned();
        }
    }

    /// Returns the plan with the paths of files seen from a folder.
    pub(crate) fn seen_from(mut self, base: &Path) -> Self {
        self.make_absolute(base);
        self
    }

    /// Has layers, districts and tables read from where they were moved to.
    pub(crate) fn move_files(&mut self, moved: &Moved) {
        for file in self.rules.iter_mut().chain(&mut self.classes) {
            *file = moved.file(file).unwrap_or_else(|| file.clone());
        }
        let districts = self.districts.iter_mut().map(|districts| &mut districts.path);
        let shoreline = self.balance.shoreline.iter_mut().map(|shoreline| &mut shoreline.path);
        let layers = self.layers.iter_mut().map(|layer| &mut layer.path);
        layers.chain(districts).chain(shoreline).for_each(|path| move_source(path, moved));
    }

    /// Says what keeps the plan from being worked on.
    ///
    /// # Errors
    /// Two layers of one name, or a grid that is no length.
    pub fn check(&self) -> Result<(), Problem> {
        for (at, layer) in self.layers.iter().enumerate() {
            if self.layers[..at].iter().any(|before| before.name == layer.name) {
                return Err(repeated(&layer.name));
            }
            // Before anything is kept or shown: a password may stand in it.
            if layer.is_database() {
                layer.source()?;
            }
        }
        if !(self.grid.is_finite() && self.grid > 0.0) {
            let message =
                [format!("格网步长 {} 不是正数。", self.grid), format!("The grid step {} is not a length.", self.grid)];
            return Err(problem::problem(message, ["请写成米，例如 0.0001。", "Write it in metres, as 0.0001."]));
        }
        self.balance.check()
    }

    /// Returns the step of the finest grid that may be taken, in metres.
    pub(crate) fn step(&self) -> f64 {
        self.coarsened.map_or(self.grid, |step| step.max(self.grid))
    }

    /// Returns the files that the plan is read from; none for a source that is misspelt.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> {
        let sources = self.layers.iter().filter_map(|layer| layer.source().ok());
        let districts = self.districts.iter().filter_map(|districts| districts.layer().source().ok());
        let shoreline = self.balance.shoreline.iter().filter_map(|shoreline| shoreline.layer().source().ok());
        let data =
            sources.chain(districts).chain(shoreline).filter(|source| !source.is_database()).map(|source| source.path);
        data.chain(self.own_files().cloned())
    }

    /// Returns the files of rules, classes and targets.
    pub(crate) fn own_files(&self) -> impl Iterator<Item = &PathBuf> {
        self.rules.iter().chain(&self.classes).chain(&self.balance.targets_file)
    }

    /// Gives a layer a new source, as the terminal or the window spells it.
    ///
    /// # Errors
    /// A problem if there is no such layer or the source is misspelt.
    pub fn replace(&mut self, name: &str, source: &str) -> Result<(), Problem> {
        source.parse::<Source>()?;
        let names: Vec<String> = self.layers.iter().map(|layer| layer.name.clone()).collect();
        let layer = self.layers.iter_mut().find(|layer| layer.name == name).ok_or_else(|| no_layer(name, &names))?;
        source.clone_into(&mut layer.path);
        // They belonged to the old file; the new source says its own.
        (layer.layername, layer.subset, layer.encoding) = (None, None, None);
        Ok(())
    }

    /// Returns a name that no layer has yet, as near to `wanted` as may be.
    pub fn free_name(&self, wanted: &str) -> String {
        let taken = |name: &str| self.layers.iter().any(|layer| layer.name == name);
        let numbered = (2..).map(|k| format!("{wanted} {k}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }
}

fn no_layer(name: &str, there: &[String]) -> Problem {
    let message = [format!("没有名为“{name}”的图层。"), format!("There is no layer \"{name}\".")];
    let hint = [format!("现有图层：{}。", there.join("、")), format!("The layers are: {}.", there.join(", "))];
    Problem { hint, ..problem::problem(message, ["", ""]) }
}

/// Returns classes by their ids.
pub fn class_ids(ids: &[String]) -> Vec<ClassId> {
    ids.iter().map(|id| ClassId::new(id)).collect()
}

/// Two layers of one name.
pub(crate) fn repeated(name: &str) -> Problem {
    problem::problem(
        [format!("有两个图层都叫“{name}”。"), format!("Two layers are called \"{name}\".")],
        [
            "请给每个图层起不同的名字：名字决定顺序和来源标注。",
            "Give each layer a name of its own: names decide order and sources.",
        ],
    )
}

impl LayerPlan {
    /// Reads a layer as the terminal names it: `NAME=PATH|layername=…|subset=…`.
    ///
    /// # Errors
    /// A problem if there is no `=` or the source is misspelt.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let hint =
            ["写法：名称=路径|layername=图层名|subset=SQL 条件。", "Write NAME=PATH|layername=LAYER|subset=SQL."];
        let wrong = || {
            // A database without its name before it: its words may hold a password.
            let text = if text.to_ascii_lowercase().starts_with("pg:") { "PG:…" } else { text };
            let message = [format!("图层“{text}”的写法有误。"), format!("The layer \"{text}\" is misspelt.")];
            problem::problem(message, hint)
        };
        let (name, path) = text.split_once('=').ok_or_else(wrong)?;
        // A bar or a slash before the first `=` means that the name was forgotten.
        let forgotten = name.contains(['|', '/', '\\']) || name.to_ascii_lowercase().starts_with("pg:");
        if name.trim().is_empty() || forgotten {
            return Err(wrong());
        }
        path.parse::<Source>()?;
        Ok(Self::named(name.trim(), path.to_owned()))
    }

    /// Reads the parameters of the datum's shift where they are in a file of their own.
    fn read_shift(&mut self) -> Result<(), Problem> {
        // What is kept of the plan has the parameters themselves.
        let Some(path) = self.shift_file.take() else { return Ok(()) };
        let hint = [
            "参数文件写 dx、dy、dz、rx、ry、rz、scale，或 north、east、angle、scale、to，见 docs/file-formats.md。",
            "A file of parameters has dx, dy, dz, rx, ry, rz, scale, or north, east, angle, scale, to: see docs/file-formats.md.",
        ];
        if self.shift.is_some() {
            let message = [
                format!("图层“{}”同时写了 shift 和 shift_file。", self.name),
                format!("The layer \"{}\" has both shift and shift_file.", self.name),
            ];
            return Err(problem::problem(message, ["请只留一个。", "Leave only one of them."]));
        }
        let bytes = std::fs::read(&path).map_err(|source| problem::missing(&path, source))?;
        let read = toml::from_str(&lantu_files::text_of(&bytes));
        self.shift = Some(read.map_err(|cause| problem::bad_file(&path, &cause, hint))?);
        Ok(())
    }

    /// Returns a layer of a source, whose class is to be recognised.
    pub(crate) fn named(name: &str, path: String) -> Self {
        let (class, layername, subset) = (None, None, None);
        let (class_field, codes, crs, override_crs, shift, encoding) = (None, None, None, None, None, None);
        Self {
            name: name.to_owned(),
            class,
            path,
            layername,
            subset,
            class_field,
            codes,
            crs,
            override_crs,
            shift,
            shift_file: None,
            encoding,
        }
    }

    /// Returns whether it comes from a database and from no file, or is an address that libpq would take.
    fn is_database(&self) -> bool {
        let path = self.path.to_ascii_lowercase();
        ["pg:", "postgresql://", "postgres://"].iter().any(|start| path.starts_with(start))
    }

    /// Returns the source of the layer.
    pub(crate) fn source(&self) -> Result<Source, Problem> {
        let mut source: Source = self.path.parse()?;
        source.layer = self.layername.clone().or(source.layer);
        source.subset = self.subset.clone().or(source.subset);
        Ok(source)
    }

    /// Returns the class of the layer: as written, or recognised from its name and file.
    pub(crate) fn class(&self, names: &LayerNames) -> ClassId {
        match &self.class {
            Some(class) => ClassId::new(class),
            None => names
                .class_of(&self.name)
                .or_else(|| names.class_of(&self.path))
                .unwrap_or_else(|| ClassId::new(&self.name)),
        }
    }

    /// Returns what is to be read.
    pub(crate) fn request(&self, names: &LayerNames) -> Result<LayerRequest, Problem> {
        Ok(LayerRequest {
            name: self.name.clone(),
            source: self.source()?,
            class: self.class(names),
            class_field: self.class_field.clone(),
            assume_crs: self.crs.as_deref().map(Crs::parse).transpose()?,
            crs: self.override_crs.as_deref().map(Crs::parse).transpose()?,
            shift: self.shift.clone(),
            encoding: self.encoding.clone(),
        })
    }
}

/// Has a source, as QGIS spells it, read from where its file was moved to.
pub(crate) fn move_source(text: &mut String, moved: &Moved) {
    if let Ok(source) = text.parse::<Source>()
        && !source.is_database()
        && let Some(path) = moved.file(&source.path)
    {
        *text = Source { path, ..source }.to_string();
    }
}

/// The name of a file without folder and ending.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Resolves `..` and `.` in the text of a path, so that messages are short.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut tidied = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidied.components().next_back(), Some(Component::Normal(_))) => {
                tidied.pop();
            }
            other => tidied.push(other),
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_file_is_read_with_paths_relative_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.toml");
        let text = "grid = 0.001\nrules = 'r.toml'\n[[layer]]\nname = '红线'\nrole = 'red-line'\npath = 'd/../a.gpkg|layername=x'\n";
        std::fs::write(&file, text).unwrap();
        let plan = Plan::read(&file).unwrap();
        assert_eq!(plan.title.both(), ["plan", "plan"]);
        assert_eq!(plan.rules.as_deref(), Some(folder.path().join("r.toml").as_path()));
        let source = plan.layers[0].source().unwrap();
        assert_eq!((source.path, source.layer.as_deref()), (folder.path().join("a.gpkg"), Some("x")));
    }

    #[test]
    fn parameters_of_a_shift_are_read_from_a_file_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("office")).unwrap();
        std::fs::write(at("office/xian.toml"), "# 七参数\ndx = 1.5\ndy = 2\ndz = -3\nrx = 0.25\n").unwrap();
        let layer = "[[layer]]\nname = 'a'\npath = 'a.shp'\nshift_file = 'office/xian.toml'\n";
        std::fs::write(at("p.toml"), layer).unwrap();
        let plan = Plan::read(&at("p.toml")).unwrap();
        let Some(Shift::Space(space)) = &plan.layers[0].shift else { panic!("{:?}", plan.layers[0].shift) };
        assert_eq!([space.dx, space.dy, space.dz, space.rx, space.scale], [1.5, 2.0, -3.0, 0.25, 0.0]);
        assert_eq!(plan.layers[0].shift_file, None, "what is kept is the parameters");
        std::fs::write(at("p.toml"), format!("{layer}shift = {{ dx = 1, dy = 1, dz = 1 }}\n")).unwrap();
        assert!(Plan::read(&at("p.toml")).unwrap_err().message[1].contains("both shift and shift_file"));
        std::fs::write(at("office/xian.toml"), "dx = 1.5\nturn = 2\n").unwrap();
        std::fs::write(at("p.toml"), layer).unwrap();
        let problem = Plan::read(&at("p.toml")).unwrap_err();
        assert!(problem.message[1].contains("xian.toml") && problem.hint[1].contains("north, east"), "{problem:?}");
        std::fs::remove_file(at("office/xian.toml")).unwrap();
        assert!(Plan::read(&at("p.toml")).unwrap_err().message[1].contains("xian.toml"));
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.toml");
        std::fs::write(&file, "crs = 'EPSG:4546'\ngird = 1\n").unwrap();
        let problem = Plan::read(&file).unwrap_err();
        assert!(problem.message[1].contains("gird") && problem.message[1].contains("line 2"), "{problem:?}");
    }

    #[test]
    fn the_terminals_spelling_of_a_layer_is_read() {
        let layer = LayerPlan::parse("林地=a b.gpkg|layername=DLTB|subset=DLBM LIKE '03%'").unwrap();
        let source = layer.source().unwrap();
        assert_eq!((layer.name.as_str(), source.layer.as_deref()), ("林地", Some("DLTB")));
        assert_eq!(source.subset.as_deref(), Some("DLBM LIKE '03%'"));
        assert!(LayerPlan::parse("a.gpkg|layername=x").is_err());
    }

    #[test]
    fn two_layers_of_one_name_are_refused() {
        let layers = ["a", "a"].map(|name| LayerPlan::named(name, "x.gpkg".to_owned())).to_vec();
        let plan = Plan { layers, ..Plan::default() };
        assert!(plan.check().unwrap_err().message[1].contains("\"a\""));
        assert_eq!(plan.free_name("a"), "a 2");
    }
}
