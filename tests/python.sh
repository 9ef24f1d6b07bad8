#!/usr/bin/env bash
# The Python package as a wheel: installed beside pyFAI and tested there; then installed in an environment with nothing but
# NumPy, where module and command must work. Needs PYTHON, an environment with what requirements-test.txt names.
set -euo pipefail
cd "$(dirname "$0")/.."
environment=$(dirname "$(dirname "$PYTHON")")
export CMAKE=$PWD/$environment/bin/cmake
wheels=target/wheels-test
rm -rf "$wheels"

# wheel NAME FEATURES...: built in the profile of all other tests, so that nothing is compiled twice.
wheel() {
    local name=$1
    shift
    "$environment/bin/maturin" build --quiet --profile dev --out "$wheels/$name" "$@"
}

status=0
"$environment/bin/ruff" check --quiet python tests/python docs && "$environment/bin/ruff" format --check --quiet python tests/python docs ||
    { echo 'ruff finds fault with the Python sources'; status=1; }

# With the executor contract in it, which releases have no use for.
wheel contract --features testing
"$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheels"/contract/*.whl
"$PYTHON" -m pytest -q -p no:cacheprovider tests/python || status=1

echo '== alone with NumPy'
rm -rf target/wheel-venv
"$PYTHON" -m venv target/wheel-venv
wheel release
target/wheel-venv/bin/pip install --quiet --disable-pip-version-check "$(grep '^numpy=' requirements-test.txt)" "$wheels"/release/*.whl
if bash tests/wheel.sh target/wheel-venv/bin; then
    echo 'wheel: 1 passed, 0 failed'
else
    echo 'wheel: 0 passed, 1 failed'
    status=1
fi
exit "$status"
