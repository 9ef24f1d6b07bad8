"""Ranges that pyFAI gets wrong, with both programs' numbers: an image of ones on a centred detector, whose pixels numpy counts.

usage: ranges.py AUREOLE

A radial range: the first bin holds the pixels inside it and no others. A sector across ±180 degrees: it holds as many pixels as
its mirror image. Exits with 1 when ours are wrong.
"""

import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import h5py
    import numpy
    from pyFAI.integrator.azimuthal import AzimuthalIntegrator
except ImportError as error:
    print(f"SKIPPED: ranges against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
AUREOLE = sys.argv[1]
SHAPE, PIXEL, DISTANCE = (1000, 1000), 1e-4, 0.1
CENTRE = SHAPE[0] * PIXEL / 2 + 0.3 * PIXEL
METHODS = {"no": ("no", "csr", "cython"), "bbox": ("bbox", "csr", "cython"), "full": ("full", "csr", "cython")}


def count(folder, *options):
    """Pixels a bin, by the command."""
    output = folder / "out.h5"
    command = [AUREOLE, "integrate", str(folder / "ones.npy"), "--poni", str(folder / "ones.poni"), "--unit", "2th_deg"]
    subprocess.run([*command, "--bins", "20", "--force", "-o", str(output), *options], check=True, capture_output=True)
    with h5py.File(output) as file:
        return file["entry/data/count"][()]


def main():
    integrator = AzimuthalIntegrator(dist=DISTANCE, poni1=CENTRE, poni2=CENTRE, pixel1=PIXEL, pixel2=PIXEL)
    ones = numpy.ones(SHAPE, "float32")
    theta = integrator.center_array(SHAPE, unit="2th_deg")
    inside = [((10 + 0.1 * bin <= theta) & (theta < 10.1 + 0.1 * bin)).sum() for bin in (0, 19)]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        numpy.save(folder / "ones.npy", ones)
        integrator.save(str(folder / "ones.poni"))
        for split, method in METHODS.items():
            theirs = integrator.integrate1d(ones, 20, unit="2th_deg", radial_range=(10, 12), method=method).count
            mine = count(folder, "--split", split, "--radial-range", "10,12")
            allowed = 0 if split == "no" else 40  # A pixel across the edge counts in part.
            good = all(abs(mine[at] - right) <= allowed for at, right in zip((0, -1), inside))
            passed, failed = passed + good, failed + (not good)
            numbers = f"{mine[0]:.1f} and {mine[-1]:.1f}, by pyFAI {theirs[0]:.1f} and {theirs[-1]:.1f}"
            print(f"radial range, {split}: first and last bin hold {inside[0]} and {inside[1]} pixels; ours {numbers}")
            across, mirrored = ({"azimuth_range": ends, "method": method} for ends in ((170, 190), (-10, 10)))
            theirs = [integrator.integrate1d(ones, 20, unit="2th_deg", **ends).count.sum() for ends in (across, mirrored)]
            mine = [count(folder, "--split", split, "--azimuth-range", ends).sum() for ends in ("170,190", "-10,10")]
            # The centre is 0.3 of a pixel off, so the halves differ by some hundred pixels of 44,000.
            good = abs(mine[0] / mine[1] - 1) < 0.01
            passed, failed = passed + good, failed + (not good)
            numbers = f"{mine[0]:.0f} and {mine[1]:.0f}, by pyFAI {theirs[0]:.0f} and {theirs[1]:.0f}"
            print(f"sector, {split}: 170 to 190 and -10 to 10 degrees hold {numbers} pixels")
    print(f"ranges: {passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
