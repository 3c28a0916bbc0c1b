"""Every formula of the built site, as Chromium and Firefox paint it: make
site-test.

What was painted is looked at, not what a browser says of its boxes. Ink is half
transparent, so that two layers of it are darker than one.
"""

import functools
import json
import re
from unicodedata import category

import numpy as np
import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from browsers import PAGES, SITE, Chromium, Firefox

WIDTH, HEIGHT, SCALE = 1280, 1600, 2

# Black ink for all but what is painted in pieces that overlap: radicals are
# red, fences blue. What a test looks for is green. A line of text is as high
# as its letters, ascenders and descenders included.
INK = """
html, body { background: white !important; margin: 0 }
math, math * { color: rgb(0 0 0 / 50%) }
math msqrt { color: rgb(255 0 0 / 50%) }
math .fence { color: rgb(0 0 255 / 50%) }
math .probe { color: rgb(0 255 0 / 50%) }
.case { display: inline-block; vertical-align: top; padding: 6px 10px }
.line { height: 1lh; background: linear-gradient(
    transparent 20%, rgb(0 0 0 / 50%) 20% 85%, transparent 85%) }
.part { line-height: 3 }
.wall { display: inline-block; width: 4px; height: 1em; background: #0f0 }
"""
FENCE = r"<mo(?![^>]*class=)(?=[^>]*>[()\[\]{}|‖⏟⏞]</mo>)"


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def window(request):
    size = WIDTH, HEIGHT, SCALE
    if request.param == "chromium":
        made = Chromium(request.getfixturevalue("browser"), *size)
    else:
        made = Firefox(*size)
    yield made
    made.close()


@functools.cache
def formulas():
    """All that are different, each with a page that has it."""
    found = {}
    for page in PAGES:
        text = (SITE / page).read_text("utf-8")
        for formula in re.findall("<math.*?</math>", text, re.DOTALL):
            found.setdefault(formula, page)
    assert len(found) > 500
    return found


def text(formula):
    return BeautifulSoup(formula, "html.parser").text


def paint(window, base, cases):
    """Nothing but these, on a page of the site: the box of each, in pixels, and
    how many of them are an em of a formula.
    """
    window.visit(f"{base}genindex.html")
    body = re.sub(FENCE, '<mo class="fence"', "".join(cases))
    body = f'<article class="bd-article">{body}</article>'
    boxes, em = window.run(f"""async () => {{
        document.documentElement.dataset.theme = "light";
        document.body.innerHTML = {json.dumps(body)};
        const style = document.createElement("style");
        style.textContent = {json.dumps(INK)};
        document.head.append(style);
        for (const name of ["Math", "Text"])
            await document.fonts.load(`16px 'Book ${{name}}'`);
        const boxes = [...document.querySelectorAll(".case")].map(e => {{
            const {{left, top, right, bottom}} = e.getBoundingClientRect();
            return [left, top, right, bottom];
        }});
        const {{fontSize}} = getComputedStyle(document.querySelector("math"));
        return [boxes, parseFloat(fontSize)];
    }}""")
    return (np.array(boxes) * SCALE).round().astype(int), em * SCALE


