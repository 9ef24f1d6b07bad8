"""pyFAI, the C library's LZ4 and Aureole on the same files with the same threads, in turns; writes the page of benchmarks.

usage: compare.py --aureole FILE --liblz4 FILE [--frames N] [--rounds N] [--cases NAME,...] [--threads N,...]
                  [--no-instructions] [--no-memory] [--results DIR] [--page FILE]

Stacks are made in a temporary folder by stacks.py; real ones are read where AUREOLE_DATA points (../shared/data if it
says nothing) and are skipped by name if they are not there. In each round every program runs once, so that all
see the same weather; the page tells the median of the rounds. Making plans is in no figure; Aureole's include writing the
result, pyFAI's keep it in memory.
"""

import argparse
import datetime
import json
import os
import pathlib
import sys
import tempfile
from typing import NamedTuple

import cases
import instructions
import machine
import page
import stacks
from programs import Failed, Programs


class Stack(NamedTuple):
    """Where a stack and its geometry lie."""

    file: pathlib.Path
    dataset: str
    poni: pathlib.Path


def arguments():
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--aureole", required=True)
    parser.add_argument("--liblz4", required=True, help="the example liblz4_floor")
    parser.add_argument("--frames", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", default=",".join(case.name for case in cases.CASES))
    parser.add_argument("--threads", help="instead of 1 and all cores allowed")
    parser.add_argument("--no-instructions", action="store_true")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--results", type=pathlib.Path, default="bench/results")
    parser.add_argument("--page", type=pathlib.Path, default="docs/benchmarks.md")
    typed = parser.parse_args()
    known = {case.name: case for case in cases.CASES}
    unknown = [name for name in typed.cases.split(",") if name not in known]
    if unknown:
        parser.error(f"--cases {','.join(unknown)}: not a case; use {', '.join(known)}")
    typed.cases = [known[name] for name in typed.cases.split(",")]
    return typed


def find(kind, folder, frames):
    """The stack of a kind, made if it is not there yet; None for a real one that is missing."""
    if kind in cases.REAL:
        data = pathlib.Path(os.environ.get("AUREOLE_DATA", "../shared/data"))
        file, dataset, poni = cases.REAL[kind]
        if not (data / file).exists():
            print(f"SKIPPED: {kind}: {data / file} is not there (set AUREOLE_DATA)", flush=True)
            return None
        return Stack(data / file, dataset, data / poni)
    file = folder / f"{kind}.h5"
    if not file.exists():
        stacks.make(kind, file, frames)
    return Stack(file, "/data", file.with_suffix(".poni"))


def compare(case, programs, stack, typed):
    """Every program of a case, in turns; a list of results, one a program and number of threads."""
    cores = len(os.sched_getaffinity(0))
    counts = [int(count) for count in typed.threads.split(",")] if typed.threads else sorted({1, cores})
    counts = counts if case.one_thread or len(counts) == 1 else [max(counts)]
    runs = [(program, threads) for threads in counts for program in case.programs
            if program != cases.LIBLZ4 or threads == 1]
    measured = {key: [] for key in runs}
    frames = 20 if case.stack in cases.REAL else typed.frames
    for number in range(typed.rounds):
        for program, threads in runs:
            taken = programs.measure(program, case, stack, threads, frames)
            measured[program, threads].append(taken)
            print(f"{case.name}, round {number + 1}: {program} on {threads}: {taken['frames_per_second']:.1f} frames/s",
                  flush=True)
    return [{"case": case.name, "program": program, "threads": threads, "runs": taken}
            for (program, threads), taken in measured.items()]


def memory(programs, folder, frames):
    """The most memory for a stack and for one four times as long."""
    long = find("tutorial", folder / "long", 4 * frames)
    case = cases.CASES[0]
    threads = len(os.sched_getaffinity(0))
    found = []
    for program in cases.BOTH:
        for count in (frames, 4 * frames):
            taken = programs.measure(program, case, long, threads, count)
            found.append({"program": program, "frames": count, "threads": threads, "peak_bytes": taken["peak_bytes"]})
            print(f"memory: {program}, {count} frames: {taken['peak_bytes'] / 2**20:.0f} MiB", flush=True)
    return found


def main():
    typed = arguments()
    results = {"machine": machine.describe(), "date": datetime.date.today().isoformat(), "load": os.getloadavg()[0],
               "frames": typed.frames, "rounds": typed.rounds, "versions": machine.versions(typed.aureole), "results": []}
    with tempfile.TemporaryDirectory(prefix="aureole-peers-") as place:
        folder = pathlib.Path(place)
        for part in ("counted", "long"):
            (folder / part).mkdir()
        programs = Programs(typed.aureole, typed.liblz4, folder)
        stacks.dark(programs.dark)
        for case in typed.cases:
            stack = find(case.stack, folder, typed.frames)
            if stack is not None:
                results["results"] += compare(case, programs, stack, typed)
        if not typed.no_instructions:
            counted = find("tutorial", folder / "counted", max(instructions.FRAMES))
            results["instructions"] = instructions.count(typed.aureole, counted, programs.output)
            print(f"instructions: {results['instructions']}", flush=True)
        if not typed.no_memory:
            results["memory"] = memory(programs, folder, typed.frames)
    typed.results.mkdir(parents=True, exist_ok=True)
    target = typed.results / f"{machine.slug(results['machine'])}.json"
    target.write_text(json.dumps(results, indent=1) + "\n")
    typed.page.write_text(page.write(results, cases.CASES, target))
    print(f"{target}\n{typed.page}")


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"error: {failed}")
