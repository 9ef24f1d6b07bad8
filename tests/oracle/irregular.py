"""Integrates with detectors whose pixels lie on no plane grid, and with parallax, beside pyFAI.

usage: irregular.py AUREOLE [DATA] [--rows FOLDER]

With --rows, with every other detector class of up to 5 million pixels, too. pyFAI keeps such positions as 32-bit floats, which moves single pixels between bins. Without splitting, bins whose counts
differ are therefore left out, and less than one pixel in ten thousand may be in another bin.
"""

import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy
    import pyFAI
    from pyFAI.detectors import ALL_DETECTORS, detector_factory
    from support.program import Program
    from support.report import Rows, apart, arguments, finish
except ImportError as error:
    print(f"SKIPPED: irregular detectors against pyFAI: {error}")
    sys.exit(0)

logging.disable(logging.CRITICAL)
ROOT = Path(__file__).resolve().parents[2]
METHODS = {"no": ("no", "csr", "cython"), "bbox": ("bbox", "csr", "cython"), "full": ("full", "csc", "cython")}
GEOMETRY = {"distance": 0.1, "poni1": -0.02, "poni2": -0.01, "rot1": 0.1, "rot2": -0.05, "rot3": 0.02}
BINS, PIXELS, MOVED, LARGEST = 300, 10, 1e-4, 5_000_000
SOLID = "without the solid angle, which differs on purpose"
# Compared by its own rows, or different on purpose: docs/compatibility.md says why.
OTHERS = {"Detector", "NexusDetector", "ImXPadS140", "Xpad_flat", "Jungfrau", "Cirpad", "Jungfrau8M", "Aarhus", "Rapid", "Mythen",
          "Pixirad1", "Pixirad2", "Pixirad4", "Pixirad8"}


def poni(detector, config, **changes):
    """The text of a PONI file."""
    lines = [f"poni_version: {3 if 'Parallax' in changes else 2.1}", f"Detector: {detector}"]
    lines.append(f"Detector_config: {json.dumps(config)}")
    lines += [f"{key}: {value}" for key, value in {**GEOMETRY, "Wavelength": 2e-11, **changes}.items()]
    return "\n".join(lines) + "\n"


def compare(program, table, name, text, solid_angle=True):
    """Notes the worst relative differences of one detector by each splitting."""
    path = program.folder / "geometry.poni"
    path.write_text(text)
    ai = pyFAI.load(str(path))
    theta = ai.center_array(ai.detector.shape, unit="2th_rad", scale=False)
    image = 100 + 50 * numpy.cos(theta * 20)
    stack = program.save("frame", image)
    for split, method in METHODS.items():
        theirs = ai.integrate1d(image, BINS, unit="2th_deg", method=method, correctSolidAngle=solid_angle, dummy=None)
        options = [] if solid_angle else ["--no-solid-angle"]
        mine = program.integrate(stack, path, "--bins", BINS, "--unit", "2th_deg", "--split", split, *options)
        many = (theirs.count >= PIXELS) & (mine["count"] >= PIXELS)
        moved = numpy.abs(theirs.count - mine["count"]).sum() / 2 / mine["count"].sum()
        if split == "no":
            many &= theirs.count == mine["count"]
        good = many.sum() > BINS / 2 and (split != "no" or moved <= MOVED)
        good &= numpy.abs(mine["radial_axis"] / theirs.radial - 1).max() < 1e-5
        worst = apart(mine["I"][many], theirs.intensity[many]) if good else (numpy.inf, numpy.inf)
        table.add((name, split), worst, note="" if solid_angle else SOLID, allowed=lambda worst: worst[1] <= 1e-5)


def nexus_of_pyfai(folder):
    """A detector file that pyFAI writes."""
    path = folder / "pyfai_detector.h5"
    path.unlink(missing_ok=True)
    detector_factory("Xpad_flat").save(str(path))
    return str(path)


def nexus_of_ours(folder, name, orientation):
    """A detector file that we write."""
    path = folder / f"{name}_{orientation}.h5"
    command = ["cargo", "run", "-q", "-p", "aureole", "--example", "write_detector", "--", name, str(orientation), path]
    subprocess.run(command, cwd=ROOT, check=True)
    return str(path)


def irregular(folder, data):
    """Name, PONI file's text, and whether solid angles are compared."""
    native = {"orientation": 3}
    for name in ("ImXPadS140", "Xpad_flat", "Jungfrau"):
        yield name, poni(name, native), True
    # Solid angles of bent detectors differ on purpose: see docs/compatibility.md.
    yield "Cirpad", poni("Cirpad", native, distance=0.4), False
    config = {"orientation": 3, "filename": nexus_of_pyfai(folder)}
    yield "NexusDetector of pyFAI", poni("NexusDetector", config), True
    for name, orientation in (("Jungfrau", 1), ("Pilatus100k", 3)):
        config = {"orientation": 3, "filename": nexus_of_ours(folder, name, orientation)}
        yield f"NexusDetector of ours, {name} {orientation}", poni("NexusDetector", config), True
    for material, thickness in (("Si", 4.5e-4), ("CdTe", 1e-3), ("Se", None)):
        sensor = {"material": material, "thickness": thickness} if thickness else {"material": material}
        yield f"parallax in {material}", poni("Pilatus1M", {"orientation": 3, "sensor": sensor}, Parallax=True), True
    spline = data / "dioptas/f4mnew.spline"
    if spline.exists():
        # pyFAI takes the area of a distorted pixel for the product of its sides; we take its area.
        yield "spline", poni("FReLoN", {"orientation": 3, "splineFile": str(spline.resolve())}), False
    else:
        print(f"SKIPPED: spline distortion: no {spline} (set AUREOLE_DATA)")


def classes():
    """Names of the detector classes that have no row of their own, and are small enough."""
    for name, kind in sorted({kind.__name__: kind for kind in ALL_DETECTORS.values()}.items()):
        shape = None if name in OTHERS else kind().shape
        if shape and shape[0] * shape[1] <= LARGEST:
            yield name


def main():
    asked = arguments(__doc__)
    tables = [Rows("Irregular detectors", ["detector", "splitting"]), Rows("Detectors", ["detector", "splitting"])]
    with tempfile.TemporaryDirectory() as folder:
        program = Program(asked.aureole, folder)
        for name, text, solid_angle in irregular(program.folder, asked.data):
            compare(program, tables[0], name, text, solid_angle)
        for name in classes() if asked.rows else ():
            compare(program, tables[1], name, poni(name, {"orientation": 3}))
    return finish("irregular", tables if asked.rows else tables[:1], asked.rows)


if __name__ == "__main__":
    sys.exit(main())
