"""The jobs of an integrator that were made ready, kept for the next image of the same kind."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from . import _native

#: Plans that are kept: an Eiger 4M takes some 100 MB each.
KEPT = 6


class Plans:
    """A few jobs by description and arrays. Arrays count by what is in them: one that was changed makes another plan."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple, list[tuple[dict[str, np.ndarray], _native.Job]]] = OrderedDict()

    def job(
        self,
        key: tuple,
        arrays: dict[str, np.ndarray],
        make: Callable[[dict[str, np.ndarray]], _native.Job],
    ) -> _native.Job:
        """The job of ``key`` (all that describes it) and ``arrays``: one that is there, or else by ``make``."""
        # One thread makes a plan, those that want the same one wait for it; it is never changed after that.
        with self._lock:
            same_key = self._kept.setdefault(key, [])
            self._kept.move_to_end(key)
            for own, job in same_key:
                if _same(own, arrays):
                    return job
            own = {name: array.copy() for name, array in arrays.items()}
            job = make(own)
            same_key[:] = [*same_key[-1:], (own, job)]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return job


def _same(own: dict[str, np.ndarray], arrays: dict[str, np.ndarray]) -> bool:
    """Equal to the last bit."""
    if own.keys() != arrays.keys():
        return False
    pairs = [(own[name], arrays[name]) for name in own]
    return all(a.dtype == b.dtype and a.shape == b.shape and np.array_equal(_bits(a), _bits(b)) for a, b in pairs)


def _bits(array: np.ndarray) -> np.ndarray:
    return array.view(f"u{array.dtype.itemsize}")
