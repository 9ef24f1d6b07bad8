"""What the tests of the Python package share: simulated frames of a small part of a detector, and pyFAI beside them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

GEOMETRY = {
    "detector": "Pilatus100k",
    "dist": 0.1,
    "poni1": 0.012,
    "poni2": 0.021,
    "rot1": 0.05,
    "rot2": -0.03,
    "rot3": 0.2,
    "wavelength": 1e-10,
}
SHAPE = (195, 487)


@pytest.fixture(scope="session")
def geometry():
    """A geometry that both programs take."""
    return dict(GEOMETRY)


@pytest.fixture(scope="session")
def image():
    """Counts of a Pilatus 100k, with two of its markers for pixels that measured nothing."""
    counts = np.random.default_rng(7).poisson(30.0, SHAPE).astype(np.int32)
    counts[50, 60:90] = -1
    counts[120, 10:12] = -2
    return counts


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    """A stack of 40 simulated frames of an Eiger 500k and its PONI file."""
    folder = tmp_path_factory.mktemp("stack")
    command("simulate", folder / "stack.h5", "--frames", "40", "--detector", "Eiger500k")
    return folder / "stack.h5", folder / "stack.poni"


def command(*words, code=0, **options) -> subprocess.CompletedProcess:
    """Runs the package's command; its exit code must be ``code``."""
    words = [sys.executable, "-m", "aureole", *map(str, words)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, **options)
    assert ended.returncode == code, ended.stderr
    return ended


def same(a, b) -> bool:
    """Equal to the last bit, NaN included."""
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def pytest_terminal_summary(terminalreporter):
    """The line that ``tests/run.sh`` counts by, and one for each test that was skipped."""
    counts = {kind: len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")}
    for report in terminalreporter.stats.get("skipped", []):
        print(f"SKIPPED: {Path(report.nodeid).name}: {report.longrepr[2]}")
    print(f"python: {counts['passed']} passed, {counts['failed'] + counts['error']} failed")
