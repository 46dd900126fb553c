//! Tiles as MapLibre would read them.

use super::address::{EXTENT, Window};
use super::inside::inside;
use super::lines::MapPoint;
use super::*;
use fast_mvt::{MvtCoord, MvtGeometry, MvtPolygon, MvtReaderRef, MvtValue};
use geo::{Contains, Coord, LineString, Polygon};
use lantu_engine::*;
use lantu_files::Crs;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// South-west of Vaduz, in EPSG:32632.
const ORIGIN: Coord<f64> = Coord { x: 540_000.0, y: 5_220_000.0 };

type Ring = Vec<(f64, f64)>;

/// A run on layers of single polygons, in metres from [`ORIGIN`].
struct Run {
    crs: Crs,
    layers: Vec<Arc<Layer>>,
    partition: Partition,
    conflicts: Vec<Conflict>,
    decisions: Vec<Decision>,
    blueprint: Blueprint,
    conflict_of: Vec<u32>,
    arcs: MapArcs,
}

fn place((x, y): (f64, f64)) -> Coord<f64> {
    Coord { x: ORIGIN.x + x, y: ORIGIN.y + y }
}

fn layer(name: &str, polygons: &[Vec<Ring>]) -> Arc<Layer> {
    let ring = |ring: &Ring| LineString(ring.iter().copied().map(place).collect());
    let features = polygons.iter().enumerate().map(|(fid, rings)| Feature {
        fid: fid as i64,
        polygons: vec![rings.iter().map(ring).collect()],
        ..Feature::default()
    });
    Arc::new(Layer { name: name.into(), class: ClassId::new(name), features: features.collect() })
}

fn run(layers: &[(&str, &[Vec<Ring>])]) -> Run {
    let layers: Vec<Arc<Layer>> = layers.iter().map(|(name, polygons)| layer(name, polygons)).collect();
    let grid = PrecisionModel { scale: 1e4, origin: [5_400_000_000, 52_200_000_000] };
    let normal = layers.iter().map(|layer| normalise(Layer::clone(layer), &grid, &Unwatched).unwrap().value).collect();
    let partition = overlay(normal, &grid, &Unwatched).unwrap().value;
    let (rules, log) = (RuleSet::default(), DecisionLog::default());
    let conflicts = detect(&partition, &Tolerances::default(), &Unwatched).unwrap();
    let decisions = decide(&partition, &conflicts, &rules, &log, &Unwatched).unwrap().value;
    let blueprint = compose(&partition, &conflicts, &decisions, &rules, &Unwatched).unwrap();
    let mut conflict_of = vec![u32::MAX; partition.face_count()];
    for (index, conflict) in conflicts.iter().enumerate() {
        conflict.faces.iter().for_each(|&face| conflict_of[face as usize] = index as u32);
    }
    let (crs, arcs) = (Crs::epsg(32_632).unwrap(), MapArcs::default());
    Run { crs, layers, partition, conflicts, decisions, blueprint, conflict_of, arcs }
}

impl Run {
    fn drawn(&self) -> Drawn<'_> {
        let Self { crs, partition, conflicts, decisions, blueprint, conflict_of, arcs, .. } = self;
        Drawn { partition, conflicts, decisions, blueprint, crs, conflict_of, arcs, operations: 0 }
    }

    fn sources(&self, at: TileAddress) -> Vec<Seen> {
        read(&Sources::new(&self.layers, &self.crs).tile(at).unwrap())
    }

    fn conflicts(&self, at: TileAddress) -> Vec<Seen> {
        read(&self.drawn().conflicts_tile(at).unwrap())
    }

    fn patches(&self, at: TileAddress) -> Vec<Seen> {
        read(&self.drawn().blueprint_tile(at).unwrap())
    }
}

/// A feature as it stands in a tile.
struct Seen {
    layer: String,
    polygons: Vec<MvtPolygon>,
    points: Vec<MvtCoord>,
    properties: BTreeMap<String, MvtValue>,
}

