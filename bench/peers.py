"""What else reads and cuts layers on this machine: GDAL's Arrow stream and GEOS, through pyogrio and shapely.

peers.py versions             what is installed, as one line
peers.py read FILE...         reads everything through GDAL's Arrow stream and keeps nothing: the floor
peers.py partition OUT FILE...  nodes all borders, polygonizes, finds each face's layers and writes the covered faces
peers.py verify FILE          judges a file with GEOS; exit code 0 if it is a partition, 1 if not
"""

import json
import sys

import numpy
import pyogrio
import pyogrio.raw
import shapely


def geometries(path):
    meta, _, geometry, _ = pyogrio.raw.read(path, columns=[])
    return meta["crs"], shapely.from_wkb(geometry)


def read(files):
    rows = 0
    for path in files:
        with pyogrio.open_arrow(path, use_pyarrow=True) as (_, batches):
            rows += sum(batch.num_rows for batch in batches)
    print(rows, "features")


def partition(out, files):
    layers = [geometries(path) for path in files]
    borders = shapely.boundary(numpy.concatenate([shapes for _, shapes in layers]))
    noded = shapely.union_all(borders)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    covering = numpy.zeros((len(layers), len(faces)), numpy.int32)
    for row, (_, shapes) in zip(covering, layers):
        hits, _ = shapely.STRtree(shapes).query(inside, predicate="within")
        numpy.add.at(row, hits, 1)
    covered = covering.sum(0) > 0
    pyogrio.raw.write(out, shapely.to_wkb(faces[covered]), [row[covered] for row in covering],
                      [f"layer_{k}" for k in range(len(layers))], crs=layers[0][0], geometry_type="Polygon", driver="GPKG")
    print(int(covered.sum()), "faces,", int((covering.astype(bool).sum(0) > 1).sum()), "of them in several layers")


def verify(path):
    parts = shapely.get_parts(geometries(path)[1])
    # Parts of a coverage share whole edges and have none inside one another: only those that do not
    # can overlap.
    wrong = numpy.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(parts)))
    near, other = shapely.STRtree(parts).query(parts[wrong], predicate="intersects")
    left, right = wrong[near], other
    apart = left != right
    overlap = shapely.area(shapely.intersection(shapely.make_valid(parts[left[apart]]), shapely.make_valid(parts[right[apart]])))
    found = {
        "parts": len(parts),
        "invalid": int((~shapely.is_valid(parts)).sum()),
        "overlap_m2": float(overlap.sum()),
        "overlapping_pairs": int((overlap > 0).sum()),
        "unmatched_edges": len(wrong),
        "area_m2": float(shapely.area(parts).sum()),
        "union_m2": float(shapely.area(shapely.coverage_union_all(parts))),
    }
    print(json.dumps(found))
    whole = abs(found["union_m2"] - found["area_m2"]) <= 1e-9 * found["area_m2"]
    good = found["invalid"] == 0 and found["unmatched_edges"] == 0 and whole
    sys.exit(0 if good else 1)


def versions():
    gdal = ".".join(map(str, pyogrio.__gdal_version__))
    print(f"pyogrio {pyogrio.__version__} with GDAL {gdal}; shapely {shapely.__version__} with GEOS {shapely.geos_version_string}")


match sys.argv[1:]:
    case ["versions"]:
        versions()
    case ["read", *files]:
        read(files)
    case ["partition", out, *files]:
        partition(out, files)
    case ["verify", path]:
        verify(path)
    case _:
        sys.exit(__doc__)
