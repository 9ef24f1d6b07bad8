"""What binds a run on a cluster: a simulation of its queue, with costs that were measured on one machine.

    python bench/scaling.py [--frames 1000000] [--workers 10,100,1000] [--range 64] [--frame-ms 2.1] ...

Tasks wait for the scheduler (one after the other), then for a worker, and their results for the client (one after the other, in
order, unless --parts: then workers write files of their own and the client gets a line of text each). No more tasks
are under way than the engine's window allows. Workers share the file system, which gives so many bytes a second in all. Prints a
row a number of workers: frames a second, hours in all, and what each part is busy of that time; the busiest binds.
"""

from __future__ import annotations

import argparse
import heapq
from dataclasses import dataclass, fields


@dataclass
class Costs:
    """Costs and rates; the defaults are those of docs/scaling.md."""

    #: ms of a worker for a frame: Eiger 4M, 1000 bins.
    frame_ms: float = 2.1
    #: ms of a worker for a task beside its frames.
    task_ms: float = 2.0
    #: ms of the scheduler for a task.
    scheduler_ms: float = 1.0
    #: ms of the client for a task: to submit it and to fetch its result.
    client_ms: float = 1.0
    #: ms of the client for a frame: to decode its pattern and write it.
    write_ms: float = 0.01
    #: Stored bytes of a frame.
    frame_bytes: float = 2.41e6
    #: Bytes of a pattern.
    pattern_bytes: float = 4e3
    #: Bytes a second that the file system gives to all workers.
    disk: float = 20e9
    #: Bytes a second into the client.
    network: float = 1.2e9
    #: Tasks a worker under way at most.
    window: int = 3


@dataclass
class Busy:
    """Seconds that each part works."""

    scheduler: float = 0.0
    workers: float = 0.0
    files: float = 0.0
    client: float = 0.0


def simulate(costs: Costs, frames: int, size: int, workers: int, parts: bool) -> tuple[float, Busy]:
    """Seconds that a run takes, and what its parts do of it (of the workers: one of them, on average)."""
    ms, busy = 1e-3, Busy()
    scheduler = client = files = 0.0
    free = [0.0] * workers
    heapq.heapify(free)
    delivered: list[float] = []
    tasks = -(-frames // size)
    for task in range(tasks):
        here = min(size, frames - task * size)
        # The window: a task is submitted when the one so many before it was taken in.
        before = task - costs.window * workers
        submitted = delivered[before] if before >= 0 else 0.0
        scheduler = max(scheduler, submitted) + costs.scheduler_ms * ms
        begun = max(scheduler, heapq.heappop(free))
        # All workers read from the same place: what it can give is handed out in the order of asking.
        read = here * costs.frame_bytes / costs.disk
        files = max(files, begun) + read
        done = max(begun + (costs.task_ms + here * costs.frame_ms) * ms, files)
        heapq.heappush(free, done)
        taken = costs.client_ms * ms
        if not parts:
            taken += here * max(costs.write_ms * ms, costs.pattern_bytes / costs.network)
        client = max(client, done) + taken
        delivered.append(client)
        busy.scheduler += costs.scheduler_ms * ms
        busy.workers += (costs.task_ms + here * costs.frame_ms) * ms / workers
        busy.files += read
        busy.client += taken
    return client, busy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--workers", default="10,100,1000")
    parser.add_argument("--range", default="16,64,256", help="frames a task")
    parser.add_argument("--parts", action="store_true", help="workers write the results (--output-parts)")
    for cost in fields(Costs):
        parser.add_argument(f"--{cost.name.replace('_', '-')}", type=type(cost.default), default=cost.default)
    asked = parser.parse_args()
    costs = Costs(**{cost.name: getattr(asked, cost.name) for cost in fields(Costs)})
    print("| workers | frames a task | frames/s | hours | scheduler | workers | files | client | binds |")
    print("|---|---|---|---|---|---|---|---|---|")
    for workers in map(int, asked.workers.split(",")):
        for size in map(int, asked.range.split(",")):
            seconds, busy = simulate(costs, asked.frames, size, workers, asked.parts)
            shares = {part.name: getattr(busy, part.name) / seconds for part in fields(Busy)}
            row = [f"{workers}", f"{size}", f"{asked.frames / seconds:,.0f}", f"{seconds / 3600:.2f}"]
            row += [f"{100 * share:.0f} %" for share in shares.values()]
            print("| " + " | ".join([*row, max(shares, key=shares.get)]) + " |")


if __name__ == "__main__":
    main()
