"""What ``integrate1d`` and ``integrate2d`` return: tuples, with the attributes that pyFAI's results have."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _display
from ._units import Unit


class _Result(tuple):
    """The attributes that both results have."""

    #: Intensities, float32: counts a pixel after corrections; NaN (or the integrator's ``empty``) in bins without pixels.
    intensity: np.ndarray
    #: Standard errors of the mean, float32 as the intensities; None without an error model.
    sigma: np.ndarray | None
    #: Σ c·(raw − dark), float64.
    sum_signal: np.ndarray
    #: Σ c²·variance, float64; None without an error model.
    sum_variance: np.ndarray | None
    #: Σ c·n times the normalization factor, float64.
    sum_normalization: np.ndarray
    #: Σ c: pixels, parts of pixels included, float64.
    count: np.ndarray
    #: Reason why the image could not be integrated; None if it was.
    error: str | None
    error_model: str | None
    normalization_factor: float
    polarization_factor: float | None
    has_mask_applied: bool | str
    has_dark_correction: bool
    has_flat_correction: bool
    has_solidangle_correction: bool
    method: str
    method_called: str
    compute_engine: str
    metadata: Any
    poni: str
    dummy: float
    npt_azim: None = None
    percentile: None = None
    weighted_average: bool = True
    _deviations: Callable[[], np.ndarray] | None = None

    @property
    def sum(self) -> np.ndarray:
        """The same as ``sum_signal``."""
        return self.sum_signal

    @property
    def sem(self) -> np.ndarray | None:
        """The same as ``sigma``: standard errors of the mean."""
        return self.sigma

    @property
    def std(self) -> np.ndarray | None:
        """Standard deviations of a pixel, √(Σ c²·variance / Σ (c·n)²), float32; computed when first asked for."""
        if "_std" not in self.__dict__:
            self.__dict__["_std"] = self._deviations() if self._deviations else None
        return self.__dict__["_std"]

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "_std": self.std}
        state.pop("_deviations", None)
        return state

    def _repr_html_(self) -> str:
        return _display.result(self)

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draws it with matplotlib, into ``ax`` or axes of its own, which it returns."""
        return _display.plot_result(self, ax, options)


class Integrate1dResult(_Result):
    """A pattern: ``(radial, intensity)``, or ``(radial, intensity, sigma)`` with an error model."""

    #: Centres of the bins, float64 (bins), in ``unit``.
    radial: np.ndarray
    unit: Unit

    def save(self, filename: str | os.PathLike[str]) -> None:
        """Writes the columns as text, below a header of lines with ``#`` that ends in their names."""
        names = [str(self.unit), "I", *(["sigma"] if self.sigma is not None else [])]
        header = [line for line in self.poni.splitlines() if line]
        header.append(f"normalization_factor: {self.normalization_factor}")
        header.append("  ".join(names))
        np.savetxt(filename, np.column_stack(list(self)), fmt="%14.7e", header="\n".join(header))


class Integrate2dResult(_Result):
    """A cake: ``(intensity, radial, azimuthal)``, or ``(intensity, radial, azimuthal, sigma)`` with an error model."""

    #: Centres of the bins, float64 (radial bins), in ``radial_unit``.
    radial: np.ndarray
    #: Centres of the bins, float64 (azimuthal bins), in ``azimuthal_unit``.
    azimuthal: np.ndarray
    radial_unit: Unit
    azimuthal_unit: Unit

    @property
    def unit(self) -> tuple[Unit, Unit]:
        """The units of both axes, the radial one first."""
        return self.radial_unit, self.azimuthal_unit
