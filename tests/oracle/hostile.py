"""Damaged stacks: every truncation and many changed bytes of small files, in processes with bounded memory.

usage: hostile.py EXAMPLE [FLIPS]

EXAMPLE is `hostile` of the crate `aureole`. For each file below, copies with changed bytes (FLIPS in all, 2000 if nothing is said)
and copies of every length are integrated. A case that ends its process (a crash, more than 2 GB, more than 20 s) is a failure, and
the next process goes on behind it. Where checksums guard all that is stored, no wrong row may come without a word.
"""

import json
import pathlib
import resource
import subprocess
import sys
import tempfile

import h5py
import hdf5plugin
import numpy as np

MEMORY = 2 << 30
#: Seconds that a process of cases may take before it counts as one that hangs, and cases a process.
PATIENCE, AT_ONCE = 120, 1000


def write(path, libver, **how):
    """A stack of three frames of 30 x 41 pixels, and the flag whether checksums guard all of it."""
    frames = np.random.default_rng(1).poisson(3, (3, 30, 41)).astype(np.uint16)
    with h5py.File(path, "w", libver=libver) as file:
        file.create_dataset("data", data=frames, chunks=(1, 30, 41), **how)


FILES = {
    "bslz4": ("earliest", dict(hdf5plugin.Bitshuffle(nelems=0, cname="lz4")), False),
    "bslz4-latest": ("latest", dict(hdf5plugin.Bitshuffle(nelems=0, cname="lz4")), False),
    "gzip-fletcher": ("latest", {"compression": "gzip", "shuffle": True, "fletcher32": True}, True),
    "contiguous-chunks": ("earliest", {}, False),
    "fletcher": ("latest", {"fletcher32": True}, True),
}


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Counts(dict):
    """What became of cases, by name."""

    def add(self, other):
        for name, count in other.items():
            self[name] = self.get(name, [] if name == "first" else 0) + count


def run(example, stack, how, start, stop):
    """All cases from start to stop; a process that dies is replaced behind the case that ended it."""
    counts, progress = (
        Counts(refused=0, failed=0, same=0, unmarked=0, panics=0, died=0, first=[]),
        stack.with_suffix(".case"),
    )
    while start < stop:
        end = min(start + AT_ONCE, stop)
        words = [example, stack, progress, how, start, end]
        try:
            done = subprocess.run(
                list(map(str, words)), capture_output=True, text=True, timeout=PATIENCE, preexec_fn=limit
            )
            said, code = done.stdout.strip(), done.returncode
        except subprocess.TimeoutExpired:
            said, code = "", "too long"
        if said:
            counts.add(json.loads(said.splitlines()[-1]))
            start = end
            continue
        case = max(start, int(progress.read_text())) if progress.exists() else start
        if case > start:
            # What came before it is counted by a process of its own.
            counts.add(run(example, stack, how, start, case))
        print(
            f"  {stack.stem}, {how} {case}: the process ended with {code}: {done.stderr.strip()[-200:] if code != 'too long' else ''}"
        )
        counts.add({"died": 1})
        start = case + 1
    return counts


def main():
    example, flips = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (libver, filters, guarded) in FILES.items():
            stack = pathlib.Path(folder) / f"{name}.h5"
            write(stack, libver, **filters)
            for how, cases in (("flips", flips // len(FILES)), ("cuts", stack.stat().st_size)):
                counts = run(example, stack, how, 0, cases)
                good = counts["panics"] == counts["died"] == 0
                # A file that is cut has what it has, or less; nothing else may come out of it.
                if guarded or how == "cuts":
                    good = good and counts["unmarked"] == 0
                passed, failed = passed + good, failed + (not good)
                told = ", ".join(f"{what} {count}" for what, count in counts.items() if what != "first")
                print(f"{'ok' if good else 'FAILED'}: {name}, {cases} {how}: {told} {counts['first'] or ''}")
    print(f"hostile: {passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
