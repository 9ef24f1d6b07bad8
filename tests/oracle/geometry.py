"""Compares bins, corrections and patterns with pyFAI's, for real and simulated frames.

Agreement is asked for as docs/compatibility.md states it: a bin's intensity within 1e-6 of the pattern's maximum and
within 1e-5 of its own value, where the bin holds at least ten pixels.

pyFAI's full splitting sums areas in 32-bit floats, counted from azimuth zero, and so loses up to 1e-4 of a pixel's share.
That is seen where few, unlike pixels share a bin. Full splitting is therefore compared with pyFAI's own code twice: as it
is, and fed with corners in 64-bit floats whose azimuths are counted from the pixel. The second must agree throughout; the
first must agree wherever pyFAI agrees with itself.
"""

import itertools
import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import fabio
    import h5py
    import hdf5plugin  # noqa: F401, registers the filters
    import numpy
    import pyFAI
    from support.conditioned import full_splitting
except ImportError as error:
    print(f"SKIPPED: geometry and bins against pyFAI: {error}")
    sys.exit(0)

logging.disable(logging.WARNING)
ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("AUREOLE_DATA", ROOT.parent / "shared" / "data"))
METHODS = {"no": ("no", "csr", "cython"), "bbox": ("bbox", "csr", "cython"), "full": ("full", "csc", "cython")}
UNITS = ("q_nm^-1", "q_A^-1", "2th_deg", "2th_rad", "r_mm", "r_m")
OF_MAXIMUM, OF_BIN, PIXELS = 1e-6, 1e-5, 10


