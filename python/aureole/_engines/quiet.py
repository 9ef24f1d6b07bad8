"""Processes that are started from here do not hear Ctrl-C: it reaches the whole group, and they are ended in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def no_interrupts() -> Iterator[None]:
    """Threads and processes that begin within it, and those that they begin, never get the signal of Ctrl-C."""
    # It unblocks the signal in whichever thread it is started from, so that this is done before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