fn read(bytes: &[u8]) -> Vec<Seen> {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let mut seen = Vec::new();
    for layer in reader.layers() {
        assert_eq!((layer.version(), layer.extent()), (2, EXTENT as u32));
        for feature in layer.features() {
            let (polygons, points) = match feature.geometry().unwrap() {
                MvtGeometry::Polygon(polygon) => (vec![polygon], vec![]),
                MvtGeometry::MultiPolygon(polygons) => (polygons.0, vec![]),
                MvtGeometry::Point(point) => (vec![], vec![point.0]),
                other => panic!("{other:?}"),
            };
            let properties = feature.properties().map(|property| property.unwrap());
            let properties = properties.map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
            seen.push(Seen { layer: layer.name().to_owned(), polygons, points, properties });
        }
    }
    seen
}

fn map_point(at: Coord<f64>) -> MapPoint {
    let mut lonlat = [at];
    Crs::epsg(32_632).unwrap().to_lonlat(&mut lonlat).unwrap();
    MapPoint::of_lonlat(lonlat[0])
}

/// The tile around a place, in metres from [`ORIGIN`].
fn tile_at(z: u8, x: f64, y: f64) -> TileAddress {
    let MapPoint { x, y } = map_point(place((x, y)));
    let shift = 32 - u32::from(z);
    TileAddress {
        z,
        x: u32::try_from(u64::from(x) >> shift).unwrap(),
        y: u32::try_from(u64::from(y) >> shift).unwrap(),
    }
}

