"""The built site in a real browser: make site-test. Everything but localhost is
blocked.
"""

import functools
import gzip
import json
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from languages import SHORT

import reader
from browsers import HOME, NOTEBOOKS, PAGES, ROOT, SITE, served

FRAMES = ROOT / "_build" / "frames"
# Bytes transferred with gzip for a first visit: the page, and all that it
# loads.
BUDGET = {"home": 200_000, "page": 300_000}
QUIET = "[PST]"  # the theme's own greeting


@pytest.fixture
def visit(base, browser):
    """Open a page of the site; fails on a console error or a request that
    leaves localhost.
    """
    opened = []

    def go(path, width=1280, scheme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            **options,
        )
        page = context.new_page()
        page.faults, page.weight = [], 0

        def check(route):
            if route.request.url.startswith((base, "data:", "blob:")):
                return route.continue_()
            page.faults.append(f"asked for {route.request.url}")
            return route.abort()

        def weigh(response):
            if response.status >= 400:
                page.faults.append(f"{response.status} for {response.url}")
            page.weight += int(response.headers.get("content-length", 0))

        page.route("**/*", check)
        page.on("response", weigh)
        page.on("pageerror", lambda e: page.faults.append(str(e)))
        page.on(
            "console",
            lambda m: (
                QUIET in m.text
                or m.type not in ("error", "warning")
                or page.faults.append(m.text)
            ),
        )
        page.goto(base + path, wait_until="load")
        if options.get("java_script_enabled", True):
            page.evaluate("document.fonts.ready.then(() => 1)")
            settle(page)
        opened.append((path, context, page))
        return page

    yield go
    for path, context, page in opened:
        faults = page.faults
        context.close()
        assert not faults, f"{path}: {faults}"


def settle(page):
    """Wait until the page's script has done what it does in idle moments."""
    page.evaluate(
        "new Promise(done => requestIdleCallback(done, {timeout: 2000}))"
    )


