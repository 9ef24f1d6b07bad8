"""Layout ``joblib``: ranges of frames as tasks of ``joblib.Parallel``, with any of its backends."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from . import task as tasks
from .errors import Failed, Refused
from .quiet import no_interrupts

#: Ranges a worker that are under way at most, as of Dask.
IN_HAND = 3
#: How often workers may die before a range is given up.
_DEATHS = 3
#: Seconds that a worker waits while nothing may be begun, at first and at most.
_PAUSES = (0.002, 0.5)


class Joblib:
    """Runs tasks by ``joblib.Parallel``: with the backend named, or that of the ``joblib.parallel_config`` in which it is opened."""

    name = "joblib"
    SETTINGS = ("backend", "send_chunks", "output_parts")

    def __init__(self, backend: str | None = None, send_chunks: bool = False, output_parts: bool = False) -> None:
        self.send_chunks, self.output_parts = send_chunks, output_parts
        self._backend = backend
        self._parallel: Any = None
        self.workers = 1

    @staticmethod
    def check() -> None:
        if find_spec("joblib") is None:
            raise Refused('needs Joblib; pip install "aureole[joblib]"')

    def open(self, workers: int | None, scheduler: str | None) -> None:
        """Makes the ``Parallel`` for ``workers`` workers; else for as many as ``parallel_config`` says, or one a core."""
        del scheduler
        if self._parallel is not None:
            return
        self.check()
        import joblib

        if workers is None:
            configured = joblib.effective_n_jobs(None)
            workers = configured if configured > 1 else _cores()
        options = {} if self._backend is None else {"backend": self._backend}
        self._parallel = joblib.Parallel(
            n_jobs=workers, return_as="generator", batch_size=1, pre_dispatch="2*n_jobs", **options
        )
        self.workers = max(1, workers)

    def start(self, order: tasks.Order) -> _Running:
        return _Running(self._parallel, order, self.workers)

    def close(self) -> None:
        """Joblib keeps its workers for whoever comes next, and ends them by itself."""
        self._parallel = None


@contextlib.contextmanager
def _unused() -> Iterator[None]:
    """Joblib warns of results that nobody takes, which is what a run that was stopped does knowingly."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*tasks have been successfully executed.*")
        warnings.filterwarnings("ignore", message=".*tasks which were still being processed.*")
        yield


def _cores() -> int:
    from .. import _native

    return _native.default_workers()


class _Running:
    """A thread that runs ``Parallel`` and hands its results on; see the package for its methods."""

    def __init__(self, parallel: Any, order: tasks.Order, workers: int) -> None:
        self._parallel, self._order = parallel, order
        self._most = IN_HAND * workers
        self._results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        #: Ranges whose patterns are pushed, and of which a result is here.
        self._pushed = self._received = 0
        self._handed = False
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="aureole-joblib", daemon=True)
        with no_interrupts():
            self._thread.start()

    def next(self, timeout: float) -> bytes | None:
        if self._handed:
            self._pushed += 1
            self._handed = False
        try:
            result = self._results.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(result, BaseException):
            raise result
        self._handed = True
        return result

    def cancel(self) -> None:
        self._cancelled.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._receive_all()
        except BaseException as error:
            self._results.put(
                error if isinstance(error, (Refused, Failed)) else Failed(f"{type(error).__name__}: {error}")
            )

    def _receive_all(self) -> None:
        """Begins again behind the last result when a worker process has died, which ends a whole ``Parallel``."""
        from concurrent.futures.process import BrokenProcessPool

        deaths, last = 0, -1
        while self._received < len(self._order.ranges) and not self._cancelled.is_set():
            try:
                self._receive()
            except BrokenProcessPool as error:
                deaths = deaths + 1 if self._received == last else 1
                last = self._received
                if deaths >= _DEATHS:
                    said = str(error).splitlines()[0]
                    raise Failed(f"worker processes died over them {deaths} times ({said})") from error

    def _receive(self) -> None:
        with _unused(), contextlib.closing(self._parallel(self._tasks())) as results:
            for result in results:
                if self._cancelled.is_set():
                    return
                if result is not None:
                    self._received += 1
                    self._results.put(result)

    def _tasks(self) -> Iterator[Any]:
        """The ranges that are left; pauses between them while as many as allowed are under way.

        ``Parallel`` takes a task whenever one is done, whether its result was taken or not, and holds a lock meanwhile, so that
        to wait here would stop it all. The pause is a task that does nothing, on a worker that has nothing to do.
        """
        import numpy as np
        from joblib import delayed

        order = self._order
        # As an array Joblib leaves a large job in memory that all its processes share.
        parcel = np.frombuffer(order.parcel, np.uint8)
        for nth in range(self._received, len(order.ranges)):
            pause, most = _PAUSES
            while nth - self._pushed >= self._most and not self._cancelled.is_set():
                yield delayed(time.sleep)(pause)
                pause = min(2 * pause, most)
            if self._cancelled.is_set():
                return
            yield delayed(tasks.settled)(order.task, parcel, *order.arguments(nth))
