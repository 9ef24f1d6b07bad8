"""What a task costs beside its work, with Dask and with Joblib: tasks that do nothing, and frames in tasks of several sizes.

    python bench/tasks.py STACK.h5 STACK.poni [--workers 2] [--rounds 3]

Prints one line of JSON a measurement. Needs the package aureole with Dask and Joblib.
"""

from __future__ import annotations

import argparse
import json
import pickle
import time
from statistics import median
from typing import Any

import aureole
from aureole import _engines
from aureole._engines import task as tasks

#: Bytes of a result: nothing, 16 and 64 frames of 1000 bins, 64 frames with errors and sums.
SIZES = (0, 256_000, 1_536_000)
RANGES = (1, 4, 16, 64, 256)


def nothing(_task: Any, parcel: Any, _start: int, _stop: int, _chunks: None) -> bytes:
    """Stands for a task: a result of as many bytes as the parcel says."""
    return bytes(int(bytes(parcel)))


def empty_tasks(engine: Any, size: int, count: int) -> float:
    """Seconds a task of ``count`` that do nothing, through the engine's own window."""
    task = tasks.Task("job", "none", aureole.__version__, False, None, False, None)
    order = tasks.Order(task, str(size).encode(), [(nth, nth + 1) for nth in range(count)], None)
    start = time.perf_counter()
    running = engine.start(order)
    for _ in range(count):
        while running.next(1.0) is None:
            pass
    seconds = (time.perf_counter() - start) / count
    running.cancel()
    return seconds


def say(**measured: Any) -> None:
    print(json.dumps(measured), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("poni")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default="dask,joblib")
    asked = parser.parse_args()
    small = tasks.Task("job", "0" * 64, aureole.__version__, False, None, False, None)
    say(what="bytes of a task's description", bytes=len(pickle.dumps(small)))
    integrate = tasks.integrate, tasks.settled
    for name in asked.engines.split(","):
        engine = _engines.engine(name, {})
        start = time.perf_counter()
        engine.open(asked.workers, None)
        say(engine=name, what="start of the workers", seconds=round(time.perf_counter() - start, 2))
        tasks.integrate = tasks.settled = nothing
        empty_tasks(engine, 0, 50)
        for size in SIZES:
            each = median(empty_tasks(engine, size, 200) for _ in range(asked.rounds))
            say(engine=name, what="empty tasks", result_bytes=size, ms_a_task=round(1e3 * each, 2))
        tasks.integrate, tasks.settled = integrate
        options = {"layout": name, "engine": engine, "workers": asked.workers, "progress": False}
        # The first run has the workers make the plan.
        aureole.integrate(asked.stack, poni=asked.poni, **options)
        for size in RANGES:
            runs = [aureole.integrate(asked.stack, poni=asked.poni, range=size, **options) for _ in range(asked.rounds)]
            rates = [run.summary["frames_per_second"] for run in runs]
            say(engine=name, what="frames", range=size, frames_per_second=round(median(rates), 1))
        engine.close()


if __name__ == "__main__":
    main()
