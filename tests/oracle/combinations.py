"""Every splitting x mode x unit x correction x error model, and every type of pixel, beside pyFAI.

usage: combinations.py AUREOLE [DATA] [--rows FOLDER]

A small frame of rings with counting noise and 1% of far too bright pixels, on a turned detector with the beam inside. Means
and clipping by counting statistics are compared with pyFAI's engines (full splitting: fed with well-conditioned corners, see
support/conditioned.py); what these compute otherwise than documented, with the definition (support/definition.py) on pyFAI's
matrix. Without --rows a part of the combinations is compared. Prints what misses; exits with 1 when anything does.
"""

import dataclasses
import itertools
import logging
import sys
import tempfile
import warnings

try:
    import numpy
    from support.bench import BINS, CORRECTIONS, MODELS, MODES, SPLITS, UNITS, Bench, Setting
    from support.program import Program
    from support.report import CONDITIONED, DEFINITION, LEAST_PIXELS, Rows, arguments, finish, worst_of
except ImportError as error:
    print(f"SKIPPED: combinations against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
TYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")
ONE_PASS = "pyFAI's spread depends on the order of pixels"
NO_MODEL = "pyFAI's default engine clips every pixel where no model is given; its documentation says poisson"
SHARED_MASK = "pyFAI loses a pixel that one bin clips to the bins after it; which come after depends on threads"
SORTED_IN_32_BITS = "limits of percentiles in 32-bit sums"
MASKED_IN_ORDER = "pyFAI's order of pixels goes wrong where the frame masks some by their values"
EVERY = 37  # of the combinations, one in so many is compared by `make test`


def triple(result, kind):
    return result.intensity, getattr(result, kind), result.count


def reference(bench, setting):
    """Intensity, error and count to compare with; those of pyFAI as it is; what the first are, and why they are others."""
    as_is = triple(bench.as_it_is(setting), setting.kind)
    if (setting.mode, setting.model) == ("sigma-clip", "none"):
        counting = dataclasses.replace(setting, model="poisson")
        return bench.defined(counting), as_is, DEFINITION, NO_MODEL
    if setting.mode in ("median", "percentile:10,90"):
        note = MASKED_IN_ORDER if "dummies" in setting.parts else SORTED_IN_32_BITS
        return bench.defined(setting), as_is, DEFINITION, note
    if setting.mode == "sigma-clip" and setting.split != "no":
        return bench.defined(setting), as_is, DEFINITION, SHARED_MASK
    if setting.model == "azimuthal" or (setting.model, setting.mode) == ("hybrid", "sigma-clip"):
        return bench.defined(setting), as_is, DEFINITION, ONE_PASS
    if setting.split != "full":
        return as_is, as_is, "pyFAI", ""
    return triple(bench.well_conditioned(setting), setting.kind), as_is, CONDITIONED, ""


def compare(bench, setting):
    """The worst differences of intensities and errors, those from pyFAI as it is, and what they were compared with."""
    mine = bench.ours(setting)
    found, as_is, beside, note = reference(bench, setting)
    held = found[2] >= LEAST_PIXELS
    if MODES[setting.mode] is None:
        held &= mine["count"] >= LEAST_PIXELS
    if held.sum() < BINS / 3:
        raise SystemExit(f"{setting}: {held.sum()} bins to compare")
    # The spread of the one or two pixels of a median is rounding.
    with_errors = "I_errors" in mine and (setting.mode, setting.model) != ("median", "azimuthal")
    ours = [mine["I"], mine["I_errors"]] if with_errors else [mine["I"]]
    worst = worst_of(list(zip(ours, found)), held)
    usual = worst_of(list(zip(ours, as_is)), held) if beside != "pyFAI" else None
    return worst, usual, beside, note


def all_settings():
    yield from itertools.starmap(Setting, itertools.product(SPLITS, MODES, UNITS, MODELS, CORRECTIONS))


def modes_and_corrections(bench, settings):
    modes = Rows("Modes and error models", ["mode", "splitting", "error model"])
    corrections = Rows("Corrections", ["correction", "splitting"], again=True)
    for setting in settings:
        worst, usual, beside, note = compare(bench, setting)
        # One table counts the cases; the other shows the same by correction.
        modes.add((setting.mode, setting.split, setting.model), worst, usual, beside, note)
        corrections.add((setting.correction, setting.split), worst, usual, beside, note)
    return modes, corrections


def standard_deviations(bench, step):
    table = Rows("Standard deviations", ["mode", "splitting", "error model"])
    settings = [Setting(split, mode, UNITS[0], model, correction, "std") for split, mode, model, correction in
                itertools.product(SPLITS, MODES, MODELS[1:], ("none", "all together"))]
    for setting in settings[::step]:
        table.add((setting.mode, setting.split, setting.model), *compare(bench, setting))
    return table


def pixel_types(bench):
    table = Rows("Pixel types", ["type", "splitting"])
    for name in TYPES:
        bench.use(typed(bench.image, name))
        for split, model, correction in itertools.product(SPLITS, ("none", "poisson"), ("none", "all together")):
            table.add((name, split), *compare(bench, Setting(split, "mean", UNITS[0], model, correction)))
    bench.use(bench.image)
    return table


def typed(image, name):
    """The frame as another type: cut to what it holds, with negative counts and numbers that are none where it has them."""
    kind = numpy.dtype(name)
    values = image.astype(float) - (50 if kind.kind in "if" else 0)
    if kind.kind == "f":
        values[3::17, 5::13], values[4::17, 7::13] = numpy.nan, numpy.inf
        return values.astype(kind)
    return numpy.minimum(values, 120 if kind.itemsize == 1 else 5000).astype(kind)


def main():
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Program(asked.aureole, folder))
        settings = list(all_settings())
        tables = modes_and_corrections(bench, settings if asked.rows else settings[::EVERY])
        tables = [*tables, standard_deviations(bench, 1 if asked.rows else 5), pixel_types(bench)]
    return finish("combinations", tables, asked.rows)


if __name__ == "__main__":
    sys.exit(main())
