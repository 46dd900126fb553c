# make run    the window on the demo project; without a display the same job in the terminal
# make test   everything that must hold
# make fuzz   ten more minutes of random cases against the brute-force reference, then huge data
# make torture  kills the program 1,000 times while it decides and exports
# make bench  Lantu beside other tools on the same files; SIZE=S,M,L,XL and RUNS=3 as you like
# make hainan  the whole job on a synthetic province of Hainan's size: docs/hainan.md
#
# Each installs what it needs (scripts/setup.sh) and can be repeated at will.

TARGET := $(or $(CARGO_TARGET_DIR),target)
DEMO := sample-data/liechtenstein/demo.toml
UI_SOURCES := $(shell find ui/src ui/public ui/index.html ui/vite.config.ts ui/tsconfig.json -type f 2>/dev/null)
# Where there is a screen; macOS says nothing of it in the environment.
DISPLAY_OR_NONE := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname -s)))

.DEFAULT_GOAL := help
.PHONY: help run run-window run-terminal test fuzz torture bench hainan
.NOTPARALLEL:

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run: $(if $(DISPLAY_OR_NONE),run-window,run-terminal)

run-window:
	sh scripts/setup.sh window
	$(MAKE) --no-print-directory ui/dist/index.html
	cargo build -p lantu-app --features custom-protocol
	LANTU_DATA="$(CURDIR)" $(TARGET)/debug/lantu-app --demo

# Builds neither window nor UI, so a server without a screen needs no WebKitGTK.
run-terminal:
	sh scripts/setup.sh cli
	cargo build -p lantu
	mkdir -p out
	$(TARGET)/debug/lantu merge $(DEMO) --out out/blueprint.geojson --conflicts out/conflicts.geojson --report out/report.json

# Cheap checks first; the window is built before the tests because one of them drives it.
test:
	sh scripts/setup.sh test
	cargo fmt --all --check
	$(MAKE) --no-print-directory ui/dist/index.html
	cd ui && npm test
	cargo clippy --locked --all-targets -- -D warnings
	cargo build --locked -p lantu-app --features custom-protocol
	LANTU_APP="$(abspath $(TARGET)/debug/lantu-app)" xvfb-run -a dbus-run-session -- cargo test --locked

fuzz:
	sh scripts/setup.sh cli
	LANTU_FUZZ_SECONDS=600 cargo test --release -p lantu-tests --test reference -- --nocapture
	LANTU_FULL_LIMITS=1 cargo test --release -p lantu-tests --test limits -- --nocapture --test-threads=1

torture:
	sh scripts/setup.sh cli
	LANTU_KILLS=1000 cargo test --release -p lantu-project --test torture -- --nocapture

SIZE ?= S,M
RUNS ?= 1
bench:
	sh scripts/setup.sh cli
	sh bench/peers.sh
	cargo build --release --locked -p lantu -p lantu-bench
	$(TARGET)/release/lantu-bench run $(SIZE) $(RUNS)

hainan:
	sh scripts/setup.sh reports
	cargo build --release --locked -p lantu -p lantu-bench
	$(TARGET)/release/lantu-bench hainan

# npm writes this file last, so it tells whether an installation was finished.
ui/node_modules/.package-lock.json: ui/package-lock.json ui/package.json
	cd ui && npm ci --no-fund --no-audit
	touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && npm run build
	touch $@
