"""Results checked: some of their frames are integrated again."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from . import _native


@dataclass(frozen=True)
class Report:
    """What :func:`verify` checked and found; true where all is equal."""

    #: Number of the choice of frames: the same one chooses the same.
    seed: int
    #: Numbers in the stack of the frames that were integrated again.
    frames: list[int]
    #: Frames of the result that have a status, done or failed.
    candidates: int
    #: Frames of the job.
    planned: int
    #: Of the frames integrated again, those that had failed and failed again.
    failed_again: int
    #: The datasets whose rows were compared, to the last bit.
    datasets: list[str] = field(default_factory=list)
    #: What each file was used as and its name, whose SHA-256 was compared.
    files: list[tuple[str, str]] = field(default_factory=list)
    #: The datasets that the frames are in.
    sources: list[str] = field(default_factory=list)
    #: What differs, a sentence each.
    differences: list[str] = field(default_factory=list)
    #: What should be known beside: what was not checked, files with another date.
    notes: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Nothing differs."""
        return not self.differences

    def __bool__(self) -> bool:
        return self.equal

    def __str__(self) -> str:
        said = [f"differs: {difference}" for difference in self.differences]
        said += [f"{len(self.frames)} of {self.candidates} frames integrated again, seed {self.seed}"]
        said += [f"note: {note}" for note in self.notes]
        return "\n".join([*said, "all is equal" if self.equal else f"{len(self.differences)} differences"])


def verify(
    path: str | os.PathLike[str],
    *,
    frames: int | None = 16,
    seed: int | None = None,
    data: str | os.PathLike[str] | None = None,
) -> Report:
    """Checks a result file: integrates some of its frames again, the simplest way, and compares them to the last bit.

    Args:
        path: the result, as ``integrate(..., output=)`` or the command wrote it.
        frames: how many frames, chosen at random; None for all.
        seed: what the choice depends on; None for another one every time, which the report has.
        data: a folder in which files are sought that are not where the result says.

    Returns:
        The :class:`Report`: ``if not aureole.verify("out.h5"): ...``; its ``differences`` name frame, bin and both values.

    Raises:
        FileNotFoundError, ValueError: it cannot be checked.
    """
    if frames is not None and frames < 1:
        raise ValueError(f"frames: {frames}; at least 1, or None for all")
    seed = secrets.randbits(32) if seed is None else seed
    checked = _native.verify(Path(path), frames, seed, None if data is None else Path(data))
    return Report(seed=seed, **checked)
