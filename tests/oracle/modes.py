"""Sigma clipping, percentiles, error models and corrections of `aureole integrate` beside pyFAI's.

usage: modes.py AUREOLE

A Pilatus 1M frame is simulated by the command, with one pixel in a hundred thirty times too bright. Where pyFAI's engines
differ among themselves or from what they document, Aureole is compared with the definition, computed here in float64, and
pyFAI's own distance from it is printed. Exits with 1 when any promise was missed. docs/compatibility.md lists the differences.
"""

import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
import h5py
import hdf5plugin  # noqa: F401
import numpy
import pyFAI

AUREOLE = sys.argv[1]
BINS, LEAST_PIXELS = 1000, 10
counts = {"passed": 0, "failed": 0}


def check(promise, kept, shown=""):
    counts["passed" if kept else "failed"] += 1
    if not kept or shown:
        print(f"{'kept' if kept else 'MISS'} {promise}{': ' + shown if shown else ''}")


class Frame:
    """One frame as files for the command and as an array for pyFAI."""

    def __init__(self, folder):
        self.folder, stack = folder, folder / "stack.h5"
        command = [AUREOLE, "simulate", str(stack), "--detector", "Pilatus1M", "--frames", "1", "--gaps"]
        subprocess.run(command, check=True, capture_output=True)
        with h5py.File(stack) as file:
            self.image = file["entry/data/data"][0]
        self.poni = stack.with_suffix(".poni")
        self.ai = pyFAI.load(str(self.poni))
        rng = numpy.random.default_rng(3)
        self.masked = self.ai.detector.mask.astype(bool) | (self.image >= 2**32 - 3)
        bright = (rng.random(self.image.shape) < 0.01) & ~self.masked
        self.image[bright] *= 30
        self.variance = 1 + 9 * rng.random(self.image.shape)
        self.file("frame.npy", self.image)
        self.file("variance.npy", self.variance)

    def file(self, name, array):
        numpy.save(self.folder / name, array)
        return str(self.folder / name)

    def ours(self, *options, frame="frame.npy"):
        output = self.folder / "out.h5"
        command = [AUREOLE, "integrate", str(self.folder / frame), "--poni", str(self.poni), "--force", "-o", str(output)]
        run = subprocess.run([*command, "--sums", *options], capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"{' '.join(command)} {options}\nexit {run.returncode}: {run.stderr}")
        with h5py.File(output) as file:
            data = file["entry/data"]
            result = {name: data[name][()] for name in data}
        return {name: values[0] if values.ndim == 2 else values for name, values in result.items()}

    def entries(self, split):
        """Weight and number of the pixels of each bin, from pyFAI's own matrix; the weights are shares."""
        self.ai.reset()
        self.ai.integrate1d(self.image, BINS, method=(split, "csr", "cython"))
        engine = next(e.engine for e in self.ai.engines.values() if hasattr(e.engine, "lut"))
        shares, pixels, first = engine.lut
        angle = self.ai.solidAngleArray(self.image.shape).astype(float).ravel()
        raw, masked = self.image.astype(float).ravel(), self.masked.ravel()
        for bin in range(BINS):
            of = slice(first[bin], first[bin + 1])
            share, pixel = shares[of].astype(float), pixels[of]
            kept = ~masked[pixel]
            yield bin, share[kept], raw[pixel[kept]], angle[pixel[kept]]


def off(mine, theirs, filled):
    """Relative differences over the filled bins; infinite where only one of both is a number."""
    with numpy.errstate(divide="ignore", invalid="ignore"):
        relative = numpy.where(mine == theirs, 0, numpy.abs(mine.astype(float) - theirs) / numpy.abs(theirs))[filled]
    return numpy.nan_to_num(relative, nan=numpy.inf)


def near(mine, theirs, filled, limit=1e-5):
    """The worst relative difference, and whether it is within the limit."""
    worst = off(mine, theirs, filled).max()
    return worst, worst <= limit