def build():
    """The path of our example program."""
    subprocess.run(["cargo", "build", "-q", "-p", "aureole-core", "--example", "dump_binning"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "examples" / "dump_binning"


def rings(ai, shape, seed=0):
    """A simulated frame: powder rings on a falling background, with counting noise."""
    theta = ai.center_array(shape, unit="2th_rad", scale=False)
    ideal = 50 + 400 * numpy.exp(-3 * theta) + 3000 * numpy.exp(-(((theta * 60) % 1 - 0.5) ** 2) / 0.005)
    return numpy.random.default_rng(seed).poisson(ideal).astype(numpy.float64)


class Case:
    """A geometry with a frame and a mask."""

    def __init__(self, name, poni, image=None, mask=None, shape=None, orientation=None):
        self.name, self.text = name, (DATA / poni).read_text()
        if orientation is not None:
            self.text += f'\nDetector_config: {{"orientation": {orientation}}}\nponi_version: 2.1\n'
        with tempfile.NamedTemporaryFile("w", suffix=".poni") as file:
            file.write(self.text)
            file.flush()
            self.ai = pyFAI.load(file.name)
        self.shape = tuple(shape or (image.shape if image is not None else self.ai.detector.shape))
        if self.ai.detector.shape is None:
            self.ai.detector.shape = self.ai.detector.max_shape = self.shape
        self.image = rings(self.ai, self.shape) if image is None else image.astype(numpy.float64)
        gaps = self.ai.detector.mask
        self.mask = mask if mask is not None else (gaps if gaps is not None else numpy.zeros(self.shape, "int8"))


def pilatus_image():
    """The frame of pair A, as Dioptas turns it."""
    return fabio.open(str(DATA / "dioptas/CeO2_Pilatus1M.tif")).data[::-1].copy()


def eiger_frame():
    """Frame 0 of pair I, and the mask that its file gives."""
    with h5py.File(DATA / "xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5") as file:
        frame = file["data"][0]
    with h5py.File(DATA / "xrpd_toolbox/i15-1-100245-fastcs_eiger_meta.h5") as file:
        mask = file["mask"][()].reshape(frame.shape)
    return frame, ((mask != 0) | (frame > 2**31)).astype("int8")


def run(program, case, **job):
    """What our program makes of a case."""
    job = {"split": "full", "unit": "2th_deg", "bins": 500, "mask": None, "radial_range": None, "azimuth_range": None} | job
    job = {"solid_angle": True, "polarization": None} | job | {"poni": case.text, "shape": case.shape}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        case.image.tofile(folder / "image")
        job["images"] = [str(folder / "image")]
        if job["mask"] is not None:
            job["mask"].astype("u1").tofile(folder / "mask")
            job["mask"] = str(folder / "mask")
        (folder / "job").write_text(json.dumps(job))
        result = subprocess.run([program, folder / "job", folder], capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(f"{case.name}: {result.stderr}")
        return {path.name: numpy.fromfile(path) for path in folder.iterdir() if path.name not in ("job", "mask")}


def reference(case, split="full", unit="2th_deg", bins=500, mask=None, solid_angle=True, polarization=None, **ranges):
    """pyFAI's result for the same."""
    mask = numpy.zeros(case.shape, "int8") if mask is None else mask
    with numpy.errstate(all="ignore"):
        return case.ai.integrate1d(
            case.image, bins, unit=unit, mask=mask, method=METHODS[split], correctSolidAngle=solid_angle,
            polarization_factor=polarization, dummy=-1e9, delta_dummy=0.5, **ranges,
        )


def well_conditioned(case, unit="2th_deg", bins=500, mask=None, solid_angle=True, polarization=None):
    """Signal and normalisation by pyFAI's full splitting, from corners that its 32-bit sums can hold."""
    engine = full_splitting(case.ai, case.shape, bins, unit, mask)
    norm = correction(case, {"solid_angle": solid_angle, "polarization": polarization})
    result = engine.integrate_ng(case.image, solidangle=norm.reshape(case.shape).astype("float32"))
    return result.signal, result.normalization


class Tally:
    """Counts comparisons, and prints those that miss."""

    def __init__(self):
        self.done, self.missed, self.worst = 0, 0, {}

    def note(self, label, value):
        """Remembers the worst of a figure."""
        self.worst[label] = max(self.worst.get(label, 0.0), float(value))

    def check(self, what, label, value, allowed):
        """One comparison: `value` must not exceed `allowed`."""
        self.done += 1
        self.note(label, value)
        if not value <= allowed:
            self.missed += 1
            print(f"MISS {what}: {label} {value:.2e}, allowed {allowed:.0e}")


def compare(program, tally, case, **job):
    """Compares centres, corrections and pattern of one case."""
    what = " ".join([case.name] + [f"{key}={value}" for key, value in job.items() if key != "mask" and value is not None])
    what += " masked" if job.get("mask") is not None else ""
    ours, theirs = run(program, case, **job), reference(case, **job)
    split = job.get("split", "full")
    width = ours["edges"][1] - ours["edges"][0]
    tally.check(what, "centres (bin widths)", numpy.abs(ours["centres"] - theirs.radial).max() / width, 1e-6)
    image = correction(case, job)
    tally.check(what, "corrections", numpy.abs(ours["correction"] / image - 1).max(), 2e-7)
    held = (theirs.count >= PIXELS) & (ours["count"] >= PIXELS)
    if job.get("radial_range"):
        held[0] = False  # pyFAI adds to the first bin what lies up to a bin below the range
    if not held.any():
        raise RuntimeError(f"{what}: no bin holds {PIXELS} pixels")
    pattern = ours["signal_0"][held] / ours["norm"][held]
    as_is = theirs.sum_signal[held] / theirs.sum_normalization[held]
    if split != "full":
        agree(tally, what, split, pattern, as_is, as_is.max())
        return
    signal, norm = well_conditioned(case, **{key: value for key, value in job.items() if key != "split"})
    exact = signal[held] / norm[held]
    agree(tally, what, "full, well conditioned", pattern, exact, exact.max())
    own_error = numpy.abs(as_is - exact)
    sound = (own_error < OF_MAXIMUM / 2 * exact.max()) & (own_error < OF_BIN / 2 * numpy.abs(exact))
    tally.note("full: part of bins where pyFAI differs from itself", 1 - sound.mean())
    tally.note("full: pyFAI's own error, of the maximum", own_error.max() / exact.max())
    tally.note("full: pyFAI's own error, of the bin", (own_error / numpy.maximum(numpy.abs(exact), 1e-9)).max())
    agree(tally, what, "full, as it is", pattern[sound], as_is[sound], exact.max())


def agree(tally, what, label, ours, theirs, maximum):
    """The two limits of agreement between patterns."""
    apart = numpy.abs(ours - theirs)
    tally.check(what, f"{label}: of the maximum", apart.max() / maximum, OF_MAXIMUM)
    tally.check(what, f"{label}: of the bin", (apart / numpy.maximum(numpy.abs(theirs), 1e-9)).max(), OF_BIN)


def correction(case, job):
    """pyFAI's solid angle and polarization, one value a pixel."""
    image = numpy.ones(case.shape)
    if job.get("solid_angle", True):
        image = image * case.ai.solidAngleArray(case.shape)
    if job.get("polarization") is not None:
        image = image * case.ai.polarization(case.shape, job["polarization"])
    return image.ravel()


def cases():
    """All geometries, the real frames first."""
    frame, mask = eiger_frame()
    yield Case("i15-1", "xrpd_toolbox/i15-1-100245_frame0.poni", frame, mask)
    yield Case("CeO2", "dioptas/CeO2_Pilatus1M.poni", pilatus_image())
    th3 = fabio.open(str(DATA / "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif")).data
    yield Case("th3", "ssrl_th3/frame_0008_derived_from_azim_header.poni", th3)
    yield Case("transfer", "dioptas/transfer.poni", shape=(619, 487))
    for orientation in (1, 2, 3, 4):
        yield Case(f"jupyter, orientation {orientation}", "pyfai_repo/jupyter.poni", orientation=orientation)


def main():
    """Compares everything and exits with 1 if anything missed."""
    if not DATA.is_dir():
        print(f"SKIPPED: geometry and bins against pyFAI: no test data at {DATA} (set AUREOLE_DATA)")
        return 0
    program, tally = build(), Tally()
    for case in cases():
        turned = "orientation" in case.name
        for split, unit in itertools.product(METHODS, UNITS[:1] if turned else UNITS):
            compare(program, tally, case, split=split, unit=unit, mask=case.mask)
        for split, polarization, solid_angle in itertools.product(METHODS, (None, 0.99), (True, False)):
            if not turned or (polarization and solid_angle):
                compare(program, tally, case, split=split, polarization=polarization, solid_angle=solid_angle, bins=300)
        azimuths = case.ai.center_array(case.shape, unit="chi_deg")
        # Between the azimuths of pixels: on one of them, rounding decides.
        sector = tuple(float(round(end)) + 0.123 for end in numpy.percentile(azimuths[numpy.abs(azimuths) < 170], (20, 60)))
        compare(program, tally, case, split="no", azimuth_range=sector, bins=100)
        compare(program, tally, case, split="no", unit="chi_deg", bins=90)
        ends = tuple(float(end) for end in numpy.percentile(case.ai.center_array(case.shape, unit="2th_deg"), (30, 80)))
        compare(program, tally, case, split="no", radial_range=ends, bins=200)
    large = Case("azint", "azint/bench.poni")
    for split in METHODS:
        compare(program, tally, large, split=split, unit="q_nm^-1", bins=1000, mask=large.mask)
    for label, value in sorted(tally.worst.items()):
        print(f"worst {label}: {value:.2e}")
    print(f"geometry, beside pyFAI {pyFAI.version}: {tally.done - tally.missed} passed, {tally.missed} failed")
    return min(tally.missed, 1)


if __name__ == "__main__":
    sys.exit(main())
