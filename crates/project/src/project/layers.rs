//! What changes the layers of an open project.

use super::{Open, Shared, lock};
use crate::api::{self, Problem, View};
use crate::edits::Edits;
use crate::load::{Inputs, load_one};
use crate::opening;
use crate::plan::{Plan, repeated};
use crate::problem;
use crate::reading;
use crate::rules;
use crate::tiles::Sources;
use lantu_engine::{ClassId, Layer};
use std::sync::Arc;

/// What a change of layers touches.
struct Layers {
    plan: Plan,
    inputs: Inputs,
    edits: Edits,
}

impl Shared {
    /// Adds the layers of data files to what is open.
    pub(super) fn add_files(&self, open: Open, paths: &[String], assume_crs: Option<String>) -> Result<View, Problem> {
        let mut given = opening::layers_of(paths)?;
        given.layers.iter_mut().for_each(|layer| layer.crs.clone_from(&assume_crs));
        let mut with = (*open.plan).clone();
        // A project file says itself by which districts figures are split.
        let taken = if open.file.is_none() { given.take_districts(&mut with) } else { None };
        let said = opening::passed_over(&given.passed).into_iter().chain(taken).collect();
        let open = Open { said: Arc::new(said), ..open };
        self.change_layers(open, |open, Layers { plan, inputs, edits }| {
            (plan.districts, inputs.has_districts) = (with.districts.clone(), with.districts.is_some());
            for mut layer in given.layers {
                layer.name = plan.free_name(&layer.name);
                let loaded = load_one(&layer, &open.names, inputs, &self.meter())?;
                inputs.layers.push(loaded);
                edits.add(layer.clone());
                plan.layers.push(layer);
            }
            Ok(())
        })
    }

    /// Changes the layers of what is open; what was found before no longer holds.
    fn change_layers(
        &self,
        mut open: Open,
        change: impl FnOnce(&Open, &mut Layers) -> Result<(), Problem>,
    ) -> Result<View, Problem> {
        let mut layers =
            Layers { plan: (*open.plan).clone(), inputs: (*open.inputs).clone(), edits: (*open.edits).clone() };
        change(&open, &mut layers)?;
        let Layers { plan, inputs, edits } = layers;
        if plan.layers.is_empty() {
            return Ok(self.replace(None));
        }
        let store = lock(&open.store);
        store.keep_plan(&plan)?;
        store.keep_edits(&edits)?;
        drop(store);
        (open.plan, open.edits, open.result) = (Arc::new(plan), Arc::new(edits), None);
        open.sources = Arc::new(sources(&inputs));
        open.rules = Arc::new(inputs.define(&rules::in_force(&open.pack, &open.log)));
        open.inputs = Arc::new(inputs);
        Ok(self.replace(Some(open)))
    }

    /// Renames a layer or gives it another class.
    pub(super) fn edit_layer(&self, request: api::EditLayer) -> Result<View, Problem> {
        let _work = self.work()?;
        self.change_layers(self.open()?, |_, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            if let Some(class) = request.class {
                edits.classify(&request.name, &class);
                inputs.layers[at].class_because = chosen_here();
                plan.layers[at].class = Some(class);
            }
            if let Some(name) = request.rename.filter(|name| *name != request.name) {
                if plan.layers.iter().any(|layer| layer.name == name) {
                    return Err(repeated(&name));
                }
                // A class that the old name told must not change with it.
                if plan.layers[at].class.is_none() {
                    plan.layers[at].class = Some(inputs.layers[at].layer.class.to_string());
                }
                edits.rename(&request.name, &name);
                plan.layers[at].name = name;
            }
            let loaded = &mut inputs.layers[at];
            let layer = Arc::make_mut(&mut loaded.layer);
            layer.name = plan.layers[at].name.as_str().into();
            if let Some(class) = &plan.layers[at].class {
                layer.class = ClassId::new(class);
            }
            for finding in &mut loaded.findings {
                finding.about.layer = Some(layer.name.clone());
            }
            Ok(())
        })
    }

    /// Gives a layer a new file.
    pub(super) fn replace_layer(&self, request: api::ReplaceLayer) -> Result<View, Problem> {
        let _work = self.work()?;
        self.change_layers(self.open()?, |open, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            let class = inputs.layers[at].layer.class.to_string();
            plan.replace(&request.name, &request.path)?;
            // A class that the old file told must not change with it.
            plan.layers[at].class = Some(class.clone());
            inputs.layers[at] = load_one(&plan.layers[at], &open.names, inputs, &self.meter())?;
            edits.replace(&request.name, &request.path, &class);
            Ok(())
        })
    }

    /// Reads a layer again in another way.
    pub(super) fn read_layer(&self, request: api::ReadLayer) -> Result<View, Problem> {
        let _work = self.work()?;
        self.change_layers(self.open()?, |open, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            let wanted = reading::asked(&request, &plan.layers[at], &inputs.crs)?;
            wanted.apply(&mut plan.layers[at]);
            inputs.layers[at] = load_one(&plan.layers[at], &open.names, inputs, &self.meter())?;
            rules::check(&open.rules, inputs, plan.rules.as_deref())?;
            edits.read(&request.name, &wanted);
            Ok(())
        })
    }

    /// Takes a layer out.
    pub(super) fn remove_layer(&self, request: api::ByName) -> Result<View, Problem> {
        let _work = self.work()?;
        self.change_layers(self.open()?, |_, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            plan.layers.remove(at);
            inputs.layers.remove(at);
            edits.remove(&request.name);
            Ok(())
        })
    }
}

/// The layers as the map draws them.
pub(super) fn sources(inputs: &Inputs) -> Sources {
    let layers: Vec<Arc<Layer>> = inputs.layers.iter().map(|loaded| loaded.layer.clone()).collect();
    Sources::new(&layers, &inputs.crs)
}

/// Where a layer stands in the plan.
pub(super) fn layer_at(plan: &Plan, name: &str) -> Result<usize, Problem> {
    plan.layers.iter().position(|layer| layer.name == name).ok_or_else(|| {
        let message = [format!("没有名为“{name}”的图层。"), format!("There is no layer \"{name}\".")];
        problem::problem(message, ["请刷新图层列表。", "Look at the list of layers again."])
    })
}

fn chosen_here() -> [String; 2] {
    ["在窗口中选定".to_owned(), "chosen in the window".to_owned()]
}
