"""Small SVG pictures for notebooks: curves with a band, images with a bar of colours; in the colour of the page's text."""

from __future__ import annotations

import base64
import html
import math
import struct
import zlib
from collections.abc import Sequence

import numpy as np

WIDTH, HEIGHT = 600, 250
LEFT, RIGHT, TOP, BOTTOM = 66, 14, 10, 46
#: Room on the right for a bar of colours and its numbers.
BAR = 74
#: Images have no more cells than this, upwards and to the right.
CELLS = (200, 400)
#: Curves have no more points than twice this: the least and the greatest of each part.
PARTS = 600
#: Dark blue to yellow in steps that eyes of all kinds see as equal (the map of colours named viridis), and what lies between.
COLOURS = [
    (68, 1, 84),
    (71, 44, 122),
    (59, 81, 139),
    (44, 113, 142),
    (33, 144, 141),
    (39, 173, 129),
    (92, 200, 99),
    (170, 220, 50),
    (253, 231, 37),
]
#: The step of cells without a value, which are transparent.
EMPTY = 255


def curve(x: np.ndarray, y: np.ndarray, sigma: np.ndarray | None, labels: tuple[str, str]) -> str:
    """A curve with the band of its errors; empty bins are gaps."""
    good = np.isfinite(y) & np.isfinite(x)
    if not good.any():
        return nothing()
    rows = _extremes(y, good)
    x, y, good = x[rows], y[rows].astype(float), good[rows]
    low, high = _room(y[good])
    right, down = _scale(x[good].min(), x[good].max(), LEFT, WIDTH - RIGHT), _scale(low, high, HEIGHT - BOTTOM, TOP)
    inside = []
    if sigma is not None:
        error = np.where(np.isfinite(sigma[rows]), sigma[rows], 0.0).astype(float)
        for part in _parts(good):
            upper = _points(right(x[part]), np.clip(down(y[part] + error[part]), TOP, HEIGHT - BOTTOM))
            lower = _points(right(x[part]), np.clip(down(y[part] - error[part]), TOP, HEIGHT - BOTTOM))
            outline = "L".join(upper + lower[::-1])
            inside.append(f"<path d='M{outline}Z' fill='#2f7fc4' fill-opacity='.28' stroke='none'/>")
    for part in _parts(good):
        line = "L".join(_points(right(x[part]), down(y[part])))
        # A bin alone is a dot.
        drawn = f"M{line}" if part.stop - part.start > 1 else f"M{line}h.01"
        inside.append(
            f"<path class='curve' d='{drawn}' fill='none' stroke='#2f7fc4' stroke-width='1.3' stroke-linecap='round'/>"
        )
    return _axes("".join(inside), (x[good].min(), x[good].max()), (low, high), labels, WIDTH - RIGHT)


def image(values: np.ndarray, x: np.ndarray, y: np.ndarray, labels: tuple[str, str]) -> str:
    """Cells as colours, the first row at the bottom; cells without a value are not drawn."""
    cells = _fewer(_fewer(np.asarray(values), CELLS[0], 0), CELLS[1], 1)
    good = np.isfinite(cells)
    if not good.any():
        return nothing()
    # From percentile to percentile: next to a single strong peak nothing else would be seen.
    low, high = (float(value) for value in np.percentile(cells[good], [1, 99]))
    level = np.clip((np.where(good, cells, low) - low) / ((high - low) or 1.0), 0, 1)
    steps = np.where(good, np.round(level * (EMPTY - 1)), EMPTY).astype(np.uint8)[::-1]
    end = WIDTH - BAR
    width, height = end - LEFT, HEIGHT - BOTTOM - TOP
    place = f"x='{LEFT}' y='{TOP}' width='{width}' height='{height}' preserveAspectRatio='none'"
    bar = np.arange(EMPTY - 1, -1, -1, dtype=np.uint8)[:, None]
    at = f"x='{end + 12}' y='{TOP}' width='12' height='{height}' preserveAspectRatio='none'"
    inside = (
        f"<image {place} style='image-rendering:pixelated' href='{_png(steps)}'/><image {at} href='{_png(bar)}'/>"
        f"{_text(end + 28, TOP + 9, 'start', _number(high))}{_text(end + 28, HEIGHT - BOTTOM, 'start', _number(low))}"
    )
    half_x, half_y = _half(x), _half(y)
    return _axes(inside, (x[0] - half_x, x[-1] + half_x), (y[0] - half_y, y[-1] + half_y), labels, end)


