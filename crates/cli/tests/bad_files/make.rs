//! Makes the files of `tests/fixtures/bad/`: small, the same every time, each wrong in one way.

use std::collections::BTreeMap;

/// Files by name. A Shapefile's parts share a stem; a test reads those that are no part of another.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Returns every bad file.
pub fn all() -> Files {
    let mut files = Files::new();
    geojson(&mut files);
    shapefiles(&mut files);
    boundary(&mut files);
    tables(&mut files);
    marked_up(&mut files);
    drawings(&mut files);
    binaries(&mut files);
    archives(&mut files);
    files
}

fn put(files: &mut Files, name: &str, bytes: impl Into<Vec<u8>>) {
    let before = files.insert(name.to_owned(), bytes.into());
    assert!(before.is_none(), "{name} stands twice");
}

const SQUARE: &str = "[[111,20],[111.01,20],[111.01,20.01],[111,20.01],[111,20]]";

fn feature(geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"a":1}},"geometry":{geometry}}}"#)
}

fn collection(geometry: &str) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, feature(geometry))
}

fn polygon(rings: &str) -> String {
    collection(&format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#))
}

fn geojson(files: &mut Files) {
    let good = polygon(SQUARE);
    for (name, at) in [("start", 1), ("key", 9), ("feature", 60), ("number", 118), ("ring", 130)] {
        put(files, &format!("json-cut-at-{name}.geojson"), &good.as_bytes()[..at.min(good.len() - 1)]);
    }
    put(files, "json-cut-at-last-brace.geojson", &good.as_bytes()[..good.len() - 1]);
    let nested = |depth: usize| {
        let inner = format!(r#"{{"type":"Polygon","coordinates":[{SQUARE}]}}"#);
        (0..depth).fold(inner, |inner, _| format!(r#"{{"type":"GeometryCollection","geometries":[{inner}]}}"#))
    };
    let texts: &[(&str, String)] = &[
        ("empty", String::new()),
        ("object", "{}".into()),
        ("array", "[]".into()),
        ("null", "null".into()),
        ("word", "hello".into()),
        ("features-null", r#"{"type":"FeatureCollection","features":null}"#.into()),
        ("features-number", r#"{"type":"FeatureCollection","features":7}"#.into()),
        ("features-none", r#"{"type":"FeatureCollection","features":[]}"#.into()),
        ("features-missing", r#"{"type":"FeatureCollection"}"#.into()),
        ("feature-null", r#"{"type":"FeatureCollection","features":[null]}"#.into()),
        ("geometry-null", collection("null")),
        ("geometry-word", collection("\"square\"")),
        ("geometry-unknown", collection(r#"{"type":"Blob","coordinates":[]}"#)),
        ("point", collection(r#"{"type":"Point","coordinates":[111,20]}"#)),
        ("line", collection(r#"{"type":"LineString","coordinates":[[111,20],[111.1,20]]}"#)),
        ("no-rings", polygon("")),
        ("empty-ring", polygon("[]")),
        ("ring-of-one", polygon("[[111,20]]")),
        ("ring-of-two", polygon("[[111,20],[111.01,20]]")),
        ("ring-of-three", polygon("[[111,20],[111.01,20],[111,20]]")),
        ("ring-of-no-area", polygon("[[111,20],[111.01,20],[111.02,20],[111,20]]")),
        ("nan", polygon("[[NaN,20],[111.01,20],[111.01,20.01],[111,20]]")),
        ("infinity", polygon("[[1e999,20],[111.01,20],[111.01,20.01],[111,20]]")),
        ("1e308", polygon("[[1e308,20],[111.01,20],[111.01,20.01],[1e308,20]]")),
        ("minus-1e308", polygon("[[-1e308,-1e308],[1e308,-1e308],[1e308,1e308],[-1e308,-1e308]]")),
        ("1e-308", polygon("[[1e-308,0],[2e-308,0],[1e-308,1e-308],[1e-308,0]]")),
        ("metres-as-degrees", polygon("[[500000,2200000],[500100,2200000],[500100,2200100],[500000,2200000]]")),
        ("text-coordinates", polygon(r#"[["111","20"],["x","20"],["111","21"],["111","20"]]"#)),
        ("null-coordinates", polygon("[[null,20],[111.01,null],[111,20]]")),
        ("one-number", polygon("[[111],[112],[113],[111]]")),
        ("four-numbers", polygon("[[111,20,5,6],[111.01,20,5,6],[111.01,20.01,5,6],[111,20,5,6]]")),
        ("objects", polygon("[{\"x\":111},{\"x\":112}]")),
        ("ten-collections", collection(&nested(10))),
        ("forty-collections", collection(&nested(40))),
        ("deep-arrays", format!("{{\"type\":\"FeatureCollection\",\"features\":{}", "[".repeat(20_000))),
        (
            "crs-unknown",
            polygon(SQUARE).replacen(
                '{',
                r#"{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::999999"}},"#,
                1,
            ),
        ),
        (
            "crs-degrees-as-metres",
            polygon(SQUARE).replacen(
                '{',
                r#"{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4546"}},"#,
                1,
            ),
        ),
        (
            "sql-in-names",
            polygon(SQUARE).replace("\"a\":1", r#""x\"; DROP TABLE blueprint; --":"'); DELETE FROM t; --""#),
        ),
        ("zero-in-names", polygon(SQUARE).replace("\"a\":1", r#""a\u0000b":"c\u0000d""#)),
        ("twice-the-same-key", polygon(SQUARE).replace("\"a\":1", r#""a":1,"a":2"#)),
        ("huge-id", polygon(SQUARE).replace("\"properties\"", r#""id":99999999999999999999999,"properties""#)),
        ("rubbish-behind", polygon(SQUARE) + "}}}]"),
        ("bow-tie", polygon("[[111,20],[111.01,20.01],[111.01,20],[111,20.01],[111,20]]")),
        ("hole-outside", polygon(&format!("{SQUARE},[[112,21],[112.01,21],[112.01,21.01],[112,21]]"))),
        ("long-name", polygon(SQUARE).replace("\"a\"", &format!("\"{}\"", "字".repeat(5_000)))),
    ];
    for (name, text) in texts {
        put(files, &format!("json-{name}.geojson"), text.as_bytes());
    }
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(files, "json-utf-16.geojson", [vec![0xff, 0xfe], utf16].concat());
    put(
        files,
        "json-gbk.geojson",
        good.replace("\"a\":1", "\"a\":\"??\"").into_bytes().replace_bytes(b"??", b"\xba\xec"),
    );
    put(files, "json-bytes.geojson", [good.as_bytes(), &[0xff, 0xfe, 0x00]].concat());
}

trait ReplaceBytes {
    fn replace_bytes(self, from: &[u8], to: &[u8]) -> Vec<u8>;
}

impl ReplaceBytes for Vec<u8> {
    fn replace_bytes(mut self, from: &[u8], to: &[u8]) -> Vec<u8> {
        if let Some(at) = self.windows(from.len()).position(|window| window == from) {
            self.splice(at..at + from.len(), to.iter().copied());
        }
        self
    }
}

const PRJ: &str = r#"PROJCS["CGCS2000_3_Degree_GK_CM_111E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;

/// The parts of a Shapefile of two squares: .shp, .shx, .dbf.
fn whole() -> [Vec<u8>; 3] {
    let ring = |x: f64| -> [(f64, f64); 5] {
        [(x, 2_200_000.0), (x, 2_200_100.0), (x + 100.0, 2_200_100.0), (x + 100.0, 2_200_000.0), (x, 2_200_000.0)]
    };
    let (mut shapes, mut index) = (Vec::new(), Vec::new());
    for (number, x) in [(1i32, 500_000.0), (2, 500_100.0)] {
        let points = ring(x);
        let mut shape = 5i32.to_le_bytes().to_vec();
        for side in [x, 2_200_000.0, x + 100.0, 2_200_100.0] {
            shape.extend(f64::to_le_bytes(side));
        }
        shape.extend([1i32, 5, 0].iter().flat_map(|number| number.to_le_bytes()));
        shape.extend(points.iter().flat_map(|(x, y)| [x.to_le_bytes(), y.to_le_bytes()].concat()));
        let words = (shape.len() / 2) as i32;
        index.extend(((100 + shapes.len() as i32) / 2).to_be_bytes());
        index.extend(words.to_be_bytes());
        shapes.extend(number.to_be_bytes());
        shapes.extend(words.to_be_bytes());
        shapes.extend(shape);
    }
    let head = |length: usize| {
        let mut bytes = 9994i32.to_be_bytes().to_vec();
        bytes.extend([0; 20]);
        bytes.extend((((100 + length) / 2) as i32).to_be_bytes());
        bytes.extend([1000i32, 5].iter().flat_map(|number| number.to_le_bytes()));
        for side in [500_000.0, 2_200_000.0, 500_200.0, 2_200_100.0] {
            bytes.extend(f64::to_le_bytes(side));
        }
        bytes.extend([0; 32]);
        bytes
    };
    let mut table = vec![3, 126, 1, 1, 2, 0, 0, 0, 65, 0, 9, 0];
    table.extend([0; 20]);
    let mut field = [0; 32];
    (field[0], field[11], field[16]) = (b'n', b'C', 8);
    table.extend(field);
    table.extend(b"\r one      two     \x1a");
    [[head(shapes.len()), shapes].concat(), [head(index.len()), index].concat(), table]
}

fn shapefiles(files: &mut Files) {
    let mut shape = |name: &str, change: &dyn Fn(&mut [Vec<u8>; 3])| {
        let mut parts = whole();
        change(&mut parts);
        let [shp, shx, dbf] = parts;
        for (ending, bytes) in [("shp", shp), ("shx", shx), ("dbf", dbf), ("prj", PRJ.as_bytes().to_vec())] {
            put(files, &format!("shape-{name}.{ending}"), bytes);
        }
    };
    for at in [0, 4, 28, 99, 100, 104, 108, 112, 144, 148, 152, 156, 180, 235, 236] {
        shape(&format!("shp-cut-at-{at}"), &|parts| parts[0].truncate(at));
    }
    for at in [0, 28, 100, 104, 108] {
        shape(&format!("shx-cut-at-{at}"), &|parts| parts[1].truncate(at));
    }
    for at in [0, 8, 31, 32, 33, 64, 65, 70, 80] {
        shape(&format!("dbf-cut-at-{at}"), &|parts| parts[2].truncate(at));
    }
    let set = |bytes: &mut Vec<u8>, at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    let huge = i32::MAX.to_le_bytes();
    let negative = (-1i32).to_le_bytes();
    shape("parts-huge", &|p| set(&mut p[0], 144, &huge));
    shape("parts-negative", &|p| set(&mut p[0], 144, &negative));
    shape("parts-none", &|p| set(&mut p[0], 144, &[0; 4]));
    shape("points-huge", &|p| set(&mut p[0], 148, &huge));
    shape("points-negative", &|p| set(&mut p[0], 148, &negative));
    shape("part-begins-outside", &|p| set(&mut p[0], 152, &[99, 0, 0, 0]));
    shape("part-begins-before", &|p| set(&mut p[0], 152, &negative));
    shape("kind-unknown", &|p| set(&mut p[0], 108, &[99, 0, 0, 0]));
    shape("kind-point", &|p| set(&mut p[0], 108, &[1, 0, 0, 0]));
    shape("kind-of-file-unknown", &|p| set(&mut p[0], 32, &[77, 0, 0, 0]));
    shape("magic-wrong", &|p| set(&mut p[0], 0, b"nope"));
    shape("length-huge", &|p| set(&mut p[0], 24, &[0x7f, 0xff, 0xff, 0xff]));
    shape("length-zero", &|p| set(&mut p[0], 24, &[0; 4]));
    shape("record-length-huge", &|p| set(&mut p[0], 104, &[0x7f, 0xff, 0xff, 0xff]));
    shape("nan", &|p| set(&mut p[0], 156, &f64::NAN.to_le_bytes()));
    shape("infinite", &|p| set(&mut p[0], 156, &f64::INFINITY.to_le_bytes()));
    shape("1e308", &|p| set(&mut p[0], 156, &1e308f64.to_le_bytes()));
    shape("box-nan", &|p| set(&mut p[0], 112, &f64::NAN.to_le_bytes()));
    shape("index-beyond-the-end", &|p| set(&mut p[1], 100, &[0x0f, 0xff, 0xff, 0xff]));
    shape("index-twice-the-same", &|p| set(&mut p[1], 108, &[0, 0, 0, 50]));
    shape("index-at-the-header", &|p| set(&mut p[1], 100, &[0; 4]));
    shape("index-negative", &|p| set(&mut p[1], 100, &[0xff; 4]));
    shape("index-length-huge", &|p| set(&mut p[1], 104, &[0x7f, 0xff, 0xff, 0xff]));
    shape("rows-huge", &|p| set(&mut p[2], 4, &[0xff; 4]));
    shape("rows-fewer", &|p| set(&mut p[2], 4, &[1, 0, 0, 0]));
    shape("header-length-zero", &|p| set(&mut p[2], 8, &[0, 0]));
    shape("header-length-huge", &|p| set(&mut p[2], 8, &[0xff, 0xff]));
    shape("row-length-zero", &|p| set(&mut p[2], 10, &[0, 0]));
    shape("field-longer-than-row", &|p| set(&mut p[2], 48, &[255]));
    shape("field-kind-unknown", &|p| set(&mut p[2], 43, b"?"));
    shape("text-in-no-encoding", &|p| set(&mut p[2], 66, &[0xff, 0x80, 0xff, 0x81]));
    shape("empty", &|p| {
        p[0].truncate(100);
        p[1].truncate(100);
        p[..2].iter_mut().for_each(|part| set(part, 24, &[0, 0, 0, 50]));
        set(&mut p[2], 4, &[0; 4]);
    });
    put(files, "shape-alone.shp", whole()[0].clone());
}

fn boundary(files: &mut Files) {
    let head = "[属性描述]\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n带号=37\r\n[地块坐标]\r\n";
    let points = "J1,1,2201000.000,37456000.000\r\nJ2,1,2201000.000,37456100.000\r\nJ3,1,2201100.000,37456100.000\r\n";
    let parcel = "3,0.5,A1,甲地,面,,住宅用地,0701,@\r\n";
    let texts: &[(&str, String)] = &[
        ("empty", String::new()),
        ("head-alone", head.into()),
        ("parcel-without-points", format!("{head}{parcel}")),
        ("parcels-without-fields", format!("{head}@\r\n@\r\n@\r\n")),
        ("two-points", format!("{head}{parcel}{}", &points[..62])),
        ("count-wrong", format!("{head}{}{points}", parcel.replace("3,0.5", "99999999999,0.5"))),
        ("area-wrong", format!("{head}{}{points}", parcel.replace("0.5", "77"))),
        ("area-no-number", format!("{head}{}{points}", parcel.replace("0.5", "半"))),
        ("nan", format!("{head}{parcel}{}", points.replace("2201100.000", "NaN"))),
        ("1e308", format!("{head}{parcel}{}", points.replace("2201100.000", "1e308"))),
        ("no-zone", format!("[地块坐标]\r\n{parcel}{}", points.replace(",374", ",4"))),
        ("zone-unknown", format!("{}{parcel}{}", head.replace("37", "99"), points.replace(",374", ",4"))),
        ("datum-unknown", format!("{}{parcel}{points}", head.replace("2000国家大地坐标系", "地方坐标系"))),
        ("ring-number-huge", format!("{head}{parcel}{}", points.replace(",1,", ",99999999999999999999,"))),
        ("words-among-points", format!("{head}{parcel}这里少了一行\r\n{points}")),
        ("one-long-line", format!("{head}{parcel}{}", "J1,1,2201000.000,37456000.000,".repeat(2_000))),
        ("cut-off", format!("{head}{parcel}{}", &points[..75])),
        ("line-parcel", format!("{head}{}{points}", parcel.replace("面", "线"))),
    ];
    for (name, text) in texts {
        put(files, &format!("txt-{name}.txt"), text.as_bytes());
    }
    let half_utf16: Vec<u8> = format!("{head}{parcel}{points}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(files, "txt-utf-16-odd.txt", [&[0xff, 0xfe], &half_utf16[..half_utf16.len() - 1]].concat());
    put(
        files,
        "txt-mixed-encodings.txt",
        [head.as_bytes(), b"3,0.5,A1,\xba\xec\xcf\xdf,\xc3\xe6,,,0701,@\r\n", points.as_bytes()].concat(),
    );
    put(files, "txt-zeros.txt", vec![0; 4096]);
}

fn tables(files: &mut Files) {
    let nested = |depth: usize| {
        let inner = "POLYGON ((111 20,111.01 20,111.01 20.01,111 20))".to_owned();
        (0..depth).fold(inner, |inner, _| format!("GEOMETRYCOLLECTION ({inner})"))
    };
    let texts: &[(&str, String)] = &[
        ("header-alone", "id,WKT\n".into()),
        ("no-places", "id,name\n1,a\n".into()),
        ("wkt-broken", "id,WKT\n1,\"POLYGON ((111 20,111.01\"\n".into()),
        ("wkt-no-wkt", "id,WKT\n1,square\n".into()),
        ("wkt-numbers-missing", "id,WKT\n1,\"POLYGON ((111,112))\"\n".into()),
        ("wkt-empty", "id,WKT\n1,POLYGON EMPTY\n".into()),
        ("wkt-ten-deep", format!("id,WKT\n1,\"{}\"\n", nested(10))),
        ("wkt-hundred-deep", format!("id,WKT\n1,\"{}\"\n", nested(100))),
        ("wkt-1e308", "id,WKT\n1,\"POLYGON ((1e308 20,111.01 20,111.01 20.01,1e308 20))\"\n".into()),
        ("quote-unclosed", "id,WKT\n1,\"POLYGON ((111 20,111.01 20,111 20.01,111 20))\n2,3\n".into()),
        ("rows-uneven", "id,WKT\n1\n2,3,4,5\n".into()),
        ("places-no-numbers", "id,X,Y\n1,a,b\n1,c,d\n1,e,f\n".into()),
        ("places-nan", "id,X,Y\n1,NaN,20\n1,111.01,20\n1,111,20.01\n".into()),
        ("two-places", "id,X,Y\n1,111,20\n1,111.01,20\n".into()),
        ("formula", "id,WKT\n=1+1,\"=HYPERLINK(\"\"x\"\")\"\n".into()),
    ];
    for (name, text) in texts {
        put(files, &format!("table-{name}.csv"), text.as_bytes());
    }
    put(files, "table-zeros.csv", vec![0; 2048]);
    put(files, "table-no-archive.xlsx", "this is no workbook");
    put(files, "table-empty.xlsx", "");
    let inside = [("xl/workbook.xml", b"<workbook><sheets>".as_slice()), ("[Content_Types].xml", b"<Types")];
    put(files, "table-broken.xlsx", zip_of(&inside));
    put(files, "table-no-book.xls", "\u{0}\u{1}\u{2}");
}

fn marked_up(files: &mut Files) {
    let place = |more: &str, corners: &str| {
        format!(
            "<?xml version=\"1.0\"?>{more}<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><name>&lol;</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
        )
    };
    let square = "111,20 111.01,20 111.01,20.01 111,20";
    let plain = place("", square).replace("&lol;", "a");
    let lol: String = (1..10).map(|k| format!("<!ENTITY l{k} \"{}\">", format!("&l{};", k - 1).repeat(10))).collect();
    let laughs = format!("<!DOCTYPE kml [<!ENTITY l0 \"ha\">{lol}<!ENTITY lol \"&l9;\">]>");
    put(files, "kml-laughs.kml", place(&laughs, square));
    put(files, "kml-outside.kml", place("<!DOCTYPE kml [<!ENTITY lol SYSTEM \"file:///etc/passwd\">]>", square));
    put(files, "kml-cut.kml", &plain.as_bytes()[..plain.len() / 2]);
    put(files, "kml-empty.kml", "");
    put(files, "kml-no-numbers.kml", place("", "east,north").replace("&lol;", "a"));
    put(files, "kml-one-corner.kml", place("", "111,20").replace("&lol;", "a"));
    put(files, "kml-other-root.kml", "<html><body>not a map</body></html>");
    put(files, "kml-no-archive.kmz", "PK nothing of the kind");
    put(
        files,
        "gml-cut.gml",
        "<?xml version=\"1.0\"?><gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\"><gml:featureMember>",
    );
    put(files, "gml-empty.gml", "");
}

fn drawings(files: &mut Files) {
    let line = |corners: &[(&str, &str)]| {
        let points: String = corners.iter().map(|(x, y)| format!("10\n{x}\n20\n{y}\n")).collect();
        format!("0\nLWPOLYLINE\n8\n0\n90\n{}\n70\n1\n{points}", corners.len())
    };
    let drawing = |entities: &str| format!("0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n");
    let square = line(&[("456000", "2201000"), ("456100", "2201000"), ("456100", "2201100")]);
    put(files, "dxf-empty.dxf", "");
    put(files, "dxf-no-entities.dxf", "0\nSECTION\n2\nHEADER\n0\nENDSEC\n0\nEOF\n");
    put(files, "dxf-cut.dxf", &drawing(&square).as_bytes()[..70]);
    put(files, "dxf-code-no-number.dxf", drawing("zero\nLWPOLYLINE\n"));
    put(files, "dxf-open-line.dxf", drawing(&square.replace("70\n1", "70\n0")));
    put(files, "dxf-no-numbers.dxf", drawing(&line(&[("east", "north"), ("east", "north"), ("east", "north")])));
    put(files, "dxf-1e308.dxf", drawing(&line(&[("1e308", "0"), ("1e308", "1"), ("0", "1")])));
    put(
        files,
        "dxf-hatch-of-a-billion.dxf",
        drawing("0\nHATCH\n8\n0\n91\n1000000000\n92\n2\n93\n1000000000\n10\n1\n20\n1\n"),
    );
    let itself =
        "0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n2\nA\n10\n0\n20\n0\n0\nINSERT\n2\nA\n10\n1\n20\n1\n0\nENDBLK\n0\nENDSEC\n";
    put(files, "dxf-block-in-itself.dxf", format!("{itself}{}", drawing("0\nINSERT\n8\n0\n2\nA\n10\n0\n20\n0\n")));
    put(files, "dxf-dwg.dwg", "AC1032 no drawing at all");
}

fn binaries(files: &mut Files) {
    let sqlite = b"SQLite format 3\0";
    put(files, "gpkg-empty.gpkg", "");
    put(files, "gpkg-text.gpkg", "this is no database, however long the text may be that stands in it");
    put(files, "gpkg-magic-alone.gpkg", sqlite.as_slice());
    put(files, "gpkg-header-of-zeros.gpkg", [sqlite.as_slice(), &[0; 84]].concat());
    put(files, "gpkg-rubbish-behind-the-header.gpkg", [sqlite.as_slice(), &[0x5a; 4080]].concat());
    put(files, "fgb-empty.fgb", "");
    put(files, "fgb-text.fgb", "no FlatGeobuf");
    let magic = [0x66, 0x67, 0x62, 3, 0x66, 0x67, 0x62, 0];
    put(files, "fgb-magic-alone.fgb", magic.as_slice());
    put(files, "fgb-header-huge.fgb", [magic.as_slice(), &[0xff, 0xff, 0xff, 0x7f]].concat());
    put(files, "fgb-header-of-zeros.fgb", [magic.as_slice(), &[16, 0, 0, 0], &[0; 16]].concat());
    put(files, "fgb-header-of-ones.fgb", [magic.as_slice(), &[64, 0, 0, 0], &[0xff; 64]].concat());
    put(files, "parquet-empty.parquet", "");
    put(files, "parquet-text.parquet", "no Parquet");
    put(files, "parquet-magic-alone.parquet", "PAR1PAR1");
    put(files, "parquet-footer-huge.parquet", b"PAR1\xff\xff\xff\x7fPAR1".as_slice());
    put(files, "parquet-footer-of-zeros.parquet", [b"PAR1".as_slice(), &[0; 64], &[64, 0, 0, 0], b"PAR1"].concat());
    put(files, "parquet-footer-of-ones.parquet", [b"PAR1".as_slice(), &[0xff; 64], &[64, 0, 0, 0], b"PAR1"].concat());
    put(files, "tab-empty.tab", "");
    put(
        files,
        "tab-without-parts.tab",
        "!table\n!version 300\n!charset Neutral\nDefinition Table\n  Type NATIVE Charset \"Neutral\"\n  Fields 1\n    a Char (10) ;\n",
    );
    put(
        files,
        "mif-cut.mif",
        "Version 300\nCharset \"Neutral\"\nColumns 1\n  a Char(10)\nData\nREGION 1\n  999999999\n1 2\n",
    );
    put(files, "unknown.xyz", "1 2 3");
    put(files, "unknown-zeros.dat", vec![0; 1000]);
}

/// A zip archive of stored files, which any reader opens.
fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        archive.start_file(*name, options).unwrap();
        std::io::Write::write_all(&mut archive, bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn archives(files: &mut Files) {
    let good = polygon(SQUARE);
    let good = good.as_bytes();
    put(files, "zip-empty.zip", "");
    put(files, "zip-text.zip", "no archive");
    put(files, "zip-nothing-in-it.zip", zip_of(&[]));
    put(files, "zip-readme-alone.zip", zip_of(&[("readme.md", b"hello")]));
    put(files, "zip-in-zip.zip", zip_of(&[("inner.zip", &zip_of(&[("a.geojson", good)]))]));
    for (name, inside) in [
        ("up", "../escaped.geojson"),
        ("far-up", "a/../../../escaped.geojson"),
        ("root", "/tmp/lantu-escaped.geojson"),
        ("back-slashes", "..\\..\\escaped.geojson"),
        ("drive", "C:\\escaped.geojson"),
        ("stream", "a:b.geojson"),
        ("hidden", ".escaped.geojson"),
    ] {
        put(files, &format!("zip-name-{name}.zip"), zip_of(&[(inside, good)]));
    }
    let whole = zip_of(&[("a.geojson", good)]);
    put(files, "zip-cut.zip", &whole[..whole.len() / 2]);
    put(files, "zip-without-its-end.zip", &whole[..whole.len() - 22]);
    let mut lying = whole.clone();
    let at = lying.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    lying[at + 20..at + 28].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f]);
    put(files, "zip-sizes-lying.zip", lying);
    let mut locked = whole.clone();
    locked[6] |= 1;
    locked[at + 8] |= 1;
    put(files, "zip-locked.zip", locked);
    put(files, "zip-two-layers.zip", zip_of(&[("a.geojson", good), ("b.geojson", good)]));
    put(files, "zip-broken-inside.zip", zip_of(&[("a.geojson", &good[..50])]));
    put(files, "zip-bomb.zip", bomb());
}

/// 200 MB of blanks in some 200 kB.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("a.geojson", options.compression_level(Some(9))).unwrap();
    let blanks = vec![b' '; 1 << 20];
    (0..200).for_each(|_| std::io::Write::write_all(&mut archive, &blanks).unwrap());
    archive.finish().unwrap().into_inner()
}
