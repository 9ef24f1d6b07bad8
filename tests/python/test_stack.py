"""Stacks: all patterns at once, into a file, one after the other; what stops a run."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import h5py
import hdf5plugin  # noqa: F401  h5py reads bitshuffle-LZ4 with it
import numpy as np
import pytest

import aureole

from conftest import command, same

BINS = {"bins": 200, "error_model": "poisson"}


def test_memory_file_and_stream_are_the_same(stack, tmp_path):
    file, poni = stack
    patterns = aureole.integrate(file, poni=poni, **BINS)
    summary = aureole.integrate(file, poni=poni, output=tmp_path / "out.h5", **BINS)
    assert (len(patterns), summary["frames"], summary["failed"]) == (40, 40, 0)
    with h5py.File(tmp_path / "out.h5") as out:
        assert same(out["entry/data/I"][()], patterns.intensity)
        assert same(out["entry/data/I_errors"][()], patterns.sigma)
        assert same(out["entry/data/radial_axis"][()], patterns.radial)
        assert same(out["entry/data/norm"][()], patterns.sum_normalization)
    streamed = list(aureole.stream(file, poni=poni, **BINS))
    assert [pattern.frame for pattern in streamed] == list(range(40))
    assert all(same(a.intensity, b.intensity) for a, b in zip(streamed, patterns, strict=True))


@pytest.mark.parametrize("layout", [("serial", "threads"), ("threads", "threads"), ("processes", "workers")])
def test_layouts_give_the_same_bits(stack, layout):
    file, poni = stack
    expected = aureole.integrate(file, poni=poni, threads=1, layout="serial", sums=True, **BINS)
    name, hands = layout
    got = aureole.integrate(file, poni=poni, **{hands: 2}, layout=name, sums=True, frames=(3, 37), **BINS)
    assert got.frames == range(3, 37)
    for name in ("intensity", "sigma", "sum_signal", "sum_variance"):
        assert same(getattr(got, name), getattr(expected, name)[3:37])


def test_frames_in_memory_are_a_stack_too(stack):
    file, poni = stack
    command("integrate", file, "--poni", poni, "--bins", "200", "-o", file.parent / "c.h5", "--force")
    images = np.random.default_rng(1).poisson(9, (5, 514, 1030)).astype(np.uint16)
    patterns = aureole.integrate(images, poni=poni, bins=200)
    one = aureole.load(poni)
    for image, pattern in zip(images, patterns, strict=True):
        assert same(one.integrate1d(image, 200, method=("full", "csr", "cython")).intensity, pattern.intensity)


def test_several_recipes_over_one_reading(stack):
    file, poni = stack
    recipes = {"fine": {"bins": 400}, "cake": {"azimuthal_bins": 12, "bins": 50}, "median": {"mode": "median"}}
    both = aureole.integrate(file, poni=poni, frames=(0, 6), recipes=recipes)
    assert list(both) == ["fine", "cake", "median"] and both["cake"].intensity.shape == (6, 12, 50)
    assert same(both["fine"].intensity, aureole.integrate(file, poni=poni, bins=400, frames=(0, 6)).intensity)
    rows = list(aureole.stream(file, poni=poni, frames=(0, 6), recipes=recipes))
    assert same(rows[4]["cake"].intensity, both["cake"][4].intensity)


def test_arrays_beside_a_stack(stack, tmp_path):
    file, poni = stack
    random = np.random.default_rng(5)
    images = {"mask": random.uniform(size=(514, 1030)) > 0.9, "dark": random.uniform(0, 3, (514, 1030))}
    monitor = random.uniform(1, 2, 40)
    for name, image in images.items():
        np.save(tmp_path / f"{name}.npy", image)
    np.save(tmp_path / "monitor.npy", monitor)
    by_array = aureole.integrate(file, poni=poni, **images, normalization=monitor, **BINS)
    by_file = aureole.integrate(
        file,
        poni=poni,
        mask=tmp_path / "mask.npy",
        dark=tmp_path / "dark.npy",
        normalization=tmp_path / "monitor.npy",
        **BINS,
    )
    assert same(by_array.intensity, by_file.intensity) and same(by_array.sigma, by_file.sigma)
    other = aureole.integrate(file, poni=poni, layout="processes", **images, normalization=monitor, **BINS)
    assert same(other.intensity, by_array.intensity), "arrays reach other processes, too"
    np.testing.assert_array_equal(
        aureole.integrate(file, poni=poni, edges=[1.0, 2.0, 5.0]).radial_edges, [1.0, 2.0, 5.0]
    )


def test_images_of_the_stack_are_written(stack, tmp_path):
    file, poni = stack
    aureole.integrate(file, poni=poni, output=tmp_path / "out.h5", images=["sum", "max"], **BINS)
    with h5py.File(file) as data, h5py.File(tmp_path / "out.h5") as out:
        counts = data["entry/data/data"][()].astype(np.int64)
        counts[counts >= 2**32 - 3] = 0
        good = out["entry/images/count"][()] == 40
        assert good.any() and (out["entry/images/sum"][()] == counts.sum(axis=0))[good].all()


def test_what_the_command_would_note_is_a_warning(stack):
    file, poni = stack
    with pytest.warns(UserWarning, match="uint32 pixel can have this value"):
        aureole.integrate(file, poni=poni, dummy=-5, frames=(0, 2))


def test_patterns_are_plain_data(stack):
    file, poni = stack
    patterns = aureole.integrate(file, poni=poni, **BINS)
    copy = pickle.loads(pickle.dumps(patterns))
    assert same(copy.intensity, patterns.intensity) and copy.unit.units == "1/nm"
    assert "40 frames" in repr(patterns) and "<svg" in patterns._repr_html_() and "<svg" in patterns[0]._repr_html_()
    pytest.importorskip("matplotlib").use("Agg")
    assert patterns.plot().get_ylabel() == "frame" and patterns[0].plot().get_ylabel() == "intensity"


def test_failed_frames_are_marked(stack, tmp_path):
    file, poni = stack
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(file.read_bytes())
    with h5py.File(damaged) as opened:
        at = opened["entry/data/data"].id.get_chunk_info(7)
    with open(damaged, "r+b") as raw:
        raw.seek(at.byte_offset + 12)
        raw.write(b"\xff" * 64)
    patterns = aureole.integrate(damaged, poni=poni, **BINS)
    assert list(patterns.reasons) == [7] and patterns.status[7] == 2 and np.isnan(patterns.intensity[7]).all()
    assert patterns[7].error and patterns[8].error is None
    with pytest.raises(ValueError, match="frame 7"):
        aureole.integrate(damaged, poni=poni, strict=True, **BINS)


def test_progress_is_told_and_may_stop_a_run(stack, tmp_path):
    file, poni = stack
    told = []
    aureole.integrate(file, poni=poni, progress=lambda done, of: told.append((done, of)), **BINS)
    assert told[-1] == (40, 40)

    def stop(done, _of):
        if done:
            raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError, match="enough"):
        aureole.integrate(file, poni=poni, progress=stop, output=tmp_path / "stopped.h5", batch=1, **BINS)
    with h5py.File(tmp_path / "stopped.h5") as out:
        assert len(out["entry/data/I"]) >= 1


def test_a_stream_that_is_left_ends_its_run(stack):
    file, poni = stack
    before = threading.active_count()
    threads = len(os.listdir("/proc/self/task"))
    for _ in range(5):
        for pattern in aureole.stream(file, poni=poni, batch=1, **BINS):
            if pattern.frame == 2:
                break
    deadline = time.monotonic() + 10
    while len(os.listdir("/proc/self/task")) > threads + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() == before and len(os.listdir("/proc/self/task")) <= threads + 2


INTERRUPTED = """
import sys, time, aureole
file, poni = sys.argv[1:]
print("ready", flush=True)
try:
    {what}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize(
    "what",
    [
        "aureole.integrate([file] * 3000, poni=poni)",
        "[p for p in aureole.stream([file] * 3000, poni=poni)]",
        # A plan that takes its time: the error model that keeps the pixels of each bin, of many bins.
        "[aureole.load(poni).integrate2d(__import__('numpy').ones((514, 1030)), 3000, 360) for _ in range(500)]",
    ],
)
def test_ctrl_c_is_heard(stack, what):
    words = [sys.executable, "-c", INTERRUPTED.format(what=what), *map(str, stack)]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout.readline() == "ready\n"
        time.sleep(2.0)
        running.send_signal(signal.SIGINT)
        sent = time.monotonic()
        assert running.stdout.readline() == "interrupted\n"
        # Within a second on a machine that does nothing else.
        assert time.monotonic() - sent < 10
        assert running.wait(timeout=30) == 0
    finally:
        running.kill()


