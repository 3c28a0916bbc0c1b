"""What pytest needs to know about the notebooks; the environment of every
test.
"""

import os

for name in "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = "1"  # the kernels of the notebooks inherit it
os.environ["TQDM_DISABLE"] = "1"
os.environ["DLNOTES_FIGURES"] = "test"
os.environ.setdefault("MPLBACKEND", "agg")

# Git keeps what the notebooks print, not what they draw.
DRAWN = {"text/html", "text/markdown", "image/svg+xml"}


def pytest_collection_modifyitems(items):
    for notebook in {
        item.parent for item in items if hasattr(item.parent, "skip_compare")
    }:
        notebook.skip_compare = tuple({*notebook.skip_compare, *DRAWN})
