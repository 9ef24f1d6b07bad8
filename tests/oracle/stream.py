"""DECTRIS Stream V2: rows are those of the same stack in a file, whatever else comes over the socket.

usage: stream.py AUREOLE
"""

import pathlib
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import h5py
import numpy as np
from support.checks import call, run_all

ROOT = pathlib.Path(__file__).resolve().parents[2]
SENDER = ROOT / "bench" / "stream_sender.py"
FRAMES = 90


class Room:
    """A folder with a short stack, its rows, and a port that is free."""

    def __init__(self, aureole, folder):
        self.aureole, self.folder = aureole, pathlib.Path(folder)
        self.run("simulate", "stack.h5", "--detector", "Pilatus100k", "--frames", "20")
        self.run("integrate", "stack.h5", "--poni", "stack.poni", "-o", "stack_patterns.h5")
        self.rows = self.read("stack_patterns.h5")["I"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.started = []

    def run(self, *words, code=0):
        return call(self.aureole, self.folder, words, code)

    def start(self, *more, out="out.h5", channel="", address=None):
        words = [
            self.aureole,
            "integrate",
            (address or self.address) + channel,
            "--poni",
            "stack.poni",
            "-o",
            out,
            "--force",
        ]
        # What it says goes to a file, so that no pipe fills up.
        said = open(self.folder / f"{out}.said", "w+")  # noqa: SIM115
        run = subprocess.Popen([*words, *more], cwd=self.folder, stderr=said, stdout=subprocess.DEVNULL, text=True)
        run.said = said
        self.started.append(run)
        return run

    def sender(self, *more, frames=FRAMES, rate=300, address=None):
        words = [sys.executable, SENDER, "stack.h5", "--bind", address or self.address]
        words += ["--frames", frames, "--rate", rate, *more]
        sender = subprocess.Popen(list(map(str, words)), cwd=self.folder)
        self.started.append(sender)
        return sender

    def ends(self, run, code=0, within=60):
        run.wait(timeout=within)
        run.said.seek(0)
        said = run.said.read()
        assert run.returncode == code, f"exit {run.returncode}, {code} expected: {said}"
        assert "panicked" not in said, said
        return said

    def read(self, file):
        with h5py.File(self.folder / file) as result:
            data = {"I": result["entry/data/I"][:]}
            data |= {name: dataset[:] for name, dataset in result["entry/frames"].items()}
            return data

    def compare(self, frames, shift=0, failed=()):
        """Row i is that of frame i, but for rows that failed."""
        result = self.read("out.h5")
        assert len(result["I"]) == frames, f"{len(result['I'])} rows of {frames} frames"
        assert set(np.flatnonzero(result["status"] == 2)) == set(failed), f"status {result['status']}"
        assert (result["image_id"] == np.arange(frames)).all(), result["image_id"]
        for at in sorted(set(range(frames)) - set(failed)):
            assert np.array_equal(result["I"][at], self.rows[(shift + at) % len(self.rows)]), f"row {at} differs"

    def clear(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.started = []


def same(room, *more, run=(), **given):
    """Waits for the detector, takes every frame as it comes, and ends with the series."""
    receiver = room.start("--timeout", "20", *run)
    time.sleep(0.4)
    sender = room.sender(*more)
    said = room.ends(receiver, **given)
    assert sender.wait(timeout=30) == 0
    assert f"waiting for {room.address} (" in said, said
    return said


def bslz4(room):
    same(room)
    room.compare(FRAMES)


def lz4(room):
    same(room, "--coding", "lz4", run=("--layout", "serial"))
    room.compare(FRAMES)


def uncompressed(room):
    same(room, "--coding", "none")
    room.compare(FRAMES)


def local_socket(room):
    """ipc:// is a stream, too, whose sender may be there before."""
    address = f"ipc://{room.folder}/socket"
    sender = room.sender(address=address)
    time.sleep(1)
    room.ends(room.start("--timeout", "20", address=address))
    assert sender.wait(timeout=30) == 0
    room.compare(FRAMES)


def part(room):
    """--frames takes a part; rows before it are not kept in memory."""
    receiver = room.start("--frames", "40:50", "--stream-memory", "1")
    room.sender("--coding", "none")
    room.ends(receiver)
    result = room.read("out.h5")
    assert result["image_id"].tolist() == list(range(40, 50))
    assert all(np.array_equal(row, room.rows[(40 + at) % 20]) for at, row in enumerate(result["I"]))


def channels(room):
    """The first channel unless another one is named; one that is not there is refused by name."""
    said = same(room, "--channels", "3")
    assert "channel threshold_1 of threshold_1, threshold_2, threshold_3 is integrated" in said, said
    room.compare(FRAMES)
    receiver = room.start(channel="::threshold_3")
    room.sender("--channels", "3")
    room.ends(receiver)
    room.compare(FRAMES, shift=2)
    receiver = room.start(channel="::high")
    room.sender("--channels", "2", frames=3)
    said = room.ends(receiver, code=2)
    assert "there is no channel high; series 1 has threshold_1, threshold_2" in said, said


def shared(room):
    """Two receivers share a sender: each frame goes to one of them, and each row says which image it is."""
    receivers = [room.start("--shared", "--timeout", "3", out=f"out{nth}.h5") for nth in range(2)]
    sender = room.sender("--receivers", "2")
    for receiver in receivers:
        room.ends(receiver)
    assert sender.wait(timeout=30) == 0
    results = [room.read(f"out{nth}.h5") for nth in range(2)]
    ids = np.concatenate([result["image_id"] for result in results])
    assert sorted(ids) == list(range(FRAMES)), ids
    assert all(len(result["I"]) > FRAMES // 4 for result in results)
    for result in results:
        assert (result["status"] == 1).all()
        for number, row in zip(result["image_id"], result["I"], strict=True):
            assert np.array_equal(row, room.rows[number % 20]), f"image {number} differs"


def order(room):
    """Images that change places on the way are put in order."""
    same(room, "--shuffle")
    room.compare(FRAMES)


def missing(room):
    """Images that never came fail one by one, those at the end together."""
    said = same(room, "--skip", "5,6,88,89", code=3)
    assert "image 5 never came" in said and "2 of 90 frames never came" in said, said
    room.compare(88, failed=[5, 6])


def broken(room):
    """Messages that are none, or of another series, are left out and told; no frame suffers."""
    for seed in (1, 2):
        said = same(room, "--broken", seed)
        assert "was left out" in said, said
        room.compare(FRAMES)


def wrong(room):
    """An image that cannot be integrated fails alone, with a sentence."""
    said = same(room, "--wrong", code=3)
    assert "were announced" in said, said
    room.compare(FRAMES, failed=range(1, 8))
    reasons = room.read("out.h5")["reason"][1:8]
    assert all(len(reason) > 20 for reason in reasons) and len(set(reasons)) == 7, reasons


def hopeless(room):
    """A series of which no image can be read is refused with the reason of the first."""
    receiver = room.start()
    room.sender("--skip", "0,3", "--wrong", frames=6)
    said = room.ends(receiver, code=2)
    assert "series 1 ended without an image that can be integrated: 379860 bytes are said" in said, said


def another_series(room):
    """Images whose start message somebody else got are left out, and the next series is integrated."""
    receiver = room.start()
    late = room.sender("--without", "start,end", "--series", "7", frames=10)
    assert late.wait(timeout=30) == 0
    room.sender("--series", "8")
    said = room.ends(receiver)
    assert "an image of series 7 came without its start message" in said and "(10 times)" in said, said
    room.compare(FRAMES)


def dies(room):
    """A sender that dies: what came is kept, and the run ends after the time that was given."""
    receiver = room.start("--timeout", "2")
    room.sender("--die", "30")
    said = room.ends(receiver, code=3)
    assert "60 of 90 frames never came" in said and "no frame came for 2 s" in said and "closed" in said, said
    room.compare(30)


def killed(room):
    """A sender that is killed within a message, and one that goes on with its series."""
    receiver = room.start("--timeout", "20", "--stream-memory", "1")
    sender = room.sender("--coding", "none", rate=50)
    time.sleep(2)
    sender.kill()
    sender.wait()
    room.sender("--without", "start", "--coding", "none")
    room.ends(receiver)
    room.compare(FRAMES)


def interrupted(room):
    """Ctrl-C ends the run at any time, and keeps what came."""
    for wait, frames in ((0.5, None), (2.5, 20)):
        receiver = room.start()
        sender = room.sender("--without", "end", frames=1000, rate=30) if frames else None
        time.sleep(wait)
        asked = time.monotonic()
        receiver.send_signal(signal.SIGINT)
        room.ends(receiver, code=130)
        assert time.monotonic() - asked < 2, "Ctrl-C took longer than two seconds"
        if frames:
            room.compare(len(room.read("out.h5")["I"]))
        room.clear()
        del sender


def peak_of(room, megabytes):
    """The most memory, in MB, of a run that is slower than its sender, with so many megabytes for frames that wait."""
    frames = 400
    slow = ("--mode", "median", "--threads", "1", "--timeout", "60")
    receiver = room.start("--stream-memory", str(megabytes), *slow)
    sender = room.sender("--coding", "none", "--hwm", "2", frames=frames, rate=1e6)
    peak = 0
    while receiver.poll() is None:
        status = pathlib.Path(f"/proc/{receiver.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        peak = max([peak, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])
        time.sleep(0.02)
    room.ends(receiver)
    assert sender.wait(timeout=30) == 0
    rows = room.read("medians.h5")["I"]
    result = room.read("out.h5")
    assert len(result["I"]) == frames and (result["status"] == 1).all()
    assert all(np.array_equal(row, rows[at % 20], equal_nan=True) for at, row in enumerate(result["I"]))
    return peak // 1024


def back_pressure(room):
    """A receiver that falls behind holds the sender back: nothing is lost, and memory stays bounded."""
    room.run("integrate", "stack.h5", "--poni", "stack.poni", "--mode", "median", "-o", "medians.h5")
    # All frames together have 152 MB.
    little, much = peak_of(room, 2), peak_of(room, 1000)
    assert much - little > 40, f"{little} MB with room for 2 MB of frames, {much} MB with room for all"
    print(f"back_pressure: {little} MB with room for 2 MB of frames, {much} MB with room for all")


def beside(room):
    """--mask auto and --flat auto take what the start message carries, and are refused where it carries none."""
    with h5py.File(room.folder / "stack.h5") as stack:
        shape = stack["entry/data/data"].shape[1:]
    mask, flat = np.zeros(shape, "uint32"), np.full(shape, 2.0, "float32")
    mask[: shape[0] // 3] = 1
    flat[:, ::2] = 0.5
    np.save(room.folder / "mask.npy", mask)
    np.save(room.folder / "flat.npy", flat)
    files = ("--mask", "mask.npy", "--flat", "flat.npy")
    room.run("integrate", "stack.h5", "--poni", "stack.poni", *files, "-o", "beside.h5")
    said = same(room, "--masks", run=("--mask", "auto", "--flat", "auto"))
    assert "--mask auto: the pixel_mask of the stream" in said and "factors to multiply with" in said, said
    rows = room.read("beside.h5")["I"]
    assert np.array_equal(room.read("out.h5")["I"][:20], rows, equal_nan=True)
    receiver = room.start("--mask", "auto")
    room.sender(frames=3)
    said = room.ends(receiver, code=2)
    assert "--mask: auto: the start message came without a pixel mask" in said, said


def hostile(room):
    """Who answers may say what he likes: no number of his is believed."""
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48)
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 4) + b"PUSH"
    ready = b"\x04" + bytes([len(body)]) + body
    pull = ready.replace(b"PUSH", b"PULL")
    wanted = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(64), "does not speak ZeroMQ"),
        (greeting.replace(b"NULL\0", b"CURVE") + ready, "security by CURVE"),
        (greeting + pull, "the socket there is PULL"),
        (greeting + ready + b"\x02" + struct.pack(">Q", 1 << 50), "1125899906842624 bytes is announced"),
        (greeting + ready + b"\x02" + struct.pack(">Q", 1 << 29) + bytes(1000), "ended within a message"),
        (greeting + ready + b"\x06" + struct.pack(">Q", 1 << 40), "is announced"),
        (greeting + ready + b"\x01\x01a\x00\x01b" * 3, "closed"),
        (greeting + b"\x04\xff" + bytes(255), "refuses the connection"),
    ]
    for words, reason in wanted:
        with socket.create_server(("127.0.0.1", 0)) as server:
            receiver = room.start("--timeout", "1", address=f"tcp://127.0.0.1:{server.getsockname()[1]}")

            def answer(server=server, words=words):
                while True:
                    try:
                        connection = server.accept()[0]
                        connection.sendall(words)
                        connection.settimeout(0.3)
                        connection.recv(1000)
                        time.sleep(0.1)
                        connection.close()
                    except OSError:
                        if server.fileno() < 0:
                            return

            threading.Thread(target=answer, daemon=True).start()
            said = room.ends(receiver, code=2)
            assert reason in said, f"{reason}: {said}"


def refused(room):
    """What is wrong beforehand is refused before anything is received."""
    address = room.address
    for words, why in [
        ((address, "stack.h5"), "a single stream can be followed"),
        ((address, address), "a single stream can be followed"),
        (("tcp://dcu",), "tcp://HOST:PORT"),
        ((address, "--layout", "processes"), "layout processes takes stacks that are complete"),
        ((address, "--poni", "nothing.poni"), "nothing.poni"),
        (("stack.h5", "--shared"), "no input is a stream"),
        (("stack.h5", "--timeout", "3"), "--timeout: belongs to --follow, or to a stream"),
        ((address, "--timeout", "1"), "no frame came for 1 s"),
    ]:
        poni = () if "--poni" in words else ("--poni", "stack.poni")
        said = room.run("integrate", *words, *poni, "-o", "refused.h5", code=2)
        assert why in said, f"{words}: {said}"
        assert not (room.folder / "refused.h5").exists()
    said = room.run("info", address, code=2)
    assert address in said, said


CHECKS = [
    bslz4,
    lz4,
    uncompressed,
    local_socket,
    part,
    channels,
    shared,
    order,
    missing,
    broken,
    wrong,
    hopeless,
    another_series,
    dies,
    killed,
    interrupted,
    back_pressure,
    beside,
    hostile,
    refused,
]


if __name__ == "__main__":
    run_all("stream", Room, CHECKS)
