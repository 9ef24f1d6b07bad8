"""The patterns of a stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import _display
from ._results import Integrate1dResult, Integrate2dResult
from ._units import Unit


@dataclass(frozen=True)
class Pattern:
    """The pattern or cake of one frame."""

    #: Number of the frame in the stack, from 0.
    frame: int
    #: Centres of the bins, float64 (bins), in ``unit``.
    radial: np.ndarray
    #: Counts a pixel after corrections, float32 (bins), of a cake (azimuthal, radial); NaN in bins without pixels.
    intensity: np.ndarray
    #: Standard errors of the mean, as the intensities; None without an error model.
    sigma: np.ndarray | None
    #: Unit of the radial axis.
    unit: Unit
    #: Centres of a cake's azimuthal bins, in ``azimuthal_unit``.
    azimuthal: np.ndarray | None = None
    azimuthal_unit: Unit | None = None
    #: Why the frame could not be integrated (its numbers are NaN then); None if it was.
    error: str | None = None

    def result(self) -> Integrate1dResult | Integrate2dResult:
        """The same as the result of an integrator: ``radial, intensity = pattern.result()``."""
        sigma = [] if self.sigma is None else [self.sigma]
        if self.azimuthal is None:
            one = Integrate1dResult([self.radial, self.intensity, *sigma])
            one.unit = self.unit
        else:
            one = Integrate2dResult([self.intensity, self.radial, self.azimuthal, *sigma])
            one.azimuthal, one.radial_unit, one.azimuthal_unit = self.azimuthal, self.unit, self.azimuthal_unit
        one.radial, one.intensity, one.sigma, one.error = self.radial, self.intensity, self.sigma, self.error
        one.error_model, one.compute_engine = ("" if self.sigma is not None else None), f"frame {self.frame}"
        return one

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draws it with matplotlib, into ``ax`` or axes of its own, which it returns."""
        return _display.plot_result(self.result(), ax, options)

    def _repr_html_(self) -> str:
        return _display.result(self.result())


@dataclass(frozen=True)
class Patterns:
    """The patterns or cakes of consecutive frames, by one recipe. Iterating gives each frame's :class:`Pattern`."""

    #: Name of the recipe.
    name: str
    #: Numbers of the frames in the stack.
    frames: range
    #: Centres of the bins, float64 (bins), in ``unit``.
    radial: np.ndarray
    #: Counts a pixel after corrections, float32 (frames, bins), of cakes (frames, azimuthal, radial).
    intensity: np.ndarray
    #: Standard errors of the mean, as the intensities; None without an error model.
    sigma: np.ndarray | None
    unit: Unit
    azimuthal: np.ndarray | None
    azimuthal_unit: Unit | None
    #: Edges of the bins, one more than centres.
    radial_edges: np.ndarray
    azimuthal_edges: np.ndarray | None
    #: Σ c·n and Σ c of each bin, float64: one of all frames, or of each where frames mask pixels of their own.
    sum_normalization: np.ndarray
    count: np.ndarray
    #: Σ c·(raw − dark) and Σ c²·variance, float64, as the intensities; None unless the sums were asked for.
    sum_signal: np.ndarray | None
    sum_variance: np.ndarray | None
    #: uint8 (frames): 1 done, 2 failed.
    status: np.ndarray
    #: Why frames failed, by their numbers.
    reasons: dict[int, str]
    #: What the run did: frames, failed, seconds and more.
    summary: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, row: int) -> Pattern:
        frame = self.frames[row]
        return Pattern(
            frame,
            self.radial,
            self.intensity[row],
            None if self.sigma is None else self.sigma[row],
            self.unit,
            self.azimuthal,
            self.azimuthal_unit,
            self.reasons.get(frame),
        )

    def __iter__(self) -> Iterator[Pattern]:
        return (self[row] for row in range(len(self)))

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draws all patterns as one image (a single one as a curve) with matplotlib, into ``ax`` or axes of its own."""
        return _display.plot_patterns(self, ax, options)

    def _repr_html_(self) -> str:
        return _display.patterns(self)

    def __repr__(self) -> str:
        bins = " x ".join(map(str, self.intensity.shape[1:]))
        failed = f", {len(self.reasons)} failed" if self.reasons else ""
        return f"<aureole.Patterns: {len(self)} frames x {bins} bins in {self.unit}{failed}>"


def of_columns(
    about: dict[str, Any],
    values: dict[str, Any],
    frames: range,
    columns: dict[str, Any],
    summary: dict[str, Any],
) -> Patterns:
    """The patterns of one recipe: what is known of it, its columns, and what the run says of all recipes."""
    radial, azimuthal = about["radial"], about["azimuthal"]
    return Patterns(
        name=about["name"],
        frames=frames,
        radial=radial["centres"],
        intensity=values["intensity"],
        sigma=values["errors"],
        unit=Unit.of_axis(radial),
        azimuthal=azimuthal and azimuthal["centres"],
        azimuthal_unit=azimuthal and Unit.of_axis(azimuthal),
        radial_edges=radial["edges"],
        azimuthal_edges=azimuthal and azimuthal["edges"],
        sum_normalization=values["norm"],
        count=values["count"],
        sum_signal=values["signal"],
        sum_variance=values["variance"],
        status=columns["status"],
        reasons=columns["reasons"],
        summary=summary,
    )
