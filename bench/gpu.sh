#!/usr/bin/env bash
# Layout gpu on a machine with an NVIDIA GPU: checks it, measures it, and leaves the figures in bench/results.
#
#   bench/gpu.sh            all of it
#   bench/gpu.sh check      the tests on the device, then with NVIDIA's compute-sanitizer where it is installed
#   bench/gpu.sh measure    the figures alone
#
# AUREOLE and GPU_TESTS may name programs that were built elsewhere (else cargo builds them); FOLDER is where stacks are simulated,
# DEVICES the GPUs (0), CASES what is measured (all), PEERS a folder with pyfai_gpu.py, which runs pyFAI's OpenCL path beside.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-all}
folder=${FOLDER:-/dev/shm/aureole-gpu}
aureole=${AUREOLE:-}
tests=${GPU_TESTS:-}
if [ -z "$aureole" ]; then
    cargo build --release -p aureole-cli
    aureole=target/release/aureole
fi
if [ -z "$tests" ] && [ "$what" != measure ]; then
    tests=$(cargo test --release -p aureole --test gpu --no-run --message-format json |
        python3 -c 'import json, sys; print([m["executable"] for m in map(json.loads, sys.stdin) if m.get("executable")][-1])')
fi

# sanitized TOOL TEST: one test under one tool of compute-sanitizer, which may take its time.
sanitized() {
    echo "== compute-sanitizer --tool $1: $2"
    timeout "${SANITIZER_SECONDS:-600}" compute-sanitizer --tool "$1" --error-exitcode 9 "$tests" --test-threads 1 "$2" 2>&1 | tail -4
}

if [ "$what" != measure ]; then
    "$aureole" doctor
    "$tests" --test-threads 1
    if command -v compute-sanitizer > /dev/null; then
        for tool in memcheck racecheck synccheck; do
            sanitized $tool a_small_stack
        done
        sanitized memcheck some_broken_chunks
    else
        echo 'SKIPPED: compute-sanitizer is not installed'
    fi
fi
if [ "$what" != check ]; then
    mkdir -p "$folder"
    python3 bench/gpu.py "$aureole" "$folder" --devices "${DEVICES:-0}" ${CASES:+--cases "$CASES"} ${PEERS:+--peers "$PEERS"} ${OUT_FOLDER:+--results "$OUT_FOLDER"}
fi
