"""Every frame that Aureole's sources hand out, against h5py, fabio and numpy.

    python tests/oracle/readers.py PATH/TO/dump_stack [FOLDER OF REAL FILES]

`dump_stack` is the example of the crate `aureole` (`cargo build -p aureole --example dump_stack`). Ends with 1 when a frame differs.
"""

import bz2
import gzip
import hashlib
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import fabio
import h5py
import hdf5plugin
import numpy
from PIL import Image

FRAMES, ROWS, COLUMNS = 5, 37, 53
DTYPES = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"]


def frames(dtype, count=FRAMES, seed=0):
    random = numpy.random.default_rng(seed)
    values = random.poisson(3, (count, ROWS, COLUMNS)).astype(dtype)
    values[:, 3, 5:20] = numpy.iinfo(dtype).max if numpy.dtype(dtype).kind in "iu" else numpy.nan
    return values


def make_stored(folder, cases):
    """One chunk a frame, in every encoding and element type."""
    encodings = {
        "raw": {},
        "gzip": {"compression": "gzip", "shuffle": True},
        "fletcher": {"fletcher32": True},
        "bslz4": hdf5plugin.Bitshuffle(cname="lz4"),
        "bslz4_128": hdf5plugin.Bitshuffle(nelems=128, cname="lz4"),
        "bs": hdf5plugin.Bitshuffle(cname="none"),
        "lz4": hdf5plugin.LZ4(),
        "lz4_1000": hdf5plugin.LZ4(nbytes=1000),
        "bszstd": hdf5plugin.Bitshuffle(cname="zstd"),
        "zstd": hdf5plugin.Zstd(),
        "lzf": {"compression": "lzf", "shuffle": True},
        "bzip2": hdf5plugin.BZip2(),
    }
    for cname in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
        for shuffle in (0, 1, 2):
            encodings[f"blosc_{cname}_{shuffle}"] = hdf5plugin.Blosc(cname=cname, clevel=9, shuffle=shuffle)
    for name, encoding in encodings.items():
        path = folder / f"{name}.h5"
        with h5py.File(path, "w") as file:
            for dtype in DTYPES:
                file.create_dataset(dtype, data=frames(dtype), chunks=(1, ROWS, COLUMNS), **encoding)
            if name.startswith(("blosc", "zstd", "lzf", "bz")):
                # More than one block of the compressors.
                large = numpy.random.default_rng(7).poisson(2, (2, 600, 701)).astype("u4")
                file.create_dataset("large", data=large, chunks=(1, 600, 701), **encoding)
                cases.append(f"{path}::/large")
        cases += [f"{path}::/{dtype}" for dtype in DTYPES]


def make_tiled(folder, cases):
    """Several frames in a chunk, frames in several chunks, and both, in either byte order."""
    encodings = {
        "raw": {},
        "gzip": {"compression": "gzip", "shuffle": True, "fletcher32": True},
        "bslz4": hdf5plugin.Bitshuffle(cname="lz4"),
        "blosc": hdf5plugin.Blosc(),
    }
    for name, encoding in encodings.items():
        path = folder / f"tiled_{name}.h5"
        with h5py.File(path, "w") as file:
            for chunks in [(3, ROWS, COLUMNS), (2, 16, 20), (1, 10, COLUMNS), (FRAMES, ROWS, 7)]:
                for dtype in ("<u4", ">i2", ">f8"):
                    key = f"{dtype[1:]}_{'_'.join(map(str, chunks))}"
                    file.create_dataset(key, data=frames(dtype), dtype=dtype, chunks=chunks, **encoding)
                    cases.append(f"{path}::/{key}")
            four = frames("u2", 12).reshape(3, 4, ROWS, COLUMNS)
            file.create_dataset("four", data=four, chunks=(2, 3, 16, COLUMNS), **encoding)
            cases.append(f"{path}::/four")


