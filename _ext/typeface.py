"""The face of the text: Source Serif, which goes with the STIX of the formulas.

Only the characters that the site has; Cyrillic in files of its own, which a
browser asks for where it meets a Russian word.
"""

import html
import io
import re
from pathlib import Path

import font_source_serif_pro
from fontTools import subset
from fontTools.ttLib import TTFont

FILES = Path(font_source_serif_pro.__file__).parent / "files"
FACES = {"text": "Regular", "text-italic": "It", "text-bold": "Semibold"}
FEATURES = "kern", "liga", "ccmp", "locl", "mark"
CYRILLIC = range(0x400, 0x530)


def write_text_fonts(app, error):
    """The faces of the text as web fonts, beside the one of the formulas."""
    if error or app.builder.format != "html":
        return
    pages = Path(app.outdir).rglob("*.html")
    texts = (re.sub("<[^>]+>", "", p.read_text("utf-8")) for p in pages)
    points = {ord(c) for text in texts for c in html.unescape(text)}
    for name, face in FACES.items():
        path = FILES / f"SourceSerifPro-{face}.otf"
        there = TTFont(path).getBestCmap().keys() & points
        for suffix, part in {
            "": there - set(CYRILLIC),
            "-cyrillic": there & set(CYRILLIC),
        }.items():
            if part:
                file = Path(app.outdir, "_static", f"{name}{suffix}.woff2")
                file.write_bytes(woff2(path, part, FEATURES))


def woff2(path, points, features=(), change=None):
    """A font as a web font: the glyphs of these code points, and no others.
    ``change`` may alter it before.
    """
    options = subset.Options(
        flavor="woff2",
        layout_features=list(features),
        hinting=False,
        desubroutinize=True,
        name_IDs=[0, 13],  # whose it is, and its licence; not its name
    )
    font = subset.load_font(path, options)
    if change:
        change(font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    with io.BytesIO() as file:
        subset.save_font(font, file, options)
        return file.getvalue()


def setup(app):
    app.connect("build-finished", write_text_fonts)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
