//! Every format that can be written holds the same partition, and says what it cannot hold.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Run, corners, folder, go_on, layer, request, zone};
use gdal::Dataset;
use gdal::vector::LayerAccess;
use geo::{Area, Polygon};
use lantu_engine::rules::{Bilingual, ClassDef, ClassKind};
use lantu_engine::{ClassId, Layer, RuleSet};
use lantu_files::{
    Crs, FieldNames, FileError, Format, Manner, TextOut, Written, read_layer, verify, write_blueprint_as,
    write_conflicts_as,
};
use std::collections::BTreeSet;
use std::path::Path;

const FORMATS: [&str; 8] = ["geojson", "gpkg", "shp", "fgb", "gdb", "parquet", "dxf", "txt"];

/// Fields with a hole and an island in it, a town that is in two parts which touch in one point, and
/// a red line over all of them, off the whole metre.
fn county() -> Vec<Layer> {
    let hole = corners(500_100.5, 2_200_100.25, 200.0);
    let outer = corners(500_000.0, 2_200_000.0, 500.0);
    let island = corners(500_150.012_3, 2_200_150.0, 50.0);
    vec![
        layer("farmland", &[&[&outer, &hole], &[&island]]),
        layer("urban", &[&[&corners(500_500.0, 2_200_500.0, 100.0)], &[&corners(500_450.0, 2_200_300.1, 100.333)]]),
        layer(
            "red-line",
            &[&[&[
                (500_010.1, 2_200_480.7),
                (500_700.333_3, 2_200_120.9),
                (500_690.0, 2_200_640.5),
                (500_010.1, 2_200_480.7),
            ]]],
        ),
    ]
}

fn rules() -> RuleSet {
    let class = |id: &str, zh: &str| ClassDef {
        id: ClassId::new(id),
        kind: ClassKind::Land,
        name: Bilingual { zh: zh.to_owned(), en: id.to_owned() },
        color: "#112233".to_owned(),
        within: None,
    };
    let classes = vec![class("farmland", "永久基本农田"), class("urban", "城镇开发边界")];
    RuleSet { classes, ..RuleSet::default() }
}

fn run() -> Run {
    Run::of(county(), zone(), rules())
}

fn written(run: &Run, path: &Path, manner: &Manner) -> Written {
    let written = write_blueprint_as(path, &run.export(), manner, &go_on).unwrap();
    assert!(written.proof.holds(), "{written:#?}");
    assert_eq!(written.features, run.blueprint.patches.len() as u64);
    written
}

fn manner(encoding: TextOut, names: FieldNames) -> Manner {
    Manner { encoding, names, ..Manner::default() }
}

#[test]
fn every_format_holds_the_blueprint_and_the_conflicts_as_partitions() {
    let (folder, run) = (folder(), run());
    assert_eq!(FORMATS.map(|ending| Format::of(Path::new(&format!("a.{ending}"))).unwrap()).len(), Format::ALL.len());
    for ending in FORMATS {
        // Twice, so that the second takes the place of the first.
        for _ in 0..2 {
            written(&run, &folder.path().join(format!("a.{ending}")), &Manner::default());
        }
        let path = folder.path().join(format!("c.{ending}"));
        let conflicts = write_conflicts_as(&path, &run.export(), &Manner::default(), &go_on).unwrap();
        assert!(conflicts.proof.holds() && conflicts.features == run.conflicts.len() as u64, "{conflicts:#?}");
        let layer = if ending == "gpkg" || ending == "gdb" { "|layername=blueprint" } else { "" };
        let source = format!("{}{layer}", folder.path().join(format!("a.{ending}")).display());
        let verification = verify(&source.parse().unwrap(), &[], &go_on).unwrap();
        // A geodatabase has a grid of its own: its points are ours to a fraction of a micrometre.
        assert!(verification.holds && (verification.exact || ending == "gdb"), "{ending}: {verification:#?}");
        let planned: f64 = run.blueprint.patches.iter().map(|patch| run.partition.grid.area(patch.area2)).sum();
        let slack = if ending == "geojson" { 1e-3 * planned } else { 1e-6 };
        assert!((verification.area_m2 - planned).abs() < slack, "{ending}: {} {planned}", verification.area_m2);
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with('.')), "{left:?}");
}

