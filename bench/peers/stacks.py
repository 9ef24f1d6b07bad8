"""The stacks that programs are compared on, made from fixed seeds.

usage: stacks.py KIND FILE FRAMES     with KIND one of those in KINDS

Each is an Eiger 4M, one frame a chunk, bitshuffle-LZ4, at the path /data. FILE.poni has the geometry.

The tutorial's frame is the one of pyFAI's notebooks on parallel processing: Poisson numbers about the image that has
100 / (1 + q^2) at q = 0, 1, ... 14; frame i has i % 500 counts more in each pixel.
"""

import pathlib
import sys

import h5py
import hdf5plugin
import numpy
import pyFAI

GEOMETRY = {"detector": "eiger_4M", "wavelength": 1e-10}

# dtype, mean photons a pixel (None for the tutorial's frame), gaps as the type's largest value
KINDS = {
    "tutorial": ("uint32", None, False),
    "gaps": ("uint32", None, True),
    "sparse": ("uint32", 0.05, False),
    "uint16": ("uint16", None, False),
    "uint8": ("uint8", 5.0, False),
    "int32": ("int32", None, False),
    "float32": ("float32", None, False),
}

# A sparse stack repeats this many frames.
DISTINCT = 16


def tutorial(ai, random):
    """One frame of Poisson numbers; later ones are brighter by a constant."""
    q = numpy.arange(15)
    base = random.poisson(ai.calcfrom1d(q, 100 / (1 + q * q)))
    return lambda number: base + number % 500


def flat(ai, random, mean, frames):
    """Frames of a pattern that hardly falls, with `mean` photons a pixel."""
    q = numpy.linspace(0, 80, 200)
    expected = ai.calcfrom1d(q, 1 / (1 + (q / 10) ** 2))
    expected *= mean / expected.mean()
    drawn = [random.poisson(expected) for _ in range(min(frames, DISTINCT))]
    return lambda number: drawn[number % len(drawn)]


def make(kind, file, frames):
    """Writes a stack and its PONI file."""
    dtype, mean, gaps = KINDS[kind]
    ai = pyFAI.load(GEOMETRY)
    random = numpy.random.default_rng(0)
    frame = tutorial(ai, random) if mean is None else flat(ai, random, mean, frames)
    in_gap = ai.detector.mask.astype(bool)
    shape = ai.detector.shape
    with h5py.File(file, "w") as target:
        data = target.create_dataset("data", (frames, *shape), dtype, chunks=(1, *shape), **hdf5plugin.Bitshuffle())
        for number in range(frames):
            pixels = frame(number).astype(dtype)
            if gaps:
                pixels[in_gap] = numpy.iinfo(dtype).max
            data[number] = pixels
    poni = pathlib.Path(file).with_suffix(".poni")
    poni.unlink(missing_ok=True)
    ai.save(str(poni))


def dark(file):
    """Writes a dark image for the detector, a few tenths of a count in each pixel."""
    shape = pyFAI.load(GEOMETRY).detector.shape
    numpy.save(file, numpy.random.default_rng(1).random(shape).astype("float32"))


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2], int(sys.argv[3]))
