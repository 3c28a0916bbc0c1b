"""A downloaded notebook runs alone: in an empty folder, with the wheel only,
and with nothing solved.

That its other cells run to the end without its solutions, and print the same,
is seen where the notebooks are compared: there the solutions run last. Here its
imports and stubs run, and one whole notebook of each chapter. Each worker has
one warm kernel for all of them. Figures and sliders are those of a live kernel.
"""

import os
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

import reader

SOURCES = {p.relative_to(reader.ROOT).as_posix(): p for p in reader.sources()}
WHOLE = {  # those that take the fewest seconds
    "chapters/1-deep-networks/3-backpropagation.ipynb",
    "chapters/2-losses/4-noise-bias-variance.ipynb",
    "chapters/3-training/6-adaptive-steps.ipynb",
}


assert set(SOURCES) >= WHOLE


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The package as it is published, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (
        f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    )
    subprocess.run([sys.executable, "-c", build], cwd=reader.ROOT, check=True)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as packed:
        packed.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.fixture(scope="session")
def kernel(wheel, tmp_path_factory):
    """A warm kernel in an empty folder, and that folder."""
    folder = tmp_path_factory.mktemp("empty")
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    del environment["DLNOTES_FIGURES"]
    manager = KernelManager()
    manager.start_kernel(cwd=str(folder), env=environment)
    yield manager, folder
    manager.shutdown_kernel(now=True)


CLEAN = f"""%reset -f
import matplotlib.pyplot, os, dlnotes
matplotlib.pyplot.close("all")
assert not dlnotes.__file__.startswith({str(reader.ROOT)!r}), dlnotes.__file__
assert os.listdir() == []
%reset -f"""


def is_needed(cell):
    """Whether a code cell is to be filled in, or counts what is."""
    tags = cell.metadata.get("tags", [])
    return "exercise" in tags or cell.source.startswith("from dlnotes.exerc")


@pytest.mark.parametrize("path", SOURCES)
def test_it_runs_alone(path, kernel):
    manager, folder = kernel
    notebook = reader.read(SOURCES[path])
    solutions = [c.source for c in notebook.cells].index(
        "## Solutions\n\nTry first."
    )
    cells = notebook.cells[:solutions]
    if path not in WHOLE:
        code = [c for c in cells if c.cell_type == "code"]
        cells = code[:2] + [c for c in code[2:] if is_needed(c)]
    notebook.cells = [nbformat.v4.new_code_cell(CLEAN), *cells]
    options = dict(km=manager, timeout=120, coalesce_streams=True)
    client = NotebookClient(notebook, **options)
    try:
        client.execute()
    finally:
        client.kc.stop_channels()  # not its own kernel: it leaves them open
    assert list(folder.iterdir()) == []
    stubs = [c for c in cells if "exercise" in c.metadata.get("tags", [])]
    assert stubs
    for cell in stubs:
        (label,) = re.findall(
            r"^check\(\"([\w-]+)\"", cell.source, re.MULTILINE
        )
        (output,) = cell.outputs
        assert output.text == f"{label}: not written yet.\n"
    assert cells[-1].outputs[0].text.startswith(f"0 of {len(stubs)} exercises")
    warned = [
        o.text
        for c in cells
        for o in c.get("outputs", ())
        if o.get("name") == "stderr"
    ]
    assert not warned
