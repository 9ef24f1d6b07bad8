"""Sectors and rings that `aureole integrate` leaves out, beside numpy on pyFAI's positions of pixel centres.

usage: regions.py AUREOLE

A tilted detector with noise on it. Each case: the command with `--mask-sector` and `--mask-ring` against the command and
against pyFAI with the same region as an image, drawn by numpy from pyFAI's arrays of centres; the masked share that the
command says against numpy's. Exits with 1 when any differs.
"""

import logging
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

try:
    import h5py
    import numpy
    from pyFAI import units
    from pyFAI.integrator.azimuthal import AzimuthalIntegrator
except ImportError as error:
    print(f"SKIPPED: regions against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
AUREOLE = sys.argv[1]
SHAPE, PIXEL, INCIDENT = (400, 500), 2e-4, 5.0
# Unit, sectors and rings.
CASES = [
    ("q_nm^-1", [(20, 50)], []),
    ("q_nm^-1", [(170, -170), (-95, -80)], []),
    ("2th_deg", [(170, 190)], [(5, 7.5), (12, 12.5)]),
    ("r_mm", [], [(0, 10), (21.5, 30)]),
    ("d_A", [(-30, 30)], [(2.0, 2.5)]),
    ("qoop_nm^-1", [], [(-4.5, 3.0)]),
    ("chi_deg", [(80, 100)], []),
]


def run(folder, unit, *options):
    """The pattern, counts and the masked share in per cent."""
    output = folder / "out.h5"
    command = [AUREOLE, "integrate", str(folder / "noise.npy"), "--poni", str(folder / "noise.poni"), "--unit", unit]
    command += ["--bins", "100", "--split", "no", "--incident-angle", str(INCIDENT), "--force", "-o", str(output)]
    ended = subprocess.run([*command, *options], check=True, capture_output=True, text=True)
    share = float(re.search(r"([\d.]+)% masked", ended.stdout + ended.stderr).group(1))
    with h5py.File(output) as file:
        return file["entry/data/I"][0], file["entry/data/count"][()], share


def centres(integrator, unit):
    if unit in units.ANY_FIBER_UNITS:
        unit = units.get_unit_fiber(unit, numpy.radians(INCIDENT), 0.0, 1)
    return integrator.center_array(SHAPE, unit=unit)


def main():
    geometry = {"poni1": 0.035, "poni2": 0.055, "rot1": 0.1, "rot2": -0.2, "rot3": 0.3, "wavelength": 1e-10}
    integrator = AzimuthalIntegrator(dist=0.15, pixel1=PIXEL, pixel2=PIXEL, **geometry)
    noise = numpy.random.default_rng(5).poisson(50, SHAPE).astype("uint32")
    chi = numpy.degrees(integrator.center_array(SHAPE, unit="chi_rad"))
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        numpy.save(folder / "noise.npy", noise)
        integrator.save(str(folder / "noise.poni"))
        for unit, sectors, rings in CASES:
            mask = numpy.zeros(SHAPE, bool)
            for low, high in sectors:
                mask |= (chi - low) % 360 <= (high - low) % 360
            for low, high in rings:
                position = centres(integrator, unit)
                mask |= (low <= position) & (position <= high)
            numpy.save(folder / "mask.npy", mask.astype("uint8"))
            typed = [word for low, high in sectors for word in ("--mask-sector", f"{low},{high}")]
            typed += [word for low, high in rings for word in ("--mask-ring", f"{low},{high}")]
            mine, image = run(folder, unit, *typed), run(folder, unit, "--mask", str(folder / "mask.npy"))
            same = all(numpy.array_equal(a, b, equal_nan=True) for a, b in zip(mine[:2], image[:2]))
            good = same and mine[1].sum() == (~mask).sum() and abs(mine[2] - 100 * mask.mean()) <= 0.05
            said = "the same"
            if unit not in units.ANY_FIBER_UNITS:
                axis = "chi_deg" if unit == "chi_deg" else unit
                theirs = integrator.integrate1d(noise, 100, unit=axis, mask=mask, method=("no", "csr", "cython"))
                held = theirs.count > 0
                apart = numpy.abs(mine[0][held] / theirs.intensity[held] - 1).max()
                good, said = good and apart < 1e-5, f"pyFAI within {apart:.0e}"
            passed, failed = passed + good, failed + (not good)
            print(f"{'ok  ' if good else 'MISS'} {unit} {' '.join(typed)}: {mine[2]}% masked, by numpy {100 * mask.mean():.2f}%; {said}")
    print(f"regions: {passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
