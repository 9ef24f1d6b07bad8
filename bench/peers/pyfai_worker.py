"""pyFAI over a stack, timed from the first read to the last pattern in memory; prints one JSON line.

usage: pyfai_worker.py JSON with
  file, dataset, poni   the stack, one bitshuffle-LZ4 chunk a frame, and its geometry
  layout                serial: frames one after the other through h5py, OpenMP inside (CSR engine)
                        threads: each thread reads chunks by their address, decompresses and integrates on its own
                        (CSC engine, one OpenMP thread), the fastest of pyFAI's notebooks
  threads, frames       threads to use, frames to take; all of them `repeat` times over
  bins, azimuthal_bins  bins of the pattern; with the second a cake is made, in threads
  split, error_model    as pyFAI names them; a dark image as `dark`, a marker of pixels as `dummy`

Making the engine is not timed. Solid angle is corrected for, as by default.
"""

import json
import os
import queue
import struct
import sys
import threading
import time

ASKED = json.loads(sys.argv[1])
SERIAL = ASKED["layout"] == "serial"
# Must be set before pyFAI is loaded.
os.environ["OMP_NUM_THREADS"] = str(ASKED["threads"] if SERIAL else 1)

import bitshuffle  # noqa: E402
import h5py  # noqa: E402
import hdf5plugin  # noqa: E402, F401
import numpy  # noqa: E402
import pyFAI  # noqa: E402
from pyFAI.containers import ErrorModel  # noqa: E402


def engine_and_options(ai, first):
    """The engine that pyFAI makes for the request, and what each call needs."""
    algorithm = "csr" if SERIAL else "csc"
    method = (ASKED["split"], algorithm, "cython")
    options = {"solidangle": ai.solidAngleArray()}
    if "dummy" in ASKED:
        options.update(dummy=ASKED["dummy"], delta_dummy=0.5)
    if "dark" in ASKED:
        options["dark"] = numpy.load(ASKED["dark"])
    model = ASKED.get("error_model")
    if model:
        options["error_model"] = ErrorModel.parse(model)
    if "azimuthal_bins" in ASKED:
        result = ai.integrate2d_ng(first, ASKED["bins"], ASKED["azimuthal_bins"], method=method, error_model=model)
    else:
        result = ai.integrate1d_ng(first, ASKED["bins"], method=method, error_model=model)
    return ai.engines[result.method].engine, options


def serial(data, engine, options, frames):
    """Frames through HDF5, one after the other."""
    kept = []
    start = time.perf_counter()
    for number in [*range(frames)] * ASKED["repeat"]:
        kept.append(engine.integrate_ng(data[number], **options).intensity)
    return time.perf_counter() - start


def decompress(chunk, shape, dtype):
    """A chunk as HDF5's filter 32008 stores it: 8 bytes of total length, 4 of the block's, then blocks."""
    block = struct.unpack(">I", chunk[8:12])[0] // dtype.itemsize
    return bitshuffle.decompress_lz4(numpy.frombuffer(chunk, numpy.uint8, offset=12), shape, dtype, block)


def threaded(name, places, shape, dtype, engine, options):
    """Frames handed out to threads, each with a file of its own."""
    kept = [None] * len(places)
    numbers = queue.SimpleQueue()

    def work():
        with open(name, "rb", buffering=0) as file:
            while (number := numbers.get()) is not None:
                chunk = os.pread(file.fileno(), places[number].size, places[number].byte_offset)
                kept[number] = engine.integrate_ng(decompress(chunk, shape, dtype), **options).intensity

    start = time.perf_counter()
    for item in [*range(len(places)), *[None] * ASKED["threads"]]:
        numbers.put(item)
    workers = [threading.Thread(target=work) for _ in range(ASKED["threads"])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - start
    if any(pattern is None for pattern in kept):
        sys.exit("a thread died before it was done")
    return seconds


def main():
    ai = pyFAI.load(ASKED["poni"])
    with h5py.File(ASKED["file"]) as source:
        data = source[ASKED["dataset"]]
        frames = min(ASKED["frames"], len(data))
        engine, options = engine_and_options(ai, data[0])
        if SERIAL:
            seconds = serial(data, engine, options, frames)
        else:
            places = [data.id.get_chunk_info(number) for number in range(frames)] * ASKED["repeat"]
            seconds = threaded(ASKED["file"], places, data.shape[1:], data.dtype, engine, options)
    frames *= ASKED["repeat"]
    print(json.dumps({"frames_per_second": frames / seconds, "frames": frames, "pyFAI": pyFAI.version}))


main()
