"""Checks that are functions of a room (a folder with what they need), one after the other, counted."""

import pathlib
import subprocess
import sys
import tempfile


def run_all(name, room_of, checks):
    """Calls each check with the room that `room_of(program, folder)` makes, says what became of it, and ends the program.

    Words behind the program's name on the command line choose checks by their names. A room with a method `clear` is cleared after each.
    """
    named = sys.argv[2:]
    chosen = [check for check in checks if not named or check.__name__ in named]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        room = room_of(pathlib.Path(sys.argv[1]).resolve(), folder)
        for check in chosen:
            try:
                check(room)
                print(f"ok: {check.__name__}", flush=True)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAILED: {check.__name__}: {error}", flush=True)
            finally:
                getattr(room, "clear", lambda: None)()
    print(f"{name}: {len(chosen) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


def call(program, folder, words, code=0):
    """What a command says, on both its outputs; it has to end with `code`."""
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, f"{words}: exit {done.returncode}, {code} expected: {done.stderr}"
    return done.stdout + done.stderr
