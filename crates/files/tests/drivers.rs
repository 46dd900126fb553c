//! A GDAL that was built without a driver is told from a file that is broken. One test alone in its
//! program, as GDAL's list of drivers is one for all threads.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Run, corners, folder, go_on, layer, request, write, zone};
use gdal::DriverManager;
use lantu_engine::RuleSet;
use lantu_files::{FileError, Format, Manner, read_layer, write_blueprint, write_blueprint_as};

#[test]
fn a_driver_that_is_missing_is_named_for_reading_and_for_writing() {
    let folder = folder();
    for name in ["CAD", "OpenFileGDB"] {
        if let Ok(driver) = DriverManager::get_driver_by_name(name) {
            DriverManager::deregister_driver(&driver);
        }
    }
    let drawing = write(&folder, "a.dwg", "AC1032");
    let error = read_layer(&request(drawing.to_str().unwrap()), &zone(), &go_on).map(|_| ()).unwrap_err();
    assert!(matches!(error, FileError::NoDriver { driver: "CAD", .. }), "{error:?}");
    assert!(error.sentence()[0].contains("CAD") && error.sentence()[1].contains("a.dwg"));
    let run =
        Run::of(vec![layer("farmland", &[&[&corners(500_000.0, 2_200_000.0, 500.0)]])], zone(), RuleSet::default());
    let path = folder.path().join("a.gdb");
    let error = write_blueprint(&path, &run.export(), &go_on).unwrap_err();
    let named = |named: &FileError| matches!(named, FileError::NoWriter { path: told, format: Format::FileGeodatabase, driver: "OpenFileGDB" } if *told == path);
    assert!(named(&error), "{error:?}");
    assert!(error.sentence()[0].contains("文件地理数据库") && error.hint()[1].contains(".gpkg"));
    assert!(!path.exists() && std::fs::read_dir(folder.path()).unwrap().count() == 1);
    let other = folder.path().join("a.fgb");
    assert!(write_blueprint_as(&other, &run.export(), &Manner::default(), &go_on).unwrap().proof.holds());
}