def make_odd(folder, cases):
    """Byte orders, layouts and file formats that need care."""
    bitshuffle = hdf5plugin.Bitshuffle(cname="lz4")
    path = folder / "odd.h5"
    with h5py.File(path, "w", userblock_size=1024) as file:
        big = frames("u4").astype(">u4")
        file.create_dataset("big_contiguous", data=big)
        file.create_dataset("big_chunked", data=big, chunks=(1, ROWS, COLUMNS), **bitshuffle)
        file.create_dataset("many_a_chunk", data=frames("u4"), chunks=(3, ROWS, COLUMNS), **bitshuffle)
        file.create_dataset("parts", data=frames("u2"), chunks=(1, 16, 16), **hdf5plugin.LZ4())
        file.create_dataset(
            "four", data=frames("u4", 6).reshape(2, 3, ROWS, COLUMNS), chunks=(1, 1, ROWS, COLUMNS), **bitshuffle
        )
        file.create_dataset("contiguous", data=frames("f4"))
    cases += [
        f"{path}::/{name}" for name in ["big_contiguous", "big_chunked", "many_a_chunk", "parts", "four", "contiguous"]
    ]
    path = folder / "latest.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset(
            "data", data=frames("u4"), chunks=(1, ROWS, COLUMNS), maxshape=(None, ROWS, COLUMNS), **bitshuffle
        )
    cases.append(str(path))


def make_growing(folder, cases):
    """A file that its writer has open: the writer is handed back, to stay open."""
    path = folder / "growing.h5"
    writer = h5py.File(path, "w", libver="latest")
    shape = (None, ROWS, COLUMNS)
    data = writer.create_dataset(
        "data", data=frames("u4"), chunks=(1, ROWS, COLUMNS), maxshape=shape, compression="gzip"
    )
    writer.swmr_mode = True
    data.resize(FRAMES + 2, axis=0)
    data[FRAMES:] = frames("u4", 2, 1)
    data.flush()
    cases.append(str(path))
    return writer


def make_virtual(folder, cases):
    """Interleaved files, as some detector writers leave them, and modules side by side."""
    bitshuffle = hdf5plugin.Bitshuffle(cname="lz4")
    whole = frames("u4", 7)
    parts = [whole[0::2], whole[1::2], whole[:, :20], whole[:, 20:]]
    for number, part in enumerate(parts):
        with h5py.File(folder / f"part{number}.h5", "w") as file:
            file.create_dataset("data", data=part, chunks=(1, *part.shape[1:]), **bitshuffle)
    path = folder / "virtual.h5"
    with h5py.File(path, "w") as file:
        interleaved = h5py.VirtualLayout(whole.shape, "u4")
        modules = h5py.VirtualLayout(whole.shape, "u4")
        for number in range(2):
            interleaved[number::2] = h5py.VirtualSource(f"part{number}.h5", "data", parts[number].shape)
            rows = slice(20 * number, 20 + 17 * number)
            modules[:, rows] = h5py.VirtualSource(f"part{2 + number}.h5", "data", parts[2 + number].shape)
        file.create_virtual_dataset("interleaved", interleaved)
        file.create_virtual_dataset("modules", modules)
    cases += [f"{path}::/interleaved", f"{path}::/modules"]
    encodings = {
        "lzf": {"compression": "lzf"},
        "zstd": hdf5plugin.Zstd(),
        "blosc": hdf5plugin.Blosc(),
        "bszstd": hdf5plugin.Bitshuffle(cname="zstd"),
    }
    for name, encoding in encodings.items():
        path = folder / f"modules_{name}.h5"
        with h5py.File(path, "w") as file:
            modules = h5py.VirtualLayout(whole.shape, "u4")
            for number in range(2):
                rows = slice(20 * number, 20 + 17 * number)
                file.create_dataset(
                    f"m{number}", data=whole[:, rows], chunks=(1, rows.stop - rows.start, COLUMNS), **encoding
                )
                modules[:, rows] = h5py.VirtualSource(".", f"m{number}", (7, rows.stop - rows.start, COLUMNS))
            file.create_virtual_dataset("modules", modules)
        cases.append(f"{path}::/modules")


