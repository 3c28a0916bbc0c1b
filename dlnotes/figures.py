"""The one way to show a figure, and the package's own source, in the book's notebooks.

Importing this module sets the book's Matplotlib style: colours that colour-blind readers can tell
apart, and ink that follows the page, light or dark.
"""

import ast
import base64
import hashlib
import html
import inspect
import io
import os
import re
import textwrap

import matplotlib.pyplot as plt
from cycler import cycler
from IPython.display import display

# Okabe & Ito's palette, without its yellow, and darker or lighter where white or black needs it.
COLORS = ["#0072b2", "#d55e00", "#009e73", "#b5669a", "#c98a00", "#4fa3d1"]
STYLES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))]
INK = "#0a0b0c"  # stands for the page's text colour: replaced by currentColor

plt.rcParams.update(
    {
        "figure.figsize": (6.4, 3.6),
        "figure.facecolor": "none",
        "figure.constrained_layout.use": True,
        "axes.facecolor": "none",
        "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=STYLES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": "medium",
        "axes.titlelocation": "left",
        "legend.frameon": False,
        "image.cmap": "gray_r",
        "image.interpolation": "nearest",
        "font.size": 11,
        "svg.fonttype": "none",
        **{
            name: INK
            for name in plt.rcParams
            if re.fullmatch(r"(text|[xy]tick|axes\.(edge|label))\.?color", name)
        },
    }
)


def _static():
    """Whether the website is being built: the variable DLNOTES_STATIC is set by the build alone."""
    return bool(os.environ.get("DLNOTES_STATIC"))


def figure(fig, alt):
    """Show a Matplotlib figure, with a text that says what it shows for those who cannot see it.

    On the website it becomes an SVG that follows light and dark; in JupyterLab a PNG. The figure
    is closed, and nothing is returned. ``alt`` states the finding, not the kind of the picture.

    >>> fig, ax = plt.subplots()
    >>> figure(fig, alt="plot")
    Traceback (most recent call last):
    ValueError: alt: got 'plot', expected a sentence that states what the figure shows
    """
    if not isinstance(alt, str) or len(alt.split()) < 4:
        plt.close(fig)
        raise ValueError(f"alt: got {alt!r}, expected a sentence that states what the figure shows")
    text = html.escape(alt, quote=True)
    if _static():
        shown = (
            f'<figure class="dl-figure" role="img" aria-label="{text}">{_svg(fig, alt)}</figure>'
        )
    else:
        width = round(fig.get_figwidth() * 100)
        with io.BytesIO() as file:
            fig.savefig(file, format="png", dpi=200, facecolor="white")
            png = base64.b64encode(file.getvalue()).decode()
        shown = f'<img alt="{text}" width="{width}" src="data:image/png;base64,{png}">'
    plt.close(fig)
    display({"text/html": shown}, raw=True)


def _svg(fig, name):
    """The figure as SVG text that can stand inside a page beside others; ``name`` sets its ids."""
    salt = hashlib.sha256(name.encode()).hexdigest()[:8]
    with plt.rc_context({"svg.hashsalt": salt}), io.StringIO() as file:
        fig.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        text = file.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    text = re.sub(r"<(metadata|!--).*?(</metadata>|-->)\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{salt}-", text)
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def show_source(*objects):
    """Show the source of functions, methods or classes of the package, without their docstrings."""
    text = "\n\n".join(_source(o) for o in objects)
    display({"text/markdown": f"```python\n{text}\n```"}, raw=True)


def _source(o):
    """The source of ``o`` without its docstring.

    >>> from dlnotes import Tanh
    >>> print(_source(Tanh.backward))
    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy * (1 - saved * saved)
    """
    lines = textwrap.dedent(inspect.getsource(o)).splitlines()
    node = ast.parse("\n".join(lines)).body[0]
    if ast.get_docstring(node) is not None:
        first = node.body[0]
        del lines[first.lineno - 1 : first.end_lineno]
        if len(node.body) > 1:
            while not lines[first.lineno - 1].strip():
                del lines[first.lineno - 1]
    return "\n".join(lines).rstrip()
