"""How results look in a notebook: a line or an image drawn as SVG, without further packages; plots by matplotlib."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ._patterns import Patterns
    from ._results import _Result

WIDTH, HEIGHT, MARGIN = 560, 200, 44
#: Cakes and stacks are drawn with no more cells than this along each axis.
CELLS = 140


def result(one: _Result) -> str:
    """A pattern or a cake."""
    if one.intensity.ndim == 2:
        picture = _image(one.intensity, one.radial, one.azimuthal)
        axes = f"{len(one.azimuthal)} x {len(one.radial)} bins, {one.azimuthal_unit.label} and {one.radial_unit.label}"
    else:
        picture = _curve(one.radial, one.intensity)
        axes = f"{len(one.radial)} bins, {one.unit.label}"
    said = [axes, one.compute_engine]
    if one.error_model:
        said.append(f"errors: {one.error_model}")
    if one.error:
        said.append(f"failed: {one.error}")
    return _figure(picture, said)


def patterns(all_of_them: Patterns) -> str:
    """A stack: its only pattern, or all of them, frames upwards."""
    intensity, axis = all_of_them.intensity, all_of_them.radial
    flat = intensity if intensity.ndim == 2 else np.nanmean(intensity, axis=1) if len(intensity) else intensity[:, 0]
    frames = np.arange(all_of_them.frames.start, all_of_them.frames.stop)
    picture = _curve(axis, flat[0]) if len(flat) == 1 else _image(flat, axis, frames)
    failed = len(all_of_them.reasons)
    said = [f"{len(frames)} frames x {' x '.join(map(str, intensity.shape[1:]))} bins", all_of_them.unit.label]
    said.append(f"{failed} failed" if failed else "none failed")
    return _figure(picture, said)


def _figure(picture: str, said: list[str]) -> str:
    return f"<figure style='margin:0'>{picture}<figcaption>{html.escape(' · '.join(said))}</figcaption></figure>"


def _svg(inside: str, x: np.ndarray, low: float, high: float) -> str:
    right, bottom = WIDTH - 8, HEIGHT - 22
    ticks = [
        (MARGIN, HEIGHT - 6, "start", x[0]),
        (right, HEIGHT - 6, "end", x[-1]),
        (MARGIN - 4, 14, "end", high),
        (MARGIN - 4, bottom, "end", low),
    ]
    texts = "".join(f"<text x='{px}' y='{py}' text-anchor='{at}'>{value:.4g}</text>" for px, py, at, value in ticks)
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' font-size='11' font-family='sans-serif' fill='#555'>"
        f"{inside}<rect x='{MARGIN}' y='6' width='{right - MARGIN}' height='{bottom - 6}' fill='none' stroke='#999'/>"
        f"{texts}</svg>"
    )


def _curve(x: np.ndarray, y: np.ndarray) -> str:
    good = np.isfinite(y)
    if not good.any():
        return "<p>no bin has a value</p>"
    low, high = float(y[good].min()), float(y[good].max())
    px = MARGIN + (x - x[0]) / ((x[-1] - x[0]) or 1.0) * (WIDTH - 8 - MARGIN)
    py = HEIGHT - 22 - (y - low) / ((high - low) or 1.0) * (HEIGHT - 28)
    parts, pen = [], "M"
    for at, (a, b) in enumerate(zip(px, py, strict=True)):
        parts.append(f"{pen}{a:.1f} {b:.1f}" if good[at] else "")
        pen = "L" if good[at] else "M"
    return _svg(f"<path d='{''.join(parts)}' fill='none' stroke='#1f5fa8' stroke-width='1.2'/>", x, low, high)


def _image(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> str:
    rows = np.unique(np.linspace(0, values.shape[0] - 1, CELLS).astype(int))
    columns = np.unique(np.linspace(0, values.shape[1] - 1, CELLS).astype(int))
    shown = values[np.ix_(rows, columns)].astype(float)
    good = np.isfinite(shown)
    if not good.any():
        return "<p>no bin has a value</p>"
    # From percentile to percentile: next to a single strong peak nothing else would be seen.
    low, high = np.percentile(shown[good], [1, 99])
    level = np.clip((shown - low) / ((high - low) or 1.0), 0, 1)
    width, height = (WIDTH - 8 - MARGIN) / len(columns), (HEIGHT - 28) / len(rows)
    cells = []
    for (row, column), value in np.ndenumerate(level):
        if good[row, column]:
            grey = 225 - int(205 * value)
            at = f"x='{MARGIN + column * width:.1f}' y='{6 + (len(rows) - 1 - row) * height:.1f}'"
            size = f"width='{width + 0.3:.1f}' height='{height + 0.3:.1f}'"
            cells.append(f"<rect {at} {size} fill='rgb({grey},{grey},{min(255, grey + 30)})'/>")
    return _svg("".join(cells), x, float(y[0]), float(y[-1]))


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
