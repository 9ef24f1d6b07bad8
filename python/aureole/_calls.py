"""One call of an integrator: its arguments as a recipe, the plan for it, and the result with pyFAI's attributes."""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _native, _recipe
from ._results import Integrate2dResult
from ._units import Unit

if TYPE_CHECKING:
    from ._integrator import Integrator


def arguments(integrator: Integrator, bins: int, unit: Any, given: dict[str, Any]) -> _recipe.Arguments:
    """What patterns and cakes have in common, as a recipe; ``given`` are the arguments of the call by their names."""
    recipe = _recipe.Arguments(integrator._geometry, bins, unit)
    factor, offset = _recipe.polarization(given["polarization_factor"])
    recipe.put("split", _recipe.split(given["method"]))
    recipe.put("error_model", _recipe.error_model(given["error_model"], given["variance"]))
    recipe.put("radial_range", _recipe.pair("radial_range", given["radial_range"]))
    recipe.put("azimuth_range", _recipe.pair("azimuth_range", given["azimuth_range"]))
    recipe.put("solid_angle", bool(given["correctSolidAngle"]))
    recipe.put("polarization", factor)
    recipe.put("polarization_offset", offset)
    recipe.put("dummy", None if given["dummy"] is None else float(given["dummy"]))
    recipe.put("delta_dummy", None if given["delta_dummy"] is None else float(given["delta_dummy"]))
    recipe.image("mask", _recipe.joined_masks(integrator.mask, given["mask"]))
    recipe.image("dark", integrator.darkcurrent if given["dark"] is None else given["dark"])
    recipe.image("flat", integrator.flatfield if given["flat"] is None else given["flat"])
    recipe.image("absorption", given["absorption"])
    if given["variance"] is not None:
        recipe.put("variance", "attached:frames")
    return recipe


class Call:
    """A call: the integrator, what it was given, and the recipe that this makes."""

    def __init__(self, integrator: Integrator, given: dict[str, Any], recipe: _recipe.Arguments) -> None:
        self.integrator, self.given, self.recipe = integrator, given, recipe

    def result(self, data: Any, kind: type, called: str) -> Any:
        """Integrates an image (rows, columns)."""
        given, image = self.given, _recipe.pixels(data)
        if image.ndim != 2:
            raise ValueError(f"data: an array of {image.ndim} dimensions; an image (rows, columns) is needed")
        variance = None if given["variance"] is None else _recipe.pixels(given["variance"], "variance")
        if variance is not None and variance.shape != image.shape:
            raise ValueError(f"variance: its shape is {variance.shape}, the image has {image.shape}")
        normalization = float(given["normalization_factor"])
        job = self._job(image, variance)
        columns = self._integrate(job, image, variance, sums=True)
        result = self._named(kind, job, columns)
        result.normalization_factor, result.metadata = normalization, given["metadata"]
        result.sum_normalization = result.sum_normalization * normalization
        result.polarization_factor, result.method_called = given["polarization_factor"], called
        if result.error_model:
            result._deviations = lambda: self._standard_deviations(image, variance)
        if given["filename"] is not None:
            result.save(given["filename"])
        return result

    def _job(self, image: np.ndarray, variance: np.ndarray | None) -> _native.Job:
        """The plan for images of this kind: one that is there, or a new one."""
        execution = {"layout": self.integrator.layout, "threads": self.integrator.threads}
        spec = json.dumps({"version": 1, "inputs": [], "recipes": [self.recipe.recipe], "execution": execution})
        kinds = (image.shape, image.dtype.name, None if variance is None else variance.dtype.name)
        return self.integrator._plans.job(
            (spec, *kinds),
            self.recipe.arrays,
            lambda own: _native.Job.of_arrays(spec, kinds[0], kinds[1], own, kinds[2]),
        )

    def _integrate(
        self,
        job: _native.Job,
        image: np.ndarray,
        variance: np.ndarray | None,
        sums: bool,
    ) -> dict[str, Any]:
        normalization = float(self.given["normalization_factor"])
        frames = None if variance is None else variance[None]
        return job.integrate(image[None], frames, normalization if normalization != 1.0 else None, sums)

    def _named(self, kind: type, job: _native.Job, columns: dict[str, Any]) -> Any:
        """The only frame of some columns, with the names that pyFAI gives them."""
        values, about, recipe = columns["recipes"][0], job.recipes()[0], self.recipe.recipe
        intensity = self._filled(values["intensity"][0])
        sigma = None if values["errors"] is None else self._filled(values["errors"][0])
        errors = [] if sigma is None else [sigma]
        radial = about["radial"]["centres"]
        if kind is Integrate2dResult:
            azimuthal = about["azimuthal"]["centres"]
            result = kind([intensity, radial, azimuthal, *errors])
            result.azimuthal = azimuthal
            result.radial_unit, result.azimuthal_unit = Unit.of_axis(about["radial"]), Unit.of_axis(about["azimuthal"])
        else:
            result = kind([radial, intensity, *errors])
            result.unit = Unit.of_axis(about["radial"])
        result.radial, result.intensity, result.sigma = radial, intensity, sigma
        result.sum_signal = values["signal"][0]
        result.sum_variance = None if values["variance"] is None else values["variance"][0]
        # One of each frame, where it masks pixels of its own; else the plan's.
        result.sum_normalization = values["norm"].reshape(intensity.shape)
        result.count = values["count"].reshape(intensity.shape)
        result.error = columns["reasons"].get(0)
        result.error_model = None if recipe["error_model"] == "none" else recipe["error_model"]
        result.has_mask_applied = "provided" if "mask" in recipe else "from detector" if about["masked"] else False
        result.has_dark_correction, result.has_flat_correction = "dark" in recipe, "flat" in recipe
        result.has_solidangle_correction = recipe["solid_angle"]
        result.method, result.dummy, result.poni = about["split"], self.integrator.empty, self.integrator.poni
        _, threads, isa = job.layout
        result.compute_engine = f"aureole {_native.__version__}, {about['split']} splitting, {threads} threads, {isa}"
        return result

    def _filled(self, values: np.ndarray) -> np.ndarray:
        """Values with what bins without pixels are to hold."""
        if not np.isnan(self.integrator.empty):
            values[np.isnan(values)] = self.integrator.empty
        return values

    def _standard_deviations(self, image: np.ndarray, variance: np.ndarray | None) -> np.ndarray:
        """Standard deviations of a pixel, in place of standard errors of the mean."""
        other = copy(self.recipe)
        other.recipe = {**other.recipe, "errors": "std"}
        call = Call(self.integrator, self.given, other)
        columns = call._integrate(call._job(image, variance), image, variance, sums=False)
        return self._filled(columns["recipes"][0]["errors"][0])
