//! Every format that offices send: archives, folders, geodatabases, drawings, tables.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Made, dataset, folder, go_on, request, shapefile, write, zone};
use gdal::vector::OGRwkbGeometryType;
use lantu_engine::{FindingCode, Value};
use lantu_files::{Crs, FileError, LayerRequest, ReadLayer, read_layer, summary};
use std::io::Write;
use std::path::{Path, PathBuf};

fn asked(source: &str) -> LayerRequest {
    request(source)
}

fn read(request: &LayerRequest) -> (ReadLayer, Vec<FindingCode>) {
    let read = read_layer(request, &zone(), &go_on).unwrap();
    (read.value, read.findings.iter().map(|finding| finding.code).collect())
}

fn refusal(source: &str) -> FileError {
    let error = read_layer(&request(source), &zone(), &go_on).map(|_| ()).unwrap_err();
    assert!(error.sentence()[0].ends_with('。') && error.hint()[1].ends_with('.'), "{error}");
    error
}

fn texts(layer: &ReadLayer, field: &str) -> Vec<String> {
    let text = |value: Value<&str>| match value {
        Value::Text(text) => text.to_owned(),
        other => format!("{other:?}"),
    };
    layer.layer.features.iter().map(|feature| feature.attributes.get(field).map(text).unwrap_or_default()).collect()
}

fn area(layer: &ReadLayer) -> f64 {
    layer.extent.width() * layer.extent.height()
}