#[test]
fn the_same_blueprint_gives_the_same_bytes_in_every_format_that_is_a_file() {
    let (folder, run) = (folder(), run());
    for ending in FORMATS.into_iter().filter(|ending| *ending != "gdb") {
        let [one, other] = ["one", "other"].map(|name| {
            let inside = folder.path().join(name);
            std::fs::create_dir_all(&inside).unwrap();
            written(&run, &inside.join(format!("a.{ending}")), &Manner::default());
            inside
        });
        for entry in std::fs::read_dir(&one).unwrap() {
            let name = entry.unwrap().file_name();
            let bytes = |folder: &Path| std::fs::read(folder.join(&name)).unwrap();
            assert!(bytes(&one) == bytes(&other), "{name:?}");
        }
    }
}

#[test]
fn a_shapefile_has_short_names_and_says_what_they_mean() {
    let (folder, run) = (folder(), run());
    for (encoding, code) in [(TextOut::Utf8, "UTF-8"), (TextOut::Gbk, "GBK")] {
        for names in [FieldNames::Lantu, FieldNames::Chinese, FieldNames::Standard] {
            let path = folder.path().join("图.shp");
            let written = written(&run, &path, &manner(encoding, names));
            assert!(written.said[0][1].contains("图.fields.csv") && written.said[0][0].contains(code));
            assert_eq!(std::fs::read_to_string(path.with_extension("cpg")).unwrap(), code);
            assert!(std::fs::read_to_string(path.with_extension("prj")).unwrap().contains("Gauss_Kruger"));
            let read = read_layer(&request(path.to_str().unwrap()), &zone(), &go_on).unwrap();
            assert_eq!((read.value.file_crs.as_str(), read.value.encoding.name.as_str()), ("EPSG:4546", code));
            let fields: Vec<String> =
                read.value.layer.features[0].attributes.iter().map(|(name, _)| name.to_owned()).collect();
            let bytes = |name: &String| if code == "GBK" { encoding_rs::GBK.encode(name).0.len() } else { name.len() };
            assert!(fields.iter().all(|name| (1..=10).contains(&bytes(name))), "{fields:?}");
            assert_eq!(fields.iter().collect::<BTreeSet<_>>().len(), fields.len(), "{fields:?}");
            let table = std::fs::read_to_string(path.with_extension("fields.csv")).unwrap();
            for field in &fields {
                assert!(table.contains(&format!("\n{field},")), "{field} {table}");
            }
            let expected = match names {
                FieldNames::Lantu => "class",
                FieldNames::Chinese => "地类",
                FieldNames::Standard => "YDYHFLDM",
            };
            assert_eq!(fields[0], expected);
            let rows = read.value.layer.features.iter();
            let attributes: String = rows.map(|row| row.attributes.iter().last().unwrap().1.to_text()).collect();
            assert!(attributes.contains("“0”") && attributes.contains("farmland"), "{attributes}");
        }
    }
}

/// Gives a feature another name, and nothing else.
fn rename(feature: &mut lantu_engine::Feature, name: &str) {
    let values = [lantu_engine::Value::Text(name), lantu_engine::Value::Null];
    feature.attributes = lantu_engine::Attributes::new(feature.attributes.fields().clone(), values);
}

#[test]
fn texts_that_are_too_long_for_a_shapefile_are_cut_between_characters_and_counted() {
    let folder = folder();
    let mut layers = county();
    let long: String = "规划用地".repeat(60);
    for feature in &mut layers[0].features {
        rename(feature, &long);
    }
    let path = folder.path().join("a.shp");
    let run = Run::of(layers, zone(), rules());
    let written = written(&run, &path, &manner(TextOut::Gbk, FieldNames::Lantu));
    assert!(written.said[1][1].contains("longer than 254 bytes"), "{:?}", written.said);
    let read = read_layer(&request(path.to_str().unwrap()), &zone(), &go_on).unwrap();
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    let texts = read.value.layer.features.iter().map(|row| row.attributes.get("attributes").unwrap().to_text());
    let longest = texts.max_by_key(String::len).unwrap();
    assert!(longest.ends_with("规划用地规划用") || longest.ends_with("地") || longest.ends_with("划"), "{longest}");
    assert!((250..=254).contains(&encoding_rs::GBK.encode(&longest).0.len()));
}

#[test]
fn characters_that_gbk_lacks_are_counted_and_told() {
    let folder = folder();
    let mut layers = county();
    for feature in &mut layers[0].features {
        rename(feature, "碧峯𠮷村");
    }
    let run = Run::of(layers, zone(), rules());
    let lacking = |path: &str, encoding| {
        let written = written(&run, &folder.path().join(path), &manner(encoding, FieldNames::Lantu));
        written.said.iter().filter(|said| said[1].contains("GBK lacks") && said[0].contains("GBK")).count()
    };
    assert_eq!((lacking("a.shp", TextOut::Gbk), lacking("a.shp", TextOut::Utf8)), (1, 0));
    let path = folder.path().join("a.shp");
    written(&run, &path, &manner(TextOut::Gbk, FieldNames::Lantu));
    let read = read_layer(&request(path.to_str().unwrap()), &zone(), &go_on).unwrap();
    let texts = read.value.layer.features.iter().map(|row| row.attributes.get("attributes").unwrap().to_text());
    assert!(texts.into_iter().any(|text| text.contains("碧峯?村")), "the rest of the text is kept");
}

