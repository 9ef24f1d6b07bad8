#!/usr/bin/env bash
# The live page in a real browser: Debian's Chromium, driven by playwright-core from npm. Both are installed where that may be done (as root,
# by apt; into target/ by npm); what cannot be had is said, and the checks are skipped.
set -uo pipefail
cd "$(dirname "$0")/.."

uplot=1.6.32
playwright=1.65.1
modules=target/page
mkdir -p "$modules"

skip() {
    echo "SKIPPED: the page in a browser: $1"
    exit 0
}

command -v node > /dev/null && command -v npm > /dev/null || skip 'node and npm are not there'
chromium=$(command -v chromium || command -v chromium-browser || true)
if [ -z "$chromium" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    install() { timeout 300 apt-get install --yes --no-install-recommends chromium fonts-dejavu-core > /dev/null 2>&1; }
    install || { timeout 120 apt-get update > /dev/null 2>&1 && install; }
    chromium=$(command -v chromium || true)
fi
[ -n "$chromium" ] || skip 'Chromium is not there'
if [ ! -d "$modules/node_modules/playwright-core" ]; then
    (cd "$modules" && timeout 120 npm install --no-audit --no-fund --ignore-scripts "playwright-core@$playwright" > /dev/null 2>&1)
fi
[ -d "$modules/node_modules/playwright-core" ] || skip 'playwright-core cannot be had from npm'

# The chart library in this repository is that of npm, byte for byte.
packed=0
if (cd "$modules" && timeout 60 npm pack --silent "uplot@$uplot" > /dev/null 2>&1); then
    ours=crates/serve/third-party/uplot
    for file in uPlot.iife.min.js:dist/uPlot.iife.min.js uPlot.min.css:dist/uPlot.min.css LICENSE:LICENSE; do
        if ! tar xzOf "$modules/uplot-$uplot.tgz" "package/${file#*:}" | cmp -s - "$ours/${file%%:*}"; then
            echo "FAILED: $ours/${file%%:*} is not that of uplot $uplot"
            packed=1
        fi
    done
else
    echo "SKIPPED: uPlot beside npm's package: npm cannot be reached"
fi

# The checks run in a folder of their own. No link is followed: a Python behind one would not know its environment.
case ${PYTHON:=python3} in
    /*) ;;
    */*) PYTHON=$PWD/$PYTHON ;;
esac
export PYTHON

NODE_PATH="$PWD/$modules/node_modules" node tests/page/page.mjs "$(realpath "${1:-target/debug/aureole}")" "$chromium" "${@:2}" || packed=1
exit "$packed"
