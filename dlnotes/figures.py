"""The one way to show a figure, and the one way to make a slider, in the book's
notebooks.

Importing this module sets the book's Matplotlib style: colours that
colour-blind readers can tell apart, and ink that follows the page, light or
dark.

The variable DLNOTES_FIGURES says where the figures go. Unset, in a live kernel:
PNG pictures and ipywidgets. A folder, while the website is built: SVG, and
every frame of a slider drawn beforehand (the folder keeps them for the tests).
``test``: everything is drawn as for the website, but only the first and the
last frame.
"""

import ast
import base64
import difflib
import hashlib
import html
import inspect
import io
import itertools
import json
import os
import re
import textwrap
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from . import checks

# After Okabe & Ito, who chose colours that colour-blind readers can tell apart;
# darker, so that text in them can be read on white. The website has lighter
# ones for the dark (book.css).
COLORS = ["#0072b2", "#b84a00", "#007a59", "#9c4a80", "#8a6000", "#5b5b5b"]
LIGHT = (
    "#cfe5f3 #f9d9c3 #c9ecdf #eed3e4 #efe2bd #dedede #e4f2b4 #ded9f7".split()
)  # areas
STYLES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))]
INK = "#0a0b0c"  # stands for the page's text colour: replaced by currentColor
MOST_FRAMES = {1: 41, 2: 81}

plt.rcParams.update(
    {
        "figure.figsize": (
            5.4,
            3.2,
        ),  # not wider: text must be legible on a phone
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
        "image.interpolation": "none",
        "font.size": 11,
        "svg.fonttype": "none",
        **{
            name: INK
            for name in plt.rcParams
            if re.fullmatch(r"(text|[xy]tick|axes\.(edge|label))\.?color", name)
        },
    }
)


def figure(fig, alt):
    """Show a Matplotlib figure, with a text for those who cannot see it.

    On the website it becomes an SVG that follows light and dark; in JupyterLab
    a PNG. The figure is closed, and nothing is returned. ``alt`` states the
    finding, not the kind of the picture.

    >>> fig, ax = plt.subplots()
    >>> figure(fig, alt="plot")
    Traceback (most recent call last):
    ValueError: alt: got 'plot', expected a sentence
    """
    checks.instance("fig", fig, Figure)
    text = html.escape(_sentence(alt))
    if _target():
        svg = _svg(fig, alt)
        plt.close(fig)
        picture = f'<div class="dl-frame" role="img" aria-label="{text}">{svg}'
        shown = f'<figure class="dl-figure">{picture}</div></figure>'
    else:
        shown = _picture(fig, alt)
    display({"text/html": shown}, raw=True)


def explore(draw, alt, *, play=False, start=None, **ranges):
    """A figure with one slider or two. ``draw(**values)`` returns the figure
    for these values.

    ``ranges``: for each argument of ``draw`` the explicit list of its values,
    at most 41 for one slider, or 9 x 9 for two. ``start`` gives the values
    shown at first, and when JavaScript is off; without it they are the first of
    each list. ``alt`` is a sentence, or a function of the values that returns
    one. ``play`` adds a button that moves the first slider.

    In a live kernel the sliders are ipywidgets and draw anew; on the website
    all frames are drawn beforehand, and each is kept as its difference from the
    first. Nothing is returned.

    >>> explore(lambda a: None, alt="too many values for a slider", a=range(99))
    Traceback (most recent call last):
    ValueError: ranges: got 99 frames, expected at most 41 with one slider
    """
    checks.function("draw", draw)
    if not isinstance(alt, str):
        checks.function("alt", alt)
    checks.boolean("play", play)
    ranges = {name: _values(name, v) for name, v in ranges.items()}
    if len(ranges) not in MOST_FRAMES or not all(ranges.values()):
        raise ValueError(
            f"ranges: got {ranges}, expected one or two lists of values"
        )
    combinations = list(itertools.product(*ranges.values()))
    if len(combinations) > MOST_FRAMES[len(ranges)]:
        raise ValueError(
            f"ranges: got {len(combinations)} frames, expected at most"
            f" {MOST_FRAMES[len(ranges)]} with"
            f" {('one slider', 'two sliders')[len(ranges) - 1]}"
        )
    given = {} if start is None else checks.instance("start", start, dict)
    start = {name: values[0] for name, values in ranges.items()} | given
    if start.keys() != ranges.keys() or any(
        v not in ranges[name] for name, v in start.items()
    ):
        raise ValueError(
            f"start: got {start}, expected one of the values of each range"
        )
    target = _target()
    if not target:
        _live(draw, alt, ranges, start, play)
        return
    begin = time.process_time()
    if target == "test":
        combinations = [combinations[0], combinations[-1]]
    frames, alts, places = [], [], None
    for values in combinations:
        named = dict(zip(ranges, values))
        alts.append(_sentence(alt(**named) if callable(alt) else alt))
        fig = draw(**named)
        _place(fig, places)
        frames.append(_svg(fig, f"{alts[0]} {sorted(ranges)}"))
        places = places or [ax.get_position() for ax in fig.axes]
        plt.close(fig)
    display({"text/html": _page(frames, alts, ranges, start, play)}, raw=True)
    if target != "test":
        _keep(frames, time.process_time() - begin, Path(target))


