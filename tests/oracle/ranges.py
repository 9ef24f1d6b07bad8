"""Ranges of both axes beside pyFAI, in the bins that lie wholly inside.

usage: ranges.py AUREOLE [DATA] [--rows FOLDER]

With a radial range pyFAI adds pixels of the outside to the first and the last bin, and with splitting it takes whole what overlaps a
sector: wrong_results.py has the numbers of both. What is left must agree as everywhere. Exits with 1 when anything misses.
"""

import logging
import sys
import tempfile
import warnings

try:
    import numpy
    from support.bench import Bench, Setting
    from support.program import Program
    from support.report import LEAST_PIXELS, Rows, arguments, finish, worst_of
except ImportError as error:
    print(f"SKIPPED: ranges against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
BINS, CAKE = 60, (20, 12)
RANGES = {"q_nm^-1": (5, 25), "2th_deg": (5, 20), "r_mm": (10, 35)}
SECTORS = ((-30.1, 50.3), (60.2, 130.7))
OUTSIDE = "the outermost bins are left out: pyFAI adds the outside"


def method(split):
    return (split, "csr", "cython")


def inner(mine, theirs, margins):
    """The worst differences away from the ends of the axes that have a range."""
    held = (mine["count"] >= LEAST_PIXELS) & (theirs.count >= LEAST_PIXELS)
    for axis, margin in margins.items():
        numpy.moveaxis(held, axis, 0)[list(range(margin)) + list(range(-margin, 0))] = False
    return worst_of([(mine["I"], theirs.intensity), (mine["I_errors"], theirs.sem)], held)


def patterns(bench, table):
    for unit, (low, high) in RANGES.items():
        for split in ("no", "bbox"):
            setting = Setting(split, "mean", unit, "poisson", "solid angle")
            given = bench.given(setting) | {"unit": unit, "method": method(split)}
            mine = bench.ours(setting, "--bins", BINS, "--radial-range", f"{low},{high}")
            theirs = bench.ai.integrate1d(bench.frame, BINS, radial_range=(low, high), **given)
            table.add(("radial range", split, f"`{unit}`"), inner(mine, theirs, {0: 1}), note=OUTSIDE)
        for sector in SECTORS:
            setting = Setting("no", "mean", unit, "poisson", "solid angle")
            given = bench.given(setting) | {"unit": unit, "method": method("no")}
            mine = bench.ours(setting, "--bins", BINS, f"--azimuth-range={sector[0]},{sector[1]}")
            theirs = bench.ai.integrate1d(bench.frame, BINS, azimuth_range=sector, **given)
            table.add(("sector", "no", f"`{unit}`"), inner(mine, theirs, {}))


def cakes(bench, table):
    for unit, (low, high) in RANGES.items():
        for split in ("no", "bbox"):
            setting = Setting(split, "mean", unit, "poisson", "solid angle")
            given = bench.given(setting) | {"unit": unit, "method": method(split)}
            ends = f"--azimuth-range={SECTORS[1][0]},{SECTORS[1][1]}"
            mine = bench.ours(setting, "--bins", CAKE[0], "--azimuthal-bins", CAKE[1], "--radial-range", f"{low},{high}", ends)
            theirs = bench.ai.integrate2d(bench.frame, *CAKE, radial_range=(low, high), azimuth_range=SECTORS[1], **given)
            table.add(("both, cake", split, f"`{unit}`"), inner(mine, theirs, {0: 1, 1: 1}), note=OUTSIDE)


def main():
    asked = arguments(__doc__)
    table = Rows("Ranges", ["range", "splitting", "unit"])
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Program(asked.aureole, folder))
        patterns(bench, table)
        cakes(bench, table)
    return finish("ranges", [table], asked.rows)


if __name__ == "__main__":
    sys.exit(main())
