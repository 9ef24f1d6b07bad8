"""`aureole integrate --config` beside pyFAI's Worker, over configurations of every version from 0 to 5.

usage: configs.py AUREOLE

Version 5 is written by pyFAI itself; each older one is the same settings spelt as the history in pyFAI's documentation says,
and first read back by pyFAI, which must then do the same as with version 5. The frame is simulated; a mask, two dark images
and two flat fields lie beside it. Where pyFAI drops a setting that the file states, both are shown: see
docs/compatibility.md. Exits with 1 when any promise was missed.
"""

import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
try:
    import fabio
    import h5py
    import hdf5plugin  # noqa: F401
    import numpy
    import pyFAI
    from pyFAI.containers import ErrorModel
    from pyFAI.io.integration_config import WorkerConfig
    from pyFAI.io.ponifile import PoniFile
    from pyFAI.worker import Worker
except ImportError as error:
    print(f"SKIPPED: configurations against pyFAI: {error}")
    sys.exit(0)

AUREOLE = sys.argv[1]
OF_MAXIMUM, OF_BIN, LEAST_PIXELS = 1e-6, 1e-5, 10
counts = {"passed": 0, "failed": 0}


def check(promise, kept, shown=""):
    counts["passed" if kept else "failed"] += 1
    if not kept or shown:
        print(f"{'kept' if kept else 'MISS'} {promise}{': ' + shown if shown else ''}")