def make_images(folder, cases):
    for dtype in DTYPES:
        image = frames(dtype, 1)[0]
        numpy.save(folder / f"{dtype}.npy", image)
        numpy.save(
            folder / f"{dtype}_columns.npy", numpy.asfortranarray(image.astype(numpy.dtype(dtype).newbyteorder(">")))
        )
        fabio.edfimage.EdfImage(data=image).write(str(folder / f"{dtype}.edf"))
        cases += [str(folder / f"{dtype}{end}") for end in [".npy", "_columns.npy", ".edf"]]
    for dtype in ["u1", "u2", "u4", "i2", "i4", "f4", "f8"]:
        fabio.tifimage.TifImage(data=frames(dtype, 1)[0]).write(str(folder / f"{dtype}.tif"))
        cases.append(str(folder / f"{dtype}.tif"))


def make_series(folder, cases):
    """Series of files, files of several images, and files that are compressed as a whole."""
    for dtype in ["u1", "u2", "u4", "i1", "i2", "i4"]:
        for number, frame in enumerate(frames(dtype, 12)):
            fabio.cbfimage.CbfImage(data=frame).write(str(folder / f"{dtype}_{number}.cbf"))
        cases.append(str(folder / f"{dtype}_*.cbf"))
    for dtype in DTYPES:
        first, *others = [fabio.edfimage.EdfImage(data=frame) for frame in frames(dtype)]
        for image in others:
            first.append_frame(data=image.data)
        first.write(str(folder / f"{dtype}_several.edf"))
        numpy.save(folder / f"{dtype}_several.npy", frames(dtype, 6).reshape(2, 3, ROWS, COLUMNS))
        cases += [str(folder / f"{dtype}_several{end}") for end in [".edf", ".npy"]]
    for name in ["u4_0.cbf", "f4.edf", "i2_several.edf", "u2_several.npy"]:
        content = (folder / name).read_bytes()
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        (folder / f"{name}.bz2").write_bytes(bz2.compress(content))
        cases += [str(folder / f"{name}{end}") for end in [".gz", ".bz2"]]


def make_tiffs(folder, cases):
    """Pages, compressions, tiles and both byte orders."""
    for dtype in ["u1", "u2", "i4", "f4"]:
        pages = [Image.fromarray(frame) for frame in frames(dtype, 3)]
        for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate"]:
            path = folder / f"{dtype}_{compression}.tif"
            pages[0].save(path, compression=compression, save_all=True, append_images=pages[1:])
            cases.append(str(path))
    for dtype in ["u1", "u2", "u4", "i2", "i4", "f4", "f8"]:
        for order in "<>":
            path = folder / f"{dtype}_tiled_{'little' if order == '<' else 'big'}.tiff"
            path.write_bytes(tiled(frames(dtype, 1)[0], order))
            cases.append(str(path))


