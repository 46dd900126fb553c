//! What the window changes of a project's layers, kept in the record beside the decisions.
//!
//! The project file stays as its author wrote it. Opened again, the edits are applied over it,
//! layer by layer by the names in the file; what no longer fits is named and left out.

use crate::api::LayerEdit;
use crate::codes::CodeSystem;
use crate::moved::Moved;
use crate::plan::{LayerPlan, Plan, move_source};
use crate::plane::Plane;
use crate::splits::Split;
use lantu_engine::ConflictId;
use lantu_files::Shift;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All edits of a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Edits {
    /// The CRS of files that do not say.
    pub crs: Option<String>,
    /// The plane that it was worked on in, where the project file leaves that open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plane: Option<Plane>,
    layers: BTreeMap<String, Edit>,
    added: Vec<LayerPlan>,
    /// Conflicts that were split.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub splits: Vec<Split>,
    /// Conflicts whose decision is locked, by id.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    locked: BTreeSet<ConflictId>,
}

/// The edits of a layer of the project file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Edit {
    name: Option<String>,
    class: Option<String>,
    path: Option<String>,
    removed: bool,
    /// How it is read, where that was told in the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<Reading>,
}

/// How a layer is read; what is `None` is left to the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Reading {
    pub encoding: Option<String>,
    pub crs: Option<String>,
    pub class_field: Option<String>,
    pub codes: Option<CodeSystem>,
    pub shift: Option<Shift>,
}

impl Reading {
    /// Has a layer read this way.
    pub(crate) fn apply(&self, layer: &mut LayerPlan) {
        let Self { encoding, crs, class_field, codes, shift } = self.clone();
        (layer.encoding, layer.override_crs, layer.class_field) = (encoding, crs, class_field);
        (layer.codes, layer.shift) = (codes, shift);
    }
}

impl Edits {
    /// Takes note of a layer's new name.
    pub(crate) fn rename(&mut self, now: &str, new: &str) {
        if let Some(layer) = self.added.iter_mut().find(|layer| layer.name == now) {
            return new.clone_into(&mut layer.name);
        }
        let in_file = self.name_in_file(now);
        let name = (in_file != new).then(|| new.to_owned());
        self.layers.entry(in_file).or_default().name = name;
        self.layers.retain(|_, edit| *edit != Edit::default());
    }

    /// Takes note of a layer's new class.
    pub(crate) fn classify(&mut self, now: &str, class: &str) {
        match self.added.iter_mut().find(|layer| layer.name == now) {
            Some(layer) => layer.class = Some(class.to_owned()),
            None => self.layers.entry(self.name_in_file(now)).or_default().class = Some(class.to_owned()),
        }
    }

    /// Takes note of a layer's new file, and of its class, which stays.
    pub(crate) fn replace(&mut self, now: &str, path: &str, class: &str) {
        match self.added.iter_mut().find(|layer| layer.name == now) {
            Some(layer) => {
                (layer.layername, layer.subset, layer.encoding) = (None, None, None);
                (layer.path, layer.class) = (path.to_owned(), Some(class.to_owned()));
            }
            None => {
                let edit = self.layers.entry(self.name_in_file(now)).or_default();
                (edit.path, edit.class) = (Some(path.to_owned()), Some(class.to_owned()));
                // The old file's encoding says nothing of the new one's.
                edit.reading.iter_mut().for_each(|reading| reading.encoding = None);
            }
        }
    }

    /// Takes note of another way to read a layer.
    pub(crate) fn read(&mut self, now: &str, reading: &Reading) {
        match self.added.iter_mut().find(|layer| layer.name == now) {
            Some(layer) => reading.apply(layer),
            None => self.layers.entry(self.name_in_file(now)).or_default().reading = Some(reading.clone()),
        }
    }

    /// Whether a conflict's decision is locked.
    pub(crate) fn locks(&self, id: ConflictId) -> bool {
        self.locked.contains(&id)
    }

