"""The reader's notebook, made from the source: exercises to fill in, their solutions at the end.

python _ext/reader.py my        writes all of them into my/, never over a file you changed
"""

import ast
import copy
import hashlib
import json
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
WRITTEN = ".written.json"  # what was written before, so that changed files are recognised
BOXES = {
    "exercise": "Exercise",
    "prf:proof": "Proof",
    "prf:theorem": "Theorem",
    "prf:algorithm": "Algorithm",
    "admonition": "",
    "dropdown": "",
    "note": "Note",
    "tip": "Tip",
    "warning": "Warning",
    "margin": "",
}


def sources():
    """The notebooks of the book, in order."""
    return sorted(ROOT.glob("chapters/*/*.ipynb"))


def is_solution(cell):
    return cell.cell_type == "code" and "solution" in cell.metadata.get("tags", [])


def stub(source):
    """What the reader is given: names, signatures and docstrings stay, the work becomes ``...``.

    >>> print(stub("a = 6 * 7\\ncheck('answer', a)"))
    a = ...
    check('answer', a)
    >>> print(stub("def f(x):\\n    # think\\n    return 2 * x\\n\\nprint(f(1))\\ncheck('double', f)"))
    def f(x):
        ...
    <BLANKLINE>
    check('double', f)
    """
    lines, kept = source.splitlines(), []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            end = first.end_lineno if ast.get_docstring(node) else _header_end(node, lines)
            kept += [*lines[node.lineno - 1 : end], "    ...", ""]
        elif isinstance(node, ast.Assign):
            kept.append(" = ".join([*map(ast.unparse, node.targets), "..."]))
        elif isinstance(node, (ast.Import, ast.ImportFrom)) or _is_check(node):
            kept += lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(kept)


def _header_end(node, lines):
    """The last line of a function's signature, which ends with a colon."""
    number = node.returns.end_lineno if node.returns else node.lineno
    while not lines[number - 1].rstrip().endswith(":"):
        number += 1
    return number


def _is_check(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "check"
    )


def plain(text):
    r"""MyST to the Markdown that JupyterLab, Colab and GitHub show.

    >>> print(plain(":::{exercise} Count *\n:label: count\n\nHow many?\n:::"))
    > **Exercise. Count \***
    >
    > How many?
    <BLANKLINE>
    >>> plain("{cite:t}`prince2023` and {ref}`the map <lecture-map>` and {math}`x^2`")
    '(prince2023) and the map and $x^2$'
    """
    out, depth, options = [], [], False
    for line in text.splitlines():
        opened = re.match(r"\s*(:{3,})\{([\w:-]+)\}\s*(.*)$", line)
        if opened:
            fence, kind, title = opened.groups()
            depth.append(fence)
            title = ". ".join(
                filter(None, [BOXES.get(kind, ""), re.sub(r"\\?\*", r"\*", title.strip())])
            )
            out += [f"> **{title}**" if title else ">", ">"]
            options = True
        elif depth and line.strip() == depth[-1]:
            depth.pop()
            out.append(">" if depth else "")
        elif options and re.match(r"\s*:[\w-]+:", line):
            continue
        elif options and not line.strip():
            options = False
        else:
            options = False
            out.append(f"> {line}".rstrip() if depth else line)
    text = "\n".join(line for line in out if not re.match(r"\(.+\)=\s*$", line))
    text = re.sub(r"\{math\}`([^`]*)`", r"$\1$", text)
    text = re.sub(r"\{cite(?::\w+)?\}`([^`]*)`", r"(\1)", text)
    return re.sub(r"\{[\w:]+\}`([^`<]*?)\s*(?:<[^`]*>)?`", r"\1", text)


def readers_notebook(notebook):
    """A copy of the notebook for the reader: no outputs, stubs, plain boxes, solutions at the end."""
    book = copy.deepcopy(notebook)
    cells, solutions = [], []
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source)
        else:
            cell.outputs, cell.execution_count = [], None
        if is_solution(cell):
            solutions.append(cell.source)
            cell.source = stub(cell.source)
            cell.metadata.tags = ["exercise"]
        cells.append(cell)
    if solutions:
        cells.append(nbformat.v4.new_markdown_cell("## Solutions\n\nTry first."))
    cells += [nbformat.v4.new_code_cell(source) for source in solutions]
    for number, cell in enumerate(cells):
        cell.id = f"reader-{number}"
    book.cells = cells
    return book


def write(target):
    """Write every reader's notebook below ``target``; keep the files that the reader changed."""
    target = Path(target)
    ledger = target / WRITTEN
    written = json.loads(ledger.read_text()) if ledger.exists() else {}
    for source in sources():
        name = source.relative_to(ROOT / "chapters").as_posix()
        path = target / name
        text = nbformat.writes(readers_notebook(nbformat.read(source, 4))) + "\n"
        if path.exists() and _digest(path.read_text(encoding="utf-8")) != written.get(name):
            print(f"kept your {path}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written[name] = _digest(text)
        print(f"wrote {path}")
    ledger.write_text(json.dumps(written, indent=1))


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    write(sys.argv[1])
