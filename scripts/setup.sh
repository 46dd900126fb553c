#!/bin/sh
# Installs the system packages that a task needs and that are not there yet.
#
#   scripts/setup.sh cli      the terminal program: a C compiler and GDAL
#   scripts/setup.sh reports  the same and a Chinese font
#   scripts/setup.sh window   the same, WebKitGTK and a Chinese font
#   scripts/setup.sh test     the same, what drives the window without a screen,
#                             Chromium, and other programs to check results by: PROJ's, GDAL's with its check of GeoPackages, QGIS's libraries, LibreOffice, Poppler, PostGIS
#
# Debian and Ubuntu: by apt, with sudo unless root. Elsewhere it says what to install. Doing it
# again does nothing.
set -eu

task=${1:-cli}
packages="build-essential pkg-config libgdal-dev"
case $task in
cli) ;;
reports) packages="$packages fonts-noto-cjk" ;;
window) packages="$packages libwebkit2gtk-4.1-dev librsvg2-dev fonts-noto-cjk" ;;
test) packages="$packages libwebkit2gtk-4.1-dev librsvg2-dev fonts-noto-cjk webkit2gtk-driver chromium chromium-driver xvfb xauth dbus dbus-x11 proj-bin gdal-bin python3-gdal python3-qgis libreoffice-calc-nogui poppler-utils postgresql postgresql-postgis" ;;
*)
    echo "setup.sh: unknown task $task; one of: cli, reports, window, test" >&2
    exit 2
    ;;
esac

need() {
    command -v "$1" >/dev/null 2>&1 || {
        echo "缺少 $1：请先安装 $2。" >&2
        echo "$1 is missing: install $2 first." >&2
        exit 1
    }
}
need cargo "Rust (https://rustup.rs)"
case $task in
window | test) screen=yes ;;
*) screen=no ;;
esac
if [ "$screen" = yes ]; then need npm "Node.js 20.19+ (https://nodejs.org)"; fi

# Systems without apt: say what is wanted, and only if it seems to be missing.
if ! command -v apt-get >/dev/null 2>&1; then
    missing=""
    command -v cc >/dev/null 2>&1 || missing="$missing a-C-compiler"
    command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
    pkg-config --exists gdal 2>/dev/null || missing="$missing GDAL-3-with-headers"
    if [ "$screen" = yes ] && [ "$(uname -s)" = Linux ]; then
        pkg-config --exists webkit2gtk-4.1 2>/dev/null || missing="$missing WebKitGTK-4.1-with-headers"
        pkg-config --exists librsvg-2.0 2>/dev/null || missing="$missing librsvg-with-headers"
    fi
    if [ "$task" = test ]; then
        for program in WebKitWebDriver chromedriver xvfb-run dbus-run-session cs2cs ogrinfo psql python3 soffice pdftotext pdftoppm; do
            command -v $program >/dev/null 2>&1 || missing="$missing $program"
        done
    fi
    [ -z "$missing" ] && exit 0
    echo "请安装：$missing" >&2
    echo "Please install:$missing" >&2
    echo "(Debian, Ubuntu: $packages)" >&2
    exit 1
fi

missing=""
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

echo "安装系统软件包 / installing system packages:$missing"
sudo=""
if [ "$(id -u)" -ne 0 ]; then
    need sudo "sudo, or as root:$missing"
    sudo="sudo"
fi
# Another apt may be at work: wait for it instead of failing.
$sudo apt-get -o DPkg::Lock::Timeout=900 update
# shellcheck disable=SC2086 # a list of names
$sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=900 install -y --no-install-recommends $missing
