"""Layout dask, from end to end: the same bits as serial, whatever dies."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from distributed import Client, LocalCluster
from engines import datasets, group, interrupt, rows, started, wait_for, workers_of

import aureole
from aureole import _engines

from conftest import command, same

TWO = ("--layout", "dask", "--workers", "2", "--range", "5")


@pytest.fixture(scope="module")
def serial(stack, tmp_path_factory):
    """What layout serial makes of the stack."""
    data, poni = stack
    output = tmp_path_factory.mktemp("serial") / "out.h5"
    command("integrate", data, "--poni", poni, "--layout", "serial", "--error-model", "poisson", "-o", output)
    return datasets(output)


@pytest.fixture(scope="module")
def long_stack(tmp_path_factory):
    """A stack that keeps two workers busy for some seconds, its PONI file, and what serial makes of it."""
    folder = tmp_path_factory.mktemp("long")
    command("simulate", folder / "stack.h5", "--frames", "600", "--detector", "Eiger1M")
    command("integrate", folder / "stack.h5", "--poni", folder / "stack.poni", "-o", folder / "serial.h5")
    return folder / "stack.h5", folder / "stack.poni", datasets(folder / "serial.h5")


@pytest.fixture
def cluster():
    """A scheduler and three workers, by the commands of docs/clusters.md."""
    dask = str(Path(sys.executable).parent / "dask")
    words = [dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    scheduler = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    address = wait_for(lambda: next((word for word in scheduler.stderr.readline().split() if "tcp://" in word), None))
    words = [dask, "worker", address, "--nworkers", "3", "--nthreads", "1", "--no-dashboard"]
    workers = subprocess.Popen(words, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        with Client(address) as client:
            client.wait_for_workers(3, timeout=60)
        yield address, scheduler
    finally:
        # Without ceremony: workers that miss their scheduler take their time.
        os.killpg(workers.pid, signal.SIGKILL)
        scheduler.kill()
        workers.wait()
        scheduler.wait()
        scheduler.stderr.close()


def test_a_cluster_of_its_own_gives_the_bits_of_serial(stack, serial, tmp_path):
    data, poni = stack
    ended = command("integrate", data, "--poni", poni, *TWO, "--error-model", "poisson", "-o", tmp_path / "out.h5")
    assert "dask: 2 workers" in ended.stderr
    assert datasets(tmp_path / "out.h5") == serial


def test_a_real_cluster_by_the_documented_commands_gives_the_bits_of_serial(stack, serial, cluster, tmp_path):
    data, poni = stack
    words = (
        "integrate",
        data,
        "--poni",
        poni,
        "--layout",
        "dask",
        "--scheduler",
        cluster[0],
        "--error-model",
        "poisson",
    )
    assert "dask: 3 workers" in command(*words, "--range", "4", "-o", tmp_path / "out.h5").stderr
    assert datasets(tmp_path / "out.h5") == serial


def test_relative_names_mean_the_same_on_workers_that_run_elsewhere(stack, serial, cluster, tmp_path):
    data, poni = stack
    words = ("integrate", data.name, "--poni", poni.name, "--layout", "dask", "--scheduler", cluster[0])
    command(*words, "--error-model", "poisson", "-o", tmp_path / "out.h5", cwd=data.parent)
    assert datasets(tmp_path / "out.h5") == serial


def test_a_worker_that_is_killed_loses_nothing(long_stack, tmp_path):
    data, poni, expected = long_stack
    output = tmp_path / "out.h5"
    process = started("integrate", data, "--poni", poni, *TWO, "-o", output)
    wait_for(lambda: rows(output) > 20)
    victim = wait_for(lambda: workers_of(process.pid))[0]
    victim.kill()
    assert rows(output) < 600
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert datasets(output) == expected


def test_a_scheduler_that_dies_is_told_and_leaves_a_file_that_opens(long_stack, cluster, tmp_path):
    data, poni, expected = long_stack
    address, scheduler = cluster
    output = tmp_path / "out.h5"
    process = started(
        "integrate", data, "--poni", poni, "--layout", "dask", "--scheduler", address, "--range", "5", "-o", output
    )
    wait_for(lambda: rows(output) > 20)
    scheduler.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - killed < 30
    assert process.returncode == 1, said
    assert "the scheduler of Dask at" in said and "is kept" in said, said
    with h5py.File(output) as file:
        done = int((file["entry/frames/status"][()] == 1).sum())
        assert 20 < done < 600
        whole = np.frombuffer(expected["entry/data/I"].split(b")", 1)[1], np.float32).reshape(600, -1)
        assert same(file["entry/data/I"][:done], whole[:done])


def test_a_scheduler_that_is_not_there_is_refused_in_bounded_time(stack, tmp_path):
    data, poni = stack
    start = time.monotonic()
    words = ("--layout", "dask", "--scheduler", "tcp://127.0.0.1:9", "-o", tmp_path / "out.h5")
    ended = command("integrate", data, "--poni", poni, *words, code=2)
    assert "no scheduler of Dask answers at tcp://127.0.0.1:9" in ended.stderr.splitlines()[-1]
    assert time.monotonic() - start < 40 and not (tmp_path / "out.h5").exists()


def test_ctrl_c_ends_the_run_and_leaves_no_process(long_stack, tmp_path):
    data, poni, _ = long_stack
    output = tmp_path / "out.h5"
    process = started("integrate", data, "--poni", poni, *TWO, "-o", output)
    wait_for(lambda: rows(output) > 20)
    interrupt(process)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    wait_for(lambda: not group(process.pid), 10)
    assert 20 < rows(output) < 600


def test_chunks_are_sent_with_all_that_the_job_needs(stack, tmp_path):
    data, poni = stack
    shape = (514, 1030)
    random = np.random.default_rng(1)
    np.save(tmp_path / "mask.npy", random.random(shape) < 0.02)
    np.save(tmp_path / "dark.npy", random.random(shape).astype(np.float32))
    np.save(tmp_path / "flat.npy", 0.5 + random.random(shape))
    np.save(tmp_path / "monitor.npy", 1.0 + random.random(40))
    with h5py.File(tmp_path / "monitor.h5", "w") as file:
        file["monitor"] = 1.0 + random.random(40)
    words = [
        "--mask",
        "mask.npy",
        "--dark",
        "dark.npy,dark.npy",
        "--flat",
        "flat.npy",
        "--normalization",
        "monitor.h5::/monitor",
    ]
    words = ["integrate", data, "--poni", poni, *words, "--frames", "3:", "--sums"]
    command(*words, "--layout", "serial", "-o", "serial.h5", cwd=tmp_path)
    command(*words, *TWO, "--send-chunks", "-o", "sent.h5", cwd=tmp_path)
    assert datasets(tmp_path / "sent.h5") == datasets(tmp_path / "serial.h5")


def test_frames_that_cannot_be_read_fail_alone_when_they_are_sent(stack, tmp_path):
    data, poni = stack
    torn = tmp_path / "torn.h5"
    torn.write_bytes(data.read_bytes())
    with h5py.File(torn, "r+") as file:
        frames = file["entry/data/data"]
        place = frames.id.get_chunk_info_by_coord((7, 0, 0))
    with torn.open("r+b") as file:
        file.seek(place.byte_offset)
        file.write(b"\xff" * 64)
    for name, layout in (("serial", ["--layout", "serial"]), ("sent", [*TWO, "--send-chunks"])):
        command("integrate", torn, "--poni", poni, *layout, "-o", tmp_path / f"{name}.h5", code=3)
    assert datasets(tmp_path / "sent.h5") == datasets(tmp_path / "serial.h5")


def test_parts_join_to_the_rows_of_one_file(stack, serial, tmp_path):
    data, poni = stack
    output = tmp_path / "out.h5"
    words = ("integrate", data, "--poni", poni, *TWO, "--error-model", "poisson", "--output-parts", "-o", output)
    command(*words)
    assert datasets(output) == serial
    assert len(list((tmp_path / "out.parts").glob("0*.h5"))) == 8
    command("plot", output, "-o", tmp_path / "parts.png")
    assert (tmp_path / "parts.png").stat().st_size > 1000
    refused = command(*words, "--force", code=0)
    assert datasets(output) == serial, refused.stderr
    output.unlink()
    assert "out.parts exists; --force replaces it" in command(*words, code=2).stderr


def test_parts_tell_the_constants_of_frames_that_mask_pixels_of_their_own(tmp_path, stack):
    _, poni = stack
    frames = np.random.default_rng(5).poisson(3.0, (12, 514, 1030)).astype(np.uint32)
    frames[4, 100:140] = 2**32 - 1
    with h5py.File(tmp_path / "own.h5", "w") as file:
        file.create_dataset("entry/data/data", data=frames, chunks=(1, 514, 1030))
    words = ("integrate", tmp_path / "own.h5", "--poni", poni, "--sums", "--dummy", str(2**32 - 1))
    command(*words, "--layout", "serial", "-o", tmp_path / "serial.h5")
    command(*words, *TWO, "--output-parts", "-o", tmp_path / "parts.h5")
    expected = datasets(tmp_path / "serial.h5")
    assert "entry/data/norm_per_frame" in expected
    assert datasets(tmp_path / "parts.h5") == expected


def test_a_file_that_a_worker_does_not_see_is_refused_by_name(stack, cluster, tmp_path):
    data, poni = stack
    there = tmp_path / "here_only.h5"
    there.write_bytes(data.read_bytes())
    engine = _engines.engine("dask", {})
    engine.open(None, cluster[0])
    from aureole._engines import task as tasks

    job = aureole._native.Job(*_described(there, poni))
    order = tasks.order(job, [(0, 5)], False, None, False, None, tasks.new_run())
    there.unlink()
    running = engine.start(order)
    with pytest.raises(_engines.Refused, match="the worker on .*here_only.h5.*--send-chunks"):
        wait_for(lambda: running.next(1.0))
    engine.close()


def test_another_version_of_the_program_is_refused_by_name(stack):
    from dataclasses import replace

    from aureole._engines import task as tasks

    job = aureole._native.Job(*_described(*stack))
    order = tasks.order(job, [(0, 5)], False, None, False, None, tasks.new_run())
    with pytest.raises(_engines.Refused, match="the worker on .* has aureole .*, the program that sent the task 0.0.0"):
        tasks.integrate(replace(order.task, version="0.0.0"), order.parcel, 0, 5, None)


def test_arrays_and_frames_in_memory_go_with_the_tasks(stack):
    _, poni = stack
    frames = np.random.default_rng(3).poisson(5.0, (9, 514, 1030)).astype(np.uint16)
    mask = np.random.default_rng(2).random(frames.shape[1:]) < 0.1
    options = {"poni": str(poni), "mask": mask, "bins": 300}
    here = aureole.integrate(frames, layout="serial", **options)
    there = aureole.integrate(frames, layout="dask", workers=2, range=4, **options)
    assert same(here.intensity, there.intensity)


def test_a_client_that_is_connected_is_used_and_left(stack):
    data, poni = stack
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=":0") as cluster, Client(cluster) as client:
        some = [
            pattern.intensity for pattern in aureole.stream(str(data), poni=str(poni), layout="dask", client=client)
        ]
        assert client.status == "running"
    assert same(np.array(some), aureole.integrate(str(data), poni=str(poni), layout="serial").intensity)


def _described(data, poni):
    from aureole._description import describe

    spec, arrays, _ = describe([str(data)], {"file": str(poni)}, "dask", {})
    return spec, arrays
