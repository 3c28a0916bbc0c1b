"""What pytest needs to know about the notebooks; the environment of every
test.
"""

import importlib
import os
from pathlib import Path

for name in "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = "1"  # the kernels of the notebooks inherit it
os.environ["TQDM_DISABLE"] = "1"
os.environ["DLNOTES_FIGURES"] = "test"
os.environ.setdefault("MPLBACKEND", "agg")
# Settings and caches of one's own change nothing and need not be writable.
for name in "MPLCONFIGDIR", "IPYTHONDIR":
    os.environ[name] = str(Path(__file__).parent / "_build" / name.lower())
# Matplotlib lists the fonts once, and says so if that takes long: here, where
# it is not the output of a cell.
importlib.import_module("matplotlib.font_manager")

# Git keeps what the notebooks print, not what they draw.
DRAWN = {"text/html", "text/markdown", "image/svg+xml"}


def pytest_collection_modifyitems(items):
    for notebook in {
        item.parent for item in items if hasattr(item.parent, "skip_compare")
    }:
        notebook.skip_compare = tuple({*notebook.skip_compare, *DRAWN})