fn window(at: TileAddress) -> Window {
    at.window().unwrap()
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Ring {
    vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
}

/// A border from south to north that bends at each of its points.
fn winding(x: f64, height: f64, steps: u32) -> Ring {
    (0..=steps).map(|k| (x + f64::from(k * 7919 % 97), height * f64::from(k) / f64::from(steps))).collect()
}

/// Two neighbours with a winding border between them.
fn neighbours() -> [Vec<Ring>; 2] {
    let border = winding(1000.0, 2000.0, 400);
    let west = [vec![(0.0, 2000.0), (0.0, 0.0)], border.clone()].concat();
    let east = [vec![(2000.0, 0.0), (2000.0, 2000.0)], border.into_iter().rev().collect()].concat();
    [vec![west], vec![east]]
}

fn covers(polygons: &[MvtPolygon], at: Coord<f64>) -> bool {
    let real = |ring: &LineString<i32>| {
        LineString(ring.0.iter().map(|c| Coord { x: f64::from(c.x), y: f64::from(c.y) }).collect())
    };
    polygons.iter().any(|polygon| {
        let holes = polygon.interiors().iter().map(real).collect();
        Polygon::new(real(polygon.exterior()), holes).contains(&at)
    })
}

#[test]
fn two_neighbours_have_exactly_the_same_border_at_every_zoom() {
    let run = run(&[("forest", &neighbours())]);
    for z in 9..=18 {
        let at = tile_at(z, 1050.0, 1000.0);
        for seen in [run.sources(at), run.patches(at)] {
            let polygons: Vec<&MvtPolygon> = seen.iter().flat_map(|one| &one.polygons).collect();
            let [west, east] = [polygons[0], polygons[1]].map(|one| {
                let low = window(at).place(map_point(place((999.0, 0.0))));
                let high = window(at).place(map_point(place((1098.0, 2000.0))));
                // The corners of the margin are no points of the border.
                let corner = |c: &MvtCoord| [-64, 4160].contains(&c.x) && [-64, 4160].contains(&c.y);
                let between = |c: &&MvtCoord| {
                    let inside = (low[0]..=high[0]).contains(&c.x.into());
                    inside && (high[1] + 8..low[1] - 8).contains(&c.y.into()) && !corner(c)
                };
                let points = one.exterior().0.iter().filter(between);
                points.map(|c| (c.x, c.y)).collect::<BTreeSet<(i32, i32)>>()
            });
            assert_eq!(west, east, "zoom {z}");
            assert!(west.len() > 3, "zoom {z}: {west:?}");
        }
    }
}

#[test]
fn a_polygon_with_a_hole_has_it() {
    let run = run(&[("forest", &[vec![rectangle(0.0, 0.0, 900.0, 900.0), rectangle(300.0, 300.0, 200.0, 200.0)]])]);
    let at = tile_at(14, 300.0, 300.0);
    for seen in [run.sources(at), run.patches(at)] {
        let [one] = &seen[..] else { panic!("{} features", seen.len()) };
        assert_eq!(one.polygons.len(), 1);
        assert_eq!(one.polygons[0].interiors().len(), 1);
        let [x, y] = window(at).place(map_point(place((400.0, 400.0)))).map(|unit| unit as f64);
        assert!(!covers(&one.polygons, Coord { x, y }));
        assert!(covers(&one.polygons, Coord { x: x - 400.0, y }));
    }
}

#[test]
fn ground_that_touches_itself_is_drawn_as_large_as_it_is() {
    // A hole that touches the outer ring in a point, an island in it, and two lobes of a second
    // layer that meet in a node.
    let hole = vec![(0.0, 0.0), (400.0, 200.0), (500.0, 600.0), (200.0, 400.0), (0.0, 0.0)];
    let outer = vec![(0.0, 0.0), (900.0, 0.0), (900.0, 900.0), (0.0, 900.0), (0.0, 0.0)];
    let lobes = vec![
        (0.0, 0.0),
        (300.0, 0.0),
        (300.0, 300.0),
        (600.0, 300.0),
        (600.0, 600.0),
        (300.0, 600.0),
        (300.0, 300.0),
        (0.0, 300.0),
    ];
    let run = run(&[
        ("forest", &[vec![outer, hole], vec![rectangle(250.0, 250.0, 60.0, 60.0)]]),
        ("red-line", &[vec![lobes]]),
    ]);
    let at = tile_at(12, 300.0, 300.0);
    let placed = |point: &Point| window(at).place(map_point(run.partition.grid.locate(*point)));
    let mut expected = Vec::new();
    for patch in 0..run.blueprint.patches.len() as u32 {
        let rings = run.blueprint.polygons(&run.partition, patch).into_iter().flatten();
        let area2 = |ring: Vec<Point>| twice_area(&ring.iter().map(placed).collect::<Vec<_>>());
        expected.push(rings.map(area2).sum::<i64>().abs());
    }
    let patches = run.patches(at);
    let drawn = patches.iter().map(|seen| {
        let rings =
            seen.polygons.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        let area2 =
            |ring: &LineString<i32>| twice_area(&ring.0.iter().map(|c| [c.x.into(), c.y.into()]).collect::<Vec<_>>());
        rings.map(area2).sum::<i64>().abs()
    });
    assert_eq!(drawn.collect::<Vec<_>>(), expected);
    assert!(expected.len() > 4, "{expected:?}");
}

fn twice_area(ring: &[[i64; 2]]) -> i64 {
    (0..ring.len()).map(|k| (ring[k], ring[(k + 1) % ring.len()])).map(|([x0, y0], [x1, y1])| x0 * y1 - x1 * y0).sum()
}

/// A horseshoe: the middle of its box is not in it.
fn horseshoe(size: f64) -> Ring {
    let third = size / 3.0;
    vec![
        (0.0, 0.0),
        (size, 0.0),
        (size, size),
        (size - third, size),
        (size - third, third),
        (third, third),
        (third, size),
        (0.0, size),
    ]
}

#[test]
fn a_tiny_conflict_has_a_mark_inside_it_and_a_large_one_has_none() {
    let run = run(&[("forest", &[vec![horseshoe(30.0)]]), ("red-line", &[vec![horseshoe(30.0)]])]);
    let ground = run.partition.polygons(&run.conflicts[0].faces, |face| run.conflict_of[face as usize] == 0);
    let ring = ground[0][0].iter().map(|&point| run.partition.grid.locate(point)).collect();
    let inside = inside(&run.partition, &run.conflicts[0]);
    assert!(Polygon::new(LineString(ring), vec![]).contains(&inside));
    for z in 0..=18 {
        let at = tile_at(z, inside.x - ORIGIN.x, inside.y - ORIGIN.y);
        let seen = run.conflicts(at);
        let marks: Vec<&Seen> = seen.iter().filter(|seen| seen.layer == "markers").collect();
        // 30 m are 6 pixels between zoom 13 and 14 at this latitude.
        assert_eq!(marks.len(), usize::from(z < 14), "zoom {z}");
        if let [mark] = marks[..] {
            let [x, y] = window(at).place(map_point(inside));
            assert_eq!(mark.points, [MvtCoord { x: x as i32, y: y as i32 }]);
        }
        let shapes = seen.iter().filter(|seen| seen.layer == "conflicts").count();
        assert!(shapes == 1 || z < 14, "zoom {z}");
    }
}

#[test]
fn a_long_thin_conflict_has_a_mark_until_it_is_a_pixel_wide() {
    let run = run(&[
        ("forest", &[vec![rectangle(0.0, 0.0, 800.0, 400.0)]]),
        ("red-line", &[vec![rectangle(0.0, 399.0, 800.0, 400.0)]]),
    ]);
    let marks = |z| run.conflicts(tile_at(z, 400.0, 399.5)).iter().filter(|seen| seen.layer == "markers").count();
    assert_eq!([10, 14, 15, 16, 18].map(marks), [1, 1, 1, 0, 0]);
}

#[test]
fn a_mark_stands_in_one_tile_only() {
    let squares: Vec<Vec<Ring>> = (0..400).map(|k| vec![rectangle(f64::from(k) * 40.0, 0.0, 5.0, 5.0)]).collect();
    let run = run(&[("forest", &squares), ("red-line", &squares)]);
    let first = tile_at(13, 0.0, 0.0);
    let mut marked = Vec::new();
    for (x, y) in (0..8).flat_map(|x| (0..3).map(move |y| (x, y))) {
        let at = TileAddress { z: 13, x: first.x + x, y: first.y + y - 1 };
        marked.extend(run.conflicts(at).into_iter().filter(|seen| seen.layer == "markers"));
    }
    let ids: BTreeSet<String> = marked.iter().map(|seen| format!("{:?}", seen.properties["id"])).collect();
    assert_eq!((marked.len(), ids.len()), (400, 400));
}

#[test]
fn where_conflicts_crowd_their_number_stands_and_each_is_counted_once() {
    let squares: Vec<Vec<Ring>> = (0..400).map(|k| vec![rectangle(f64::from(k) * 40.0, 0.0, 5.0, 5.0)]).collect();
    let run = run(&[("forest", &squares), ("red-line", &squares)]);
    let around = |z: u8| {
        let first = tile_at(z, 0.0, 0.0);
        let tiles = (0..3).flat_map(|x| (0..3).map(move |y| (x, y)));
        tiles.flat_map(move |(x, y)| vec![TileAddress { z, x: first.x + x - 1, y: first.y + y - 1 }])
    };
    let seen: Vec<Seen> = around(8).flat_map(|at| run.conflicts(at)).collect();
    let count = |name: &str| -> u64 {
        let of = |seen: &Seen| match seen.properties[name] {
            MvtValue::UInt(count) => count,
            ref other => panic!("{other:?}"),
        };
        seen.iter().filter(|seen| seen.layer == "crowds").map(of).sum()
    };
    assert_eq!((count("count"), count("open")), (400, 400));
    assert!(seen.iter().all(|seen| seen.layer != "markers"), "their number stands for them");
    assert!(around(16).flat_map(|at| run.conflicts(at)).all(|seen| seen.layer != "crowds"));
}

#[test]
fn a_tile_far_away_or_off_the_map_is_empty() {
    let run = run(&[("forest", &neighbours()), ("red-line", &neighbours())]);
    let sources = Sources::new(&run.layers, &run.crs);
    let far = [(14, 0, 0), (14, 12_000, 9_000), (3, 8, 0), (31, 5, 5), (200, 0, 0)];
    for (z, x, y) in far {
        let at = TileAddress { z, x, y };
        assert_eq!(sources.tile(at).unwrap(), [0; 0]);
        assert_eq!(run.drawn().conflicts_tile(at).unwrap(), [0; 0]);
        assert_eq!(run.drawn().blueprint_tile(at).unwrap(), [0; 0]);
    }
}

#[test]
fn the_four_children_of_a_tile_cover_what_it_covers() {
    let [west, _] = neighbours();
    let run = run(&[("forest", &[west])]);
    let sources = |at| run.sources(at).into_iter().flat_map(|seen| seen.polygons).collect::<Vec<_>>();
    let patches = |at| run.patches(at).into_iter().flat_map(|seen| seen.polygons).collect::<Vec<_>>();
    let draws: [&dyn Fn(TileAddress) -> Vec<MvtPolygon>; 2] = [&sources, &patches];
    for (draw, z) in draws.into_iter().flat_map(|draw| [10, 11, 13, 14, 16].map(|z| (draw, z))) {
        let at = tile_at(z, 1000.0, 1900.0);
        let parent = draw(at);
        let (mut covered, mut different) = (0, 0);
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let child = draw(TileAddress { z: z + 1, x: 2 * at.x + dx, y: 2 * at.y + dy });
            for sample in (0..64 * 64).map(|k| (k % 64, k / 64)) {
                let unit = |along: i32| f64::from(64 * along + 32) + 0.25;
                let here = Coord { x: unit(sample.0), y: unit(sample.1) };
                let there =
                    Coord { x: (here.x + 4096.0 * f64::from(dx)) / 2.0, y: (here.y + 4096.0 * f64::from(dy)) / 2.0 };
                covered += usize::from(covers(&parent, there));
                different += usize::from(covers(&parent, there) != covers(&child, here));
            }
        }
        assert!(covered > 10, "zoom {z}: {covered}");
        assert!(different <= 2 + covered / 50, "zoom {z}: {different} of {covered}");
    }
}

