"""What pytest needs to know about the notebooks; the environment of every test.

nbval runs each notebook once, as the website does, and compares what it prints.
What it draws goes to the cache from which the site is built: so the site shows
just what was compared. Solutions run after everything else, as they stand in
the reader's notebook: so a notebook with nothing solved runs to its end, too.
"""

import contextlib
import importlib
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "_ext"))
for name in "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = "1"  # the kernels of the notebooks inherit it
os.environ["TQDM_DISABLE"] = "1"
os.environ["DLNOTES_FIGURES"] = str(ROOT / "_build" / "frames")
os.environ.setdefault("MPLBACKEND", "agg")
# Settings and caches of one's own change nothing and need not be writable.
for name in "MPLCONFIGDIR", "IPYTHONDIR":
    os.environ[name] = str(Path(__file__).parent / "_build" / name.lower())
# Matplotlib lists the fonts once, and says so if that takes long: here, where
# it is not the output of a cell.
importlib.import_module("matplotlib.font_manager")

import outputs  # noqa: E402
import reader  # noqa: E402

# Git keeps what the notebooks print, not what they draw.
DRAWN = {"text/html", "text/markdown", "image/svg+xml"}
SPENT = {}  # seconds of the processor, of this worker, after its last test
SECONDS = Counter()  # the same by file
MOST = 30  # of these for a notebook


def is_cell(item):
    return hasattr(item.parent, "skip_compare")


def pytest_configure(config):
    """Before the workers start: what the site must not show any more."""
    if not hasattr(config, "workerinput"):
        outputs.forget_stale({p: outputs.digest(p) for p in outputs.pages()})


def turn(item):
    """Notebooks first, for they take the longest; their solutions last."""
    if not is_cell(item):
        return 1, "", False
    return 0, str(item.path), reader.is_solution(item.cell)


def pytest_collection_modifyitems(items):
    for notebook in {item.parent for item in items if is_cell(item)}:
        notebook.skip_compare = tuple({*notebook.skip_compare, *DRAWN})
        notebook.made_with = outputs.digest(notebook.path)
    items.sort(key=turn)


def pytest_xdist_make_scheduler(config, log):
    """A notebook, or a page of the site, stays with one worker."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file, *_ = nodeid.split("::")
            page = re.search(r"\[(\S+\.html)\]", nodeid)
            if file.endswith(".ipynb"):
                return file
            return page[1] if page else nodeid

    return Scheduling(config, log)


def spent():
    """Seconds of the processor so far: of this process, and of all below it."""
    own = os.times()
    below = psutil.Process().children(recursive=True)
    total = own.user + own.system + own.children_user + own.children_system
    for process in below:
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:2])
    return total


def pytest_runtest_logstart(nodeid, location):
    """Before its first test a worker has collected all: that is nobody's."""
    SPENT.setdefault("last", spent())


def pytest_runtest_makereport(item, call):
    """Count seconds; a notebook all of whose cells passed goes to the cache."""
    if call.when == "teardown":
        last, SPENT["last"] = SPENT["last"], spent()
        item.user_properties.append(("seconds", SPENT["last"] - last))
    elif call.when == "call" and is_cell(item) and call.excinfo is None:
        notebook = item.parent
        item.cell.outputs = item.test_outputs
        notebook.passed = getattr(notebook, "passed", 0) + 1
        notebook.began = getattr(notebook, "began", call.start)
        code = [c for c in notebook.nb.cells if c.cell_type == "code"]
        if notebook.passed == len(code):
            reply = notebook.kernel.kc.kernel_info(reply=True, timeout=30)
            language = reply["content"]["language_info"]
            notebook.nb.metadata["language_info"] = language
            seconds = time.time() - notebook.began
            outputs.keep(
                notebook.nb, notebook.path, seconds, notebook.made_with
            )


def pytest_runtest_logreport(report):
    if report.when == "teardown":
        seconds = dict(report.user_properties).get("seconds", 0)
        SECONDS[report.nodeid.split("::")[0]] += seconds


def pytest_terminal_summary(terminalreporter, config):
    """Where the time went: a busy machine changes these seconds least."""
    if hasattr(config, "workerinput") or sum(SECONDS.values()) < 10:
        return
    terminalreporter.section("seconds of the processor")
    for file, seconds in SECONDS.most_common():
        if seconds >= 1:
            late = file.endswith(".ipynb") and seconds > MOST
            note = f"  more than {MOST}" if late else ""
            terminalreporter.line(f"{seconds:7.1f}  {file}{note}")
    notebooks = sum(v for k, v in SECONDS.items() if k.endswith(".ipynb"))
    frames = outputs.seconds_of_frames()
    terminalreporter.line(
        f"{sum(SECONDS.values()):7.1f}  in all; {notebooks:.1f} for notebooks,"
        f" {frames:.1f} of these for the frames of sliders"
    )