def test_an_input_is_never_replaced(stack, tmp_path):
    file, poni = (tmp_path / one.name for one in stack)
    for copied, one in zip((file, poni), stack, strict=True):
        copied.write_bytes(one.read_bytes())
    (tmp_path / "hard.h5").hardlink_to(file)
    for output in (file, poni, tmp_path / "hard.h5"):
        before = output.read_bytes()
        with pytest.raises(ValueError, match="this is an input, too"):
            aureole.integrate(file, poni=poni, output=output, force=True, **BINS)
        assert output.read_bytes() == before
    with pytest.raises(ValueError, match="nothing to integrate"):
        aureole.integrate(file, poni=poni, output=tmp_path / "out.h5", frames=(3, 3), **BINS)
    (tmp_path / "out.parts").mkdir()
    options = {"layout": "joblib", "backend": "threading", "output_parts": True}
    with pytest.raises(FileExistsError, match=r"out\.parts"):
        aureole.integrate(file, poni=poni, output=tmp_path / "out.h5", **options)
    assert not (tmp_path / "out.h5").exists()


def test_refusals_are_builtin_exceptions(stack, tmp_path):
    file, poni = stack
    (tmp_path / "there.h5").write_text("precious")
    for options, error in [
        ({"output": tmp_path / "there.h5"}, FileExistsError),
        ({"layout": "paralel"}, ValueError),
        ({"bin": 3}, TypeError),
        ({"frames": (3, 999)}, ValueError),
        ({"workers_": 3}, TypeError),
        ({"mask": "no.npy"}, FileNotFoundError),
        ({"images": ["sum"]}, ValueError),
        ({"layout": "gpu", "workers": 2}, ValueError),
        ({"layout": "gpu", "devices": [0, 0]}, ValueError),
        ({"layout": "gpu", "devices": []}, ValueError),
        ({"layout": "gpu", "devices": [0.5]}, ValueError),
        ({"devices": [0]}, ValueError),
    ]:
        with pytest.raises(error):
            aureole.integrate(file, poni=poni, **options)
    with pytest.raises(FileNotFoundError, match=r"no_such\.h5"):
        aureole.integrate("no_such.h5", poni=poni)
    with pytest.raises(FileNotFoundError, match=r"no\.poni"):
        aureole.integrate(file, poni="no.poni")
    assert (tmp_path / "there.h5").read_text() == "precious"


WITHOUT_GPU = """
import sys, numpy, aureole
file, poni = sys.argv[1:]
frames = numpy.ones((3, 514, 1030), dtype=numpy.uint32)
for paths, devices in [(file, None), (file, 0), (file, [0]), (frames, None)]:
    for call in (aureole.integrate, aureole.stream):
        try:
            call(paths, poni=poni, layout="gpu", devices=devices)
        except ValueError as error:
            print(error)
"""


def test_layout_gpu_says_what_is_missing(stack):
    # Devices that there are, if any, are hidden: with a driver or without, the reason names its maker.
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    words = [sys.executable, "-c", WITHOUT_GPU, *map(str, stack)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, env=hidden)
    assert ended.returncode == 0, ended.stderr
    said = ended.stdout.splitlines()
    assert len(said) == 8, ended.stdout
    assert all(line.startswith("--layout gpu: ") and "NVIDIA driver" in line for line in said), said
