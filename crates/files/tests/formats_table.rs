//! Makes docs/formats.md by trying every format, and holds the committed page against it.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Run, corners, folder, go_on, layer, zone};
use lantu_engine::{ClassId, RuleSet};
use lantu_files::{FieldNames, Format, LayerRequest, Manner, Source, TextOut, read_layer, verify, write_blueprint_as};
use std::path::Path;

/// What trying a format has shown.
struct Row {
    name: String,
    endings: String,
    reads: &'static str,
    writes: &'static str,
    grid: &'static str,
    text: String,
    fields: String,
    crs: String,
}

fn run() -> Run {
    let layers = vec![
        layer(
            "farmland",
            &[&[&corners(500_000.012_3, 2_200_000.0, 500.0)], &[&corners(500_500.5, 2_200_000.1, 499.9)]],
        ),
        layer("红线", &[&[&corners(500_300.777_7, 2_200_200.0, 400.0)]]),
    ];
    Run::of(layers, zone(), RuleSet::default())
}

/// The source of a blueprint that was written.
fn source(path: &Path, format: Format) -> Source {
    let named = matches!(format, Format::GeoPackage | Format::FileGeodatabase);
    Source { path: path.to_path_buf(), layer: named.then(|| "blueprint".to_owned()), subset: None }
}

fn try_out(format: Format) -> Row {
    let (folder, run) = (folder(), run());
    let path = folder.path().join(format!("a.{}", format.endings()[0]));
    let manner = |encoding| Manner { encoding, names: FieldNames::Chinese, ..Manner::default() };
    let written = write_blueprint_as(&path, &run.export(), &manner(TextOut::Utf8), &go_on).unwrap();
    assert!(written.proof.holds() && written.proof.exact, "{format:?}: {written:?}");
    let request = LayerRequest::new("a", source(&path, format), ClassId::new("x"));
    // Where a format has no CRS of its own, it must be given.
    let plain = read_layer(&request, &zone(), &go_on);
    let given = LayerRequest { crs: Some(zone()), ..request.clone() };
    let read = plain.as_ref().ok().cloned().or_else(|| read_layer(&given, &zone(), &go_on).ok());
    let reads = read.is_some();
    let same_plane = format != Format::GeoJson;
    let kept = reads && verify(&source(&path, format), &[], &go_on).unwrap().holds;
    let crs = match (&plain, format) {
        (Ok(plain), Format::GeoJson) => format!("longitude and latitude ({})", plain.value.file_crs),
        (Ok(plain), Format::BoundaryTxt) => {
            format!("zones of China only, eastings with their number ({})", plain.value.file_crs)
        }
        (Ok(plain), _) if plain.value.file_crs == "EPSG:4546" => "kept".to_owned(),
        (Ok(plain), _) => plain.value.file_crs.clone(),
        (Err(_), _) => "none: to be given".to_owned(),
    };
    Row {
        name: format.names()[1].to_owned(),
        endings: format.endings().iter().map(|ending| format!("`.{ending}`")).collect::<Vec<_>>().join(", "),
        reads: if reads { "yes" } else { "no" },
        writes: "yes",
        grid: match (same_plane, kept) {
            (true, true) => "every point",
            (false, true) => "on its own grid of 10⁻⁹ degrees, cut anew",
            (_, false) => "NO",
        },
        text: text(&run, &folder.path().join(format!("b.{}", format.endings()[0])), format),
        fields: fields(&path, format),
        crs,
    }
}

/// Which encodings a format's files can have.
fn text(run: &Run, path: &Path, format: Format) -> String {
    let bytes = |encoding| {
        let manner = Manner { encoding, ..Manner::default() };
        let written = write_blueprint_as(path, &run.export(), &manner, &go_on).unwrap();
        let files = written.files.iter().filter(|file| file.is_file());
        files.map(|file| std::fs::read(file).unwrap()).collect::<Vec<_>>()
    };
    let (utf8, gbk) = (bytes(TextOut::Utf8), bytes(TextOut::Gbk));
    match format {
        Format::Dxf => "GBK (code page 936)",
        Format::FileGeodatabase => "UTF-16",
        _ if utf8 != gbk => "UTF-8, or GBK by choice",
        _ => "UTF-8",
    }
    .to_owned()
}

/// What becomes of the fields' names and of long texts.
fn fields(path: &Path, format: Format) -> String {
    match format {
        Format::Dxf => return "none: a drawing layer per class".to_owned(),
        Format::BoundaryTxt => return "number, source, use, class code".to_owned(),
        _ => {}
    }
    let request = LayerRequest::new("a", source(path, format), ClassId::new("x"));
    let read = read_layer(&request, &zone(), &go_on).unwrap();
    let row = &read.value.layer.features[0].attributes;
    let names: Vec<String> = row.iter().map(|(name, _)| name.to_owned()).collect();
    let whole = names.contains(&"椭球面积".to_owned());
    if whole { "whole" } else { "names of 10 bytes, listed in `NAME.fields.csv`; texts of 254 bytes" }.to_owned()
}

/// Formats that are only read: name, endings, how text and CRS are told.
const ONLY_READ: [[&str; 4]; 7] = [
    ["GeoJSON, line by line", "`.geojsonl`, `.geojsons`, `.ndjson`", "UTF-8", "longitude and latitude"],
    ["KML, KMZ", "`.kml`, `.kmz`", "UTF-8", "longitude and latitude"],
    ["GML", "`.gml`", "as declared", "as declared"],
    ["MapInfo", "`.tab`, `.mif`", "as declared", "as declared"],
    ["tables", "`.csv`, `.tsv`, `.xlsx`, `.xls`, `.ods`", "detected", "to be given"],
    ["zip archive of any of these", "`.zip`", "of its files; names in GBK too", "of its files"],
    ["folder of any of these", "", "of its files", "of its files"],
];

fn page() -> String {
    let mut page = "# Formats\n\n\
        Made by `crates/files/tests/formats_table.rs`, which writes a blueprint in every format, reads it again and\n\
        compares every point with the partition; do not edit. [file-formats.md](file-formats.md) says more of each.\n\n\
        | format | endings | reads | writes | round trip on the grid | text | fields | CRS |\n\
        | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for row in Format::ALL.map(try_out) {
        let Row { name, endings, reads, writes, grid, text, fields, crs } = row;
        page += &format!("| {name} | {endings} | {reads} | {writes} | {grid} | {text} | {fields} | {crs} |\n");
    }
    for [name, endings, text, crs] in ONLY_READ {
        page += &format!("| {name} | {endings} | yes | no | – | {text} | whole | {crs} |\n");
    }
    page
}

#[test]
fn the_page_of_formats_says_what_trying_them_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats.md");
    let made = page();
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed != made {
        let beside = path.with_file_name("formats.new.md");
        std::fs::write(&beside, &made).unwrap();
        panic!("docs/formats.md is stale: look at docs/formats.new.md and put it in its place\n{made}");
    }
}
