"""Figures and sliders: what the website gets, what a live kernel gets, and what
is refused.
"""

import io
import json
import re

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlnotes import figures


def wave(k=1, scale=1.0):
    fig, ax = plt.subplots()
    ax.plot(np.linspace(0, 1, 50), scale * np.sin(k * np.linspace(0, 7, 50)))
    ax.set_title(f"k = {k}, scale = {scale}")
    ax.set_yticks([-0.7512345, 0.125, 0.75], ["-0.7512345", "0.125", "0.75"])
    return fig


ALT = "A wave over the interval from 0 to 1."


def told(**values):
    return f"A wave that swings as {sorted(values.items())} say, and $x < 1$."


@pytest.fixture(autouse=True)
def nothing_open():
    """What other tests left open is none of ours."""
    plt.close("all")


def shown(monkeypatch, target, show):
    """What a call displays: the list of its HTML texts."""
    monkeypatch.setenv("DLNOTES_FIGURES", str(target))
    bundles = []
    monkeypatch.setattr(
        figures, "display", lambda data, raw: bundles.append(data)
    )
    assert show() is None
    assert not plt.get_fignums(), "a figure was left open"
    assert all(bundle.keys() == {"text/html"} for bundle in bundles)
    return [bundle["text/html"] for bundle in bundles]


def test_a_figure_on_the_website(monkeypatch, tmp_path):
    (page,) = shown(
        monkeypatch,
        tmp_path,
        lambda: figures.figure(
            wave(),
            "1.2.3",
            "It stays $< 1$ & swings.",
            alt='A "wave" < 1 in size.',
        ),
    )
    assert 'aria-label="A &quot;wave&quot; &lt; 1 in size."' in page
    assert '<figure class="dl-figure" id="figure-1-2-3">' in page
    assert "<style" not in page  # it would restyle the whole page
    caption = "<b>Figure 1.2.3</b> <span>It stays $&lt; 1$ &amp; swings.</span>"
    assert f"<figcaption>{caption}</figcaption></figure>" in page
    assert (
        "<svg" in page
        and "currentColor" in page
        and "var(--dl-0, #0072b2)" in page
    )
    assert figures.INK not in page and "<metadata" not in page


def test_a_figure_in_a_live_kernel(monkeypatch):
    (page,) = shown(
        monkeypatch,
        "",
        lambda: figures.figure(wave(), "1.2.3", "It swings once.", alt=ALT),
    )
    assert page.startswith(f'<figure><img alt="{ALT}"')
    assert "data:image/png;base64" in page and "It swings once." in page


def test_a_second_drawing_for_a_phone(monkeypatch, tmp_path):
    def page(**named):
        def show():
            wide = wave()
            wide.set_figwidth(7)
            figures.figure(wide, "1.2.3", "It swings once.", ALT, **named)

        return shown(monkeypatch, tmp_path, show)[0]

    both = page(narrow=wave())
    assert both.count("<svg") == 2
    ids = re.findall(r'id="([^"]+)"', both)
    assert len(set(ids)) == len(ids)
    with pytest.raises(ValueError, match="fig: got 7 inches, expected at most"):
        page()
    assert not plt.get_fignums()


def test_a_caption_folds_where_the_text_asks_for_a_prediction(
    monkeypatch, tmp_path
):
    for show in (
        lambda: figures.figure(
            wave(), "1.2.3", "It ends there.", ALT, predict=True
        ),
        lambda: figures.explore(
            wave, "1.2.3", told, ALT, predict=True, k=[1, 2]
        ),
    ):
        (page,) = shown(monkeypatch, tmp_path, show)
        assert "<summary><b>Figure 1.2.3</b> What it shows</summary>" in page


def test_exponents_are_characters(monkeypatch, tmp_path):
    """Matplotlib's would be too small on a phone."""

    def show():
        fig, ax = plt.subplots()
        ax.loglog([1e-3, 1e5], [1, 2])
        figures.figure(fig, "1.2.3", "It rises slowly.", ALT)

    (page,) = shown(monkeypatch, tmp_path, show)
    assert ">10⁻³</text>" in page and "tspan" not in page
    assert set(re.findall(r"font-size: ([\d.]+)", page)) == {"11"}


