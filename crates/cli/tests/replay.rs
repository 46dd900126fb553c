//! Results are written in every format, and made again from their record byte for byte.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;

use common::{FARMLAND_PREVAILS, folder, geojson, lantu, lantu_in, square, two_layers, write};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_format_is_written_by_its_ending_and_proven() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    for ending in ["geojson", "gpkg", "shp", "fgb", "gdb", "parquet", "dxf", "txt"] {
        let out = folder.path().join(format!("out.{ending}"));
        let ran = lantu(&["merge", &layers[0], &layers[1], "--json", "--encoding", "gbk", "--out", text(&out)]);
        assert_eq!(ran.code, Some(0), "{ending}: {}", ran.err);
        let report = ran.json();
        assert_eq!(report["proof"]["holds"], true, "{ending}");
        let says = matches!(ending, "shp" | "dxf" | "txt");
        assert_eq!(!report["said"].as_array().unwrap().is_empty(), says, "{ending}: {}", report["said"]);
        assert!(out.exists());
    }
    let shp = folder.path().join("out.shp");
    assert_eq!(fs::read_to_string(shp.with_extension("cpg")).unwrap(), "GBK");
    let ran = lantu_in("zh_CN.UTF-8", &["merge", &layers[0], &layers[1], "--out", text(&shp)]);
    assert!(ran.out.contains("字段名不超过 10 字节"), "{}", ran.out);
    let ran = lantu(&["merge", &layers[0], &layers[1], "--out", text(&folder.path().join("out.xyz"))]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("out.xyz") && ran.err.contains(".parquet"), "{}", ran.err);
}

#[test]
fn only_patches_of_the_classes_asked_for_are_written() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    let out = folder.path().join("out.geojson");
    let only = |class: &str| {
        lantu(&["merge", &layers[0], &layers[1], "--out", text(&out), "--only", class, "--field-names", "standard"])
    };
    assert_eq!(only("forest").code, Some(0));
    let written: serde_json::Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    let features = written["features"].as_array().unwrap();
    assert!(features.iter().all(|feature| feature["properties"]["YDYHFLDM"] == "forest") && !features.is_empty());
    let ran = only("sea");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("farmland, forest"), "{}", ran.err);
}

/// A project of two overlapping layers, its merge recorded.
fn recorded(folder: &TempDir) -> [std::path::PathBuf; 3] {
    two_layers(folder, true);
    write(folder, "rules.toml", FARMLAND_PREVAILS);
    let text = "rules = 'rules.toml'\n[[layer]]\nname = 'farmland'\npath = 'farmland.geojson'\n[[layer]]\nname = 'forest'\npath = 'forest.geojson'\n";
    let project = write(folder, "p.toml", text);
    let (record, out) = (folder.path().join("p.lantu"), folder.path().join("out.gpkg"));
    [project, record, out]
}

fn merge(files: &[std::path::PathBuf; 3], ending: &str) -> common::Ran {
    let [project, record, out] = files;
    let conflicts = out.with_file_name("c.geojson");
    let out = out.with_extension(ending);
    let arguments =
        ["merge", text(project), "--out", text(&out), "--conflicts", text(&conflicts), "--record", text(record)];
    lantu(&arguments)
}