#[test]
fn a_long_edge_is_drawn_where_it_is() {
    let long = vec![(-9000.0, 0.0), (11_000.0, 1000.0), (0.0, 9000.0)];
    let run = run(&[("forest", &[vec![long]])]);
    for t in [0.31, 0.5, 0.69] {
        let on_edge = place((-9000.0 + 20_000.0 * t, 1000.0 * t));
        let at = tile_at(18, on_edge.x - ORIGIN.x, on_edge.y - ORIGIN.y);
        let [x, y] = window(at).place(map_point(on_edge)).map(|unit| unit as f64);
        for seen in [run.sources(at), run.patches(at)] {
            assert!(!covers(&seen[0].polygons, Coord { x, y: y + 2.0 }), "{t}");
            assert!(covers(&seen[0].polygons, Coord { x, y: y - 2.0 }), "{t}");
        }
    }
}

#[test]
fn properties_are_those_that_the_style_reads() {
    let run = run(&[
        ("forest", &[vec![rectangle(0.0, 0.0, 500.0, 500.0)]]),
        ("red-line", &[vec![rectangle(250.0, 0.0, 500.0, 500.0)]]),
    ]);
    let at = tile_at(14, 300.0, 300.0);
    let said = |seen: Vec<Seen>| -> BTreeSet<String> {
        let one = |seen: &Seen| {
            let pairs = seen.properties.iter().filter(|(name, _)| *name != "id");
            let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", text(value))).collect();
            format!("{}: {}", seen.layer, pairs.join(" "))
        };
        seen.iter().map(one).collect()
    };
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<BTreeSet<String>>();
    let forest = "sources: class=forest layer=forest";
    assert_eq!(said(run.sources(at)), texts(&[forest, "sources: class=red-line layer=red-line"]));
    let conflict = "conflicts: kind=overlap sliver=false state=open";
    assert_eq!(said(run.conflicts(at)), texts(&[conflict]));
    let patches = ["patches: class=forest open=false", "patches: class=red-line open=false", "patches: open=true"];
    assert_eq!(said(run.patches(at)), texts(&patches));
    let id = &run.conflicts(at)[0].properties["id"];
    assert_eq!(*id, MvtValue::String(run.conflicts[0].id.to_string()));
}

