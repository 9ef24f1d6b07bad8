"""Tasks: what is sent to a worker, and what the worker does with it."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import _native
from .errors import Failed, Refused

#: Jobs that a worker process keeps ready: the one it works on, and those of other runs on the same cluster.
_KEPT = 4


@dataclass(frozen=True)
class Task:
    """What all ranges of a run have in common; small, and pickled with each of them."""

    #: ``job``, or ``case`` in tests of the layouts.
    kind: str
    #: Tells runs apart whose description differs.
    key: str
    #: Version of the program that sends it.
    version: str
    #: The sums of patterns are wanted.
    sums: bool
    #: Frames decoded side by side, of a case; a job says it itself.
    batch: int | None
    #: The frames come with the task.
    sent: bool
    #: The folder in which patterns are left, a file for each range, instead of handing them back.
    parts: str | None


@dataclass(frozen=True)
class Order:
    """What an engine is asked to integrate."""

    task: Task
    #: The job, or the case, as bytes: enough to make the same plans elsewhere.
    parcel: bytes
    #: First frame and one past the last one of each range.
    ranges: list[tuple[int, int]]
    #: The stored bytes of a range's frames, where these go with the task.
    chunks: Callable[[int, int], bytes] | None

    def arguments(self, index: int) -> tuple[int, int, bytes | None]:
        """The arguments of a range: first frame, one past the last one, chunks."""
        start, stop = self.ranges[index]
        return start, stop, self.chunks and self.chunks(start, stop)


def order(
    work: Any,
    ranges: list[tuple[int, int]],
    sums: bool,
    batch: int | None,
    send_chunks: bool,
    parts: str | None,
    run: str,
) -> Order:
    """The order for ``work``, a native job or the line of a case; ``run`` tells this run from all others.

    Raises:
        Refused: the job needs something that cannot be sent.
    """
    if isinstance(work, str):
        kind, parcel, chunks = "case", work.encode(), None
    else:
        try:
            kind, (parcel, sent) = "job", work.parcel(send_chunks)
        except (ValueError, OSError) as error:
            raise Refused(str(error)) from error
        chunks = work.chunks if sent else None
        if sent and parts is not None:
            raise Refused("output_parts: workers that get their frames sent cannot write beside the output")
    # Of this run alone: behind the same names the files of the next one may hold something else.
    key = hashlib.sha256(parcel + run.encode()).hexdigest()
    task = Task(kind, key, _native.__version__, sums, batch, chunks is not None, parts)
    return Order(task, parcel, ranges, chunks)


def new_run() -> str:
    """A name that no other run has."""
    return uuid.uuid4().hex


def integrate(task: Task, parcel: Any, start: int, stop: int, chunks: bytes | None) -> bytes:
    """Runs on a worker: the encoded patterns of the frames ``start`` to ``stop``; ``parcel`` is bytes, or an array of them.

    Raises:
        Refused: the job cannot be prepared here.
        Failed: the frames cannot be integrated.
    """
    _check_version(task)
    if task.kind == "case":
        work = _integrate_case
        job = bytes(parcel).decode()
    else:
        work, job = _integrate_job, _jobs.get(task, parcel)
    try:
        return work(job, task, start, stop, chunks)
    except (ValueError, RuntimeError, OSError) as error:
        raise Failed(str(error)) from error


def prepare(task: Task, parcel: Any) -> None:
    """Runs on a worker: makes the job ready, so that the first range need not wait for it.

    Raises:
        Refused: the job cannot be prepared here.
    """
    _check_version(task)
    if task.kind == "job":
        _jobs.get(task, parcel)


def prepared(task: Task, parcel: Any) -> Refused | None:
    """The same, with an error as a value."""
    try:
        prepare(task, parcel)
    except Refused as error:
        return Refused(str(error))
    return None


def _check_version(task: Task) -> None:
    if task.version != _native.__version__:
        raise Refused(f"{_here()} has aureole {_native.__version__}, the program that sent the task {task.version}")


def settled(
    task: Task, parcel: Any, start: int, stop: int, chunks: bytes | None
) -> tuple[int, bytes | Refused | Failed]:
    """The first frame and the same, with an error as a value: for engines that give up on all tasks when one raises."""
    try:
        return start, integrate(task, parcel, start, stop, chunks)
    except (Refused, Failed) as error:
        return start, type(error)(str(error))


def _integrate_job(job: _native.Job, task: Task, start: int, stop: int, chunks: bytes | None) -> bytes:
    if task.parts is not None:
        return job.integrate_part(start, stop, task.sums, task.parts)
    return job.integrate_range(start, stop, task.sums, chunks)


def _integrate_case(line: str, task: Task, start: int, stop: int, chunks: bytes | None) -> bytes:
    return _native.testing_integrate(line, start, stop, task.batch, task.sums)


def _here() -> str:
    return f"the worker on {socket.gethostname()} (process {os.getpid()})"


class _Jobs:
    """The jobs that this process has prepared: the threads of a worker share one plan, and do not make it twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: OrderedDict[str, _native.Job] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}

    def get(self, task: Task, parcel: Any) -> _native.Job:
        with self._lock:
            making = self._making.setdefault(task.key, threading.Lock())
        with making:
            with self._lock:
                job = self._ready.get(task.key)
            if job is None:
                job = self._prepare(task, parcel)
            with self._lock:
                self._ready[task.key] = job
                self._ready.move_to_end(task.key)
                while len(self._ready) > _KEPT:
                    self._ready.popitem(last=False)
                self._making.pop(task.key, None)
            return job

    def _prepare(self, task: Task, parcel: Any) -> _native.Job:
        try:
            return _native.Job.from_parcel(bytes(parcel))
        except FileNotFoundError as error:
            hint = "; workers must see the files under the same names, or get the frames sent (--send-chunks)"
            raise Refused(f"{_here()}: {error}{'' if task.sent else hint}") from error
        except (ValueError, OSError) as error:
            raise Refused(f"{_here()}: {error}") from error


_jobs = _Jobs()
