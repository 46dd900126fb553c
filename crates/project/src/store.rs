//! The project's record on disk: `NAME.lantu`, one SQLite database with the tables of a GeoPackage.
//!
//! Every operation is on the disk (`synchronous = FULL`) before anybody is told that it was done.
//! The table of operations is only ever appended to; two programs on one record notice each other
//! by its numbers.

use crate::api::Problem;
use crate::edits::Edits;
use crate::layout::{self, FORMAT};
use crate::moved::{Moved, home_of};
use crate::plan::Plan;
use crate::problem;
use lantu_engine::{Action, ConflictId, DecisionLog, Operation};
use lantu_files::write_whole_by;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use serde::Serialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Where a conflict was when it was decided.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Place {
    /// Its kind.
    pub kind: String,
    /// The layers of its parties.
    pub layers: Vec<String>,
    /// Its area in m².
    pub area_m2: f64,
    /// The middle of its box in degrees, if it has a place there.
    pub lonlat: Option<[f64; 2]>,
}

/// An open record.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    pub(crate) database: Connection,
    /// The layout that was found, which an older record keeps while it is only looked into.
    pub(crate) format: i64,
}

impl Store {
    /// Opens the record at `wanted`, or in `instead` if its own folder may not be written to.
    pub(crate) fn open(wanted: &Path, instead: &Path) -> Result<Self, Problem> {
        match Self::at(wanted) {
            Err(Failed::NotWritable) => {
                std::fs::create_dir_all(instead).map_err(|source| problem::missing(instead, source))?;
                let path = elsewhere(wanted, instead);
                Self::at(&path).map_err(|failed| failed.told(&path))
            }
            other => other.map_err(|failed| failed.told(wanted)),
        }
    }

    fn at(path: &Path) -> Result<Self, Failed> {
        let mut database = Connection::open(path)?;
        database.busy_timeout(std::time::Duration::from_secs(5))?;
        database.pragma_update(None, "synchronous", "FULL")?;
        let found = layout::version(&database)?;
        if found > FORMAT {
            return Err(Failed::Newer(found));
        }
        layout::migrate(&mut database, &now())?;
        Ok(Self { path: path.to_path_buf(), database, format: FORMAT })
    }

    /// Opens the record at `path` to read it: nothing in it is changed, and it need not be writable.
    pub(crate) fn look_into(path: &Path) -> Result<Self, Problem> {
        let open = || {
            // Read-write where that may be, so that SQLite can mend what a crash has left behind.
            let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            database.busy_timeout(std::time::Duration::from_secs(5))?;
            match layout::version(&database)? {
                newer if newer > FORMAT => Err(Failed::Newer(newer)),
                format => Ok(Self { path: path.to_path_buf(), database, format }),
            }
        };
        open().map_err(|failed: Failed| failed.told(path))
    }

    /// Copies the record to another file, which appears whole or not at all.
    pub(crate) fn save_as(&self, target: &Path) -> Result<(), Problem> {
        if same_file(&self.path, target) {
            return Err(onto_itself(target));
        }
        let vacuum = |draft: &Path| {
            let copied = self.database.execute("VACUUM INTO ?", [draft.to_string_lossy()]);
            copied.map(drop).map_err(std::io::Error::other)
        };
        Ok(write_whole_by(target, vacuum)?)
    }

    /// Returns the file of the record.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the whole record of decisions.
    pub(crate) fn log(&self) -> Result<DecisionLog, Problem> {
        let mut log = DecisionLog::default();
        for operation in self.operations().map_err(|failed| failed.told(&self.path))? {
            log.append(operation).map_err(|cause| self.spoilt(&cause))?;
        }
        Ok(log)
    }

