"""Grade the home page and one notebook with Lighthouse: make lighthouse. Needs
npm and Chromium.

Accessibility, best practices and SEO must be 100; performance is reported, the
median of three runs, and must be at least 90 on a phone and 98 on a desktop.
"""

import functools
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

from site_test import FLAGS, HOME, NOTEBOOKS, SITE, Handler

LIGHTHOUSE = "lighthouse@12.8.2"  # 13 needs a newer Node than 20
EXACT = "accessibility", "best-practices", "seo"
LEAST = {"mobile": 90, "desktop": 98}


def grade(url, form):
    """One run: the four grades, 0 to 100."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json"]
        command += [
            f"--output-path={report.name}",
            f"--chrome-flags=--headless {' '.join(FLAGS)}",
        ]
        command += ["--preset=desktop"] if form == "desktop" else []
        chrome = shutil.which("chromium") or shutil.which("google-chrome")
        subprocess.run(
            command, check=True, env={**os.environ, "CHROME_PATH": chrome}
        )
        categories = json.load(report)["categories"]
    return {
        name: round(100 * category["score"])
        for name, category in categories.items()
    }


def main():
    if not shutil.which("npx"):
        print("npm is not here; Lighthouse is left out")
        return 0
    handler = functools.partial(Handler, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    poor = []
    for path in HOME, NOTEBOOKS[-1]:
        for form, least in LEAST.items():
            url = f"http://127.0.0.1:{server.server_port}/{path}"
            runs = [grade(url, form) for _ in range(3)]
            result = {
                name: statistics.median(run[name] for run in runs)
                for name in runs[0]
            }
            print(f"{path}, {form}: {result}", flush=True)
            poor += [
                f"{path} {n}"
                for n in EXACT
                if min(run[n] for run in runs) < 100
            ]
            poor += (
                [f"{path} {form} performance"]
                if result["performance"] < least
                else []
            )
    print("below the mark:", ", ".join(poor) or "nothing")
    return len(poor)


if __name__ == "__main__":
    sys.exit(main())
