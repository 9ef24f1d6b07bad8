"""Results under a validator of NeXus files (pynxtools): they follow NXazint1d and NXazint2d where they say so.

usage: nexus.py AUREOLE [CHECK...]
"""

import pathlib
import subprocess
import sys

import h5py
from support.checks import call, run_all

#: Options of the runs, and the definition that their results follow.
RUNS = {
    "q_nm": ((), "NXazint1d"),
    "q_A": (("--unit", "q_A^-1", "--error-model", "poisson"), "NXazint1d"),
    "angle": (("--unit", "2th_rad", "--dummy", "3"), "NXazint1d"),
    "cake": (("--azimuthal-bins", "12", "--unit", "2th_deg", "--error-model", "poisson"), "NXazint2d"),
    "two": (("--recipe", "a --bins 30", "--recipe", "b --unit 2th_deg"), "NXazint1d"),
    "radius": (("--unit", "r_mm"), None),
    "mixed": (("--recipe", "a --bins 30", "--recipe", "b --azimuthal-bins 12"), None),
}


class Room:
    """A folder with a small stack and a result of each kind."""

    def __init__(self, aureole, folder):
        self.folder = pathlib.Path(folder)
        call(aureole, folder, ("simulate", "stack.h5", "--detector", "Pilatus100k", "--frames", "3"))
        for name, (options, _) in RUNS.items():
            words = ("integrate", "stack.h5", "--poni", "stack.poni", "--bins", "50", *options, "-o", f"{name}.h5")
            call(aureole, folder, words)


def complaints(file):
    """What the validator says of a file, but for groups, fields and attributes that definitions leave free."""
    words = [pathlib.Path(sys.executable).with_name("pynx"), "validate", file.name]
    done = subprocess.run(words, cwd=file.parent, capture_output=True, text=True, timeout=300)
    lines = (line.removeprefix("WARNING: ") for line in (done.stdout + done.stderr).splitlines())
    return [line for line in lines if line.strip() and "has no documentation" not in line]


def the_validator_finds_nothing_that_is_missing_or_wrong(room):
    for name, (_, definition) in RUNS.items():
        if definition is None:
            continue
        file = room.folder / f"{name}.h5"
        left = []
        with h5py.File(file) as result:
            for line in complaints(file):
                path = line.removeprefix("The required attribute ").split("/@units")[0]
                if line.startswith("The required attribute /entry/") and path in result:
                    # It passes over attributes of this name wherever a definition lists their values, as these two do.
                    assert "units" in result[path].attrs, line
                elif not any(known in line for known in ("'_offset'", "open enumeration", "is NOT valid according to")):
                    left.append(line)
        assert not left, f"{name}: {left}"


def it_does_find_what_is_missing(room):
    """The check above can fail."""
    file = room.folder / "q_A.h5"
    broken = room.folder / "broken.h5"
    broken.write_bytes(file.read_bytes())
    with h5py.File(broken, "r+") as result:
        del result["entry/reduction/program"]
        result["entry/data/I"].attrs["long_name"] = "counts"
    said = "\n".join(complaints(broken))
    assert "/entry/reduction/program" in said and "/entry/data/I/@long_name" in said, said


def they_say_which_definition_they_follow(room):
    for name, (_, definition) in RUNS.items():
        with h5py.File(room.folder / f"{name}.h5") as result:
            said = result["entry"].get("definition")
            assert (said and said[()].decode()) == definition, f"{name}: {said}"


def fields_have_the_shapes_of_the_definitions(room):
    """The dimensions that NXazint1d and NXazint2d give: images, azimuthal bins, radial bins."""
    for name in ("q_nm", "q_A", "angle", "cake"):
        with h5py.File(room.folder / f"{name}.h5") as result:
            data = result["entry/data"]
            names = [axis for axis in data.attrs["axes"] if axis != "."]
            bins = tuple(len(data[axis]) for axis in names)
            assert names == ["azimuthal_axis", "radial_axis"][-len(names) :], names
            assert data["I"].shape == (3, *bins) and data["norm"].shape == bins
            assert "I_errors" not in data or data["I_errors"].shape == (3, *bins)
            assert all(len(data[f"{axis}_edges"]) == len(data[axis]) + 1 for axis in names)
            assert [data.attrs[f"{axis}_indices"] for axis in names] == list(range(1, len(names) + 1))
            assert data.attrs["interpretation"] == ("image" if len(names) > 1 else "spectrum")


if __name__ == "__main__":
    run_all(
        "nexus",
        Room,
        [
            the_validator_finds_nothing_that_is_missing_or_wrong,
            it_does_find_what_is_missing,
            they_say_which_definition_they_follow,
            fields_have_the_shapes_of_the_definitions,
        ],
    )
