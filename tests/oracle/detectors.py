"""Compares every detector name of pyFAI's registry with ours: shape, pixel size, mask, dummies, positions of pixels."""

import json
import logging
import subprocess
import sys
from pathlib import Path

try:
    import numpy
    from pyFAI.detectors import ALL_DETECTORS
except ImportError as error:
    print(f"SKIPPED: detectors against pyFAI: {error}")
    sys.exit(0)

logging.disable(logging.CRITICAL)
ROOT = Path(__file__).resolve().parents[2]
# Where we differ on purpose; docs/compatibility.md says why.
WITHOUT_DUMMY = "Lambda"  # pyFAI masks their true zero counts
OTHER_CORNERS = {"Jungfrau8M"}  # pyFAI widens pixels where no chip ends
OTHER_CENTRES = {"Jungfrau8M", "Pixirad1", "Pixirad2", "Pixirad4", "Pixirad8"}  # pyFAI takes four of six corners


def ours(names):
    """Our table: one dictionary a name."""
    command = ["cargo", "run", "-q", "-p", "aureole-core", "--example", "detector_table"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, input="\n".join(names))
    return {row["name"]: row for row in map(json.loads, lines.stdout.splitlines())}


def checksum(mask):
    """Number of masked pixels, and the sum of (index + 1) * 2654435761 mod 2^32 over them."""
    if mask is None:
        return 0, 0
    masked = numpy.flatnonzero(mask).astype(numpy.uint64)
    return masked.size, int(((masked + 1) * 2654435761 % 2**32).sum(dtype=numpy.uint64))


def dummies(detector):
    """The dummy value for three types of pixels."""
    if detector.dummy is None:
        return [None, None, None]
    wrapped = [int(numpy.int64(detector.dummy).astype(dtype)) for dtype in ("uint16", "uint32", "int32")]
    return [[str(value), detector.delta_dummy] for value in wrapped]


def corners(detector, row, column):
    """Four corners (z, y, x) of some pixels, without the array of all corners where there is a shorter way."""
    if hasattr(detector, "_get_compact_pixel_corners"):
        y, x, z = detector._get_compact_pixel_corners()
        at = [(row, column), (row + 1, column), (row + 1, column + 1), (row, column + 1)]
        return numpy.stack([numpy.stack([z[j], y[i], x[j]], -1) for i, j in at], 1)
    if detector.uniform_pixel and detector.IS_FLAT:
        at = [(row, column), (row + 1, column), (row + 1, column + 1), (row, column + 1)]
        places = [detector.calc_cartesian_positions(i * 1.0, j * 1.0, center=False)[:2] for i, j in at]
        return numpy.stack([numpy.stack([0 * y, y, x], -1) for y, x in places], 1)
    found = detector.get_pixel_corners()[row, column]
    return found[:, [5, 4, 2, 1]] if found.shape[1] == 6 else found


def off_position(row, detector):
    """The farthest that a centre and a corner lie from pyFAI's, in units of what float32 resolves on the detector."""
    sampled = numpy.array(row["positions"])
    pixel, places = sampled[:, :2].astype(int), sampled[:, 2:].reshape(-1, 5, 3)
    wanted = corners(detector, pixel[:, 0], pixel[:, 1])
    ordered = numpy.sort(places[:, 1:], axis=1), numpy.sort(wanted, axis=1)
    resolved = numpy.abs(wanted).max() * numpy.finfo("float32").eps
    centre = numpy.abs(places[:, 0] - wanted.mean(axis=1)).max() / resolved
    if row["known_as"] not in OTHER_CENTRES and not hasattr(detector, "_get_compact_pixel_corners"):
        y, x, z = detector.calc_cartesian_positions(pixel[:, 0] * 1.0, pixel[:, 1] * 1.0)
        theirs = numpy.stack([numpy.zeros_like(y) if z is None else z, y, x], -1)
        centre = max(centre, numpy.abs(places[:, 0] - theirs).max() / resolved)
    return centre, numpy.abs(ordered[0] - ordered[1]).max() / resolved


def differences(row, detector):
    """What differs between a row of our table and pyFAI's detector."""
    if detector.shape is None:
        return
    if tuple(row["shape"]) != tuple(detector.shape):
        yield f"shape {row['shape']} against {detector.shape}"
        return
    if not numpy.allclose(row["pixel"], (detector.pixel1, detector.pixel2), rtol=1e-12):
        yield f"pixel {row['pixel']} against {detector.pixel1, detector.pixel2}"
    if (row["masked"], row["mask_checksum"]) != checksum(detector.mask):
        yield f"mask of {row['masked']} pixels against {checksum(detector.mask)[0]}"
    if not row["known_as"].startswith(WITHOUT_DUMMY) and row["dummies"] != dummies(detector):
        yield f"dummies {row['dummies']} against {dummies(detector)}"
    if row["known_as"] not in OTHER_CORNERS:
        centre, corner = off_position(row, detector)
        if max(centre, corner) > 2:
            yield f"centres {centre:.1f} and corners {corner:.1f} times the resolution of float32 away"


def main():
    """Prints what differs, and sums up by names; exits with 1 when anything does."""
    names = sorted(ALL_DETECTORS)
    table, instances, misses = ours(names), {}, []
    for name in names:
        row, kind = table[name], ALL_DETECTORS[name]
        if "error" in row:
            misses.append((name, f"not supported: {row['error']}"))
        elif row["known_as"] != kind.__name__:
            misses.append((name, f"taken for {row['known_as']}, is {kind.__name__}"))
        elif kind not in instances:
            instances[kind] = list(differences(row, kind()))
            misses += [(name, text) for text in instances[kind]]
    for name, text in misses:
        print(f"MISS {name}: {text}")
    good = len(names) - len({name for name, _ in misses})
    print(f"positions not compared, on purpose: corners {sorted(OTHER_CORNERS)}, centres {sorted(OTHER_CENTRES)}")
    print(f"detectors: {good} passed, {len(names) - good} failed ({len(instances)} classes, {len(names)} names)")
    return min(len(misses), 1)


if __name__ == "__main__":
    sys.exit(main())
