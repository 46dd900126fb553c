//! The account of every layer: each square metre that its features claim, and what became of it.
//!
//! The rows of a layer add up to the sum of its features exactly, in doubled square grid units; as
//! shown, they add up in every unit.

use crate::districts::Districts;
use crate::job::Job;
use crate::rounding::{self, Area, Cell};
use crate::statistics::{DecidedBy, Destiny, Fate, PerDistrict, Statistics};
use serde::Serialize;

/// What became of a layer's ground.
#[derive(Debug, Serialize)]
pub struct LayerAccount {
    /// The layer's name.
    pub layer: String,
    /// The sum of its features as drawn, in m² of the plane: before the grid, as the file has it.
    pub drawn_m2: f64,
    /// The sum of its features after cutting.
    pub claimed: Area,
    /// What rounding to the grid, cutting and mending of crossed rings added to it, in m².
    pub changed_by_cutting_m2: f64,
    /// Features of which the grid kept nothing.
    pub collapsed_features: u32,
    /// Its ground, each place once.
    pub ground: Area,
    /// What its features claim more than once among themselves, in m²: `claimed` minus `ground`.
    pub repeated_m2: f64,
    /// What became of `claimed`; adds up to it.
    pub rows: Vec<Outgoing>,
}

/// A part of a layer's ground with one fate.
#[derive(Debug, Serialize)]
pub struct Outgoing {
    /// The features' class.
    pub class: String,
    /// What became of it.
    pub fate: Fate,
    /// The layer that has it now, if it is another feature's.
    pub to_layer: Option<String>,
    /// The class that it has now, if it is another.
    pub to_class: Option<String>,
    /// Who or what decided.
    pub decided: DecidedBy,
    /// How much it is.
    pub area: Area,
    /// The same per district, by code; empty without districts.
    pub by_district: Vec<InDistrict>,
}

/// An area in a district.
#[derive(Debug, Serialize)]
pub struct InDistrict {
    /// The district's code; empty for what lies in none.
    pub code: String,
    /// How much.
    pub area: Area,
}

/// Returns the accounts of all layers, in the order of their names.
pub(crate) fn accounts(job: &Job, districts: &Districts, statistics: &Statistics<'_>) -> Vec<LayerAccount> {
    let partition = &job.outcome.cut.partition;
    (0..partition.layers.len() as u32).map(|layer| account(job, districts, statistics, layer)).collect()
}

fn account(job: &Job, districts: &Districts, statistics: &Statistics<'_>, layer: u32) -> LayerAccount {
    let (partition, measure) = (&job.outcome.cut.partition, job.measure());
    let info = &partition.layers[layer as usize];
    let own: Vec<(&Destiny<'_>, &PerDistrict)> =
        statistics.account.iter().filter(|(destiny, _)| destiny.layer == layer).collect();
    let cells: Vec<Cell> = own.iter().map(|(_, cells)| cells.values().copied().sum()).collect();
    let (claimed, areas) = rounding::whole_and_parts(&cells, measure);
    let rows = own.iter().zip(areas);
    let drawn_m2 = job
        .inputs
        .layers
        .iter()
        .find(|loaded| loaded.layer.name == info.name)
        .map_or(0.0, |loaded| loaded.area * job.inputs.crs.metres_per_unit().powi(2));
    let ground: Cell = statistics.grounds.get(&layer).map(|cells| cells.values().copied().sum()).unwrap_or_default();
    let exact: Cell = cells.iter().copied().sum();
    LayerAccount {
        layer: info.name.to_string(),
        drawn_m2,
        changed_by_cutting_m2: measure.m2(exact.area2) - drawn_m2,
        collapsed_features: partition.collapsed_features(layer),
        repeated_m2: measure.m2(exact.area2 - ground.area2),
        ground: rounding::whole(ground, measure),
        claimed,
        rows: rows.map(|((destiny, cells), area)| outgoing(job, districts, destiny, cells, area)).collect(),
    }
}

fn outgoing(job: &Job, districts: &Districts, destiny: &Destiny<'_>, cells: &PerDistrict, area: Area) -> Outgoing {
    let name = |layer: u32| job.outcome.cut.partition.layers[layer as usize].name.to_string();
    Outgoing {
        class: destiny.class.to_string(),
        fate: destiny.fate,
        to_layer: destiny.to.0.map(name),
        to_class: destiny.to.1.map(ToString::to_string),
        decided: destiny.by.clone(),
        by_district: in_districts(job, districts, &area, cells),
        area,
    }
}

/// The parts of an area in districts; none where there are no districts.
pub(crate) fn in_districts(job: &Job, districts: &Districts, shown: &Area, cells: &PerDistrict) -> Vec<InDistrict> {
    if job.outcome.cut.lying.is_none() {
        return Vec::new();
    }
    let values: Vec<Cell> = cells.values().copied().collect();
    let areas = rounding::parts(shown, &values, job.measure());
    let code = |district: &u32| districts.list[*district as usize].code.clone();
    cells.keys().zip(areas).map(|(district, area)| InDistrict { code: code(district), area }).collect()
}
