"""Patterns of `aureole integrate` beside pyFAI's, over splitting x unit x mask x corrections x error model.

usage: parity.py AUREOLE [DATA] [--rows FOLDER]

AUREOLE is the command, DATA the folder of real files (skipped, aloud, where it is missing). Simulated stacks of an Eiger 4M
and a Pilatus 1M are made by the command itself. Without --rows, large frames are compared with every correction at one unit and
with one set of corrections at the others. Prints one line a case that misses and the worst of each image; exits with 1 when any
missed. The limits are those of docs/compatibility.md.

Full splitting is compared with pyFAI's own code fed with well-conditioned corners (support/conditioned.py); how far pyFAI as it
is lies from that is printed beside. An azimuthal axis is compared without splitting: with it, pyFAI's bins leave the circle.
"""

import itertools
import logging
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import fabio
import h5py
import hdf5plugin  # noqa: F401, registers the filters
import numpy
import pyFAI
from support.conditioned import full_splitting
from support.program import Program
from support.report import CONDITIONED, LEAST_PIXELS, Rows, arguments, finish, worst_of

SPLITS = ("no", "bbox", "full")
UNITS = ["q_nm^-1", "q_A^-1", "2th_deg", "2th_rad", "r_mm", "r_m", "chi_deg"]
BINS = 1000


class Case:
    """One image with its geometry, as files for the command and as arrays for pyFAI."""

    def __init__(self, program, name, image, poni, mask):
        self.name, self.image, self.program, self.poni, self.mask = name, image, program, poni, mask
        self.ai = pyFAI.load(str(poni))
        own = self.ai.detector.mask
        self.own = numpy.zeros(image.shape, bool) if own is None else own.astype(bool)
        self.engine_for = self.engine = None
        self.stack, self.mask_file = program.save(name, image), program.save(f"{name}_mask", mask.astype("uint8"))

    def theirs(self, split, unit, masked, polarization, solid_angle, model):
        """pyFAI's result as it is, and with full splitting the one from well-conditioned corners."""
        mask = self.own | self.mask if masked else (self.own if self.own.any() else None)
        as_is = self.ai.integrate1d(self.image, BINS, unit=unit, method=(split, "csr", "cython"), mask=mask, error_model=model,
                                    polarization_factor=polarization, correctSolidAngle=solid_angle)
        if split != "full":
            return as_is, as_is
        if self.engine_for != (unit, masked):
            self.engine_for, self.engine = (unit, masked), None
            self.engine = full_splitting(self.ai, self.image.shape, BINS, unit, mask)
        norm = self.ai.solidAngleArray(self.image.shape) if solid_angle else numpy.ones(self.image.shape)
        if polarization is not None:
            norm = norm * self.ai.polarization(self.image.shape, polarization)
        dummy, delta = self.ai.detector.get_dummies(self.image)
        result = self.engine.integrate_ng(self.image, solidangle=norm.astype("float32"), dummy=dummy, delta_dummy=delta,
                                          error_model=pyFAI.containers.ErrorModel.parse(model))
        return as_is, result

    def ours(self, split, unit, masked, polarization, solid_angle, model):
        options = ["--bins", BINS, "--unit", unit, "--split", split]
        options += ["--mask", self.mask_file] if masked else []
        options += [f"--polarization={polarization}"] if polarization is not None else []
        options += [] if solid_angle else ["--no-solid-angle"]
        options += ["--error-model", model] if model else []
        return self.program.integrate(self.stack, self.poni, *options)


def compare(case, options):
    """Worst differences over bins with enough pixels, of intensities and errors, and those from pyFAI as it is."""
    as_is, reference = case.theirs(*options)
    mine = case.ours(*options)
    step = numpy.diff(as_is.radial).mean()
    assert numpy.allclose(mine["radial_axis"], as_is.radial, rtol=0, atol=1e-5 * step), f"{case.name} {options}: the axes differ"
    filled = (reference.count >= LEAST_PIXELS) & (mine["count"] >= LEAST_PIXELS)
    assert filled.any(), f"{case.name} {options}: no bin has {LEAST_PIXELS} pixels"
    ours = [mine[name] for name in ("I", "I_errors") if name in mine]
    worst, usual = (worst_of(list(zip(ours, (of.intensity, of.sigma))), filled) for of in (reference, as_is))
    return (worst, usual, CONDITIONED) if reference is not as_is else (worst, None, "pyFAI")


def real_cases(program, data):
    if not data.is_dir():
        print(f"SKIPPED: parity on real images: no folder {data}")
        return
    image = numpy.ascontiguousarray(numpy.flipud(fabio.open(str(data / "dioptas/CeO2_Pilatus1M.tif")).data))
    yield Case(program, "A_CeO2_Pilatus1M", image, data / "dioptas/CeO2_Pilatus1M.poni", speckle(image.shape))
    image = fabio.open(str(data / "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif")).data
    yield Case(program, "E_ssrl_th3", image, data / "ssrl_th3/frame_0008_derived_from_azim_header.poni", speckle(image.shape))
    with h5py.File(data / "xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5") as file:
        image = file["data"][0]
    with h5py.File(data / "xrpd_toolbox/i15-1-100245-fastcs_eiger_meta.h5") as file:
        mask = numpy.squeeze(file["mask"][()]) != 0
    yield Case(program, "I_i15-1", image, data / "xrpd_toolbox/i15-1-100245_frame0.poni", mask)


def simulated_cases(program):
    for detector in ["Eiger4M", "Pilatus1M"]:
        stack, poni = program.simulate(detector)
        with h5py.File(stack) as file:
            image = file["entry/data/data"][0]
        yield Case(program, f"simulated_{detector}", image, poni, speckle(image.shape))


def speckle(shape):
    """A mask of one pixel in fifty and a beam stop."""
    rng = numpy.random.default_rng(1)
    mask = rng.random(shape) < 0.02
    mask[shape[0] // 2 - 20 : shape[0] // 2 + 20, : shape[1] // 2] = True
    return mask


def options(case, everything):
    """All combinations for small images; for large ones every unit, and every correction at one unit."""
    corrections = list(itertools.product([False, True], [None, 0.95], [True, False], [None, "poisson"]))
    for split in SPLITS:
        for unit in UNITS if split == "no" else UNITS[:-1]:
            every = case.image.size < 1 << 20 or (unit == "2th_deg" and (everything or case.image.size < 1 << 21))
            for masked, polarization, solid_angle, model in corrections if every else [(True, 0.95, True, "poisson")]:
                yield split, unit, masked, polarization, solid_angle, model


def main():
    asked = arguments(__doc__)
    table = Rows("Patterns", ["image", "splitting", "unit"])
    with tempfile.TemporaryDirectory() as folder:
        program = Program(asked.aureole, folder)
        for case in itertools.chain(real_cases(program, asked.data), simulated_cases(program)):
            for option in options(case, asked.rows):
                table.add((case.name, option[0], f"`{option[1]}`"), *compare(case, option))
            print(f"{case.name}: {table.summary()}", flush=True)
    return finish("parity", [table], asked.rows)


if __name__ == "__main__":
    sys.exit(main())
