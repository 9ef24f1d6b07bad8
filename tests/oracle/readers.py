"""Every frame that Aureole's sources hand out, against h5py, fabio and numpy.

    python tests/oracle/readers.py PATH/TO/dump_stack [FOLDER OF REAL FILES]

`dump_stack` is the example of the crate `aureole` (`cargo build -p aureole --example dump_stack`). Ends with 1 when a frame differs.
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile

import fabio
import h5py
import hdf5plugin
import numpy

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
    }
    for name, encoding in encodings.items():
        path = folder / f"{name}.h5"
        with h5py.File(path, "w") as file:
            for dtype in DTYPES:
                file.create_dataset(dtype, data=frames(dtype), chunks=(1, ROWS, COLUMNS), **encoding)
        cases += [f"{path}::/{dtype}" for dtype in DTYPES]


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
        file.create_dataset("four", data=frames("u4", 6).reshape(2, 3, ROWS, COLUMNS), chunks=(1, 1, ROWS, COLUMNS), **bitshuffle)
        file.create_dataset("contiguous", data=frames("f4"))
    cases += [f"{path}::/{name}" for name in ["big_contiguous", "big_chunked", "many_a_chunk", "parts", "four", "contiguous"]]
    path = folder / "latest.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("data", data=frames("u4"), chunks=(1, ROWS, COLUMNS), maxshape=(None, ROWS, COLUMNS), **bitshuffle)
    cases.append(str(path))


def make_growing(folder, cases):
    """A file that its writer has open: the writer is handed back, to stay open."""
    path = folder / "growing.h5"
    writer = h5py.File(path, "w", libver="latest")
    shape = (None, ROWS, COLUMNS)
    data = writer.create_dataset("data", data=frames("u4"), chunks=(1, ROWS, COLUMNS), maxshape=shape, compression="gzip")
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


def make_images(folder, cases):
    for dtype in DTYPES:
        image = frames(dtype, 1)[0]
        numpy.save(folder / f"{dtype}.npy", image)
        numpy.save(folder / f"{dtype}_columns.npy", numpy.asfortranarray(image.astype(numpy.dtype(dtype).newbyteorder(">"))))
        fabio.edfimage.EdfImage(data=image).write(str(folder / f"{dtype}.edf"))
        cases += [str(folder / f"{dtype}{end}") for end in [".npy", "_columns.npy", ".edf"]]
    for dtype in ["u1", "u2", "u4", "i2", "i4", "f4", "f8"]:
        fabio.tifimage.TifImage(data=frames(dtype, 1)[0]).write(str(folder / f"{dtype}.tif"))
        cases.append(str(folder / f"{dtype}.tif"))


def real(folder):
    return [
        f"{folder}/xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5::/data",
        f"{folder}/xrpd_toolbox/i15-1-100245.nxs::/entry/fastcs_eiger/data",
        f"{folder}/dioptas/testasapo1_1009_00002_m1_part00000.nxs::/entry/instrument/detector/data",
        f"{folder}/dioptas/CeO2_Pilatus1M.tif",
        f"{folder}/ssrl_th3/b_toney_lab6_th3_scan1_0008.tif",
        f"{folder}/ssrl_th3/b_toney_lab6_th3_scan1_0008.azim",
    ]


def expected(case):
    """The frames of a case as another reader gives them, in the machine's byte order."""
    file, _, dataset = case.partition("::")
    if file.endswith(".npy"):
        values = numpy.load(file)
    elif file.endswith((".edf", ".tif", ".azim")):
        values = fabio.open(file).data
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
        for make in (make_stored, make_odd, make_virtual, make_images):
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
