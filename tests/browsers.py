"""The built site, served on this machine, and the two browsers that open it:
Chromium through Playwright, Firefox through Marionette, its own protocol.
"""

import base64
import contextlib
import functools
import gzip
import http.server
import io
import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
PAGES = sorted(SITE.rglob("*.html"), key=lambda p: (-p.stat().st_size, p))
PAGES = [p.relative_to(SITE).as_posix() for p in PAGES]  # the longest first
PAGES = [p for p in PAGES if not re.match(r"_|(index|404)\.html", p)]
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


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
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

    def open(self, url):
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
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        folder = Path(self.profile.name)
        (folder / "user.js").write_text(
            'user_pref("marionette.port", 0);\n'  # any that is free
            f'user_pref("layout.css.devPixelsPerPx", "{scale}");\n'
        )
        self.process = subprocess.Popen(
            [program, "--headless", "--marionette", "--profile", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._connect(folder / "MarionetteActivePort")
            # A window has edges: the page in it is to have this size.
            inner = self.run("() => [innerWidth, innerHeight]")
            outer = self._do("GetWindowRect")
            self._do(
                "SetWindowRect",
                width=outer["width"] + width - inner[0],
                height=outer["height"] + height - inner[1],
            )
        except BaseException:
            self.close()
            raise

    def _connect(self, port):
        for _ in range(600):
            if port.exists() and port.read_text():
                break
            assert self.process.poll() is None, "Firefox does not start"
            time.sleep(0.1)
        address = "127.0.0.1", int(port.read_text())
        self.socket = socket.create_connection(address, timeout=120)
        self.answers = self.socket.makefile("rb")
        self._read()  # its greeting
        self._do("NewSession")

    def _read(self):
        size = b""
        while (c := self.answers.read(1)) != b":":
            assert c, "Firefox has gone"
            size += c
        return json.loads(self.answers.read(int(size)))

    def _do(self, command, **arguments):
        message = json.dumps([0, 1, f"WebDriver:{command}", arguments])
        message = message.encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        *_, error, result = self._read()
        assert error is None, error
        return result

    def open(self, url):
        self._do("Navigate", url=url)

    def run(self, function, **options):
        script = f"return ({function})()"
        return self._do("ExecuteScript", script=script, args=[], **options)[
            "value"
        ]

    def picture(self):
        shot = self._do("TakeScreenshot", full=False, hash=False)
        return pixels(base64.b64decode(shot["value"]))

    def foreign_fonts(self):
        script = """() => [...document.querySelectorAll("math")].filter(e => {
            const range = document.createRange();
            range.selectNode(e);
            const fonts = InspectorUtils.getUsedFontFaces(range);
            return fonts.some(font => !font.URI);
        }).map(e => e.outerHTML)"""
        return self.run(script, sandbox="system")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