fn text(value: &MvtValue) -> String {
    match value {
        MvtValue::String(text) => text.clone(),
        MvtValue::Bool(truth) => truth.to_string(),
        other => panic!("{other:?} is neither text nor truth"),
    }
}

#[test]
fn rings_that_are_open_or_not_finite_are_drawn_as_far_as_they_go() {
    let mut broken = rectangle(0.0, 0.0, 500.0, 500.0);
    broken.pop();
    broken.insert(2, (f64::NAN, 3.0));
    broken.insert(2, (3.0, f64::INFINITY));
    let whole = layer("forest", &[vec![rectangle(0.0, 0.0, 500.0, 500.0)]]);
    let (crs, at) = (Crs::epsg(32_632).unwrap(), tile_at(14, 0.0, 0.0));
    let nothing = vec![vec![(f64::NAN, 0.0)], vec![]];
    let broken = layer("forest", &[vec![broken], nothing]);
    let bytes = |layer| Sources::new(&[layer], &crs).tile(at).unwrap();
    assert_eq!(bytes(broken), bytes(whole));
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let made = || run(&[("forest", &neighbours()), ("red-line", &[vec![horseshoe(300.0)]])]);
    let (one, other) = (made(), made());
    let at = tile_at(14, 1050.0, 1000.0);
    assert_eq!(one.drawn().conflicts_tile(at).unwrap(), other.drawn().conflicts_tile(at).unwrap());
    assert_eq!(one.drawn().blueprint_tile(at).unwrap(), other.drawn().blueprint_tile(at).unwrap());
}

