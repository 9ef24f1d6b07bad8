"""Instructions that one frame costs a thread, counted by valgrind: the difference of two runs, so that the plan cancels.

valgrind knows no AVX-512, so the AVX2 code is counted.
"""

import re
import shutil
import subprocess

FRAMES = (32, 48)


def count(aureole, stack, output):
    """Instructions a frame of the tutorial's recipe; None where valgrind is not there."""
    if shutil.which("valgrind") is None:
        return None
    totals = [total(aureole, stack, output, frames) for frames in FRAMES]
    return {"per_frame": (totals[1] - totals[0]) / (FRAMES[1] - FRAMES[0]), "frames": FRAMES, "isa": "avx2"}


def total(aureole, stack, output, frames):
    """Instructions of a whole run."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", aureole, "integrate",
               f"{stack.file}::{stack.dataset}", "--poni", stack.poni, "--frames", f"0:{frames}", "--layout", "threads",
               "--threads", "1", "--isa", "avx2", "--force", "-o", output]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))
