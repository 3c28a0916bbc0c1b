"""Break the algorithms on purpose, one operator at a time; the tests must
notice each time.

    python tests/mutants.py [MODULE …]        (make mutants; 20 minutes on two
    cores)

Every arithmetic operator, comparison, sign and number in the modules below is
flipped in a copy of the package, and the fast tests run against the copy. A
mutant that they pass is a survivor: either a test is missing, or the code says
something that makes no difference. Survivors are listed, and the exit status is
their number (at most 100).
"""

import ast
import copy
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = """activations checks clipping convolutions distributions dropout
early_stopping gates gradient_check initializers layers linear_regions metrics
networks noise normalization optimizers penalties pooling receptive_field
schedules signal_propagation training""".split()
# After those of the module: most mutants live no longer.
TESTS = ["gradients", "networks", "training", "layers", "errors"]

FLIPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {
    "maximum": "minimum",
    "max": "min",
    "min": "max",
    "greater": "greater_equal",
}
NAMES |= {
    "argmax": "argmin",
    "exp": "expm1",
    "log1p": "log",
    "tanh": "sin",
    "all": "any",
}

# Mutants that change nothing, with the reason why; of all modules, or of one.
EQUIVALENT = {
    "checks: n > most": "most itself is no mistake",
    "allowed = [phi.shape[-1:], phi.shape]": (
        "of one model the shape of phi is allowed anyway"
    ),
    "coordinates < phi.size": "all of them in any order",
    "f + noise.astype(f.dtype)": "the noise is symmetric",
    "mu + (np.exp(s) * noise).astype(f.dtype)": "the noise is symmetric",
    "f + (b * noise).astype(f.dtype)": "the noise is symmetric",
    "rate.max() > 2 ** 62": "either will do at the limit",
    "if x < 2:\n    return math.exp(x * x) * math.erfc(x)": (
        "either way is right there"
    ),
    "a = np.minimum(np.abs(z), 40)": "beyond 39 the tail is 0",
    "coarse = np.round(16 * a) / 16": "any grid with exact squares will do",
    "gates: 28": "one term more changes nothing",
    "gates: range(200, 0, -1)": "one term more changes nothing",
    "gates: 200": "one term more changes nothing",
    "near = np.clip(z, -100, 100)": "beyond it the gate is 0 or 1",
    "near = np.clip(z, -40, 40)": "beyond it the density is 0",
    "x < 2": "either way is right there",
    "distributions: f > 0": "at 0 both have the factor 0",
    "log_p > log_q": "where they are equal both forms are 0",
    "z < 0": "at 0 both forms are ½",
    "SMALL, LARGE = (1e-37, 1e+38)": "others are only looked at more closely",
    "max(2 ** 16 - dropped, 1)": "nothing is kept then, whatever the factor",
    "large > limit": "either will do at the limit",
    "LIMITS = {char: float(np.sqrt(np.finfo(char).max)) / 1000 for char in"
    " 'fd'}": "a million is no law of nature",
    "scaled = g / np.where(largest > 0, largest, 1)": (
        "0 may be divided by any number"
    ),
    "dphi = np.empty((*phi.shape[:-1], layer.size), phi.dtype)": (
        "nobody reads it there"
    ),
    "checks.generator('rng', rng).random(f.shape) < p": (
        "equality has probability 0"
    ),
    "slopes * middle[:, None] + intercepts > 0": (
        "0 in the middle of a piece is 0 on all of it"
    ),
    "left[np.isinf(left)] = min(right[0], 0) - 2": (
        "any point of the piece will do"
    ),
    "right[np.isinf(right)] = max(left[-1], 0) + 2": (
        "any point of the piece will do"
    ),
    "left, right = (edges[:-1, None], edges[1:, None])": (
        "a cut too many goes where nothing bends"
    ),
    "left < zeros": "a joint at an edge is a twin, and goes",
    "zeros < right": "a joint at an edge is a twin, and goes",
    "near = CLOSE * (1 + np.abs(inner))": "how near is a matter of choice",
    "np.diff(cuts[:-1]) <= near": "equality has probability 0",
    "cuts[-1] - inner <= near": "equality has probability 0",
    "np.abs(np.diff(slopes, axis=0)).max(axis=1) > 1e-09 * size": (
        "equality has probability 0"
    ),
    "rows = max(1, 1000000 // w.size)": "a larger block has the same numbers",
    "-(lead + dx.shape[1]) // n": "more zeros are added up",
}


