"""Azimuthal integration of X-ray detector images, as fast as they can be read.

One image, as with pyFAI::

    import aureole
    ai = aureole.load("lab6.poni")
    radial, intensity = ai.integrate1d(image, 1000, unit="2th_deg")

A stack of frames in HDF5 files, by any of the parallel layouts::

    patterns = aureole.integrate("scan_master.h5", poni="lab6.poni", bins=1000)
    patterns.plot()

Frames that are still being computed::

    for pattern in aureole.stream("scan_master.h5", poni="lab6.poni"):
        print(pattern.frame, pattern.intensity.max())

Units of all arrays are in their docstrings: positions in the unit asked for, intensities in counts a pixel after corrections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

#: What the package offers, by the module that holds it: they are loaded when first used, so that the command starts at once.
_HOMES = {
    "load": "_integrator",
    "Integrator": "_integrator",
    "AzimuthalIntegrator": "_integrator",
    "integrate": "_stack",
    "stream": "_stack",
    "LAYOUTS": "_stack",
    "Patterns": "_patterns",
    "Pattern": "_patterns",
    "Integrate1dResult": "_results",
    "Integrate2dResult": "_results",
    "Unit": "_units",
    "verify": "_verify",
    "Report": "_verify",
    "read_image": "_native",
    "__version__": "_native",
}

__all__ = [
    "LAYOUTS",
    "AzimuthalIntegrator",
    "Integrate1dResult",
    "Integrate2dResult",
    "Integrator",
    "Pattern",
    "Patterns",
    "Report",
    "Unit",
    "__version__",
    "integrate",
    "load",
    "read_image",
    "stream",
    "verify",
]

if TYPE_CHECKING:
    from ._integrator import AzimuthalIntegrator, Integrator, load
    from ._native import __version__, read_image
    from ._patterns import Pattern, Patterns
    from ._results import Integrate1dResult, Integrate2dResult
    from ._stack import LAYOUTS, integrate, stream
    from ._units import Unit
    from ._verify import Report, verify


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'aureole' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
