"""Writes a stack as a detector does, frame by frame, for `aureole integrate --follow`.

usage: follow_writer.py STACK OUT --as swmr|plain|dectris [--frames N] [--rate HZ] [--files N] [--times FILE]

Chunks are taken from STACK (one frame each, in turns) and written as they are, so that the writer needs no time for
compression. `swmr` lets others read while it writes, `plain` flushes after each frame and does not, `dectris` is a master
that links to data files of N frames, each of which appears once it is complete. --times gets the time of the clock at
which each frame was in the file, in seconds, a line a frame.
"""

import argparse
import pathlib
import time

import h5py
import hdf5plugin


def chunks_of(stack):
    """The chunks of a stack that `aureole simulate` made, its shape and type."""
    with h5py.File(stack, "r") as file:
        data = file["/entry/data/data"]
        chunks = [data.id.read_direct_chunk((frame, 0, 0))[1] for frame in range(data.shape[0])]
        return chunks, data.shape[1:], data.dtype


def dataset(group, name, shape, dtype, most=None):
    """An empty dataset of bitshuffle-LZ4 chunks, one a frame."""
    filters = hdf5plugin.Bitshuffle(nelems=0, cname="lz4")
    return group.create_dataset(name, shape, dtype, maxshape=(most, *shape[1:]), chunks=(1, *shape[1:]), **filters)


class Growing:
    """One file with one dataset that grows by a frame at a time."""

    def __init__(self, path, shape, dtype, swmr):
        self.file = h5py.File(path, "w", libver="latest" if swmr else "earliest", locking=False)
        self.data = dataset(self.file.create_group("entry/data"), "data", (0, *shape), dtype)
        self.file.flush()
        if swmr:
            self.file.swmr_mode = True

    def write(self, frame, chunk):
        self.data.resize(frame + 1, axis=0)
        self.data.id.write_direct_chunk((frame, 0, 0), chunk)
        self.data.flush()
        self.file.flush()

    def close(self):
        self.file.close()


class Dectris:
    """A master, and data files of `many` frames that are renamed when they are complete."""

    def __init__(self, path, shape, dtype, frames, many):
        self.path, self.shape, self.dtype, self.many = pathlib.Path(path), shape, dtype, many
        self.stem = self.path.name.removesuffix("_master.h5").removesuffix(".h5")
        self.held = []
        with h5py.File(path, "w") as master:
            group = master.create_group("entry/data")
            special = master.create_group("entry/instrument/detector/detectorSpecific")
            special["nimages"], special["ntrigger"] = frames, 1
            for nth in range(1, -(-frames // many) + 1):
                group[f"data_{nth:06}"] = h5py.ExternalLink(f"{self.stem}_data_{nth:06}.h5", "/entry/data/data")
        self.frames = frames

    def write(self, frame, chunk):
        self.held.append(chunk)
        if len(self.held) == self.many or frame + 1 == self.frames:
            nth = frame // self.many + 1
            final = self.path.with_name(f"{self.stem}_data_{nth:06}.h5")
            with h5py.File(final.with_suffix(".part"), "w") as file:
                length = len(self.held)
                data = dataset(file.create_group("entry/data"), "data", (length, *self.shape), self.dtype, length)
                for at, held in enumerate(self.held):
                    data.id.write_direct_chunk((at, 0, 0), held)
            final.with_suffix(".part").rename(final)
            self.held = []

    def close(self):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stack")
    parser.add_argument("out")
    parser.add_argument("--as", dest="kind", choices=("swmr", "plain", "dectris"), required=True)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--files", type=int, default=50, help="frames a data file (dectris)")
    parser.add_argument("--times")
    options = parser.parse_args()
    chunks, shape, dtype = chunks_of(options.stack)
    if options.kind == "dectris":
        writer = Dectris(options.out, shape, dtype, options.frames, options.files)
    else:
        writer = Growing(options.out, shape, dtype, options.kind == "swmr")
    start, times = time.perf_counter(), []
    for frame in range(options.frames):
        time.sleep(max(0.0, start + frame / options.rate - time.perf_counter()))
        writer.write(frame, chunks[frame % len(chunks)])
        times.append(time.time())
    writer.close()
    if options.times:
        pathlib.Path(options.times).write_text("".join(f"{at:.6f}\n" for at in times))


if __name__ == "__main__":
    main()
