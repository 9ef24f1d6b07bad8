"""A small frame with every correction, for both programs: rings with counting noise and 1% of far too bright pixels, on a turned
detector with the beam inside."""

import dataclasses
import json

import numpy
import pyFAI

from .conditioned import full_splitting
from .definition import Definition

BINS, CAKE_BINS = 120, (30, 12)
SPLITS = ("no", "bbox", "full")
# The percentiles of those that are such.
MODES = {"mean": None, "sigma-clip": None, "median": (50, 50), "percentile:10,90": (10, 90)}
UNITS = ("q_nm^-1", "2th_deg", "r_mm")
MODELS = ("none", "poisson", "variance", "azimuthal", "hybrid")
# What a correction adds to a run without any.
CORRECTIONS = {
    "none": (), "solid angle": ("solid",), "polarization": ("polarization",), "polarization with offset": ("turned",),
    "dark": ("dark",), "flat": ("flat",), "absorption": ("absorption",), "normalization": ("factor",), "dummies": ("dummies",),
    "mask": ("mask",), "all together": ("solid", "turned", "dark", "flat", "absorption", "factor", "dummies", "mask"),
}


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
        return self.program.integrate(self.file, self.poni, *given, *(options or ("--bins", BINS)))

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

    def cake(self, setting):
        """The command's cake of the same."""
        return self.ours(setting, "--bins", CAKE_BINS[0], "--azimuthal-bins", CAKE_BINS[1])

    def cake_as_it_is(self, setting):
        """pyFAI's."""
        return self.ai.integrate2d(self.frame, *CAKE_BINS, unit=setting.unit, method=(setting.split, "csr", "cython"), **self.given(setting))

    def cake_defined(self, setting):
        """Intensity, error and count of a cake by the definition."""
        both = pyFAI.units.to_unit(setting.unit), pyFAI.units.to_unit("chi_deg")
        engine = self.ai.setup_sparse_integrator(self.shape, CAKE_BINS, self.mask(setting), unit=both, split=setting.split, algo="CSR",
                                                 scale=False)
        return [values.reshape(CAKE_BINS).T for values in self.defined(setting, engine)]

    def defined(self, setting, engine=None):
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
        entries = Definition(engine or self.engine(setting)).parts(self.frame, norm, dark, variance, masked)
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