class Case:
    """A frame, what corrects it, and the settings of its integration."""

    def __init__(self, folder):
        self.folder = folder
        stack = folder / "stack.h5"
        command = [AUREOLE, "simulate", str(stack), "--detector", "Pilatus100k", "--frames", "1", "--profile", "tutorial"]
        subprocess.run(command, check=True, capture_output=True)
        with h5py.File(stack) as file:
            self.image = file["entry/data/data"][0].astype(numpy.int32)
        self.stack, self.poni = stack, stack.with_suffix(".poni")
        self.image[50:60, 50:60] = -2
        self.frame = self.save("frame.edf", self.image)
        random = numpy.random.default_rng(5)
        self.mask = self.save("mask.edf", (random.random(self.image.shape) < 0.05).astype("uint8"))
        self.darks = [self.save(f"dark{n}.edf", random.random(self.image.shape).astype("float32")) for n in range(2)]
        self.flats = [self.save(f"flat{n}.edf", 1 + 0.1 * random.random(self.image.shape).astype("float32")) for n in range(2)]

    def save(self, name, array):
        fabio.edfimage.EdfImage(data=array).write(str(self.folder / name))
        return str(self.folder / name)

    def settings(self, **more):
        """Version 5, as pyFAI writes it."""
        of_all = {
            "poni": PoniFile(str(self.poni)),
            "nbpt_rad": 300,
            "nbpt_azim": 1,
            "unit": pyFAI.units.to_unit("q_nm^-1"),
            "error_model": ErrorModel.POISSON,
            "method": ("bbox", "csr", "cython"),
            "polarization_description": (0.95, 0),
            "normalization_factor": 2.0,
            "val_dummy": -2,
            "delta_dummy": 0.5,
            "mask_file": self.mask,
            "dark_current": self.darks,
            "flat_field": self.flats,
            "integrator_method": "integrate1d_ng",
        }
        config = WorkerConfig(**(of_all | more))
        config.save(str(self.folder / "saved.json"))
        return json.loads((self.folder / "saved.json").read_text())

    def ours(self, settings):
        file, output = self.folder / "config.json", self.folder / "out.h5"
        file.write_text(json.dumps(settings))
        command = [AUREOLE, "integrate", self.frame, "--config", str(file), "--sums", "--force", "-o", str(output)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            return None, run.stderr
        with h5py.File(output) as h5:
            data = h5["entry/data"]
            names = [name for name in ["I", "I_errors", "radial_axis", "azimuthal_axis", "count_per_frame", "count"] if name in data]
            return {name: data[name][0] if name[0] == "I" or name.endswith("frame") else data[name][()] for name in names}, ""

    def theirs(self, settings):
        worker = Worker()
        worker.set_config(json.loads(json.dumps(settings)))
        # It computes in a thread of its own, by the same scratch, unless asked to wait.
        worker.reconfig(self.image.shape, sync=True)
        worker.output = "raw"
        return worker.process(self.image.copy())


def compare(case, name, settings, reference=None):
    """The command with `settings` and pyFAI with `reference`, or the same settings."""
    ours, said = case.ours(settings)
    if ours is None:
        check(name, False, said)
        return
    other = case.theirs(reference or settings)
    count = ours.get("count_per_frame", ours["count"])
    compared = count >= LEAST_PIXELS
    for key, theirs in [("I", other.intensity), ("I_errors", other.sigma)]:
        if theirs is None:
            check(f"{name}: no {key}", key not in ours)
            continue
        if key not in ours:
            check(f"{name}: {key}", False, "missing")
            continue
        mine, theirs = ours[key].astype(float)[compared], numpy.asarray(theirs, float)[compared]
        worst = (abs(mine - theirs) / (OF_MAXIMUM * numpy.nanmax(abs(theirs)) + OF_BIN * abs(theirs))).max()
        check(f"{name}: {key}", worst < 1, f"{worst:.2g} of what is allowed in {compared.sum()} bins")
    check(f"{name}: radial axis", numpy.allclose(ours["radial_axis"], other.radial, rtol=1e-6))


def older(case, version, settings):
    """The settings as an older version spells them."""
    old = {key: value for key, value in settings.items() if value is not None}
    old["version"], old["application"] = version, "pyfai-integrate"
    old["integrator_name"] = old.pop("integrator_method")
    factor, offset = old.pop("polarization_description")
    old["polarization_factor"], old["polarization_offset"] = factor, offset
    old |= {"do_polarization": True, "do_mask": True, "do_dark": True, "do_flat": True, "do_dummy": True}
    old |= {"do_2D": False, "do_solid_angle": True, "do_radial_range": False, "do_azimuthal_range": False}
    old |= {"radial_range_min": 3.0, "radial_range_max": 4.0, "azimuth_range_min": None, "azimuth_range_max": None}
    if version < 4:
        poni = old.pop("poni")
        old |= {key: value for key, value in poni.items() if key != "poni_version"}
    if version < 3:
        old["method"] = "bbox_csr"
    if version < 2:
        old.pop("detector_config")
        old["detector"] = old["detector"].lower()
        old |= {"pixel1": 1.0, "pixel2": 1.0, "splineFile": ""}
        old.pop("version")
        old.pop("application")
        old["do_OpenCL"] = False
    if version < 1:
        for key in ["dark_current", "flat_field"]:
            old[key] = ", ".join(old[key])
        # The file's geometry, of which values at the top level replace some.
        for key in ["poni1", "poni2", "rot1", "rot2", "rot3", "wavelength", "detector"]:
            old.pop(key)
        old["poni"] = str(case.poni)
    return old


def versions(case):
    newest = case.settings()
    compare(case, "version 5", newest)
    for version in range(4, -1, -1):
        old = older(case, version, newest)
        compare(case, f"version {version}", old)
        worst = abs(case.theirs(old).intensity - case.theirs(newest).intensity).max()
        check(f"version {version} means the same to pyFAI as version 5", worst == 0)


def variants(case):
    compare(case, "an azimuthal sector", case.settings(azimuth_range=[-40, 35], method=("no", "csr", "cython")))
    compare(case, "no corrections", case.settings(correct_solid_angle=False, polarization_description=None, error_model=ErrorModel.NO))
    compare(case, "cakes", case.settings(nbpt_azim=6, nbpt_rad=60, integrator_method="integrate2d_ng", method=("no", "csr", "cython")))
    clip = {"integrator_method": "sigma_clip_ng", "extra_options": {"thres": 4, "max_iter": 3}}
    compare(case, "sigma clipping", case.settings(**clip, method=("no", "csr", "cython")))
    settings = case.settings(method=("no", "csr", "cython"))
    settings["radial_range"] = [float("-inf"), float("inf")]
    compare(case, "a range without ends", settings)
    bare = {key: case.settings()[key] for key in ["application", "version", "poni", "nbpt_rad", "val_dummy"]}
    compare(case, "what is not said", bare, bare | {"method": ["full", "csr", "cython"]})


def refusals(case):
    for key, value in [
        ("error_model", "variance"),
        ("integrator_class", "FiberIntegrator"),
        ("radial_range", [1, float("inf")]),
        ("npt_ip", 3),
        ("version", 6),
        ("extra_options", {"safe": False}),
    ]:
        result, said = case.ours(case.settings() | {key: value})
        check(f"{key} = {value} is refused by name", result is None and f"--config: {key}: " in said, "" if result is None else said)


def differences(case):
    """Settings that the file states and pyFAI 2026.9 drops: shown, with what Aureole does."""
    old = older(case, 3, case.settings())
    compare(case, "do_solid_angle = false is honoured", old | {"do_solid_angle": False}, case.settings(correct_solid_angle=False))
    worst = abs(case.theirs(old | {"do_solid_angle": False}).intensity - case.theirs(old).intensity).max()
    check("do_solid_angle = false changes nothing in pyFAI", worst == 0)
    turned, straight = (case.settings(polarization_description=(0.95, offset)) for offset in [0.5, 0])
    worst = abs(case.theirs(turned).intensity - case.theirs(straight).intensity).max()
    check("a turned polarization changes nothing in pyFAI's worker", worst == 0)
    ours = [case.ours(settings)[0]["I"] for settings in [turned, straight]]
    check("a turned polarization is honoured", numpy.nanmax(abs(ours[0] - ours[1])) > 0)
    ranged = older(case, 3, case.settings(method=("no", "csr", "cython"))) | {"do_radial_range": True}
    ours, said = case.ours(ranged)
    check("a radial range of version 3", ours is not None and abs(ours["radial_axis"][[0, -1]] - [3, 4]).max() < 0.01, said)


with tempfile.TemporaryDirectory() as name:
    case = Case(pathlib.Path(name))
    versions(case)
    variants(case)
    refusals(case)
    differences(case)
print(f"configs: {counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
