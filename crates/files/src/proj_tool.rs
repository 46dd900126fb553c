//! Every zone held against PROJ's own tools (`cs2cs` and `cct`, of Debian's proj-bin).

use crate::crs::{self, Crs};
use crate::gauss::{Zone, tests::every};
use crate::shift::{self, Convention, PlaneShift, Shift, SpaceShift};
use geo::Coord;
use std::io::Write;
use std::process::{Command, Stdio};

/// Runs a tool of PROJ over pairs of numbers and returns the first two of each of its lines.
fn tool(name: &str, arguments: &[&str], pairs: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut child = Command::new(name)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}; scripts/setup.sh test installs it"));
    let mut input = child.stdin.take().unwrap();
    let lines: String = pairs.iter().map(|(a, b)| format!("{a:.12} {b:.12} 0 0\n")).collect();
    let feed = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = |words: &mut std::str::SplitWhitespace<'_>| words.next().unwrap().parse::<f64>().unwrap();
    let told: Vec<_> = text
        .lines()
        .map(|line| {
            let mut words = line.split_whitespace();
            (number(&mut words), number(&mut words))
        })
        .collect();
    assert_eq!(told.len(), pairs.len(), "{name} {arguments:?}: {text}");
    told
}

/// A grid of longitudes and latitudes over a zone and a little beyond.
fn grid(zone: Zone) -> Vec<Coord<f64>> {
    let middle = f64::from(zone.meridian());
    let easts = [-3.3, -1.5, -0.7, 0.0, 0.4, 1.5, 2.9].map(|off| middle + off);
    easts.iter().flat_map(|&x| [4.1, 18.3, 20.0, 33.7, 45.2, 53.4].map(|y| Coord { x, y })).collect()
}

#[test]
fn every_zone_of_every_datum_agrees_with_proj_to_a_micrometre() {
    for (zone, prefixed) in every() {
        let (from, to) = (Crs::epsg(zone.datum.geographic()).unwrap(), Crs::epsg(zone.code(prefixed)).unwrap());
        let points = grid(zone);
        // EPSG's order is latitude, longitude and north, east.
        let pairs: Vec<_> = points.iter().map(|c| (c.y, c.x)).collect();
        let told = tool("cs2cs", &["-f", "%.9f", from.name(), to.name()], &pairs);
        let mut ours = points.clone();
        crs::transform(&from, &to, &mut ours).unwrap();
        for (our, (north, east)) in ours.iter().zip(&told) {
            assert!((our.x - east).abs() < 1e-6 && (our.y - north).abs() < 1e-6, "{to}: {our:?} {north} {east}");
        }
        crs::transform(&to, &from, &mut ours).unwrap();
        for (back, point) in ours.iter().zip(&points) {
            assert!((back.x - point.x).abs() < 1e-11 && (back.y - point.y).abs() < 1e-11, "{to}: {back:?} {point:?}");
        }
    }
}

fn seven(convention: Convention) -> SpaceShift {
    SpaceShift { dx: -12.3, dy: 45.6, dz: -7.8, rx: 1.1, ry: -0.7, rz: 2.2, scale: 3.3, convention }
}

#[test]
fn seven_parameters_lead_where_projs_helmert_does() {
    for (code, ellipsoid, meridian) in [(2362, "IAU76", 114), (2435, "krass", 114)] {
        let (from, to) = (Crs::epsg(code).unwrap(), Crs::epsg(4547).unwrap());
        for (convention, name) in
            [(Convention::CoordinateFrame, "coordinate_frame"), (Convention::PositionVector, "position_vector")]
        {
            let shift = Shift::Space(seven(convention));
            let plain = from.zone().unwrap();
            let east = if plain.1 { f64::from(plain.0.number) * 1e6 } else { 0.0 } + 500_000.0;
            let points = [(0.0, 2_201_000.0), (-90_000.0, 2_400_000.0), (120_000.0, 4_000_000.0)];
            let mut ours = points.map(|(x, y)| Coord { x: east + x, y });
            shift::transform(Some(&shift), &from, &to, &mut ours).unwrap();
            let plane = |ellipsoid: &str| format!("+proj=tmerc +lon_0={meridian} +x_0=500000 +ellps={ellipsoid}");
            let pipeline = format!(
                "+proj=pipeline +step +inv {} +step +proj=cart +ellps={ellipsoid} +step +proj=helmert +x=-12.3 +y=45.6 +z=-7.8 +rx=1.1 +ry=-0.7 +rz=2.2 +s=3.3 +convention={name} +step +inv +proj=cart +ellps=GRS80 +step {}",
                plane(ellipsoid),
                plane("GRS80")
            );
            let words: Vec<&str> = ["-d", "9"].into_iter().chain(pipeline.split_whitespace()).collect();
            let told = tool("cct", &words, &points.map(|(x, y)| (x + 500_000.0, y)));
            for (our, (east, north)) in ours.iter().zip(&told) {
                let off = (our.x - east).hypot(our.y - north);
                assert!(off < 1e-4, "{code} {name}: {our:?} {east} {north}");
            }
        }
    }
}

#[test]
fn four_parameters_move_turn_and_stretch_the_plane() {
    let (from, to) = (Crs::epsg(2383).unwrap(), Crs::epsg(4547).unwrap());
    let plane = |angle: f64, scale: f64| {
        Shift::Plane(PlaneShift { north: 10.0, east: 20.0, angle, scale, to: "EPSG:4547".to_owned() })
    };
    let moved = |shift: &Shift| {
        let mut at = [Coord { x: 500_000.0, y: 2_200_000.0 }];
        shift::transform(Some(shift), &from, &to, &mut at).unwrap();
        at[0]
    };
    assert_eq!(moved(&plane(0.0, 0.0)), Coord { x: 500_020.0, y: 2_200_010.0 });
    let stretched = moved(&plane(0.0, 10.0));
    assert!((stretched.x - 500_025.0).abs() < 1e-6 && (stretched.y - 2_200_032.0).abs() < 1e-6, "{stretched:?}");
    let turned = moved(&plane(90.0 * 3600.0, 0.0));
    assert!((turned.x - 2_200_020.0).abs() < 1e-6 && (turned.y + 499_990.0).abs() < 1e-6, "{turned:?}");
}
