"""Files that grow while they are integrated: rows are those of the complete file, none lost, whatever ends the run.

usage: follow.py AUREOLE [CHECK...]
"""

import contextlib
import pathlib
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
from support.checks import call, run_all

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRITER = ROOT / "bench" / "follow_writer.py"
FRAMES = 90


class Room:
    """A folder with a short stack, and its rows."""

    def __init__(self, aureole, folder):
        self.aureole, self.folder = aureole, pathlib.Path(folder)
        self.run("simulate", "stack.h5", "--detector", "Pilatus100k", "--frames", "20")
        self.run("integrate", "stack.h5", "--poni", "stack.poni", "-o", "stack_patterns.h5")
        self.rows = self.read("stack_patterns.h5")[0]

    def run(self, *words, code=0):
        return call(self.aureole, self.folder, words, code)

    def start(self, file, *more):
        words = [self.aureole, "integrate", file, "--poni", "stack.poni", "--follow", "-o", "out.h5", "--force", *more]
        return subprocess.Popen(words, cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def writer(self, file, kind, *more):
        words = [sys.executable, WRITER, "stack.h5", file, "--as", kind, *more]
        return subprocess.Popen(list(map(str, words)), cwd=self.folder)

    def read(self, file):
        with h5py.File(self.folder / file) as result:
            return result["entry/data/I"][:], result["entry/frames/status"][:]

    def compare(self, frames, first=0):
        rows, status = self.read("out.h5")
        assert len(rows) == len(status) == frames, f"{len(rows)} rows and {len(status)} states of {frames} frames"
        assert (status == 1).all(), f"status {status}"
        for at, row in enumerate(rows):
            assert np.array_equal(row, self.rows[(first + at) % len(self.rows)]), f"row {at} differs"


def grows(room, kind, file, *more):
    """Waits for the file, takes every frame as it comes and ends with the writer."""
    run = room.start(file, "--timeout", "5", *more)
    time.sleep(0.2)
    writer = room.writer(file, kind, "--frames", FRAMES, "--rate", 150, "--files", 25)
    said = run.communicate(timeout=60)[1]
    assert writer.wait() == 0 and run.returncode == 0, said
    assert f"waiting for {file}" in said, said
    room.compare(FRAMES)


def swmr(room):
    grows(room, "swmr", "swmr.h5")


def no_swmr(room):
    grows(room, "plain", "plain.h5", "--layout", "serial", "--frames", f":{FRAMES}")


def dectris(room):
    grows(room, "dectris", "d_master.h5")


def visible(room):
    """Rows can be read from the result while the run goes on."""
    writer = room.writer("slow.h5", "swmr", "--frames", 120, "--rate", 20)
    run = room.start("slow.h5")
    seen = []
    while run.poll() is None:
        time.sleep(0.2)
        with contextlib.suppress(OSError, KeyError):
            seen.append(int((room.read("out.h5")[1] == 1).sum()))
    run.communicate()
    assert writer.wait() == 0
    assert len({count for count in seen if 0 < count < 120}) >= 3, f"rows seen meanwhile: {seen}"
    room.compare(120)


def complete(room):
    """A file that is complete already is integrated at once."""
    assert room.writer("complete.h5", "swmr", "--frames", 30, "--rate", 1e6).wait() == 0
    run = room.start("complete.h5", "--frames", "4:25")
    said = run.communicate(timeout=30)[1]
    assert run.returncode == 0, said
    room.compare(21, first=4)


def left_out(room):
    """A frame that was never written fails alone, once its writer has closed the file."""
    with h5py.File(room.folder / "stack.h5") as stack, h5py.File(room.folder / "gap.h5", "w", libver="latest") as gap:
        source = stack["entry/data/data"]
        plist = source.id.get_create_plist()
        space = h5py.h5s.create_simple(source.shape)
        group = gap.create_group("entry/data")
        data = h5py.h5d.create(group.id, b"data", source.id.get_type(), space, plist)
        for frame in (0, 1, 3, 4):
            data.write_direct_chunk((frame, 0, 0), source.id.read_direct_chunk((frame, 0, 0))[1])
    run = room.start("gap.h5", "--frames", ":5")
    said = run.communicate(timeout=30)[1]
    assert run.returncode == 3 and "frame 2 was never written" in said, said
    assert room.read("out.h5")[1].tolist() == [1, 1, 2, 1, 1]


def timeout(room):
    """Frames that never come are told, and end the run after the time that was given."""
    assert room.writer("short.h5", "plain", "--frames", 10, "--rate", 1e6).wait() == 0
    run = room.start("short.h5", "--frames", ":40", "--timeout", "1")
    said = run.communicate(timeout=30)[1]
    assert run.returncode == 3 and "30 of 40 frames never came" in said, said
    room.compare(10)


def interrupted(room):
    """Ctrl-C ends the run with all that has come."""
    assert room.writer("endless.h5", "plain", "--frames", 10, "--rate", 1e6).wait() == 0
    run = room.start("endless.h5")
    time.sleep(1.5)
    run.send_signal(signal.SIGINT)
    said = run.communicate(timeout=30)[1]
    assert run.returncode == 130, f"{run.returncode}: {said}"
    room.compare(10)


def link_missing(room):
    """A data file whose number is missing among a master's links is not skipped: the frames behind it never come."""
    assert room.writer("m_master.h5", "dectris", "--frames", 60, "--rate", 1e6, "--files", 20).wait() == 0
    with h5py.File(room.folder / "m_master.h5", "r+") as master:
        del master["entry/data/data_000002"]
    run = room.start("m_master.h5", "--timeout", "1")
    said = run.communicate(timeout=30)[1]
    assert run.returncode == 3 and "40 of 60 frames never came" in said, said
    room.compare(20)


def killed(room):
    """A run that was killed while it followed is gone on with once the stack is complete, and can be verified."""
    (room.folder / "out.h5").unlink()
    writer = room.writer("killed.h5", "swmr", "--frames", 160, "--rate", 20)
    run = room.start("killed.h5")
    before = 0
    while before < 5 and run.poll() is None:
        time.sleep(0.05)
        with contextlib.suppress(OSError, KeyError):
            before = int((room.read("out.h5")[1] == 1).sum())
    run.kill()
    run.communicate()
    assert writer.wait() == 0
    try:
        before = int((room.read("out.h5")[1] == 1).sum())
    except OSError:
        before = None
    words = ("killed.h5", "--poni", "stack.poni", "-o", "out.h5", "--resume")
    said = room.run("integrate", *words)
    assert before is None or (0 < before < 160 and f"{before} done" in said), f"{before} rows, {said}"
    room.compare(160)
    room.run("verify", "out.h5", "--all")


def refused(room):
    """What cannot be followed is refused by name."""
    for words, why in [
        (("stack.h5", "stack.h5"), "a single file can be followed"),
        (("stack.h5", "--layout", "processes"), "layout processes takes stacks that are complete"),
        (("stack.h5", "--normalization", "stack.h5::/entry/data/data"), "a monitor's dataset has to be complete"),
        (("nothing.h5", "--timeout", "1"), "no such file"),
        (("stack.h5", "--resume"), "cannot be used with"),
    ]:
        said = room.run("integrate", *words, "--poni", "stack.poni", "--follow", "-o", "refused.h5", code=2)
        assert why in said, f"{words}: {said}"
        assert not (room.folder / "refused.h5").exists()


if __name__ == "__main__":
    run_all(
        "follow",
        Room,
        [swmr, no_swmr, dectris, visible, complete, left_out, timeout, interrupted, link_missing, killed, refused],
    )
