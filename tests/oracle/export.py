"""Exported results, read back by NumPy: each value to the last bit.

usage: export.py AUREOLE [CHECK...]
"""

import pathlib

import h5py
import numpy as np
from support.checks import call, run_all

PONI = ("--poni", "stack.poni", "--bins", "200")
POISSON = (*PONI, "--error-model", "poisson")


class Room:
    """A folder with patterns, with errors and one failed frame, and with cakes."""

    def __init__(self, aureole, folder):
        self.aureole, self.folder = aureole, pathlib.Path(folder)
        self.run("simulate", "stack.h5", "--detector", "Pilatus100k", "--frames", "6")
        with h5py.File(self.folder / "stack.h5", "r+") as file:
            data = file["entry/data/data"]
            data.id.write_direct_chunk((4, 0, 0), b"no chunk")
        self.run("integrate", "stack.h5", *POISSON, "-o", "out.h5", code=3)
        self.run("integrate", "stack.h5", *PONI, "-o", "plain.h5", code=3)
        self.run("integrate", "stack.h5", *PONI, "--azimuthal-bins", "8", "-o", "cakes.h5", code=3)
        with h5py.File(self.folder / "out.h5") as file:
            group = file["entry/data"]
            self.rows, self.errors = group["I"][:], group["I_errors"][:]
            self.axis = group["radial_axis"][:]
        with h5py.File(self.folder / "cakes.h5") as file:
            self.cakes, self.chi = file["entry/data/I"][:], file["entry/data/azimuthal_axis"][:]

    def run(self, *words, code=0):
        return call(self.aureole, self.folder, words, code)

    def text(self, name, skip=0):
        return np.loadtxt(self.folder / name, skiprows=skip)


def same(read, expected):
    """Equal as numbers of 32 bits."""
    assert np.array_equal(np.asarray(read, np.float32), np.asarray(expected, np.float32), equal_nan=True)


def texts(room):
    for form, columns, skip in (("dat", 3, 0), ("xy", 2, 0), ("xye", 3, 0), ("chi", 2, 4)):
        said = room.run("export", "out.h5", "-o", f"folder/{form}", "--form", form) if form != "dat" else None
        if said is None:
            (room.folder / "folder").mkdir()
            said = room.run("export", "out.h5", "-o", "folder/dat", "--form", "dat")
        assert "1 frame failed or not done yet: left out" in said and "5 frames in 5 files" in said, said
        names = sorted(path.name for path in (room.folder / "folder" / form).iterdir())
        assert names == [f"out_{frame:06}.{form}" for frame in (0, 1, 2, 3, 5)], names
        for frame in (0, 3, 5):
            read = room.text(f"folder/{form}/out_{frame:06}.{form}", skip)
            assert read.shape == (200, columns), read.shape
            assert np.array_equal(read[:, 0], room.axis)
            same(read[:, 1], room.rows[frame])
            if columns == 3:
                same(read[:, 2], room.errors[frame])


def arrays(room):
    said = room.run("export", "out.h5", "-o", "out.npy")
    assert "1 frame failed or not done yet: NaN" in said, said
    same(np.load(room.folder / "out.npy"), room.rows)
    same(np.load(room.folder / "out_errors.npy"), room.errors)
    assert np.array_equal(np.load(room.folder / "out_radial.npy"), room.axis)
    room.run("export", "cakes.h5", "-o", "cakes.npy", "--frames", "0,2:4")
    same(np.load(room.folder / "cakes.npy"), room.cakes[[0, 2, 3]])
    assert np.array_equal(np.load(room.folder / "cakes_azimuthal.npy"), room.chi)
    assert not (room.folder / "cakes_errors.npy").exists()


def table(room):
    room.run("export", "out.h5", "-o", "out.csv", "--frames", "1:")
    read = np.genfromtxt(room.folder / "out.csv", delimiter=",", names=True)
    assert len(read.dtype.names) == 5, read.dtype.names
    same(read["frame_5"], room.rows[5])
    assert np.array_equal(read[read.dtype.names[0]], room.axis)


def packed(room):
    """The same file, compressed: every dataset and attribute of it, and a check of its bits."""
    for name in ("out", "plain", "cakes"):
        said = room.run("export", f"{name}.h5", "-o", f"small_{name}.h5", "--gzip", "9")
        assert "6 frames in 1 file" in said and "1 frame failed or not done yet: NaN" in said, said
        with h5py.File(room.folder / f"{name}.h5") as a, h5py.File(room.folder / f"small_{name}.h5") as b:
            assert contents(a) == contents(b)
            rows = b["entry/data/I"]
            assert rows.compression == "gzip" and rows.compression_opts == 9 and rows.chunks == a["entry/data/I"].chunks
        assert (room.folder / f"small_{name}.h5").stat().st_size < (room.folder / f"{name}.h5").stat().st_size
    room.run("verify", "small_out.h5")
    said = room.run("integrate", "stack.h5", *POISSON, "-o", "small_out.h5", "--resume", "--retry-failed", code=1)
    assert "it is compressed; go on with the file that it was exported from" in said, said
    with h5py.File(room.folder / "out.h5") as file, h5py.File(room.folder / "begun.h5", "w") as begun:
        file.copy("entry", begun)
        del begun["entry/end_time"]
    said = room.run("export", "begun.h5", "-o", "t.h5", code=2)
    assert "its run has not ended" in said, said


def contents(file):
    """All there is in a file: bytes of datasets and attributes by their names."""
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            value = item[()]
            found[name] = (
                value
                if isinstance(value, bytes)
                else np.asarray(value).tolist()
                if item.dtype.kind == "O"
                else value.tobytes()
            )
        found.update({f"{name}@{key}": repr(of) for key, of in item.attrs.items()})

    file.visititems(note)
    return found


def refused(room):
    for words, why in [
        (("plain.h5", "-o", "t", "--form", "xye"), "made without --error-model"),
        (("cakes.h5", "-o", "t", "--form", "xy"), "the result has cakes"),
        (("cakes.h5", "-o", "t.csv"), "the result has cakes"),
        (("out.h5", "-o", "t.h5", "--frames", "0:2"), "holds all frames and recipes"),
        (("out.h5", "-o", "t.npy", "--gzip", "3"), "belongs to --form h5"),
        (("out.h5", "-o", "out.npy"), "--force replaces it"),
        (("out.h5", "-o", "folder/xy", "--form", "xy"), "--force replaces it"),
        (("out.h5", "-o", "patterns"), "its ending says no form"),
        (("out.h5", "-o", "t.npy", "--frames", "3:9"), "frames 0 to 5"),
        (("stack.h5", "-o", "t.npy"), "a result of `aureole integrate` is needed"),
        (("out.h5", "-o", "nowhere/t.npy"), "there is no folder nowhere"),
        (("out.h5", "-o", "out.h5", "--form", "npy", "--force"), "this is the result itself"),
    ]:
        said = room.run("export", *words, code=2)
        assert why in said, f"{words}: {said}"
    assert not any((room.folder / name).exists() for name in ("t", "t.npy", "t.csv"))
    room.run("export", "out.h5", "-o", "out.npy", "--force")


if __name__ == "__main__":
    run_all("export", Room, [texts, arrays, table, packed, refused])
