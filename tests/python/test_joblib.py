"""Layout joblib, from end to end: the same bits as serial, by any backend."""

import joblib
import pytest
from engines import datasets, group, interrupt, rows, started, wait_for, workers_of

import aureole
from aureole import _engines

from conftest import command, same

TWO = ("--layout", "joblib", "--workers", "2", "--range", "5")


@pytest.fixture(scope="module")
def long_stack(tmp_path_factory):
    """A stack that keeps two workers busy for some seconds, its PONI file, and what serial makes of it."""
    folder = tmp_path_factory.mktemp("long")
    command("simulate", folder / "stack.h5", "--frames", "600", "--detector", "Eiger1M")
    command("integrate", folder / "stack.h5", "--poni", folder / "stack.poni", "-o", folder / "serial.h5")
    return folder / "stack.h5", folder / "stack.poni", datasets(folder / "serial.h5")


def test_the_command_gives_the_bits_of_serial(stack, tmp_path):
    data, poni = stack
    words = ("integrate", data, "--poni", poni, "--error-model", "poisson", "--sums")
    command(*words, "--layout", "serial", "-o", tmp_path / "serial.h5")
    for name, more in (("plain", ()), ("sent", ("--send-chunks",)), ("parts", ("--output-parts",))):
        command(*words, *TWO, *more, "-o", tmp_path / f"{name}.h5")
        assert datasets(tmp_path / f"{name}.h5") == datasets(tmp_path / "serial.h5"), name


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential"])
def test_any_backend_of_a_configuration_gives_the_bits_of_serial(stack, backend):
    data, poni = stack
    expected = aureole.integrate(str(data), poni=str(poni), layout="serial")
    with joblib.parallel_config(backend=backend, n_jobs=2):
        made = aureole.integrate(str(data), poni=str(poni), layout="joblib", range=7)
    assert same(made.intensity, expected.intensity)


def test_joblib_runs_on_dask(stack):
    from distributed import Client, LocalCluster

    data, poni = stack
    expected = aureole.integrate(str(data), poni=str(poni), layout="serial")
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster), joblib.parallel_config(backend="dask"):
        made = aureole.integrate(str(data), poni=str(poni), layout="joblib", range=7)
    assert same(made.intensity, expected.intensity)


def test_a_worker_that_is_killed_loses_nothing(long_stack, tmp_path):
    data, poni, expected = long_stack
    output = tmp_path / "out.h5"
    process = started("integrate", data, "--poni", poni, *TWO, "-o", output)
    wait_for(lambda: rows(output) > 20)
    wait_for(lambda: workers_of(process.pid))[0].kill()
    assert rows(output) < 600
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert datasets(output) == expected


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


def test_what_joblib_has_no_use_for_is_refused(stack, tmp_path):
    data, poni = stack
    words = ("integrate", data, "--poni", poni, "-o", tmp_path / "out.h5", "--layout")
    for line, said in (
        ("joblib --scheduler tcp://h:1", "--scheduler: tcp://h:1: only layout dask has a scheduler"),
        ("joblib --threads 2", "--threads: 2: layout joblib has workers of one thread each; give --workers 2"),
        ("joblib --image mean", "--image: images of the stack are summed in one process"),
        ("joblib --pin core", "--pin: layout joblib leaves its workers"),
        ("dask --scheduler tcp://h:1 --workers 2", "--workers: 2: the cluster of --scheduler tcp://h:1"),
        ("dask --send-chunks --output-parts", "--output-parts: workers that do not see the files"),
        ("threads --output-parts", "--output-parts: layout threads has no tasks"),
        ("threads --range 3", "--range: 3: layout threads has no tasks"),
    ):
        ended = command(*words, *line.split(), code=2)
        assert said in ended.stderr, line
    assert not (tmp_path / "out.h5").exists()
    with pytest.raises(_engines.Refused, match="client: layout joblib has no use for it"):
        aureole.integrate(str(data), poni=str(poni), layout="joblib", client=object())
