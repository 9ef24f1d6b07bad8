"""Results that are gone on with, and results that are checked."""

import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

import aureole

from conftest import same

OPTIONS = {"bins": 200, "error_model": "poisson", "dummy": 1}


def test_a_run_that_was_killed_goes_on_to_the_same_result(stack, tmp_path):
    file, poni = stack
    whole, out = tmp_path / "whole.h5", tmp_path / "out.h5"
    aureole.integrate(file, poni=poni, output=whole, **OPTIONS)
    script = f"import aureole; aureole.integrate({str(file)!r}, poni={str(poni)!r}, output={str(out)!r}, **{OPTIONS!r})"
    run = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 20
    while not out.exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    run.send_signal(signal.SIGKILL)
    run.wait()
    summary = aureole.integrate(file, poni=poni, output=out, resume=True, layout="serial", **OPTIONS)
    assert summary["before"] + summary["frames"] == 40
    with h5py.File(whole) as a, h5py.File(out) as b:
        for name in ("data/I", "data/I_errors", "data/norm_per_frame", "data/count_per_frame", "frames/status"):
            assert same(a["entry"][name][()], b["entry"][name][()]), name
    again = aureole.integrate(file, poni=poni, output=out, resume=True, **OPTIONS)
    assert (again["frames"], again["before"]) == (0, 40)


def test_another_job_or_contradictions_are_refused(stack, tmp_path):
    file, poni = stack
    out = tmp_path / "out.h5"
    aureole.integrate(file, poni=poni, output=out, resume=True, **OPTIONS)
    with pytest.raises(ValueError, match="bins of recipe data was 200 when it was begun and is 300 now"):
        aureole.integrate(file, poni=poni, output=out, resume=True, **{**OPTIONS, "bins": 300})
    with pytest.raises(ValueError, match="mask"):
        aureole.integrate(file, poni=poni, output=out, resume=True, mask=np.zeros((514, 1030), bool), **OPTIONS)
    with pytest.raises(FileExistsError, match="resume=True goes on with it"):
        aureole.integrate(file, poni=poni, output=out, **OPTIONS)
    with pytest.raises(ValueError, match="give output="):
        aureole.integrate(file, poni=poni, resume=True, **OPTIONS)
    with pytest.raises(ValueError, match="one of them"):
        aureole.integrate(file, poni=poni, output=out, resume=True, force=True, **OPTIONS)
    with pytest.raises(ValueError, match="belongs to resume"):
        aureole.integrate(file, poni=poni, output=out, retry_failed=True, **OPTIONS)


def test_a_result_is_checked_and_one_bit_is_noticed(stack, tmp_path):
    file, poni = stack
    out = tmp_path / "out.h5"
    aureole.integrate(file, poni=poni, output=out, **OPTIONS)
    report = aureole.verify(out, seed=3)
    assert report and report.equal and len(report.frames) == 16 and report.candidates == report.planned == 40
    assert report == aureole.verify(str(out), seed=3)
    assert "all is equal" in str(report) and "/entry/data/I_errors" in report.datasets
    with h5py.File(out, "r+") as result:
        result["entry/data/I"][7, 100] = np.nextafter(result["entry/data/I"][7, 100], np.float32(1e9))
    report = aureole.verify(out, frames=None)
    assert not report and report.frames == list(range(40))
    assert len(report.differences) == 1 and report.differences[0].startswith("frame 7, bin 100 of /entry/data/I: ")


def test_what_is_no_result_cannot_be_checked(stack, tmp_path):
    file, _ = stack
    with pytest.raises(FileNotFoundError):
        aureole.verify(tmp_path / "nope.h5")
    with pytest.raises(ValueError, match="no /entry/reduction"):
        aureole.verify(file)
    with pytest.raises(ValueError, match="at least 1"):
        aureole.verify(file, frames=0)
