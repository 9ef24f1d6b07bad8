"""PONI files there and back: pyFAI writes, Aureole reads and writes again, pyFAI reads: the same geometry?

usage: ponis.py REWRITE_PONI [DATA]

REWRITE_PONI is the example that prints a PONI file as Aureole writes it, DATA the folder of real files (skipped, aloud, where it
is missing). Takes every detector of pyFAI's registry that has a shape and needs no file, each in all orientations in turn, and
the real files; compares distance, PONI, rotations, wavelength and the detector with its configuration. The last line counts.
"""

import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.ERROR)
import pyFAI
import pyFAI.detectors
from pyFAI.integrator.azimuthal import AzimuthalIntegrator
from pyFAI.detectors import ALL_DETECTORS

REWRITE = sys.argv[1]
DATA = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "../shared/data")


def written_by_pyfai(folder):
    """A PONI file for each class of detector."""
    classes = {cls.__name__: cls for cls in ALL_DETECTORS.values()}
    files = []
    for nth, (name, cls) in enumerate(sorted(classes.items())):
        try:
            detector = cls(orientation=1 + nth % 4)
        except Exception:
            continue
        if detector.shape is None or detector.pixel1 is None or name in ("NexusDetector", "Jungfrau16MCorLab"):
            continue
        ai = AzimuthalIntegrator(
            dist=0.1 + nth / 97, poni1=0.01 * nth, poni2=-0.02, rot1=0.01, rot2=-0.3 / (nth + 1), rot3=nth / 7,
            detector=detector, wavelength=None if nth % 5 == 0 else 1e-10 + nth * 1e-12)
        file = folder / f"{name}.poni"
        ai.save(str(file))
        files.append(file)
    return files


def real_files():
    if not DATA.is_dir():
        print(f"SKIPPED: real PONI files: {DATA} is not there")
        return []
    files = []
    for file in sorted(DATA.rglob("*.poni")):
        try:
            pyFAI.load(str(file))
            files.append(file)
        except Exception:
            pass  # A spline or a detector's file that is missing: refused by both.
    return files


def described(file):
    """What pyFAI makes of a file, as comparable values."""
    ai = pyFAI.load(str(file))
    detector = ai.detector
    numbers = (ai.dist, ai.poni1, ai.poni2, ai.rot1, ai.rot2, ai.rot3, ai.wavelength)
    return numbers, (detector.name, detector.shape, detector.pixel1, detector.pixel2, detector.orientation)


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for file in written_by_pyfai(folder) + real_files():
            done = subprocess.run([REWRITE, str(file)], capture_output=True, text=True)
            again = folder / "again.poni"
            again.write_text(done.stdout.split("\n---")[0] + "\n")
            same = done.returncode == 0 and described(file) == described(again)
            passed, failed = passed + same, failed + (not same)
            if not same:
                print(f"{file.name}: {done.stderr.strip()}\n  {described(file)}\n  " + (str(described(again)) if done.returncode == 0 else ""))
    print(f"PONI files there and back: {passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
