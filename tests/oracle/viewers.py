"""Results as viewers open them: the default plot is found by the attributes alone, by silx and by the rules that h5web follows.

usage: viewers.py AUREOLE [CHECK...]
"""

import pathlib

import h5py
import numpy as np
from silx.io.nxdata import NXdata, get_default
from support.checks import call, run_all


class Room:
    """A folder with results of all kinds."""

    def __init__(self, aureole, folder):
        self.aureole, self.folder = aureole, pathlib.Path(folder)
        self.run("simulate", "stack.h5", "--detector", "Pilatus100k", "--frames", "6")
        poni = ("stack.h5", "--poni", "stack.poni", "--bins", "50")
        self.run("integrate", *poni, "--error-model", "poisson", "-o", "patterns.h5")
        self.run("integrate", *poni, "--unit", "2th_deg", "-o", "plain.h5")
        self.run("integrate", *poni, "--azimuthal-bins", "8", "--error-model", "poisson", "-o", "cakes.h5")
        self.run("integrate", *poni, "--map", "2x3", "--error-model", "poisson", "-o", "map.h5")
        self.run("integrate", *poni, "--map", "2x3", "--azimuthal-bins", "8", "-o", "cakemap.h5")
        recipes = ("--recipe", "cake --azimuthal-bins 8", "--recipe", "q --error-model poisson")
        self.run("integrate", *poni, *recipes, "--image", "mean", "-o", "recipes.h5")

    def run(self, *words, code=0):
        return call(self.aureole, self.folder, words, code)

    def open(self, name):
        return h5py.File(self.folder / name)


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def words(value):
    """An attribute with one or several names."""
    return [text(value)] if isinstance(value, (str, bytes)) else [text(name) for name in value]


class Plot:
    """A group as h5web shows it: signal, errors beside it by their name, an axis or none for each dimension, labels."""

    def __init__(self, group):
        assert text(group.attrs["NX_class"]) == "NXdata", f"{group.name} is no NXdata"
        name = text(group.attrs["signal"])
        assert isinstance(group[name], h5py.Dataset) and group[name].dtype.kind in "iuf", f"{group.name}/{name}"
        self.group, self.name, self.signal = group, name, group[name]
        errors = group.get(f"{name}_errors", group.get("errors"))
        self.errors = errors
        axes = words(group.attrs["axes"])
        assert len(axes) == self.signal.ndim, f"{group.name}: {axes} for {self.signal.ndim} dimensions"
        self.axes = [None if axis == "." else group[axis] for axis in axes]
        self.interpretation = text(self.signal.attrs.get("interpretation", ""))
        self.check(axes)

    def check(self, axes):
        for at, (name, axis) in enumerate(zip(axes, self.axes, strict=True)):
            if axis is None:
                continue
            # One value a bin, or one more where they are edges.
            assert axis.ndim == 1 and axis.dtype.kind in "iuf", axis
            assert axis.shape[0] - self.signal.shape[at] in (0, 1), f"{axis.name} along dimension {at}"
            said = self.group.attrs.get(f"{name}_indices")
            assert said is None or int(np.ravel(said)[0]) == at, f"{name}_indices is {said}, the axis is along {at}"
        if self.errors is not None:
            assert self.errors.shape == self.signal.shape, self.errors

    def labels(self):
        return [axis and label(axis) for axis in self.axes]


def label(dataset):
    """The long name, else the name with the unit, else the name."""
    long_name, units = (text(dataset.attrs.get(key, "")) for key in ("long_name", "units"))
    name = dataset.name.rsplit("/", 1)[-1]
    return long_name or (f"{name} ({units})" if units else name)


def default(file):
    """The group to which @default leads from the root, step by step."""
    group = file
    for _ in range(5):
        if "default" not in group.attrs:
            return group
        group = group[text(group.attrs["default"])]
    raise AssertionError("@default leads nowhere")