#[test]
fn a_replay_gives_the_same_bytes_and_names_changed_inputs() {
    let folder = folder();
    let files = recorded(&folder);
    for ending in ["gpkg", "shp", "gdb"] {
        let ran = merge(&files, ending);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    let [_, record, out] = &files;
    let into = folder.path().join("again");
    let ran = lantu(&["replay", text(record), "--into", text(&into), "--json"]);
    assert_eq!(ran.code, Some(0), "{} {}", ran.out, ran.err);
    let found = ran.json();
    let same = |name: &str| {
        let exports = found["exports"].as_array().unwrap();
        let export = exports.iter().find(|export| export["path"].as_str().unwrap().ends_with(name)).unwrap();
        export["same"].clone()
    };
    assert_eq!(found["exports"].as_array().unwrap().len(), 4, "the latest of each file");
    assert_eq!([same("out.gpkg"), same("out.shp"), same("c.geojson")], [true, true, true].map(serde_json::Value::from));
    assert!(same("out.gdb").is_null());
    for name in ["out.gpkg", "out.dbf", "out.fields.csv", "c.geojson"] {
        assert!(fs::read(into.join(name)).unwrap() == fs::read(out.with_file_name(name)).unwrap(), "{name}");
    }
    geojson(&folder, "forest.geojson", &[square(111.004, 20.0, 0.01)]);
    let ran = lantu(&["replay", text(record)]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("forest.geojson has changed") && !ran.out.contains("farmland.geojson"), "{}", ran.out);
    fs::remove_file(folder.path().join("rules.toml")).unwrap();
    let ran = lantu_in("zh_CN.UTF-8", &["replay", text(record)]);
    assert!(ran.out.contains("rules.toml 已不在"), "{}", ran.out);
}

#[test]
fn a_folder_that_was_moved_is_replayed_where_it_lies_now() {
    let folder = folder();
    fs::create_dir(folder.path().join("old")).unwrap();
    fs::create_dir(folder.path().join("old/project")).unwrap();
    let at = |place: &str| folder.path().join("old").join(place);
    let files = recorded(&folder);
    assert_eq!(merge(&files, "gpkg").code, Some(0));
    let there = |name: &str| fs::rename(folder.path().join(name), at(&format!("project/{name}"))).unwrap();
    ["p.toml", "rules.toml"].into_iter().for_each(there);
    // The layers lie in the folder above, and one is named on the terminal, from where it stands.
    for name in ["farmland.geojson", "forest.geojson"] {
        fs::rename(folder.path().join(name), at(name)).unwrap();
    }
    let text_of_project = fs::read_to_string(at("project/p.toml")).unwrap().replace("path = '", "path = '../");
    let project = text_of_project.split("[[layer]]\nname = 'forest'").next().unwrap();
    fs::write(at("project/p.toml"), project).unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_lantu"))
        .current_dir(at("project"))
        .args(["merge", "p.toml", "--layer", "forest=../forest.geojson", "--out", "out.gpkg", "--record", "r.lantu"])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let ran = lantu(&["replay", text(&at("project/r.lantu"))]);
    assert_eq!(ran.code, Some(0), "from another folder: {} {}", ran.out, ran.err);
    let new = folder.path().join("new");
    fs::rename(folder.path().join("old"), &new).unwrap();
    let record = new.join("project/r.lantu");
    let ran = lantu(&["replay", text(&record), "--json"]);
    assert_eq!(ran.code, Some(0), "{} {}", ran.out, ran.err);
    assert_eq!((&ran.json()["changed"], &ran.json()["exports"][0]["same"]), (&serde_json::json!([]), &true.into()));
    geojson(&folder, "new/forest.geojson", &[square(111.004, 20.0, 0.01)]);
    let ran = lantu(&["replay", text(&record)]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("forest.geojson has changed"), "{}", ran.out);
}

#[test]
fn what_a_killed_program_left_among_the_temporary_files_is_removed_by_the_next() {
    let folder = folder();
    let temp = folder.path().join("temp");
    for name in ["lantu-killed", "someone-else"] {
        fs::create_dir_all(temp.join(name)).unwrap();
        fs::write(temp.join(name).join(".lock"), "").unwrap();
        fs::write(temp.join(name).join("half.shp"), "gigabytes").unwrap();
    }
    let layers = two_layers(&folder, true);
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_lantu"))
        .env("TMPDIR", &temp)
        .args(["check", &layers[0], &layers[1]])
        .output()
        .unwrap();
    assert!(ran.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&ran.stderr));
    let left: Vec<_> = fs::read_dir(&temp).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["someone-else"]);
}

#[test]
fn an_archive_that_was_being_unpacked_when_the_program_was_killed_takes_no_room_for_good() {
    let folder = folder();
    let (temp, archive) = (folder.path().join("temp"), folder.path().join("all.zip"));
    fs::create_dir(&temp).unwrap();
    let mut zip = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for name in ["a.shp", "b.shp", "c.shp"] {
        zip.start_file(name, stored).unwrap();
        std::io::Write::write_all(&mut zip, &vec![0; 40 << 20]).unwrap();
    }
    zip.finish().unwrap();
    let begin = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lantu"));
        command.env("TMPDIR", &temp).args(arguments).stderr(std::process::Stdio::null());
        command.stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let left = || -> Vec<String> {
        let entries = fs::read_dir(&temp).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        entries.filter(|name| name.starts_with("lantu-")).collect()
    };
    // It may be done before it is killed: then there is nothing to see, and it is begun again.
    let killed = (0..50).any(|_| {
        let mut unpacking = begin(&["info", text(&archive)]);
        while left().is_empty() && unpacking.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        unpacking.kill().unwrap();
        unpacking.wait().unwrap();
        !left().is_empty()
    });
    assert!(killed, "it was never killed while it unpacked");
    let layers = two_layers(&folder, true);
    assert!(begin(&["check", &layers[0], &layers[1]]).wait().unwrap().code().is_some_and(|code| code < 2));
    assert_eq!(left(), Vec::<String>::new());
}

