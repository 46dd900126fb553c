//! Makes docs/formats.md by trying every format, and holds the committed page against it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;
#[path = "common/server.rs"]
mod server;

use common::{Run, corners, folder, go_on, layer, zone};
use geo::Coord;
use lantu_engine::{ClassId, Layer, RuleSet, Value};
use lantu_files::{FieldNames, Format, LayerRequest, Manner, Source, TextOut, read_layer, verify, write_blueprint_as};
use server::Server;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

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

/// A format that is only read: how `ogr2ogr` makes one of the blueprint, and what is read of it.
struct OnlyRead {
    name: &'static str,
    endings: &'static str,
    /// The file's name, and what `ogr2ogr` is told.
    file: &'static str,
    options: &'static [&'static str],
}

const ONLY_READ: [OnlyRead; 8] = [
    OnlyRead {
        name: "GeoJSON, line by line",
        endings: "`.geojsonl`, `.geojsons`, `.ndjson`",
        file: "a.geojsonl",
        options: &["-f", "GeoJSONSeq"],
    },
    OnlyRead { name: "KML", endings: "`.kml`, `.kmz`", file: "a.kml", options: &["-f", "KML"] },
    OnlyRead { name: "GML", endings: "`.gml`", file: "a.gml", options: &["-f", "GML"] },
    OnlyRead {
        name: "MapInfo",
        endings: "`.tab`, `.mif`",
        file: "a.mif",
        options: &["-f", "MapInfo File", "-lco", "ENCODING=UTF-8"],
    },
    OnlyRead {
        name: "tables",
        endings: "`.csv`, `.tsv`, `.xlsx`, `.xls`, `.ods`",
        file: "a.csv",
        options: &["-f", "CSV", "-lco", "GEOMETRY=AS_WKT"],
    },
    OnlyRead {
        name: "zip archive of any of these",
        endings: "`.zip`",
        file: "a.shz",
        options: &["-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8"],
    },
    OnlyRead { name: "folder of any of these", endings: "", file: "a", options: &["-f", "GPKG"] },
    OnlyRead { name: "PostGIS", endings: "`PG:…`", file: "", options: &["-f", "PostgreSQL", "-lco", "LAUNDER=NO"] },
];

fn ogr2ogr(arguments: &[&str]) {
    let ran = Command::new("ogr2ogr").args(arguments).output().unwrap();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Lets `ogr2ogr` make a source of the blueprint `gpkg` and returns what to read.
fn made_by_ogr2ogr(only: &OnlyRead, gpkg: &str, folder: &Path, server: &Server) -> String {
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (target, source) = match only.name {
        "PostGIS" => (server.source(), format!("{}|layername=blueprint", server.source())),
        "folder of any of these" => {
            std::fs::create_dir(at("a")).unwrap();
            (at("a/b.gpkg"), at("a"))
        }
        // Whoever gets an archive finds `.zip` behind its name.
        "zip archive of any of these" => (at(only.file), at("a.zip")),
        _ => (at(only.file), at(only.file)),
    };
    ogr2ogr(&[only.options, &[&target, gpkg, "blueprint"]].concat());
    if only.name.starts_with("zip") {
        std::fs::rename(&target, &source).unwrap();
    }
    source
}

/// How far the points of a layer lie from those of another at most, in metres.
fn farthest(one: &Layer, other: &Layer) -> f64 {
    let points = |layer: &Layer| {
        let rings = layer.features.iter().flat_map(|feature| feature.polygons.iter().flatten());
        rings.flat_map(|ring| ring.0.clone()).collect::<Vec<_>>()
    };
    let (one, other) = (points(one), points(other));
    assert_eq!(one.len(), other.len());
    let nearest = |a: &Coord<f64>| other.iter().map(|b| (a.x - b.x).hypot(a.y - b.y)).fold(f64::INFINITY, f64::min);
    one.iter().map(nearest).fold(0.0, f64::max)
}

/// All words of a layer with letters beyond ASCII; what stands between them, as the brackets of a
/// list, each format writes in its own way.
fn chinese(layer: &Layer) -> BTreeSet<String> {
    let values = layer.features.iter().flat_map(|feature| feature.attributes.iter());
    let words = |(_, value): (&str, Value<&str>)| match value {
        Value::Text(text) => text.split(|c: char| c.is_ascii()).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    values.flat_map(words).filter(|word| !word.is_empty()).collect()
}

fn try_reading(only: &OnlyRead, gpkg: &str, folder: &Path, server: &Server) -> Row {
    let source: Source = made_by_ogr2ogr(only, gpkg, folder, server).parse().unwrap();
    let same = LayerRequest::new("a", gpkg.parse().unwrap(), ClassId::new("x"));
    let original = read_layer(&same, &zone(), &go_on).unwrap().value;
    let request = LayerRequest::new("a", source, ClassId::new("x"));
    let plain = read_layer(&request, &zone(), &go_on);
    let given = LayerRequest { crs: Some(zone()), ..request };
    let crs = match &plain {
        Ok(read) if read.value.file_crs == zone().name() => "kept".to_owned(),
        Ok(read) if read.value.file_crs.starts_with("EPSG:") => read.value.file_crs.clone(),
        Ok(_) => "as declared, without a code".to_owned(),
        Err(_) => "to be given".to_owned(),
    };
    let read = plain.or_else(|_| read_layer(&given, &zone(), &go_on));
    let read = read.unwrap_or_else(|error| panic!("{}: {error:?}", only.name)).value;
    let off = farthest(&original.layer, &read.layer);
    let (was, is) = (chinese(&original.layer), chinese(&read.layer));
    let row = &read.layer.features[0].attributes;
    let names: Vec<&str> = row.iter().map(|(name, _)| name).collect();
    let whole = original.layer.features[0].attributes.iter().all(|(name, _)| names.contains(&name));
    Row {
        name: only.name.to_owned(),
        endings: only.endings.to_owned(),
        reads: "yes",
        writes: "no",
        grid: if off < 5e-5 { "every point" } else { "to the digits that the file has" },
        text: if was == is && !was.is_empty() { "every letter" } else { "NOT READ" }.to_owned(),
        fields: if whole { "whole" } else { "names as the format cuts them" }.to_owned(),
        crs,
    }
}

fn page() -> String {
    let mut page = "# Formats\n\n\
        Made by `crates/files/tests/formats_table.rs`, which writes a blueprint in every format, reads it again and\n\
        compares every point with the partition. What is only read is made of the blueprint by `ogr2ogr`. Do not edit. [file-formats.md](file-formats.md) says more of each.\n\n\
        | format | endings | reads | writes | round trip on the grid | text | fields | CRS |\n\
        | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    let (folder, server) = (folder(), Server::start());
    let gpkg = folder.path().join("blueprint.gpkg");
    let manner = Manner { names: FieldNames::Chinese, ..Manner::default() };
    write_blueprint_as(&gpkg, &run().export(), &manner, &go_on).unwrap();
    let only_read = ONLY_READ.iter().map(|only| try_reading(only, gpkg.to_str().unwrap(), folder.path(), &server));
    for row in Format::ALL.map(try_out).into_iter().chain(only_read) {
        let Row { name, endings, reads, writes, grid, text, fields, crs } = row;
        page += &format!("| {name} | {endings} | {reads} | {writes} | {grid} | {text} | {fields} | {crs} |\n");
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
