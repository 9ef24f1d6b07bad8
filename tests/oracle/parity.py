"""Patterns of `aureole integrate` beside pyFAI's, over splitting x unit x mask x corrections x error model.

usage: parity.py AUREOLE [DATA]

AUREOLE is the command, DATA the folder of real files (skipped, aloud, where it is missing). Simulated stacks of an Eiger 4M
and a Pilatus 1M are made by the command itself. Prints one line a case that misses and the worst of each group; exits with 1
when any missed. The limits are those of docs/compatibility.md.
"""

import itertools
import pathlib
import subprocess
import sys
import tempfile
import warnings

import h5py
import numpy

warnings.filterwarnings("ignore")
import logging

logging.disable(logging.WARNING)
import fabio
import pyFAI

AUREOLE = sys.argv[1]
DATA = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "../shared/data")
OF_MAXIMUM, OF_BIN, LEAST_PIXELS = 1e-6, 1e-5, 10
ENGINES = {"no": ("no", "csr", "cython"), "bbox": ("bbox", "csr", "cython"), "full": ("full", "csr", "cython")}
UNITS = ["q_nm^-1", "q_A^-1", "2th_deg", "2th_rad", "r_mm", "r_m", "chi_deg"]


class Case:
    """One image with its geometry, as files for the command and as arrays for pyFAI."""

    def __init__(self, name, folder, image, poni, mask):
        self.name, self.image = name, image
        self.ai = pyFAI.load(str(poni))
        own = self.ai.detector.mask
        self.own = numpy.zeros(image.shape, bool) if own is None else own.astype(bool)
        self.mask = mask
        self.poni = poni
        self.stack, self.mask_file = folder / f"{name}.npy", folder / f"{name}_mask.npy"
        numpy.save(self.stack, image)
        numpy.save(self.mask_file, mask.astype("uint8"))

    def theirs(self, bins, unit, split, masked, polarization, solid_angle, model):
        mask = self.own | self.mask if masked else (self.own if self.own.any() else None)
        return self.ai.integrate1d(self.image, bins, unit=unit, method=ENGINES[split], mask=mask, error_model=model,
                                   polarization_factor=polarization, correctSolidAngle=solid_angle)

    def ours(self, output, bins, unit, split, masked, polarization, solid_angle, model):
        command = [AUREOLE, "integrate", str(self.stack), "--poni", str(self.poni), "--bins", str(bins), "--unit", unit,
                   "--split", split, "--force", "-o", str(output)]
        command += ["--mask", str(self.mask_file)] if masked else []
        command += [f"--polarization={polarization}"] if polarization is not None else []
        command += [] if solid_angle else ["--no-solid-angle"]
        command += ["--error-model", model] if model else []
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"{' '.join(command)}\nexit {run.returncode}: {run.stderr}")
        with h5py.File(output) as file:
            data = file["entry/data"]
            errors = data["I_errors"][0] if model else None
            own = data["count_per_frame"][0] if "count_per_frame" in data else data["count"][()]
            return data["radial_axis"][()], data["I"][0], errors, own


def compare(case, output, options):
    """Worst difference relative to the maximum and to the bin, over bins with enough pixels; and pixels that moved."""
    reference = case.theirs(*options)
    axis, intensity, errors, count = case.ours(output, *options)
    step = numpy.diff(reference.radial).mean()
    if not numpy.allclose(axis, reference.radial, rtol=0, atol=1e-5 * step):
        return numpy.inf, numpy.inf, 0
    filled = (reference.count >= LEAST_PIXELS) & (count >= LEAST_PIXELS)
    pairs = [(intensity, reference.intensity)] + ([(errors, reference.sigma)] if errors is not None else [])
    of_maximum = of_bin = 0.0
    for mine, theirs in pairs:
        difference = numpy.abs(mine[filled].astype(float) - theirs[filled])
        of_maximum = max(of_maximum, difference.max() / numpy.abs(theirs[filled]).max())
        with numpy.errstate(divide="ignore", invalid="ignore"):
            of_bin = max(of_bin, numpy.nanmax(numpy.where(difference > 0, difference / numpy.abs(theirs[filled]), 0)))
    moved = numpy.abs(count - reference.count).sum() / 2
    return of_maximum, of_bin, moved


def real_cases(folder):
    if not DATA.is_dir():
        print(f"SKIPPED: parity on real images: no folder {DATA}")
        return
    image = numpy.flipud(fabio.open(str(DATA / "dioptas/CeO2_Pilatus1M.tif")).data)
    image = numpy.ascontiguousarray(image)
    yield Case("A_CeO2_Pilatus1M", folder, image, DATA / "dioptas/CeO2_Pilatus1M.poni", speckle(image.shape))
    image = fabio.open(str(DATA / "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif")).data
    yield Case("E_ssrl_th3", folder, image, DATA / "ssrl_th3/frame_0008_derived_from_azim_header.poni", speckle(image.shape))
    import hdf5plugin  # noqa: F401

    with h5py.File(DATA / "xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5") as file:
        image = file["data"][0]
    with h5py.File(DATA / "xrpd_toolbox/i15-1-100245-fastcs_eiger_meta.h5") as file:
        mask = numpy.squeeze(file["mask"][()]) != 0
    yield Case("I_i15-1", folder, image, DATA / "xrpd_toolbox/i15-1-100245_frame0.poni", mask)


def simulated_cases(folder):
    import hdf5plugin  # noqa: F401

    for detector in ["Eiger4M", "Pilatus1M"]:
        stack = folder / f"{detector}.h5"
        subprocess.run([AUREOLE, "simulate", str(stack), "--detector", detector, "--frames", "1", "--gaps"], check=True,
                       capture_output=True)
        with h5py.File(stack) as file:
            image = file["entry/data/data"][0]
        yield Case(f"simulated_{detector}", folder, image, stack.with_suffix(".poni"), speckle(image.shape))


def speckle(shape):
    """A mask of one pixel in fifty and a beam stop."""
    rng = numpy.random.default_rng(1)
    mask = rng.random(shape) < 0.02
    mask[shape[0] // 2 - 20 : shape[0] // 2 + 20, : shape[1] // 2] = True
    return mask


def options(case):
    """All combinations for small images; for large ones every unit, and every correction at one unit."""
    corrections = list(itertools.product([False, True], [None, 0.95], [True, False], [None, "poisson"]))
    for split in ENGINES:
        for unit in UNITS:
            small = case.image.size < 1 << 20 or unit == "2th_deg"
            for masked, polarization, solid_angle, model in corrections if small else [(True, 0.95, True, "poisson")]:
                yield 1000, unit, split, masked, polarization, solid_angle, model


def main():
    missed = passed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case in itertools.chain(real_cases(folder), simulated_cases(folder)):
            worst = {}
            for option in options(case):
                of_maximum, of_bin, moved = compare(case, folder / "out.h5", option)
                good = of_maximum <= OF_MAXIMUM and of_bin <= OF_BIN
                passed, missed = passed + good, missed + (not good)
                if not good:
                    print(f"MISS {case.name} {option}: {of_maximum:.1e} of the maximum, {of_bin:.1e} of a bin, moved {moved:.3g}")
                key = option[2]
                worst[key] = tuple(map(max, worst.get(key, (0, 0, 0)), (of_maximum, of_bin, moved)))
            for split, (of_maximum, of_bin, moved) in worst.items():
                print(f"{case.name} {split}: worst {of_maximum:.1e} of the maximum, {of_bin:.1e} of a bin, {moved:.2g} pixels moved")
    print(f"parity: {passed} passed, {missed} failed")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