def test_rounding_reaches_coordinates_and_no_text():
    """Labels stay as they were written; a curve moves by less than a hundredth
    of a point.
    """
    svg = figures._svg(wave(k=0.123456, scale=0.7512345), "a name")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert {
        "-0.7512345",
        "0.125",
        "0.75",
        "k = 0.123456, scale = 0.7512345",
    } <= set(texts)
    path = max(re.findall(r' d="([^"]*)"', svg), key=len)
    assert path.count("L") == 49 and not re.search(r"\.\d{3}", path)
    with plt.rc_context({"svg.hashsalt": "x"}):
        file = io.StringIO()
        wave(k=0.123456, scale=0.7512345).savefig(file, format="svg")
    plt.close("all")
    raw = max(re.findall(r' d="([^"]*)"', file.getvalue()), key=len)
    numbers = [np.array(re.findall(r"[\d.]+", p), float) for p in (raw, path)]
    assert np.abs(numbers[0] - numbers[1]).max() < 0.0051


def test_ids_are_of_the_figure_and_stable():
    one, again, other = (figures._svg(wave(), name) for name in ("a", "a", "b"))
    plt.close("all")
    assert one == again
    ids = [set(re.findall(r'id="([^"]+)"', svg)) for svg in (one, other)]
    assert ids[0] and not ids[0] & ids[1]
    for svg in one, other:
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg)) <= set(
            re.findall(r'id="([^"]+)"', svg)
        )


@pytest.mark.parametrize("start", [None, {"k": 2}])
@pytest.mark.parametrize(
    "ranges", [{"k": [1, 2, 3]}, {"k": [1, 2], "scale": [0.5, 1, 2.5]}]
)
def test_every_frame_can_be_made_from_the_one_shown(
    monkeypatch, tmp_path, ranges, start
):
    """The page's data, applied as its script applies them, give what Python
    drew.
    """
    (page,) = shown(
        monkeypatch,
        tmp_path,
        lambda: figures.explore(
            wave, "1.2.3", told, ALT, start=start, **ranges
        ),
    )
    data = json.loads(
        re.search(r'json">(.*)</script>', page)[1].replace("<\\/", "</")
    )
    (name,) = re.findall(
        r'<figure class="dl-figure dl-explore" id="([\w-]+)"', page
    )
    drawn = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))["frames"]
    base = re.search(
        r'aria-label="[^"]*">(<svg.*?</svg>)</div>', page, re.DOTALL
    )[1].split("\n")
    assert len(drawn) == len(data["frames"]) == np.prod(data["sizes"])
    for frame, changes in zip(drawn, data["frames"]):
        lines = list(base)
        for first, last, *new in changes:
            lines[first:last] = [data["lines"][k] for k in new]
        assert "\n".join(lines) == frame
    assert len(set(drawn)) == len(drawn) == len(set(data["captions"]))
    assert page.count('type="range"') == len(ranges) == page.count("<button")
    at = [1 if start and name == "k" else 0 for name in ranges]
    assert [int(v) for v in re.findall(r'value="(\d+)" aria', page)] == at
    assert (
        "\n".join(base) == drawn[int(np.ravel_multi_index(at, data["sizes"]))]
    )
    assert data["labels"] == [
        [f"{v:g}" for v in values] for values in ranges.values()
    ]


def test_in_tests_only_the_ends_are_drawn(monkeypatch):
    drawn = []

    def draw(k):
        drawn.append(k)
        return wave(k)

    shown(
        monkeypatch,
        "test",
        lambda: figures.explore(draw, "1.2.3", told, ALT, k=range(9)),
    )
    assert drawn == [0, 8]


def test_names_become_buttons_and_letters_greek(monkeypatch, tmp_path):
    def draw(method, lam):
        return wave(len(method), lam)

    def show():
        figures.explore(
            draw,
            "1.2.3",
            told,
            ALT,
            labels={"method": "which < one"},
            start={"method": "Adam"},
            method=["SGD", "Adam"],
            lam=[1, 2],
        )

    (page,) = shown(monkeypatch, tmp_path, show)
    assert "<legend>which &lt; one</legend>" in page
    assert page.count('type="radio"') == 2 and page.count("<button") == 1
    assert 'value="1" checked><span>Adam</span>' in page
    assert ">λ</label>" in page
    with pytest.raises(ValueError, match="labels: got .*expected names of"):
        figures.explore(wave, "1.2.3", told, ALT, labels={"c": "a"}, k=[1, 2])


def widgets(monkeypatch, **options):
    """The box that a live kernel shows: its controls, and the picture."""
    monkeypatch.setenv("DLNOTES_FIGURES", "")
    boxes = []
    monkeypatch.setattr(figures, "display", boxes.append)
    ranges = dict(k=[1, 2, 3], scale=[0.2, 0.5])
    options |= dict(number="1.2.3", caption=told, alt=ALT)
    assert figures.explore(wave, **options, **ranges) is None
    ((*rows, picture, caption),) = [box.children for box in boxes]
    assert not plt.get_fignums(), "a figure was left open"
    controls = [one for row in rows for one in row.children]
    return controls, picture, caption