def tiled(image, order):
    """A TIFF file of tiles of 16 x 32 pixels, by its specification."""
    rows, columns = image.shape
    high, wide = -(-rows // 16), -(-columns // 32)
    padded = numpy.zeros((high * 16, wide * 32), image.dtype.newbyteorder(order))
    padded[:rows, :columns] = image
    tiles = [padded[16 * i : 16 * i + 16, 32 * j : 32 * j + 32].tobytes() for i in range(high) for j in range(wide)]
    kind = {"u": 1, "i": 2, "f": 3}[image.dtype.kind]
    count, size, bits = len(tiles), len(tiles[0]), 8 * image.dtype.itemsize
    short, long = 3, 4
    table = 8 + 2 + 12 * 12 + 4
    entries = [
        (256, long, columns),
        (257, long, rows),
        (258, short, bits),
        (259, short, 1),
        (262, short, 1),
        (277, short, 1),
    ]
    entries += [
        (322, long, 32),
        (323, long, 16),
        (324, long, table),
        (325, long, table + 4 * count),
        (339, short, kind),
    ]
    places = [table + 8 * count + size * i for i in range(count)]
    head = struct.pack(f"{order}2sHIH", b"II" if order == "<" else b"MM", 42, 8, len(entries))
    for tag, kind, value in entries:
        many = count if tag in (324, 325) else 1
        head += struct.pack(f"{order}HHI", tag, kind, many)
        head += struct.pack(f"{order}I" if kind == long else f"{order}HH", *([value] if kind == long else [value, 0]))
    head = (head + bytes(4)).ljust(table, b"\0")
    return head + struct.pack(f"{order}{2 * count}I", *places, *[size] * count) + b"".join(tiles)


def real(folder):
    return [
        f"{folder}/dxtbx/phi_scan_001.cbf",
        f"{folder}/dials/DLS_I03_smargon_0001.cbf.gz",
        f"{folder}/xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5::/data",
        f"{folder}/xrpd_toolbox/i15-1-100245.nxs::/entry/fastcs_eiger/data",
        f"{folder}/dioptas/testasapo1_1009_00002_m1_part00000.nxs::/entry/instrument/detector/data",
        f"{folder}/dioptas/CeO2_Pilatus1M.tif",
        f"{folder}/ssrl_th3/b_toney_lab6_th3_scan1_0008.tif",
        f"{folder}/ssrl_th3/b_toney_lab6_th3_scan1_0008.azim",
    ]


def images(file):
    """All images of a file, as another reader gives them."""
    packed = {".gz": gzip.open, ".bz2": bz2.open}.get(pathlib.Path(file).suffix)
    if ".npy" in file:
        with (packed or open)(file, "rb") as opened:
            return numpy.load(opened)
    if "_tiled_" in file:  # Neither reads all of these; they were made of these values.
        return frames(pathlib.Path(file).name.split("_")[0], 1)
    if file.endswith((".tif", ".tiff")):
        pages = Image.open(file)
        if pages.n_frames > 1:
            return numpy.stack([numpy.array(pages) for page in range(pages.n_frames) if not pages.seek(page)])
    with fabio.open(file) as opened:
        if opened.nframes == 1:  # getframe would look for another file of the series.
            return opened.data[None]
        return numpy.stack([opened.getframe(number).data for number in range(opened.nframes)])


def counted(path):
    """A name cut so that its numbers count as numbers."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)]


def expected(case):
    """The frames of a case as another reader gives them, in the machine's byte order."""
    file, _, dataset = case.partition("::")
    path = pathlib.Path(file)
    if "*" in file:
        dtype = path.name.split("_")[0]
        values = numpy.stack(
            [images(str(found))[0] for found in sorted(path.parent.glob(path.name), key=counted)]
        ).astype(dtype)
    elif any(end in file for end in (".npy", ".edf", ".tif", ".azim", ".cbf")):
        values = images(file)
    else:
        with h5py.File(file, "r") as opened:
            values = opened[dataset or "data"][()]
    values = values.reshape(-1, *values.shape[-2:])
    return [numpy.ascontiguousarray(frame, frame.dtype.newbyteorder("=")) for frame in values]


def check(case, lines):
    got = [line.split("\t")[2].split(" ")[1] for line in lines if "\tframe\t" in line]
    want = [hashlib.sha256(frame.tobytes()).hexdigest() for frame in expected(case)]
    if got == want:
        return True
    print(f"DIFFERS: {case}\n  " + "\n  ".join(lines[:5]))
    return False


def main():
    dump, folders = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as name:
        cases = []
        for make in (make_stored, make_tiled, make_odd, make_virtual, make_images, make_series, make_tiffs):
            make(pathlib.Path(name), cases)
        writer = make_growing(pathlib.Path(name), cases)
        for folder in folders:
            cases += real(folder)
        if not folders:
            print("SKIPPED: real files: no folder of them was named")
        output = subprocess.run([dump, *cases], capture_output=True, text=True, check=True).stdout.splitlines()
        right = sum(check(case, [line for line in output if line.startswith(f"{case}\t")]) for case in cases)
        writer.close()
    print(f"readers, frame by frame: {right} passed, {len(cases) - right} failed")
    return 0 if right == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