def pictures(window, boxes):
    """What was painted, from the top down, each as high as the window."""
    for top in range(0, boxes[:, 3].max() // SCALE, HEIGHT):
        top = window.run(f"""async () => {{
            scrollTo({{top: {top}, behavior: "instant"}});
            await new Promise(done => {{
                requestAnimationFrame(done);
                setTimeout(done, 500); // a hidden window has no frames
            }});
            return scrollY;
        }}""")
        yield round(top * SCALE), window.picture()


def test_formulas(window, base, subtests):
    cases = []
    for formula in formulas():
        if 'display="block"' in formula:
            formula = f'<div class="math">{formula}</div>'
        else:  # in a line between two others
            line = '<div class="line"></div>'
            formula = f"{line}<div>{formula}</div>{line}"
        cases.append(f'<div class="case">{formula}</div>')
    boxes, _ = paint(window, base, cases)
    with subtests.test("painted with the font of the site"):
        assert window.foreign_fonts() == []
    with subtests.test("no ink on ink"):
        twice = np.zeros(len(boxes), int)
        for top, picture in pictures(window, boxes):
            r, g, b = (picture[..., k] for k in range(3))
            darkest = np.minimum(np.minimum(r, g), b)
            lightest = np.maximum(np.maximum(r, g), b)
            # One layer leaves 127, or 255 of its colour: two leave 63, and
            # 127 of that.
            here = np.zeros(len(boxes), int)
            for y, x in np.argwhere((darkest < 90) & (lightest < 165)):
                point = x, y + top
                inside = (boxes[:, :2] <= point) & (point < boxes[:, 2:])
                here += inside.all(1)
            twice = np.maximum(twice, here)  # pictures may overlap
        assert not [
            f"{text(formula)} in {page}"
            for (formula, page), n in zip(formulas().items(), twice)
            if n > 1
        ]


def test_every_character_has_a_glyph():
    """A browser may paint a box with four digits, and call it our font."""
    glyphs = set(TTFont(SITE / "_static/math.woff2").getBestCmap())
    for formula, page in formulas().items():
        seen = {c for c in text(formula) if category(c)[0] not in "CMZ"}
        missing = {c for c in seen if ord(c) not in glyphs}
        assert not missing, f"{text(formula)} in {page}"


# Details ---------------------------------------------------------------------


def parts(selector):
    """The parts of formulas that are this, each once with what it stands by."""
    found = {}
    first = re.match(r"\w+", selector)[0]
    for formula in formulas():
        if f"<{first}" not in formula:  # reading it takes time
            continue
        for part in BeautifulSoup(formula, "html.parser").select(selector):
            found.setdefault(f"{part} {part.parent}", part)
    return list(found.values())


def closeups(window, base, parts, beside=""):
    """Each part by itself: its text and its ink, whose rows and columns count
    in em.
    """
    cases = [f"<math>{part}</math>{beside}" for part in parts]
    cases = [f'<div class="case part">{case}</div>' for case in cases]
    boxes, em = paint(window, base, cases)
    seen = set()
    for top, picture in pictures(window, boxes):
        for k, (left, up, right, down) in enumerate(boxes):
            if k not in seen and top <= up and down <= top + len(picture):
                seen.add(k)
                crop = picture[up - top : down - top, left:right]
                colours = functools.partial(ink, crop.astype(int), em)
                yield parts[k].text, colours
    assert len(seen) == len(parts) > 0


def ink(picture, em, colour):
    r, g, b = (picture[..., k] for k in range(3))
    strength = {
        "black": 255 - np.maximum(np.maximum(r, g), b),
        "red": r - np.maximum(g, b),
        "green": g - np.maximum(r, b),
        "blue": b - np.maximum(r, g),
    }
    return np.argwhere(strength[colour] > 50).T / em


def marked(part, name="probe"):
    part["class"] = name
    return part


def test_an_accent_is_near_its_letter_and_does_not_touch_it(window, base):
    accents = [marked(part) for part in parts("mover[accent] > mo")]
    whole = [accent.parent for accent in accents]
    for name, ink in closeups(window, base, whole):
        (letter, _), (accent, _) = ink("black"), ink("green")
        assert 0.02 < letter.min() - accent.max() < 0.3, name


def test_a_brace_is_as_wide_as_what_is_above_it(window, base):
    braces = [marked(part) for part in parts("munder[accentunder] > mo")]
    for name, ink in closeups(window, base, [part.parent for part in braces]):
        _, above = np.hstack([ink("black"), ink("blue")])
        _, brace = ink("green")
        assert abs(brace.min() - above.min()) < 0.3, name
        assert abs(brace.max() - above.max()) < 0.3, name


def test_a_radical_ends_where_its_bar_and_what_is_under_it_end(window, base):
    wall = '<span class="wall"></span>'
    for name, ink in closeups(window, base, parts("msqrt"), wall):
        (top, under), (_, wall) = ink("black"), ink("green")
        rows, bar = ink("red")
        assert top.min() - rows.min() > 0.08, name  # the bar's own height too
        assert -0.1 < bar.max() - under.max() < 0.15, name
        assert -0.05 < wall.min() - bar.max() < 0.1, name


def test_a_prime_can_be_seen(window, base):
    primes = [
        marked(part)
        for part in parts("msup > mo:last-child, msubsup > mo:last-child")
        if re.fullmatch("[′″‴]", part.text)
    ]
    for name, ink in closeups(window, base, [part.parent for part in primes]):
        prime, _ = ink("green")
        assert np.ptp(prime) > 0.23, name


def test_a_matrix_has_no_margin_in_its_parentheses(window, base):
    matrices = [part.parent for part in parts("mo + mtable:has(+ mo)")]
    matrices = [m for m in matrices if m.text[-1] in ")]"]  # no cases
    for name, ink in closeups(window, base, matrices):
        (_, entries), (_, fences) = ink("black"), ink("blue")
        left = fences[fences < entries.min()]
        right = fences[fences > entries.max()]
        assert entries.min() - left.max() < 0.3, name
        assert right.min() - entries.max() < 0.3, name


def test_fractions_side_by_side_are_two(window, base):
    pairs = []
    for right in parts("mfrac + mfrac"):
        left = marked(right.find_previous_sibling(), "fence")
        pair = BeautifulSoup(f"{left}{marked(right)}", "html.parser")
        pairs.append(pair)
    for name, ink in closeups(window, base, pairs):
        (_, left), (_, right) = ink("blue"), ink("green")
        assert right.min() - left.max() > 0.15, name


# Pages -----------------------------------------------------------------------

# What a reader sees in the articles of all pages, one after the other on one of
# them. What stands beside a formula in its line shares no column with it; so
# what does is in another line, and a pixel at least is between the two.
FAULTS = """async pages => {
    const article = document.querySelector("article");
    const found = [];
    await document.fonts.load("16px 'Book Math'");
    for (const page of pages) {
        const text = await (await fetch(page)).text();
        const read = new DOMParser().parseFromString(text, "text/html");
        read.querySelectorAll(".dl-frame, script").forEach(e => e.remove());
        read.querySelectorAll("details").forEach(e => e.open = true);
        article.replaceChildren(...read.querySelector("article").children);
        const formulas = [...article.querySelectorAll("math:not(.math *)")];
        const around = e => e.closest("p, li, td, th, dt, dd, h1, h2, h3, div");
        for (const width of ["", "32rem", "22rem"]) {
            article.style.width = width;
            for (const block of new Set(formulas.map(around)))
                found.push(...faults(block).map(what => `${page}: ${what}`));
        }
    }
    return found;

    function faults(block) {
        const found = [], boxes = [];
        for (const node of pieces(block)) {
            const formula = node.nodeType === Node.ELEMENT_NODE;
            const lines = formula ? node.getClientRects() : text(node);
            for (const box of lines) boxes.push({node, box, formula});
            if (!formula) continue;
            const name = node.textContent, [line, ...more] = lines;
            if (more.length) found.push(`${name} is broken`);
            const before = node.previousSibling, after = node.nextSibling;
            if (/\\S$/.test(before?.data ?? "")
                && text(before, before.length - 1)[0].left > line.right)
                found.push(`${before.data.at(-1)} is broken off ${name}`);
            if (/^\\S/.test(after?.data ?? "")
                && text(after, 0, 1)[0].right < line.left)
                found.push(`${after.data[0]} is broken off ${name}`);
        }
        for (const a of boxes.filter(a => a.formula))
            for (const b of boxes)
                if (a.node !== b.node
                    && overlap(a.box, b.box, "left", "right") > 1
                    && overlap(a.box, b.box, "top", "bottom") > -1)
                    found.push(`${a.node.textContent} is at `
                        + b.node.textContent.trim().slice(0, 40));
        return found;
    }

    function pieces(block) {
        const {FILTER_ACCEPT, FILTER_REJECT} = NodeFilter;
        const nodes = document.createTreeWalker(block, NodeFilter.SHOW_ALL, e =>
            e.parentElement.closest("math, .math")
                ? FILTER_REJECT : FILTER_ACCEPT);
        const found = [];
        for (let e; e = nodes.nextNode();)
            if (e.nodeName === "math" || e.data?.trim()) found.push(e);
        return found;
    }

    function text(node, start = 0, end = node.length) {
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, end);
        return [...range.getClientRects()].filter(box => box.width);
    }

    function overlap(a, b, from, to) {
        return Math.min(a[to], b[to]) - Math.max(a[from], b[from]);
    }
}"""


def test_pages(window, base):
    """No formula at another line, none torn apart nor from what it touches."""
    window.visit(base + PAGES[0])
    pages = [
        f"/{page}"
        for page in PAGES
        if "<math" in (SITE / page).read_text("utf-8")
    ]
    assert window.run(f"() => ({FAULTS})({json.dumps(pages)})") == []