def sigma_clipping(frame, filled):
    for model in ["poisson", "azimuthal", "hybrid"]:
        mine = frame.ours("--mode", "sigma-clip", "--split", "no", "--error-model", model)
        theirs = frame.ai.sigma_clip(frame.image, BINS, error_model=model, method=("no", "csr", "cython"))
        for name, values in [("intensity", theirs.intensity), ("error", theirs.sem), ("pixels left", theirs.count)]:
            field = {"intensity": "I", "error": "I_errors", "pixels left": "count_per_frame"}[name]
            worst, kept = near(mine[field], values, filled & (theirs.count >= LEAST_PIXELS))
            check(f"sigma clipping, {model}: {name}", kept, f"worst {worst:.1e}")
    mine = frame.ours("--mode", "sigma-clip", "--thres", "2.5", "--max-iter", "2", "--split", "no", "--error-model", "azimuthal")
    theirs = frame.ai.sigma_clip(frame.image, BINS, thres=2.5, max_iter=2, error_model="azimuthal", method=("no", "csr", "cython"))
    worst, kept = near(mine["I"], theirs.intensity, filled)
    check("sigma clipping, 2.5 sigma and 2 iterations", kept, f"worst {worst:.1e}")


def percentile(frame, split, low, high):
    """The mean of what lies wholly between two percentiles, or across both, as docs/physics.md has it."""
    intensity = numpy.full(BINS, numpy.nan)
    for bin, share, raw, angle in frame.entries(split):
        order = numpy.argsort(raw / angle, kind="stable")
        signal, weight = (share * raw)[order], (share * angle)[order]
        to = numpy.cumsum(weight)
        start, total = numpy.concatenate([[0], to[:-1]]), weight.sum()
        low_at, high_at = total * (low / 100), total * (high / 100)
        chosen = ((start >= low_at) & (to <= high_at)) | ((start <= low_at) & (to >= high_at))
        if chosen.any():
            intensity[bin] = signal[chosen].sum() / weight[chosen].sum()
    return intensity


def medians(frame, filled):
    for split in ["no", "full"]:
        mine = frame.ours("--mode", "median", "--split", split)["I"]
        theirs = frame.ai.medfilt1d_ng(frame.image, BINS, method=(split, "csr", "cython")).intensity
        differences = off(mine, theirs, filled)
        # Where weights meet the middle within the rounding of float32, pyFAI takes the neighbour.
        share = (differences <= 1e-5).mean()
        check(f"median, {split} splitting", share >= 0.99, f"{share:.2%} of the bins within 1e-5, worst {differences.max():.1e}")
    for low, high in [(10, 90), (25, 75)]:
        mine = frame.ours("--mode", f"percentile:{low},{high}", "--split", "no")["I"]
        defined = percentile(frame, "no", low, high)
        worst, kept = near(mine, defined, filled)
        check(f"percentiles {low} to {high} are those of the definition", kept, f"worst {worst:.1e}")
        for engine in ["cython", "python"]:
            theirs = frame.ai.medfilt1d_ng(frame.image, BINS, percentile=(low, high), method=("no", "csr", engine)).intensity
            differences = off(theirs, defined, filled)
            print(f"     pyFAI {engine}: {(differences <= 1e-5).mean():.2%} of the bins within 1e-5, worst {differences.max():.1e}")


def separation(frame, filled):
    """The mean is amorphous + Bragg; pyFAI's images of both, integrated, beside."""
    mine = {mode: frame.ours("--mode", mode, "--split", "no") for mode in ["mean", "median", "bragg", "percentile:30", "bragg:30"]}
    for halo, above in [("median", "bragg"), ("percentile:30", "bragg:30")]:
        rest = mine["mean"]["I"].astype(float) - mine[halo]["I"] - mine[above]["I"]
        worst = (numpy.abs(rest) / mine["mean"]["I"])[filled].max()
        check(f"mean = {halo} + {above}", worst <= 5e-7, f"worst {worst:.1e}")
    how = {"unit": "q_nm^-1", "method": ("no", "csr", "cython")}
    theirs = frame.ai.separate(frame.image, BINS, percentile=50, restore_mask=False, **how)
    # Without a dummy of its own, pyFAI takes values from -3.5 to -0.5 for bad pixels of this detector.
    how |= {"mask": frame.masked, "dummy": -1e30, "delta_dummy": 1}
    above = frame.ai.integrate1d(theirs.bragg, BINS, **how).intensity
    # What drawing the halo back onto the pixels costs, in a bin whose pixels have no curve of their own to follow.
    drawn = frame.ai.integrate1d(theirs.amorphous, BINS, **how).intensity
    mean = mine["mean"]["I"]
    apart = (numpy.abs(mine["bragg"]["I"] - above) / mean)[filled]
    check("Bragg above the median beside pyFAI's separate", numpy.median(apart) <= 1e-3, f"median {numpy.median(apart):.1e} of the mean, worst {apart.max():.1e}")
    explained = numpy.abs(mine["bragg"]["I"] - (above + drawn - mine["median"]["I"])) / mean
    worst = explained[filled].max()
    check("all of the difference is how the halo is drawn back", worst <= 1e-5, f"worst {worst:.1e}")
    rng = numpy.random.default_rng(8)
    sample = rng.normal(size=(20000, 101))
    share = (sample.mean(axis=1) - numpy.median(sample, axis=1)).std() / sample.mean(axis=1).std()
    check("without peaks the error of mean - median is 0.76 of the mean's", abs(share - numpy.sqrt(numpy.pi / 2 - 1)) < 0.02, f"{share:.3f}")


