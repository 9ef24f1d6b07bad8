"""Stacks of frames: all patterns at once, into a file, or one after the other."""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import _native
from ._description import describe, in_files
from ._geometry import description as geometry_of
from ._patterns import Pattern, Patterns, of_columns
from ._progress import progress as shown

#: How the work may be spread; every layout gives the same bits.
LAYOUTS = tuple(_native.LAYOUTS)

#: Inputs: a file, several, or frames in memory.
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | np.ndarray


def integrate(
    paths: Paths,
    *,
    poni: Any = None,
    layout: str = "auto",
    output: str | os.PathLike[str] | None = None,
    force: bool = False,
    resume: bool = False,
    retry_failed: bool = False,
    sums: bool = False,
    progress: Any = None,
    engine: Any = None,
    **options: Any,
) -> Patterns | dict[str, Patterns] | dict[str, Any]:
    """Integrates a stack: one pattern a frame.

    Args:
        paths: HDF5 files or ``FILE::/path``, image files (EDF, CBF, TIFF, ``.npy``) or patterns of names
            (``"run_*.cbf"``, in the order of their numbers), one after the other as one stack; or an array
            (frames, rows, columns).
        poni: the geometry: a PONI file, a dictionary, or an AzimuthalIntegrator of pyFAI's; None takes what the first file
            states (DECTRIS masters do, of a detector across the beam).
        layout: one of ``aureole.LAYOUTS``.
        output: a NeXus HDF5 file for the patterns, which then are not kept in memory.
        force: replace ``output`` if it exists.
        resume: go on with ``output`` if it exists, from the frames that are not done; the arguments must be those that it was
            begun with, but for how the work is spread. What is returned counts this run, ``before`` the frames of earlier ones.
        retry_failed: with ``resume``, try the frames again that failed.
        sums: keep the sums (signal, variance) beside the means.
        progress: True for a bar, False for none, or a function of (frames done, frames in all); None for a bar where
            someone looks and tqdm is installed.
        engine: what runs the layouts ``dask`` and ``joblib``, if not one made of the options.
        options: what to compute and how, by the names of the command's options: ``bins``, ``unit``, ``split``, ``mask``,
            ``azimuthal_bins``, ``threads``, ``frames=(first, end)``, ...; ``recipes={name: options}`` for several
            recipes over one reading. Images are arrays or names of files. See ``aureole._description``.
            ``follow=60`` takes frames as they are written, until none has come for 60 s; it needs ``output``.

    Returns:
        The :class:`Patterns`, or with ``recipes`` a dictionary of them; with ``output`` what the run did.

    Raises:
        FileNotFoundError, FileExistsError, ValueError, TypeError: refused, and nothing was done.
        OSError: the result cannot be written; what was pushed is in the file.
        RuntimeError: a worker died.
        KeyboardInterrupt: Ctrl-C; what was pushed is in the file.
    """
    writing = {"force": force, "resume": resume, "retry_failed": retry_failed}
    _check_writing(output, **writing)
    if output is None:
        _refuse_images(options)
        _refuse_endless(paths, options)
    with tempfile.TemporaryDirectory(prefix="aureole-") as folder:
        job, settings = _job(paths, poni, layout, options, Path(folder))
        run = _engine(layout, engine, settings)
        return _all(job, run, layout, output, writing, sums, progress, options)


def _all(
    job: _native.Job,
    run: dict[str, Any],
    layout: str,
    output: Any,
    writing: dict[str, bool],
    sums: bool,
    progress: Any,
    options: dict[str, Any],
) -> Patterns | dict[str, Patterns] | dict[str, Any]:
    """Runs a job to its end."""
    first, end = job.frames
    start = time.perf_counter()
    # Of a stack that grows nobody may know how many frames will come.
    count = end - first if end - first < 1 << 39 else None
    with shown(progress, count) as tell:
        if output is not None:
            summary = job.write(Path(output), sums=sums, progress=tell, **writing, **run)
            _tell(summary["survived"])
            return {**_timed(summary, start), "output": str(output), "layout": layout}
        columns, summary = job.run(sums=sums, progress=tell, **run)
    _tell(summary["survived"])
    return _patterns(job, range(first, first + len(columns["status"])), columns, _timed(summary, start), options)


def stream(
    paths: Paths,
    *,
    poni: Any = None,
    layout: str = "auto",
    engine: Any = None,
    **options: Any,
) -> Iterator[Pattern | dict[str, Pattern]]:
    """The patterns of a stack one after the other, in order, while later ones are computed: ``for p in stream(...)``.

    Takes the arguments of :func:`integrate`. With ``recipes`` each item is a dictionary of patterns by recipe. A loop that is
    slow holds the run up, so that memory stays bounded; one that is left ends it. With ``follow=60`` patterns come while frames
    are written, until none has come for 60 s; a detector's stream (``"tcp://dcu:31001"``) is followed by itself.
    """
    _refuse_images(options)
    folder = tempfile.TemporaryDirectory(prefix="aureole-")
    job, settings = _job(paths, poni, layout, options, Path(folder.name))
    return _each(job, _engine(layout, engine, settings), options, folder)


