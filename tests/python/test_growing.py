"""Stacks that grow while they are integrated, and what their files state."""

import threading
import time

import h5py
import numpy as np
import pytest

import aureole

from conftest import same

BINS = 100


def grown(path, frames, pause):
    """Writes frames one after the other, so that others may read them, and closes the file."""
    with h5py.File(path, "w", libver="latest", locking=False) as file:
        shape = frames.shape[1:]
        data = file.create_dataset("data", (0, *shape), frames.dtype, maxshape=(None, *shape), chunks=(1, *shape))
        file.swmr_mode = True
        for number, frame in enumerate(frames):
            data.resize(number + 1, axis=0)
            data[number] = frame
            data.flush()
            time.sleep(pause)


@pytest.fixture
def growing(tmp_path, image):
    """A file that another thread is writing, and its frames."""
    frames = np.stack([np.abs(image) + number for number in range(8)]).astype(np.uint32)
    path = tmp_path / "grows.h5"
    writer = threading.Thread(target=grown, args=(path, frames, 0.05))
    writer.start()
    while not path.exists() or path.stat().st_size < 4096:
        time.sleep(0.01)
    time.sleep(0.1)
    yield path, frames
    writer.join()


def test_patterns_come_while_frames_are_written(growing, geometry):
    path, frames = growing
    expected = aureole.integrate(frames, poni=geometry, bins=BINS)
    come = list(aureole.stream(path, poni=geometry, bins=BINS, follow=20))
    assert [pattern.frame for pattern in come] == list(range(8))
    assert all(same(pattern.intensity, expected[pattern.frame].intensity) for pattern in come)


def test_a_loop_that_is_left_ends_the_run_though_no_frame_comes(tmp_path, geometry, image):
    path = tmp_path / "waits.h5"
    with h5py.File(path, "w", libver="latest", locking=False) as file:
        shape = image.shape
        data = file.create_dataset("data", (1, *shape), np.uint32, maxshape=(None, *shape), chunks=(1, *shape))
        data[0] = np.abs(image)
        file.swmr_mode = True
        data.flush()
        patterns = aureole.stream(path, poni=geometry, bins=BINS, follow=100_000)
        assert next(patterns).frame == 0
        ended = threading.Thread(target=patterns.close)
        ended.start()
        ended.join(30)
        assert not ended.is_alive()


def test_a_followed_stack_goes_into_a_file(growing, geometry, tmp_path):
    path, frames = growing
    told = []
    out = tmp_path / "out.h5"
    aureole.integrate(path, poni=geometry, bins=BINS, follow=20, output=out, progress=lambda *of: told.append(of))
    expected = aureole.integrate(frames, poni=geometry, bins=BINS)
    with h5py.File(out) as file:
        assert same(file["entry/data/I"][:], expected.intensity)
    assert all(total is None for _, total in told)
    with pytest.raises(ValueError, match="give output=, or take them by aureole.stream"):
        aureole.integrate(path, poni=geometry, follow=20)


def test_a_file_states_its_geometry(tmp_path, geometry, image):
    pixel = 0.172e-3
    flat = {**geometry, "rot1": 0.0, "rot2": 0.0, "rot3": 0.0}
    path = tmp_path / "states.h5"
    with h5py.File(path, "w") as file:
        shape = (1, *image.shape)
        file.create_dataset("data", data=np.abs(image)[None].astype(np.uint32), chunks=shape)
        detector = file.create_group("detector")
        detector.attrs["NX_class"] = "NXdetector"
        detector["description"] = "Pilatus100k"
        numbers = {"detector_distance": flat["dist"], "x_pixel_size": pixel, "y_pixel_size": pixel}
        numbers |= {"beam_center_x": flat["poni2"] / pixel, "beam_center_y": flat["poni1"] / pixel}
        for name, value in numbers.items():
            detector[name] = value
    with pytest.warns(UserWarning, match="taken for Pilatus100k across the beam"):
        taken = aureole.integrate(path, bins=BINS, unit="2th_deg")
    expected = aureole.integrate(path, poni=flat, bins=BINS, unit="2th_deg")
    assert np.allclose(taken.intensity, expected.intensity, rtol=1e-6, equal_nan=True)
    with pytest.raises(ValueError, match="neither an argument nor the input gives one"):
        aureole.integrate(np.zeros((1, *image.shape), np.uint32))