def show_source(*objects):
    """Show the source of functions, methods or classes of the package, without
    their docstrings.
    """
    for o in objects:
        if not getattr(o, "__module__", "").startswith("dlnotes"):
            raise ValueError(
                f"objects: got {checks.shown(o)}, expected functions, methods"
                " or classes of dlnotes"
            )
    text = "\n\n".join(_source(o) for o in objects)
    display({"text/markdown": f"```python\n{text}\n```"}, raw=True)


def _target():
    return os.environ.get("DLNOTES_FIGURES", "")


def _sentence(alt):
    if not isinstance(alt, str) or len(alt.split()) < 4:
        plt.close("all")
        raise ValueError(
            f"alt: got {alt!r}, expected a sentence that states what the figure"
            " shows"
        )
    return alt


def _values(name, values):
    """The values of a slider as a list."""
    if not isinstance(values, (list, tuple, range)) and not (
        isinstance(values, np.ndarray) and values.ndim == 1
    ):
        raise ValueError(
            f"{name}: got {checks.shown(values)}, expected a list of values"
        )
    return list(values)


def _label(value):
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _picture(fig, alt):
    """The figure as an <img> of its own, for a live kernel; it is closed."""
    with io.BytesIO() as file:
        fig.set(dpi=200, facecolor="white")
        FigureCanvasAgg(fig).print_png(file)  # as in _svg: drawn once
        data = base64.b64encode(file.getvalue()).decode()
    width = round(fig.get_figwidth() * 100)
    plt.close(fig)
    text = html.escape(_sentence(alt))
    return (
        f'<img alt="{text}" width="{width}" src="data:image/png;base64,{data}">'
    )


def _svg(fig, name):
    """The figure as SVG text that can stand inside a page beside others;
    ``name`` sets its ids.
    """
    salt = "f" + hashlib.sha256(name.encode()).hexdigest()[:7]
    with plt.rc_context({"svg.hashsalt": salt}), io.StringIO() as file:
        # savefig would draw everything twice, first to measure it
        FigureCanvasSVG(fig).print_svg(
            file, metadata={"Date": None, "Creator": None}
        )
        text = file.getvalue()
    text = text[text.index("<svg") :]
    for ink in INK, "#000000":  # black: what an artist takes unasked
        text = text.replace(ink, "currentColor")
    for number, color in enumerate(COLORS):
        text = text.replace(f": {color}", f": var(--dl-{number}, {color})")
    text = re.sub(
        r"<(metadata|!--).*?(</metadata>|-->)\s*", "", text, flags=re.DOTALL
    )
    text = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{salt}-", text)
    text = re.sub(r' (?:d|x|y|transform)="[^"]*"', _rounded, text)
    return text.replace(
        "<svg ", '<svg aria-hidden="true" focusable="false" ', 1
    ).strip()


def _rounded(match):
    """Two decimals are a hundredth of a point: enough for coordinates, which
    alone are rounded.
    """
    if "scale" in match[0] or "matrix" in match[0]:
        return match[0]
    return re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", match[0])


