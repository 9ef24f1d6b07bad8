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
    if "$@" > >(tee "$logs/$name.log") 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
    fi
    wait
}

# counted NAME COMMAND...: as many checks as its output counts in "N passed" and "N failed".
counted() {
    local name=$1
    shift
    echo "== $name"
    "$@" > >(tee "$logs/$name.log") 2>&1
    local status=$?
    wait
    local good bad
    good=$(grep -E '^test result: |: [0-9]+ passed, ' "$logs/$name.log" | grep -oE '[0-9]+ passed' | awk '{ n += $1 } END { print n + 0 }')
    bad=$(grep -E '^test result: |: [0-9]+ passed, ' "$logs/$name.log" | grep -oE '[0-9]+ failed' | awk '{ n += $1 } END { print n + 0 }')
    # A program that dies without counting has failed all the same.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
        echo "FAILED: $name ended with $status"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
}

step format cargo fmt --check
step clippy cargo clippy --workspace --all-targets -- -D warnings
step documentation env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps
counted tests cargo test --workspace --no-fail-fast -- --show-output

step build cargo build -p aureole-cli
for script in tests/oracle/*.py; do
    [ -e "$script" ] || continue
    counted "$(basename "$script" .py)" "$PYTHON" "$script" target/debug/aureole "${AUREOLE_DATA:-../shared/data}"
done

echo
grep -hoE '^SKIPPED: .*' "$logs"/*.log | sort | uniq -c | sed -E 's/^ *1 //; s/^ *([0-9]+) (.*)/\2 (\1 times)/' || echo 'Nothing was skipped.'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
