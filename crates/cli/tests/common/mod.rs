//! Runs the built program, and makes small files for it.
#![allow(dead_code, reason = "each test file uses its own part")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A run of `lantu` that has ended.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Stdout, which must be JSON and nothing else.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|cause| panic!("{cause}: {} {}", self.out, self.err))
    }
}

/// Runs `lantu` in English.
pub fn lantu<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Ran {
    lantu_in("en_GB.UTF-8", arguments)
}

/// Runs `lantu` in the language of a locale.
pub fn lantu_in<S: AsRef<std::ffi::OsStr>>(locale: &str, arguments: &[S]) -> Ran {
    ended(command(arguments).env("LC_ALL", locale).output().unwrap())
}

pub fn command<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lantu"));
    command.args(arguments);
    command
}

/// No run may end in a panic, whatever it is given.
pub fn ended(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

/// How long a bad file may take; the machine may be busy.
const LONGEST: Duration = Duration::from_secs(60);
/// How much address space a run may use, in kB: libraries and threads take their share.
const MOST_KB: &str = "6000000";

/// Runs `lantu` in a language with bounded memory and time.
pub fn bounded(arguments: &[&str], locale: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let [out, err] = ["out", "err"].map(|name| folder.path().join(name));
    // Where there is no `ulimit` on memory the run goes on without it.
    let script = format!("ulimit -v {MOST_KB} 2>/dev/null; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_lantu")])
        .args(arguments)
        .env("LC_ALL", locale)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("{arguments:?} takes longer than {LONGEST:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |path: &Path| String::from_utf8(fs::read(path).unwrap()).unwrap();
    Ran { code: status.code(), out: text(&out), err: text(&err) }
}

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A copy of the demo project, away from whatever record of decisions lies beside the real one;
/// with other rules than its own, or none, if `rules` says so.
pub fn demo(rules: Option<&str>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let from = root().join("sample-data/liechtenstein");
    for name in ["landuse", "natural", "protected"].map(|theme| format!("liechtenstein_{theme}.geojson")) {
        fs::copy(from.join(&name), folder.path().join(&name)).unwrap();
    }
    let text = fs::read_to_string(from.join("demo.toml")).unwrap();
    let own = text.lines().find(|line| line.starts_with("rules")).unwrap();
    let its = format!("rules = '{}'", root().join("seeds/rules/three-lines.toml").display());
    let project = folder.path().join("demo.toml");
    fs::write(&project, text.replace(own, rules.unwrap_or(&its))).unwrap();
    (folder, project)
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub fn write(folder: &TempDir, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, contents).unwrap();
    path
}

/// A GeoJSON file of these geometries.
pub fn geojson(folder: &TempDir, name: &str, geometries: &[String]) -> PathBuf {
    write(folder, name, collection("", geometries))
}

