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
//! Going in: `plan` with its `plane`, `names`, `classes`, `codes`, `rules` with `rule_lines` and `trial`, `load`, `counties` (projects as layers). At
//! work: `outcome` with `slivers`, `progress`, `room`. What is asked of a result: `inbox` with `sieve`
//! and `listing`, `detail`, `choosing`, `totals`, `tiles`, `report`, all in square metres by `measure`.
//! What a report adds up: `districts`, `statistics`, `accounts`, `regions`, `levels`, `balance`, `balances`
//! with `covering` and `shoreline`, and `balance_figures`, `listed`, `found`, as shown by `rounding`, on paper by `paper`, cut out by `clip`. What a planner draws: `splits`, `ruler`; what is shown under it: `base`; what the window draws: `picture`. What
//! is kept: `store` with `layout`, `runs`, `drawn` and `held`, `provenance`, `history`, `edits`, where its files were `moved` to, and followed
//! into new versions of the data by `content` and `reattach`; where results go: `targets`; made
//! again: `replay`. What holds it together: `project` and `job`.

#[macro_use]
mod commands;
mod accounts;
pub mod api;
mod balance;
mod balance_figures;
mod balances;
mod base;
mod choosing;
mod classes;
mod clip;
mod codes;
mod content;
mod counties;
mod course;
mod covering;
mod detail;
mod districts;
mod drawn;
mod edits;
mod found;
mod grouping;
mod held;
mod history;
mod in_districts;
mod inbox;
mod job;
mod late;
mod layout;
mod levels;
mod listed;
mod listing;
mod load;
mod look;
mod measure;
mod moved;
mod names;
mod opening;
mod outcome;
mod paper;
mod picture;
mod plan;
mod plane;
mod problem;
mod progress;
mod project;
mod provenance;
mod reading;
mod reattach;
mod regions;
mod replay;
mod report;

mod room;
mod rounding;
mod rule_book;
mod rule_lines;
mod ruler;
mod rules;
mod runs;
mod settings;
mod shoreline;
mod sieve;
mod since;
mod slivers;
mod splits;
mod state;
mod statistics;
mod store;
mod targets;
mod tiles;
mod totals;
mod trial;
mod view;

pub use accounts::{LayerAccount, Outgoing};
pub use balance::{BalancePlan, LinePlan, TargetPlan};
pub use balances::{Balances, Light};
pub use classes::{ClassEntry, ClassTable, Classes};
pub use codes::{CodeField, CodeSystem};
pub use districts::{District, DistrictPlan, Districts};
pub use found::finding_name;
pub use job::{Job, Watcher, use_threads};
pub use lantu_files::{FieldNames, Manner, TextOut, Verification, Written, WrittenProof, sweep_temp};
pub use levels::{Against, Border, BorderPlace, County, Levels};
pub use look::{LayerInfo, info, verify};
pub use names::Recognised;

pub use paper::{Language, paper};
pub use plan::{GRID_M, LayerPlan, Plan, class_ids};
pub use progress::Listener;
pub use project::Project;
pub use reattach::Orphan;
pub use regions::Region;
pub use replay::{ChangedInput, Replay, Replayed, replay};
pub use report::{Details, ListedConflict, Report, report, report_listing};
pub use room::Room;
pub use rounding::{Area, Sizes};
pub use rule_lines::{Remark, look_through};
pub use settings::Settings;
pub use shoreline::ShorelinePlan;
pub use slivers::{SliverLog, SliverPreview, SliverSum, read as read_slivers};
pub use statistics::{DecidedBy, Fate};
pub use store::Place;
pub use targets::Targets;
pub use trial::{Tried, try_cases, try_cases_of};
