"""What a second recipe costs beside the first: time of the command for one recipe and for two, in turns.

usage: recipes.py AUREOLE [STACK PONI [ROUNDS]]

Without a stack the command simulates 128 frames of an Eiger 4M (uint32). All recipes split pixels fully. Prints the median
seconds of each set, by the clock (from the first read to the last row) and summed over the stages of all threads, and what
each further recipe costs in parts of the first, reading and decoding included.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

RECIPES = [
    ("q", "q --bins 1000"),
    ("2theta", "tth --bins 1000 --unit 2th_deg"),
    ("a sector of it", "sector --bins 1000 --unit 2th_deg --azimuth-range=-60,60"),
    ("a cake", "cake --bins 500 --azimuthal-bins 36"),
]


def run(aureole, stack, poni, recipes, output):
    """Seconds of one run: by the clock, and in all stages of all threads."""
    command = [aureole, "integrate", stack, "--poni", poni, "--force", "--summary", "json", "-o", output]
    for recipe in recipes:
        command += ["--recipe", recipe]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    summary = json.loads(done.stdout)
    return summary["seconds"], sum(summary["stage_seconds"].values())


def main():
    aureole = sys.argv[1]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 7
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if len(sys.argv) > 3:
            stack, poni = sys.argv[2:4]
        else:
            stack, poni = str(folder / "stack.h5"), str(folder / "stack.poni")
            subprocess.run([aureole, "simulate", stack, "--frames", "128"], check=True, capture_output=True)
        seconds = {count: [] for count in range(1, len(RECIPES) + 1)}
        for _ in range(rounds):
            for count, taken in seconds.items():
                recipes = [recipe for _, recipe in RECIPES[:count]]
                taken.append(run(aureole, stack, poni, recipes, str(folder / "out.h5")))
    first = None
    previous = (0.0, 0.0)
    for count, taken in seconds.items():
        clock, stages = (statistics.median(column) for column in zip(*taken))
        first = first or (clock, stages)
        more = [(now - then) / one for now, then, one in zip((clock, stages), previous, first)]
        print(f"{count} recipes (with {RECIPES[count - 1][0]}): {clock:.3f} s, {stages:.3f} s of work in all stages;"
              f" the last one costs {more[0]:.2f} of the first by the clock, {more[1]:.2f} by work")
        previous = (clock, stages)


if __name__ == "__main__":
    main()
