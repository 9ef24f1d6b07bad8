"""Geometries: a PONI file, a dictionary, or an integrator of pyFAI's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

#: Keys of a geometry as pyFAI's ``get_config`` and PONI files have them.
_NUMBERS = ("dist", "poni1", "poni2", "rot1", "rot2", "rot3")


def description(source: Any) -> dict[str, str]:
    """What a job calls the geometry: ``{"file": PATH}`` or ``{"poni": TEXT}``.

    ``source`` is the name of a PONI file; a dictionary of its keys; or anything with pyFAI's ``get_config``, such as its
    AzimuthalIntegrator. Lengths are in m, angles in rad.
    """
    if isinstance(source, (str, os.PathLike)):
        return {"file": str(Path(source).absolute())}
    if hasattr(source, "get_config"):
        source = source.get_config()
    if isinstance(source, dict):
        return {"poni": _text(source)}
    raise TypeError(
        f"a geometry is a PONI file, a dictionary or pyFAI's AzimuthalIntegrator, not {type(source).__name__}"
    )


def _text(keys: dict[str, Any]) -> str:
    """A dictionary as the text of a PONI file; keys that are not those of one are left out."""
    known = {"detector", "detector_config", "wavelength", "poni_version", "version", "pixel1", "pixel2", *_NUMBERS}
    if "dist" not in keys:
        raise ValueError(
            f"a geometry needs dist, poni1 and poni2 in m, and a detector; these keys are there: {list(keys)}"
        )
    unknown = sorted(set(keys) - known - {"calibrant", "shape", "orientation", "spline", "splineFile", "max_shape"})
    if unknown:
        raise ValueError(f"a geometry has no {', '.join(unknown)}; its keys are {', '.join(sorted(known))}")
    config = dict(keys.get("detector_config") or {})
    for name in ("pixel1", "pixel2"):
        if name in keys:
            config.setdefault(name, keys[name])
    version = 2.1 if "orientation" in config else 2
    lines = [f"poni_version: {version}", f"Detector: {keys.get('detector') or 'Detector'}"]
    lines.append(f"Detector_config: {json.dumps(config, default=_plain)}")
    for name, label in zip(_NUMBERS, ("Distance", "Poni1", "Poni2", "Rot1", "Rot2", "Rot3"), strict=True):
        lines.append(f"{label}: {float(keys.get(name) or 0.0)!r}")
    if keys.get("wavelength"):
        lines.append(f"Wavelength: {float(keys['wavelength'])!r}")
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    """Numbers of NumPy's and enumerations as plain ones."""
    for plain in (int, float):
        try:
            if plain(value) == value:
                return plain(value)
        except (TypeError, ValueError):
            continue
    return str(value)
