"""Patterns of `aureole integrate` beside pyFAI's in every radial and azimuthal unit, with turned samples for fibre units.

usage: units.py AUREOLE [DATA] [--rows FOLDER]

Splitting `no` is compared in every unit, units of azimuths as the axis of a cake; `bbox` and `full` in every radial unit, with
pyFAI's own code fed with corners whose positions are 64-bit floats (support/conditioned.py): pyFAI keeps these in 32 bits for all
but 2θ, q and r, which moves bounding boxes by up to 1e-4 of a pixel. Full splitting in units that run along the azimuth somewhere
is compared with pyFAI as it is: outlines fold there, and no reference is exact. Without --rows, `full` is left to parity.py. Prints what
misses; exits with 1 when any missed.
"""

import logging
import math
import sys
import tempfile
import warnings

try:
    import fabio
    import numpy
    import pyFAI
    from pyFAI import units
    from support.conditioned import bounding_boxes, full_splitting
    from support.program import Program
    from support.report import CONDITIONED, LEAST_PIXELS, Rows, apart, arguments, finish
except ImportError as error:
    print(f"SKIPPED: units against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
INCIDENT, TILT = 0.4, 3.0
FOLDED = "outlines fold where the unit runs along the azimuth, and 32-bit areas cancel otherwise"
# Units that grow with the scattering angle alone: nothing folds.
RADIAL = ("q_", "2th_", "r_", "d_", "d*", "log", "arcsinh", "qtot")


def combinations(split):
    """Radial and azimuthal unit (`None` for a pattern) and orientation of the sample."""
    for name in units.RADIAL_UNITS:
        orientations = range(1, 9) if name in ("qip_nm^-1", "exit_angle_vert_deg") else (1, 6)
        for orientation in orientations if name in units.ANY_FIBER_UNITS else (1,):
            yield name, None, orientation
    for name in units.AZIMUTHAL_UNITS if split == "no" else ():
        yield "qip_nm^-1" if name.startswith("qoop") else "2th_deg", name, 3 if name in units.ANY_FIBER_UNITS else 1


def unit(name, orientation):
    if name not in units.ANY_FIBER_UNITS:
        return units.to_unit(name)
    return units.get_unit_fiber(name, math.radians(INCIDENT), math.radians(TILT), orientation)


class Case:
    """One image, and both programs' patterns of it."""

    def __init__(self, program, data):
        self.program, self.poni = program, data / "ssrl_th3/frame_0008_derived_from_azim_header.poni"
        self.image = fabio.open(str(data / "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif")).data
        self.file = program.save("image", self.image)

    def ours(self, split, radial, azimuthal, orientation):
        """Axes, intensity and count."""
        options = ["--unit", radial, "--split", split, "--incident-angle", INCIDENT, "--tilt-angle", TILT]
        options += ["--sample-orientation", orientation, "--bins", 200 if azimuthal is None else 50]
        options += ["--azimuthal-bins", 40, "--azimuthal-unit", azimuthal] if azimuthal else []
        found = self.program.integrate(self.file, self.poni, *options)
        axes = [found[name] for name in ("radial_axis", "azimuthal_axis") if name in found]
        return axes, found["I"], found["count"]

    def theirs(self, split, radial, azimuthal, orientation):
        """The same by pyFAI as it is."""
        # A fresh integrator: pyFAI does not notice that a sample was turned.
        ai, method = pyFAI.load(str(self.poni)), (split, "csr", "cython")
        if azimuthal is None:
            result = ai.integrate1d(self.image, 200, unit=unit(radial, orientation), method=method)
            return [result.radial], result.intensity, result.count
        both = unit(radial, orientation), unit(azimuthal, orientation)
        result = ai.integrate2d(self.image, 50, 40, unit=both, method=method)
        return [result.radial, result.azimuthal], result.intensity, result.count

    def well_conditioned(self, split, radial, orientation):
        """The same by pyFAI's splitting of corners that were never 32-bit positions."""
        ai, along = pyFAI.load(str(self.poni)), unit(radial, orientation)
        make = bounding_boxes if split == "bbox" else full_splitting
        engine = make(ai, self.image.shape, 200, along, ai.detector.mask)
        dummy, delta = ai.detector.get_dummies(self.image)
        angle = ai.solidAngleArray(self.image.shape)
        result = engine.integrate_ng(self.image, solidangle=angle, dummy=dummy, delta_dummy=delta)
        return [result.position * along.scale], result.intensity, result.count


def distance(mine, theirs, same=1e-5):
    """Worst difference of the maximum and of a bin; infinite where the axes differ by more than a part of a bin."""
    (axes, intensity, count), (others, expected, number) = mine, theirs
    for axis, other in zip(axes, others):
        if not numpy.allclose(axis, other, rtol=0, atol=same * abs(numpy.diff(other).mean())):
            return numpy.inf, numpy.inf
    held = (count >= LEAST_PIXELS) & (number >= LEAST_PIXELS)
    return apart(intensity[held], expected[held])


def main():
    asked = arguments(__doc__)
    if not asked.data.is_dir():
        print(f"SKIPPED: units against pyFAI: no folder {asked.data}")
        return 0
    table = Rows("Units", ["unit", "azimuthal unit", "splitting"])
    with tempfile.TemporaryDirectory() as folder:
        case = Case(Program(asked.aureole, folder), asked.data)
        for split in ("no", "bbox", "full") if asked.rows else ("no", "bbox"):
            for radial, azimuthal, orientation in combinations(split):
                mine, usual = case.ours(split, radial, azimuthal, orientation), case.theirs(split, radial, azimuthal, orientation)
                row = f"`{radial}`", f"`{azimuthal}`" if azimuthal else "", split
                if split == "no":
                    table.add(row, distance(mine, usual))
                    continue
                # Ends of axes follow from corners whose positions pyFAI has in 32 bits.
                same = 1e-5 if split == "bbox" else 1e-4
                if split == "full" and not radial.startswith(RADIAL):
                    table.add(row, distance(mine, usual, same), note=FOLDED, allowed=lambda worst: worst[0] <= 1e-3)
                elif split == "full" and radial.startswith("d_"):
                    table.add(row, distance(mine, usual, same))
                else:
                    better = case.well_conditioned(split, radial, orientation)
                    table.add(row, distance(mine, better, same), distance(mine, usual, same), CONDITIONED)
    return finish("units", [table], asked.rows)


if __name__ == "__main__":
    sys.exit(main())
