"""Runs `aureole integrate` and reads what it wrote."""

import pathlib
import subprocess

import h5py
import numpy


class Program:
    """The command, with a folder for its output."""

    def __init__(self, path, folder):
        self.path, self.folder = str(path), pathlib.Path(folder)

    def simulate(self, detector, frames=1):
        """A stack with gaps and its geometry, as two files."""
        stack = self.folder / f"{detector}.h5"
        command = [self.path, "simulate", stack, "--detector", detector, "--frames", str(frames), "--gaps", "--force"]
        subprocess.run(command, check=True, capture_output=True)
        return stack, stack.with_suffix(".poni")

    def save(self, name, array):
        """An array as a file, for the command; its path."""
        path = self.folder / f"{name}.npy"
        numpy.save(path, array)
        return str(path)

    def run(self, stack, poni, *options):
        """The finished process of a run, whatever came of it, and the path of its output."""
        output = self.folder / "out.h5"
        command = [self.path, "integrate", str(stack), "--poni", str(poni), "--force", "-o", str(output), *map(str, options)]
        return subprocess.run(command, capture_output=True, text=True, check=False), output

    def integrate(self, stack, poni, *options):
        """The first row of every dataset of the result by its name; `count` and `norm` are those of the frame."""
        done, output = self.run(stack, poni, *options)
        if done.returncode:
            raise SystemExit(f"{' '.join(done.args)}\nexit {done.returncode}: {done.stderr}")
        with h5py.File(output) as file:
            data = file["entry/data"]
            axes = ("radial_axis", "azimuthal_axis", "radial_axis_edges", "azimuthal_axis_edges", "count", "norm")
            found = {name: data[name][()] if name in axes else data[name][0] for name in data}
        for name in ("count", "norm"):
            found[name] = found.get(f"{name}_per_frame", found[name])
        return found
