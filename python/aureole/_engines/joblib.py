"""Layout ``joblib``: ranges of frames as tasks of ``joblib.Parallel``, with any of its backends."""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

from . import task as tasks
from .errors import Failed, Refused
from .quiet import no_interrupts

#: Ranges a worker that are under way at most, as of Dask.
IN_HAND = 3
#: How often workers may die before a range is given up.
_DEATHS = 3
#: Seconds that a worker does nothing while nothing may be begun.
_PAUSE = 0.005


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
        """Finds the backend for ``workers`` workers; else for as many as ``parallel_config`` says, or one a core."""
        del scheduler
        if self._parallel is not None:
            return
        self.check()
        import joblib

        if workers is None:
            configured = joblib.effective_n_jobs(None)
            workers = configured if configured > 1 else _cores()
        # What a thread is configured to is not known in others, where Joblib will be called.
        backend = self._backend or joblib.parallel.get_active_backend()[0]
        self.workers = max(1, workers)
        self._parallel = partial(
            joblib.Parallel, self.workers, backend, return_as="generator", batch_size=1, pre_dispatch="2*n_jobs"
        )

    def prepare(self, order: tasks.Order) -> None:
        """Has the workers make the job ready, as far as each takes one of so many tasks."""
        from joblib import delayed

        with no_interrupts():
            each = (delayed(tasks.prepared)(order.task, _shared(order.parcel)) for _ in range(self.workers))
            for error in self._parallel()(each):
                if error is not None:
                    raise error

    def start(self, order: tasks.Order) -> _Running:
        return _Running(self._parallel, order, self.workers)

    def close(self) -> None:
        """Joblib keeps its workers for whoever comes next, and ends them by itself."""
        self._parallel = None


def _shared(parcel: bytes) -> Any:
    """As an array: Joblib leaves a large one in memory that all its processes share."""
    import numpy as np

    return np.frombuffer(parcel, np.uint8)


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
        #: Results in order that nobody has taken yet; whoever looks at these three holds `_news`.
        self._results: deque[Any] = deque()
        self._news = threading.Condition()
        #: Ranges whose patterns are pushed, and of which a result is here.
        self._pushed = self._received = 0
        self._handed = False
        self._cancelled = False
        self._thread = threading.Thread(target=self._run, name="aureole-joblib", daemon=True)
        with no_interrupts():
            self._thread.start()

    def next(self, timeout: float) -> bytes | None:
        with self._news:
            self._pushed += self._handed
            self._handed = False
            self._news.notify_all()
            if not self._news.wait_for(lambda: self._results, timeout):
                return None
            result = self._results.popleft()
            self._handed = not isinstance(result, BaseException)
        if isinstance(result, BaseException):
            raise result
        return result

    def cancel(self) -> None:
        with self._news:
            self._cancelled = True
            self._news.notify_all()
        self._thread.join()

    def _receive_one(self, result: Any, ranges: int) -> None:
        with self._news:
            self._results.append(result)
            self._received += ranges
            self._news.notify_all()

    def _run(self) -> None:
        try:
            self._receive_all()
        except BaseException as error:
            known = isinstance(error, (Refused, Failed))
            self._receive_one(error if known else Failed(f"{type(error).__name__}: {error}"), 0)

    def _receive_all(self) -> None:
        """Begins again behind the last result when a worker process has died, which ends a whole ``Parallel``."""
        from concurrent.futures.process import BrokenProcessPool

        deaths, last = 0, -1
        while self._received < len(self._order.ranges) and not self._cancelled:
            try:
                self._receive()
            except BrokenProcessPool as error:
                deaths = deaths + 1 if self._received == last else 1
                last = self._received
                if deaths >= _DEATHS:
                    said = str(error).splitlines()[0]
                    raise Failed(f"worker processes died over them {deaths} times ({said})") from error

    def _receive(self) -> None:
        # A new one each time: one that broke off keeps tasks that it has not begun, and would begin with them.
        with _unused(), contextlib.closing(self._parallel()(self._tasks())) as results:
            for result in results:
                if self._cancelled:
                    return
                if result is not None:
                    start, patterns = result
                    wanted, _ = self._order.ranges[self._received]
                    if start != wanted:
                        raise Failed(
                            f"Joblib gave the results of frame {start} on, where those of {wanted} on are next"
                        )
                    self._receive_one(patterns, 1)

    def _tasks(self) -> Iterator[Any]:
        """The ranges that are left, as far as they may be begun.

        ``Parallel`` takes a task whenever one is done, whether its result was taken or not, and holds a lock meanwhile which it
        needs to give out results, too. So this waits only while there is a result here that can be taken and pushed, which makes
        room; else it gives the worker, for which there is nothing to do, a pause for a task.
        """
        from joblib import delayed

        order, parcel = self._order, _shared(self._order.parcel)
        for nth in range(self._received, len(order.ranges)):
            while not self._may_begin(nth):
                yield delayed(time.sleep)(_PAUSE)
            if self._cancelled:
                return
            yield delayed(tasks.settled)(order.task, parcel, *order.arguments(nth))

    def _may_begin(self, nth: int) -> bool:
        def room() -> bool:
            return self._cancelled or nth - self._pushed < self._most

        with self._news:
            self._news.wait_for(lambda: room() or not (self._results or self._handed))
            return room()
