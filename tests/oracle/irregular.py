"""Integrates with detectors whose pixels lie on no plane grid, and with parallax, beside pyFAI.

pyFAI keeps such positions as 32-bit floats, which moves single pixels between bins. Without splitting, bins whose counts
differ are therefore left out, and less than one pixel in ten thousand may be in another bin.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import h5py
    import numpy
    import pyFAI
    from pyFAI.detectors import detector_factory
except ImportError as error:
    print(f"SKIPPED: irregular detectors against pyFAI: {error}")
    sys.exit(0)

logging.disable(logging.CRITICAL)
ROOT = Path(__file__).resolve().parents[2]
AUREOLE = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/debug/aureole"
DATA = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(os.environ.get("AUREOLE_DATA", ROOT.parent / "shared/data"))
METHODS = {"no": ("no", "csr", "cython"), "bbox": ("bbox", "csr", "cython"), "full": ("full", "csc", "cython")}
GEOMETRY = {"distance": 0.1, "poni1": -0.02, "poni2": -0.01, "rot1": 0.1, "rot2": -0.05, "rot3": 0.02}
BINS, PIXELS, OF_BIN, MOVED = 300, 10, 1e-5, 1e-4


def poni(detector, config, **changes):
    """The text of a PONI file."""
    lines = [f"poni_version: {3 if 'Parallax' in changes else 2.1}", f"Detector: {detector}"]
    lines.append(f"Detector_config: {json.dumps(config)}")
    lines += [f"{key}: {value}" for key, value in {**GEOMETRY, "Wavelength": 2e-11, **changes}.items()]
    return "\n".join(lines) + "\n"


def ours(folder, image, split, *options):
    """Centres, intensity and counts from the command line."""
    with h5py.File(folder / "frames.h5", "w") as file:
        file["data"] = image[None]
    command = [AUREOLE, "integrate", folder / "frames.h5", "--poni", folder / "geometry.poni", "--bins", str(BINS)]
    command += ["--unit", "2th_deg", "--split", split, "--force", "-o", folder / "result.h5", *options]
    subprocess.run(command, check=True, capture_output=True)
    with h5py.File(folder / "result.h5") as file:
        data = file["entry/data"]
        return data["radial_axis"][()], data["I"][0].astype(float), data["count"][()]


def compare(folder, name, text, splits=("no", "bbox", "full"), solid_angle=True):
    """Yields one (name, worst relative difference, bins compared) a splitting."""
    (folder / "geometry.poni").write_text(text)
    ai = pyFAI.load(str(folder / "geometry.poni"))
    theta = ai.center_array(ai.detector.shape, unit="2th_rad", scale=False)
    options = [] if solid_angle else ["--no-solid-angle"]
    for split in splits:
        image = 100 + 50 * numpy.cos(theta * 20)
        theirs = ai.integrate1d(
            image, BINS, unit="2th_deg", method=METHODS[split], correctSolidAngle=solid_angle, dummy=None
        )
        centres, intensity, count = ours(folder, image, split, *options)
        many = (theirs.count >= PIXELS) & (count >= PIXELS)
        if split == "no":
            many &= theirs.count == count
            if numpy.abs(theirs.count - count).sum() / 2 > MOVED * count.sum():
                many &= False
        worst = numpy.abs(intensity / theirs.intensity - 1)[many].max(initial=0)
        worst = max(worst, numpy.abs(centres / theirs.radial - 1).max())
        yield f"{name} {split}", worst, int(many.sum())


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


def cases(folder):
    """All comparisons."""
    native = {"orientation": 3}
    for name in ("ImXPadS140", "Xpad_flat", "Jungfrau"):
        yield from compare(folder, name, poni(name, native))
    # Solid angles of bent detectors differ on purpose: see docs/compatibility.md.
    yield from compare(folder, "Cirpad", poni("Cirpad", native, distance=0.4), solid_angle=False)
    config = {"orientation": 3, "filename": nexus_of_pyfai(folder)}
    yield from compare(folder, "NexusDetector of pyFAI", poni("NexusDetector", config))
    for name, orientation in (("Jungfrau", 1), ("Pilatus100k", 3)):
        config = {"orientation": 3, "filename": nexus_of_ours(folder, name, orientation)}
        yield from compare(folder, f"NexusDetector of ours, {name} {orientation}", poni("NexusDetector", config))
    for material, thickness in (("Si", 4.5e-4), ("CdTe", 1e-3), ("Se", None)):
        sensor = {"material": material, "thickness": thickness} if thickness else {"material": material}
        config = {"orientation": 3, "sensor": sensor}
        yield from compare(folder, f"parallax in {material}", poni("Pilatus1M", config, Parallax=True))
    spline = DATA / "dioptas/f4mnew.spline"
    if spline.exists():
        config = {"orientation": 3, "splineFile": str(spline)}
        # pyFAI takes the area of a distorted pixel for the product of its sides; we take its area.
        yield from compare(folder, "spline", poni("FReLoN", config), solid_angle=False)
    else:
        print(f"SKIPPED: spline distortion: no {spline} (set AUREOLE_DATA)")


def main():
    """Prints one line a comparison; exits with 1 when one is off."""
    bad, good = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, worst, bins in cases(Path(folder)):
            fine = worst <= OF_BIN and bins > BINS / 2
            good, bad = good + fine, bad + (not fine)
            print(f"{'ok  ' if fine else 'MISS'} {name}: {worst:.1e} in {bins} bins", flush=True)
    print(f"irregular: {good} passed, {bad} failed")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
