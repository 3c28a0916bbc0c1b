"""Run notebooks in place, two at a time; pieces of one stream become one.

python _ext/run.py NOTEBOOK …        (make run strips the figures afterwards)
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run(path):
    """Execute all cells of a notebook, and write what they print."""
    notebook = nbformat.read(path, 4)
    folder = str(Path(path).parent)
    client = NotebookClient(
        notebook,
        timeout=300,
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
    )
    client.execute()
    text = nbformat.writes(notebook) + "\n"
    Path(path).write_text(text, encoding="utf-8", newline="\n")
    print(path)


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, sys.argv[1:]))
