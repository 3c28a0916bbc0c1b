"""Grade the home page and the three heaviest notebooks with Lighthouse: make
lighthouse. Needs npm and Chromium.

Accessibility, best practices and SEO must be 100. Performance depends on what
else the machine does: it is printed, and with --performance, on an idle
machine, the median of three runs must be at least 90 on a phone, 98 on a
desktop.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from browsers import FLAGS, HOME, NOTEBOOKS, SITE, served

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


def main(performance=False):
    if not shutil.which("npx"):
        print("npm is not here; Lighthouse is left out")
        return 0
    poor = []
    with served(SITE) as base:
        for path in HOME, *NOTEBOOKS[:3]:
            for form, least in LEAST.items():
                count = 3 if performance else 1
                runs = [grade(base + path, form) for _ in range(count)]
                speed = statistics.median(run["performance"] for run in runs)
                exact = {n: min(run[n] for run in runs) for n in EXACT}
                grades = ", ".join(f"{n} {g}" for n, g in exact.items())
                print(f"{path}, {form}: {grades}, performance {speed:.0f}")
                poor += [f"{path} {n}" for n, g in exact.items() if g < 100]
                if performance and speed < least:
                    poor.append(f"{path} {form} performance")
    print("below the mark:", ", ".join(poor) or "nothing")
    return len(poor)


if __name__ == "__main__":
    sys.exit(main("--performance" in sys.argv))
