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
from matplotlib.ticker import LogFormatterSciNotation, NullFormatter

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
# Inches, shown as wide as the text: 11 points are 17 pixels then, and 10 on a
# phone.
WIDTH = 5.4
GREEK = dict(alpha="α", beta="β", gamma="γ", lam="λ", mu="μ", sigma="σ")

plt.rcParams.update(
    {
        "figure.figsize": (WIDTH, 3.2),
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


def figure(fig, number, caption, alt, *, narrow=None, predict=False):
    r"""Show a Matplotlib figure with its number and caption.

    On the website it becomes an SVG that follows light and dark; in JupyterLab
    a PNG. The figure is closed, and nothing is returned.

    ``number``: "1.2.3" is the third figure of notebook 1.2; None for the only
    figure of a page. ``caption`` states
    the finding, with formulas in dollar signs; ``alt`` says what is drawn, for
    those who cannot see it. ``narrow`` is the same figure drawn for a phone: a
    second drawing of one that has panels side by side. With ``predict`` the
    caption folds, because the text asks what will be seen.

    >>> fig, ax = plt.subplots()
    >>> figure(fig, "1.1.1", "The line rises.", alt="plot")
    Traceback (most recent call last):
    ValueError: alt: got 'plot', expected a sentence that says what is drawn
    """
    figures = [checks.instance("fig", fig, Figure)]
    if narrow is not None:
        figures.append(checks.instance("narrow", narrow, Figure))
    widths = [f.get_figwidth() for f in figures]
    if widths[-1] > WIDTH or widths[0] > 1.4 * WIDTH:
        plt.close("all")
        raise ValueError(
            f"fig: got {widths[-1]:g} inches, expected at most {WIDTH}, or a"
            " narrow drawing beside the wide one: type is too small on a phone"
        )
    _sentence("caption", caption, "that states the finding")
    alt = html.escape(_sentence("alt", alt, "that says what is drawn"))
    checks.boolean("predict", predict)
    name = _name(number)
    text = _caption(number, caption, predict)
    if _target():
        names = name, f"{name}-narrow"
        picture = "\n".join(_svg(f, n) for f, n in zip(figures, names))
        shown = (
            f'<figure class="dl-figure" id="{name}"><div class="dl-frame"'
            f' role="img" aria-label="{alt}">{picture}</div>{text}</figure>'
        )
    else:
        shown = f"<figure>{_picture(fig, alt)}{text}</figure>"
    for one in figures:
        plt.close(one)
    display({"text/html": shown}, raw=True)


def explore(
    draw,
    number,
    caption,
    alt,
    *,
    labels=None,
    predict=False,
    start=None,
    **ranges,
):
    """A figure with one or two settings. ``draw(**values)`` returns the figure
    for these values.

    ``ranges``: for each argument of ``draw`` the explicit list of its values,
    at most 41 for one setting, or 9 x 9 for two. Numbers become a slider, names
    become buttons. ``labels``: what the settings are called, where that is not
    the name of the argument (a Greek letter is shown as one). ``start`` gives
    the values shown at first, and when JavaScript is off; without it they are
    the first of each list.

    ``number``, ``predict``: as for `figure`. ``caption``: the finding, a text
    or a function of the values that returns one; ``alt`` says what is drawn.

    In a live kernel the settings are ipywidgets and draw anew; on the website
    all frames are drawn beforehand, and each is kept as its difference from the
    first. Nothing is returned.

    >>> explore(lambda a: None, "1.1.1", "There are many values.", alt="Empty.",
    ...         a=range(99))
    Traceback (most recent call last):
    ValueError: ranges: got 99 frames, expected at most 41 with one setting
    """
    checks.function("draw", draw)
    name = _name(number)
    if not isinstance(caption, str):
        checks.function("caption", caption)
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
            f" {('one setting', 'two settings')[len(ranges) - 1]}"
        )
    _sentence("alt", alt, "that says what is drawn")
    checks.boolean("predict", predict)
    given = {} if start is None else checks.instance("start", start, dict)
    start = {name: values[0] for name, values in ranges.items()} | given
    if start.keys() != ranges.keys() or any(
        v not in ranges[name] for name, v in start.items()
    ):
        raise ValueError(
            f"start: got {start}, expected one of the values of each range"
        )
    given = {} if labels is None else checks.instance("labels", labels, dict)
    if not given.keys() <= ranges.keys():
        raise ValueError(
            f"labels: got {given}, expected names of {list(ranges)}"
        )
    labels = {
        name: given.get(name, GREEK.get(name, name.replace("_", " ")))
        for name in ranges
    }

    def told(values):
        text = caption(**values) if callable(caption) else caption
        return _sentence("caption", text, "that states the finding")

    def shown(values):
        return _caption(number, told(values), predict)

    target = _target()
    if not target:
        _live(draw, shown, alt, ranges, labels, start)
        return
    begin = time.process_time()
    if target == "test":
        combinations = [combinations[0], combinations[-1]]
    frames, captions, places = [], [], None
    for values in combinations:
        named = dict(zip(ranges, values))
        captions.append(html.escape(told(named), quote=False))
        fig = draw(**named)
        _place(fig, places)
        frames.append(_svg(fig, name))
        places = places or [ax.get_position() for ax in fig.axes]
        plt.close(fig)
    page = _page(
        name, frames, captions, shown(start), alt, ranges, labels, start
    )
    display({"text/html": page}, raw=True)
    if target != "test":
        _keep(name, frames, time.process_time() - begin, Path(target))


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


def _sentence(name, text, what):
    if not isinstance(text, str) or len(text.split()) < 3:
        plt.close("all")
        raise ValueError(f"{name}: got {text!r}, expected a sentence {what}")
    return text


def _name(number):
    """The id of a figure on its page."""
    if number is None:
        return "figure"
    if not isinstance(number, str) or not re.fullmatch(
        r"\d+\.\d+\.\d+", number
    ):
        plt.close("all")
        raise ValueError(
            f"number: got {checks.shown(number)}, expected a text such as"
            ' "1.2.3", the third figure of notebook 1.2'
        )
    return f"figure-{number.replace('.', '-')}"


def _caption(number, caption, predict):
    """The caption as HTML, in which formulas stay as they are: the build, or
    JupyterLab, sets them.
    """
    text = f"<span>{html.escape(caption, quote=False)}</span>"
    number = f"<b>Figure {number}</b>" if number else ""
    if predict:
        summary = f"{number} What it shows".strip()
        text = f"<details><summary>{summary}</summary>{text}</details>"
        return f"<figcaption>{text}</figcaption>"
    return f"<figcaption>{number} {text}</figcaption>"


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
    """The figure as an <img> of its own, for a live kernel; it is closed.
    ``alt`` is HTML.
    """
    _write_powers(fig)
    with io.BytesIO() as file:
        fig.set(dpi=200, facecolor="white")
        FigureCanvasAgg(fig).print_png(file)  # as in _svg: drawn once
        data = base64.b64encode(file.getvalue()).decode()
    width = round(fig.get_figwidth() * 100)
    plt.close(fig)
    return (
        f'<img alt="{alt}" width="{width}" src="data:image/png;base64,{data}">'
    )


def _svg(fig, name):
    """The figure as SVG text that can stand inside a page beside others;
    ``name`` begins its ids. All type of the book comes out in one size.
    """
    _write_powers(fig)
    share = min(1, fig.get_figwidth() / WIDTH)
    with plt.rc_context({"svg.hashsalt": name}), io.StringIO() as file:
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
    # Among these a style sheet: with each frame that came with one, a browser
    # would find the styles of the whole page anew.
    text = re.sub(
        r"<(metadata|!--|style).*?(</metadata>|-->|</style>)\s*",
        "",
        text,
        flags=re.DOTALL,
    )
    text = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r' (?:d|x|y|transform)="[^"]*"', _rounded, text)
    wide, high = re.search(r'viewBox="0 0 (\S+) (\S+)"', text).groups()
    style = (
        f"max-width: {share:.1%}; aspect-ratio: {wide} / {high};"
        " stroke-linejoin: round"
    )
    return text.replace(
        "<svg ",
        f'<svg style="{style}" aria-hidden="true" focusable="false" ',
        1,
    ).strip()


