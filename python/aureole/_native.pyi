"""The native half: jobs, streams and the command. For programs; people use what the package itself offers."""

from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np

LAYOUTS: list[str]
__version__: str

class Job:
    """A description made ready; immutable, for any number of threads."""

    def __init__(
        self,
        spec: str,
        arrays: dict[str, np.ndarray] | None = None,
        frames: np.ndarray | None = None,
    ) -> None: ...
    @staticmethod
    def of_arrays(
        spec: str,
        shape: tuple[int, int],
        dtype: str,
        arrays: dict[str, np.ndarray] | None = None,
        variance: str | None = None,
    ) -> Job: ...
    def integrate(
        self,
        frames: np.ndarray,
        variance: np.ndarray | None = None,
        normalization: float | None = None,
        sums: bool = True,
    ) -> dict[str, Any]: ...
    def parcel(self, send_chunks: bool) -> tuple[bytes, bool]: ...
    @staticmethod
    def from_parcel(parcel: bytes) -> Job: ...
    def chunks(self, start: int, stop: int) -> bytes: ...
    def integrate_part(self, start: int, stop: int, sums: bool, folder: str | PathLike[str]) -> bytes: ...
    def integrate_range(
        self,
        start: int,
        stop: int,
        sums: bool,
        chunks: bytes | None,
    ) -> bytes: ...
    def run(
        self,
        sums: bool = False,
        progress: Callable[[int], Any] | None = None,
        engine: Any = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]: ...
    def write(
        self,
        path: str | PathLike[str],
        force: bool = False,
        sums: bool = False,
        progress: Callable[[int], Any] | None = None,
        engine: Any = None,
        resume: bool = False,
        retry_failed: bool = False,
    ) -> dict[str, Any]: ...
    def recipes(self) -> list[dict[str, Any]]: ...
    @property
    def spec(self) -> str: ...
    @property
    def frames(self) -> tuple[int, int]: ...
    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def dtype(self) -> str: ...
    @property
    def notices(self) -> list[str]: ...
    @property
    def layout(self) -> tuple[str, int, str]: ...

class Stream:
    """The batches of a run in order: ``(first frame, columns)``."""

    def __init__(self, job: Job, sums: bool = False, engine: Any = None) -> None: ...
    def __iter__(self) -> Stream: ...
    def __next__(self) -> tuple[int, dict[str, Any]]: ...
    def close(self) -> None: ...

def command(arguments: list[str]) -> int:
    """Does what the command would do, and returns its exit code."""

def default_workers() -> int:
    """Workers where none are asked for: one a physical core that this process may use."""

def read_geometry(geometry: str) -> dict[str, Any]:
    """Reads a geometry as a description has it: lengths in m, angles in rad."""

def read_image(input: str) -> np.ndarray:
    """Reads the image ``FILE`` (.npy, .edf, .tif) or ``FILE::/path`` in an HDF5 file: (rows, columns)."""

def splitting(method: str) -> str:
    """The splitting that a method of pyFAI names, given as JSON."""

def stated_geometry(inputs: list[str], allow_external: bool) -> tuple[str, str] | None:
    """The PONI text of the geometry that the first input states, and what the user should be told."""

def mode(name: str) -> str:
    """A mode such as ``median`` as a description has it (JSON)."""

def verify(
    path: str | PathLike[str],
    frames: int | None,
    seed: int,
    data: str | PathLike[str] | None = None,
) -> dict[str, Any]:
    """Integrates frames of a result again and compares them."""