def sites(tree):
    """Every place that can be flipped, but for messages, documentation and
    repr.
    """
    skip = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Raise)
            or getattr(node, "name", "") == "__repr__"
        ):
            skip |= set(ast.walk(node))
        if (
            isinstance(node, ast.JoinedStr)
            or getattr(node, "arg", "") == "stacklevel"
        ):
            skip |= set(ast.walk(node))
        if getattr(getattr(node, "func", None), "attr", "") == "reshape":
            # NumPy takes any negative number for "whatever is left"
            signs = [a for a in node.args if isinstance(a, ast.UnaryOp)]
            skip |= {sign.operand for sign in signs}
    for node in ast.walk(tree):
        if node in skip:
            continue
        if (
            isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp))
            and type(node.op) in FLIPS
        ):
            yield node, "op"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in FLIPS:
            yield from ((node, k) for k in range(len(node.ops)))
        elif isinstance(node, ast.UnaryOp) and isinstance(
            node.op, (ast.USub, ast.Not)
        ):
            yield node, "sign"
        elif isinstance(node, ast.Constant) and type(node.value) in (
            int,
            float,
        ):
            yield node, "number"
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            yield node, "name"


def flip(node, what):
    """Flip one place of a tree, in place."""
    if what == "op":
        node.op = FLIPS[type(node.op)]()
    elif what == "sign":
        node.op = ast.UAdd()
        if isinstance(node.operand, ast.Compare):
            node.operand = ast.Call(
                ast.Name("bool", ast.Load()), [node.operand], []
            )
    elif what == "number":
        node.value = node.value + 1
    elif what == "name":
        node.attr = NAMES[node.attr]
    else:
        node.ops[what] = FLIPS[type(node.ops[what])]()


def mutants(module):
    """Each mutant of a module: its source, and what was changed."""
    text = (ROOT / "dlnotes" / f"{module}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    parents = {
        child: node
        for node in ast.walk(tree)
        for child in ast.iter_child_nodes(node)
    }
    order = {id(node): k for k, node in enumerate(ast.walk(tree))}
    for node, what in sites(tree):
        statement = node
        while not isinstance(statement, ast.stmt):
            statement = parents[statement]
        texts = {ast.unparse(statement), ast.unparse(node)}
        texts |= {f"{module}: {text}" for text in texts}
        if texts & EQUIVALENT.keys():
            continue
        changed = copy.deepcopy(tree)
        twin = list(ast.walk(changed))[order[id(node)]]
        before = ast.unparse(node)
        flip(twin, what)
        yield (
            ast.unparse(changed),
            f"{module}.py:{node.lineno}: {before}  ->  {ast.unparse(twin)}",
        )


def survives(mutant):
    """Whether the tests pass in a copy of the project with this module."""
    module, source = mutant
    with tempfile.TemporaryDirectory() as folder:
        for name in "dlnotes", "tests":
            shutil.copytree(
                ROOT / name,
                Path(folder, name),
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        shutil.copy(ROOT / "pyproject.toml", folder)
        Path(folder, "dlnotes", f"{module}.py").write_text(
            source, encoding="utf-8"
        )
        return all(
            passes(folder, tests) for tests in ([module], TESTS)
        )  # in two runs, for the first ends most of them


def passes(folder, tests):
    """Whether these tests pass there."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "--noconftest",  # which is about notebooks
        "--override-ini=addopts=",
        *(f"tests/test_{name}.py" for name in tests),
    ]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def obsolete():
    """Keys of EQUIVALENT that no longer stand in the code."""
    known = set(EQUIVALENT)
    for module in MODULES:
        text = (ROOT / "dlnotes" / f"{module}.py").read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.stmt, ast.expr)):
                known -= {ast.unparse(node), f"{module}: {ast.unparse(node)}"}
    return sorted(known)


def main(modules):
    if obsolete():
        raise SystemExit(f"EQUIVALENT names what is gone: {obsolete()}")
    unchanged = [
        (
            "activations",
            (ROOT / "dlnotes/activations.py").read_text(encoding="utf-8"),
        )
    ]
    if not survives(unchanged[0]):
        raise SystemExit("The tests fail without any mutant; mend that first.")
    todo = [
        (module, source, what)
        for module in modules
        for source, what in mutants(module)
    ]
    survivors = []
    with ThreadPoolExecutor(2) as pool:
        for (_, _, what), alive in zip(
            todo, pool.map(survives, (t[:2] for t in todo))
        ):
            if alive:
                survivors.append(what)
                print("survived:", what, flush=True)
    print(
        f"{len(todo)} mutants, {len(todo) - len(survivors)} noticed,"
        f" {len(survivors)} survived"
    )
    return min(100, len(survivors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or MODULES))
