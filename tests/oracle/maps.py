"""Diffraction maps of `aureole integrate` beside those of pyFAI's DiffMap, both told by the same configuration file.

usage: maps.py AUREOLE

Frames are simulated by the command and handed out one a file. Arrays are compared by what pyFAI-diffmap-view reads: its own
functions find signal, axes and patterns in both files. Where no frame was, pyFAI's frame numbers are 0 or those of frames
before the first point, and its errors 0; Aureole's are -1 and NaN. Exits with 1 when any promise was missed.
"""

import contextlib
import io
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
try:
    import fabio
    import h5py
    import hdf5plugin  # noqa: F401
    import numpy
    import pyFAI
    from pyFAI.containers import ErrorModel
    from pyFAI.diffmap import DiffMap
    from pyFAI.gui.pilx import point, utils
    from pyFAI.io.diffmap_config import DiffmapConfig, ListDataSet, MotorRange
    from pyFAI.io.integration_config import WorkerConfig
    from pyFAI.io.ponifile import PoniFile
except ImportError as error:
    print(f"SKIPPED: maps against pyFAI: {error}")
    sys.exit(0)

AUREOLE = sys.argv[1]
FRAMES = 14
counts = {"passed": 0, "failed": 0}


def check(promise, kept, shown=""):
    counts["passed" if kept else "failed"] += 1
    if not kept or shown:
        print(f"{'kept' if kept else 'MISS'} {promise}{': ' + shown if shown else ''}")


def frames(folder):
    """Frames of one file each, no two alike."""
    stack = folder / "stack.h5"
    command = [AUREOLE, "simulate", str(stack), "--detector", "Pilatus100k", "--frames", str(FRAMES), "--profile", "tutorial"]
    subprocess.run(command, check=True, capture_output=True)
    files = []
    with h5py.File(stack) as file:
        for number, image in enumerate(file["entry/data/data"]):
            files.append(str(folder / f"frame_{number:04d}.edf"))
            fabio.edfimage.EdfImage(data=image * (1 + number)).write(files[-1])
    return files, stack.with_suffix(".poni")


def configuration(folder, files, poni, slow, fast, snake, offset, azimuthal):
    integration = WorkerConfig(
        poni=PoniFile(str(poni)),
        nbpt_rad=200,
        nbpt_azim=azimuthal,
        unit=pyFAI.units.to_unit("2th_deg"),
        error_model=ErrorModel.POISSON,
        method=("bbox", "csr", "cython"),
    )
    config = DiffmapConfig(
        experiment_title="a map",
        slow_motor=MotorRange(0.5, 2.5, slow, "sy"),
        fast_motor=MotorRange(-1, 1, fast, "sx"),
        offset=offset,
        zigzag_scan=snake,
        ai=integration,
        input_data=ListDataSet.from_serialized([(file, None) for file in files]),
        output_file=str(folder / "ours.h5"),
    )
    config.save(str(folder / "map.json"))
    return folder / "map.json"


def theirs(config, output):
    """pyFAI's map, through the steps of `pyFAI-diffmap --no-gui`."""
    mapping = DiffMap()
    _, read = mapping.parse(["--no-gui", "--config", str(config), "-o", str(output)], with_config=True)
    with contextlib.redirect_stdout(io.StringIO()):
        mapping.configure_worker(read.ai)
        mapping.makeHDF5(rewrite=True)
        mapping.process()


def read(file, process):
    """What the viewer takes from a file, and the datasets by their names."""
    with h5py.File(file) as h5:
        result = h5[process]["result"]
        signal = utils.get_signal_dataset(result, default="intensity")
        index = utils.get_axes_index(signal)
        seen = types.SimpleNamespace(map=numpy.moveaxis(signal[()], index.radial, -1))
        seen.slow = utils.get_axes_dataset(result, dim=index.slow, default="slow")
        seen.fast = utils.get_axes_dataset(result, dim=index.fast, default="fast")
        seen.names = [seen.slow.attrs["long_name"], seen.fast.attrs["long_name"]]
        seen.slow, seen.fast = seen.slow[()], seen.fast[()]
        radial = utils.get_radial_dataset(result, size=200)
        seen.space, seen.radial = radial.name.rsplit("/", 1)[1], radial[()]
        seen.config = WorkerConfig.from_dict(json.loads(h5[process]["configuration/data"][()]))
        seen.offset = h5[process]["offset"][()]
        seen.data = {name: data[()] for name, data in result.items()}
        seen.image = h5["entry/measurement/images_0001"].shape if "entry/measurement/images_0001" in h5 else None
    return seen


