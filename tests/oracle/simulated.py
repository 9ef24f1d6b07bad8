"""Simulated stacks, read by h5py and hdf5plugin, beside the photons that pyFAI expects.

usage: simulated.py AUREOLE [DATA]
"""

import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import h5py
import hdf5plugin  # noqa: F401
import numpy
import pyFAI

AUREOLE = sys.argv[1]
counts = {"passed": 0, "failed": 0}


def check(promise, kept):
    counts["passed" if kept else "failed"] += 1
    if not kept:
        print(f"MISS {promise}")


def simulate(folder, *options):
    stack = folder / "stack.h5"
    subprocess.run([AUREOLE, "simulate", str(stack), "--force", *options], check=True, capture_output=True)
    return h5py.File(stack), pyFAI.load(str(stack.with_suffix(".poni")))


def expected(ai, profile, mean):
    """As in pyFAI's tutorial, and the sparse variant of it."""
    if profile == "tutorial":
        knots = numpy.arange(15)
        return ai.calcfrom1d(knots, 100 / (1 + knots * knots))
    knots = numpy.linspace(0, 80, 200)
    image = ai.calcfrom1d(knots, 1 / (1 + (knots / 10) ** 2))
    return image * (mean / image.mean())


def check_stack(folder, detector, dtype, profile, mean):
    shape = ["--profile", profile] + (["--mean", str(mean)] if profile == "sparse" else [])
    file, ai = simulate(folder, "--detector", detector, "--dtype", dtype, "--frames", "3", *shape)
    name = f"{detector} {dtype} {profile}"
    with file:
        stack = file["entry/data/data"]
        check(f"{name}: type", stack.dtype == numpy.dtype(dtype))
        check(f"{name}: one frame a chunk", stack.chunks == (1, *ai.detector.shape))
        check(f"{name}: bitshuffle-LZ4", "32008" in stack._filters)
        first, last = stack[0].astype(float), stack[2].astype(float)
    if profile == "tutorial":
        check(f"{name}: frame i has i counts more", (last == first + 2).all())
    image = expected(ai, profile, mean)
    pull = (first - image) / numpy.sqrt(image)
    # Of a normal distribution both differ from 0 and 1 by less than five standard errors; Poisson's kurtosis adds to the second.
    limit = 5 / numpy.sqrt(pull.size)
    check(f"{name}: mean of the pulls is 0", abs(pull.mean()) < limit)
    check(f"{name}: variance of the pulls is 1", abs(pull.var() - 1) < limit * numpy.sqrt(2 + (1 / image).mean()))


def check_gaps(folder):
    file, ai = simulate(folder, "--detector", "Pilatus300k", "--dtype", "uint16", "--frames", "1", "--gaps")
    with file:
        frame = file["entry/data/data"][0]
    gaps = ai.detector.mask.astype(bool)
    check("gaps hold the largest value", (frame[gaps] == 65535).all())
    check("nothing else does", (frame[~gaps] < 65535).all())


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    check_stack(folder, "Eiger4M", "uint32", "tutorial", 0)
    check_stack(folder, "Pilatus1M", "int32", "tutorial", 0)
    check_stack(folder, "Eiger1M", "uint16", "sparse", 0.05)
    check_stack(folder, "Pilatus300k", "uint64", "sparse", 3)
    check_gaps(folder)
print(f"simulated: {counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