def nothing() -> str:
    """What stands where there is nothing to draw."""
    return "<p>no bin has a value</p>"


def _axes(inside: str, x: tuple[float, float], y: tuple[float, float], labels: tuple[str, str], right: int) -> str:
    """A frame with ticks at round numbers around what is drawn."""
    bottom = HEIGHT - BOTTOM
    marks, texts = [], []
    for value in _ticks(*x):
        at = _scale(*x, LEFT, right)(value)
        marks.append(f"M{at:.1f} {bottom}v4")
        texts.append(_text(at, bottom + 17, "middle", _number(value)))
    for value in _ticks(*y):
        at = _scale(*y, bottom, TOP)(value)
        marks.append(f"M{LEFT} {at:.1f}h-4")
        texts.append(_text(LEFT - 7, at + 4, "end", _number(value)))
    texts.append(_text((LEFT + right) / 2, HEIGHT - 8, "middle", labels[0]))
    middle = (TOP + bottom) / 2
    turned = f"transform='rotate(-90 12 {middle})'"
    texts.append(_text(12, middle, "middle", labels[1], turned))
    frame = f"<path d='M{LEFT} {TOP}H{right}V{bottom}H{LEFT}Z{''.join(marks)}' fill='none' stroke='currentColor' stroke-opacity='.6'/>"
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' "
        "style='max-width:100%;height:auto' font-size='11' font-family='DejaVu Sans,Verdana,sans-serif' fill='currentColor' "
        f"role='img'>{inside}{frame}{''.join(texts)}</svg>"
    )


def _text(x: float, y: float, anchor: str, text: str, more: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' {more}>{html.escape(text)}</text>"


def _scale(first: float, last: float, start: float, end: float):
    """From values between two ends to places between two others."""
    width = (last - first) or 1.0
    return lambda value: start + (value - first) / width * (end - start)


def _room(values: np.ndarray) -> tuple[float, float]:
    """The ends of the vertical axis, a little beyond the values."""
    low, high = float(values.min()), float(values.max())
    beyond = 0.05 * (high - low) or 1.0
    return low - beyond, high + beyond


def _half(axis: np.ndarray) -> float:
    """Half the distance of neighbours."""
    return float(axis[-1] - axis[0]) / (2 * (len(axis) - 1)) if len(axis) > 1 else 0.5


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends, about five of them."""
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return []
    low, high = min(low, high), max(low, high)
    decade = 10.0 ** math.floor(math.log10((high - low) / 5))
    step = next(step for step in (decade, 2 * decade, 5 * decade, 10 * decade) if (high - low) / step <= 6)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def _points(x: np.ndarray, y: np.ndarray) -> list[str]:
    return [f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)]


def _parts(good: np.ndarray) -> list[slice]:
    """Runs of neighbours that have values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], good.astype(np.int8), [0]))))
    return [slice(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def _extremes(y: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Which points to draw of many: the least and the greatest of each part, so that no spike is lost, and one of each gap."""
    if len(y) <= 2 * PARTS:
        return np.arange(len(y))
    kept: list[int] = []
    for part in np.array_split(np.arange(len(y)), PARTS):
        there = part[good[part]]
        chosen = [there[np.argmin(y[there])], there[np.argmax(y[there])]] if len(there) else [part[0]]
        kept.extend(sorted({int(row) for row in chosen}))
    return np.array(kept)


def _fewer(values: np.ndarray, most: int, axis: int) -> np.ndarray:
    """Means of neighbours along an axis, so that no more than ``most`` are left; NaN where all are."""
    count = values.shape[axis]
    if count <= most:
        return values
    starts = np.arange(most) * count // most
    good = np.isfinite(values)
    total = np.add.reduceat(np.where(good, values, 0.0), starts, axis, dtype=float)
    number = np.add.reduceat(good, starts, axis, dtype=np.int64)
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)


def _png(steps: np.ndarray) -> str:
    """Steps of the map of colours (rows, columns) as an address that holds the image: PNG with a palette."""
    height, width = steps.shape
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = steps
    where = np.linspace(0, len(COLOURS) - 1, EMPTY)
    palette = np.zeros((256, 3), np.uint8)
    for channel in range(3):
        palette[:EMPTY, channel] = np.round(np.interp(where, np.arange(len(COLOURS)), [c[channel] for c in COLOURS]))
    chunks: Sequence[tuple[bytes, bytes]] = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"tRNS", b"\xff" * EMPTY + b"\0"),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    ]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return "data:image/png;base64," + base64.b64encode(data).decode()
