"""The static site: no request to a third party, nothing loaded that a page does
not need.
"""

import re
import shutil
from pathlib import Path

from bs4 import BeautifulSoup

import styles
import typeface

# Of what Jupyter Book puts on every page, this book uses none: live code,
# toggle buttons, tabs.
UNUSED = re.compile(
    r"togglebutton|toggleHint|toggleOpen|thebe|THEBE|design-tabs|kernelName"
)
# Files of theirs that no page loads.
UNLOADED = re.compile(UNUSED.pattern + r"|fontawesome\.js|macros\.html|\.map$")
ICONS = "vendor/fontawesome/webfonts"


def leave_out(app, page, template, context, doctree):
    """Drop unused scripts and styles, let the rest wait for the text, describe
    the page.
    """
    for kind in "script_files", "css_files":
        context[kind] = [
            f
            for f in context.get(kind, [])
            if not UNUSED.search(
                f"{f.filename or ''} {f.attributes.get('body', '')}"
            )
        ]
    body = BeautifulSoup(context.get("body", ""), "html.parser")
    if not body.pre:  # there is no code to copy
        context["script_files"] = [
            f
            for f in context["script_files"]
            if "clipboard" not in str(f.filename)
            and "copybutton" not in str(f.filename)
        ]
    if page != "search":  # which needs its scripts at once, and in order
        context["script_files"] = [
            type(f)(
                f.filename,
                priority=f.priority,
                **{**f.attributes, "defer": "defer"},
            )
            for f in context.get("script_files", [])
            if f.filename
        ]
    text = body.find("p")
    sentence = " ".join(text.get_text(" ", strip=True).split()) if text else ""
    context["description"] = (
        sentence[:200] or f"{context.get('title', '')}: {app.config.project}"
    )


def tidy(app, error):
    """Icons: only those in use. A zip of the site, for reading from a disk."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    css = (out / styles.SHEET).read_text("utf-8")
    # a style sheet has them as numbers, or as characters
    points = set(re.findall(r"\\([ef][0-9a-f]{3})\b", css))
    points |= {f"{ord(c):x}" for c in re.findall("[\ue000-\uf8ff]", css)}
    for name in "solid-900", "regular-400", "brands-400":
        path = out / "_static" / ICONS / f"fa-{name}.woff2"
        used = [0x20, *(int(p, 16) for p in points)]
        path.write_bytes(typeface.woff2(path, used))
        path.with_suffix(".ttf").unlink(missing_ok=True)
    for path in out.glob("_static/**/*.*"):
        if UNLOADED.search(path.name):
            path.unlink()
    shutil.rmtree(out / "_static/locales")
    shutil.make_archive(str(out.parent / "book"), "zip", out.parent, out.name)
    shutil.move(out.parent / "book.zip", out / "book.zip")


def setup(app):
    app.connect("html-page-context", leave_out, priority=900)
    app.connect("build-finished", tidy, priority=900)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
