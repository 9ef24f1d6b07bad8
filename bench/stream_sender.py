"""Sends a stack as a DECTRIS detector does: Stream V2 (CBOR messages) from a ZeroMQ PUSH socket, for `aureole integrate tcp://...`.

usage: stream_sender.py STACK [--bind ADDRESS] [--frames N] [--rate HZ] [--coding bslz4|lz4|none] [--channels N]
                        [--series N] [--broken SEED] [--shuffle] [--skip N,...] [--without start,end] [--die N]
                        [--masks] [--hwm N] [--receivers N] [--times FILE]

Chunks are taken from STACK (made by `aureole simulate`, one frame each, in turns) and sent as they are; other codings are
made once, before the first message. With several channels, threshold_1 has the chunk of the frame, threshold_2 that of
the next one, and so on. --broken puts messages of its own between those of the series, cut short, bent and wrong in many ways.
Written from https://github.com/dectris/documentation (stream_v2, cbor).
"""

import argparse
import datetime
import itertools
import pathlib
import random
import struct
import time

import cbor2
import h5py
import hdf5plugin
import numpy as np
import zmq

# RFC 8746: typed arrays in little-endian order.
TAGS = {"uint8": 64, "uint16": 69, "uint32": 70, "int32": 78, "float32": 85}
BLOCK = 1 << 18


def read(stack):
    """The stored chunks of a stack, its shape and type."""
    with h5py.File(stack, "r") as file:
        data = file["/entry/data/data"]
        chunks = [data.id.read_direct_chunk((frame, 0, 0))[1] for frame in range(data.shape[0])]
        return chunks, data[:], data.shape[1:], data.dtype


def filtered(image, **options):
    """The chunk that an HDF5 filter makes of an image."""
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        data = file.create_dataset("data", data=image[None], chunks=(1, *image.shape), **options)
        return data.id.read_direct_chunk((0, 0, 0))[1]


def typed(content, shape, dtype, coding):
    """A two-dimensional array of stored bytes."""
    if coding != "none":
        size = dtype.itemsize if coding == "bslz4" else 0
        content = cbor2.CBORTag(56500, [coding, size, content])
    return cbor2.CBORTag(40, [list(shape), cbor2.CBORTag(TAGS[dtype.name], content)])


class Stack:
    """A stack's frames as they are sent."""

    def __init__(self, path, coding):
        chunks, images, self.shape, self.dtype = read(path)
        if coding == "none":
            chunks = [image.tobytes() for image in images]
        elif coding == "lz4":
            chunks = [filtered(image, **hdf5plugin.LZ4(nbytes=BLOCK)) for image in images]
        self.chunks, self.coding = chunks, coding

    def array(self, frame):
        return typed(self.chunks[frame % len(self.chunks)], self.shape, self.dtype, self.coding)

    def image_of(self, values):
        """An image that is sent beside the frames, compressed as detectors do."""
        return typed(
            filtered(values, **hdf5plugin.Bitshuffle(nelems=0, cname="lz4")), self.shape, values.dtype, "bslz4"
        )


