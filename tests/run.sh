#!/usr/bin/env bash
# All checks, one after the other; a failing one does not hide those after it. The last lines name what was skipped, and
# sum up what passed and failed. Everything uses one build profile, so that HDF5 is compiled once.
set -uo pipefail
cd "$(dirname "$0")/.."

logs=target/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0
failed=0

# step NAME COMMAND...: one check that passes or fails as a whole.
step() {
    local name=$1
    shift
    echo "== $name"
    # pipefail is set: tee passes the command's failure on.
    if "$@" 2>&1 | tee "$logs/$name.log"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
    fi
}

# counted NAME COMMAND...: as many checks as cargo's "test result:" lines, or a last line "...: N passed, N failed", count.
counted() {
    local name=$1
    shift
    echo "== $name"
    "$@" 2>&1 | tee "$logs/$name.log"
    tally "$name" "${PIPESTATUS[0]}"
}

# tally NAME STATUS: counts what a log says of a program that ended with a status.
tally() {
    local name=$1 status=$2
    local good bad
    good=$(grep -E '^test result: |: [0-9]+ passed, ' "$logs/$name.log" | grep -oE '[0-9]+ passed' | awk '{ n += $1 } END { print n + 0 }')
    bad=$(grep -E '^test result: |: [0-9]+ passed, ' "$logs/$name.log" | grep -oE '[0-9]+ failed' | awk '{ n += $1 } END { print n + 0 }')
    # A program that neither counts nor skips is one check; one that dies without counting a failure has failed all the same.
    if [ "$status" -eq 0 ] && [ $((good + bad)) -eq 0 ] && ! grep -q '^SKIPPED: ' "$logs/$name.log"; then
        good=1
    elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
        echo "FAILED: $name ended with $status"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
}

# beside NAME COMMAND...: as counted, as many at a time as there are cores; for what does not look at the clock.
together=()
beside() {
    local name=$1
    shift
    together+=("$name")
    echo "-- $name, beside others"
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    {
        "$@" > "$logs/$name.log" 2>&1
        echo $? > "$logs/$name.status"
    } &
}

# shown: waits for all that run beside, and says what they said, in the order in which they were named.
shown() {
    wait
    local name
    for name in "${together[@]}"; do
        echo "== $name"
        cat "$logs/$name.log"
        tally "$name" "$(cat "$logs/$name.status")"
    done
    together=()
}

bash tests/verilator.sh

step format cargo fmt --check
step clippy cargo clippy --workspace --all-targets -- -D warnings
step documentation env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps
counted tests cargo test --workspace --no-fail-fast -- --show-output
counted arm bash tests/arm.sh
counted kernels "$PYTHON" crates/cuda/kernels/compile.py --check
counted python env PYTHON="$PYTHON" bash tests/python.sh

# The oracles: scripts that compare the program, or an example that prints what a crate computes, with pyFAI and its kin.
data=${AUREOLE_DATA:-../shared/data}
[ -d "$data" ] || echo "SKIPPED: oracles on real files: $data is not there (set AUREOLE_DATA)" | tee "$logs/data.log"
step build cargo build --bin aureole --example dump_stack --example hostile --example dump_binning --example detector_table --example rewrite_poni
counted hostile "$PYTHON" tests/oracle/hostile.py target/debug/examples/hostile
counted follow "$PYTHON" tests/oracle/follow.py target/debug/aureole
counted stream "$PYTHON" tests/oracle/stream.py target/debug/aureole
counted page env PYTHON="$PYTHON" bash tests/page.sh target/debug/aureole
beside simulated "$PYTHON" tests/oracle/simulated.py target/debug/aureole
beside nexus "$PYTHON" tests/oracle/nexus.py target/debug/aureole
beside beamlines "$PYTHON" tests/oracle/beamlines.py target/debug/aureole
beside export "$PYTHON" tests/oracle/export.py target/debug/aureole
beside report "$PYTHON" tests/oracle/report.py target/debug/aureole
beside viewers "$PYTHON" tests/oracle/viewers.py target/debug/aureole
beside readers "$PYTHON" tests/oracle/readers.py target/debug/examples/dump_stack $([ -d "$data" ] && echo "$data")
beside inputs "$PYTHON" tests/oracle/inputs.py target/debug/aureole "$data" --check
beside detectors "$PYTHON" tests/oracle/detectors.py
beside ponis "$PYTHON" tests/oracle/ponis.py target/debug/examples/rewrite_poni "$data"
beside geometry "$PYTHON" tests/oracle/geometry.py
beside wrong-results "$PYTHON" tests/oracle/wrong_results.py target/debug/aureole
beside combinations "$PYTHON" tests/oracle/combinations.py target/debug/aureole
beside irregular "$PYTHON" tests/oracle/irregular.py target/debug/aureole "$data"
beside units "$PYTHON" tests/oracle/units.py target/debug/aureole "$data"
beside ranges "$PYTHON" tests/oracle/ranges.py target/debug/aureole
beside fibres "$PYTHON" tests/oracle/fibres.py target/debug/aureole
beside regions "$PYTHON" tests/oracle/regions.py target/debug/aureole
beside cakes "$PYTHON" tests/oracle/cakes.py target/debug/aureole "$data"
beside published "$PYTHON" tests/oracle/published.py target/debug/aureole "$data"
beside modes "$PYTHON" tests/oracle/modes.py target/debug/aureole
beside configs "$PYTHON" tests/oracle/configs.py target/debug/aureole
beside maps "$PYTHON" tests/oracle/maps.py target/debug/aureole
beside parity "$PYTHON" tests/oracle/parity.py target/debug/aureole "$data"
shown

echo
grep -hoE '^SKIPPED: .*' "$logs"/*.log | sort | uniq -c | sed -E 's/^ *1 //; s/^ *([0-9]+) (.*)/\2 (\1 times)/' || echo 'Nothing was skipped.'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
