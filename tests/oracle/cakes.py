"""Cakes of `aureole integrate` beside pyFAI's integrate2d, over splitting, unit, correction and error model.

usage: cakes.py AUREOLE [DATA] [--rows FOLDER]

Agreement is asked for as docs/compatibility.md states it, in bins that hold at least ten pixels. Pixels across the
discontinuity of the azimuth count on both of its sides here and on one there, so the first and the last azimuthal bin are
left out where there are any.

pyFAI's full splitting fills azimuthal bins from below: `diamond` shows it a pixel that it shares rightly when it is moved
along one axis and wrongly along the other. Sums over the azimuth are right there, and are what full splitting is compared
by; pyFAI's own code is fed with corners in 64-bit floats for it, since 32 bits move the shares of small pixels. Its pseudo
splitting loses pixels, and its discontinuity at 0 makes axes that run backwards: there are numbers of both, side by side.
Prints the worst of each case; exits with 1 when any missed.
"""

import itertools
import logging
import sys
import tempfile
import warnings

try:
    import fabio
    import numpy
    import pyFAI
    from pyFAI.ext import splitPixelFullCSC
    from support.bench import CORRECTIONS, MODELS, UNITS, Bench, Setting
    from support.conditioned import corners_of
    from support.program import Program
    from support.report import CONDITIONED, DEFINITION, LEAST_PIXELS, Rows, arguments, finish, worst_of
