"""What docs/clusters.md says of SLURM holds, as far as it can be tried without one."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "clusters.md"


def test_the_recipe_for_slurm_makes_a_job_script_of_workers_with_one_thread():
    jobqueue = pytest.importorskip("dask_jobqueue")
    recipe = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    call = re.search(r"SLURMCluster\((.*?)\n    \)", recipe, re.DOTALL).group(1)
    compile(recipe, "integrate.py", "exec")
    options = eval(f"dict({call}\n)", {})
    with jobqueue.SLURMCluster(**options, scheduler_options={"dashboard_address": ":0"}) as cluster:
        script = cluster.job_script()
    assert "#SBATCH -p day" in script
    assert "--nthreads 1" in script and "--nworkers 16" in script
    assert script.index("export RAYON_NUM_THREADS=1") < script.index("dask_worker")
