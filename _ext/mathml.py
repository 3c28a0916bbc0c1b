"""Formulas as MathML, made when the book is built: no JavaScript, no server, 30
kB of font.

A formula that cannot be converted fails the build, with its place.
"""

import html
import re
from pathlib import Path

import ziamath
from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.util import logging

import typeface

log = logging.getLogger(__name__)
converter = LatexToMathML()
FONT = Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf"
RADICAL = "√"  # painted by <msqrt>, but not in its text
FENCES = "()[]{}"
PRIMES = "′″‴"
WIDEST = 500  # of a fence, in thousandths of an em
WORD = re.compile(
    r"(?<![^\s<>])[^\s<>]*(?:<math>.*?</math>[^\s<>]*)+", re.DOTALL
)


def convert(latex, display, node):
    """The formula as MathML; an error of the build where that cannot be."""
    if re.search(r"\\[bB]igg?r\S\s*[_^]", latex):
        log.error(
            "formula %r: browsers misplace an index on \\bigr; use \\right",
            latex,
            location=node,
        )
    try:
        mathml = converter.convert_with_local_state(latex, displaystyle=display)
        # Firefox takes these for large operators, like ∑.
        return re.sub("(?=>[⊕⊗⊙]</mo>)", ' largeop="false"', mathml)
    except LatexError as error:
        message = (
            re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip().splitlines()[0]
        )
        log.error("formula %r: %s", latex, message, location=node)
        return f"<code>{html.escape(latex)}</code>"


def inline(translator, node):
    """A formula within a line."""
    translator.body.append(convert(node.astext(), False, node))
    raise nodes.SkipNode


def block(translator, node):
    """A displayed formula, with its number if it has one."""
    ids = "".join(f' id="{i}"' for i in node["ids"][:1])
    number = (
        f'<span class="eqno">({node["number"]})</span>'
        if node.get("number")
        else ""
    )
    formula = convert(node.astext(), True, node)
    translator.body.append(f'<div class="math"{ids}>{formula}{number}</div>\n')
    raise nodes.SkipNode


def words(text):
    """HTML in which a formula stays on one line with what touches it: "(x" and
    "x,".

    Browsers may break a line on both sides of it otherwise.
    """
    return WORD.sub(
        lambda word: (
            word[0]
            if re.fullmatch("<math>((?!<math>).)*</math>", word[0], re.DOTALL)
            else f'<span class="dl-word">{word[0]}</span>'
        ),
        text,
    )


def keep_words(app, page, template, context, doctree):
    context["body"] = words(context.get("body", ""))


def suit_browsers(font):
    """What the font needs for engines other than Firefox's.

    These reserve the width of the widest form of a radical or fence, whichever
    they paint: a hole after every radical. So all forms of the radical become
    as wide as the smallest, and the tallest fences are put together from
    parts. Nor do they choose the form that a prime has as a superscript: so it
    is the only one.
    """
    glyphs, metrics = font["glyf"], font["hmtx"]

    def narrow(name, width):
        if metrics[name][0] > width:
            glyph = glyphs[name]
            glyph.coordinates.scale((width / metrics[name][0], 1))
            glyph.coordinates.toInt()
            glyph.recalcBounds(glyphs)
            metrics[name] = width, glyph.xMin

    names = font.getBestCmap()
    variants = font["MATH"].table.MathVariants
    forms = dict(
        zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction)
    )
    for character in RADICAL + FENCES:
        form = forms[names[ord(character)]]
        sizes = form.MathGlyphVariantRecord
        if character == RADICAL:
            width = metrics[sizes[0].VariantGlyph][0]
            for size in sizes:
                narrow(size.VariantGlyph, width)
        else:
            width = WIDEST
            sizes[:] = [s for s in sizes if metrics[s.VariantGlyph][0] <= width]
        for part in form.GlyphAssembly.PartRecords:
            narrow(part.glyph, width)
    (small,) = {
        f.Feature.LookupListIndex[0]
        for f in font["GSUB"].table.FeatureList.FeatureRecord
        if f.FeatureTag == "ssty"
    }
    (lookup,) = font["GSUB"].table.LookupList.Lookup[small].SubTable
    for prime in PRIMES:
        first, *_ = lookup.alternates[names[ord(prime)]]
        for table in font["cmap"].tables:
            table.cmap[ord(prime)] = first


def write_font(app, error):
    """The glyphs of the formulas that the site has, and no others, as a web
    font.
    """
    if error or app.builder.format != "html":
        return
    text = set(RADICAL)
    out = Path(app.outdir)
    for page in [*out.rglob("*.html"), *out.glob("_static/frames/*.js")]:
        for formula in re.findall(
            r"<math.*?</math>", page.read_text("utf-8"), re.DOTALL
        ):
            text |= set(html.unescape(re.sub(r"<[^>]+>", "", formula)))
    # A single letter in <mi> is painted as its mathematical italic.
    italics = {
        ord(c): 0x1D434 + k for k, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    }
    italics |= {
        ord(c): 0x1D44E + k for k, c in enumerate("abcdefghijklmnopqrstuvwxyz")
    }
    italics |= {0x391 + k: 0x1D6E2 + k for k in range(25)} | {
        0x3B1 + k: 0x1D6FC + k for k in range(25)
    }
    italics |= {
        ord("h"): 0x210E,
        ord("∂"): 0x1D715,
        ord("ϕ"): 0x1D719,
        ord("ϵ"): 0x1D716,
    }
    points = {ord(c) for c in text}
    points |= {italics[p] for p in points if p in italics}
    font = typeface.woff2(FONT, points, ["ssty"], suit_browsers)
    Path(app.outdir, "_static", "math.woff2").write_bytes(font)


def setup(app):
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.connect("html-page-context", keep_words)
    app.connect("build-finished", write_font)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
