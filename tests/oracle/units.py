"""Patterns of `aureole integrate` beside pyFAI's in every radial and azimuthal unit, with turned samples for fibre units.

usage: units.py AUREOLE [DATA]

Splitting `no` is compared in every unit, units of azimuths as the axis of a cake; `bbox` in every radial unit, with pyFAI's own
code fed with corners whose positions are 64-bit floats: pyFAI keeps these in 32 bits for all but 2θ, q and r, which moves
bounding boxes by up to 1e-4 of a pixel. The limits are those of docs/compatibility.md. Prints what misses and the worst of
each splitting; exits with 1 when any missed.
"""

import logging
import math
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import fabio
    import h5py
    import numpy
    import pyFAI
    from pyFAI import units
    from pyFAI.ext import _geometry, splitBBoxCSR
except ImportError as error:
    print(f"SKIPPED: units against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
AUREOLE = sys.argv[1]
DATA = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "../shared/data")
OF_MAXIMUM, OF_BIN, LEAST_PIXELS = 1e-6, 1e-5, 10
INCIDENT, TILT = 0.4, 3.0


def ours(folder, image, poni, *options):
    output = folder / "out.h5"
    command = [AUREOLE, "integrate", str(image), "--poni", str(poni), "--force", "-o", str(output), *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}\nexit {run.returncode}: {run.stderr}")
    with h5py.File(output) as file:
        data = file["entry/data"]
        count = data["count_per_frame"][0] if "count_per_frame" in data else data["count"][()]
        axes = [data[name][()] for name in ("radial_axis", "azimuthal_axis") if name in data]
        return axes, data["I"][0].astype(float), count


def combinations():
    """Radial and azimuthal unit (`None` for a pattern) and orientation of the sample."""
    for name in units.RADIAL_UNITS:
        orientations = range(1, 9) if name in ("qip_nm^-1", "exit_angle_vert_deg") else (1, 6)
        for orientation in orientations if name in units.ANY_FIBER_UNITS else (1,):
            yield name, None, orientation
    for name in units.AZIMUTHAL_UNITS:
        yield "qip_nm^-1" if name.startswith("qoop") else "2th_deg", name, 3 if name in units.ANY_FIBER_UNITS else 1


def unit(name, orientation):
    if name not in units.ANY_FIBER_UNITS:
        return units.to_unit(name)
    return units.get_unit_fiber(name, math.radians(INCIDENT), math.radians(TILT), orientation)


def bounding_boxes(ai, image, unit):
    """Centres of bins, pattern and count by pyFAI's bounding boxes around corners that were never 32-bit positions."""
    rows, columns = (numpy.arange(count + 1.0) for count in image.shape)
    along_y, along_x, _ = ai.detector.calc_cartesian_positions(*numpy.meshgrid(rows, columns, indexing="ij"), center=False)
    z, y, x = _geometry.calc_pos_zyx(ai.dist, ai.poni1, ai.poni2, ai.rot1, ai.rot2, ai.rot3, along_y, along_x, None)
    lattice = unit.equation(x, y, z, ai.wavelength).astype("float32").astype("float64")
    centre = ai.center_array(image.shape, unit=unit, scale=False)
    corners = [lattice[:-1, :-1], lattice[1:, :-1], lattice[1:, 1:], lattice[:-1, 1:]]
    reach = numpy.max([numpy.abs(corner - centre) for corner in corners], axis=0)
    engine = splitBBoxCSR.HistoBBox1d(centre, reach, bins=200, mask=ai.detector.mask, allow_pos0_neg=not unit.positive)
    dummy, delta = ai.detector.get_dummies(image)
    result = engine.integrate_ng(image, solidangle=ai.solidAngleArray(image.shape), dummy=dummy, delta_dummy=delta)
    return result.position * unit.scale, result.intensity, result.count


def compare(folder, file, image, poni, split, radial, azimuthal, orientation):
    """Worst difference of the maximum and of a bin."""
    # A fresh integrator: pyFAI does not notice that a sample was turned.
    ai = pyFAI.load(str(poni))
    method = (split, "csr", "cython")
    options = ["--unit", radial, "--split", split, "--incident-angle", str(INCIDENT), "--tilt-angle", str(TILT)]
    options += ["--sample-orientation", str(orientation)]
    if azimuthal is None:
        if split == "bbox":
            centres, expected, number = bounding_boxes(ai, image, unit(radial, orientation))
        else:
            theirs = ai.integrate1d(image, 200, unit=unit(radial, orientation), method=method)
            centres, expected, number = theirs.radial, theirs.intensity, theirs.count
        axes = [centres]
        found, intensity, count = ours(folder, file, poni, "--bins", "200", *options)
    else:
        both = unit(radial, orientation), unit(azimuthal, orientation)
        theirs = ai.integrate2d(image, 50, 40, unit=both, method=method)
        axes, expected, number = [theirs.radial, theirs.azimuthal], theirs.intensity, theirs.count
        options += ["--azimuthal-bins", "40", "--azimuthal-unit", azimuthal]
        found, intensity, count = ours(folder, file, poni, "--bins", "50", *options)
    for mine, other in zip(found, axes):
        if not numpy.allclose(mine, other, rtol=0, atol=1e-5 * abs(numpy.diff(other).mean())):
            return numpy.inf, numpy.inf
    held = (count >= LEAST_PIXELS) & (number >= LEAST_PIXELS)
    apart = numpy.abs(intensity[held] - expected[held])
    return apart.max() / expected[held].max(), (apart / numpy.maximum(numpy.abs(expected[held]), 1e-9)).max()


def main():
    if not DATA.is_dir():
        print(f"SKIPPED: units against pyFAI: no folder {DATA}")
        return 0
    image = fabio.open(str(DATA / "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif")).data
    poni = DATA / "ssrl_th3/frame_0008_derived_from_azim_header.poni"
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = folder / "image.npy"
        numpy.save(file, image)
        for split in ("no", "bbox"):
            worst = (0.0, 0.0)
            for radial, azimuthal, orientation in combinations():
                if azimuthal and split == "bbox":
                    continue
                values = compare(folder, file, image, poni, split, radial, azimuthal, orientation)
                good = values[0] <= OF_MAXIMUM and values[1] <= OF_BIN
                passed, failed = passed + good, failed + (not good)
                if good:
                    worst = tuple(map(max, worst, values))
                else:
                    what = f"{split} {radial} {azimuthal or ''} orientation {orientation}"
                    print(f"MISS {what}: {values[0]:.1e} of the maximum, {values[1]:.1e} of a bin")
            print(f"units {split}: worst {worst[0]:.1e} of the maximum, {worst[1]:.1e} of a bin")
    print(f"units: {passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
