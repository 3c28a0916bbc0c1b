"""The set-up holds anywhere: in folders with spaces and letters of any
language, in a locale without them.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import editables
import numpy
import pytest

import reader

ROOT = reader.ROOT
BUILD = """
import importlib, sys
print(importlib.import_module(sys.argv[1]).build_editable(sys.argv[2]))
"""
# NumPy is this environment's; only dlnotes is the new one's.
IMPORT = """
import sys
sys.path.append(sys.argv[1])
import dlnotes
print(ascii(dlnotes.__file__))
"""
TEXT = "open", "read_text", "write_text"


def run(*command, **options):
    """What a command prints; what it complains of, if it fails."""
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_an_editable_install_works_in_a_folder_of_any_name(tmp_path):
    """Python 3.11 and 3.12 read a .pth file in the locale's encoding."""
    home, elsewhere = tmp_path / "Łódź и мир 2", tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copytree(ROOT / "dlnotes", home / "dlnotes")
    for name in "pyproject.toml", "README.md", "LICENSE":
        shutil.copy(ROOT / name, home)
    project = tomllib.loads((home / "pyproject.toml").read_text("utf-8"))
    backend = project["build-system"]["build-backend"]
    wheel = run(sys.executable, "-c", BUILD, backend, elsewhere, cwd=home)
    run(sys.executable, "-m", "venv", "--without-pip", home / "env")
    python = home / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install"]
    run(*pip, "--quiet", "--no-index", "--no-deps", elsewhere / wheel)
    (packages,) = (home / "env").rglob("site-packages")
    shutil.copytree(Path(editables.__file__).parent, packages / "editables")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONUTF8")
    }
    printed = run(
        *(python, "-c", IMPORT, Path(numpy.__file__).parent.parent),
        cwd=elsewhere,
        env={**environment, "LC_ALL": "C"},
    )
    assert printed == ascii(str(home / "dlnotes" / "__init__.py"))


def sources():
    """Every Python file of the repository."""
    for folder in "dlnotes", "tests", "_ext", "experiments":
        yield from (ROOT / folder).rglob("*.py")
    yield ROOT / "conftest.py"


def test_every_text_is_read_and_written_as_utf_8():
    """Where none is named, the encoding is the country's on Windows."""
    calls = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).split(".")[-1]
                arguments = [*map(ast.unparse, [*node.args, *node.keywords])]
                if name in TEXT or "text=True" in arguments:
                    calls.append((path, node.lineno, " ".join(arguments)))
    assert [c for c in calls if not re.search("utf-8|'[rwx]b'", c[-1])] == []


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_prints_what_it_says(capsys):
    pair = r"```python\n(import numpy.*?)```\n\n```text\n(.*?)```"
    code, printed = re.search(pair, README, re.DOTALL).groups()
    exec(code, {})
    assert capsys.readouterr().out == printed


def test_the_commands_are_the_same_on_the_first_page():
    page = ROOT / "chapters" / "front" / "start-here.md"
    blocks = re.findall(r"```\n.*?```", page.read_text("utf-8"), re.DOTALL)
    package, *setup = blocks
    assert reader.wheel() in package
    assert len(setup) == 2 and all(block in README for block in setup)


def test_git_keeps_nothing_large():
    """A wheel, a data set, a picture of megabytes: every clone would carry it
    for ever. The largest file is the digits of MNIST.
    """
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    large = [path.name for path in paths if path.stat().st_size > 900_000]
    assert len(paths) > 100 and not large, large
