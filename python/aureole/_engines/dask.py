"""Layout ``dask``: ranges of frames as tasks of a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
import uuid
import warnings
import weakref
from collections import deque
from concurrent import futures
from importlib.util import find_spec
from itertools import takewhile
from typing import Any

from . import task as tasks
from .errors import Failed, Lost, Refused
from .quiet import no_interrupts

#: Ranges a worker that are under way at most: one it works on, one that waits there, one that waits to be pushed.
IN_HAND = 3
#: Seconds within which a scheduler has to answer.
_PATIENCE = 10
#: Seconds between two looks at how many workers there are, and at whether the scheduler answers.
_LOOK = 5.0
#: A job of more bytes goes to each worker once, a smaller one with each task.
_SMALL = 1 << 16


class Dask:
    """Runs tasks on a cluster: that of ``client``, one whose scheduler is there already, or one of its own on this machine."""

    name = "dask"
    SETTINGS = ("client", "retries", "send_chunks", "output_parts")

    def __init__(
        self, client: Any = None, retries: int = 1, send_chunks: bool = False, output_parts: bool = False
    ) -> None:
        self.send_chunks, self.output_parts = send_chunks, output_parts
        self._client, self._retries = client, retries
        self._own = False
        self._finalizer: weakref.finalize | None = None

    @staticmethod
    def check() -> None:
        if find_spec("distributed") is None:
            raise Refused('needs Dask; pip install "aureole[dask]"')

    def open(self, workers: int | None, scheduler: str | None) -> None:
        """Connects to the scheduler, or starts a cluster of ``workers`` processes of one thread each."""
        if self._client is not None:
            return
        self.check()
        with no_interrupts():
            client = _connected(scheduler) if scheduler else _own(workers)
        self._client, self._own = client, not scheduler
        self._finalizer = weakref.finalize(self, _close, client, self._own)
        if scheduler and not client.nthreads():
            print(f"note: the scheduler at {scheduler} has no worker yet; waiting for the first", file=sys.stderr)

    @property
    def workers(self) -> int:
        """Threads of all workers, at least 1."""
        return max(1, sum(self._client.nthreads().values()))

    def prepare(self, order: tasks.Order) -> None:
        """Has the workers of a cluster of its own make the job ready; those of others do so with their first range."""
        if self._own:
            self._client.run(tasks.prepare, order.task, order.parcel)

    def start(self, order: tasks.Order) -> _Running:
        return _Running(self._client, order, self._retries, self.workers)

    def close(self) -> None:
        """Ends a cluster of its own, and leaves one that was there before."""
        if self._finalizer is not None:
            self._finalizer()
            self._client = None


def _own(workers: int | None) -> Any:
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=workers or _cores(), threads_per_worker=1, processes=True, dashboard_address=":0")
    return Client(cluster)


def _connected(scheduler: str) -> Any:
    from distributed import Client

    try:
        return Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise Refused(f"no scheduler of Dask answers at {scheduler} within {_PATIENCE} s ({error})") from error


def _cores() -> int:
    from .. import _native

    return _native.default_workers()


def _close(client: Any, cluster: bool) -> None:
    own = client.cluster if cluster else None
    with contextlib.suppress(Exception):
        client.close(timeout=_PATIENCE)
    if own is not None:
        with contextlib.suppress(Exception):
            own.close(timeout=_PATIENCE)


class _Running:
    """Tasks under way, a window of them; see the package for its methods."""

    def __init__(self, client: Any, order: tasks.Order, retries: int, workers: int) -> None:
        self._client, self._order, self._retries = client, order, retries
        self._name = f"aureole-{uuid.uuid4().hex[:12]}"
        self._most = IN_HAND * workers
        self._submitted = self._handed = 0
        #: Of ranges in order: results that are here, and futures behind them.
        self._here: deque[bytes] = deque()
        self._under_way: deque[Any] = deque()
        #: Results on their way: how many, and where they will be.
        self._fetching: tuple[int, futures.Future[Any]] | None = None
        self._looked = time.monotonic()
        self._parcel = self._send(order.parcel)
        self._submit()

    def next(self, timeout: float) -> bytes | None:
        self._submit()
        if not self._here:
            self._take(timeout)
        if not self._here:
            return None
        self._handed += 1
        return self._here.popleft()

    def cancel(self) -> None:
        left = [one for one in (*self._under_way, self._parcel) if not isinstance(one, bytes)]
        self._under_way.clear()
        with contextlib.suppress(Exception):
            if left:
                self._client.cancel(left, force=True)

    def _send(self, parcel: bytes) -> Any:
        """The job for all tasks. As the result of a task it is made again if the worker that holds it dies."""
        if len(parcel) <= _SMALL:
            return parcel
        with _large():
            return self._client.submit(bytes, parcel, key=f"{self._name}-job", retries=self._retries)

    def _submit(self) -> None:
        """Keeps the window full; the range that was handed out last is in it no more."""
        while self._submitted < len(self._order.ranges) and self._submitted - self._handed < self._most:
            start, stop, chunks = self._order.arguments(self._submitted)
            arguments = (self._order.task, self._parcel, start, stop, chunks)
            key = f"{self._name}-{start}"
            try:
                with _large():
                    future = self._client.submit(
                        tasks.integrate, *arguments, key=key, pure=False, retries=self._retries
                    )
            except Exception as error:
                raise self._lost(error) from error
            self._under_way.append(future)
            self._submitted += 1

    def _take(self, timeout: float) -> None:
        """Waits for the next range, and fetches with it those behind it that are done, too."""
        from distributed import CancelledError, wait

        first = self._under_way[0]
        if self._fetching is None:
            with contextlib.suppress(TimeoutError, _timeout(), CancelledError):
                wait(first, timeout=timeout)
        self._look()
        if first.status == "pending":
            return
        if first.status != "finished":
            raise self._explained(first)
        if self._fetching is None:
            self._fetching = self._fetch()
        fetched, results = self._fetching
        try:
            self._here.extend(results.result(timeout))
        except (TimeoutError, futures.TimeoutError):
            # A worker with a result has died, perhaps, and another one computes it again.
            return
        except Exception as error:
            raise self._lost(error) from error
        self._fetching = None
        for _ in range(fetched):
            self._under_way.popleft()

    def _fetch(self) -> tuple[int, futures.Future[Any]]:
        """Begins to fetch the results that are there, from the first on: how many, and where they will be."""
        done = list(takewhile(lambda future: future.status == "finished", self._under_way))

        async def gather() -> Any:
            return await self._client.gather(done, asynchronous=True)

        return len(done), asyncio.run_coroutine_threadsafe(gather(), self._client.loop.asyncio_loop)

    def _look(self) -> None:
        """Whether the scheduler is still there, and whether there are more workers now."""
        if self._client.status not in ("running", "newly-created"):
            raise self._lost(None)
        if time.monotonic() - self._looked < _LOOK:
            return
        try:
            threads = self._client.sync(self._client.scheduler.ncores, callback_timeout=_PATIENCE)
        except Exception as error:
            raise self._lost(error) from error
        self._looked = time.monotonic()
        self._most = max(self._most, IN_HAND * sum(threads.values()))

    def _lost(self, error: Exception | None) -> Exception:
        said = f" ({error})" if error is not None and str(error) else ""
        at = self._client.scheduler.address if self._client.scheduler is not None else "its address"
        start, _ = self._order.ranges[min(self._handed, len(self._order.ranges) - 1)]
        return Lost(f"the scheduler of Dask at {at} is gone{said}; what was integrated before frame {start} is kept")

    def _explained(self, future: Any) -> Exception:
        from distributed import KilledWorker

        if future.status != "error":
            return self._lost(None)
        error = future.exception()
        if isinstance(error, (Refused, Failed)):
            return error
        if isinstance(error, KilledWorker):
            last = getattr(error.last_worker, "address", error.last_worker)
            return Failed(f"worker after worker died over them, the last one at {last}; did it run out of memory?")
        if isinstance(error, ModuleNotFoundError):
            return Refused(f"a worker of the cluster has not what is needed ({error}); install aureole there, too")
        if "deserialization of the task graph" in str(error):
            return Refused("the scheduler cannot read the tasks; install the same aureole there, as on the workers")
        return Failed(f"{type(error).__name__}: {error}")


def _timeout() -> type[Exception]:
    """What Dask raises when the time is over: another class than Python's own before 3.11."""
    from distributed import TimeoutError as dask_timeout

    return dask_timeout


@contextlib.contextmanager
def _large() -> Any:
    """Dask warns of tasks that hold many bytes; these do so knowingly."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sending large graph")
        yield