def spread(frame, split, mean):
    """Standard error of the mean from the spread of a bin's pixels, from its definition."""
    error = numpy.full(BINS, numpy.nan)
    for bin, share, raw, angle in frame.entries(split):
        weight = share * angle
        error[bin] = numpy.sqrt((weight**2 * (raw / angle - mean[bin]) ** 2).sum()) / weight.sum() if weight.size else numpy.nan
    return error


def error_models(frame, filled):
    for split in ["no", "full"]:
        mine = frame.ours("--split", split, "--error-model", "azimuthal")
        defined = spread(frame, split, mine["I"].astype(float))
        # With full splitting the definition's shares are pyFAI's, which 32-bit sums put off by up to 1e-4.
        worst, kept = near(mine["I_errors"], defined, filled[split], 1e-3 if split == "full" else 1e-5)
        check(f"azimuthal errors, {split} splitting, are those of the definition", kept, f"worst {worst:.1e}")
        theirs = frame.ai.integrate1d(frame.image, BINS, error_model="azimuthal", method=(split, "csr", "cython"))
        print(f"     pyFAI cython: worst {near(theirs.sem, defined, filled[split])[0]:.1e} (its sum depends on the order of pixels)")
    for errors in ["sem", "std"]:
        for model, given in [("poisson", {"error_model": "poisson"}), ("variance", {"variance": frame.variance})]:
            options = ["--variance", str(frame.folder / "variance.npy")] if model == "variance" else ["--error-model", model]
            mine = frame.ours("--split", "no", "--errors", errors, *options)
            theirs = frame.ai.integrate1d(frame.image, BINS, method=("no", "csr", "cython"), **given)
            worst, kept = near(mine["I_errors"], getattr(theirs, errors), filled["no"])
            check(f"{errors} of the model {model}", kept, f"worst {worst:.1e}")


def corrections(frame, filled):
    absorption = (0.6 + 0.4 * numpy.random.default_rng(5).random(frame.image.shape)).astype("float32")
    flat = (0.8 + 0.4 * numpy.random.default_rng(6).random(frame.image.shape)).astype("float32")
    beam = [0.95, 0.3]
    options = ["--absorption", frame.file("absorption.npy", absorption), "--flat", frame.file("flat.npy", flat)]
    mine = frame.ours("--split", "no", *options, "--polarization", f"{beam[0]},{numpy.degrees(beam[1])}")
    theirs = frame.ai.integrate1d(frame.image, BINS, method=("no", "csr", "cython"), absorption=absorption, flat=flat,
                                  polarization_factor=beam)
    worst, kept = near(mine["I"], theirs.intensity, filled)
    check("absorption, flat and a turned polarization", kept, f"worst {worst:.1e}")
    # Bright pixels are strewn evenly, so that leaving them out does not change the range of the bins.
    bright = numpy.random.default_rng(7).random(frame.image.shape) < 0.01
    image = numpy.where(frame.masked, frame.image, numpy.where(bright, 1000, numpy.minimum(frame.image, 499)))
    frame.file("saturated.npy", image)
    mine = frame.ours("--split", "no", "--saturation", "1000", frame="saturated.npy")
    mask = (frame.masked | bright).astype("int8")
    theirs = frame.ai.integrate1d(image, BINS, method=("no", "csr", "cython"), mask=mask)
    same = numpy.allclose(mine["radial_axis"], theirs.radial, rtol=1e-6)
    kept = theirs.count >= LEAST_PIXELS
    worst, good = near(mine["I"], theirs.intensity, kept)
    exact = numpy.array_equal(mine["count_per_frame"][kept], theirs.count[kept])
    check("saturated pixels are those of a mask, with their norm and count", same and good and exact, f"worst {worst:.1e}")