/// The text of a feature collection; `members` come before its features, each with a comma.
pub fn collection(members: &str, geometries: &[String]) -> String {
    let feature = |geometry: &String| format!(r#"{{"type":"Feature","properties":{{}},"geometry":{geometry}}}"#);
    let features: Vec<String> = geometries.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection",{members}"features":[{}]}}"#, features.join(",\n"))
}

/// A square, by its lower left corner and its side.
pub fn square(x: f64, y: f64, side: f64) -> String {
    let (e, n) = (x + side, y + side);
    format!(r#"{{"type":"Polygon","coordinates":[[[{x},{y}],[{e},{y}],[{e},{n}],[{x},{n}],[{x},{y}]]]}}"#)
}

/// `--layer NAME=PATH`, as one argument.
pub fn layer(name: &str, path: &Path) -> String {
    format!("--layer={name}={}", path.display())
}

/// Two layers, farmland and forest, of one square each; they overlap by half if `overlapping`.
pub fn two_layers(folder: &TempDir, overlapping: bool) -> [String; 2] {
    let east = if overlapping { 111.005 } else { 111.02 };
    let farmland = geojson(folder, "farmland.geojson", &[square(111.0, 20.0, 0.01)]);
    let forest = geojson(folder, "forest.geojson", &[square(east, 20.0, 0.01)]);
    [layer("farmland", &farmland), layer("forest", &forest)]
}

/// Rules by which farmland keeps what forest claims too.
pub const FARMLAND_PREVAILS: &str = r#"
[[rule]]
id = "T1"
when = { classes = ["farmland", "forest"] }
then = { give-to = "farmland" }
because = { zh = "试验", en = "for the test" }
"#;

/// The zone around 111° east as Esri writes it.
pub const ZONE: &str = r#"PROJCS["CGCS2000_3_Degree_GK_CM_111E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;

/// A Shapefile of polygons of one ring each; without a .prj if `crs` is `None`.
pub fn shapefile(folder: &TempDir, name: &str, crs: Option<&str>, rings: &[&[(f64, f64)]]) -> PathBuf {
    let path = folder.path().join(name);
    let (mut shapes, mut index) = (Vec::new(), Vec::new());
    for (number, ring) in (1i32..).zip(rings) {
        let shape = polygon(ring);
        let words = (shape.len() / 2) as i32;
        index.extend(((100 + shapes.len() as i32) / 2).to_be_bytes());
        index.extend(words.to_be_bytes());
        shapes.extend(number.to_be_bytes());
        shapes.extend(words.to_be_bytes());
        shapes.extend(shape);
    }
    let all = bounds(rings.iter().copied().flatten());
    fs::write(&path, [header(shapes.len(), all), shapes].concat()).unwrap();
    fs::write(path.with_extension("shx"), [header(index.len(), all), index].concat()).unwrap();
    fs::write(path.with_extension("dbf"), table(rings.len())).unwrap();
    if let Some(crs) = crs {
        fs::write(path.with_extension("prj"), crs).unwrap();
    }
    path
}

fn header(length: usize, bounds: [f64; 4]) -> Vec<u8> {
    let mut bytes = 9994i32.to_be_bytes().to_vec();
    bytes.extend([0; 20]);
    bytes.extend((((100 + length) / 2) as i32).to_be_bytes());
    bytes.extend(1000i32.to_le_bytes());
    bytes.extend(5i32.to_le_bytes());
    bytes.extend(bounds.iter().flat_map(|side| side.to_le_bytes()));
    bytes.extend([0; 32]);
    bytes
}

fn polygon(ring: &[(f64, f64)]) -> Vec<u8> {
    let mut bytes = 5i32.to_le_bytes().to_vec();
    bytes.extend(bounds(ring.iter()).iter().flat_map(|side| side.to_le_bytes()));
    bytes.extend([1, ring.len() as i32, 0].iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend(ring.iter().flat_map(|(x, y)| [x.to_le_bytes(), y.to_le_bytes()].concat()));
    bytes
}

fn bounds<'a>(points: impl Iterator<Item = &'a (f64, f64)>) -> [f64; 4] {
    let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    points.fold(start, |[w, s, e, n], &(x, y)| [w.min(x), s.min(y), e.max(x), n.max(y)])
}

/// A table with one column, `n`.
fn table(rows: usize) -> Vec<u8> {
    let mut bytes = vec![3, 126, 1, 1];
    bytes.extend((rows as u32).to_le_bytes());
    bytes.extend([65u16, 5].iter().flat_map(|size| size.to_le_bytes()));
    bytes.extend([0; 20]);
    let mut field = [0; 32];
    (field[0], field[11], field[16]) = (b'n', b'N', 4);
    bytes.extend(field);
    bytes.push(b'\r');
    bytes.extend((0..rows).flat_map(|row| format!(" {row:4}").into_bytes()));
    bytes.push(0x1a);
    bytes
}

/// Lets LibreOffice read a spreadsheet and write it as its own; every cell must be the same. Returns
/// how many are numbers.
pub fn read_by_libreoffice(book: &Path) -> usize {
    use calamine::{Data, Reader, open_workbook_auto};
    let target = folder();
    // A profile of its own: whoever has LibreOffice open is not disturbed.
    let profile = format!("-env:UserInstallation=file://{}", target.path().join("profile").display());
    let copied = Command::new("soffice")
        .args(["--headless", "--norestore", &profile, "--convert-to", "ods", "--outdir"])
        .args([target.path(), book])
        .output()
        .unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let copy = target.path().join(book.file_name().unwrap()).with_extension("ods");
    let [mut ours, mut theirs] = [book, copy.as_path()].map(|path| open_workbook_auto(path).unwrap());
    assert_eq!(ours.sheet_names(), theirs.sheet_names());
    let mut numbers = 0;
    for sheet in ours.sheet_names() {
        let [ours, theirs] = [&mut ours, &mut theirs].map(|book| book.worksheet_range(&sheet).unwrap());
        assert_eq!((ours.start(), ours.end()), (theirs.start(), theirs.end()), "{sheet}");
        for (row, column, ours) in ours.used_cells() {
            let theirs = theirs.get((row, column)).unwrap_or(&Data::Empty);
            match (ours, theirs) {
                (Data::Float(a), Data::Float(b)) => {
                    assert!((a - b).abs() <= a.abs() * 1e-12, "{sheet} {row} {column}: {a} {b}");
                    numbers += 1;
                }
                _ => assert_eq!(ours.to_string(), theirs.to_string(), "{sheet} {row} {column}"),
            }
        }
    }
    numbers
}
