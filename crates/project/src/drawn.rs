//! Blueprint and conflicts as layers of the record itself, so that QGIS draws a project from one file.
//!
//! They are written as a GeoPackage first, with its proof, and copied from there with index, triggers
//! and style: the record is a GeoPackage, and the same tables mean the same in it.

use crate::api::Problem;
use crate::problem;
use crate::store::{Failed, Store};
use lantu_files::{BlueprintExport, TempFolder, write_blueprint, write_conflicts};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

/// What a GeoPackage keeps of its layers, beside the layers themselves.
const ABOUT: [&str; 4] = ["gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions", "layer_styles"];

/// Puts blueprint and conflicts into a record; returns how many patches and conflicts there are.
pub(crate) fn keep_layers(
    store: &Store,
    export: &BlueprintExport<'_>,
    watch: lantu_files::Progress<'_>,
) -> Result<[u32; 2], Problem> {
    let folder = TempFolder::new().map_err(|source| problem::missing(&std::env::temp_dir(), source))?;
    let [blueprint, conflicts] = ["blueprint", "conflicts"].map(|name| folder.path().join(format!("{name}.gpkg")));
    let written = [write_blueprint(&blueprint, export, watch)?, write_conflicts(&conflicts, export, watch)?];
    if !written.iter().all(|written| written.proof.holds()) {
        return Err(problem::fault("the layers as written are no partition"));
    }
    store.keep_layer(&blueprint, "blueprint")?;
    store.keep_layer(&conflicts, "conflicts")?;
    Ok(written.map(|written| written.features as u32))
}

impl Store {
    /// Puts the layer of a GeoPackage into the record, in place of an older one of its name.
    pub(crate) fn keep_layer(&self, file: &Path, layer: &str) -> Result<(), Problem> {
        let keep = || -> Result<(), rusqlite::Error> {
            self.database.execute("ATTACH ? AS made", [file.to_string_lossy()])?;
            let copied = copy(&self.database, layer);
            self.database.execute_batch("DETACH made")?;
            copied
        };
        keep().map_err(|cause| Failed::from(cause).told(self.path()))
    }
}

/// Copies a layer, all of it or nothing.
fn copy(database: &Connection, layer: &str) -> Result<(), rusqlite::Error> {
    let change = database.unchecked_transaction()?;
    let index = format!("rtree_{layer}_geom");
    change.execute_batch(&format!("DROP TABLE IF EXISTS main.{index}; DROP TABLE IF EXISTS main.{layer};"))?;
    for table in ABOUT.into_iter().chain([layer]) {
        make(&change, table)?;
    }
    change.execute_batch("INSERT OR REPLACE INTO main.gpkg_spatial_ref_sys SELECT * FROM made.gpkg_spatial_ref_sys")?;
    for table in &ABOUT[..3] {
        change.execute(&format!("DELETE FROM main.{table} WHERE table_name IN (?, 'layer_styles')"), [layer])?;
        change.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM made.{table}"))?;
    }
    let columns = "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD,
                   useAsDefault, description, owner, ui, update_time";
    change.execute("DELETE FROM main.layer_styles WHERE f_table_name = ?", [layer])?;
    change.execute_batch(&format!(
        "INSERT INTO main.layer_styles ({columns}) SELECT {columns} FROM made.layer_styles;
         INSERT INTO main.{layer} SELECT * FROM made.{layer};
         CREATE VIRTUAL TABLE main.{index} USING rtree(id, minx, maxx, miny, maxy);
         INSERT INTO main.{index} SELECT * FROM made.{index};"
    ))?;
    // Last, so that copying the rows does not set them off.
    let select = "SELECT sql FROM made.sqlite_master WHERE type = 'trigger' AND tbl_name = ?";
    let triggers: Vec<String> =
        change.prepare(select)?.query_map([layer], |row| row.get(0))?.collect::<Result<_, _>>()?;
    triggers.iter().try_for_each(|trigger| change.execute_batch(trigger))?;
    change.commit()
}

/// Makes a table as the GeoPackage has it, unless it is there.
fn make(database: &Connection, table: &str) -> Result<(), rusqlite::Error> {
    let there = "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?";
    if database.query_row(there, params![table], |_| Ok(())).optional()?.is_some() {
        return Ok(());
    }
    let select = "SELECT sql FROM made.sqlite_master WHERE type = 'table' AND name = ?";
    let sql: String = database.query_row(select, [table], |row| row.get(0))?;
    database.execute_batch(&sql)
}