class Series:
    """The messages of one series."""

    def __init__(self, stack, number, frames, channels):
        self.stack, self.frames = stack, frames
        self.own = {"series_id": number, "series_unique_id": f"SIM{number:08}"}
        self.channels = [f"threshold_{nth + 1}" for nth in range(channels)]

    def start(self, masks=False):
        rows, columns = self.stack.shape
        message = {
            "type": "start",
            **self.own,
            "arm_date": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
            "beam_center_x": columns / 2,
            "beam_center_y": rows / 2,
            "channels": self.channels,
            "count_time": 0.01,
            "detector_description": "a simulated detector",
            "flatfield_enabled": False,
            "goniometer": {"omega": {"start": 0.0, "increment": 0.1}},
            "image_size_x": columns,
            "image_size_y": rows,
            "incident_energy": 12400.0,
            "number_of_images": self.frames,
            "pixel_mask_enabled": True,
            "threshold_energy": dict.fromkeys(self.channels, 6200.0),
            "user_data": {"sample": [1, 2, {"name": "LaB6"}]},
        }
        if masks:
            mask = np.zeros(self.stack.shape, "uint32")
            mask[: rows // 3] = 1
            flat = np.full(self.stack.shape, 0.5, "float32")
            flat[:, ::2] = 2
            message["pixel_mask"] = {name: self.stack.image_of(mask) for name in self.channels}
            message["flatfield"] = {name: self.stack.image_of(flat) for name in self.channels}
        return message

    def image(self, frame):
        return {
            "type": "image",
            **self.own,
            "image_id": frame,
            "real_time": [1_000_000, 100_000_000],
            "series_date": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
            "start_time": [frame * 1_000_000, 100_000_000],
            "stop_time": [(frame + 1) * 1_000_000, 100_000_000],
            "user_data": None,
            "data": {name: self.stack.array(frame + nth) for nth, name in enumerate(self.channels)},
        }

    def end(self):
        return {"type": "end", **self.own}


def encode(message):
    return b"\xd9\xd9\xf7" + cbor2.dumps(message)


def broken(series, seed):
    """Messages that no detector sends; none of them is an image of the series with a number that it has."""
    rng = random.Random(seed)
    beyond = series.frames + 7
    image = series.image(beyond)
    good = encode(image)
    name = series.channels[0]
    yield b""
    yield b"\xff"
    yield rng.randbytes(1000)
    for _ in range(5):
        yield good[: rng.randrange(len(good))]
    for _ in range(20):
        bent = bytearray(good)
        bent[rng.randrange(40)] ^= 1 << rng.randrange(8)
        yield bytes(bent)
    for head in (b"\xbb", b"\x9b", b"\x5b", b"\x7b", b"\xa1\x64type\x7b", b"\xa1\x68channels\x9b"):
        yield head + struct.pack(">Q", 2**63 - 1)
    yield b"\x9f" * 100_000
    yield b"\x82\x9f" * 100_000
    yield encode({"type": "image", "image_id": 2**64 - 1})
    yield encode({"type": "image", **series.own, "image_id": beyond, "data": {}})
    yield encode({"type": "weather", "data": 1})
    yield encode(["start"])
    yield encode({"type": "end", "series_id": 999, "series_unique_id": "another"})
    yield encode({**image, "series_id": 999, "series_unique_id": "another"})
    yield encode({**image, "data": {name: cbor2.CBORTag(40, [[2**40, 2**40], cbor2.CBORTag(70, b"1234")])}})


def wrong(series, frame, kind):
    """An image with its number, of which nothing can be integrated."""
    image, stack = series.image(frame), series.stack
    chunk, shape, dtype = stack.chunks[0], stack.shape, stack.dtype
    other = {
        "shape": lambda: typed(chunk, (shape[0], shape[1] + 1), dtype, stack.coding),
        "turned": lambda: typed(chunk, shape[::-1], dtype, stack.coding),
        "dtype": lambda: typed(bytes(shape[0] * shape[1]), shape, np.dtype("uint8"), "none"),
        "coding": lambda: typed(chunk, shape, dtype, "zstd"),
        "length": lambda: typed(struct.pack(">Q", 2**40) + chunk[8:], shape, dtype, stack.coding),
        "cut": lambda: typed(chunk[: len(chunk) // 2], shape, dtype, stack.coding),
        "text": lambda: "no array",
    }
    image["data"] = {name: other[kind]() for name in series.channels}
    return image


WRONG = ("shape", "turned", "dtype", "coding", "length", "cut", "text")


class Sender:
    def __init__(self, options):
        self.socket = zmq.Context.instance().socket(zmq.PUSH)
        self.socket.set_hwm(options.hwm)
        self.socket.setsockopt(zmq.SNDBUF, 1 << 16)
        # Without a receiver a message waits here, as in a detector.
        self.socket.setsockopt(zmq.LINGER, 2000)
        monitor = self.socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self.socket.bind(options.bind)
        for _ in range(options.receivers):
            monitor.recv_multipart()
        self.socket.disable_monitor()

    def send(self, message):
        self.socket.send(message)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stack")
    parser.add_argument("--bind", default="tcp://127.0.0.1:31001")
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--coding", choices=("bslz4", "lz4", "none"), default="bslz4")
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--series", type=int, default=1, help="number of the series")
    parser.add_argument("--broken", type=int, metavar="SEED", help="broken messages between the images")
    parser.add_argument("--wrong", action="store_true", help="images 1 to 7 are wrong in a way each")
    parser.add_argument("--shuffle", action="store_true", help="images change places within groups of eight")
    parser.add_argument("--skip", default="", help="numbers of images that are not sent")
    parser.add_argument("--without", default="", help="messages that are not sent: start, end")
    parser.add_argument("--die", type=int, help="ends after so many images, without a word")
    parser.add_argument("--masks", action="store_true", help="with the pixel mask and the flat field")
    parser.add_argument("--hwm", type=int, default=20, help="messages that wait in this process, for each receiver")
    parser.add_argument("--receivers", type=int, default=1, help="are waited for before the first message")
    parser.add_argument("--times", help="a line an image: the time of the clock when it was handed to ZeroMQ")
    return parser.parse_args()


def main():
    options = arguments()
    series = Series(Stack(options.stack, options.coding), options.series, options.frames, options.channels)
    skipped = {int(number) for number in options.skip.split(",") if number}
    without = options.without.split(",")
    bad = itertools.cycle(broken(series, options.broken)) if options.broken is not None else None
    order = list(range(options.frames))
    if options.shuffle:
        rng = random.Random(1)
        groups = [order[at : at + 8] for at in range(0, len(order), 8)]
        order = [frame for group in groups for frame in rng.sample(group, len(group))]
    sender = Sender(options)
    if "start" not in without:
        sender.send(encode(series.start(options.masks)))
    begun, times = time.perf_counter(), []
    for nth, frame in enumerate(order):
        time.sleep(max(0.0, begun + nth / options.rate - time.perf_counter()))
        if frame in skipped:
            continue
        if bad:
            for _ in range(3):
                sender.send(next(bad))
        kind = WRONG[frame - 1] if options.wrong and 1 <= frame <= len(WRONG) else None
        sender.send(encode(wrong(series, frame, kind) if kind else series.image(frame)))
        times.append(time.time())
        if options.die == nth + 1:
            sender.socket.close()
            zmq.Context.instance().term()
            return
    if "end" not in without:
        sender.send(encode(series.end()))
    if options.times:
        pathlib.Path(options.times).write_text("".join(f"{at:.6f}\n" for at in times))
    sender.socket.close()
    zmq.Context.instance().term()


if __name__ == "__main__":
    main()
