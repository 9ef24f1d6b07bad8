"""Files as detectors and beamlines write them, made small here: each gives the patterns of the plain stack, bit for bit.

usage: beamlines.py AUREOLE [CHECK...]
"""

import json
import os
import pathlib

import h5py
import hdf5plugin
import numpy as np
from support.checks import call, run_all

SHAPE = (195, 487)


class Room:
    """A folder with a plain stack of a Pilatus 100k, its PONI file and the patterns of it."""

    def __init__(self, aureole, folder):
        self.aureole, self.folder = aureole, pathlib.Path(folder)
        self.run("simulate", "stack.h5", "--detector", "Pilatus100k", "--frames", "6")
        with h5py.File(self.folder / "stack.h5") as file:
            self.frames = file["entry/data/data"][:]
        self.poni("flat.poni", distance=0.2, y=90.25, x=240.5)
        self.expected = self.patterns("stack.h5", "--poni", "flat.poni")

    def run(self, *words, code=0):
        return call(self.aureole, self.folder, words, code)

    def poni(self, name, distance, y, x):
        pixel = 0.172e-3
        lines = [
            "poni_version: 2.1",
            "Detector: Pilatus 100k",
            'Detector_config: {"orientation": 3}',
            f"Distance: {distance}",
        ]
        lines += [
            f"Poni1: {y * pixel!r}",
            f"Poni2: {x * pixel!r}",
            "Rot1: 0",
            "Rot2: 0",
            "Rot3: 0",
            f"Wavelength: {0.9802735610373182e-10!r}",
        ]
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def patterns(self, *words, code=0):
        self.said = self.run("integrate", *words, "--bins", "150", "-o", "out.h5", "--force", code=code)
        with h5py.File(self.folder / "out.h5") as file:
            return file["entry/data/I"][:]

    def same(self, *words, rows=slice(None)):
        got = self.patterns(*words)
        assert np.array_equal(got, self.expected[rows], equal_nan=True), f"{words}: other patterns"

    def master(self, name="scan_master.h5", files=2, **changed):
        """A DECTRIS master over data files of three frames each; `changed` replaces values of its detector (None leaves one out)."""
        with h5py.File(self.folder / name, "w") as file:
            entry = group(file, "entry", "NXentry")
            data, instrument = group(entry, "data", "NXdata"), group(entry, "instrument", "NXinstrument")
            detector, beam = group(instrument, "detector", "NXdetector"), group(instrument, "beam", "NXbeam")
            for number in range(files):
                part = name.replace("master", f"data_{number + 1:06}")
                with h5py.File(self.folder / part, "w") as written:
                    frames = self.frames[3 * number : 3 * number + 3]
                    chunks = {"chunks": (1, *SHAPE), "compression": "gzip"}
                    written.create_dataset("entry/data/data", data=frames, **chunks)
                data[f"data_{number + 1:06}"] = h5py.ExternalLink(part, "/entry/data/data")
            values = {
                "description": ("Dectris Pilatus 100k", None),
                "detector_distance": (0.2, "m"),
                "beam_center_x": (240.5, "pixel"),
                "beam_center_y": (90.25, "pixel"),
                "x_pixel_size": (0.172, "mm"),
                "y_pixel_size": (172e-6, "m"),
            }
            for key, (value, unit) in {**values, **changed}.items():
                if value is not None:
                    detector[key] = value
                    if unit:
                        detector[key].attrs["units"] = unit
            beam["incident_wavelength"] = 0.9802735610373182
            beam["incident_wavelength"].attrs["units"] = "angstrom"
            detector["detectorSpecific/pixel_mask"] = np.zeros(SHAPE, np.uint32)
            instrument["name"], source = "I00", group(instrument, "source", "NXsource")
            source["name"], source["type"] = "A ring", "Synchrotron X-ray Source"


def group(at, name, nexus):
    made = at.create_group(name)
    made.attrs["NX_class"] = nexus
    return made


