//! Holds one open project and answers commands about it, from the window or from the terminal.
//!
//! ```text
//! Plan → load → Inputs → Cut (partition, conflicts) → Outcome (decisions, blueprint, proof)
//!                                                        ▲ record (store)
//! ```
//!
//! [`Project`] is what the window talks to: one list of commands (`api`), answered with JSON, and
//! tiles as bytes. [`Job`] is the same work without a window. What was cut stays as it is until
//! layers change; a decision only appends to the record and decides anew.
//!
//! Going in: `plan`, `names`, `codes`, `rules`, `load`. At work: `outcome`, `progress`, `room`. What is asked of a
//! result: `inbox` with `sieve` and `listing`, `detail`, `choosing`, `totals`, `tiles`, `report`, all in square metres by `measure`. What
//! is kept: `store` with `layout`, `runs`, `drawn` and `held`, `provenance`, `history`, `edits`, and followed
//! into new versions of the data by `content` and `reattach`; where results go: `targets`; made
//! again: `replay`. What holds it together: `project` and `job`.

#[macro_use]
mod commands;
pub mod api;
mod choosing;
mod codes;
mod content;
mod detail;
mod drawn;
mod edits;
mod held;
mod history;
mod inbox;
mod job;
mod layout;
mod listing;
mod load;
mod look;
mod measure;
mod names;
mod opening;
mod outcome;
mod plan;
mod problem;
mod progress;
mod project;
mod provenance;
mod reading;
mod reattach;
mod replay;
mod report;
mod room;
mod ruler;
mod rules;
mod runs;
mod settings;
mod sieve;
mod splits;
mod store;
mod targets;
mod tiles;
mod totals;
mod view;

pub use codes::{CodeField, CodeSystem};
pub use job::{Job, Watcher, use_threads};
pub use lantu_files::{FieldNames, Manner, TextOut, Verification, Written, WrittenProof};
pub use look::{LayerInfo, info, verify};
pub use names::Recognised;

pub use plan::{GRID_M, LayerPlan, Plan, class_ids};
pub use progress::Listener;
pub use project::Project;
pub use reattach::Orphan;
pub use replay::{ChangedInput, Replay, Replayed, replay};
pub use report::{Report, report};
pub use room::Room;
pub use settings::Settings;
pub use store::Place;
pub use targets::Targets;
