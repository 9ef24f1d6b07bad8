"""Fibre and grazing-incidence integration beside pyFAI's FiberIntegrator: cakes, and patterns along a range of the other axis.

usage: fibres.py AUREOLE

Noise on a tilted detector, several samples. Cakes over (qip, qoop), polar angles and exit angles beside `integrate2d_fiber` and its
kin. Patterns without a range beside `integrate_fiber`. Patterns along a range (`--along`) beside numpy, which picks pixels by
pyFAI's own centres, and with bounding boxes beside the sum of the rows that pyFAI's cake without a range has there; the counts
of pyFAI's profiles in the range are printed, which are too many. Exits with 1 when ours miss.
"""

import logging
import math
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import h5py
    import numpy
    from pyFAI import units
    from pyFAI.integrator.fiber import FiberIntegrator
except ImportError as error:
    print(f"SKIPPED: fibres against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
AUREOLE = sys.argv[1]
SHAPE, PIXEL = (300, 420), 3e-4
GEOMETRY = {"poni1": 0.012, "poni2": 0.061, "rot1": 0.05, "rot2": -0.12, "rot3": 0.02, "wavelength": 1.03e-10}
# Angle of incidence and tilt in degrees, orientation of the sample.
SAMPLES = [(0.2, 0.0, 1), (4.0, -11.0, 2), (0.5, 3.0, 3), (0.5, 3.0, 4), (0.5, 3.0, 5), (4.0, -11.0, 6), (0.5, 3.0, 7), (0.5, 3.0, 8)]
# In-plane and out-of-plane unit.
PAIRS = [
    ("qip_nm^-1", "qoop_nm^-1"),
    ("qip_A^-1", "qoop_A^-1"),
    ("qtot_nm^-1", "chigi_deg"),
    ("exit_angle_horz_deg", "exit_angle_vert_deg"),
    ("qxgi_nm^-1", "qoop_nm^-1"),
]
# Of the maximum, for both; pyFAI keeps the corners of these units in 32-bit floats.
LIMITS = {"no": 1e-6, "bbox": 1e-5}
METHODS = [("no", "csr", "cython"), ("no", "histogram", "cython"), ("bbox", "csr", "cython"), ("full", "csr", "cython")]


class Ours:
    """The command on one image, with one sample."""

    def __init__(self, folder, sample):
        self.folder = folder
        incident, tilt, orientation = map(str, sample)
        self.sample = ["--incident-angle", incident, "--tilt-angle", tilt, "--sample-orientation", orientation]

    def __call__(self, *options):
        """Axes, intensity and pixels a bin."""
        output = self.folder / "out.h5"
        command = [AUREOLE, "integrate", str(self.folder / "noise.npy"), "--poni", str(self.folder / "noise.poni"), *self.sample]
        ended = subprocess.run([*command, "--force", "-o", str(output), *options], capture_output=True, text=True, check=False)
        if ended.returncode:
            raise SystemExit(f"{' '.join(command)} {' '.join(options)}\n{ended.stderr}")
        with h5py.File(output) as file:
            data = file["entry/data"]
            axes = [data[name][()] for name in ("radial_axis", "azimuthal_axis") if name in data]
            return axes, data["I"][0].astype(float), data["count"][()]


def integrator(sample):
    """A fresh one: pyFAI does not always notice that a sample was turned."""
    return FiberIntegrator(dist=0.2, pixel1=PIXEL, pixel2=PIXEL, **GEOMETRY), {
        "incident_angle": math.radians(sample[0]),
        "tilt_angle": math.radians(sample[1]),
        "sample_orientation": sample[2],
    }


def apart(mine, theirs, count):
    held = count >= 10
    return numpy.abs(mine[held] - theirs[held]).max() / theirs[held].max()


def cake(ours, sample, noise, pair, split):
    """Worst difference of a cake, of the maximum; infinite where axes differ."""
    fibre, held = integrator(sample)
    theirs = fibre.integrate2d_fiber(
        noise, npt_ip=40, unit_ip=pair[0], npt_oop=30, unit_oop=pair[1], method=(split, "csr", "cython"), **held
    )
    options = ["--bins", "40", "--unit", pair[0], "--azimuthal-bins", "30", "--azimuthal-unit", pair[1], "--split", split]
    axes, mine, count = ours(*options)
    for found, expected in zip(axes, (theirs.inplane, theirs.outofplane)):
        if not numpy.allclose(found, expected, rtol=0, atol=1e-5 * abs(numpy.diff(expected).mean())):
            return numpy.inf
    return apart(mine, theirs.intensity, numpy.minimum(count, theirs.count))


def whole(ours, sample, noise, pair):
    """Worst difference of the profile without a range, along each axis; of the maximum."""
    worst = 0.0
    for vertical in (False, True):
        fibre, held = integrator(sample)
        theirs = fibre.integrate_fiber(
            noise, npt_ip=50, unit_ip=pair[0], npt_oop=50, unit_oop=pair[1], vertical_integration=vertical,
            method=("no", "csr", "cython"), **held
        )
        _, mine, count = ours("--bins", "50", "--unit", pair[vertical], "--split", "no")
        worst = max(worst, apart(mine, theirs.intensity, count))
    return worst


def band(second):
    """A range that holds three pixels in ten."""
    return tuple(float(f"{value:.6g}") for value in numpy.quantile(second, (0.3, 0.6)))


def along(ours, sample, noise, pair):
    """Whether our pixels in a range are numpy's, pixels that numpy, we and pyFAI count there, the worst difference, the range."""
    fibre, held = integrator(sample)
    both = [units.get_unit_fiber(name, *held.values()) for name in pair]
    position, second = (fibre.center_array(SHAPE, unit=unit) for unit in both)
    low, high = band(second)
    inside = (low <= second) & (second <= high)
    _, mine, count = ours("--bins", "50", "--unit", pair[0], "--split", "no", "--along", f"{pair[1]}:{low},{high}")
    edges = numpy.linspace(position.min(), units_end(position.max()), 51)
    right = numpy.histogram(position[inside], edges)[0]
    weight = numpy.histogram(position[inside], edges, weights=fibre.solidAngleArray(SHAPE)[inside])[0]
    expected = numpy.histogram(position[inside], edges, weights=noise[inside])[0] / numpy.maximum(weight, 1e-9)
    theirs = []
    for method in METHODS if sample[2] in (1, 6) else METHODS[:1]:
        fibre, held = integrator(sample)
        profile = fibre.integrate_fiber(
            noise, npt_ip=50, unit_ip=pair[0], npt_oop=50, unit_oop=pair[1], oop_range=(low, high), vertical_integration=False,
            method=method, **held
        )
        theirs.append(float(profile.count.sum()))
    moved = numpy.abs(count - right).sum()  # A pixel on an edge may be in the bin beside.
    return moved <= 2 and count.sum() == right.sum(), right.sum(), count.sum(), theirs, apart(mine, expected, right), (low, high)


def units_end(last):
    """The end of a range that holds its last position, as pyFAI has it."""
    slightly = 1 + numpy.finfo("float32").eps
    return last * slightly if last > 0 else last / slightly


def rows_along(ours, sample, noise, pair):
    """Worst difference between bounding boxes along a range and the sum of the rows that pyFAI's cake has there."""
    fibre, held = integrator(sample)
    theirs = fibre.integrate2d_fiber(
        noise, npt_ip=40, unit_ip=pair[0], npt_oop=30, unit_oop=pair[1], method=("bbox", "csr", "cython"), **held
    )
    rows, step = slice(8, 19), numpy.diff(theirs.outofplane).mean()
    low, high = float(theirs.outofplane[8] - step / 2), float(theirs.outofplane[18] + step / 2)
    signal, weight, number = (part[rows].sum(axis=0) for part in (theirs.sum_signal, theirs._sum_normalization, theirs.count))
    options = ["--bins", "40", "--unit", pair[0], "--split", "bbox", "--along", f"{pair[1]}:{low!r},{high!r}"]
    _, mine, count = ours(*options)
    return apart(mine, signal / numpy.maximum(weight, 1e-9), numpy.minimum(count, number))


def azimuths(ours, noise, ends):
    """Pixels that numpy, we and pyFAI count along a range of q on an axis of azimuths, and the worst difference to pyFAI."""
    fibre, _ = integrator(SAMPLES[0])
    theirs = fibre.integrate_radial(
        noise, 36, npt_rad=200, radial_range=ends, radial_unit="q_nm^-1", unit="chi_deg", azimuth_range=(-180, 180),
        method=("no", "csr", "cython"),
    )
    position = fibre.center_array(SHAPE, unit="q_nm^-1")
    inside = numpy.ones(SHAPE, bool) if ends is None else (ends[0] <= position) & (position <= ends[1])
    options = ["--bins", "36", "--unit", "chi_deg", "--split", "no", "--azimuth-range=-180,180"]
    _, mine, count = ours(*options, *([] if ends is None else ["--along", f"q_nm^-1:{ends[0]},{ends[1]}"]))
    return inside.sum(), count.sum(), float(theirs.count.sum()), apart(mine, theirs.intensity, count)


def main():
    noise = numpy.random.default_rng(7).poisson(90, SHAPE).astype("uint32")
    passed = failed = 0

    def check(good, line):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print(f"MISS {line}")

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        numpy.save(folder / "noise.npy", noise)
        integrator(SAMPLES[0])[0].save(str(folder / "noise.poni"))
        worst = dict.fromkeys(("no", "bbox", "profile", "range", "bbox range"), 0.0)
        for sample in SAMPLES:
            ours = Ours(folder, sample)
            for pair in PAIRS if sample[2] in (1, 6) else PAIRS[:1]:
                for split, limit in LIMITS.items():
                    value = cake(ours, sample, noise, pair, split)
                    worst[split] = max(worst[split], value)
                    check(value <= limit, f"{split} cake {pair} {sample}: {value:.1e} of the maximum")
                value = whole(ours, sample, noise, pair)
                worst["profile"] = max(worst["profile"], value)
                check(value <= 1e-6, f"profiles {pair} {sample}: {value:.1e} of the maximum")
                same, right, mine, theirs, value, ends = along(ours, sample, noise, pair)
                worst["range"] = max(worst["range"], value)
                check(same and value <= 1e-5, f"along {pair} {sample}: {mine} of {right} pixels, {value:.1e} of the maximum")
                counts = ", ".join(f"{'-'.join(method[:2])} {count:.0f}" for method, count in zip(METHODS, theirs))
                print(f"{pair[0]} along {pair[1]}:{ends}, sample {sample}: {right} pixels, ours {mine:.0f}; pyFAI's {counts}")
                value = rows_along(ours, sample, noise, pair)
                worst["bbox range"] = max(worst["bbox range"], value)
                check(value <= LIMITS["bbox"], f"bbox along {pair} {sample}: {value:.1e} of the maximum")
        for ends in (None, (5.0, 12.0)):
            right, mine, theirs, value = azimuths(Ours(folder, SAMPLES[0]), noise, ends)
            print(f"chi_deg along q_nm^-1:{ends}: {right} pixels, ours {mine:.0f}; pyFAI's integrate_radial {theirs:.0f}, {value:.1e} apart")
            check(mine == right and (ends or value <= 1e-6), f"chi_deg along q_nm^-1 {ends}")
    print("fibres: worst of the maximum: " + ", ".join(f"{what} {value:.1e}" for what, value in worst.items()))
    print(f"fibres: {passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
