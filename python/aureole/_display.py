"""How results look in a notebook: a line or an image drawn as SVG, without further packages; plots by matplotlib."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _drawing

if TYPE_CHECKING:
    from ._patterns import Patterns
    from ._results import _Result

#: Reasons of failed frames are shown up to so many letters.
LONGEST = 300


def result(one: _Result) -> str:
    """A pattern or a cake."""
    if one.intensity.ndim == 2:
        picture = _drawing.image(
            one.intensity, one.radial, one.azimuthal, (one.radial_unit.label, one.azimuthal_unit.label)
        )
        axes = f"{len(one.azimuthal)} x {len(one.radial)} bins, {one.azimuthal_unit.label} and {one.radial_unit.label}"
    else:
        picture = _drawing.curve(one.radial, one.intensity, one.sigma, (one.unit.label, "intensity"))
        axes = f"{len(one.radial)} bins, {one.unit.label}"
    said = [axes, one.compute_engine]
    if one.error_model:
        said.append(f"errors: {one.error_model}")
    if one.error:
        said.append(f"failed: {one.error[:LONGEST]}")
    return _figure(picture, said)


def patterns(all_of_them: Patterns) -> str:
    """A stack: its only pattern, or all of them, frames upwards; cakes as their means over all azimuths."""
    intensity, axis, unit = all_of_them.intensity, all_of_them.radial, all_of_them.unit
    frames = np.arange(all_of_them.frames.start, all_of_them.frames.stop)
    said = [f"{len(frames)} frames x {' x '.join(map(str, intensity.shape[1:]))} bins", unit.label]
    if len(intensity) == 0:
        picture = _drawing.nothing()
    elif len(intensity) == 1 and intensity.ndim == 3:
        labels = (unit.label, all_of_them.azimuthal_unit.label)
        picture = _drawing.image(intensity[0], axis, all_of_them.azimuthal, labels)
    elif len(intensity) == 1:
        sigma = None if all_of_them.sigma is None else all_of_them.sigma[0]
        picture = _drawing.curve(axis, intensity[0], sigma, (unit.label, "intensity"))
    else:
        picture = _drawing.image(_flat(intensity), axis, frames, (unit.label, "frame"))
        said += ["means over all azimuths"] if intensity.ndim == 3 else []
    failed = len(all_of_them.reasons)
    said.append(f"{failed} failed" if failed else "none failed")
    return _figure(picture, said)


def _flat(intensity: np.ndarray) -> np.ndarray:
    """Cakes as their means over all azimuths, NaN where no bin has a value; patterns as they are."""
    if intensity.ndim == 2:
        return intensity
    good = np.isfinite(intensity)
    total, number = np.where(good, intensity, 0.0).sum(axis=1), good.sum(axis=1)
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)


def _figure(picture: str, said: list[str]) -> str:
    return f"<figure style='margin:0'>{picture}<figcaption>{html.escape(' · '.join(said))}</figcaption></figure>"


def axes(ax: Any) -> Any:
    """Axes of matplotlib's to draw in."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError('plots need matplotlib: pip install "aureole[plot]"') from None
    return pyplot.subplots()[1]


def plot_result(one: _Result, ax: Any, options: dict[str, Any]) -> Any:
    """A pattern as a curve with its errors, a cake as an image."""
    ax = axes(ax)
    if one.intensity.ndim == 2:
        mesh = ax.pcolormesh(one.radial, one.azimuthal, one.intensity, shading="nearest", **options)
        ax.figure.colorbar(mesh, ax=ax, label="intensity")
        ax.set(xlabel=one.radial_unit.label, ylabel=one.azimuthal_unit.label)
        return ax
    (line,) = ax.plot(one.radial, one.intensity, **options)
    if one.sigma is not None:
        low, high = one.intensity - one.sigma, one.intensity + one.sigma
        ax.fill_between(one.radial, low, high, color=line.get_color(), alpha=0.3, linewidth=0)
    ax.set(xlabel=one.unit.label, ylabel="intensity")
    return ax


def plot_patterns(all_of_them: Patterns, ax: Any, options: dict[str, Any]) -> Any:
    """All patterns as one image, frames upwards; a single one as a curve."""
    ax = axes(ax)
    intensity = all_of_them.intensity
    if intensity.ndim == 3:
        return plot_result(all_of_them[0].result(), ax, options)
    if len(intensity) == 1:
        ax.plot(all_of_them.radial, intensity[0], **options)
        ax.set(xlabel=all_of_them.unit.label, ylabel="intensity")
        return ax
    frames = np.arange(all_of_them.frames.start, all_of_them.frames.stop)
    mesh = ax.pcolormesh(all_of_them.radial, frames, intensity, shading="nearest", **options)
    ax.figure.colorbar(mesh, ax=ax, label="intensity")
    ax.set(xlabel=all_of_them.unit.label, ylabel="frame")
    return ax