#[test]
fn a_shapefile_that_would_be_too_large_is_written_in_parts_that_are_one_partition() {
    let (folder, run) = (folder(), run());
    let path = folder.path().join("a.shp");
    let small = Manner { part_bytes: 1_000, ..Manner::default() };
    let written = written(&run, &path, &small);
    let parts: Vec<_> =
        written.files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "shp")).collect();
    assert!(parts.len() > 1 && written.said.last().unwrap()[1].contains("a_2.shp"), "{written:?}");
    let features = parts.iter().map(|part| {
        assert!(part.metadata().unwrap().len() <= 1_000);
        read_layer(&request(part.to_str().unwrap()), &zone(), &go_on).unwrap().value.layer.features.len()
    });
    assert_eq!(features.sum::<usize>(), run.blueprint.patches.len());
    let left = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().ends_with(".fields.csv"));
    assert_eq!(left.count(), 1, "one table of fields for all parts");
    assert!(folder.path().join("a.shp.parts.csv").exists() && parts[1].exists());
    let again = self::written(&run, &path, &Manner::default());
    assert!(again.files.len() < written.files.len());
    let left: BTreeSet<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, again.files.iter().cloned().collect(), "parts of the export before lie beside the new one");
}

#[test]
fn names_are_chosen_in_the_other_formats_too() {
    let (folder, run) = (folder(), run());
    let names = |path: &Path| -> Vec<String> {
        let layer = Dataset::open(path).unwrap().into_layer(0).unwrap();
        layer.defn().fields().map(|field| field.name()).collect()
    };
    for ending in ["gpkg", "fgb", "gdb", "geojson"] {
        let path = folder.path().join(format!("a.{ending}"));
        written(&run, &path, &manner(TextOut::Utf8, FieldNames::Chinese));
        let names = names(&path);
        assert!(names.contains(&"地类".to_owned()) && names.contains(&"椭球面积".to_owned()), "{ending}: {names:?}");
    }
    let path = folder.path().join("a.gpkg");
    let style: String = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row("SELECT styleQML FROM layer_styles", [], |row| row.get(0))
        .unwrap();
    assert!(style.contains("attr=\"地类\""), "{style}");
}

#[test]
fn a_drawing_has_a_layer_per_class_and_says_that_it_has_no_crs() {
    let (folder, run) = (folder(), run());
    let path = folder.path().join("a.dxf");
    let written = written(&run, &path, &manner(TextOut::Utf8, FieldNames::Chinese));
    assert!(written.said[0][1].contains("EPSG:4546"), "{:?}", written.said);
    let mut drawing = Dataset::open(&path).unwrap().into_layer(0).unwrap();
    let drawn_on = drawing.defn().field_index("Layer").unwrap();
    let layers: BTreeSet<String> =
        drawing.features().map(|row| row.field_as_string(drawn_on).unwrap().unwrap()).collect();
    let expected = ["永久基本农田", "城镇开发边界", "待定", "red-line"].map(str::to_owned);
    assert_eq!(layers, BTreeSet::from(expected));
}

#[test]
fn a_boundary_file_carries_the_zone_and_only_the_classes_asked_for() {
    let (folder, run) = (folder(), run());
    let path = folder.path().join("a.txt");
    let manner = Manner { encoding: TextOut::Gbk, only: vec![ClassId::new("urban")], ..Manner::default() };
    let export = run.export();
    let written = write_blueprint_as(&path, &export, &manner, &go_on).unwrap();
    let urban = |patch: &&lantu_engine::Patch| patch.class == Some(ClassId::new("urban"));
    assert_eq!(written.features, run.blueprint.patches.iter().filter(urban).count() as u64);
    assert!(written.proof.holds(), "{written:#?}");
    let text = encoding_rs::GBK.decode(&std::fs::read(&path).unwrap()).0.into_owned();
    assert!(text.contains("坐标系=2000国家大地坐标系\r\n") && text.contains("带号=37\r\n"), "{text}");
    assert!(text.contains(",37500") && text.contains("城镇开发边界,urban,@"), "{text}");
    let read = read_layer(&request(path.to_str().unwrap()), &zone(), &go_on).unwrap();
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    assert_eq!(read.value.file_crs, "EPSG:4525");
    let none = Manner { only: vec![ClassId::new("sea")], ..Manner::default() };
    let error = write_blueprint_as(&path, &export, &none, &go_on).unwrap_err();
    assert!(matches!(&error, FileError::NoneOfClasses { there, .. } if there.contains(&"farmland".to_owned())));
    assert!(error.sentence()[1].contains("sea") && error.sentence()[0].contains("a.txt"));
}

