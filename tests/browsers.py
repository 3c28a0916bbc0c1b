"""The built site, served on this machine, and the two browsers that open it:
Chromium through Playwright, Firefox through Marionette.
"""

import contextlib
import functools
import gzip
import http.server
import io
import os
import re
import shutil
import socket
import threading
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from marionette_driver.marionette import Marionette
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
PAGES = sorted(SITE.rglob("*.html"), key=lambda p: (-p.stat().st_size, p))
PAGES = [p.relative_to(SITE).as_posix() for p in PAGES]  # the longest first
PAGES = [p for p in PAGES if not re.match(r"_|(index|404)\.html", p)]
NOTEBOOKS = [p for p in PAGES if re.search(r"/\d-[^/]*\.html$", p)]
HOME = "intro.html"
FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --allow-file-access-from-files"
).split()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site as a web server does, with gzip, and the page for what
    does not exist.
    """

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file()
        path = path if found else SITE / "404.html"
        body = path.read_bytes()
        packed = path.suffix in (".html", ".css", ".js", ".svg", ".json")
        body = gzip.compress(body, 6) if packed else body
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if self.command == "GET":
            with contextlib.suppress(BrokenPipeError):  # the reader has left
                self.wfile.write(body)

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # a browser asks for much at a time


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(Handler, directory=str(folder))
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@contextlib.contextmanager
def chromium():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "no browser: on Debian, apt install chromium"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=FLAGS)


class Chromium:
    """A window, as far as Firefox's can do the same."""

    def __init__(self, browser, width, height, scale):
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
        )
        self.page = self.context.new_page()

    def visit(self, url):
        self.page.goto(url)

    def run(self, function):
        """What a JavaScript function returns on the page."""
        return self.page.evaluate(function)

    def picture(self):
        return pixels(self.page.screenshot())

    def foreign_fonts(self):
        """The formulas that are not, or not only, in a font of the site."""
        client = self.context.new_cdp_session(self.page)
        client.send("DOM.enable")
        client.send("CSS.enable")
        root = client.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        formulas = client.send(
            "DOM.querySelectorAll", {"nodeId": root, "selector": "math"}
        )
        found = []
        for node in formulas["nodeIds"]:
            one = {"nodeId": node}
            fonts = client.send("CSS.getPlatformFontsForNode", one)["fonts"]
            if not all(font["isCustomFont"] for font in fonts):
                found.append(client.send("DOM.getOuterHTML", one)["outerHTML"])
        client.detach()
        return found

    def close(self):
        self.context.close()


class Firefox:
    """The same window; with a profile of its own, which goes with it."""

    def __init__(self, width, height, scale):
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        assert program, "no Firefox: on Debian, apt install firefox-esr"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.driver = Marionette(
            bin=program,
            headless=True,
            port=port,
            gecko_log=os.devnull,
            prefs={"layout.css.devPixelsPerPx": str(scale)},
        )
        self.driver.start_session()
        # A window has edges: the page in it is to have this size.
        inner = self.run("() => [innerWidth, innerHeight]")
        outer = self.driver.window_rect
        self.driver.set_window_rect(
            width=outer["width"] + width - inner[0],
            height=outer["height"] + height - inner[1],
        )

    def visit(self, url):
        self.driver.navigate(url)

    def run(self, function, **options):
        return self.driver.execute_script(f"return ({function})()", **options)

    def picture(self):
        return pixels(self.driver.screenshot(format="binary", full=False))

    def foreign_fonts(self):
        script = """() => [...document.querySelectorAll("math")].filter(e => {
            const range = document.createRange();
            range.selectNode(e);
            const fonts = InspectorUtils.getUsedFontFaces(range);
            return fonts.some(font => !font.URI);
        }).map(e => e.outerHTML)"""
        return self.run(script, sandbox="system")

    def close(self):
        self.driver.cleanup()


def pixels(png):
    return (plt.imread(io.BytesIO(png))[..., :3] * 255).astype(np.uint8)
