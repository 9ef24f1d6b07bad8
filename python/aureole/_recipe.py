"""pyFAI's arguments as a recipe of Aureole's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from . import _native
from ._units import named

#: Types of pixels that are read as they are.
_NUMBERS = {"uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float32", "float64"}


class Arguments:
    """A recipe under way: what its description says, and the arrays that it names."""

    def __init__(self, geometry: dict[str, str], bins: int, unit: Any, prefix: str = "") -> None:
        self._prefix = prefix
        self.recipe: dict[str, Any] = {"geometry": geometry, "bins": whole("npt", bins), "unit": named(unit)}
        self.arrays: dict[str, np.ndarray] = {}

    def image(self, name: str, image: Any) -> None:
        """An image of the frames' shape: an array, or the name of a file; None for none."""
        if image is None:
            return
        if isinstance(image, str):
            self.recipe[name] = image
            return
        self.attach(name, pixels(image, name))

    def attach(self, name: str, array: np.ndarray) -> None:
        """An array under the name of what it is used as, and of the recipe where there are several."""
        self.arrays[self._prefix + name] = array
        self.recipe[name] = f"attached:{self._prefix}{name}"

    def put(self, name: str, value: Any) -> None:
        """A plain value; None leaves the recipe's own default."""
        if value is not None:
            self.recipe[name] = value


def split(method: Any) -> str:
    """The splitting of a method of pyFAI's: a tuple, a text, or its IntegrationMethod. How it is computed is our own affair."""
    if hasattr(method, "pixel_splitting"):
        method = [method.pixel_splitting, None, None]
    return _native.splitting(json.dumps(method))


def error_model(model: Any, variance: Any) -> str:
    """The name of an error model: pyFAI's, or ``variance`` where there are variances."""
    if model is None or model is False:
        return "variance" if variance is not None else "none"
    name = str(getattr(model, "as_str", lambda: model)()).lower()
    return {"no": "none", "": "none"}.get(name, name)


def pair(name: str, limits: Any) -> tuple[float, float] | None:
    """A range of two numbers; None for none."""
    if limits is None:
        return None
    low, high = (float(limit) for limit in limits)
    if not np.isfinite([low, high]).all():
        raise ValueError(f"{name}: {low}, {high}: two numbers are needed")
    return low, high


def polarization(factor: Any) -> tuple[float | None, float | None]:
    """A polarization factor and the angle in degrees by which its axes are turned; pyFAI's description holds it in rad."""
    if factor is None:
        return None, None
    if isinstance(factor, (tuple, list)):
        value, offset = factor
        return float(value), float(np.rad2deg(offset))
    return float(factor), None


def whole(name: str, value: Any) -> int:
    """A number of bins."""
    number = int(value)
    if number != value or number < 1:
        raise ValueError(f"{name}: {value}; a whole number of at least 1 is needed")
    return number


def pixels(image: Any, name: str = "data") -> np.ndarray:
    """An array as the engine reads it: row after row, of a plain type in the machine's byte order. Copied only if it is not."""
    array = np.asarray(image)
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    elif array.dtype == np.float16:
        array = array.astype(np.float32)
    elif array.dtype.name not in _NUMBERS:
        raise TypeError(f"{name}: an array of {array.dtype}; {', '.join(sorted(_NUMBERS))} are read")
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))


def joined_masks(always: Any, now: Any) -> Any:
    """Two masks as one; either may be None, an array, or the name of a file."""
    if always is None or now is None:
        return always if now is None else now
    first, second = (np.asarray(_native.read_image(mask) if isinstance(mask, str) else mask) for mask in (always, now))
    if first.shape != second.shape:
        raise ValueError(f"mask: its shape is {second.shape}, that of the integrator's mask {first.shape}")
    return ((first != 0) | (second != 0)).astype(np.uint8)
