"""Every splitting x mode x unit x correction x error model, and every type of pixel, beside pyFAI.

usage: combinations.py AUREOLE [DATA] [--rows FOLDER]

A small frame of rings with counting noise and 1% of far too bright pixels, on a turned detector with the beam inside. Means
and clipping by counting statistics are compared with pyFAI's engines (full splitting: fed with well-conditioned corners, see
support/conditioned.py); what these compute otherwise than documented, with the definition (support/definition.py) on pyFAI's
matrix. Without --rows a part of the combinations is compared. Prints what misses; exits with 1 when anything does.
"""

import dataclasses
import itertools
import json
import logging
import sys
import tempfile
import warnings

try:
    import numpy
    import pyFAI
    from support.conditioned import full_splitting
    from support.definition import Definition
    from support.program import Program
    from support.report import CONDITIONED, DEFINITION, LEAST_PIXELS, Rows, arguments, finish, worst_of
except ImportError as error:
    print(f"SKIPPED: combinations against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
BINS = 120
SPLITS = ("no", "bbox", "full")
MODES = {"mean": None, "sigma-clip": None, "median": (50, 50), "percentile:10,90": (10, 90)}
UNITS = ("q_nm^-1", "2th_deg", "r_mm")
MODELS = ("none", "poisson", "variance", "azimuthal", "hybrid")
TYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")
# What a correction adds to a run without any.
CORRECTIONS = {
    "none": (), "solid angle": ("solid",), "polarization": ("polarization",), "polarization with offset": ("turned",),
    "dark": ("dark",), "flat": ("flat",), "absorption": ("absorption",), "normalization": ("factor",), "dummies": ("dummies",),
    "mask": ("mask",), "all together": ("solid", "turned", "dark", "flat", "absorption", "factor", "dummies", "mask"),
}
ONE_PASS = "pyFAI's spread depends on the order of pixels"
NO_MODEL = "pyFAI's default engine clips every pixel where no model is given; its documentation says poisson"
SHARED_MASK = "pyFAI loses a pixel that one bin clips to the bins after it; which come after depends on threads"
SORTED_IN_32_BITS = "limits of percentiles in 32-bit sums"
EVERY = 37  # of the combinations, one in so many is compared by `make test`


@dataclasses.dataclass(frozen=True)
class Setting:
    """One combination."""

    split: str
    mode: str
    unit: str
    model: str
    correction: str
    kind: str = "sem"

    @property
    def parts(self):
        return CORRECTIONS[self.correction]

    @property
    def by_spread(self):
        """Whether outliers are clipped, and errors counted, by the spread of pixels."""
        return self.model in ("azimuthal", "hybrid"), self.model == "azimuthal"


class Bench:
    """The frame and its corrections, as arrays for pyFAI and as files for the command."""

    def __init__(self, program, seed=1):
        self.program, rng = program, numpy.random.default_rng(seed)
        self.poni = program.folder / "turned.poni"
        config = json.dumps({"orientation": 3})
        place = "Distance: 0.1\nPoni1: 0.011\nPoni2: 0.043\nRot1: 0.1\nRot2: -0.05\nRot3: 0.02\nWavelength: 1e-10\n"
        self.poni.write_text(f"poni_version: 2.1\nDetector: Pilatus100k\nDetector_config: {config}\n{place}")
        self.ai = pyFAI.load(str(self.poni))
        self.shape = self.ai.detector.shape
        theta = self.ai.center_array(self.shape, unit="2th_rad", scale=False)
        self.image = rng.poisson(60 + 40 * numpy.cos(60 * theta)).astype("uint32")
        self.image[rng.random(self.shape) < 0.01] *= 30
        self.arrays = {
            "dark": rng.poisson(9, self.shape).astype("float32"),
            "flat": (0.8 + 0.4 * rng.random(self.shape)).astype("float32"),
            "absorption": (0.6 + 0.4 * rng.random(self.shape)).astype("float32"),
            "variance": (1 + 90 * rng.random(self.shape)).astype("float32"),
            "mask": (rng.random(self.shape) < 0.05).astype("uint8"),
        }
        self.files = {name: program.save(name, array) for name, array in self.arrays.items()}
        self.factor, self.polarization, self.turned, self.dummy = 3.7, 0.95, (0.95, numpy.radians(17)), (60, 2)
        self.engines = {}
        self.use(self.image)

    def use(self, image):
        """Takes another frame for those that follow."""
        self.frame, self.file = image, self.program.save("frame", image)

    def ours(self, setting, *options):
        parts, given = setting.parts, ["--split", setting.split, "--unit", setting.unit, "--mode", setting.mode]
        given += ["--errors", setting.kind] if setting.model != "none" else []
        given += ["--variance", self.files["variance"]] if setting.model == "variance" else ["--error-model", setting.model]
        given += [text for name in ("dark", "flat", "absorption", "mask") if name in parts for text in (f"--{name}", self.files[name])]
        given += [] if "solid" in parts else ["--no-solid-angle"]
        given += ["--polarization", self.polarization] if "polarization" in parts else []
        given += ["--polarization", f"{self.turned[0]},{numpy.degrees(self.turned[1])}"] if "turned" in parts else []
        given += ["--normalization", self.factor] if "factor" in parts else []
        given += ["--dummy", self.dummy[0], "--delta-dummy", self.dummy[1]] if "dummies" in parts else []
        return self.program.integrate(self.file, self.poni, "--bins", BINS, *given, *options)

    def given(self, setting):
        """The same for pyFAI's integrator."""
        parts, given = setting.parts, {name: self.arrays[name] for name in ("dark", "flat", "absorption") if name in setting.parts}
        given |= {"variance": self.arrays["variance"]} if setting.model == "variance" else {}
        given |= {} if setting.model in ("none", "variance") else {"error_model": setting.model}
        given["correctSolidAngle"] = "solid" in parts
        given["polarization_factor"] = self.polarization if "polarization" in parts else list(self.turned) if "turned" in parts else None
        given["normalization_factor"] = self.factor if "factor" in parts else 1.0
        given["mask"] = self.mask(setting)
        given |= dict(zip(("dummy", "delta_dummy"), self.dummy)) if "dummies" in parts else {}
        return given

    def mask(self, setting):
        own = numpy.zeros(self.shape, "int8") if self.ai.detector.mask is None else self.ai.detector.mask.astype("int8")
        return own | self.arrays["mask"].astype("int8") if "mask" in setting.parts else own

    def geometric(self, parts):
        """Solid angle and polarization, as pyFAI's arrays."""
        given = {"solidangle": self.ai.solidAngleArray(self.shape)} if "solid" in parts else {}
        factor = self.polarization if "polarization" in parts else list(self.turned) if "turned" in parts else None
        return given | ({} if factor is None else {"polarization": self.ai.polarization(self.shape, factor)})

    def engine(self, setting):
        """pyFAI's matrix of shares."""
        key = (setting.split, setting.unit, "mask" in setting.parts)
        if key not in self.engines:
            mask, unit = self.mask(setting), pyFAI.units.to_unit(setting.unit)
            if setting.split == "full":
                self.engines[key] = full_splitting(self.ai, self.shape, BINS, unit, mask)
            else:
                self.engines[key] = self.ai.setup_sparse_integrator(self.shape, BINS, mask, unit=unit, split=setting.split, algo="CSR")
        return self.engines[key]

    def as_it_is(self, setting):
        """pyFAI's result for the same."""
        given = self.given(setting) | {"unit": setting.unit, "method": (setting.split, "csr", "cython")}
        if setting.mode == "mean":
            return self.ai.integrate1d(self.frame, BINS, **given)
        if setting.mode == "sigma-clip":
            return self.ai.sigma_clip(self.frame, BINS, thres=5.0, max_iter=5, **given)
        return self.ai.medfilt1d_ng(self.frame, BINS, percentile=MODES[setting.mode], **given)

    def well_conditioned(self, setting):
        """pyFAI's mean by full splitting with better corners."""
        given, dummies = self.given(setting), {} if "dummies" in setting.parts else self.detector_dummies()
        kept = {name: given[name] for name in ("dark", "flat", "absorption", "variance", "dummy", "delta_dummy", "normalization_factor") if name in given}
        model = pyFAI.containers.ErrorModel.parse("no" if setting.model == "none" else setting.model)
        return self.engine(setting).integrate_ng(self.frame, error_model=model, **kept, **dummies, **self.geometric(setting.parts))

    def detector_dummies(self):
        dummy, delta = self.ai.detector.get_dummies(self.frame)
        return {} if dummy is None else {"dummy": dummy, "delta_dummy": delta}

    def defined(self, setting):
        """Intensity, error and count by the definition; for percentiles the count of those that they are taken from, and 0 where
        rounding decides."""
        arrays, parts = self.geometric(setting.parts), setting.parts
        norm = numpy.ones(self.shape)
        for array in [*arrays.values(), *(self.arrays[name] for name in ("flat", "absorption") if name in parts)]:
            norm = norm * array.astype(float)
        dark = self.arrays["dark"] if "dark" in parts else None
        variance = self.arrays["variance"] if setting.model == "variance" else None
        dummy = dict(zip(("dummy", "delta_dummy"), self.dummy)) if "dummies" in parts else self.detector_dummies()
        masked = ~numpy.isfinite(self.frame.astype(float))
        if dummy:
            masked |= numpy.abs(self.frame.astype(float) - float(dummy["dummy"])) <= dummy["delta_dummy"]
        entries = Definition(self.engine(setting)).parts(self.frame, norm, dark, variance, masked)
        number = entries.sum(entries.share)
        clips, writes = setting.by_spread
        if setting.mode == "sigma-clip":
            entries = entries.clipped(clips)
            number = entries.sum(entries.share)
        elif setting.mode != "mean":
            entries = entries.between(*MODES[setting.mode])
        factor = self.factor if "factor" in parts else 1.0
        number[entries.undecided] = 0
        return entries.mean() / factor, entries.errors(writes, setting.kind) / factor, number


def triple(result, kind):
    return result.intensity, getattr(result, kind), result.count


def reference(bench, setting):
    """Intensity, error and count to compare with; those of pyFAI as it is; what the first are, and why they are others."""
    as_is = triple(bench.as_it_is(setting), setting.kind)
    if (setting.mode, setting.model) == ("sigma-clip", "none"):
        counting = dataclasses.replace(setting, model="poisson")
        return bench.defined(counting), as_is, DEFINITION, NO_MODEL
    if setting.mode in ("median", "percentile:10,90"):
        return bench.defined(setting), as_is, DEFINITION, SORTED_IN_32_BITS
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