class _Powers(LogFormatterSciNotation):
    """10⁻³ in characters: Matplotlib's own exponents are too small for a phone.

    >>> _Powers._characters(r"$\\mathdefault{2\\times10^{-3}}$")
    '2×10⁻³'
    """

    def __call__(self, x, pos=None):
        return self._characters(super().__call__(x, pos))

    @staticmethod
    def _characters(text):
        text = re.sub(r"[${}]|\\mathdefault", "", text)
        digits = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
        head, _, power = text.replace(r"\times", "×").partition("^")
        return head + power.translate(digits)


def _write_powers(fig):
    for ax in fig.axes:
        for axis in ax.xaxis, ax.yaxis:
            old = axis.get_major_formatter()
            if isinstance(old, LogFormatterSciNotation):
                axis.set_major_formatter(_Powers(old._base))
                axis.set_minor_formatter(NullFormatter())


def _rounded(match):
    """Two decimals are a hundredth of a point: enough for coordinates, which
    alone are rounded.
    """
    if "scale" in match[0] or "matrix" in match[0]:
        return match[0]
    return re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", match[0])


def _page(name, frames, captions, caption, alt, ranges, labels, start):
    """The figure as HTML: the frame shown at first, native inputs, and all
    frames as changes.
    """
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
        "captions": captions if len(set(captions)) > 1 else [],
        "lines": list(lines),
        "frames": changes,
    }
    controls = "".join(
        (_buttons if _are_names(values) else _slider)(
            f"{name}-{parameter}", labels[parameter], values, at[parameter]
        )
        for parameter, values in ranges.items()
    )
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace(
        "</", "<\\/"
    )
    return (
        f'<figure class="dl-figure dl-explore" id="{name}"><div'
        f' class="dl-frame" role="img" aria-label="{html.escape(alt)}">'
        f'{frames[shown]}</div><div class="dl-controls" hidden>{controls}</div>'
        f'{caption}<script type="application/json">{text}</script></figure>'
    )