def both(room, name, group, signal, axes):
    """Both viewers find the same group, signal and axes; what they show has the numbers of the file."""
    with room.open(name) as file:
        plot, silx = Plot(default(file)), get_default(file)
        assert silx is not None and silx.is_valid, f"{name}: {silx and silx.issues}"
        assert plot.group.name == silx.group.name == group, f"{name}: {plot.group.name}, {silx.group.name}"
        assert plot.name == silx.signal_dataset_name == signal, f"{name}: {plot.name}, {silx.signal_dataset_name}"
        found = [axis is not None and axis.name.rsplit("/", 1)[-1] for axis in plot.axes]
        assert [axis or None for axis in found] == axes, f"{name}: {found}"
        assert list(silx.axes_dataset_names) == axes, f"{name}: {silx.axes_dataset_names}"
        for axis, shown in zip(plot.axes, silx.axes, strict=True):
            assert (axis is None) == (shown is None)
            assert axis is None or np.array_equal(axis[()], shown[()])
        assert np.array_equal(plot.signal[()], silx.signal[()], equal_nan=True) and np.isfinite(plot.signal[()]).any()
        return plot.labels(), plot.errors is not None, silx.errors is not None


def said(label, what):
    """A label names what the axis measures, not only the dataset."""
    assert what in label and not label.startswith(("radial_axis", "azimuthal_axis")), label


def patterns(room):
    labels, *errors = both(room, "patterns.h5", "/entry/data", "I", [None, "radial_axis"])
    said(labels[1], "q")
    assert errors == [True, True], errors
    labels, *errors = both(room, "plain.h5", "/entry/data", "I", [None, "radial_axis"])
    said(labels[1], "2")
    assert errors == [False, False], errors


def cakes(room):
    labels, *errors = both(room, "cakes.h5", "/entry/data", "I", [None, "azimuthal_axis", "radial_axis"])
    said(labels[1], "zimuthal")
    said(labels[2], "q")
    assert errors == [True, True], errors


def maps(room):
    labels, *_ = both(room, "map.h5", "/entry/map", "map", ["q", "slow", "fast"])
    said(labels[0], "q")
    assert all(labels), labels
    both(room, "cakemap.h5", "/entry/map", "map", ["azimuthal", "q", "slow", "fast"])
    with room.open("map.h5") as file:
        plot = Plot(file["entry/pyFAI/result"])
        said(plot.labels()[2], "q")
        assert plot.errors is not None
        assert NXdata(file["entry/pyFAI/result"]).errors is not None


def recipes(room):
    both(room, "recipes.h5", "/entry/cake", "I", [None, "azimuthal_axis", "radial_axis"])
    with room.open("recipes.h5") as file:
        for name, dimensions, errors in (("cake", 3, False), ("q", 2, True)):
            plot, silx = Plot(file[f"entry/{name}"]), NXdata(file[f"entry/{name}"])
            assert silx.is_valid and plot.signal.ndim == dimensions, silx.issues
            assert (plot.errors is not None) == (silx.errors is not None) == errors, name


def a_title_is_there(room):
    for name in ("patterns.h5", "cakes.h5", "map.h5", "recipes.h5"):
        with room.open(name) as file:
            assert "stack.h5" in text(file["entry/title"][()]), name


def plots_in(file):
    """All groups of the class NXdata."""
    groups = []
    file.visititems(lambda _, item: groups.append(item) if text(item.attrs.get("NX_class", "")) == "NXdata" else None)
    return groups


def every_group_of_plots_is_valid(room):
    for name in ("patterns.h5", "cakes.h5", "map.h5", "cakemap.h5"):
        with room.open(name) as file:
            assert plots_in(file), name
            for group in plots_in(file):
                assert NXdata(group).is_valid, f"{name} {group.name}: {NXdata(group).issues}"
                Plot(group)


def units_are_told(room):
    for name in ("patterns.h5", "cakes.h5", "map.h5"):
        with room.open(name) as file:
            axes = [axis for axis in Plot(default(file)).axes if axis is not None]
            radial = [axis for axis in axes if axis.name.endswith(("/radial_axis", "/q"))]
            assert radial and all(text(axis.attrs["units"]) == "1/nm" for axis in radial), name


if __name__ == "__main__":
    checks = [patterns, cakes, maps, recipes, a_title_is_there, every_group_of_plots_is_valid, units_are_told]
    run_all("viewers", Room, checks)