#[test]
fn a_record_without_exports_and_a_file_that_is_none_are_told() {
    let folder = folder();
    let none = write(&folder, "none.lantu", "");
    let ran = lantu(&["replay", text(&none)]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("knows of no export") && ran.err.contains("--record"), "{}", ran.err);
    let text_file = write(&folder, "text.lantu", "no database at all, however long it may become, and longer");
    assert_eq!(lantu(&["replay", text(&text_file)]).code, Some(2));
    assert_eq!(lantu(&["replay", text(&folder.path().join("gone.lantu"))]).code, Some(2));
    assert_eq!(fs::read(&none).unwrap(), b"", "looking changes nothing");
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full_leaves_the_old_file_and_no_trace() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    for ending in ["geojson", "gpkg", "shp", "fgb", "gdb", "parquet", "dxf", "txt"] {
        let target = folder.path().join("out");
        fs::create_dir(&target).unwrap();
        let out = target.join(format!("out.{ending}"));
        if ending == "gdb" {
            fs::create_dir(&out).unwrap();
        }
        fs::write(if ending == "gdb" { out.join("old") } else { out.clone() }, "old").unwrap();
        // No file may grow beyond half a kilobyte: writing fails in the middle, as on a full disk.
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
        let ran = std::process::Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_lantu"), "merge", &layers[0], &layers[1], "--out", text(&out)])
            .env("LC_ALL", "en_GB.UTF-8")
            .output()
            .unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{ending}: {err}");
        assert!(err.starts_with("error: ") && err.contains(text(&out)) && err.contains("untouched"), "{ending}: {err}");
        let old = fs::read(if ending == "gdb" { out.join("old") } else { out.clone() }).unwrap();
        assert_eq!((old.as_slice(), fs::read_dir(&target).unwrap().count()), (b"old".as_slice(), 1), "{ending}");
        fs::remove_dir_all(&target).unwrap();
    }
}

#[test]
fn an_offices_folder_goes_through_one_command() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    // As three offices would hand them over: in GBK without a .cpg, as a geodatabase, as a list of points, and
    // in three CRSs.
    for (number, (name, crs)) in
        [("林地.shp", "EPSG:4546"), ("red.gdb", "EPSG:4525"), ("parcel.txt", "EPSG:4546"), ("plan.gpkg", "EPSG:4545")]
            .into_iter()
            .enumerate()
    {
        let west = 111.0 + 0.004 * number as f64;
        let layer = geojson(&folder, "one.geojson", &[square(west, 20.0, 0.01)]);
        let layer = format!("--layer=林地={}", layer.display());
        let out = at(name);
        let arguments =
            ["merge", &layer, "--crs", crs, "--encoding", "gbk", "--field-names", "chinese", "--out", text(&out)];
        let ran = lantu(&arguments);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.err);
    }
    fs::remove_file(at("林地.cpg")).unwrap();
    let layers = [("a", "林地.shp"), ("b", "red.gdb"), ("c", "parcel.txt"), ("d", "plan.gpkg|layername=blueprint")]
        .map(|(name, file)| format!("--layer={name}={}", at(file).display()));
    let out = at("blueprint.gpkg");
    let mut arguments = vec!["merge", "--json", "--crs", "EPSG:4546", "--out", text(&out)];
    arguments.extend(layers.iter().map(String::as_str));
    let ran = lantu(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report = ran.json();
    assert_eq!((&report["proof"]["holds"], &report["findings_omitted"]), (&true.into(), &0.into()));
    let crs: Vec<&str> =
        report["layers"].as_array().unwrap().iter().map(|layer| layer["crs"].as_str().unwrap()).collect();
    assert_eq!(crs, ["EPSG:4546", "EPSG:4525", "EPSG:4525", "EPSG:4545"]);
    let findings: Vec<_> = report["findings"].as_array().unwrap().iter().map(|found| found["code"].clone()).collect();
    assert!(!findings.contains(&"uncertain-text".into()), "{findings:?}");
    let ran = lantu(&["info", text(&at("林地.shp"))]);
    assert!(ran.out.contains("GBK") && ran.out.contains("地类") && ran.out.contains("椭球面积"), "{}", ran.out);
    let ground = report["blueprint"]["ellipsoid_area_m2"].as_f64().unwrap();
    let alone = report["layers"][0]["ground_m2"].as_f64().unwrap();
    assert!((ground / alone - 2.2).abs() < 0.001, "four squares, each 0.4 farther east: {}", ground / alone);
}