def _each(
    job: _native.Job,
    run: dict[str, Any],
    options: dict[str, Any],
    folder: tempfile.TemporaryDirectory[str],
) -> Iterator[Any]:
    running = _native.Stream(job, **run)
    try:
        for first, columns in running:
            batch = _patterns(job, range(first, first + len(columns["status"])), columns, {}, options)
            if isinstance(batch, Patterns):
                yield from batch
            else:
                names = list(batch)
                yield from (dict(zip(names, row, strict=True)) for row in zip(*batch.values(), strict=True))
    finally:
        running.close()
        folder.cleanup()


def _job(
    paths: Paths,
    poni: Any,
    layout: str,
    options: dict[str, Any],
    folder: Path,
) -> tuple[_native.Job, dict[str, Any]]:
    """The job, and the settings that an engine takes; ``folder`` is for files that other processes read."""
    if layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r}: there is no such layout; there are {', '.join(LAYOUTS)}")
    frames = None
    if isinstance(paths, np.ndarray):
        frames, inputs = paths if paths.ndim == 3 else paths[None], []
        if frames.dtype.kind == "b" or not frames.flags.c_contiguous or not frames.dtype.isnative:
            from ._recipe import pixels

            frames = pixels(frames)
    else:
        several = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
        inputs = [os.fspath(path) for path in several]
    if _streams(paths):
        options = {"follow": 60, **options}
    geometry, notices = (geometry_of(poni), []) if poni is not None else _stated(inputs, options)
    spec, arrays, settings = describe(inputs, geometry, layout, options)
    if layout == "processes":
        spec, arrays = in_files(spec, arrays, folder), {}
    job = _native.Job(spec, arrays, frames)
    _tell([*notices, *job.notices])
    return job, settings


def _tell(notices: Sequence[str]) -> None:
    """What the command would print as notes: slow ways taken, workers lost."""
    for notice in notices:
        warnings.warn(notice, stacklevel=4)


def _stated(inputs: list[str], options: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The geometry that the first input states, and what is to be said of it."""
    found = _native.stated_geometry(inputs, bool(options.get("allow_external")))
    if found is None:
        raise ValueError("poni: a geometry is needed; neither an argument nor the input gives one")
    geometry, notice = found
    return {"poni": geometry}, [notice]


def _streams(paths: Paths) -> bool:
    """True when frames come from a detector and not from files."""
    several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    return not isinstance(paths, np.ndarray) and any(str(path).startswith("tcp://") for path in several)


def _refuse_endless(paths: Paths, options: dict[str, Any]) -> None:
    if options.get("follow") is not None or _streams(paths):
        raise ValueError("follow: nobody knows how many frames will come; give output=, or take them by aureole.stream")


def _check_writing(output: Any, force: bool, resume: bool, retry_failed: bool) -> None:
    """Refuses what contradicts itself about a file that is there."""
    if resume and output is None:
        raise ValueError("resume: goes on with a file; give output=, too")
    if resume and force:
        raise ValueError("resume and force: one goes on with the output, the other replaces it; give one of them")
    if retry_failed and not resume:
        raise ValueError("retry_failed: belongs to resume=True")


def _refuse_images(options: dict[str, Any]) -> None:
    """Images of the whole stack have their place in a file only."""
    if options.get("images"):
        raise ValueError("images: they are written into the output file; give output=, too")


def _engine(layout: str, engine: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """What a run is given beside the job."""
    if layout not in ("dask", "joblib"):
        if engine is not None or settings:
            names = ", ".join(["engine"] * (engine is not None) + sorted(settings))
            raise ValueError(f"{names}: only the layouts dask and joblib have a use for it; the layout is {layout}")
        return {}
    from ._engines import engine as made

    return {"engine": engine if engine is not None else made(layout, settings)}


def _patterns(
    job: _native.Job,
    frames: range,
    columns: dict[str, Any],
    summary: dict[str, Any],
    options: dict[str, Any],
) -> Patterns | dict[str, Patterns]:
    recipes = zip(job.recipes(), columns["recipes"], strict=True)
    made = [of_columns(about, values, frames, columns, summary) for about, values in recipes]
    return {one.name: one for one in made} if "recipes" in options else made[0]


def _timed(summary: dict[str, Any], start: float) -> dict[str, Any]:
    seconds = time.perf_counter() - start
    return {**summary, "seconds": seconds, "frames_per_second": summary["frames"] / seconds if seconds else 0.0}