#[test]
fn each_patch_has_a_boundary_file_of_its_own_if_asked_for() {
    let (folder, run) = (folder(), run());
    let manner = Manner { each: true, ..Manner::default() };
    let written = written(&run, &folder.path().join("a.txt"), &manner);
    let (patches, mut area) = (run.blueprint.patches.len(), 0.0);
    // By name, the list of them comes first.
    let (list, files) = written.files.split_first().unwrap();
    assert!(patches > 5 && files.len() == patches && list.ends_with("a.txt.parts.csv"), "{written:#?}");
    for (number, file) in (1..).zip(files) {
        assert_eq!(*file, folder.path().join(format!("a_{number:0width$}.txt", width = patches.to_string().len())));
        let read = read_layer(&request(file.to_str().unwrap()), &zone(), &go_on).unwrap();
        assert_eq!(read.value.layer.features.len(), 1, "{}", file.display());
        let polygons = read.value.layer.features[0].polygons.iter();
        area += polygons.map(|rings| Polygon::new(rings[0].clone(), rings[1..].to_vec()).unsigned_area()).sum::<f64>();
    }
    let planned: f64 = run.blueprint.patches.iter().map(|patch| run.partition.grid.area(patch.area2)).sum();
    assert!((area - planned).abs() < 1e-3, "{area} of {planned} m²");
}

#[test]
fn a_boundary_file_of_no_chinese_zone_is_refused_by_name() {
    let folder = folder();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "old").unwrap();
    let run = Run::of(county(), Crs::epsg(32649).unwrap(), rules());
    let error = write_blueprint_as(&path, &run.export(), &Manner::default(), &go_on).unwrap_err();
    assert!(matches!(&error, FileError::CannotHold { path: named, .. } if *named == path), "{error}");
    assert!(error.sentence()[1].contains("EPSG:32649") && error.sentence()[0].contains("界址点"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
}

#[test]
fn geoparquet_says_which_column_is_the_geometry_and_in_which_crs() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let (folder, run) = (folder(), run());
    let path = folder.path().join("a.parquet");
    written(&run, &path, &Manner::default());
    let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    let file = reader.metadata().file_metadata();
    let about = file.key_value_metadata().unwrap().iter().find(|pair| pair.key == "geo").unwrap();
    let about: serde_json::Value = serde_json::from_str(about.value.as_deref().unwrap()).unwrap();
    let column = &about["columns"]["geometry"];
    assert_eq!((&about["version"], &about["primary_column"]), (&"1.1.0".into(), &"geometry".into()));
    assert_eq!((&column["encoding"], &column["crs"]["id"]["code"]), (&"WKB".into(), &4546.into()));
    assert_eq!(column["bbox"][0], 500_000.0);
    let read = read_layer(&request(path.to_str().unwrap()), &zone(), &go_on).unwrap();
    assert_eq!(read.value.file_crs, "EPSG:4546");
    let mut rows = read.value.layer.features.iter().map(|feature| &feature.attributes);
    let red = rows.find(|row| row.get("class").is_some_and(|class| class.to_text() == "red-line")).unwrap();
    assert!(matches!(red.get("area_m2"), Some(lantu_engine::Value::Real(area)) if area > 0.0), "{red:?}");
    let classes: BTreeSet<String> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().get_column_iter().find(|(name, _)| *name == "class").unwrap().1.to_string())
        .collect();
    assert!(classes.contains("\"farmland\"") && classes.contains("null"), "{classes:?}");
}

#[test]
fn indexes_of_an_older_shapefile_go_with_it() {
    let (folder, run) = (folder(), run());
    std::fs::write(folder.path().join("a.qix"), "an index of something else").unwrap();
    written(&run, &folder.path().join("a.shp"), &Manner::default());
    assert!(!folder.path().join("a.qix").exists());
}

#[test]
fn a_folder_that_is_no_geodatabase_is_not_replaced_by_a_file() {
    let (folder, run) = (folder(), run());
    let path = folder.path().join("a.fgb");
    std::fs::create_dir(&path).unwrap();
    let error = write_blueprint_as(&path, &run.export(), &Manner::default(), &go_on).unwrap_err();
    assert!(matches!(error, FileError::NotWritable { .. }), "{error}");
}
