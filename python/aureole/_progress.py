"""Progress of a run: a bar of tqdm's where that is installed, in notebooks and terminals."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress(wanted: bool | Callable[[int, int | None], Any] | None, frames: int | None):
    """A function to call with the number of frames done, or None for none.

    ``wanted``: a function of (frames done, frames in all, None where nobody knows); True for a bar; None for a bar where someone looks.
    """
    if callable(wanted):
        yield lambda done: wanted(done, frames)
        return
    bar = _bar(frames) if wanted or (wanted is None and _someone_looks()) else None
    if bar is None:
        yield None
        return
    with bar:
        yield lambda done: bar.update(done - bar.n)


def _bar(frames: int | None) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=frames, unit="frame", dynamic_ncols=True)


def _someone_looks() -> bool:
    return "ipykernel" in sys.modules or sys.stderr.isatty()
