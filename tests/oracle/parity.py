"""Patterns of `aureole integrate` beside pyFAI's, over splitting x unit x mask x corrections x error model.

usage: parity.py AUREOLE [DATA [REPORT]]

AUREOLE is the command, DATA the folder of real files (skipped, aloud, where it is missing). Simulated stacks of an Eiger 4M
and a Pilatus 1M are made by the command itself. Prints one line a case that misses and the worst of each group, and writes the worst of each image,
splitting and unit to REPORT (Markdown) where one is named; exits with 1 when any missed. The limits are those of docs/compatibility.md.

Full splitting is compared with pyFAI's own code fed with well-conditioned corners (support/conditioned.py); how far pyFAI as it
is lies from that is printed beside. An azimuthal axis is compared without splitting: with it, pyFAI's bins leave the circle.
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
from support.conditioned import full_splitting

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
        self.engine_for = self.engine = None
        self.stack, self.mask_file = folder / f"{name}.npy", folder / f"{name}_mask.npy"
        numpy.save(self.stack, image)
        numpy.save(self.mask_file, mask.astype("uint8"))

    def theirs(self, bins, unit, split, masked, polarization, solid_angle, model):
        """pyFAI's result as it is, and with full splitting the one from well-conditioned corners."""
        mask = self.own | self.mask if masked else (self.own if self.own.any() else None)
        as_is = self.as_it_is(bins, unit, split, mask, polarization, solid_angle, model)
        if split != "full":
            return as_is, as_is
        if self.engine_for != (bins, unit, masked):
            self.engine_for = (bins, unit, masked)
            self.engine = full_splitting(self.ai, self.image.shape, bins, unit, mask)
        norm = self.ai.solidAngleArray(self.image.shape) if solid_angle else numpy.ones(self.image.shape)
        if polarization is not None:
            norm = norm * self.ai.polarization(self.image.shape, polarization)
        dummy, delta = self.ai.detector.get_dummies(self.image)
        result = self.engine.integrate_ng(self.image, solidangle=norm.astype("float32"), dummy=dummy, delta_dummy=delta,
                                          error_model=pyFAI.containers.ErrorModel.parse(model))
        return as_is, result

    def as_it_is(self, bins, unit, split, mask, polarization, solid_angle, model):
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


def apart(mine, theirs):
    """Worst difference relative to the maximum, and relative to the bin."""
    difference = numpy.abs(mine.astype(float) - theirs)
    scale = numpy.abs(theirs.astype(float))
    return difference.max() / scale.max(), (difference / numpy.where(scale > 0, scale, 1)).max()


def compare(case, output, options):
    """Worst differences over bins with enough pixels, of intensities and errors; those of pyFAI as it is; pixels that moved."""
    as_is, reference = case.theirs(*options)
    axis, intensity, errors, count = case.ours(output, *options)
    step = numpy.diff(as_is.radial).mean()
    assert numpy.allclose(axis, as_is.radial, rtol=0, atol=1e-5 * step), f"{case.name} {options}: the axes differ"
    filled = (reference.count >= LEAST_PIXELS) & (count >= LEAST_PIXELS)
    assert filled.any(), f"{case.name} {options}: no bin has {LEAST_PIXELS} pixels"
    ours = [intensity] + ([errors] if errors is not None else [])
    worst = numpy.max([apart(a[filled], b[filled]) for a, b in zip(ours, (reference.intensity, reference.sigma))], axis=0)
    usual = numpy.max([apart(a[filled], b[filled]) for a, b in zip(ours, (as_is.intensity, as_is.sigma))], axis=0)
    moved = numpy.abs(count - reference.count).sum() / 2
    return (*worst, *usual, moved)


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
        for unit in UNITS if split == "no" else UNITS[:-1]:
            every = case.image.size < 1 << 20 or (unit == "2th_deg" and case.image.size < 1 << 21)
            for masked, polarization, solid_angle, model in corrections if every else [(True, 0.95, True, "poisson")]:
                yield 1000, unit, split, masked, polarization, solid_angle, model


def report(path, rows):
    """The worst differences as a Markdown table; `rows` maps (image, splitting, unit) to figures."""
    head = ["image", "splitting", "unit", "cases", "of the maximum", "of a bin", "pyFAI as it is: of the maximum", "of a bin"]
    lines = ["# Parity with pyFAI", "", f"Written by `make parity`, beside pyFAI {pyFAI.version}: 1000 bins, with and without a mask, polarization,",
             "solid angle and Poisson errors; the worst relative difference of intensities and errors over all these cases, in bins",
             f"that hold at least {LEAST_PIXELS} pixels. Allowed: {OF_MAXIMUM:.0e} of the maximum and {OF_BIN:.0e} of a bin. With full splitting the reference is",
             "pyFAI's own code fed with well-conditioned corners; the last two columns are pyFAI as it is (docs/compatibility.md).", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for (name, split, unit), (count, worst) in rows.items():
        usual = [f"{value:.0e}" for value in worst[2:4]] if split == "full" else ["", ""]
        lines.append("| " + " | ".join([name, split, f"`{unit}`", str(count), *(f"{value:.0e}" for value in worst[:2]), *usual]) + " |")
    pathlib.Path(path).write_text("\n".join(lines) + "\n")


def main():
    missed = passed = 0
    rows = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case in itertools.chain(real_cases(folder), simulated_cases(folder)):
            for option in options(case):
                result = compare(case, folder / "out.h5", option)
                good = result[0] <= OF_MAXIMUM and result[1] <= OF_BIN
                passed, missed = passed + good, missed + (not good)
                if not good:
                    print(f"MISS {case.name} {option}: {result[0]:.1e} of the maximum, {result[1]:.1e} of a bin")
                count, worst = rows.get((case.name, option[2], option[1]), (0, result))
                rows[case.name, option[2], option[1]] = count + 1, tuple(map(max, worst, result))
            for split in ENGINES:
                groups = [worst for (image, of, _), (_, worst) in rows.items() if (image, of) == (case.name, split)]
                of_maximum, of_bin, usual_maximum, usual_bin, moved = map(max, zip(*groups))
                usual = f" (pyFAI as it is: {usual_maximum:.1e}, {usual_bin:.1e})" if split == "full" else ""
                print(f"{case.name} {split}: worst {of_maximum:.1e} of the maximum, {of_bin:.1e} of a bin{usual}; "
                      f"{moved:.1g} pixels in another bin", flush=True)
    if len(sys.argv) > 3:
        report(sys.argv[3], rows)
    print(f"parity: {passed} passed, {missed} failed")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
