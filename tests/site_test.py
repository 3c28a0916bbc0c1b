"""The built site in a real browser: make site-test. Everything but localhost is
blocked.
"""

import functools
import gzip
import http.server
import json
import re
import shutil
import threading
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
FRAMES = ROOT / "_build" / "frames"
PAGES = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
PAGES = [
    p
    for p in PAGES
    if not p.startswith("_") and p not in ("index.html", "404.html")
]
NOTEBOOKS = [p for p in PAGES if re.search(r"/\d-[^/]*\.html$", p)]
HOME = "intro.html"
# Bytes transferred with gzip for a first visit: the page, and all that it
# loads.
BUDGET = {"home": 150_000, "page": 300_000}
FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --allow-file-access-from-files"
).split()
QUIET = "[PST]"  # the theme's own greeting


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site as a web server does, with gzip, and counts what it
    sends.
    """

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        body = path.read_bytes()
        packed = path.suffix in (".html", ".css", ".js", ".svg", ".json")
        body = gzip.compress(body, 6) if packed else body
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def base():
    assert PAGES, "build the book first: make book"
    handler = functools.partial(Handler, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "no browser: on Debian, apt install chromium"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=FLAGS)


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
        page.wait_for_load_state("networkidle")
        opened.append((path, context, page))
        return page

    yield go
    for path, context, page in opened:
        faults = page.faults
        context.close()
        assert not faults, f"{path}: {faults}"


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


@pytest.mark.parametrize("width, scheme", [(1280, "dark"), (390, "light")])
@pytest.mark.parametrize("path", PAGES)
def test_no_barriers(visit, path, width, scheme):
    """Colours do not depend on the width, nor the layout on the colours: two of
    four will do.
    """
    page = visit(path, width, scheme)
    drawings = (
        "document.querySelectorAll('.dl-frame svg').forEach(e => e.remove())"
    )
    page.evaluate(
        "new Promise(done => requestIdleCallback(done))"
    )  # what scrolls is reachable now
    page.evaluate(
        drawings
    )  # a screen reader does not see their thousands of elements; axe does
    found = (
        Axe()
        .run(page, options={"preload": False, "resultTypes": ["violations"]})
        .response["violations"]
    )
    lines = [
        f"{v['id']}: {n['target']} {n['html'][:120]}"
        for v in found
        for n in v["nodes"][:3]
    ]
    assert not found, "\n".join(lines)


@pytest.mark.parametrize("width", [320, 390, 768])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_the_screen(visit, path, width):
    page = visit(
        path, width, screen={"width": width, "height": 700}, is_mobile=True
    )
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    budget = BUDGET["home" if path == HOME else "page"]
    assert 10_000 < page.weight <= budget, f"{page.weight:,} bytes"


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
def test_every_page_is_described(path):
    page = soup(path)
    assert len(page.find("meta", attrs={"name": "description"})["content"]) > 10
    assert page.html["lang"] == "en" and page.title.text.strip()


def test_formulas_are_painted_with_the_books_font(visit):
    for path in NOTEBOOKS:
        page = visit(path)
        client = page.context.new_cdp_session(page)
        client.send("DOM.enable")
        client.send("CSS.enable")
        root = client.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        found = client.send(
            "DOM.querySelectorAll", {"nodeId": root, "selector": "math"}
        )
        assert len(found["nodeIds"]) > 20
        for node in found["nodeIds"]:
            fonts = client.send(
                "CSS.getPlatformFontsForNode", {"nodeId": node}
            )["fonts"]
            wrong = [f["familyName"] for f in fonts if not f["isCustomFont"]]
            assert not wrong, client.send("DOM.getOuterHTML", {"nodeId": node})[
                "outerHTML"
            ]


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


# Sliders ---------------------------------------------------------------------

SLIDERS = [(p, f["id"]) for p in PAGES for f in soup(p).select(".dl-explore")]


@pytest.mark.parametrize("path, name", SLIDERS)
def test_every_frame_is_the_one_that_python_drew(visit, path, name):
    """All frames, reached by real key presses, in both directions."""
    frames = json.loads((FRAMES / f"{name}.json").read_text("utf-8"))
    page = visit(path)
    figure = page.locator(f"#{name}")
    sliders = figure.locator("input")
    data = json.loads(figure.locator("script").text_content())
    assert len(frames) == len(data["frames"]) >= 3
    compare = """([name, svg]) => {
        const box = document.createElement("div");
        box.innerHTML = svg;
        const frame = document.querySelector(`#${name} .dl-frame`);
        return box.innerHTML === frame.innerHTML;
    }"""
    sizes = data["sizes"]

    def right(*position):
        index = 0
        for k, p in enumerate(position):
            index = index * sizes[k] + p
            label = data["labels"][k][p]
            slider = sliders.nth(k)
            assert slider.get_attribute("aria-valuetext") == label
            assert figure.locator("output").nth(k).text_content() == label
        alt = figure.locator(".dl-frame").get_attribute("aria-label")
        assert alt == (
            data["alts"][index] if len(data["alts"]) > 1 else data["alts"][0]
        )
        assert page.evaluate(compare, [name, frames[index]]), (
            f"frame {index} differs"
        )

    assert figure.locator("label").count() == len(sizes)
    last = len(sizes) - 1
    right(*(int(slider.get_attribute("value")) for slider in sliders.all()))
    for slider in sliders.all():
        slider.press("Home")
    for outer in range(sizes[0] if last else 1):
        if last and outer:
            sliders.nth(0).press("ArrowRight")
        walk = (
            range(sizes[last])
            if outer % 2 == 0
            else reversed(range(sizes[last]))
        )
        for step, inner in enumerate(walk):
            if step:
                sliders.nth(last).press(
                    "ArrowRight" if outer % 2 == 0 else "ArrowLeft"
                )
            right(*([outer, inner] if last else [inner]))
    sliders.nth(last).press("Home")
    right(*([sizes[0] - 1, 0] if last else [0]))


def test_play(visit):
    played = [
        (int(f.input["max"]), p, f["id"])
        for p in PAGES
        for f in soup(p).select(".dl-explore:has(button)")
    ]
    _, path, name = max(
        played
    )  # the longest: it must still be playing when it is looked at
    page = visit(path)
    button, slider = (
        page.locator(f"#{name} button"),
        page.locator(f"#{name} input").first,
    )
    assert button.text_content() == "Play"
    button.press("Enter")
    page.wait_for_function(
        "e => Number(e.value) >= 2", arg=slider.element_handle()
    )
    assert (
        button.text_content() == "Pause"
        and button.get_attribute("aria-pressed") == "true"
    )
    button.press("Enter")
    stopped = slider.input_value()
    page.wait_for_timeout(900)
    assert slider.input_value() == stopped and button.text_content() == "Play"


# What a reader does ----------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_solutions_open_by_keyboard(visit, path):
    page = visit(path)
    solutions = page.locator("details.dl-solution")
    assert solutions.count() >= 3
    for k in range(solutions.count()):
        one = solutions.nth(k)
        assert not one.locator("pre").first.is_visible()
        one.locator("summary").press("Enter")
        assert one.locator("pre").first.is_visible()
        assert "correct" in one.text_content()


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
    cell = page.locator("div.cell_input div.highlight").first
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
    page = visit(HOME)
    seen = {HOME}
    while page.locator("a.right-next").count():
        page.locator("a.right-next").click()
        page.wait_for_load_state("load")
        here = page.url.split("/", 3)[3]
        assert here not in seen
        seen.add(here)
    assert seen >= set(PAGES) - {"genindex.html", "search.html"}


def test_without_javascript(visit):
    """Text, formulas and the first frames are there, and nothing that would not
    work.
    """
    for path in [HOME, *NOTEBOOKS]:
        page = visit(path, java_script_enabled=False)
        for figure in page.locator(".dl-explore").all():
            assert figure.locator(".dl-frame svg").is_visible()
            assert not figure.locator("input").first.is_visible()
    assert page.locator("math").first.is_visible()
    assert "What to remember" in page.locator("article").inner_text()


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
    slider = page.locator(".dl-explore input").first
    before = page.locator(".dl-explore .dl-frame").first.inner_html()
    slider.press("ArrowRight")
    assert page.locator(".dl-explore .dl-frame").first.inner_html() != before
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
            (theme / "webpack-macros.html").read_text(encoding="utf-8"),
        )
    )
    ours = ROOT / "_templates/static/webpack-macros.html"
    assert theirs - set(
        re.findall(r"_static/[\w./-]+", ours.read_text(encoding="utf-8"))
    ) == {"_static/scripts/fontawesome.js"}


def test_icons_are_painted(visit):
    """The icon font was cut down to what is in use: each icon must still be in
    it.
    """
    page = visit(NOTEBOOKS[0])
    client = page.context.new_cdp_session(page)
    client.send("DOM.enable")
    client.send("CSS.enable")
    root = client.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
    icons = client.send(
        "DOM.querySelectorAll", {"nodeId": root, "selector": "i.fa-solid"}
    )["nodeIds"]
    assert len(icons) > 5
    widths = page.evaluate(
        "[...document.querySelectorAll('i.fa-solid')].filter(e =>"
        " e.checkVisibility()).map(e => [e.className,"
        " e.getBoundingClientRect().width])"
    )
    assert widths and all(width > 4 for _, width in widths), widths