#[test]
fn the_conflict_at_hand_is_drawn_alone_as_it_is_among_the_others() {
    let squares: Vec<Vec<Ring>> = (0..3).map(|k| vec![rectangle(f64::from(k) * 600.0, 0.0, 400.0, 400.0)]).collect();
    let run = run(&[("forest", &squares), ("red-line", &[vec![rectangle(-50.0, 100.0, 2000.0, 200.0)]])]);
    let overlaps = || (0..).zip(&run.conflicts).filter(|(_, conflict)| conflict.faces.len() == 1);
    assert_eq!(overlaps().count(), 3);
    for z in [9, 12, 16] {
        for (index, conflict) in overlaps() {
            let middle = inside(&run.partition, conflict);
            let at = tile_at(z, middle.x - ORIGIN.x, middle.y - ORIGIN.y);
            let alone = read(&run.drawn().conflict_tile(at, index).unwrap());
            assert!(alone.iter().all(|seen| seen.layer == "conflict"));
            let alone: Vec<MvtPolygon> = alone.into_iter().flat_map(|seen| seen.polygons).collect();
            let id = MvtValue::String(conflict.id.to_string());
            let among: Vec<Seen> = run
                .conflicts(at)
                .into_iter()
                .filter(|seen| seen.layer == "conflicts" && seen.properties.get("id") == Some(&id))
                .collect();
            // Where they are small an overview names none of them.
            assert!(z < 12 || alone.len() == 1, "zoom {z}");
            if z >= 12 {
                assert_eq!(alone, among[0].polygons, "zoom {z}");
            }
        }
    }
    let far = TileAddress { z: 14, x: 0, y: 0 };
    assert_eq!(run.drawn().conflict_tile(far, 0).unwrap(), [0; 0]);
}
