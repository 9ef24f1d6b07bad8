"""What runs the layouts ``dask`` and ``joblib``: engines of others, each in a file of its own.

An engine has a ``name``, a number of ``workers`` once it is open, and these methods, which native code calls:

* ``open(workers, scheduler)`` starts its workers, or finds them; it is called before every run, and does nothing when they are
  there.
* ``prepare(order)`` has its workers make the plans of an order without ranges, where that can be done beforehand.
* ``start(order)`` begins to integrate the ranges of an :class:`~aureole._engines.task.Order`, and returns what has
  ``next(timeout)``, which gives the bytes of the next range's patterns, or None when they are not there within so many
  seconds; and ``cancel()``.
* ``close()`` ends the workers that it started itself.

Neither Dask nor Joblib is imported before its engine is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import Failed, Lost, Refused

__all__ = ["Failed", "Lost", "Refused", "check", "engine"]


def engine(name: str, settings: Mapping[str, Any]) -> Any:
    """The engine of a layout, not open yet.

    Args:
        name: ``dask`` or ``joblib``.
        settings: ``send_chunks``, ``output_parts``; for Dask also ``client`` (one that is connected) and ``retries``; for Joblib also
            ``backend``.

    Raises:
        Refused: a setting has no use there.
    """
    kind = _kind(name)
    unknown = sorted(set(settings) - set(kind.SETTINGS))
    if unknown:
        raise Refused(f"{', '.join(unknown)}: layout {name} has no use for it; it takes {', '.join(kind.SETTINGS)}")
    return kind(**settings)


def check(name: str) -> None:
    """Says what is missing for an engine.

    Raises:
        Refused: it is not installed.
    """
    _kind(name).check()


def _kind(name: str) -> Any:
    if name == "dask":
        from .dask import Dask

        return Dask
    from .joblib import Joblib

    return Joblib