def stack_images(folder):
    """Images over a stack of several frames, beside numpy's."""
    stack, output = folder / "several.h5", folder / "several_out.h5"
    subprocess.run([AUREOLE, "simulate", str(stack), "--detector", "Pilatus100k", "--frames", "21", "--gaps"], check=True, capture_output=True)
    command = [AUREOLE, "integrate", str(stack), "--poni", str(stack.with_suffix(".poni")), "-o", str(output), "--saturation", "120"]
    subprocess.run([*command, "--image", "sum,mean,max,variance"], check=True, capture_output=True)
    with h5py.File(stack) as file, h5py.File(output) as result:
        frames = file["entry/data/data"][()].astype(float)
        images = {name: image[()] for name, image in result["entry/images"].items()}
    frames[frames >= 120] = numpy.nan
    check("sum image", numpy.array_equal(images["sum"], numpy.nansum(frames, axis=0)))
    check("count image", numpy.array_equal(images["count"], numpy.isfinite(frames).sum(axis=0)))
    for name, of in [("mean", numpy.nanmean), ("max", numpy.nanmax), ("variance", lambda x, axis: numpy.nanvar(x, axis=axis, ddof=1))]:
        check(f"{name} image", numpy.allclose(images[name], of(frames, axis=0), rtol=1e-12, atol=1e-12, equal_nan=True))


def variance_stack(folder):
    """One frame of variances for each frame, beside pyFAI frame by frame; in one frame some variances make no sense."""
    stack, output, poni = folder / "given.h5", folder / "given_out.h5", folder / "several.poni"
    ai, rng = pyFAI.load(str(poni)), numpy.random.default_rng(11)
    shape = (6, *ai.detector.shape)
    with h5py.File(stack, "w") as file:
        counts = file.create_dataset("counts", data=rng.poisson(100, shape).astype("uint16"), chunks=(1, *shape[1:]), compression="gzip")
        given = (1 + 50 * rng.random(shape)).astype("float32")
        # Not at the ends of the axis: leaving pixels out there would change pyFAI's bins.
        q = ai.array_from_unit(shape[1:], "center", "q_nm^-1", scale=True)
        inside = (q > numpy.quantile(q, 0.01)) & (q < numpy.quantile(q, 0.99))
        given[3][inside & (rng.random(shape[1:]) < 0.01)] = numpy.nan
        given[4][inside & (rng.random(shape[1:]) < 0.01)] = -1
        file.create_dataset("variances", data=given, chunks=(1, *shape[1:]), compression="gzip")
        counts = counts[()]
    for split, errors in [("no", "sem"), ("no", "std"), ("bbox", "sem")]:
        command = [AUREOLE, "integrate", f"{stack}::/counts", "--variance", f"{stack}::/variances", "--poni", str(poni)]
        options = ["--bins", "300", "--split", split, "--errors", errors, "--force", "-o", str(output)]
        subprocess.run([*command, *options], check=True, capture_output=True)
        with h5py.File(output) as result:
            data = {name: result["entry/data"][name][()] for name in ["I", "I_errors", "count_per_frame"]}
        worst = 0
        for frame in range(len(counts)):
            bad = ~(given[frame] >= 0)
            mask = (ai.detector.mask.astype(bool) | bad).astype("int8")
            theirs = ai.integrate1d(counts[frame], 300, method=(split, "csr", "cython"), variance=given[frame], error_model="variance",
                                    unit="q_nm^-1", mask=mask)
            filled = theirs.count >= LEAST_PIXELS
            for field, values in [("I", theirs.intensity), ("I_errors", getattr(theirs, errors)), ("count_per_frame", theirs.count)]:
                worst = max(worst, off(data[field][frame], values, filled).max())
        check(f"{errors} of a stack of variances, {split} splitting", worst <= 1e-5, f"worst of {len(counts)} frames {worst:.1e}")


with tempfile.TemporaryDirectory() as name:
    frame = Frame(pathlib.Path(name))
    filled = {split: frame.ai.integrate1d(frame.image, BINS, method=(split, "csr", "cython")).count >= LEAST_PIXELS for split in ["no", "full"]}
    sigma_clipping(frame, filled["no"])
    medians(frame, filled["no"] & filled["full"])
    separation(frame, filled["no"])
    error_models(frame, filled)
    corrections(frame, filled["no"])
    stack_images(frame.folder)
    variance_stack(frame.folder)
print(f"modes: {counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
