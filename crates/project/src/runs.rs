//! What the record knows of exports: from which files, plan and rules each was made, and what it was.

use crate::api::Problem;
use crate::moved::Moved;
use crate::plan::Plan;
use crate::provenance::InputFile;
use crate::store::{Failed, Store, now};
use lantu_engine::RuleSet;
use lantu_files::Manner;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A run of which something was exported.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Run {
    /// The program's version.
    pub program: String,
    /// The title that stands in the files.
    pub title: String,
    /// How many operations of the record had been made.
    pub operations: u64,
    /// The plan.
    pub plan: Plan,
    /// The rules.
    pub rules: RuleSet,
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// What was exported.
    pub exports: Vec<Export>,
    /// The folder that the record lay in; `None` if it is from before this was kept.
    pub home: Option<PathBuf>,
}

impl Run {
    /// Returns the run with the inputs that were moved or copied with its record.
    pub(crate) fn at(mut self, record: &Path) -> Self {
        let Some(moved) = Moved::of(record, self.home.as_deref()) else { return self };
        for input in self.inputs.iter_mut().filter(|input| !input.is_database()) {
            input.path = moved.file(&input.path).unwrap_or_else(|| input.path.clone());
        }
        self.plan.move_files(&moved);
        self
    }
}

/// Something that was exported.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Export {
    /// Blueprint or conflicts.
    pub what: What,
    /// Where to.
    pub path: PathBuf,
    /// How.
    pub manner: Manner,
    /// The files and their bytes; none for a format that is never the same twice.
    pub files: Vec<InputFile>,
}

/// What can be exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// The blueprint.
    Blueprint,
    /// The conflicts.
    Conflicts,
}

impl Store {
    /// Appends a run of which nothing was exported yet, unless the last one had the same plan, rules and files.
    pub(crate) fn keep_work(&self, run: &Run) -> Result<(), Problem> {
        let same = |last: &Run| (&last.plan, &last.rules, &last.inputs) == (&run.plan, &run.rules, &run.inputs);
        if self.runs()?.last().is_some_and(same) { Ok(()) } else { self.keep_run(run) }
    }

    /// Appends a run with its exports, all of it or nothing.
    pub(crate) fn keep_run(&self, run: &Run) -> Result<(), Problem> {
        let json = |made: Result<String, serde_json::Error>| made.map_err(|cause| self.spoilt(&cause));
        let (plan, rules) = (json(serde_json::to_string(&run.plan))?, json(serde_json::to_string(&run.rules))?);
        let mut exports = Vec::new();
        for export in &run.exports {
            let what = json(serde_json::to_string(&export.what))?;
            let manner = json(serde_json::to_string(&export.manner))?;
            exports.push((
                export.path.display().to_string(),
                what,
                manner,
                json(serde_json::to_string(&export.files))?,
            ));
        }
        let insert = || -> Result<(), rusqlite::Error> {
            let change = self.database.unchecked_transaction()?;
            change.execute(
                "INSERT INTO lantu_run (at, program, title, operations, plan, rules) VALUES (?, ?, ?, ?, ?, ?)",
                params![now(), run.program, run.title, run.operations as i64, plan, rules],
            )?;
            let number = change.last_insert_rowid();
            for file in &run.inputs {
                let row = params![number, file.path.display().to_string(), file.bytes as i64, file.sha256];
                change.execute("INSERT OR IGNORE INTO lantu_input VALUES (?, ?, ?, ?)", row)?;
            }
            if let Some(home) = &run.home {
                self.set_home(number, home)?;
            }
            for (path, what, manner, files) in &exports {
                let row = params![number, what, path, manner, files];
                change
                    .execute("INSERT INTO lantu_export (run, what, path, manner, files) VALUES (?, ?, ?, ?, ?)", row)?;
            }
            change.commit()
        };
        insert().map_err(|cause| Failed::from(cause).told(self.path()))
    }

    // Kept by a key of its own, so that older programs go on reading the record.
    fn set_home(&self, run: i64, home: &Path) -> Result<(), rusqlite::Error> {
        let insert = "INSERT OR REPLACE INTO lantu_meta VALUES (?, ?)";
        self.database.execute(insert, params![format!("home-of-run-{run}"), home.display().to_string()]).map(drop)
    }

    fn home(&self, run: i64) -> Result<Option<PathBuf>, rusqlite::Error> {
        let select = "SELECT value FROM lantu_meta WHERE key = ?";
        let key = format!("home-of-run-{run}");
        self.database
            .query_row(select, [key], |row| row.get(0))
            .optional()
            .map(|home: Option<String>| home.map(PathBuf::from))
    }

    /// Returns the runs of which something was exported, the oldest first.
    pub(crate) fn runs(&self) -> Result<Vec<Run>, Problem> {
        if self.format < 2 {
            return Ok(Vec::new());
        }
        self.read_runs().map_err(|cause| Failed::from(cause).told(self.path()))
    }

    fn read_runs(&self) -> Result<Vec<Run>, rusqlite::Error> {
        let database = &self.database;
        let mut rows = database
            .prepare("SELECT number, program, title, operations, plan, rules FROM lantu_run ORDER BY number")?;
        let runs = rows.query_map([], |row| {
            let run = Run {
                program: row.get(1)?,
                title: row.get(2)?,
                operations: row.get::<_, i64>(3)? as u64,
                plan: parsed(row, 4)?,
                rules: parsed(row, 5)?,
                inputs: Vec::new(),
                exports: Vec::new(),
                home: None,
            };
            Ok((row.get::<_, i64>(0)?, run))
        })?;
        let mut runs: Vec<(i64, Run)> = runs.collect::<Result<_, _>>()?;
        let mut inputs = database.prepare("SELECT path, bytes, sha256 FROM lantu_input WHERE run = ? ORDER BY path")?;
        let mut exports =
            database.prepare("SELECT what, path, manner, files FROM lantu_export WHERE run = ? ORDER BY rowid")?;
        for (number, run) in &mut runs {
            let files = inputs.query_map([*number], |row| {
                let path = PathBuf::from(row.get::<_, String>(0)?);
                Ok(InputFile { path, bytes: row.get::<_, i64>(1)? as u64, sha256: row.get(2)? })
            })?;
            run.inputs = files.collect::<Result<_, _>>()?;
            let made = exports.query_map([*number], |row| {
                let path = PathBuf::from(row.get::<_, String>(1)?);
                Ok(Export { what: parsed(row, 0)?, path, manner: parsed(row, 2)?, files: parsed(row, 3)? })
            })?;
            run.exports = made.collect::<Result<_, _>>()?;
            run.home = self.home(*number)?;
        }
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }
}

fn parsed<T: serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, at: usize) -> Result<T, rusqlite::Error> {
    let text: String = row.get(at)?;
    serde_json::from_str(&text)
        .map_err(|cause| rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(cause)))
}
