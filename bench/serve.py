"""How fast `aureole serve` shows a large result: the first picture, zooms and moves, and the server's memory.

usage: serve.py AUREOLE [--frames N] [--bins N] [--keep FILE] [--cold]

Makes a result of 100,000 frames with 1000 bins (400 MB), starts the server, and asks as the page does: for the tiles of a screen of
1200 x 800 points. The first picture counts from the program's start to the last byte of the last tile; it may be made of a part of the
frames, and the time until it is made of all is told beside it. A zoom or a move counts until all tiles of the new view are there; none
was asked for before. Memory is the resident set of the server (VmHWM, the highest). `--cold` drops the file from the page cache first.
"""

import argparse
import concurrent.futures
import http.client
import json
import math
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

WIDTH, HEIGHT = 1200, 800


def make(path, frames, bins):
    """A result as `aureole integrate` writes it, as far as the page reads it: peaks that move, and one hot bin."""
    generator = np.random.default_rng(1)
    axis = np.linspace(0.05, 50, bins)
    with h5py.File(path, "w", libver=("earliest", "v108")) as file:
        entry = file.create_group("entry")
        entry.attrs["recipes"] = ["data"]
        data = entry.create_group("data")
        data.create_dataset("radial_axis", data=axis).attrs.update(units="1/nm", long_name="q", unit_name="q_nm^-1")
        rows = data.create_dataset("I", (frames, bins), "f4", chunks=(64, bins), maxshape=(None, bins))
        noise = generator.poisson(100, (4096, bins)).astype("f4")
        for first in range(0, frames, 4096):
            block = noise[: min(4096, frames - first)].copy()
            numbers = first + np.arange(len(block))
            for peak in (8, 17, 31):
                place = peak + np.sin(numbers / frames * 6)[:, None]
                block += 2000 * np.exp(-(((axis[None, :] - place) / 0.3) ** 2)).astype("f4")
            rows[first : first + len(block)] = block
        rows[frames // 3, bins // 2] = 1e6
        group = entry.create_group("frames")
        group.attrs.update(first_frame=np.uint64(0), planned=np.uint64(frames))
        group.create_dataset("status", data=np.ones(frames, "u1"), chunks=(4096,), maxshape=(None,))
        entry["start_time"], entry["end_time"] = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"


class Page:
    """Asks as the page does, up to four questions at once."""

    def __init__(self, port):
        self.port = port
        self.pool = concurrent.futures.ThreadPoolExecutor(4)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status == 200, (path, answer.status, content[:200])
        return content

    def view(self, rows, first, last, bins):
        """All tiles of a view of the frames first..last; how many bytes they have, and whether some are made of a part."""
        level = max(0, math.ceil(math.log2((last - first) / HEIGHT)))
        bin_level = max(0, math.floor(math.log2(max(1, bins / WIDTH))))
        size = 128 * 2**level
        numbers = range(max(0, math.floor(first / size)), math.ceil(min(last, rows) / size))
        columns = range(math.ceil(bins / (2048 * 2**bin_level)))
        path = "/api/results/0/tile?recipe=0&low=0&level={}&row={}&bin_level={}&column={}"
        paths = [path.format(level, row, bin_level, column) for row in numbers for column in columns]
        tiles = list(self.pool.map(self.get, paths))
        return sum(map(len, tiles)), any(tile[8] for tile in tiles)


def memory(pid, name="VmHWM"):
    """Megabytes of a process."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) / 1000


def drop(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(aureole, path, options):
    if options.cold:
        drop(path)
    start = time.perf_counter()
    with subprocess.Popen(
        [aureole, "serve", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            port = int(re.search(r":(\d+)/", server.stdout.readline())[1])
            page = Page(port)
            for asset in ("/", "/page/main.js", "/page/uplot.js"):
                page.get(asset)
            about = json.loads(page.get("/api/results/0"))
            bins, rows = len(about["recipes"][0]["radial"]["centres"]), options.frames
            _, sampled = page.view(rows, 0, rows, bins)
            first = time.perf_counter() - start
            while sampled:
                _, sampled = page.view(rows, 0, rows, bins)
            whole = time.perf_counter() - start
            chosen, zooms = random.Random(2), []
            for share in (0.5, 0.25, 0.16, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.001) * 4:
                span = share * rows
                at = chosen.uniform(0, rows - span)
                begun = time.perf_counter()
                size, sampled = page.view(rows, at, at + span, bins)
                zooms.append((time.perf_counter() - begun, span, size, sampled))
            return first, whole, zooms, memory(server.pid), memory(server.pid, "VmRSS")
        finally:
            server.terminate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("aureole")
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--bins", type=int, default=1000)
    parser.add_argument("--keep", help="a file to make once and to use again")
    parser.add_argument("--cold", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or str(pathlib.Path(folder) / "large.h5")
        if not pathlib.Path(path).exists():
            make(path, options.frames, options.bins)
        first, whole, zooms, most, now = measure(options.aureole, path, options)
    seconds = [zoom[0] for zoom in zooms]
    print(f"{options.frames:,} frames x {options.bins} bins, {'cold' if options.cold else 'warm'}")
    print(f"first picture {first * 1e3:.0f} ms after the start, of all frames {whole * 1e3:.0f} ms")
    print(f"{len(zooms)} views: median {statistics.median(seconds) * 1e3:.0f} ms, longest {max(seconds) * 1e3:.0f} ms")
    for taken, span, size, sampled in sorted(zooms, reverse=True)[:3]:
        print(
            f"  {taken * 1e3:.0f} ms for {span:,.0f} frames, {size / 1e6:.1f} MB{', a part of the frames' if sampled else ''}"
        )
    print(f"memory of the server: {most:.0f} MB at most, {now:.0f} MB at the end")
    sys.exit(first > 1 or max(seconds) > 0.1 or most > 200)


if __name__ == "__main__":
    main()
