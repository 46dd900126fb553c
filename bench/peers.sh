#!/bin/sh
# Installs what `make bench` compares with, as far as it can, into target/bench/peers: mapshaper by
# npm; GEOS and GDAL's Arrow stream by pip in an environment of their own. What cannot be installed
# is left out of the comparison. Doing it again does nothing.
set -u

peers=${1:-target/bench/peers}
mkdir -p "$peers"

if [ ! -e "$peers/node_modules/mapshaper" ]; then
    if command -v npm >/dev/null 2>&1; then
        npm install --no-fund --no-audit --silent --prefix "$peers" mapshaper@0.7.70 || echo "bench: no mapshaper" >&2
    else
        echo "bench: no mapshaper without npm" >&2
    fi
fi

if ! "$peers/venv/bin/python" -c "import shapely, pyogrio, pyarrow" >/dev/null 2>&1; then
    { python3 -m venv "$peers/venv" && "$peers/venv/bin/pip" install --quiet shapely pyogrio pyarrow; } ||
        echo "bench: no GEOS and no Arrow stream" >&2
fi
exit 0