def test_in_a_live_kernel_it_is_a_widget(monkeypatch):
    """No Output widget: a program that runs the notebook would hang on it."""
    (k, _, scale, _), picture, caption = widgets(
        monkeypatch, start={"scale": 0.5}
    )
    assert isinstance(picture, ipywidgets.HTML)
    assert [label for label, _ in k.options] == ["1", "2", "3"]
    assert k.value == 1 and scale.value == 0.5
    before = picture.value
    assert before.startswith("<img alt=") and "('k', 1)" in caption.value
    k.value = 2
    assert "('k', 2)" in caption.value and picture.value != before
    scale.value = 0.2
    assert "('scale', 0.2)" in caption.value
    assert not plt.get_fignums()


def test_play_moves_a_slider_of_a_live_kernel(monkeypatch):
    (k, play, *_), _, caption = widgets(monkeypatch, start={"k": 2})
    assert isinstance(play, ipywidgets.Play)
    assert (play.min, play.value, play.max) == (0, 1, 2)
    play.value = 2
    assert k.value == 3 and "('k', 3)" in caption.value
    k.value = 1
    assert play.value == 0


@pytest.mark.parametrize(
    "ranges, message",
    [
        ({}, "expected one or two lists of values"),
        ({"k": []}, "expected one or two lists of values"),
        ({"a": [1], "b": [1], "c": [1]}, "expected one or two"),
        (
            {"k": range(42)},
            "got 42 frames, expected at most 41 with one setting",
        ),
        (
            {"k": range(10), "scale": range(9)},
            "got 90 frames, expected at most 81 with two settings",
        ),
    ],
)
def test_too_many_values_are_refused(ranges, message):
    with pytest.raises(ValueError, match=message):
        figures.explore(wave, "1.2.3", told, ALT, **ranges)


def test_a_start_is_one_of_the_values():
    for start in {"k": 9}, {"scale": 1}:
        with pytest.raises(
            ValueError, match="start: got .*one of the values of each range"
        ):
            figures.explore(wave, "1.2.3", told, ALT, start=start, k=[1, 2])


def test_an_alt_says_something(monkeypatch):
    monkeypatch.setenv("DLNOTES_FIGURES", "test")
    for bad in "a plot", "", None, 7:
        with pytest.raises(ValueError, match="alt: got"):
            figures.explore(wave, "1.2.3", told, alt=bad, k=[1, 2])
        with pytest.raises(ValueError, match="caption: got"):
            figures.figure(wave(), "1.2.3", bad, ALT)
    for bad in "1.2", "Figure 1.2.3", 1.2:
        with pytest.raises(ValueError, match="number: got"):
            figures.figure(wave(), bad, "It swings once.", ALT)
    assert not plt.get_fignums()


def test_source_is_shown_without_its_docstring(monkeypatch):
    bundles = []
    monkeypatch.setattr(
        figures, "display", lambda data, raw: bundles.append(data)
    )
    figures.show_source(figures._label, figures._are_names)
    text = bundles[0]["text/markdown"]
    assert (
        text.startswith("```python\ndef _label(value):\n    return")
        and "def _are_names" in text
    )


def growing(k):
    """Labels of the axis get longer with k: by itself, each frame is placed
    differently.
    """
    fig, axes = plt.subplots(1, 2)
    axes[0].set_yticks([0, 1], ["0", "1" * k])
    return fig


def test_axes_stay_where_they_are_in_the_first_frame(monkeypatch, tmp_path):
    """Pictures that jump about from frame to frame are hard to compare."""
    frames = []
    svg = figures._svg
    monkeypatch.setattr(
        figures,
        "_svg",
        lambda fig, name: frames.append(fig.axes) or svg(fig, name),
    )
    shown(
        monkeypatch,
        tmp_path,
        lambda: figures.explore(
            growing,
            "1.2.3",
            "They grow with k.",
            "Two empty axes.",
            k=[1, 5, 20],
        ),
    )
    places = [[ax.get_position().bounds for ax in axes] for axes in frames]
    assert places[0] == places[1] == places[2]


def test_black_follows_the_page(monkeypatch, tmp_path):
    """Some artists are black whatever the style says: error bars of a bar."""

    def bars():
        fig, ax = plt.subplots()
        ax.bar([0, 1], [1, 2], yerr=[0.1, 0.2])
        return fig

    (page,) = shown(
        monkeypatch,
        tmp_path,
        lambda: figures.figure(bars(), "1.2.3", "They just stand.", ALT),
    )
    assert "#000000" not in page and "stroke: currentColor" in page
