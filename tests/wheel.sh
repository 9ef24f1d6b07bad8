#!/usr/bin/env bash
# What a user does first with the package: `tests/wheel.sh BIN`, where BIN holds its python and its command.
set -euo pipefail
bin=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$bin/aureole" --version
"$bin/aureole" simulate stack.h5 --frames 20 --detector Eiger500k 2> /dev/null
"$bin/aureole" integrate stack.h5 --poni stack.poni -o patterns.h5
"$bin/aureole" integrate stack.h5 --poni stack.poni --layout processes --workers 2 -o processes.h5
"$bin/aureole" integrate stack.h5 --poni stack.poni --layout dask -o dask.h5 2> refusal && exit 1
grep -q "aureole\[dask\]" refusal
"$bin/aureole" plot patterns.h5 -o patterns.png > /dev/null
"$bin/aureole" no-such-command 2> /dev/null && exit 1

"$bin/python" - <<'PYTHON'
import sys
import numpy as np
import aureole

image = np.full((514, 1030), 5, dtype=np.uint32)
radial, intensity = aureole.load("stack.poni").integrate1d(image, 100, correctSolidAngle=False)
assert radial.shape == (100,) and np.nanmax(np.abs(intensity - 5)) < 1e-6
patterns = aureole.integrate("stack.h5", poni="stack.poni", bins=100)
assert patterns.intensity.shape == (20, 100) and "<svg" in patterns._repr_html_()
assert not {"matplotlib", "distributed", "joblib", "tqdm", "h5py"} & set(sys.modules)
try:
    patterns.plot()
except ImportError as error:
    assert "aureole[plot]" in str(error)
else:
    raise SystemExit("a plot without matplotlib")
PYTHON
echo 'the wheel works alone with NumPy'
