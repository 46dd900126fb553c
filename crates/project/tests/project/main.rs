//! What the project promises, one file for each promise. They are one program, as each program of tests
//! carries all of Lantu and GDAL's bindings again.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod accounting;
#[path = "../desk/mod.rs"]
mod desk;
mod inputs;
mod levels;
mod numbers;
mod planner;
mod record;
mod room;
mod rule_cases;
mod rules;
mod slivers;
mod splitting;
mod versions;
