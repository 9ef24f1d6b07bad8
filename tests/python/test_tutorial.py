"""The tutorial runs from its first cell to its last, and says what it should."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.ipynb"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the cells print, after they ran on a small stack in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUREOLE_TUTORIAL_FRAMES", "24")
        patch.setenv("AUREOLE_TUTORIAL_REPEATS", "2")
        notebook = nbformat.read(TUTORIAL, as_version=4)
        folder = tmp_path_factory.mktemp("tutorial")
        client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
        client.execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not any(output.output_type == "error" for output in outputs)
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    return "".join(output.get("text", "") for output in outputs), pictures


def test_every_layout_gives_the_same_bits(said):
    text, _ = said
    for name in ("0 serial", "1 threads", "2 processes", "3 joblib", "3 dask"):
        assert f"{name}: " in text
    assert ("4 gpu: " in text) or ("--layout gpu: " in text and "NVIDIA" in text)
    assert ("5 fpga: " in text) or "verilator" in text
    assert text.count("the same bits: True") == 5 + text.count("4 gpu: ") + text.count("5 fpga: ")


def test_it_draws(said):
    assert said[1] >= 4


def test_the_saved_notebook_was_run():
    saved = nbformat.read(TUTORIAL, as_version=4)
    nbformat.validate(saved)
    assert all(cell.execution_count for cell in saved.cells if cell.cell_type == "code"), (
        "run and save it: make tutorial"
    )