def a_master_states_its_geometry(room):
    room.master()
    room.same("scan_master.h5", "--poni", "flat.poni")
    room.same("scan_master.h5")
    for part in ("taken for Pilatus 100k across the beam", "200.000 mm", "(240.50, 90.25) pixels", "0.98027 Å"):
        assert part.replace(" ", "") in room.said.replace(" ", ""), f"{part}: {room.said}"
    with h5py.File(room.folder / "out.h5") as file:
        job = json.loads(file["entry/reduction/job"][()])
        assert "Distance: 0.2" in job["recipes"][0]["geometry"]["poni"], job
        names = [file[f"entry/instrument/{name}"][()].decode() for name in ("name", "source/name", "source/type")]
        assert names == ["I00", "A ring", "Synchrotron X-ray Source"], names
    said = room.run("verify", "out.h5")
    assert "all 6" in said and "all is equal" in said, said


def a_detector_that_is_not_known_is_taken_by_its_pixels(room):
    room.master("other_master.h5", description=("Somebody's 100k", None))
    patterns = room.patterns("other_master.h5")
    assert "a detector across the beam" in room.said, room.said
    # The named one masks nothing here that the other does not.
    assert np.array_equal(patterns, room.expected, equal_nan=True)


def what_is_not_stated_is_asked_for(room):
    for changed in (
        {"detector_distance": (0.0, "m")},
        {"beam_center_x": (None, None)},
        {"x_pixel_size": (1.0, "furlong")},
    ):
        room.master("poor_master.h5", **changed)
        said = room.run("integrate", "poor_master.h5", "-o", "no.h5", code=2)
        assert "--poni FILE: a geometry is needed; neither an option nor the input gives one" in said, said


def later_files_of_a_master_may_be_missing(room):
    room.master("cut_master.h5")
    (room.folder / "cut_data_000002.h5").unlink()
    room.same("cut_master.h5", "--frames", ":3", rows=slice(0, 3))
    said = room.run("integrate", "cut_master.h5", "-o", "no.h5", code=2)
    assert "cut_data_000002.h5" in said, said


def bliss(room):
    """A BLISS file: scans 1.1, 2.1, whose measurement links to the virtual dataset of LImA's files below the folder."""
    (room.folder / "scan0001").mkdir()
    virtual = h5py.VirtualLayout(room.frames.shape, room.frames.dtype)
    for number in range(3):
        name = f"scan0001/eiger_{number:04}.h5"
        with h5py.File(room.folder / name, "w") as lima:
            frames = room.frames[2 * number : 2 * number + 2]
            place = "entry_0000/ESRF-ID00/eiger/data"
            lima.create_dataset(place, data=frames, chunks=(1, *SHAPE), compression="gzip")
            lima["entry_0000/measurement/data"] = h5py.SoftLink("/" + place)
        virtual[2 * number : 2 * number + 2] = h5py.VirtualSource(name, place, frames.shape)
    with h5py.File(room.folder / "sample_0001.h5", "w") as file:
        for scan in ("1.1", "2.1"):
            entry = group(file, scan, "NXentry")
            entry.create_virtual_dataset("instrument/eiger/data", virtual)
            entry["instrument/eiger"].attrs["NX_class"] = "NXdetector"
            entry["measurement/eiger"] = h5py.SoftLink(f"/{scan}/instrument/eiger/data")
            entry["measurement/diode"] = np.arange(6.0)
    with h5py.File(room.folder / "sample.h5", "w") as file:
        file["sample_1.1"] = h5py.ExternalLink("sample_0001.h5", "/1.1")
    room.same("sample_0001.h5::/1.1/measurement/eiger", "--poni", "flat.poni")
    room.same("sample.h5::/sample_1.1/measurement/eiger", "--poni", "flat.poni")
    room.same("scan0001/eiger_0001.h5", "--poni", "flat.poni", rows=slice(2, 4))
    said = room.run("integrate", "sample_0001.h5", "--poni", "flat.poni", "-o", "no.h5", code=2)
    assert "several stacks in it" in said and "/1.1/" in said and "/2.1/" in said, said


