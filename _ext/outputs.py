"""What the notebooks print and draw: made once, by the tests or by the build.

The build takes outputs from a cache that knows the cells of a notebook, and
nothing of what they depend on. So beside it stands, for every notebook, a
digest of that: when it changes, the notebook is run again, and no other.
"""

import ast
import hashlib
import json
import platform
import shutil
from importlib import metadata
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors import load_executor

import reader

BUILD = reader.ROOT / "_build"
FRAMES = BUILD / "frames"  # the frames of all sliders, as Python drew them
VERSIONS = "numpy", "matplotlib"


def pages():
    """All pages with cells to run: the notebooks, and those in Markdown."""
    texts = [reader.ROOT / "intro.md", *reader.ROOT.glob("chapters/*/*.md")]
    cells = [p for p in texts if "```{code-cell}" in p.read_text("utf-8")]
    return [*reader.sources(), *sorted(cells)]


def digest(path):
    """A digest of what the outputs of a page depend on, besides its cells.

    These are the package, the versions of NumPy, Matplotlib and Python, and of
    the package's data those that the page names: digits, a result. Texts of
    exercises do not count: a better hint changes no page.
    """
    total = hashlib.sha256(platform.python_version().encode())
    for name in VERSIONS:
        total.update(metadata.version(name).encode())
    package, page = reader.ROOT / "dlnotes", path.read_text(encoding="utf-8")
    for file in sorted(package.rglob("*")):
        if file.suffix == ".py":
            total.update(_code(file))
        elif file.is_file() and file.stem in page and file.suffix != ".pyc":
            total.update(file.read_bytes())
    return total.hexdigest()


def _code(file):
    """The bytes of a module; of the exercises' answers all but the texts."""
    if not file.name.startswith("chapter_"):
        return file.read_bytes()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree).encode()


def _mark(path):
    return BUILD / "digests" / f"{path.relative_to(reader.ROOT)}.txt"


def forget_stale(digests):
    """Drop the outputs of pages whose digest is another than it was."""
    if not (BUILD / "digests").exists():
        shutil.rmtree(FRAMES, ignore_errors=True)
    cache = get_cache(BUILD / ".jupyter_cache")
    records = cache.list_cache_records()
    for path, now in digests.items():
        mark = _mark(path)
        if mark.exists() and mark.read_text(encoding="utf-8") == now:
            continue
        mark.unlink(missing_ok=True)
        name = path.relative_to(reader.ROOT)  # the folder may have moved
        for record in records:
            if Path(record.uri).match(str(name)):
                cache.remove_cache(record.pk)


def run_missing():
    """Run the notebooks without outputs, as many at a time as cores."""
    cache = get_cache(BUILD / ".jupyter_cache")
    known = {record.hashkey for record in cache.list_cache_records()}
    missing = []
    for path in reader.sources():
        notebook = nbformat.read(path, 4)
        if cache.create_hashed_notebook(notebook)[1] not in known:
            missing.append(str(path))
            cache.add_nb_to_project(str(path))
    if missing:
        executor = load_executor("local-parallel", cache)
        executor.run_and_cache(filter_uris=missing, timeout=300)


def keep(notebook, path, seconds, made_with):
    """Put the outputs of a notebook that was run elsewhere into the cache."""
    get_cache(BUILD / ".jupyter_cache").cache_notebook_bundle(
        CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds}),
        check_validity=False,
        overwrite=True,
    )
    remember({path: made_with})


def remember(digests):
    """Write down what the outputs of these pages were made with."""
    for path, made_with in digests.items():
        mark = _mark(path)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(made_with, encoding="utf-8")


def seconds_of_frames():
    """What drawing the frames of all sliders took, in processor seconds."""
    files = FRAMES.glob("*.json")
    return sum(json.loads(f.read_text("utf-8"))["seconds"] for f in files)
