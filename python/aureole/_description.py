"""Options of a run as a job's description: their names are those of the command's options, with ``_`` for ``-``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from . import _native, _recipe

#: How a description names an array that is given beside it.
ATTACHED = "attached:"

#: Images of a recipe: an array (rows, columns), or the name of a file.
_IMAGES = ("mask", "dark", "flat", "absorption", "variance")
#: Options of a recipe that are taken as they are.
_PLAIN = (
    "split",
    "errors",
    "dummy",
    "delta_dummy",
    "saturation",
    "mask_sectors",
    "mask_rings",
    "solid_angle",
    "chi_at_0",
)
_RANGES = ("radial_range", "azimuth_range")
_OTHERS = (
    "bins",
    "unit",
    "edges",
    "azimuthal_bins",
    "azimuthal_unit",
    "mode",
    "error_model",
    "polarization",
    "normalization",
)
#: Options of a recipe.
RECIPE = (*_IMAGES, *_PLAIN, *_RANGES, *_OTHERS)
#: Options of how the work is spread.
EXECUTION = (
    "threads",
    "workers",
    "pin",
    "batch",
    "isa",
    "strict",
    "allow_external",
    "plan_cache",
    "range",
    "scheduler",
    "devices",
    "device_memory",
    "lanes",
    "follow",
    "shared",
    "stream_memory",
)
#: Options of the layouts dask and joblib.
ENGINE = ("client", "backend", "send_chunks", "output_parts", "retries")
#: Options of the job.
JOB = ("frames", "images", "recipes")


def describe(
    inputs: list[str],
    geometry: dict[str, str],
    layout: str,
    options: dict[str, Any],
) -> tuple[str, dict[str, np.ndarray], dict[str, Any]]:
    """A job as JSON, the arrays that it names, and the options for an engine."""
    _refuse_unknown(options, (*RECIPE, *EXECUTION, *ENGINE, *JOB))
    shared = {name: value for name, value in options.items() if name in RECIPE}
    arrays: dict[str, np.ndarray] = {}
    recipes = []
    for name, own in (options.get("recipes") or {"data": {}}).items():
        _refuse_unknown(own, RECIPE)
        recipes.append({"name": name, **_one(geometry, {**shared, **own}, name, arrays)})
    execution = {name: _plain(options[name]) for name in EXECUTION if options.get(name) is not None}
    if "devices" in execution:
        execution["devices"] = _devices(execution["devices"])
    spec: dict[str, Any] = {"version": 1, "inputs": inputs, "recipes": recipes}
    spec["execution"] = {"layout": layout, **execution}
    if options.get("frames") is not None:
        start, end = options["frames"]
        spec["frames"] = {"start": start, "end": end}
    if options.get("images"):
        spec["images"] = list(options["images"])
    settings = {name: options[name] for name in ENGINE if options.get(name) is not None}
    return json.dumps(spec), arrays, settings


def in_files(spec: str, arrays: dict[str, np.ndarray], folder: Path) -> str:
    """The same job with its arrays in files, for processes that do not share this one's memory."""
    described = json.loads(spec)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    for recipe in described["recipes"]:
        for key, value in recipe.items():
            recipe[key] = _replaced(value, folder)
    return json.dumps(described)


def _replaced(value: Any, folder: Path) -> Any:
    """A value of a recipe in which an array's name became that of its file."""
    if isinstance(value, dict):
        return {key: _replaced(inner, folder) for key, inner in value.items()}
    attached = isinstance(value, str) and value.startswith(ATTACHED)
    return str(folder / f"{value.removeprefix(ATTACHED)}.npy") if attached else value


def _one(
    geometry: dict[str, str], options: Mapping[str, Any], name: str, arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    """One recipe; its arrays go to ``arrays``, under names of its own."""
    edges = options.get("edges")
    bins = 1 if edges is not None else options.get("bins", 1000)
    arguments = _recipe.Arguments(geometry, bins, options.get("unit", "q_nm^-1"), f"{name}.")
    recipe = arguments.recipe
    recipe["split"] = "full"
    for plain in _PLAIN:
        arguments.put(plain, options.get(plain))
    for limits in _RANGES:
        arguments.put(limits, _recipe.pair(limits, options.get(limits)))
    for image in _IMAGES:
        _image(arguments, image, options.get(image))
    arguments.put("error_model", _recipe.error_model(options.get("error_model"), options.get("variance")))
    factor, offset = _recipe.polarization(options.get("polarization"))
    arguments.put("polarization", factor)
    arguments.put("polarization_offset", offset)
    if options.get("mode") is not None:
        recipe["mode"] = json.loads(_native.mode(options["mode"]))
    if options.get("azimuthal_bins") is not None:
        unit = str(options.get("azimuthal_unit") or "chi_deg")
        recipe["cake"] = {"bins": _recipe.whole("azimuthal_bins", options["azimuthal_bins"]), "unit": unit}
    _series(arguments, "edges", edges, lambda given: {"file": given})
    _series(arguments, "normalization", options.get("normalization"), lambda given: {"dataset": given})
    arrays.update(arguments.arrays)
    return recipe


def _image(arguments: _recipe.Arguments, name: str, image: Any) -> None:
    """An image that may be several files: a list of names is one with commas between them."""
    if isinstance(image, (list, tuple)) and all(isinstance(one, (str, Path)) for one in image):
        image = ",".join(map(str, image))
    arguments.image(name, str(image) if isinstance(image, Path) else image)


def _series(arguments: _recipe.Arguments, name: str, values: Any, described: Any) -> None:
    """Numbers: one for all frames, an array, or the name of a file."""
    if values is None:
        return
    if isinstance(values, (str, Path)):
        arguments.recipe[name] = described(str(values))
    elif np.ndim(values) == 0:
        arguments.recipe[name] = {"factor": float(values)}
    else:
        arguments.attach(name, np.ascontiguousarray(values, dtype=np.float64))
        arguments.recipe[name] = described(arguments.recipe[name])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _devices(devices: Any) -> list[int]:
    """Numbers of GPUs: one, or several."""
    given = np.atleast_1d(devices)
    numbers = [int(device) for device in given]
    if not numbers or min(numbers) < 0 or numbers != list(given):
        raise ValueError(f"devices: {devices!r}: numbers of GPUs, such as [0, 1], are needed")
    return numbers


def _refuse_unknown(options: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise TypeError(f"{', '.join(unknown)}: no such option; there are {', '.join(sorted(known))}")
