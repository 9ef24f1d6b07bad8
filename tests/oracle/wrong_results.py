"""The eight wrong results of pyFAI 2026.9.0 that docs/compatibility.md names, each with pyFAI's number and ours.

usage: wrong_results.py AUREOLE

What is right is known without either program: an exact count by numpy, a mean by hand, equal bits. Exits with 1 when one of
ours is wrong.
"""

import concurrent.futures
import json
import logging
import pathlib
import sys
import tempfile
import warnings

try:
    import h5py
    import hdf5plugin  # noqa: F401, registers the filters
    import numpy
    import pyFAI
    from pyFAI.integrator.azimuthal import AzimuthalIntegrator
    from pyFAI.io import DefaultAiWriter
    from support.program import Program
except ImportError as error:
    print(f"SKIPPED: the wrong results of pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
CSR = {split: (split, "csr", "cython") for split in ("no", "bbox", "full")}
SHAPE, PIXEL = (1000, 1000), 1e-4
FRAMES, THREADS = 24, 8


class Plane:
    """An image on a square detector, the beam a third of a pixel off its centre."""

    def __init__(self, program, image):
        middle = SHAPE[0] * PIXEL / 2 + 0.3 * PIXEL
        self.program, self.image = program, image
        self.ai = AzimuthalIntegrator(dist=0.1, poni1=middle, poni2=middle, pixel1=PIXEL, pixel2=PIXEL, wavelength=1e-10)
        self.file, self.poni = program.save("plane", image), program.folder / "plane.poni"
        self.poni.unlink(missing_ok=True)
        self.ai.save(str(self.poni))

    def ours(self, *options):
        return self.program.integrate(self.file, self.poni, "--unit", "2th_deg", "--bins", "20", *options)

    def theirs(self, **options):
        return self.ai.integrate1d(self.image, 20, unit="2th_deg", **options)


def shared_by_threads(program):
    """1. One integrator used by several threads."""
    stack, poni = program.simulate("Pilatus1M", FRAMES)
    with h5py.File(stack) as file:
        frames = file["entry/data/data"][()]
    ai = pyFAI.load(str(poni))
    alone = [ai.integrate1d(frame, 1000).intensity for frame in frames]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda frame: ai.integrate1d(frame, 1000).intensity, frames))
    theirs = sum(not numpy.array_equal(a, b) for a, b in zip(alone, together))
    one, *others = patterns(program, stack, poni, 1), patterns(program, stack, poni, THREADS), *at_once(program, stack, poni)
    ours = max(sum(not numpy.array_equal(a, b, equal_nan=True) for a, b in zip(one, other)) for other in others)
    return ours == 0, f"{ours} of {FRAMES} patterns by {THREADS} threads, or by 3 runs at once, differ from those of one; by pyFAI {theirs}"


def at_once(program, stack, poni):
    """The patterns of three runs at the same time."""
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(3) as pool:
        folders = [pathlib.Path(folder) / name for name in "abc"]
        for each in folders:
            each.mkdir()
        return list(pool.map(lambda each: patterns(Program(program.path, each), stack, poni, THREADS), folders))


def patterns(program, stack, poni, threads):
    done, output = program.run(stack, poni, "--layout", "threads", "--threads", threads, "--batch", 1, "--split", "bbox")
    assert done.returncode == 0, done.stderr
    with h5py.File(output) as file:
        return file["entry/data/I"][()]


def radial_range(program):
    """2. The first and the last bin of a radial range."""
    plane = Plane(program, numpy.ones(SHAPE, "float32"))
    theta = plane.ai.center_array(SHAPE, unit="2th_deg")
    inside = [((10 + 0.1 * bin <= theta) & (theta < 10.1 + 0.1 * bin)).sum() for bin in (0, 19)]
    good, said = True, []
    for split, method in CSR.items():
        theirs = plane.theirs(radial_range=(10, 12), method=method).count[[0, -1]]
        mine = plane.ours("--split", split, "--radial-range", "10,12")["count"][[0, -1]]
        allowed = 0 if split == "no" else 40  # A pixel across the edge counts in part.
        good &= all(abs(mine - inside) <= allowed)
        said.append(f"{split} {mine.round(1).tolist()}, by pyFAI {theirs.round(1).tolist()}")
    return good, f"pixels in the first and the last bin: exactly {[int(n) for n in inside]}; " + "; ".join(said)


def sector_across(program):
    """3. A sector across 180 degrees."""
    plane = Plane(program, numpy.ones(SHAPE, "float32"))
    azimuth = plane.ai.center_array(SHAPE, unit="chi_deg")
    exact = int(((azimuth >= 170) | (azimuth < -170)).sum())
    good, said = True, []
    for split, method in CSR.items():
        theirs = plane.theirs(azimuth_range=(170, 190), method=method).count.sum()
        mine = plane.ours("--split", split, "--azimuth-range", "170,190")["count"].sum()
        good &= abs(mine - exact) <= (0 if split == "no" else 100)
        said.append(f"{split} {mine:.0f}, by pyFAI {theirs:.0f}")
    return good, f"pixels from 170 to 190 degrees: exactly {exact}; " + "; ".join(said)


