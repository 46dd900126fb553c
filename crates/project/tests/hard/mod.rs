//! Places where a program cannot work as it wants: a disk that is full, a folder that is read-only.
//!
//! Nothing is broken by them: what was confirmed is there, targets are the old file or the new one,
//! every refusal is a sentence, and once there is room again the work goes on.

use super::{Desk, TARGETS, county, operations, whole};
use lantu_project::api::Problem;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How large a small disk is.
const SIZE: &str = "size=8m";
/// How much room is left on it, in kB, from life to life: writing fails at another point each time.
const LEFT_KB: [usize; 12] = [8192, 0, 8, 24, 48, 80, 120, 160, 200, 260, 320, 500];

/// A file system of its own for a folder, or the folder made read-only; taken back at the end.
struct Mounted(PathBuf);

impl Mounted {
    /// Mounts as `mount` says; `None` where nobody may.
    fn by(arguments: &[&str], at: &Path) -> Option<Self> {
        let mount = Command::new("mount").args(arguments).arg(at).output().ok()?;
        mount.status.success().then(|| Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let done = Command::new("umount").arg(&self.0).status();
        assert!(done.is_ok_and(|status| status.success()), "{} stays mounted", self.0.display());
    }
}

/// Does one thing after another in a folder and counts what was done and what was refused, each with
/// a sentence in both languages.
fn work(folder: &Path, rounds: u32, done: &mut BTreeMap<String, u32>) {
    let desk = Desk::at(folder);
    let mut ask = |what: &str, request: Value| -> Option<Value> {
        let asked = desk.project.call(what, request);
        let word = if asked.is_ok() { "done" } else { "refused" };
        *done.entry(format!("{what} {word}")).or_insert(0) += 1;
        if let Err(problem) = &asked {
            is_a_sentence(what, problem);
        }
        asked.ok()
    };
    let open = json!({ "paths": [folder.join("p.toml")], "assume_crs": null });
    if ask("open", open).is_none() {
        return;
    }
    desk.run();
    for round in 0..rounds {
        let id = desk.list("", 1)["rows"][0]["id"].clone();
        let choice = json!({ "kind": if round % 2 == 0 { "keep-all" } else { "leave-empty" } });
        ask("decide", json!({ "conflicts": [id], "choice": choice, "reason": "因", "basis": "据" }));
        let target = TARGETS[round as usize % TARGETS.len()];
        let what = if target.starts_with('c') { "conflicts" } else { "blueprint" };
        ask("export", json!({ "path": folder.join(target), "what": what }));
        ask("keep_layers", json!({}));
    }
}

fn is_a_sentence(what: &str, problem: &Problem) {
    let [zh, en] = &problem.message;
    assert!(zh.chars().count() > 5 && en.len() > 10 && problem.code != "internal", "{what}: {problem:?}");
}

fn confirmed(done: &BTreeMap<String, u32>) -> u64 {
    u64::from(done.get("decide done").copied().unwrap_or(0))
}

/// How much room a disk has, in kB.
fn free_kb(place: &Path) -> usize {
    let told = Command::new("df").args(["-k", "--output=avail"]).arg(place).output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    text.lines().last().unwrap().trim().parse().unwrap()
}

/// Fills a small disk further and further while the program works on it.
pub fn full_disk() -> String {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("disk");
    fs::create_dir(&place).unwrap();
    let Some(disk) = Mounted::by(&["-t", "tmpfs", "-o", SIZE, "tmpfs"], &place) else {
        return "nobody may mount a small disk here; `a_disk_that_is_full_…` bounds files instead".to_owned();
    };
    county(&place);
    let mut done = BTreeMap::new();
    for left in LEFT_KB {
        let ballast = place.join("ballast");
        fs::write(&ballast, vec![0; free_kb(&place).saturating_sub(left) << 10]).unwrap();
        work(&place, 4, &mut done);
        TARGETS.iter().for_each(|target| whole(&place.join(target)));
        fs::remove_file(&ballast).unwrap();
        let operations = operations(&place.join("p.lantu"));
        assert_eq!(operations, confirmed(&done), "{left} kB left: {done:?}");
    }
    for both in ["decide", "export"] {
        let of = |word: &str| done.get(&format!("{both} {word}")).copied().unwrap_or(0);
        assert!(of("done") > 0 && of("refused") > 0, "the disk was never full, or never empty: {done:?}");
    }
    let before = confirmed(&done);
    work(&place, 1, &mut done);
    assert_eq!(confirmed(&done), before + 1, "with room again the work goes on");
    let names = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.starts_with(".lantu")).collect();
    assert!(left.is_empty(), "{left:?}");
    drop(disk);
    format!("{done:?}")
}

/// Every file of a folder and what it holds.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Works in a folder that nothing can be written to.
pub fn read_only() -> String {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("archive");
    fs::create_dir(&place).unwrap();
    county(&place);
    let mut before = BTreeMap::new();
    work(&place, 4, &mut before);
    let was = contents(&place);
    let text = place.to_str().unwrap();
    // Root may write everywhere but on what is mounted read-only.
    let bound = Mounted::by(&["--bind", text], &place);
    let mounted = bound.is_some()
        && Command::new("mount").args(["-o", "remount,bind,ro", text]).status().is_ok_and(|status| status.success());
    let rights = fs::metadata(&place).unwrap().permissions();
    if !mounted {
        let mut locked = rights.clone();
        locked.set_readonly(true);
        fs::set_permissions(&place, locked).unwrap();
    }
    if fs::write(place.join("probe"), "").is_ok() {
        assert!(!mounted, "a folder that was mounted read-only is written to");
        return "root may not mount here, and rights do not bind it".to_owned();
    }
    let mut done = BTreeMap::new();
    work(&place, 4, &mut done);
    assert_eq!(contents(&place), was, "a read-only folder was written to");
    assert!(done.keys().all(|what| what == "open done" || what.ends_with("refused")), "{done:?}");
    if !mounted {
        fs::set_permissions(&place, rights).unwrap();
    }
    drop(bound);
    let operations_before = operations(&place.join("p.lantu"));
    work(&place, 1, &mut before);
    assert_eq!(operations(&place.join("p.lantu")), operations_before + 1, "writable again, the work goes on");
    format!("{done:?}")
}