def _page(frames, alts, ranges, start, play):
    """The slider as HTML: the frame shown at first, native range inputs, all
    frames as changes.
    """
    name = re.search(r'id="(f\w{7})-', frames[0])[1]
    at = {
        parameter: values.index(start[parameter])
        for parameter, values in ranges.items()
    }
    shown = 0  # in a test, with two frames only, it is one of these
    for parameter, values in ranges.items():
        shown = min(shown * len(values) + at[parameter], len(frames) - 1)
    base, lines = frames[shown].split("\n"), {}
    changes = [_changes(base, frame.split("\n"), lines) for frame in frames]
    data = {
        "sizes": [len(values) for values in ranges.values()],
        "labels": [[_label(v) for v in values] for values in ranges.values()],
        "alts": alts if len(set(alts)) > 1 else alts[:1],
        "lines": list(lines),
        "frames": changes,
    }
    controls = "".join(
        f"<label><span>{html.escape(parameter.replace('_', ' '))}</span>"
        f'<input type="range" min="0" max="{len(values) - 1}" step="1"'
        f' value="{at[parameter]}"'
        f' aria-valuetext="{html.escape(_label(start[parameter]))}">'
        f"<output>{html.escape(_label(start[parameter]))}</output></label>"
        for parameter, values in ranges.items()
    )
    button = (
        '<button type="button" aria-pressed="false">Play</button>'
        if play
        else ""
    )
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace(
        "</", "<\\/"
    )
    return (
        f'<figure class="dl-figure dl-explore" id="{name}"><div'
        ' class="dl-frame" role="img"'
        f' aria-label="{html.escape(alts[shown])}">{frames[shown]}</div><div'
        f' class="dl-controls" hidden>{controls}{button}</div><script'
        f' type="application/json">{text}</script></figure>'
    )


def _changes(base, frame, lines):
    """What to do to the lines of the frame shown at first: [from, to, new
    lines], from the last to the first.

    A new line is its number in ``lines``, in which every line of the slider
    stands once.
    """
    blocks = difflib.SequenceMatcher(
        None, base, frame, autojunk=False
    ).get_opcodes()
    return [
        [i, j, *(lines.setdefault(line, len(lines)) for line in frame[k:m])]
        for tag, i, j, k, m in reversed(blocks)
        if tag != "equal"
    ]


def _place(fig, places):
    """Put the axes where they are in the first frame: nothing jumps about.

    That saves a third of the time, too. A frame with other axes is laid out
    by itself.
    """
    if places and len(places) == len(fig.axes):
        fig.set_layout_engine("none")
        for ax, place in zip(fig.axes, places):
            ax.set_position(place)


def _keep(frames, seconds, folder):
    """Write the frames as Python drew them; the test of the site compares the
    page with them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = re.search(r'id="(f\w{7})-', frames[0])[1]
    kept = {"seconds": seconds, "frames": frames}
    text = json.dumps(kept, ensure_ascii=False)
    folder.joinpath(f"{name}.json").write_text(text, encoding="utf-8")


def _live(draw, alt, ranges, start, play):
    """Sliders in a live kernel, which draw anew.

    The picture is the value of an HTML widget. (An Output widget, as in
    ``interactive``, now and then makes a notebook hang that a program runs.)
    """
    import ipywidgets

    sliders = {
        name: ipywidgets.SelectionSlider(
            options=[(_label(v), v) for v in values],
            value=start[name],
            description=name.replace("_", " "),
            style={"description_width": "initial"},
        )
        for name, values in ranges.items()
    }
    picture = ipywidgets.HTML()

    def show(change=None):
        values = {name: slider.value for name, slider in sliders.items()}
        text = alt(**values) if callable(alt) else alt
        picture.value = _picture(draw(**values), text)

    controls = list(sliders.values())
    for slider in controls:
        slider.observe(show, "value")
    if play:
        first = controls[0]
        player = ipywidgets.Play(
            value=first.index, max=len(first.options) - 1, interval=400
        )
        ipywidgets.link((player, "value"), (first, "index"))
        controls.append(player)
    show()
    display(ipywidgets.VBox([*controls, picture]))


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