# One visit to each page ------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_page(visit, path, subtests):
    """All that a page is looked at for, in one visit: on a phone first."""
    page = visit(
        path,
        390,
        is_mobile=True,
        screen={"width": 390, "height": 700},
        reduced_motion="reduce",  # colours do not fade while axe looks
    )
    with subtests.test("weight"):
        budget = BUDGET["home" if path == HOME else "page"]
        assert 10_000 < page.weight <= budget, f"{page.weight:,} bytes"
    if page.locator(".dl-explore").count():
        with subtests.test("sliders"):
            check_sliders(page)
    if path in NOTEBOOKS:
        with subtests.test("solutions open by keyboard"):
            check_solutions(page)
    for width in 320, 768, 390:
        with subtests.test("nothing is wider than the screen", width=width):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(TOO_WIDE) == []
            assert page.evaluate(
                "document.documentElement.scrollWidth <= screen.width"
            )
    page.emulate_media(color_scheme="dark")
    with subtests.test("type in figures", width=390):
        check_type(page, 10, 12.5)
    with subtests.test("glyphs"):
        check_glyphs(page)
    with subtests.test("ink follows the page"):
        check_ink(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    with subtests.test("type in figures", width=1280):
        check_type(page, 12, 17.5)
    if path in NOTEBOOKS:
        with subtests.test("opens with its picture"):  # on the first screen
            ends = (
                "document.querySelector('.dl-figure').getBoundingClientRect()"
            )
            assert page.evaluate(f"{ends}.bottom + scrollY") <= 900
    page.set_viewport_size({"width": 390, "height": 900})
    page.evaluate(LEAN)
    with subtests.test("no barriers", width=390, scheme="light"):
        check_barriers(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="dark")
    with subtests.test("no barriers", width=1280, scheme="dark"):
        check_barriers(page)


TOO_WIDE = """() => [...document.querySelectorAll("main *")].filter(e => {
    const box = e.getBoundingClientRect();
    const inside = box.right <= window.screen.width + 0.5;
    if (box.width === 0 || inside) return false;
    const hidden = getComputedStyle(e).visibility === "hidden";
    if (hidden || e.closest("svg, math")?.parentElement) {
        if (e.tagName !== "svg" && e.tagName !== "math") return false;
    }
    const cuts = p => /auto|scroll|hidden/.test(getComputedStyle(p).overflowX);
    for (let p = e.parentElement; p?.tagName !== "MAIN"; p = p.parentElement)
        if (cuts(p)) return false;
    return true;
}).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 30))"""

# What axe would only see again: drawings, which a screen reader does not see,
# all but the first of the formulas and the words of code that look alike, and
# all but three of the paragraphs, entries and rows that stand in one place.
LEAN = """() => {
    document.querySelectorAll(".dl-frame svg").forEach(e => e.remove());
    const seen = new Map();
    const thin = (elements, most, key) => {
        for (const e of elements) {
            const count = (seen.get(key(e)) ?? 0) + 1;
            seen.set(key(e), count);
            if (count > most) e.remove();
        }
    };
    const all = selector => document.querySelectorAll(selector);
    thin(all("pre span, math"), 1, e => {
        const around = e.closest(".cell_output, .admonition, aside, pre, td");
        return [e.tagName, e.className, around?.className].join();
    });
    const place = e => {
        let way = e.tagName;
        for (; e && e.tagName !== "MAIN"; e = e.parentElement)
            way += " " + e.tagName + "." + e.className;
        return way;
    };
    thin(all("main p:not(td p, th p), main dl.py"), 3, place);
    const lists = [...all("main table, main ul, main ol")];
    lists.forEach((list, k) => {
        thin(list.querySelectorAll(":scope > li, tr"), 3, () => k);
    });
}"""


def check_barriers(page):
    """Colours do not depend on the width, nor the layout on the colours: two
    of four combinations will do.
    """
    settle(page)  # what scrolls can be reached by keyboard now
    options = {"preload": False, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    lines = [
        f"{v['id']}: {n['target']} {n['html'][:120]}"
        for v in found
        for n in v["nodes"][:3]
    ]
    assert not found, "\n".join(lines)


PAINTED = """() => {
    const black = "rgb(0, 0, 0)";
    const found = [];
    for (const e of document.querySelectorAll(".dl-frame svg *")) {
        if (!e.getBBox || e.closest("defs")) continue;
        const {fill, stroke, opacity} = getComputedStyle(e);
        const text = /^(path|text|tspan|use|rect|circle)$/.test(e.tagName);
        if (text && (fill === black || stroke === black))
            found.push(e.outerHTML.slice(0, 80));
    }
    return found;
}"""


def check_ink(page):
    """In the dark no figure draws in black."""
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate(PAINTED) == []


TYPE = """() => [...document.querySelectorAll(".dl-frame svg")].flatMap(svg => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return scale === 0 ? [] : [...svg.querySelectorAll("text")].map(text =>
        [parseFloat(getComputedStyle(text).fontSize) * scale, text.textContent,
         svg.closest("figure").id]);
})"""


def check_type(page, smallest, largest):
    """Labels in figures can be read, and do not shout."""
    for size, text, name in page.evaluate(TYPE):
        assert smallest <= size <= largest, f"{name}: {text} in {size:.1f} px"


ICONS = r"""() => {
    const found = new Set();
    for (const e of document.querySelectorAll("*")) {
        for (const pseudo of ["::before", "::after"]) {
            const style = getComputedStyle(e, pseudo);
            for (const c of style.content.replace(/^(none|normal)$/, ""))
                if (c >= "\ue000" && c <= "\uf8ff")
                    found.add(`${c}|${style.fontFamily}|${style.fontWeight}`);
        }
    }
    return [...found];
}"""


@functools.cache
def icon_font(name):
    font = TTFont(SITE / f"_static/vendor/fontawesome/webfonts/{name}.woff2")
    return set(font.getBestCmap())


def check_glyphs(page):
    """Every icon is in a font of the site, every formula painted with it."""
    for icon in page.evaluate(ICONS):
        character, family, weight = icon.split("|")
        kind = "solid-900" if int(weight) >= 600 else "regular-400"
        kind = "brands-400" if "Brands" in family else kind
        assert ord(character) in icon_font(f"fa-{kind}"), ascii(icon)
    client = page.context.new_cdp_session(page)
    client.send("DOM.enable")
    client.send("CSS.enable")
    root = client.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    formulas = client.send(
        "DOM.querySelectorAll", {"nodeId": root, "selector": "math"}
    )
    for node in formulas["nodeIds"]:
        fonts = client.send("CSS.getPlatformFontsForNode", {"nodeId": node})
        wrong = [f for f in fonts["fonts"] if not f["isCustomFont"]]
        assert not wrong, client.send("DOM.getOuterHTML", {"nodeId": node})
    client.detach()


def check_sliders(page):
    """All frames are those that Python drew, in both directions; the keys of
    the keyboard move every setting; no text leaves the picture.
    """
    for figure in page.locator(".dl-explore").all():
        name = figure.get_attribute("id")
        kept = (FRAMES / f"{name}.json").read_text("utf-8")
        frames = json.loads(kept)["frames"]
        script = (SITE / f"_static/frames/{name}.js").read_text("utf-8")
        data = json.loads(script.split(" = ", 1)[1].removesuffix(";"))
        assert len(frames) == len(data.pop("frames")) >= 2
        del data["lines"]
        wrong = page.evaluate(WALK, [name, frames, data])
        assert wrong == [], f"{name}: {wrong[:5]}"
        settings = figure.locator(".dl-controls > *").all()
        for setting, size in zip(settings, data["sizes"]):
            last = size - 1
            for key, place in [
                ("ArrowLeft", last - 1),
                ("ArrowRight", last),
                *[("Home", 0), ("ArrowRight", 1)] * is_slider(setting),
            ]:
                press(setting, key)
                assert place_of(setting) == place
        wrong = page.evaluate(CHECK, [name, frames, data])
        assert wrong == [], f"{name}, by keys: {wrong}"


# What is wrong with the frame that a figure shows now.
CHECK = """async ([name, frames, data]) => {
    const figure = document.getElementById(name);
    await figure.data;
    const frame = figure.querySelector(".dl-frame");
    const like = html => {
        const box = document.createElement("div");
        box.innerHTML = html;
        return box.innerHTML;
    };
    let index = 0;
    const wrong = [];
    [...figure.querySelectorAll(".dl-controls > *")].forEach((box, k) => {
        const inputs = [...box.querySelectorAll("input")];
        const slider = inputs[0].type === "range" ? inputs[0] : null;
        const place = slider
            ? Number(slider.value) : inputs.findIndex(i => i.checked);
        index = index * data.sizes[k] + place;
        const name = data.labels[k][place];
        const told = slider
            ? [slider.nextElementSibling.textContent,
               slider.getAttribute("aria-valuetext")]
            : [box.querySelector(":checked + span").textContent];
        if (told.some(text => text !== name)) wrong.push(`${told}: ${name}`);
    });
    if (frame.innerHTML !== like(frames[index])) wrong.push("another frame");
    const text = figure.querySelector(
        "figcaption > span, figcaption details > span");
    if (data.captions.length && text.innerHTML !== like(data.captions[index]))
        wrong.push("another caption");
    const edge = frame.querySelector("svg").getBoundingClientRect();
    for (const e of frame.querySelectorAll("text")) {
        const {left, right, top, bottom} = e.getBoundingClientRect();
        if (left < edge.left - 2 || right > edge.right + 2
            || top < edge.top - 2 || bottom > edge.bottom + 2)
            wrong.push(`outside: ${e.textContent}`);
    }
    return wrong.map(text => `${index}: ${text}`);
}"""

# As by hand, but without painting: from place to place through all of them,
# forward and back in turn; the last place of every setting comes last.
WALK = """async ([name, frames, data]) => {
    const check = CHECK;
    const settings = [...document.getElementById(name).querySelectorAll(
        ".dl-controls > *")].map(box => [...box.querySelectorAll("input")]);
    const move = (inputs, place) => {
        const slider = inputs[0].type === "range";
        const input = slider ? inputs[0] : inputs[place];
        if (slider) input.value = place;
        else input.checked = true;
        input.dispatchEvent(new Event("input", {bubbles: true}));
    };
    const wrong = await check([name, frames, data]);
    const [rows, columns] = [1, ...data.sizes].slice(-2);
    for (let row = 0; row < rows; row++) {
        if (settings.length > 1) move(settings[0], row);
        for (let step = 0; step < columns; step++) {
            const forward = (rows - row) % 2 === 1;
            move(settings.at(-1), forward ? step : columns - 1 - step);
            wrong.push(...await check([name, frames, data]));
        }
    }
    return wrong;
}""".replace("CHECK", CHECK)


def is_slider(setting):
    return setting.locator("[type=range]").count()


def place_of(setting):
    return int(setting.locator("input:checked, [type=range]").input_value())


def press(setting, key):
    setting.locator("input:checked, [type=range]").press(key)


def check_solutions(page):
    solutions = page.locator("details.dl-solution").all()
    assert len(solutions) >= 3
    for one in solutions:
        content = one.locator(":scope > :not(summary)").first
        assert not content.is_visible()
        one.locator("summary").press("Enter")
        assert content.is_visible()


# Content ---------------------------------------------------------------------


@functools.cache
def soup(path):
    return BeautifulSoup((SITE / path).read_text("utf-8"), "html.parser")


@pytest.mark.parametrize("path", [*PAGES, "404.html"])
def test_every_link_and_anchor_exists(path):
    for a in soup(path).find_all(["a", "link", "script", "img"]):
        target = a.get("href") or a.get("src")
        if not target or re.match(r"(https?|mailto|data):|/$", target):
            continue
        target, anchor = urldefrag(urljoin(path, target))
        file = SITE / unquote(target.split("?")[0])
        file = file / "index.html" if file.is_dir() else file
        assert file.is_file(), f"{path} -> {target}"
        if anchor and file.suffix == ".html":
            page = soup(file.relative_to(SITE).as_posix())
            assert page.find(id=unquote(anchor)), f"{path} -> {target}#{anchor}"


@pytest.mark.parametrize("path", PAGES)
def test_every_picture_says_what_it_shows(path):
    page = soup(path)
    texts = [img.get("alt", "") for img in page.select("article img")]
    texts += [frame["aria-label"] for frame in page.select(".dl-frame")]
    for text in texts:
        assert len(text.split()) >= 4 and not re.search(
            r"\.(png|svg)$", text
        ), text
    assert not page.select("article svg:not(.dl-frame svg):not([aria-hidden])")


@pytest.mark.parametrize("path", PAGES)
def test_no_id_twice(path):
    ids = Counter(tag["id"] for tag in soup(path).find_all(id=True))
    assert [name for name, n in ids.items() if n > 1] == []


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_numbers_and_addresses(path):
    """Each box and figure has its number and its address; the reader's
    notebook has the same.
    """
    page, names = soup(path), reader.numbers()
    number = page.find("h1").get_text().split()[0]
    boxes = page.select("div.proof, div.exercise")
    assert len(boxes) >= 3
    for box in boxes:
        title = box.find("p", class_="admonition-title")
        shown = title.find(class_="caption-number").get_text().strip()
        assert shown == names[box["id"]]
        assert shown.split()[1].startswith(f"{number}.")
        assert "(*" not in title.get_text()
        assert title.find("a", href=f"#{box['id']}")
        if "exercise" in box["class"]:
            assert page.find("details", id=f"solution-{box['id']}")
    figures = page.select("figure.dl-figure")
    for k, figure in enumerate(figures, 1):
        name = f"figure-{number.replace('.', '-')}-{k}"
        assert figure["id"] == name
        caption = figure.find("figcaption")
        assert f"Figure {number}.{k}" in caption.get_text()
        assert caption.find("a", href=f"#{name}")
        assert "$" not in caption.get_text()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_described(path):
    page = soup(path)
    assert len(page.find("meta", attrs={"name": "description"})["content"]) > 10
    assert page.html["lang"] == "en" and page.title.text.strip()


def test_frames_that_did_not_come_are_asked_for_again(browser, base):
    page = browser.new_page()
    lost = []

    def lose_the_first(route):
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        return route.abort()

    page.route("**/_static/frames/*", lose_the_first)
    page.goto(base + "chapters/1-deep-networks/1-one-hidden-layer.html")
    slider = page.locator("#figure-1-1-2 input[type=range]").first
    frame = page.locator("#figure-1-1-2 .dl-frame")
    before = frame.inner_html()
    slider.focus()
    page.wait_for_timeout(300)
    assert lost and frame.inner_html() == before
    for _ in range(3):
        slider.press("ArrowRight")
    page.wait_for_timeout(500)
    assert frame.inner_html() != before
    page.close()


PASS_BY = """async () => {
    const found = [];
    for (const pre of document.querySelectorAll(".highlight > pre")) {
        pre.scrollIntoView({behavior: "instant"});
        for (let k = 0; k < 3; k++)
            await new Promise(done => {
                requestAnimationFrame(done);
                setTimeout(done, 500); // a hidden window has no frames
            });
        const more = pre.scrollWidth - pre.clientWidth;
        const reached = pre.tabIndex === 0, told = pre.matches(".dl-after");
        if (more > 0 !== reached || more > 1 !== told)
            found.push(pre.textContent);
    }
    return found;
}"""


def test_code_that_comes_near_is_laid_out_and_moves_nothing(visit):
    """It shows what is cut and can be reached by keyboard; before, it took as
    much room. Folded code is far.
    """
    page = visit(NOTEBOOKS[0], 390)
    page.evaluate("scrollTo(0, 0)")
    height = "document.documentElement.scrollHeight"
    before = page.evaluate(height)
    far = "[...document.querySelectorAll('pre')].filter(e => e.tabIndex < 0)"
    assert page.evaluate(f"{far}.length") > 20
    assert page.evaluate(PASS_BY) == []
    assert abs(page.evaluate(height) - before) < 10


@pytest.mark.parametrize("path", PAGES)
def test_no_bold_paragraph_stands_for_a_heading(path):
    for p in soup(path).select("article p:has(> strong)"):
        before = p.find_previous_sibling()
        lead = before is not None and before.name == "h1"
        if not lead and not p.find_parent("td"):
            bold = "".join(s.get_text() for s in p.select("strong"))
            assert bold != p.get_text(), f"cure: a heading, not **{bold}**"


def test_the_lecture_map_has_contents_and_tells_places_apart():
    page = soup("chapters/back/lecture-map.html")
    yml = ROOT / "chapters/back/lecture-map.yml"
    parts = yaml.safe_load(yml.read_text("utf-8"))
    contents = [a.get_text(strip=True) for a in page.select(".page-toc a")]
    assert contents == [part["part"] for part in parts]
    rows = page.select("table.dl-map tbody tr")
    assert len(rows) == sum(len(part["items"]) for part in parts)
    for row in rows:
        texts = [a.text for a in row.select("td:nth-of-type(3) a")]
        assert len(set(texts)) == len(texts), row.text


def test_every_term_stands_under_its_letter():
    page = soup("chapters/back/glossary.html")
    source = (ROOT / "chapters/back/terms.yml").read_text("utf-8")
    entries = yaml.safe_load(source)
    terms = sorted((entry["en"] for entry in entries), key=str.lower)
    shown = []
    for letter in page.select("p.dl-letters a"):
        table = page.find(id=letter["href"][1:]).find_next("table")
        names = [
            td.get_text(strip=True) for td in table.select("td:first-child")
        ]
        assert {name[0].upper() for name in names} == {letter.text}
        shown += names
    assert shown == terms


@pytest.mark.parametrize("path", PAGES)
def test_polish_and_russian_say_so_and_keep_their_short_words(path):
    """Text in these languages has their lang, names of authors aside; no word
    of one letter, and no dash, is torn from its neighbour.
    """
    alphabets = {"ru": "[а-яё]", "pl": "[ąćęłńśźż]"}
    for text in soup(path).find_all(string=True):
        if text.parent.name in ("script", "style", "title"):
            continue
        languages = [p["lang"] for p in text.parents if p.get("lang")]
        for language, letters in alphabets.items():
            if re.search(letters, text, re.IGNORECASE):
                named = path.endswith("bibliography.html")
                assert languages[0] == language or named, text
        if languages and languages[0] in SHORT:
            torn = rf"(?<![\w°])[{SHORT[languages[0]]}] | [–—]"
            assert not re.search(torn, text), text


@pytest.mark.parametrize("name", ["glossary", "lecture-map"])
def test_no_column_is_cut(visit, name):
    page = visit(f"chapters/back/{name}.html", 1280)
    cut = "all => all.filter(e => e.scrollWidth > e.clientWidth).length"
    tables = page.locator(".pst-scrollable-table-container")
    assert tables.count() > 5 and tables.evaluate_all(cut) == 0
    last = "all => Math.min(...all.map(e => e.offsetWidth))"
    assert tables.locator("th:last-child").evaluate_all(last) > 110  # words fit


def test_the_bibliography_and_its_citations_lead_to_each_other():
    place = "chapters/back/bibliography.html"
    entries = soup(place).select(".dl-bibliography > li")
    texts = [entry.p.get_text() for entry in entries]
    assert len(texts) > 40
    assert texts == sorted(texts, key=str.lower)
    for text, entry in zip(texts, entries):
        assert re.match(r"[^(]+ \(\d{4}\)\. ", text), text
        links = " ".join(a["href"] for a in entry.p.select("a"))
        for number in re.findall(r"(?:arXiv|doi):(.+?)\.(?: |$)", text):
            assert number in links, text
    cited = {
        (p, a["href"]) for p in PAGES for a in soup(p).select("article a[href]")
    }
    cited = {
        (p, href.split("#")[1])
        for p, href in cited
        if place.split("/")[-1] + "#" in href
    }
    back = {
        (urldefrag(urljoin(place, a["href"]))[0], entry["id"])
        for entry in entries
        for a in entry.select(".dl-cited a")
    }
    assert back == cited - {c for c in cited if c[0] == place}
    for entry in entries:
        for a in entry.select(".dl-cited a"):
            page = urldefrag(urljoin(place, a["href"]))[0]
            number = re.search(r"(\d)-[^/]*/(\d)-", page)
            assert not number or a.text == ".".join(number.groups())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_what_it_needs(path):
    page = soup(path)
    (sheet,) = page.select("link[rel=stylesheet]")
    assert urljoin(path, sheet["href"].split("?")[0]) == "_static/site.css"
    code, copy = page.select("pre"), page.select("script[src*=copybutton]")
    assert bool(code) == bool(copy)


def test_the_style_sheet_is_light_and_finds_its_files():
    sheet = SITE / "_static" / "site.css"
    assert len(gzip.compress(sheet.read_bytes(), 6)) < 32_000
    urls = re.findall(r"url\(\"?([^\")]+)", sheet.read_text("utf-8"))
    files = {u for u in urls if not re.search(r"^data:|\.ttf$", u)}
    assert len(files) >= 5  # icons, formulas
    for file in files:
        assert (sheet.parent / file).is_file(), file


def test_no_formula_was_left_as_source():
    for path in PAGES:
        body = re.sub(
            r"<(pre|code|script|svg).*?</\1>",
            "",
            str(soup(path).article),
            flags=re.DOTALL,
        )
        assert not re.search(
            r"\\[a-zA-Z]+|\$[^$]+\$", BeautifulSoup(body, "html.parser").text
        ), path


# What a reader does ------------------------------------------------------


def test_play(visit):
    played = [
        (int(box.input["max"]), p, box.input["id"])
        for p in NOTEBOOKS
        for box in soup(p).select(".dl-slider")
    ]
    # the longest: it must still be playing when it is looked at
    _, path, name = max(played)
    page = visit(path)
    slider = page.locator(f"#{name}")
    button = page.locator(f".dl-slider:has(#{name}) button")
    slider.press("Home")
    button.press("Enter")
    page.wait_for_function(
        "e => Number(e.value) >= 2", arg=slider.element_handle()
    )
    assert button.get_attribute("aria-pressed") == "true"
    button.press("Enter")
    stopped = slider.input_value()
    page.wait_for_timeout(900)
    assert slider.input_value() == stopped
    assert button.get_attribute("aria-pressed") == "false"


def test_nothing_moves_by_itself_for_those_who_asked(visit):
    page = visit(HOME, reduced_motion="reduce")
    assert page.locator(".dl-slider button").count() == 1
    assert not page.locator(".dl-slider button").is_visible()
    page.wait_for_timeout(900)
    assert page.locator(".dl-slider input").input_value() == "0"
    page = visit(HOME)
    page.wait_for_function(
        "Number(document.querySelector('.dl-slider input').value) >= 2"
    )


FOCUSABLE = """() => {
    const sheet = document.createElement("style");
    sheet.textContent = "* { transition: none !important }";
    document.head.append(sheet);
    const look = e => {
        const s = getComputedStyle(e);
        const outline = s.outlineStyle === "none" ? "" : s.outline;
        return [outline, s.boxShadow, s.border];
    };
    const all = [...document.querySelectorAll("*")].map(e => [e, look(e)]);
    const plain = new Map(all);
    // of the ring about the focus, or about the field that it is in: its colour
    window.ring = () => {
        const e = document.activeElement, field = e.closest("form") ?? e;
        const place = e.tagName + "." + [...e.classList].join(".");
        for (const x of [e, field])
            for (const [i, now] of look(x).entries())
                if (now.includes("rgb") && now !== plain.get(x)[i])
                    return [place, now.match(/rgba?[^)]*/g).at(-1), under(x)];
        return [place, null, under(e)];
    };
    const under = e => {
        for (; e; e = e.parentElement) {
            const {backgroundColor} = getComputedStyle(e);
            if (backgroundColor.startsWith("rgb(")) return backgroundColor;
        }
    };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_at_every_stop(visit, scheme):
    page = visit(NOTEBOOKS[0], scheme=scheme, reduced_motion="reduce")
    page.evaluate(FOCUSABLE)
    stops = []
    while len(stops) < 500:
        page.keyboard.press("Tab")
        place, ring, ground = page.evaluate("ring()")
        if place.startswith("BODY"):
            break
        assert ring, place
        assert contrast(ring, ground) >= 3, (place, ring, ground)
        stops.append(place)
        if "dropdown-toggle" in place:
            page.keyboard.press("Enter")  # the menu is open: down to its items
    for kind in (
        "A.reference",
        "dropdown-toggle",
        "A.btn.btn-sm.btn-download",
        "theme-switch-button",
        "search-button",
        "headerlink",
        "SUMMARY",
        "INPUT",
        "A.right-next",
        "copybtn",
    ):
        assert any(kind in stop for stop in stops), kind


def contrast(one, other):
    """The contrast of two colours of CSS, as WCAG defines it."""

    def light(colour):
        parts = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in parts
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, bright = sorted([light(one), light(other)])
    return (bright + 0.05) / (dark + 0.05)


def test_search_finds_a_word(visit):
    page = visit(NOTEBOOKS[0])
    page.keyboard.press("Control+K")
    page.locator("#pst-search-dialog input").fill("one-hot")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li")
    assert (
        "Backpropagation reads digits"
        in page.locator("#search-results").text_content()
    )


def test_copy_button_gives_the_code(visit, browser):
    page = visit(
        NOTEBOOKS[0], permissions=["clipboard-read", "clipboard-write"]
    )
    cells = page.locator("div.cell_input div.highlight")
    cell = cells.locator("visible=true").first  # others fold
    cell.hover()
    cell.locator("button.copybtn").click()
    page.wait_for_timeout(200)
    assert (
        page.evaluate("navigator.clipboard.readText()").strip()
        == cell.locator("pre").inner_text().strip()
    )


def test_the_download_is_the_readers_notebook(visit):
    for path in NOTEBOOKS:
        (link,) = {
            a["href"]
            for a in soup(path).select("a[href$='.ipynb']")
            if "_sources" in a["href"]
        }
        text = (SITE / urljoin(path, link)).read_text("utf-8")
        notebook = json.loads(text)
        stubs = [
            c
            for c in notebook["cells"]
            if "exercise" in c["metadata"].get("tags", [])
        ]
        assert len(stubs) >= 3 and all(
            "..." in "".join(c["source"]) for c in stubs
        )


def test_previous_and_next(visit):
    """One real click; the way through the whole book is followed in the files,
    whose links all lead somewhere (above).
    """
    page = visit(HOME)
    page.locator("a.right-next").click()
    page.wait_for_load_state("load")
    here, seen = HOME, {HOME}
    while link := soup(here).select_one("a.right-next"):
        here = urljoin(here, link["href"])
        assert here not in seen
        if len(seen) == 1:
            assert page.url.split("/", 3)[3] == here
        seen.add(here)
    assert seen >= set(PAGES) - {"genindex.html", "search.html"}


@pytest.mark.parametrize("folder", ["", "a/book/"])
def test_what_does_not_exist(browser, tmp_path, folder):
    """The page that says so is the same at every address: it brings its icon,
    asks for nothing, and finds the book's beginning.
    """
    root = tmp_path / "root"
    site = root / folder
    site.parent.mkdir(parents=True, exist_ok=True)
    site.symlink_to(SITE)
    icon = soup("404.html").select_one("link[rel=icon]")["href"]
    svg = unquote(icon.removeprefix("data:image/svg+xml,"))
    assert svg == (SITE / "_static/favicon.svg").read_text("utf-8").strip()
    with served(root) as base:
        page = browser.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        address = f"{base}{folder}chapters/nowhere/page.html"
        page.goto(address)
        assert asked == [address]
        page.locator("#home").click()
        page.wait_for_url(f"{base}{folder}{HOME}")
        page.close()


def test_without_javascript(visit):
    """Text, formulas and the first frames are there, and nothing that would not
    work: at home, and in the first notebook of each chapter.
    """
    for path in [HOME, *(p for p in NOTEBOOKS if "/1-" in p.partition("/")[2])]:
        page = visit(path, java_script_enabled=False)
        for figure in page.locator(".dl-explore").all():
            assert figure.locator(".dl-frame svg").is_visible()
            assert not figure.locator("input").first.is_visible()
    assert page.locator("math").first.is_visible()
    assert "What to remember" in page.locator("article").inner_text()


COLOURS = """() => ["body", "article a", "pre", "pre .k"].map(name => {
    const style = getComputedStyle(document.querySelector(name));
    return [style.color, style.backgroundColor];
})"""


def test_a_phone_without_javascript(visit):
    """The light theme's colours; a menu, a way to find something, and the
    notebook; no button that does nothing.
    """
    light = visit(NOTEBOOKS[0]).evaluate(COLOURS)
    options = {"java_script_enabled": False, "scheme": "dark"}
    page = visit(NOTEBOOKS[0], 390, is_mobile=True, **options)
    assert page.evaluate(COLOURS) == light
    download = page.locator("a.btn-download-source-button")
    assert not download.is_visible()
    (button,) = page.locator("button:visible").all()
    button.click()
    assert download.is_visible()
    menu, search = page.locator(".dl-menu a").all()
    menu.click()
    page.wait_for_url("**#pst-primary-sidebar")
    title = page.locator(".bd-sidebar-primary .dl-title")
    assert 0 < title.bounding_box()["y"] < 900
    search.click()
    page.wait_for_url("**/search.html")
    page.locator(".bd-search-container a").first.click()
    page.wait_for_url("**/glossary.html")
    page.locator(".bd-sidebar-primary a[href$='errata.html']").click()
    page.wait_for_url("**/errata.html")


def test_the_zip_is_the_site_and_nothing_else():
    """Not the zip of the build before, nor pages that have left the book."""
    with zipfile.ZipFile(SITE / "book.zip") as file:
        packed = {n for n in file.namelist() if not n.endswith("/")}
    files = {p for p in SITE.rglob("*") if p.is_file()} - {SITE / "book.zip"}
    assert packed == {p.relative_to(SITE.parent).as_posix() for p in files}
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    book = {toc["root"]} | {
        chapter["file"] for part in toc["parts"] for chapter in part["chapters"]
    }
    pages = {p.removesuffix(".html") for p in PAGES}
    assert pages == book | {"genindex", "search"}


def test_from_the_file_system(browser, tmp_path):
    """The zip opens from a disk: figures, formulas and sliders, without a
    server.
    """
    shutil.unpack_archive(SITE / "book.zip", tmp_path)
    page = browser.new_context(offline=True).new_page()
    faults = []
    page.on("requestfailed", lambda r: faults.append(r.url))
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.goto((tmp_path / "html" / NOTEBOOKS[0]).as_uri())
    before = page.locator(".dl-explore .dl-frame").first.inner_html()
    page.locator(".dl-explore input").first.press("ArrowRight")
    page.wait_for_function(
        "b => document.querySelector('.dl-explore .dl-frame').innerHTML !== b",
        arg=before,
    )
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px \"Book"
        " Math\"'))"
    )
    assert not faults


def test_in_print_everything_is_open(visit):
    page = visit(NOTEBOOKS[0])
    page.emulate_media(media="print")
    assert not page.locator(".bd-sidebar-primary").first.is_visible()
    assert page.locator(".dl-controls").first.is_hidden()
    for solution in page.locator("details.dl-solution pre").all():
        assert solution.bounding_box()["height"] > 10
    assert len(page.pdf()) > 100_000


def test_paper(visit):
    """1.3 is as long as it is: plot code stays folded, nothing is half empty,
    no line of code leaves the sheet.
    """
    page = visit(next(p for p in NOTEBOOKS if "/3-backpropagation" in p))
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert 8 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 17
    page.set_viewport_size({"width": 680, "height": 900})  # a sheet, less edges
    page.emulate_media(media="print")
    for pre in page.locator("pre").all():
        assert pre.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


@pytest.mark.parametrize("path", [p for p in PAGES if "/slides" in p])
def test_a_slide_is_a_sheet(visit, path):
    """All of them across, behind one with the title."""
    pdf = visit(path).pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert all(float(wide) > float(high) for wide, high in boxes)
    assert len(boxes) == 1 + len(soup(path).select(".dl-slide"))


def test_the_theme_asks_for_nothing_new():
    """_templates/static/webpack-macros.html stands for the theme's own, less
    one script.
    """
    import pydata_sphinx_theme

    theme = (
        Path(pydata_sphinx_theme.__file__).parent
        / "theme/pydata_sphinx_theme/static"
    )
    theirs = set(
        re.findall(
            r"_static/[\w./-]+",
            (theme / "webpack-macros.html").read_text("utf-8"),
        )
    )
    ours = ROOT / "_templates/static/webpack-macros.html"
    assert theirs - set(
        re.findall(r"_static/[\w./-]+", ours.read_text("utf-8"))
    ) == {"_static/scripts/fontawesome.js"}
