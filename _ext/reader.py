"""The reader's notebook, made from the source: exercises to fill in, their
solutions at the end.

python _ext/reader.py my        writes all of them into my/, never over a file
you changed
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
# What was written before, so that changed files are recognised.
WRITTEN = ".written.json"
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
    return cell.cell_type == "code" and "solution" in cell.metadata.get(
        "tags", []
    )


def stub(source):
    """What the reader is given: names, signatures and docstrings stay, the work
    becomes ``...``.

    >>> print(stub("a, b = 6, 7\\ncheck('answer', a)"))
    a = ...
    b = ...
    check('answer', a)
    >>> print(stub("def f(x):  # think\\n    return x\\ncheck('double', f)"))
    def f(x):
        ...
    <BLANKLINE>
    check('double', f)
    """
    kept = []
    for node in ast.parse(source).body:
        if isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        ):
            kept += [ast.unparse(_emptied(node)), ""]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            kept.append(ast.unparse(node))
        elif _is_check(node):
            if not isinstance(node.value.args[1], ast.Name):
                raise ValueError(
                    f"check wants a name, or it tells: {ast.unparse(node)}"
                )
            kept.append(ast.get_source_segment(source, node))
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            names = dict.fromkeys(
                n.id for n in stored if isinstance(n.ctx, ast.Store)
            )
            kept += [f"{name} = ..." for name in names]
    return "\n".join(kept)


def _emptied(node):
    """A function with its docstring alone; a class whose methods are such
    functions.
    """
    node = copy.deepcopy(node)
    document = node.body[:1] if ast.get_docstring(node) is not None else []
    if isinstance(node, ast.ClassDef):
        kinds = ast.FunctionDef, ast.AsyncFunctionDef
        methods = [_emptied(m) for m in node.body if isinstance(m, kinds)]
        node.body = document + methods
    else:
        node.body = [*document, ast.Expr(ast.Constant(...))]
    return node


def _is_check(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "check"
    )


FENCE = re.compile(r"(^```.*?^```[ \t]*$)", re.DOTALL | re.MULTILINE)


def plain(text):
    r"""MyST to the Markdown that JupyterLab, Colab and GitHub show. Code stays
    as it is.

    >>> print(plain(":::{exercise} Count *\n:label: count\n\nHow many?\n:::"))
    > **Exercise. Count \***
    >
    > How many?
    <BLANKLINE>
    >>> plain("{cite:t}`prince2023`, {ref}`the map <lecture-map>`, {math}`x^2`")
    '(prince2023), the map, $x^2$'
    >>> plain("the set `{a}` or `{b}`")
    'the set `{a}` or `{b}`'
    """
    parts = FENCE.split(text)
    return "".join(
        part if k % 2 else _plain(part) for k, part in enumerate(parts)
    )


def _plain(text):
    """The same, for text without fenced code."""
    out, depth, options = [], [], False
    for line in text.split("\n"):
        opened = re.match(r"\s*(:{3,})\{([\w:-]+)\}\s*(.*)$", line)
        if opened:
            fence, kind, title = opened.groups()
            if kind not in BOXES:
                raise ValueError(
                    f"reader.BOXES does not know the directive {kind!r}: {line}"
                )
            depth.append(fence)
            title = re.sub(r"\\?\*", r"\*", title.strip())
            title = ". ".join(filter(None, [BOXES[kind], title]))
            out += [f"> **{title}**", ">"] if title else [">"]
            options = True
        elif depth and line.strip() == depth[-1]:
            depth.pop()
            out.append(">" if depth else "")
        elif options and re.match(r"\s*:[\w-]+:", line):
            continue
        elif options and not line.strip():
            options = False
        elif not re.match(r"\(.+\)=\s*$", line):
            options = False
            out.append(f"> {line}".rstrip() if depth else line)
    return re.sub(
        r"(\{[\w:-]+\})?(`+)(.+?)\2", _role, "\n".join(out), flags=re.DOTALL
    )


def _role(match):
    """A role as plain text; code without a role as it is."""
    role, _, text = match.groups()
    if role is None:
        return match[0]
    if role == "{math}":
        return f"${text}$"
    if role.startswith("{cite"):
        return f"({text})"
    return re.sub(r"\s*<[^<>]*>$", "", text)


def readers_notebook(notebook):
    """A copy of the notebook for the reader: no outputs, stubs, plain boxes,
    solutions at the end.
    """
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
        cells.append(
            nbformat.v4.new_markdown_cell("## Solutions\n\nTry first.")
        )
    cells += [nbformat.v4.new_code_cell(source) for source in solutions]
    for number, cell in enumerate(cells):
        cell.id = f"reader-{number}"
    book.cells = cells
    return book


def write(target):
    """Write every reader's notebook below ``target``; keep the files that the
    reader changed.
    """
    target = Path(target)
    ledger = target / WRITTEN
    written = (
        json.loads(ledger.read_text(encoding="utf-8"))
        if ledger.exists()
        else {}
    )
    for source in sources():
        name = source.relative_to(ROOT / "chapters").as_posix()
        path = target / name
        text = (
            nbformat.writes(readers_notebook(nbformat.read(source, 4))) + "\n"
        )
        if path.exists() and _digest(
            path.read_text(encoding="utf-8")
        ) != written.get(name):
            print(f"kept your {path}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written[name] = _digest(text)
        print(f"wrote {path}")
    ledger.write_text(json.dumps(written, indent=1), encoding="utf-8")


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    write(sys.argv[1])
