//! The tiles of what is open.

use super::{Found, Open, Project, Shared, lock};
use crate::api::{BaseState, Problem};
use crate::base::{Base, Part};
use crate::outcome::Outcome;
use crate::problem::{self, fault, no_result};
use crate::since::differs;
use crate::tiles::{Drawn, TileAddress, degrees_tile, plane_tile};
use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

impl Project {
    /// Returns a vector tile: `sources`, `conflicts`, `conflict-` with the id of a single one, `blueprint`, `then`
    /// and `changes` (the blueprint that it is compared with, and what differs), `degrees` or `plane` (the
    /// graticule); or a picture of the base map, `base` or `labels` (its names, where they come apart).
    ///
    /// # Errors
    /// A problem if there is nothing of that kind.
    pub fn tile(&self, kind: &str, z: u8, x: u32, y: u32) -> Result<Vec<u8>, Problem> {
        match kind {
            "base" => return self.shared.base_tile(Part::Ground, z, x, y),
            "labels" => return self.shared.base_tile(Part::Labels, z, x, y),
            _ => {}
        }
        let open = self.shared.open()?;
        let at = TileAddress { z, x, y };
        match kind {
            "sources" => return Ok(open.sources.tile(at)?),
            "degrees" => return Ok(degrees_tile(at)?),
            "plane" => return Ok(plane_tile(at, &open.inputs.crs, latitude(&open))?),
            _ => {}
        }
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let then = || found.then.as_deref().map(|(_, outcome)| outcome).ok_or_else(no_result);
        if let Some(id) = kind.strip_prefix("conflict-") {
            // One that is gone with another cut draws nothing.
            let index = id.parse().ok().and_then(|id| found.outcome.cut.find(id));
            let drawn = drawn(&open, found, &found.outcome);
            return Ok(index.map(|index| drawn.conflict_tile(at, index)).transpose()?.unwrap_or_default());
        }
        match kind {
            "conflicts" => Ok(drawn(&open, found, &found.outcome).conflicts_tile(at)?),
            "blueprint" => Ok(drawn(&open, found, &found.outcome).blueprint_tile(at)?),
            "then" => Ok(drawn(&open, found, then()?).blueprint_tile(at)?),
            "changes" => {
                let then = then()?;
                let differs = |index: u32| differs(then, &found.outcome, index as usize);
                Ok(drawn(&open, found, &found.outcome).changes_tile(at, &differs)?)
            }
            other => Err(fault(&format!("no tiles of kind {other}"))),
        }
    }
}

impl Shared {
    /// Puts a base map in place, or none. The one before asks its server for nothing more.
    pub(super) fn show_base(&self, base: Option<Arc<Base>>) {
        let before = std::mem::replace(&mut *self.base(), base);
        if let Some(before) = before {
            before.close();
        }
    }

    /// Puts a server's base map away when another project comes: where that one lies is nobody's business until the
    /// planner says so again.
    pub(super) fn leave_servers(&self, record: &Path) {
        let same = self.open().is_ok_and(|open| lock(&open.store).path() == record);
        if !same && self.base().as_ref().is_some_and(|base| base.is_on_a_server()) {
            self.show_base(None);
        }
    }

    pub(super) fn base_state(&self) -> BaseState {
        let base = self.base().clone();
        let view = base.as_ref().map(|base| base.view().clone()).unwrap_or_default();
        BaseState { view, trouble: base.and_then(|base| base.trouble()) }
    }

    fn base(&self) -> MutexGuard<'_, Option<Arc<Base>>> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn base_tile(&self, part: Part, z: u8, x: u32, y: u32) -> Result<Vec<u8>, Problem> {
        let base = self.base().clone();
        let found = base.map(|base| base.tile(part, z, x, y)).transpose()?.flatten();
        found.ok_or_else(|| {
            problem::nothing_there(
                ["底图在此处没有图片。", "The base map has no picture there."],
                ["可换一处或一级缩放。", "Look elsewhere or at another zoom."],
            )
        })
    }
}

fn drawn<'a>(open: &'a Open, found: &'a Found, outcome: &'a Outcome) -> Drawn<'a> {
    Drawn {
        partition: &outcome.cut.partition,
        conflicts: &outcome.cut.conflicts,
        decisions: &outcome.decisions,
        blueprint: &outcome.blueprint,
        crs: &open.inputs.crs,
        conflict_of: &outcome.cut.conflict_of,
        arcs: &found.arcs,
        operations: outcome.log.operations().len(),
    }
}

/// The latitude of the middle of what is open.
fn latitude(open: &Open) -> f64 {
    open.inputs.lonlat_bounds().map_or(0.0, |[_, south, _, north]| (south + north) / 2.0)
}