def modules(room):
    """A detector of modules, each with a file of its own (Lambda), under one virtual dataset: parts of frames."""
    halves = (slice(0, 100), slice(100, 195))
    virtual = h5py.VirtualLayout(room.frames.shape, room.frames.dtype)
    for number, rows in enumerate(halves):
        frames = room.frames[:, rows]
        with h5py.File(room.folder / f"lambda_m{number + 1:02}.nxs", "w") as file:
            file.create_dataset(
                "entry/instrument/detector/data", data=frames, chunks=(1, *frames.shape[1:]), compression="gzip"
            )
        source = h5py.VirtualSource(f"lambda_m{number + 1:02}.nxs", "entry/instrument/detector/data", frames.shape)
        virtual[:, rows] = source
    with h5py.File(room.folder / "lambda.nxs", "w") as file:
        file.create_virtual_dataset("entry/data/data", virtual)
    room.same("lambda.nxs", "--poni", "flat.poni")


def four_dimensions(room):
    """Frames of a map: (slow, fast, rows, columns)."""
    with h5py.File(room.folder / "grid.h5", "w") as file:
        file.create_dataset(
            "entry/data/data", data=room.frames.reshape(2, 3, *SHAPE), chunks=(1, 1, *SHAPE), compression="gzip"
        )
    room.same("grid.h5", "--poni", "flat.poni")


def plugins(room):
    """Filters that only a plug-in of HDF5 has, through the library: named where there is none, the same pixels where there is one."""
    frames = room.frames.astype(np.int32)
    with h5py.File(room.folder / "plain.h5", "w") as file:
        file.create_dataset("data", data=frames, chunks=(1, *SHAPE))
    expected = room.patterns("plain.h5", "--poni", "flat.poni")
    for name, options in {"blosc2": hdf5plugin.Blosc2(), "zfp": hdf5plugin.Zfp(reversible=True)}.items():
        with h5py.File(room.folder / f"{name}.h5", "w") as file:
            file.create_dataset("data", data=frames, chunks=(1, *SHAPE), **options)
        said = room.run("integrate", f"{name}.h5", "--poni", "flat.poni", "-o", "no.h5", code=2)
        assert f"encoded by {name}" in said and "HDF5_PLUGIN_PATH" in said, said
        os.environ["HDF5_PLUGIN_PATH"] = hdf5plugin.PLUGIN_PATH
        try:
            assert np.array_equal(room.patterns(f"{name}.h5", "--poni", "flat.poni"), expected, equal_nan=True), name
        finally:
            del os.environ["HDF5_PLUGIN_PATH"]
        assert "which a plug-in decodes" in room.said, room.said


def links_stay_in_their_folder(room):
    (room.folder / "own").mkdir()
    with h5py.File(room.folder / "own/scan.h5", "w") as file:
        file["entry/data/data"] = h5py.ExternalLink("../stack.h5", "/entry/data/data")
    said = room.run("integrate", "own/scan.h5", "--poni", "flat.poni", "-o", "no.h5", code=2)
    assert "own/scan.h5::/entry/data/data leads to" in said and "--allow-external follows it" in said, said
    assert "--allow-external" in room.run("info", "own/scan.h5")
    assert "no stack" not in room.run("info", "own/scan.h5", "--allow-external")
    room.same("own/scan.h5", "--poni", "flat.poni", "--allow-external")
    for layout in ("processes", "serial"):
        room.same("own/scan.h5", "--poni", "flat.poni", "--allow-external", "--layout", layout)
    room.run("verify", "out.h5")


if __name__ == "__main__":
    run_all(
        "beamlines",
        Room,
        [
            a_master_states_its_geometry,
            a_detector_that_is_not_known_is_taken_by_its_pixels,
            what_is_not_stated_is_asked_for,
            later_files_of_a_master_may_be_missing,
            bliss,
            modules,
            four_dimensions,
            plugins,
            links_stay_in_their_folder,
        ],
    )