def _are_names(values):
    return all(isinstance(v, str) for v in values)


def _slider(name, label, values, at):
    """A native slider, with a button that plays it."""
    label, value = html.escape(label), html.escape(_label(values[at]))
    return (
        f'<div class="dl-slider"><label for="{name}">{label}</label>'
        f'<input id="{name}" type="range" min="0" max="{len(values) - 1}"'
        f' step="1" value="{at}" aria-valuetext="{value}">'
        f'<output for="{name}">{value}</output><button type="button"'
        f' aria-pressed="false" aria-label="Play: {label}"></button></div>'
    )


def _buttons(name, label, values, at):
    """Native radio buttons, for a choice among names."""
    buttons = "".join(
        f'<label><input type="radio" name="{name}" value="{k}"'
        f"{' checked' * (k == at)}><span>{html.escape(value)}</span></label>"
        for k, value in enumerate(values)
    )
    return (
        f'<fieldset class="dl-choice"><legend>{html.escape(label)}</legend>'
        f"{buttons}</fieldset>"
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


def _keep(name, frames, seconds, folder):
    """Write the frames as Python drew them; the test of the site compares the
    page with them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"seconds": seconds, "frames": frames}
    text = json.dumps(kept, ensure_ascii=False)
    folder.joinpath(f"{name}.json").write_text(text, encoding="utf-8")


def _live(draw, shown, alt, ranges, labels, start):
    """Settings in a live kernel, which draw anew.

    The picture is the value of an HTML widget. (An Output widget, as in
    ``interactive``, now and then makes a notebook hang that a program runs.)
    """
    import ipywidgets

    settings, controls = {}, []
    for name, values in ranges.items():
        kind = (
            ipywidgets.ToggleButtons
            if _are_names(values)
            else ipywidgets.SelectionSlider
        )
        settings[name] = one = kind(
            options=[(_label(v), v) for v in values],
            value=start[name],
            description=labels[name],
            style={"description_width": "initial"},
        )
        controls.append(one)
        if not _are_names(values):
            play = ipywidgets.Play(
                value=one.index, max=len(values) - 1, interval=400
            )
            ipywidgets.link((play, "value"), (one, "index"))
            controls[-1] = ipywidgets.HBox([one, play])
    picture, caption = ipywidgets.HTML(), ipywidgets.HTMLMath()

    def show(change=None):
        values = {name: one.value for name, one in settings.items()}
        picture.value = _picture(draw(**values), html.escape(alt))
        caption.value = shown(values)

    for one in settings.values():
        one.observe(show, "value")
    show()
    display(ipywidgets.VBox([*controls, picture, caption]))


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