    /// Returns the conflicts whose decision is locked.
    pub(crate) fn all_locked(&self) -> impl Iterator<Item = ConflictId> + '_ {
        self.locked.iter().copied()
    }

    /// Locks or unlocks a conflict.
    pub(crate) fn lock(&mut self, id: ConflictId, locked: bool) {
        if locked {
            self.locked.insert(id);
        } else {
            self.locked.remove(&id);
        }
    }

    /// Returns what is left when the edits of layers are forgotten: splits and locks are work on conflicts,
    /// which are known by the plane.
    pub(crate) fn without_layers(&self) -> Self {
        let (splits, locked, plane) = (self.splits.clone(), self.locked.clone(), self.plane.clone());
        Self { splits, locked, plane, ..Self::default() }
    }

    /// Takes note that a layer was taken out.
    pub(crate) fn remove(&mut self, now: &str) {
        let before = self.added.len();
        self.added.retain(|layer| layer.name != now);
        if self.added.len() == before {
            let in_file = self.name_in_file(now);
            self.layers.insert(in_file, Edit { removed: true, ..Edit::default() });
        }
    }

    /// Takes note of a layer that was added.
    pub(crate) fn add(&mut self, layer: LayerPlan) {
        self.added.push(layer);
    }

    fn name_in_file(&self, now: &str) -> String {
        let renamed = self.layers.iter().find(|(_, edit)| edit.name.as_deref() == Some(now));
        renamed.map_or(now, |(name, _)| name).to_owned()
    }

    /// Has new files of layers, and layers that were added, read from where they were moved to.
    pub(crate) fn move_files(&mut self, moved: &Moved) {
        let new_files = self.layers.values_mut().filter_map(|edit| edit.path.as_mut());
        let added = self.added.iter_mut().map(|layer| &mut layer.path);
        new_files.chain(added).for_each(|path| move_source(path, moved));
    }

    /// Applies the edits to the plan of a project file and returns what was applied and what was lost.
    pub(crate) fn apply(&self, plan: &mut Plan) -> Vec<LayerEdit> {
        let mut told = Vec::new();
        plan.splits.clone_from(&self.splits);
        let in_file: BTreeSet<String> = plan.layers.iter().map(|layer| layer.name.clone()).collect();
        for name in self.layers.keys().filter(|name| !in_file.contains(*name)) {
            told.push(edit(name, "lost", ""));
        }
        plan.layers.retain(|layer| {
            let removed = self.layers.get(&layer.name).is_some_and(|edit| edit.removed);
            if removed {
                told.push(edit(&layer.name, "remove", ""));
            }
            !removed
        });
        let names = self.new_names(plan);
        for (layer, name) in plan.layers.iter_mut().zip(names) {
            let Some(wanted) = self.layers.get(&layer.name) else { continue };
            if let Some(class) = &wanted.class {
                told.push(edit(&layer.name, "class", class));
                layer.class = Some(class.clone());
            }
            if let Some(path) = &wanted.path {
                told.push(edit(&layer.name, "replace", path));
                (layer.layername, layer.subset, layer.encoding) = (None, None, None);
                layer.path.clone_from(path);
            }
            if let Some(reading) = &wanted.reading {
                told.push(edit(&layer.name, "read", ""));
                reading.apply(layer);
            }
            if let Some(new) = &wanted.name {
                let kind = if *new == name { "rename" } else { "lost" };
                told.push(edit(&layer.name, kind, new));
                layer.name = name;
            }
        }
        for layer in &self.added {
            let name = plan.free_name(&layer.name);
            told.push(edit(&name, "add", ""));
            plan.layers.push(LayerPlan { name, ..layer.clone() });
        }
        told
    }

    /// Has a plan worked on in the plane that was kept, in all that it leaves open.
    pub(crate) fn apply_plane(&self, plan: &mut Plan) {
        if let Some(plane) = &self.plane {
            plane.apply(plan);
        }
    }

    /// Gives layers whose CRS the plan leaves open the one that was told.
    pub(crate) fn apply_crs(&self, plan: &mut Plan) {
        if let Some(crs) = &self.crs {
            let layers = plan.layers.iter_mut().map(|layer| &mut layer.crs);
            let all = layers.chain(plan.districts.iter_mut().map(|districts| &mut districts.crs));
            all.for_each(|own| *own = own.take().or_else(|| Some(crs.clone())));
        }
    }

    /// The layers' names after renaming; a new name that would stand twice is given up.
    fn new_names(&self, plan: &Plan) -> Vec<String> {
        let wanted = |layer: &LayerPlan| self.layers.get(&layer.name).and_then(|edit| edit.name.clone());
        let mut names: Vec<String> =
            plan.layers.iter().map(|layer| wanted(layer).unwrap_or_else(|| layer.name.clone())).collect();
        let twice = |names: &[String], at: usize| names.iter().filter(|name| **name == names[at]).count() > 1;
        while let Some(at) = (0..names.len()).find(|&at| names[at] != plan.layers[at].name && twice(&names, at)) {
            names[at].clone_from(&plan.layers[at].name);
        }
        names
    }
}

fn edit(layer: &str, kind: &str, value: &str) -> LayerEdit {
    LayerEdit { layer: layer.to_owned(), kind: kind.to_owned(), value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(names: &[&str]) -> Plan {
        let layers = names.iter().map(|name| LayerPlan::named(name, format!("{name}.gpkg"))).collect();
        Plan { layers, ..Plan::default() }
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.layers.iter().map(|layer| layer.name.as_str()).collect()
    }

    #[test]
    fn edits_follow_a_layer_through_its_names() {
        let mut edits = Edits::default();
        edits.rename("a", "x");
        edits.classify("x", "forest");
        edits.rename("b", "a");
        edits.remove("c");
        edits.add(LayerPlan::named("d", "d.gpkg".to_owned()));
        edits.rename("d", "e");
        let mut opened = plan(&["a", "b", "c"]);
        edits.apply(&mut opened);
        assert_eq!(names(&opened), ["x", "a", "e"]);
        assert_eq!(opened.layers[0].class.as_deref(), Some("forest"));
    }

    #[test]
    fn a_name_that_goes_back_is_no_edit() {
        let mut edits = Edits::default();
        edits.rename("a", "x");
        edits.rename("x", "a");
        assert_eq!(edits, Edits::default());
    }

    #[test]
    fn what_no_longer_fits_the_file_is_told_and_left_out() {
        let mut edits = Edits::default();
        edits.rename("a", "x");
        edits.rename("b", "a");
        edits.classify("gone", "forest");
        let mut opened = plan(&["a", "b", "x"]);
        let told = edits.apply(&mut opened);
        assert_eq!(names(&opened), ["a", "b", "x"], "two layers of one name would keep the project shut");
        assert_eq!(told.iter().filter(|edit| edit.kind == "lost").count(), 3);
    }
}
