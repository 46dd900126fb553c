#!/bin/sh
# Remakes the pictures of docs/guide: drives the window through every screen in both languages and both
# themes, then takes the places that the user guide shows. Needs what `make test` needs.
set -eu
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
(cd ui && npm run build)
cargo build --locked -p lantu-app --features custom-protocol
LANTU_APP=${LANTU_APP:-$(cd "$target" && pwd)/debug/lantu-app} xvfb-run -a dbus-run-session -- \
  cargo test --locked -p lantu-tests --test window -- every_screen a_new_user
mkdir -p docs/guide
for place in start layers window rules blueprint export base; do
  for kind in zh-light zh-dark en-light en-dark; do
    cp "out/screenshots/$place-$kind.png" docs/guide/
  done
done
# A new user's way, from the test that walks it.
for picture in out/screenshots/walk-*.png; do
  cp "$picture" docs/guide/
done
cat out/screenshots/walk.txt
