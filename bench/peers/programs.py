"""One run of one program over one stack, as a process of its own."""

import json
import pathlib
import subprocess
import sys
import tempfile

import cases

HERE = pathlib.Path(__file__).resolve().parent
BINS = 1000


class Failed(Exception):
    """A program did not do what it was asked for."""


def run(command):
    """Runs a command; returns what it printed, which is JSON, and the most memory it had, in bytes."""
    with tempfile.NamedTemporaryFile("r") as peak:
        launcher = [sys.executable, "-I", "-S", HERE / "peak.py", peak.name]
        done = subprocess.run([str(word) for word in [*launcher, *command]], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        return json.loads(done.stdout), int(peak.read())


class Programs:
    """The programs of one comparison, and where they leave results that nobody looks at."""

    def __init__(self, aureole, liblz4, folder):
        self.aureole = aureole
        self.liblz4 = liblz4
        self.output = folder / "out.h5"
        self.dark = folder / "dark.npy"

    def measure(self, program, case, stack, threads, frames):
        """Frames a second and the most memory of one run."""
        if program == cases.LIBLZ4:
            said, memory = run([self.liblz4, f"{stack.file}::{stack.dataset}", frames])
            return {"frames_per_second": 1e3 / said["ms_per_frame"], "peak_bytes": memory}
        name, layout = program.split()
        if name == "pyFAI":
            asked = {"file": str(stack.file), "dataset": stack.dataset, "poni": str(stack.poni), "layout": layout,
                     "threads": threads, "frames": frames, "repeat": case.repeat, "bins": BINS, "split": "full"}
            asked.update({key: self.fill(value) for key, value in case.pyfai.items()})
            said, memory = run([sys.executable, HERE / "pyfai_worker.py", json.dumps(asked)])
            return {"frames_per_second": said["frames_per_second"], "peak_bytes": memory}
        inputs = [f"{stack.file}::{stack.dataset}"] * case.repeat
        part = ["--frames", f"0:{frames * case.repeat}"]
        said, memory = run([self.aureole, "integrate", *inputs, "--poni", stack.poni, "--bins", BINS, *part,
                            *map(self.fill, case.options), "--layout", layout, "--threads", threads,
                            "--summary", "json", "--force", "-o", self.output])
        return {"frames_per_second": said["frames_per_second"], "peak_bytes": memory, "stages": said["stage_seconds"],
                "isa": said["isa"]}

    def fill(self, value):
        """An option's value, with the name of the dark image put in."""
        return value.replace("{dark}", str(self.dark)) if isinstance(value, str) else value