except ImportError as error:
    print(f"SKIPPED: cakes against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
BINS = (100, 36)
FROM_BELOW = "pyFAI fills azimuthal bins from below"
ONE_PASS = "pyFAI's spread depends on the order of pixels"
DARK_COUNTED = "pyFAI's csr engine of cakes adds the dark to variances, its other engines do not"
EVERY = 7  # of the combinations, one in so many is compared by `make test`


class Case:
    """An image with its geometry, as files for the command and as arrays for pyFAI."""

    def __init__(self, program, name, image, poni):
        self.program, self.name, self.poni, self.image = program, name, poni, numpy.ascontiguousarray(image)
        self.ai = pyFAI.load(str(poni))
        self.ai.empty = numpy.nan
        self.file = program.save(name, self.image)

    def ours(self, *options, bins=BINS):
        given = ["--bins", bins[0], "--azimuthal-bins", bins[1], "--error-model", "poisson", "--sums", *options]
        return self.program.integrate(self.file, self.poni, *given)

    def crosses(self):
        """True when some pixel lies across the discontinuity of the azimuth."""
        corners = self.ai.corner_array(self.image.shape, unit="chi_rad", scale=False)[..., 1]
        return bool((numpy.ptp(corners, axis=2) > numpy.pi).any())


def over_azimuth(mine):
    """The pattern that a cake's sums give."""
    with numpy.errstate(all="ignore"):
        return mine["signal"].sum(axis=0) / mine["norm"].sum(axis=0)


def well_conditioned(case, unit, usual):
    """The cake summed over azimuths by pyFAI's full splitting, from corners in 64-bit floats."""
    ai, unit = case.ai, pyFAI.units.to_unit(unit)
    step = [numpy.diff(axis).mean() for axis in (usual.radial, usual.azimuthal)]
    scales = unit.scale, pyFAI.units.CHI_DEG.scale
    ends = [((axis[0] - width / 2) / scale, (axis[-1] + width / 2) / scale / (1 + numpy.finfo("float32").eps))
            for axis, width, scale in zip((usual.radial, usual.azimuthal), step, scales)]
    mask = ai.detector.mask if ai.detector.mask is not None else numpy.zeros(case.image.shape, "int8")
    engine = splitPixelFullCSC.FullSplitCSC_2d(corners_of(ai, case.image.shape, unit), bins=BINS, pos0_range=ends[0], pos1_range=ends[1],
                                               mask=mask.astype("int8"), orientation=int(ai.detector.orientation))
    dummy, delta = ai.detector.get_dummies(case.image)
    result = engine.integrate_ng(case.image, solidangle=ai.solidAngleArray(case.image.shape), dummy=dummy, delta_dummy=delta)
    with numpy.errstate(all="ignore"):
        return result.signal.sum(axis=0) / result.normalization.sum(axis=0)


def diamond(along):
    """The share of a diamond of area 2, moved by 0.3 along one axis, in the three bins of that axis: exactly 0.245, 0.71
    and 0.045."""
    corners = numpy.array([[1.0, 2], [2, 3], [3, 2], [2, 1]])
    corners[:, along] += 0.3
    # The first pixel that pyFAI takes may hold rubbish.
    speck = numpy.array([[1.0, 1], [1, 1.001], [1.001, 1.001], [1.001, 1]])
    engine = splitPixelFullCSC.FullSplitCSC_2d(
        numpy.array([speck, speck, corners]), bins=(4, 4), pos0_range=(0, 4), pos1_range=(0, 4),
        mask=numpy.zeros(3, "int8"), pos1_period=0, allow_pos0_neg=True,
    )
    signal = engine.integrate_ng(numpy.array([[0, 0, 1]], "float32")).signal
    return signal.sum(axis=along)[1:]


def compare(case, table, split, unit):
    """Notes the worst difference of one combination."""
    method = ("full", "csc", "cython") if split == "full" else (split, "csr", "cython")
    theirs = case.ai.integrate2d(case.image, *BINS, unit=unit, method=method, error_model="poisson")
    mine, row = case.ours("--unit", unit, "--split", split), (case.name, split, f"`{unit}`")
    for name, other in (("radial_axis", theirs.radial), ("azimuthal_axis", theirs.azimuthal)):
        assert numpy.allclose(mine[name], other, rtol=0, atol=1e-6 * numpy.diff(other).mean()), f"{case.name} {split}: the axes differ"
    held = (mine["count"] >= LEAST_PIXELS) & (theirs.count >= LEAST_PIXELS)
    if case.crosses() and split != "no":
        held[[0, -1]] = False
    assert held.sum() > 100, f"{case.name}: {held.sum()} bins to compare"
    usual = worst_of([(mine["I"], theirs.intensity), (mine["I_errors"], theirs.sigma)], held)
    if split != "full":
        table.add(row, usual)
        return
    held = mine["count"].sum(axis=0) >= LEAST_PIXELS
    summed = worst_of([(over_azimuth(mine), well_conditioned(case, unit, theirs))], held)
    table.add(row, summed, usual, CONDITIONED, FROM_BELOW)


def combinations():
    """Every splitting, unit, error model and correction that pyFAI's cakes have; full splitting is left to real images."""
    corrections = [name for name, parts in CORRECTIONS.items() if "absorption" not in parts]
    return itertools.starmap(Setting, itertools.product(("no", "bbox"), ["mean"], UNITS, MODELS, corrections))


def compare_combination(bench, setting):
    """Worst differences of intensities and errors, those from pyFAI as it is, and what they were compared with."""
    mine, theirs = bench.cake(setting), bench.cake_as_it_is(setting)
    found, usual, beside, note = (theirs.intensity, theirs.sem, theirs.count), None, "pyFAI", ""
    counts_dark = setting.model in ("poisson", "hybrid") and "dark" in setting.parts
    if setting.model == "azimuthal" or counts_dark:
        found, usual, beside = bench.cake_defined(setting), (theirs.intensity, theirs.sem), DEFINITION
        note = DARK_COUNTED if counts_dark else ONE_PASS
    held = (mine["count"] >= LEAST_PIXELS) & (found[2] >= LEAST_PIXELS)
    if setting.split != "no":
        held[[0, -1]] = held[:, 0] = False  # Pixels across the discontinuity; beside the beam their boxes reach far.
    ours = [mine[name] for name in ("I", "I_errors") if name in mine]
    worst = worst_of(list(zip(ours, found)), held)
    return worst, usual and worst_of(list(zip(ours, usual)), held), beside, note


def of_combinations(program, step):
    """The tables by error model and by correction."""
    CORRECTIONS["all but absorption"] = tuple(part for part in CORRECTIONS["all together"] if part != "absorption")
    models = Rows("Cakes: error models", ["splitting", "error model"])
    corrections = Rows("Cakes: corrections", ["correction", "splitting"], again=True)
    bench = Bench(program)
    for setting in list(combinations())[::step]:
        found = compare_combination(bench, setting)
        models.add((setting.split, setting.model), *found)
        corrections.add((setting.correction, setting.split), *found)
    return models, corrections


def cases(program, data):
    if not data.is_dir():
        print(f"SKIPPED: cakes of real images: no folder {data}")
        return
    th3 = fabio.open(str(data / "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif")).data
    yield Case(program, "E_ssrl_th3", th3, data / "ssrl_th3/frame_0008_derived_from_azim_header.poni")
    image = fabio.open(str(data / "dioptas/CeO2_Pilatus1M.tif")).data[::-1]
    yield Case(program, "A_CeO2_Pilatus1M", image, data / "dioptas/CeO2_Pilatus1M.poni")


def stored_cake(case, data):
    """The largest difference of the cake of pair E that others computed, of its maximum."""
    stored = fabio.open(str(data / "ssrl_th3/b_toney_lab6_th3_scan1_0008.azim")).data
    mine = case.ours("--unit", "2th_deg", "--split", "bbox", bins=stored.shape[::-1])
    inside = mine["count"] > 0
    return numpy.abs(mine["I"][inside] - stored[inside]).max() / stored.max()


def side_by_side(case):
    """Numbers of both where pyFAI is wrong; the part of pixels that pseudo splitting loses here."""
    case.ai.reset()
    case.ai.setChiDiscAtZero()
    theirs = case.ai.integrate2d(case.image, *BINS, unit="2th_deg", method=("bbox", "csr", "cython")).azimuthal
    mine = case.ours("--unit", "2th_deg", "--split", "bbox", "--chi-at-0")["azimuthal_axis"]
    print(f"{case.name} chi at 0: azimuths from {mine[0]:.2f} to {mine[-1]:.2f}, by pyFAI {theirs[0]:.2f} to {theirs[-1]:.2f}")
    case.ai.setChiDiscAtPi()
    case.ai.reset()
    pseudo = case.ai.integrate2d(case.image, *BINS, unit="2th_deg", method=("pseudo", "histogram", "cython"))
    kept, exact = (case.ours("--unit", "2th_deg", "--split", split)["count"].sum() for split in ("pseudo", "no"))
    print(f"{case.name} pseudo: {kept:.2f} of {exact:.0f} pixels, {pseudo.count.sum():.2f} by pyFAI")
    return abs(kept / exact - 1)


def main():
    asked = arguments(__doc__)
    table, failed, passed = Rows("Cakes", ["image", "splitting", "unit"]), 0, 0

    def check(what, value, allowed):
        nonlocal failed, passed
        good = value <= allowed
        passed, failed = passed + good, failed + (not good)
        print(f"{'' if good else 'MISS '}{what}: {value:.1e} of {allowed:.0e}")

    with tempfile.TemporaryDirectory() as folder:
        program = Program(asked.aureole, folder)
        for case in cases(program, asked.data):
            for split, unit in itertools.product(("no", "bbox", "full"), ("2th_deg", "q_A^-1", "r_mm")):
                compare(case, table, split, unit)
            check(f"cake {case.name} pseudo keeps all pixels", side_by_side(case), 1e-9)
            if case.name == "E_ssrl_th3":
                check("stored cake of pair E", stored_cake(case, asked.data), 2e-4)
        tables = table, *of_combinations(program, 1 if asked.rows else EVERY)
    for along, name in ((0, "radial"), (1, "azimuthal")):
        print(f"diamond along the {name} axis by pyFAI: {diamond(along).round(4)}, exactly [0.245 0.71 0.045]")
    return finish("cakes", tables, asked.rows, passed, failed)


if __name__ == "__main__":
    sys.exit(main())
