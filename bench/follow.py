"""How long a frame takes from the detector's file to a row that others can read, with `aureole integrate --follow`.

usage: follow.py --aureole FILE [--seconds N] [--rate HZ] [--detector NAME] [--as swmr|plain|dectris] [--keep FOLDER]

A writer in a process of its own (follow_writer.py) puts a frame into the file at every tick and notes when it was there;
this process opens the result again and again and notes when each row is said to be done. Prints the latency's median and
percentiles, and whether all rows are those of the complete stack.
"""

import argparse
import contextlib
import pathlib
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def watch(result, run):
    """When each row was first seen, until the run ends and all was looked at once more."""
    seen = []
    while True:
        ended = run.poll() is not None
        with contextlib.suppress(OSError, KeyError), h5py.File(result, "r", locking=False) as file:
            status = file["entry/frames/status"][len(seen) :]
            done = len(status) if (status != 0).all() else int(np.argmin(status != 0))
            seen += [time.time()] * done
        if ended:
            return np.array(seen)
        time.sleep(0.002)


def same_rows(result, stack_rows):
    """True if row i of the result is row i of the stack that the writer repeats."""
    with h5py.File(result) as file:
        rows = file["entry/data/I"]
        step = len(stack_rows)
        return all(
            np.array_equal(rows[at : at + step], stack_rows[: len(rows) - at], equal_nan=True)
            for at in range(0, len(rows), step)
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aureole", required=True)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--detector", default="eiger1m")
    parser.add_argument("--as", dest="kind", choices=("swmr", "plain", "dectris"), default="swmr")
    parser.add_argument("--keep")
    options = parser.parse_args()
    aureole = str(pathlib.Path(options.aureole).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(options.keep or folder)
        call = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
        subprocess.run(
            [aureole, "simulate", "s.h5", "--detector", options.detector, "--frames", "64", "--force"], **call
        )
        subprocess.run([aureole, "integrate", "s.h5", "--poni", "s.poni", "-o", "r.h5", "--force"], **call)
        with h5py.File(folder / "r.h5") as file:
            rows = file["entry/data/I"][:]
        frames = round(options.seconds * options.rate)
        name = "d_master.h5" if options.kind == "dectris" else "d.h5"
        words = [
            aureole,
            "integrate",
            name,
            "--poni",
            "s.poni",
            "--follow",
            "-o",
            "out.h5",
            "--frames",
            f":{frames}",
            "--force",
        ]
        run = subprocess.Popen([*words, "--timeout", "20"], cwd=folder)
        writer = [sys.executable, HERE / "follow_writer.py", "s.h5", name, "--as", options.kind, "--times", "times"]
        writer += ["--frames", frames, "--rate", options.rate]
        writing = subprocess.Popen([str(word) for word in writer], cwd=folder)
        seen = watch(folder / "out.h5", run)
        assert writing.wait() == 0 and run.returncode == 0, f"exit {run.returncode}"
        written = np.loadtxt(folder / "times")
        assert len(seen) == len(written) == frames, f"{len(seen)} rows of {frames} frames"
        same = same_rows(folder / "out.h5", rows)
    latency = 1000 * (seen - written)
    at = {f"{percent}%": round(float(np.percentile(latency, percent)), 1) for percent in (50, 95, 99, 99.9, 100)}
    rate = (frames - 1) / (written[-1] - written[0])
    print(f"{options.detector}, {options.kind}, {frames} frames at {rate:.1f} Hz: none lost, rows the same: {same}")
    print(f"latency in ms: {at}; later than 200 ms: {int((latency > 200).sum())}")
    sys.exit(not same)


if __name__ == "__main__":
    main()
