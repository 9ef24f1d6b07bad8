"""Compares every detector that Aureole knows with pyFAI's: shape, pixel size, mask and dummy values."""

import json
import logging
import subprocess
import sys
from pathlib import Path

try:
    import numpy
    from pyFAI.detectors import detector_factory
except ImportError as error:
    print(f"SKIPPED: detectors against pyFAI: {error}")
    sys.exit(0)

logging.disable(logging.WARNING)
ROOT = Path(__file__).resolve().parents[2]
# pyFAI masks true zero counts of Lambda detectors (see docs/compatibility.md): no dummy there is on purpose.
WITHOUT_DUMMY = "Lambda"


def ours():
    """Our table, one dictionary a detector."""
    command = ["cargo", "run", "-q", "-p", "aureole-core", "--example", "detector_table"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def checksum(mask):
    """Number of masked pixels, and the sum of (index + 1) * 2654435761 mod 2^32 over them."""
    masked = numpy.flatnonzero(mask).astype(numpy.uint64)
    return masked.size, int(((masked + 1) * 2654435761 % 2**32).sum(dtype=numpy.uint64))


def dummies(detector):
    """The dummy value for three types of pixels."""
    if detector.dummy is None:
        return [None, None, None]
    wrapped = [int(numpy.int64(detector.dummy).astype(dtype)) for dtype in ("uint16", "uint32", "int32")]
    return [[str(value), detector.delta_dummy] for value in wrapped]


def differences(row):
    """What differs between a row of our table and pyFAI's detector."""
    theirs = detector_factory(row["name"])
    if tuple(row["shape"]) != tuple(theirs.shape):
        yield f"shape {row['shape']} against {theirs.shape}"
    if not numpy.allclose(row["pixel"], (theirs.pixel1, theirs.pixel2), rtol=1e-12):
        yield f"pixel {row['pixel']} against {theirs.pixel1, theirs.pixel2}"
    # Pixels of more than one native pixel: pyFAI keeps the mask of the unbinned detector.
    mask = theirs.mask if theirs.mask is not None else numpy.zeros(theirs.shape)
    if (row["masked"], row["mask_checksum"]) != checksum(mask):
        yield f"mask of {row['masked']} pixels against {checksum(mask)[0]}"
    if not row["name"].startswith(WITHOUT_DUMMY) and row["dummies"] != dummies(theirs):
        yield f"dummies {row['dummies']} against {dummies(theirs)}"


def main():
    """Prints one line a detector that differs, and exits with their number."""
    table = ours()
    misses = [(row["name"], text) for row in table for text in differences(row)]
    for name, text in misses:
        print(f"MISS {name}: {text}")
    print(f"{len(table)} detectors compared with pyFAI, {len(misses)} differences")
    return min(len(misses), 1)


if __name__ == "__main__":
    sys.exit(main())