    fn operations(&self) -> Result<Vec<Operation>, Failed> {
        // An empty file is a record in which nothing stands yet.
        if self.format == 0 {
            return Ok(Vec::new());
        }
        let mut rows = self
            .database
            .prepare("SELECT number, at, who, reason, basis, action FROM lantu_operation ORDER BY number")?;
        let read = rows.query_map([], |row| {
            let number: i64 = row.get(0)?;
            let text: String = row.get(5)?;
            let action: Action = serde_json::from_str(&text).map_err(|cause| {
                rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, Box::new(cause))
            })?;
            Ok(Operation {
                number: number as u64,
                when: row.get(1)?,
                who: row.get(2)?,
                reason: row.get(3)?,
                basis: row.get(4)?,
                action,
            })
        })?;
        Ok(read.collect::<Result<_, _>>()?)
    }

    /// Appends an operation and the places that it decides; all of it is on the disk when this returns.
    pub(crate) fn append(&self, operation: &Operation, places: &[(ConflictId, Place)]) -> Result<(), Problem> {
        let action = serde_json::to_string(&operation.action).map_err(|cause| self.spoilt(&cause))?;
        let row =
            params![operation.number as i64, operation.when, operation.who, operation.reason, operation.basis, action];
        let insert = || -> Result<(), rusqlite::Error> {
            let change = self.database.unchecked_transaction()?;
            change.execute(
                "INSERT INTO lantu_operation (number, at, who, reason, basis, action) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )?;
            // In the order of the table, so that a page is written once.
            let mut in_order: Vec<&(ConflictId, Place)> = places.iter().collect();
            in_order.sort_unstable_by_key(|(id, _)| *id);
            for (id, place) in in_order {
                let [lon, lat] = place.lonlat.map_or([None, None], |lonlat| lonlat.map(Some));
                let row = params![id.to_string(), place.kind, place.layers.join("\n"), place.area_m2, lon, lat];
                change.prepare_cached("INSERT OR REPLACE INTO lantu_place VALUES (?, ?, ?, ?, ?, ?)")?.execute(row)?;
            }
            change.commit()
        };
        match insert() {
            Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Err(self.taken()),
            other => other.map_err(|cause| Failed::from(cause).told(&self.path)),
        }
    }

    /// Returns the places of conflicts that were decided, by the conflicts' ids.
    pub(crate) fn places(&self) -> Result<HashMap<String, Place>, Problem> {
        if self.format < 2 {
            return Ok(HashMap::new());
        }
        let read = || -> Result<HashMap<String, Place>, rusqlite::Error> {
            let mut rows =
                self.database.prepare("SELECT conflict, kind, parties, area_m2, lon, lat FROM lantu_place")?;
            let places = rows.query_map([], |row| {
                let (lon, lat): (Option<f64>, Option<f64>) = (row.get(4)?, row.get(5)?);
                let layers: String = row.get(2)?;
                let layers = layers.lines().map(str::to_owned).collect();
                let lonlat = lon.zip(lat).map(|(lon, lat)| [lon, lat]);
                Ok((row.get(0)?, Place { kind: row.get(1)?, layers, area_m2: row.get(3)?, lonlat }))
            })?;
            places.collect()
        };
        read().map_err(|cause| Failed::from(cause).told(&self.path))
    }

    /// Keeps the plan beside the decisions.
    pub(crate) fn keep_plan(&self, plan: &Plan) -> Result<(), Problem> {
        let text = serde_json::to_string(plan).map_err(|cause| self.spoilt(&cause))?;
        let home = serde_json::to_string(&home_of(&self.path)).map_err(|cause| self.spoilt(&cause))?;
        let set = self.set("plan", &text).and_then(|()| self.set("home", &home));
        set.map_err(|failed| failed.told(&self.path))
    }

    /// Returns the plan that was kept last.
    pub(crate) fn plan(&self) -> Result<Option<Plan>, Problem> {
        self.get("plan")
    }

    /// Keeps what the window changed of the layers.
    pub(crate) fn keep_edits(&self, edits: &Edits) -> Result<(), Problem> {
        let text = serde_json::to_string(edits).map_err(|cause| self.spoilt(&cause))?;
        self.set("edits", &text).map_err(|failed| failed.told(&self.path))
    }

    /// Returns what the window changed of the layers.
    pub(crate) fn edits(&self) -> Result<Edits, Problem> {
        Ok(self.get("edits")?.unwrap_or_default())
    }

    /// Returns the plan, and [`Store::edits_here`] the edits, with files that were moved with the record.
    pub(crate) fn plan_here(&self) -> Result<Option<Plan>, Problem> {
        let (mut plan, moved) = (self.plan()?, self.moved()?);
        if let (Some(plan), Some(moved)) = (&mut plan, &moved) {
            plan.move_files(moved);
        }
        Ok(plan)
    }

    /// As [`Store::plan_here`].
    pub(crate) fn edits_here(&self) -> Result<Edits, Problem> {
        let (mut edits, moved) = (self.edits()?, self.moved()?);
        if let Some(moved) = &moved {
            edits.move_files(moved);
        }
        Ok(edits)
    }

    fn moved(&self) -> Result<Option<Moved>, Problem> {
        let home: Option<Option<PathBuf>> = self.get("home")?;
        Ok(Moved::of(&self.path, home.flatten().as_deref()))
    }

    /// Returns whether [`Store::open`] would find a record.
    pub(crate) fn exists(wanted: &Path, instead: &Path) -> bool {
        wanted.exists() || elsewhere(wanted, instead).exists()
    }

    fn get<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Problem> {
        let select = "SELECT value FROM lantu_meta WHERE key = ?";
        let text: Option<String> = self
            .database
            .query_row(select, [key], |row| row.get(0))
            .optional()
            .map_err(|cause| Failed::from(cause).told(&self.path))?;
        text.map(|text| serde_json::from_str(&text).map_err(|cause| self.spoilt(&cause))).transpose()
    }

    fn set(&self, key: &str, value: &str) -> Result<(), Failed> {
        let upsert = "INSERT INTO lantu_meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.database.execute(upsert, params![key, value])?;
        Ok(())
    }

    pub(crate) fn spoilt(&self, cause: &dyn std::fmt::Display) -> Problem {
        problem::bad_file(&self.path, cause, ["请从备份恢复该文件。", "Restore the file from a copy."])
    }

    fn taken(&self) -> Problem {
        problem::problem(
            [
                format!("另一个窗口刚刚在 {} 中写入了裁定。", self.path.display()),
                format!("Another window has just written decisions into {}.", self.path.display()),
            ],
            [
                "本次裁定未写入：请关闭其中一个窗口，重新打开项目。",
                "This decision was not written: close one of the windows and open the project again.",
            ],
        )
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    std::fs::canonicalize(one).ok().zip(std::fs::canonicalize(other).ok()).is_some_and(|(one, other)| one == other)
}

fn onto_itself(path: &Path) -> Problem {
    let path = path.display();
    problem::problem(
        [
            format!("{path} 就是正在使用的记录，每次裁定都已存盘。"),
            format!("{path} is the record that is in use; every decision is in it already."),
        ],
        ["另存请换一个文件名。", "Choose another name for a copy."],
    )
}

/// Where a record lies if its own folder may not be written to.
fn elsewhere(wanted: &Path, instead: &Path) -> PathBuf {
    instead.join(wanted.to_string_lossy().replace(['/', '\\', ':'], "_"))
}

/// The present time in ISO 8601 with offset.
pub(crate) fn now() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Why a record cannot be used.
#[derive(Debug)]
pub(crate) enum Failed {
    NotWritable,
    Newer(i64),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Failed {
    fn from(cause: rusqlite::Error) -> Self {
        match cause.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::NotWritable,
            _ => Self::Sql(cause),
        }
    }
}

impl Failed {
    pub(crate) fn told(self, path: &Path) -> Problem {
        match self {
            Self::NotWritable => problem::problem(
                [
                    format!("无法写入裁定记录 {}。", path.display()),
                    format!("The record {} cannot be written.", path.display()),
                ],
                ["请检查文件夹是否存在、是否有写入权限。", "Check that the folder exists and may be written to."],
            ),
            Self::Newer(found) => problem::problem(
                [
                    format!("{} 由更新版本的程序写成（格式 {found}，本程序只认到 {FORMAT}）。", path.display()),
                    format!(
                        "{} was written by a newer program (layout {found}, this one knows {FORMAT}).",
                        path.display()
                    ),
                ],
                ["请更新程序；该文件未被改动。", "Update the program; the file was not touched."],
            ),
            Self::Sql(cause) => problem::bad_file(
                path,
                &cause,
                ["请从备份恢复该文件，或换一个文件夹。", "Restore the file from a copy, or use another folder."],
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantu_engine::Choice;
    use std::sync::Arc;

    fn decision(number: u64) -> Operation {
        let action = Action::Decide { conflicts: vec![ConflictId(number)], choice: Choice::KeepAll };
        let text = |words: &str| words.to_owned();
        Operation {
            number,
            who: text("王"),
            when: text("2026-01-01T08:00:00+08:00"),
            action,
            reason: text("因"),
            basis: text("据"),
        }
    }

    #[test]
    fn what_was_appended_is_there_when_it_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lantu");
        let store = Store::open(&path, folder.path()).unwrap();
        store.append(&decision(1), &[]).unwrap();
        store.append(&decision(2), &[]).unwrap();
        drop(store);
        let log = Store::open(&path, folder.path()).unwrap().log().unwrap();
        assert_eq!(log.operations(), [decision(1), decision(2)].map(Arc::new));
    }

    #[test]
    fn two_windows_on_one_record_notice_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lantu");
        let [one, other] = [(); 2].map(|()| Store::open(&path, folder.path()).unwrap());
        one.append(&decision(1), &[]).unwrap();
        let problem = other.append(&decision(1), &[]).unwrap_err();
        assert!(problem.message[1].contains("Another window"), "{problem:?}");
        assert_eq!(other.log().unwrap().operations().len(), 1);
    }

    #[test]
    fn a_record_of_the_first_layout_is_brought_to_this_one_and_keeps_its_decisions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lantu");
        let store = Store::open(&path, folder.path()).unwrap();
        store.append(&decision(1), &[]).unwrap();
        for table in ["migration", "run", "input", "export", "place"] {
            store.database.execute_batch(&format!("DROP TABLE lantu_{table}")).unwrap();
        }
        store.set("format", "1").unwrap();
        drop(store);
        assert_eq!(Store::look_into(&path).unwrap().runs().unwrap(), []);
        let store = Store::open(&path, folder.path()).unwrap();
        assert_eq!(store.log().unwrap().operations(), [Arc::new(decision(1))]);
        let select = "SELECT group_concat(version), min(program) FROM lantu_migration";
        let known: (String, String) =
            store.database.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(known, ("2,3,4,5".to_owned(), env!("CARGO_PKG_VERSION").to_owned()));
        assert_eq!(store.get::<i64>("format").unwrap(), Some(FORMAT));
    }

    #[test]
    fn no_program_changes_or_removes_a_decision() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.lantu"), folder.path()).unwrap();
        store.append(&decision(1), &[]).unwrap();
        for change in [
            "UPDATE lantu_operation SET who = 'x'",
            "DELETE FROM lantu_operation",
            "REPLACE INTO lantu_operation SELECT 1, at, 'x', reason, basis, action FROM lantu_operation",
        ] {
            let refused = store.database.execute_batch(change).unwrap_err();
            assert!(refused.to_string().contains("only added"), "{change}: {refused}");
        }
        assert_eq!(store.log().unwrap().operations(), [Arc::new(decision(1))]);
    }

    #[test]
    fn a_record_of_a_newer_program_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lantu");
        let store = Store::open(&path, folder.path()).unwrap();
        assert!(store.set("format", "99").is_ok());
        drop(store);
        let before = std::fs::read(&path).unwrap();
        assert!(Store::open(&path, folder.path()).unwrap_err().message[1].contains("newer"));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_record_that_is_looked_into_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lantu");
        Store::open(&path, folder.path()).unwrap().append(&decision(1), &[]).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert_eq!(Store::look_into(&path).unwrap().log().unwrap().operations(), [Arc::new(decision(1))]);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert!(Store::look_into(&folder.path().join("b.lantu")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn without_a_folder_of_its_own_the_record_lies_in_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Path::new("/nowhere/at/all/a.lantu"), folder.path()).unwrap();
        assert!(store.path().starts_with(folder.path()));
    }

    #[test]
    fn something_else_by_that_name_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lantu");
        std::fs::write(&path, "these are not the tables that you look for, long as the text may be").unwrap();
        assert!(Store::open(&path, folder.path()).unwrap_err().message[1].contains("a.lantu"));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("these are not"));
    }

    #[test]
    fn the_plan_is_kept_beside_the_decisions() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.lantu"), folder.path()).unwrap();
        assert_eq!(store.plan().unwrap(), None);
        let plan = Plan { crs: Some("EPSG:4546".to_owned()), ..Plan::default() };
        store.keep_plan(&plan).unwrap();
        assert_eq!(store.plan().unwrap(), Some(plan));
    }
}
