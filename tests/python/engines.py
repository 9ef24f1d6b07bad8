"""What the tests of the layouts dask and joblib share."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import psutil

#: What differs from run to run.
OF_THE_RUN = ("entry/reduction", "entry/title", "entry/start_time", "entry/end_time")
COMMAND = [sys.executable, "-m", "aureole"]


def datasets(path: Path) -> dict[str, bytes]:
    """Everything in a result that no layout may change: name, type, shape and bytes of each dataset."""
    found = {}
    with h5py.File(path) as file:

        def keep(name, item):
            if isinstance(item, h5py.Dataset) and not name.startswith(OF_THE_RUN):
                value = np.asarray(item[()])
                text = value.dtype.kind in "OS"
                found[name] = f"{value.dtype} {value.shape}".encode() + (
                    repr(value).encode() if text else value.tobytes()
                )

        file.visititems(keep)
    assert "entry/data/I" in found
    return found


def started(*words, **options) -> subprocess.Popen:
    """The package's command, running in a process group of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*COMMAND, *map(str, words)], start_new_session=True, **pipes, **options)


def rows(path: Path) -> int:
    """Rows of a result that are done, while it grows."""
    with contextlib.suppress(OSError, KeyError), h5py.File(path, locking=False) as file:
        return int((file["entry/frames/status"][()] != 0).sum())
    return 0


def wait_for(what, seconds: float = 60.0):
    """Waits until ``what()`` is true, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := what():
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def workers_of(pid: int) -> list[psutil.Process]:
    """The worker processes below a process: those that use Aureole's native code."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any("_native" in file.path for file in child.memory_maps()):
                found.append(child)
    return found


def group(pid: int) -> list[psutil.Process]:
    """All processes of a session, dead ones left out."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def interrupt(process: subprocess.Popen) -> None:
    """What Ctrl-C does on a terminal: the signal reaches the whole group."""
    os.killpg(process.pid, signal.SIGINT)
