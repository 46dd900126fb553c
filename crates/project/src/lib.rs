//! Holds one open project and answers commands about it.

#[macro_use]
mod commands;
pub mod api;
mod problem;