def apart(ours, other, of_maximum=1e-6, of_bin=1e-5):
    """The worst distance, as a share of what is allowed; bins without pixels are 0 there and NaN here."""
    ours, other = numpy.nan_to_num(ours.astype(float)), numpy.nan_to_num(other.astype(float))
    return (abs(ours - other) / (of_maximum * abs(other).max() + of_bin * abs(other))).max()


def compare(folder, files, poni, name, slow, fast, snake, offset, azimuthal=None):
    config = configuration(folder, files, poni, slow, fast, snake, offset, azimuthal)
    theirs(config, folder / "theirs.h5")
    run = subprocess.run([AUREOLE, "integrate", "--config", str(config), "--force"], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"{config.read_text()}\nexit {run.returncode}: {run.stderr}")
    with h5py.File(folder / "theirs.h5") as file:
        process = next(iter(file)) + "/pyFAI"
    if azimuthal:
        with h5py.File(folder / "theirs.h5") as their, h5py.File(folder / "ours.h5") as our:
            a, b = our["entry/pyFAI/result"], their[process]["result"]
            check(f"{name}: names", set(b) <= set(a), f"{sorted(b)}")
            for dataset in ["intensity", "map", "azimuthal", "2th", "slow", "fast"]:
                check(f"{name}: shape of {dataset}", a[dataset].shape == b[dataset].shape)
            worst = apart(a["map"][()], b["map"][()], 1e-3, 1e-5)
            check(f"{name}: intensities", worst < 1, f"{worst:.2g} of what is allowed")
        return
    a, b = read(folder / "ours.h5", "entry/pyFAI"), read(folder / "theirs.h5", process)
    there = a.data["map_ptr"] >= 0
    points = numpy.arange(slow * fast) + offset < FRAMES
    points = points.reshape(slow, fast)
    if snake:
        points[1::2] = points[1::2, ::-1]
    check(f"{name}: points with frames", (there == points).all())
    check(f"{name}: names", set(b.data) <= set(a.data), f"{sorted(b.data)}")
    check(f"{name}: axes", a.space == b.space == "2th" and a.names == b.names == ["sy", "sx"])
    check(f"{name}: positions", (a.slow == b.slow).all() and (a.fast == b.fast).all())
    check(f"{name}: radial axis", apart(a.radial, b.radial) < 1)
    check(f"{name}: frames of points", (a.data["map_ptr"] == b.data["map_ptr"])[there].all())
    check(f"{name}: offset", a.offset == b.offset)
    for dataset in ["intensity", "errors"]:
        worst = apart(a.data[dataset][there], b.data[dataset][there])
        check(f"{name}: {dataset}", worst < 1, f"{worst:.2g} of what is allowed")
        check(f"{name}: {dataset} is NaN without a frame", numpy.isnan(a.data[dataset][~there]).all())
    check(f"{name}: what the viewer shows", apart(a.map[there], b.map[there]) < 1)
    check(f"{name}: the map as an image", numpy.array_equal(a.data["map"], numpy.moveaxis(a.data["intensity"], 2, 0), equal_nan=True))
    row, column = numpy.argwhere(there)[-1]
    patterns = [
        point.Point(types.SimpleNamespace(row=row, col=column), url_nxdata_path=f"{folder}/{file}?/{at}/result").get_curve()
        for file, at in [("ours.h5", "entry/pyFAI"), ("theirs.h5", process)]
    ]
    check(f"{name}: a point of the viewer", apart(*patterns) < 1)
    distances = [utils.compute_radial_values(seen.config) for seen in [a, b] if seen.config.shape is not None]
    check(f"{name}: the configuration gives the viewer its angles", len(distances) > 0 and all(apart(d, distances[-1]) < 1 for d in distances))


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    files, poni = frames(folder)
    compare(folder, files, poni, "rows in one direction", 2, 7, False, 0)
    compare(folder, files, poni, "a snake", 2, 7, True, 0)
    compare(folder, files, poni, "a snake behind frames of something else", 3, 4, True, 2)
    compare(folder, files, poni, "an incomplete snake", 4, 4, True, 0)
    compare(folder, files, poni, "cakes", 2, 7, True, 0, azimuthal=12)
print(f"maps: {counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
