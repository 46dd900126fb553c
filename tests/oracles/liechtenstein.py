#!/usr/bin/env python3
"""Areas of the demo data as GEOS sees them, for tests/tests/liechtenstein.rs.

    python3 tests/oracles/liechtenstein.py > tests/oracles/liechtenstein.toml

Needs shapely, geopandas, pyproj. Coordinates are the original doubles brought into the demo's CRS,
on no grid. A feature whose rings cross counts with its even-odd fill, which is what make_valid
builds from lines. Shares no code with the engine.
"""

import itertools
import pathlib
import tomllib

import geopandas
import shapely

FOLDER = pathlib.Path(__file__).parents[2] / "sample-data" / "liechtenstein"


def main() -> None:
    demo = tomllib.loads((FOLDER / "demo.toml").read_text("utf-8"))
    grounds = {}
    print("# Made by liechtenstein.py with shapely", shapely.__version__, "and GEOS", shapely.geos_version_string)
    print("# Areas in m². `features`: the sum over features; `ground`: each place once.")
    for layer in demo["layer"]:
        table = geopandas.read_file(FOLDER / layer["path"], engine="pyogrio", where=layer.get("subset"))
        shapes = shapely.make_valid(table.geometry.to_crs(demo["crs"]).values)
        shapes = [areal(shape) for shape in shapes]
        grounds[layer["name"]] = shapely.union_all(shapes)
        print(f'\n[[layer]]\nname = "{layer["name"]}"\ncount = {len(shapes)}')
        print(f"features = {shapely.area(shapes).sum()!s}")
        print(f"ground = {grounds[layer['name']].area!s}")
    for one, other in itertools.combinations(sorted(grounds), 2):
        both = areal(shapely.intersection(grounds[one], grounds[other]))
        print(f'\n[[pair]]\nlayers = ["{one}", "{other}"]\narea = {both.area!s}')
    print(f"\n[union]\narea = {shapely.union_all(list(grounds.values())).area!s}")
    print("\n[invalid]")
    landuse = geopandas.read_file(FOLDER / "liechtenstein_landuse.geojson", engine="pyogrio")
    fids = [int(fid) for fid in landuse.index[~shapely.is_valid(landuse.geometry.values)]]
    print(f"landuse_fids = {fids}")


def areal(shape):
    """Leaves out the lines and points that make_valid and intersection keep."""
    parts = [part for part in shapely.get_parts(shape, return_index=False) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]


main()