fn zipped(path: &Path, files: &[(&[u8], &Path)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, file) in files {
        // Names in GBK are written as the bytes they are, letter by letter of Latin 1.
        let name: String = name.iter().map(|&byte| char::from(byte)).collect();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&std::fs::read(file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

fn parts(path: &Path) -> Vec<PathBuf> {
    ["shp", "shx", "dbf", "prj"].iter().map(|ending| path.with_extension(ending)).collect()
}

#[test]
fn a_zipped_shapefile_is_read_like_one_in_a_folder() {
    let folder = folder();
    let made = shapefile(&folder, "a.shp", "CP936");
    let mut bytes = std::fs::read(made.with_extension("dbf")).unwrap();
    bytes[29] = 0;
    std::fs::write(made.with_extension("dbf"), bytes).unwrap();
    let files = parts(&made);
    let names: Vec<String> =
        files.iter().map(|file| format!("x/{}", file.file_name().unwrap().to_str().unwrap())).collect();
    let entries: Vec<(&[u8], &Path)> =
        names.iter().map(String::as_bytes).zip(files.iter().map(PathBuf::as_path)).collect();
    let path = folder.path().join("all.zip");
    zipped(&path, &entries);
    let (layer, _) = read(&asked(path.to_str().unwrap()));
    assert_eq!(
        (texts(&layer, "名称"), layer.encoding.name.as_str()),
        (vec!["水田".to_owned(), "基本农田保护区".to_owned()], "GBK")
    );
    assert_eq!(summary(&path).unwrap()[0].source.to_string(), path.to_str().unwrap());
}

#[test]
fn several_layers_in_an_archive_or_a_folder_are_asked_for_by_name() {
    let folder = folder();
    let (one, two) = (shapefile(&folder, "一.shp", "UTF-8"), shapefile(&folder, "二.shp", "UTF-8"));
    let files: Vec<PathBuf> = [parts(&one), parts(&two)].concat();
    let names: Vec<String> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let inside = tempfile::tempdir().unwrap();
    let path = inside.path().join("all.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, file) in names.iter().zip(&files) {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&std::fs::read(file).unwrap()).unwrap();
    }
    zip.start_file("说明.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all("请先阅读。".as_bytes()).unwrap();
    zip.finish().unwrap();
    write(&folder, "说明.txt", "请先阅读。");
    for container in [path.as_path(), folder.path()] {
        let found: Vec<String> =
            summary(container).unwrap().into_iter().map(|layer| layer.source.to_string()).collect();
        let container = container.to_str().unwrap();
        let mut wanted = ["一", "二"].map(|name| format!("{container}|layername={name}"));
        wanted.sort();
        assert_eq!(found, wanted);
        assert_eq!(read(&asked(&wanted[0])).0.layer.features.len(), 2);
        assert!(matches!(refusal(container), FileError::WhichLayer { there, .. } if there == ["一", "二"]));
        assert!(matches!(refusal(&format!("{container}|layername=三")), FileError::UnknownLayer { .. }));
    }
}

#[test]
fn a_broken_or_empty_archive_is_refused_by_its_own_name() {
    let folder = folder();
    let broken = write(&folder, "broken.zip", "PK\u{3}\u{4} and then nothing");
    assert!(matches!(refusal(broken.to_str().unwrap()), FileError::NotGis { .. }));
    let readme = write(&folder, "readme.md", "nothing");
    let path = folder.path().join("empty.zip");
    zipped(&path, &[(b"readme.md", &readme), (b"../out.geojson", &readme)]);
    assert!(matches!(refusal(path.to_str().unwrap()), FileError::NoLayers { .. }));
    let lone = shapefile(&folder, "a.shp", "UTF-8");
    let path = folder.path().join("lone.zip");
    zipped(&path, &[(b"a.shp", &lone)]);
    let error = refusal(path.to_str().unwrap());
    assert!(matches!(&error, FileError::Companion { path, .. } if path.ends_with("lone.zip/a.shp")), "{error:?}");
}

#[test]
fn formats_of_gdal_are_read_whole() {
    let folder = folder();
    let metres = [("POLYGON ((456000 2201000,456100 2201000,456100 2201100,456000 2201100,456000 2201000))", "水田")];
    let degrees = [("POLYGON ((110.9 20.1,110.901 20.1,110.901 20.101,110.9 20.101,110.9 20.1))", "水田")];
    for (driver, name, epsg, rows, code) in [
        ("FlatGeobuf", "a.fgb", 4546, &metres, "EPSG:4546"),
        ("OpenFileGDB", "a.gdb", 4546, &metres, "EPSG:4546"),
        ("MapInfo File", "a.mif", 4326, &degrees, "EPSG:4326"),
        ("GeoJSONSeq", "a.geojsonl", 4326, &degrees, "EPSG:4326"),
        ("KML", "a.kml", 4326, &degrees, "EPSG:4326"),
        ("GML", "a.gml", 4546, &metres, "EPSG:4546"),
    ] {
        let path = folder.path().join(name);
        let kind = OGRwkbGeometryType::wkbPolygon;
        dataset(&path, &Made { driver, layer: "a", epsg: Some(epsg), kind, options: &[], rows });
        let (layer, codes) = read(&asked(path.to_str().unwrap()));
        assert_eq!((layer.layer.features.len(), layer.file_crs.as_str(), codes), (1, code, vec![]), "{driver}");
        assert!(area(&layer) > 9_000.0, "{driver}");
        // GDAL's writers of these two do not keep a Chinese name of a field.
        if !["MapInfo File", "KML"].contains(&driver) {
            assert_eq!(texts(&layer, "名称"), ["水田"], "{driver}");
        }
    }
}

#[test]
fn closed_lines_and_hatches_of_a_drawing_are_areas() {
    let folder = folder();
    let polyline = |closed: u8, corners: &[(f64, f64)]| {
        let points: String = corners.iter().map(|(x, y)| format!("10\n{x}\n20\n{y}\n")).collect();
        format!("0\nLWPOLYLINE\n8\n0\n90\n{}\n70\n{closed}\n{points}", corners.len())
    };
    let corners =
        [(456_000.0, 2_201_000.0), (456_100.0, 2_201_000.0), (456_100.0, 2_201_100.0), (456_000.0, 2_201_100.0)];
    let edges: String = corners.iter().map(|(x, y)| format!("10\n{x}\n20\n{y}\n")).collect();
    let hatch = format!(
        "0\nHATCH\n8\nH\n10\n0\n20\n0\n30\n0\n210\n0\n220\n0\n230\n1\n2\nSOLID\n70\n1\n71\n0\n91\n1\n92\n2\n72\n0\n73\n1\n93\n4\n{edges}97\n0\n75\n0\n76\n1\n98\n0\n"
    );
    let text = format!(
        "0\nSECTION\n2\nENTITIES\n{}{}{hatch}0\nENDSEC\n0\nEOF\n",
        polyline(1, &corners),
        polyline(0, &corners)
    );
    let path = write(&folder, "a.dxf", &text);
    assert!(matches!(refusal(path.to_str().unwrap()), FileError::LooksLike { .. }), "a drawing has no CRS");
    let given = LayerRequest { assume_crs: Some(zone()), ..asked(path.to_str().unwrap()) };
    let (layer, codes) = read(&given);
    assert_eq!((layer.layer.features.len(), codes), (2, vec![FindingCode::NotAPolygon]));
    assert_eq!(area(&layer), 10_000.0);
}

#[test]
fn a_table_of_well_known_text_is_a_layer_in_any_encoding() {
    let folder = folder();
    let text =
        "名称,WKT\n水田,\"POLYGON ((456000 2201000,456100 2201000,456100 2201100,456000 2201000))\"\n坏,POLYGON((1\n";
    let path = folder.path().join("a.csv");
    std::fs::write(&path, encoding_rs::GBK.encode(text).0).unwrap();
    let given = LayerRequest { assume_crs: Some(zone()), ..asked(path.to_str().unwrap()) };
    let (layer, codes) = read(&given);
    assert_eq!(
        (texts(&layer, "名称"), layer.encoding.name.as_str()),
        (vec!["水田".to_owned(), "坏".to_owned()], "GBK")
    );
    assert_eq!(codes, [FindingCode::UnreadableLine]);
}

#[test]
fn a_list_of_coordinates_is_a_layer_whatever_its_axes_are_called() {
    let folder = folder();
    let corners = [
        (2_201_000.0, 37_456_000.0),
        (2_201_000.0, 37_456_100.0),
        (2_201_100.0, 37_456_100.0),
        (2_201_100.0, 37_456_000.0),
    ];
    for (name, header, north_first) in [
        ("survey.csv", "地块编号,点号,X,Y", true),
        ("gis.csv", "id,no,x,y", false),
        ("words.tsv", "地块名称\t点号\t纵坐标\t横坐标", true),
    ] {
        let apart = if name.ends_with("tsv") { "\t" } else { "," };
        let rows = corners.iter().enumerate().map(|(at, &(north, east))| {
            let (one, two) = if north_first { (north, east) } else { (east, north) };
            ["A".to_owned(), format!("J{}", at + 1), one.to_string(), two.to_string()].join(apart)
        });
        let path = write(&folder, name, &format!("{header}\n{}", rows.collect::<Vec<_>>().join("\n")));
        let error = refusal(path.to_str().unwrap());
        assert!(error.hint()[1].contains("EPSG:4525"), "{error:?}");
        let given = LayerRequest { assume_crs: Some(Crs::epsg(4525).unwrap()), ..asked(path.to_str().unwrap()) };
        let (layer, codes) = read(&given);
        assert_eq!((layer.layer.features.len(), codes), (1, vec![]), "{name}");
        assert!((area(&layer) - 10_000.0).abs() < 1e-3, "{name}");
        assert!((layer.extent.min().x - 456_000.0).abs() < 1e-6, "{name} {:?}", layer.extent);
    }
}

#[test]
fn a_spreadsheet_of_coordinates_is_a_layer() {
    let folder = folder();
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let point = |number: u32, north: f64, east: f64| {
        format!("<row>{}{}<c><v>{north}</v></c><c><v>{east}</v></c></row>", text("甲地"), text(&format!("J{number}")))
    };
    let header: String = ["地块名称", "点号", "X", "Y"].map(text).concat();
    let points =
        [point(1, 2_201_000.0, 37_456_000.0), point(2, 2_201_000.0, 37_456_100.0), point(3, 2_201_100.0, 37_456_100.5)]
            .concat();
    let sheet = format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row>{}</row><row>{header}</row>{points}</sheetData></worksheet>",
        text("界址点表")
    );
    let path = folder.path().join("a.xlsx");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, content) in [
        (
            "[Content_Types].xml",
            "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>",
        ),
        (
            "_rels/.rels",
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"表一\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    assert_eq!(summary(&path).unwrap()[0].name, "表一");
    let given = LayerRequest { assume_crs: Some(Crs::epsg(4525).unwrap()), ..asked(path.to_str().unwrap()) };
    let (layer, codes) = read(&given);
    assert_eq!((texts(&layer, "地块名称"), codes), (vec!["甲地".to_owned()], vec![]));
    assert_eq!(layer.layer.features[0].polygons[0][0].0.len(), 4);
}

/// A dataset of several layers, each of one square at another place.
fn with_layers(path: &Path, layers: &[&str]) {
    use gdal::DriverManager;
    use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
    use gdal::vector::{Geometry, LayerAccess, LayerOptions};
    let mut dataset = DriverManager::get_driver_by_name("GPKG").unwrap().create_vector_only(path).unwrap();
    let mut srs = SpatialRef::from_epsg(4546).unwrap();
    srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    for (number, name) in layers.iter().enumerate() {
        let options = LayerOptions { name, srs: Some(&srs), ty: OGRwkbGeometryType::wkbPolygon, options: None };
        let mut layer = dataset.create_layer(options).unwrap();
        let (w, s, side) = (500_000, 2_200_000, 10 * (number + 1));
        let (e, n) = (w + side, s + side);
        let wkt = format!("POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))");
        layer.create_feature(Geometry::from_wkt(&wkt).unwrap()).unwrap();
    }
}

#[test]
fn layers_of_several_members_are_asked_for_by_the_names_that_are_offered() {
    let folder = folder();
    shapefile(&folder, "界线.shp", "UTF-8");
    with_layers(&folder.path().join("base.gpkg"), &["DLTB", "XZQ"]);
    let offered: Vec<String> = summary(folder.path()).unwrap().iter().map(|layer| layer.source.to_string()).collect();
    let inside = |name: &str| format!("{}|layername={name}", folder.path().display());
    assert_eq!(offered, ["base/DLTB", "base/XZQ", "界线"].map(inside));
    let widths: Vec<f64> = offered[..2].iter().map(|source| read(&asked(source)).0.extent.width().round()).collect();
    assert_eq!(widths, [10.0, 20.0]);
    assert_eq!(read(&asked(&offered[2])).0.layer.features.len(), 2);
    let named = ["base/DLTB".to_owned(), "base/XZQ".to_owned()];
    assert!(matches!(refusal(&inside("base")), FileError::WhichLayer { there, .. } if there == named));
    let error = refusal(&inside("base/三调"));
    assert!(matches!(&error, FileError::UnknownLayer { layer, there, .. } if layer == "base/三调" && *there == named));
}

#[test]
fn members_of_one_name_in_two_folders_are_told_apart_by_their_paths() {
    let (folder, inside) = (folder(), tempfile::tempdir().unwrap());
    let made = shapefile(&folder, "DLTB.shp", "UTF-8");
    let files = parts(&made);
    let path = inside.path().join("all.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for district in ["A", "B"] {
        std::fs::create_dir_all(inside.path().join("plain/深").join(district)).unwrap();
        for file in &files {
            let name = file.file_name().unwrap().to_str().unwrap();
            zip.start_file(format!("{district}/{name}"), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&std::fs::read(file).unwrap()).unwrap();
            std::fs::copy(file, inside.path().join("plain/深").join(district).join(name)).unwrap();
        }
    }
    zip.finish().unwrap();
    for (container, within) in [(path, ""), (inside.path().join("plain"), "深/")] {
        let names: Vec<String> = summary(&container).unwrap().into_iter().map(|layer| layer.name).collect();
        assert_eq!(names, ["A", "B"].map(|district| format!("{within}{district}/DLTB.shp")));
        for name in &names {
            let source = format!("{}|layername={name}", container.display());
            assert_eq!(read(&asked(&source)).0.layer.features.len(), 2, "{source}");
        }
        let vague = refusal(&format!("{}|layername=DLTB", container.display()));
        assert!(matches!(&vague, FileError::UnknownLayer { there, .. } if *there == names), "{vague}");
    }
}

#[test]
fn reading_gml_leaves_the_folder_as_it_was() {
    let folder = folder();
    let text = r#"<?xml version="1.0" encoding="UTF-8"?>
<ogr:FeatureCollection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://ogr.maptools.org/ http://127.0.0.1:9/never.xsd"
    xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">
<gml:featureMember><ogr:land fid="land.0"><ogr:geometryProperty><gml:Polygon srsName="EPSG:4546"><gml:outerBoundaryIs>
<gml:LinearRing><gml:coordinates>500000,2200000 500100,2200000 500100,2200100 500000,2200100 500000,2200000</gml:coordinates>
</gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:geometryProperty><ogr:DLMC>水田</ogr:DLMC></ogr:land>
</gml:featureMember></ogr:FeatureCollection>"#;
    let path = write(&folder, "a.gml", text);
    let listing = || -> Vec<_> {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        entries.map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap())).collect()
    };
    let before = listing();
    summary(&path).unwrap();
    let given = LayerRequest { crs: Some(zone()), ..asked(path.to_str().unwrap()) };
    let (layer, _) = read(&given);
    assert_eq!(texts(&layer, "DLMC"), ["水田"]);
    assert_eq!(listing(), before);
}

#[test]
fn a_kmz_is_read_or_its_missing_driver_named() {
    let folder = folder();
    let kml = r#"<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>红线</name>
<Placemark><name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>111,20,0 111.01,20,0 111.01,20.01,0 111,20.01,0 111,20,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Document></kml>"#;
    let doc = write(&folder, "doc.kml", kml);
    let path = folder.path().join("a.kmz");
    zipped(&path, &[(b"doc.kml", &doc)]);
    match read_layer(&asked(path.to_str().unwrap()), &zone(), &go_on) {
        Ok(read) => {
            assert_eq!((read.value.layer.features.len(), read.value.file_crs.as_str()), (1, "EPSG:4326"));
            assert!((read.value.extent.width() - 1046.0).abs() < 2.0, "{:?}", read.value.extent);
        }
        Err(error) => assert!(matches!(error, FileError::NoDriver { driver: "LIBKML", .. }), "{error}"),
    }
}

#[test]
fn a_mapinfo_table_is_read_with_its_text_and_crs() {
    let folder = folder();
    let path = folder.path().join("a.tab");
    let kind = OGRwkbGeometryType::wkbPolygon;
    let rows = &[("POLYGON((111 20,111.01 20,111.01 20.01,111 20.01,111 20))", "paddy")];
    dataset(&path, &Made { driver: "MapInfo File", layer: "a", epsg: Some(4326), kind, options: &[], rows });
    let (layer, _) = read(&asked(path.to_str().unwrap()));
    let values: Vec<String> = layer.layer.features[0].attributes.iter().map(|(_, value)| value.to_text()).collect();
    assert!(values.contains(&"paddy".to_owned()), "{values:?}");
    assert!((layer.extent.width() - 1046.0).abs() < 2.0, "{:?}", layer.extent);
}

#[test]
fn geojson_line_by_line_is_read_with_and_without_record_separators() {
    let folder = folder();
    let line = |x: f64| {
        format!(r#"{{"type":"Feature","properties":{{"名称":"林{x}"}},"geometry":{}}}"#, common::square(x, 20.0, 0.01))
    };
    let lines = [line(111.0), line(111.1)];
    for (name, separator) in [("a.ndjson", ""), ("a.geojsonl", ""), ("a.geojsons", "\u{1e}")] {
        let text: String = lines.iter().map(|line| format!("{separator}{line}\n")).collect();
        let path = write(&folder, name, &text);
        let (layer, _) = read(&asked(path.to_str().unwrap()));
        assert_eq!(
            (texts(&layer, "名称"), layer.file_crs.as_str()),
            (vec!["林111".into(), "林111.1".into()], "EPSG:4326"),
            "{name}"
        );
    }
}

#[test]
fn an_open_document_sheet_of_well_known_text_is_a_layer() {
    let folder = folder();
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: [&str; 2]| format!("<table:table-row>{}</table:table-row>", cells.map(cell).concat());
    let wkt = "POLYGON((500000 2200000,500100 2200000,500100 2200100,500000 2200000))";
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\"><office:body><office:spreadsheet><table:table table:name=\"地块\">{}{}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(["名称", "WKT"]),
        row(["甲地", wkt])
    );
    let mime = write(&folder, "mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    let content = write(&folder, "content.xml", &content);
    let manifest = write(
        &folder,
        "manifest.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>",
    );
    let path = folder.path().join("a.ods");
    zipped(&path, &[(b"mimetype", &mime), (b"content.xml", &content), (b"META-INF/manifest.xml", &manifest)]);
    let given = LayerRequest { assume_crs: Some(zone()), ..asked(path.to_str().unwrap()) };
    let (layer, _) = read(&given);
    assert_eq!((texts(&layer, "名称"), layer.layer.features[0].polygons[0][0].0.len()), (vec!["甲地".to_owned()], 4));
}
