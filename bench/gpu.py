"""Measures layout gpu and writes the figures to bench/results: what GPUs integrate with nothing read from files, whole runs from
files in memory to a result on disk, several processes that share a GPU, and pyFAI's OpenCL path beside. Called by bench/gpu.sh.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

FRAMES = 512
# Runs over the same file again and again, since one file is integrated before a device has started.
REPEATS = 128
ROUNDS = 3

STACKS = {
    "tutorial": [],
    "gaps": ["--gaps"],
    "sparse": ["--profile", "sparse"],
    "uint16": ["--dtype", "uint16"],
}

# Name, stack, options, repeats of the file, batches of a load.
CASES = [
    ("tutorial", "tutorial", [], REPEATS, 8),
    ("gaps", "gaps", [], REPEATS, 8),
    ("sparse", "sparse", [], REPEATS, 8),
    ("uint16", "uint16", [], REPEATS, 8),
    ("poisson", "tutorial", ["--error-model", "poisson"], REPEATS, 8),
    ("cake", "tutorial", ["--azimuthal-bins", "360"], 8, 2),
]


class Bench:
    def __init__(self, arguments):
        self.aureole, self.folder, self.devices = arguments.aureole, arguments.folder, arguments.devices

    def run(self, *words):
        done = subprocess.run([self.aureole, *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"aureole {' '.join(map(str, words))}: {done.stderr}")
        return done.stdout

    def stack(self, name):
        return self.folder / f"{name}.h5"

    def simulate(self, names):
        for name in names:
            self.run("simulate", self.stack(name), "--frames", FRAMES, "--force", *STACKS[name])

    def limits(self, stack, options, load):
        """What GPUs integrate with nothing read from files."""
        words = ["--gpu-limits", "--devices", self.devices, "--load", load, "--json"]
        poni = self.stack(stack).with_suffix(".poni")
        return json.loads(self.run("bench", self.stack(stack), "--poni", poni, *options, *words))

    def words(self, stack, options, repeats, output):
        poni = self.stack(stack).with_suffix(".poni")
        inputs = [str(self.stack(stack))] * repeats
        where = ["--layout", "gpu", "--devices", self.devices, "-o", str(self.folder / output), "--force"]
        return ["integrate", *inputs, "--poni", str(poni), *options, *where, "--summary", "json"]

    def whole(self, stack, options, repeats):
        """Whole runs: the summaries of all rounds."""
        return [json.loads(self.run(*self.words(stack, options, repeats, "out.h5"))) for _ in range(ROUNDS)]

    def processes(self, count):
        """Frames a second of so many processes that share the GPU, each with its part of the memory and a file of its own."""
        share = ["--device-memory", str(90 // count), "--threads", "2"]
        words = [self.words("tutorial", share, REPEATS // count, f"out{i}.h5") for i in range(count)]
        start = time.perf_counter()
        running = [subprocess.Popen([self.aureole, *w], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for w in words]
        said = [process.communicate() for process in running]
        seconds = time.perf_counter() - start
        if any(process.returncode for process in running):
            sys.exit(b"\n".join(error for _, error in said).decode())
        frames = sum(json.loads(out)["frames"] for out, _ in said)
        return {"processes": count, "frames": frames, "seconds": seconds, "frames_per_second": frames / seconds}


def peer(script):
    """pyFAI's OpenCL path, with one process and with ten."""
    done = subprocess.run([sys.executable, script, "128", "1,10"], capture_output=True, text=True, timeout=240)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return lines or {"error": done.stderr[-500:]}


def device():
    query = "--query-gpu=name,driver_version,memory.total"
    done = subprocess.run(["nvidia-smi", query, "--format=csv,noheader"], capture_output=True, text=True)
    return done.stdout.strip().splitlines()


def median(runs):
    return statistics.median(run["frames_per_second"] for run in runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("aureole")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--devices", default="0")
    parser.add_argument("--peers", type=pathlib.Path)
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    parser.add_argument("--cases", default=",".join(case[0] for case in CASES))
    arguments = parser.parse_args()
    bench = Bench(arguments)
    cases = [case for case in CASES if case[0] in arguments.cases.split(",")]
    bench.simulate({stack for _, stack, *_ in cases} | {"tutorial"})
    results = {"devices": device(), "date": time.strftime("%Y-%m-%d"), "frames": FRAMES, "cases": {}}
    name = device()[0].split(",")[0].lower().replace(" ", "-") + f"-x{len(arguments.devices.split(','))}.json"
    for case, stack, options, repeats, load in cases:
        limits, runs = bench.limits(stack, options, load), bench.whole(stack, options, repeats)
        results["cases"][case] = {"limits": limits, "runs": runs}
        print(
            f"{case:10} resident {limits['resident']:8.0f}  pinned {limits['from_pinned']:8.0f}  "
            f"whole runs {median(runs):8.0f} frames/s, {statistics.median(run['seconds'] for run in runs):.2f} s",
            flush=True,
        )
        (arguments.results / name).write_text(json.dumps(results, indent=1) + "\n")
    if len(arguments.devices.split(",")) == 1:
        results["processes"] = [bench.processes(count) for count in (1, 4, 10)]
        print(*results["processes"], sep="\n", flush=True)
    if arguments.peers:
        results["pyfai"] = peer(arguments.peers / "pyfai_gpu.py")
        print(results["pyfai"])
    (arguments.results / name).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