def zero_counts(program):
    """4. Zero counts of a Lambda detector."""
    poni = program.folder / "lambda.poni"
    place = "Distance: 0.1\nPoni1: 0.014\nPoni2: 0.014\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n"
    poni.write_text(f'poni_version: 2.1\nDetector: Lambda250k\nDetector_config: {{"orientation": 3}}\n{place}')
    ai = pyFAI.load(str(poni))
    image = numpy.zeros(ai.detector.shape, "uint16")
    image[:, ::2] = 4
    theirs = ai.integrate1d(image, 1, correctSolidAngle=False, method=CSR["no"]).intensity[0]
    mine = program.integrate(program.save("lambda", image), poni, "--bins", 1, "--split", "no", "--no-solid-angle")["I"][0]
    return abs(mine - 2) < 0.02, f"mean of an image half 0, half 4: {mine:.3f}, by pyFAI {theirs:.3f}"


def hybrid_and_infinite(program):
    """5. Errors of the model hybrid, and infinite pixels."""
    image = numpy.random.default_rng(1).poisson(50, SHAPE).astype("float32")
    plane = Plane(program, image)
    right = plane.ours("--split", "no", "--error-model", "poisson")["I_errors"]
    mine = plane.ours("--split", "no", "--error-model", "hybrid")["I_errors"]
    theirs = plane.theirs(error_model="hybrid", method=("no", "csc", "cython")).sigma
    good, said = numpy.array_equal(mine, right) and (mine > 0).all(), f"error of bin 9: {mine[9]:.4f}, by pyFAI {theirs[9]:.4f}"
    image[400, 300] = numpy.inf
    plane = Plane(program, image)
    for split in ("bbox", "full"):
        wild = (~numpy.isfinite(plane.ours("--split", split)["I"])).sum()
        others = (~numpy.isfinite(plane.theirs(method=(split, "histogram", "cython")).intensity)).sum()
        good, said = good and wild == 0, f"{said}; bins that an infinite pixel spoils, {split}: {wild}, by pyFAI {others}"
    return bool(good), said


def labels_of_errors(program):
    """6. Labels of a result with errors: a text header there, attributes here, where there is no text file."""
    plane = Plane(program, numpy.ones(SHAPE, "float32"))
    theirs = plane.theirs(error_model="poisson")
    text = program.folder / "pattern.dat"
    DefaultAiWriter(str(text), plane.ai).save1D(str(text), theirs.radial, theirs.intensity, theirs.sigma, "2th_deg", None)
    header = [line for line in text.read_text().splitlines() if line.startswith("#")][-1]
    _, output = plane.program.run(plane.file, plane.poni, "--unit", "2th_deg", "--error-model", "poisson")
    with h5py.File(output) as file:
        data = file["entry/data"]
        mine = [data["I"].attrs["long_name"], data["I_errors"].attrs["meaning"], data["radial_axis"].attrs["units"]]
    return mine == ["intensity", "standard error of the mean", "degree"], f"labels {mine}, pyFAI's header {header!r}"


def missing_source(program):
    """7. A virtual dataset whose source is missing."""
    layout = h5py.VirtualLayout((1, *SHAPE), "uint16")
    layout[0] = h5py.VirtualSource("gone.h5", "data", SHAPE)
    with h5py.File(program.folder / "virtual.h5", "w") as file:
        file.create_virtual_dataset("data", layout)
    with h5py.File(program.folder / "virtual.h5") as file:
        read = file["data"][0]
    plane = Plane(program, numpy.ones(SHAPE, "float32"))
    theirs = plane.ai.integrate1d(read, 20).intensity
    done, _ = program.run(program.folder / "virtual.h5", plane.poni)
    refused = done.returncode == 2 and "gone.h5" in done.stderr
    return refused, f"exit {done.returncode}: {done.stderr.strip()}; h5py reads zeros, pyFAI's pattern is {set(theirs.tolist())}"


def unknown_names(program):
    """8. An error model and a method that there are not."""
    plane = Plane(program, numpy.ones(SHAPE, "float32"))
    sigma = plane.theirs(error_model="poison").sigma
    method = plane.theirs(method=("pseudo", "csc", "opencl")).method
    settings = program.folder / "settings.json"
    settings.write_text(json.dumps({"version": 5, "nbpt_rad": 20, "method": ["full", "quick", "cython"]}))
    tries = {"poison": ["--error-model", "poison"], "quick": ["--config", str(settings)], "pseudo": ["--split", "pseudo"]}
    refused = {name: plane.program.run(plane.file, plane.poni, *options)[0] for name, options in tries.items()}
    good = all(done.returncode == 2 and name in done.stderr for name, done in refused.items())
    said = "; ".join(f"{name}: exit {done.returncode}, {done.stderr.strip().splitlines()[0]}" for name, done in refused.items())
    return good, f"{said}; pyFAI's errors by a model 'poison' {sigma}, its method for pseudo, csc, opencl {method.split}, {method.algo}, {method.impl}"


CHECKS = (shared_by_threads, radial_range, sector_across, zero_counts, hybrid_and_infinite, labels_of_errors, missing_source,
          unknown_names)


def main():
    passed = 0
    with tempfile.TemporaryDirectory() as folder:
        for check in CHECKS:
            good, said = check(Program(sys.argv[1], folder))
            passed += good
            print(f"{'ok  ' if good else 'MISS'} {check.__doc__}\n       {said}", flush=True)
    print(f"wrong results: {passed} passed, {len(CHECKS) - passed} failed")
    return int(passed < len(CHECKS))


if __name__ == "__main__":
    sys.exit(main())
