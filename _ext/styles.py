"""One style sheet for the site: what the theme, its parts and the book bring,
less the rules that can match nothing here.
"""

import hashlib
import os
import posixpath
import re
from pathlib import Path
from urllib.parse import urlsplit

import tinycss2
from bs4 import BeautifulSoup

SHEET = "_static/site.css"
LINK = re.compile(r'\s*<link\b[^>]*\brel="stylesheet"[^>]*>')
# Words of code in the colour of the rest: half of all elements of a page.
PLAIN = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>')
CODE = re.compile(r'(<div class="highlight"><pre)(>.*?</pre>)', re.DOTALL)
GROUPS = {"media", "supports", "layer", "container"}
# What a reader's click sets, without a word of it in a page or a script.
STATES = {"open", "hidden", "checked", "disabled"}


class Names:
    """What a selector can name: the elements, classes, ids and attributes of
    the pages, and every word of the scripts, which may make any of them.
    """

    def __init__(self, pages, scripts):
        self.tags, self.classes, self.ids = {"*"}, set(), set()
        self.attributes = set(STATES)
        scripts = list(scripts)
        for page in pages:
            for element in BeautifulSoup(page, "html.parser").find_all(True):
                self.tags.add(element.name)
                self.attributes.update(element.attrs)
                self.classes.update(element.get("class", []))
                self.ids.add(element.get("id"))
                if element.name == "script":
                    scripts.append(element.text)
        words = set(re.findall(r"[\w-]+", " ".join(scripts)))
        self.words = words | {"data-" + _hyphens(word) for word in words}
        # bs-${name}-auto: a class whose first part only is in the script
        self.beginnings = tuple(
            set(re.findall(r"[\w-]*\w-(?=\$\{)", " ".join(scripts)))
        )

    def has(self, name, kind):
        return (
            name in kind
            or name in self.words
            or name.startswith(self.beginnings)
        )

    def match(self, selector):
        """Whether something may match a selector, a list of tokens. What
        :not() excludes and what a pointer does to it are no matter.
        """
        before = ""
        for token in selector:
            known = True
            if token.type == "ident" and before != ":":
                kind = self.classes if before == "." else self.tags
                word = token.value if before == "." else token.lower_value
                known = self.has(word, kind)
            elif token.type == "hash":
                known = self.has(token.value, self.ids)
            elif token.type == "[] block":
                name = next(t.value for t in token.content if t.type == "ident")
                known = self.has(name, self.attributes)
            elif token.type == "function" and token.lower_name in (
                "is",
                "where",
                "has",
            ):
                known = any(map(self.match, _split(token.arguments)))
            if not known:
                return False
            before = token.value if token.type == "literal" else ""
        return True


def _hyphens(word):
    """A word as data attributes have it: defaultMode, default-mode."""
    return re.sub("[A-Z]", lambda m: "-" + m[0].lower(), word)


def _split(tokens):
    """A list of selectors, at its commas."""
    parts = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def prune(css, names, folder="."):
    """The rules of a sheet that may match something, one a line. It stood in a
    folder as seen from where it will stand.
    """
    rules = tinycss2.parse_stylesheet(css, skip_whitespace=True)
    _move(rules, folder)
    return "".join(f"{rule}\n" for rule in _rules(rules, names))


def _rules(rules, names):
    for rule in rules:
        if rule.type == "comment":
            if re.search("copyright|licen[cs]e", rule.value, re.IGNORECASE):
                yield f"/*{rule.value}*/"
        elif rule.type == "qualified-rule":
            used = filter(names.match, _split(rule.prelude))
            selector = ",".join(tinycss2.serialize(s).strip() for s in used)
            content = tinycss2.serialize(rule.content).strip()
            if selector and content:
                yield f"{selector}{{{content}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS:
            inner = tinycss2.parse_rule_list(
                rule.content or [], skip_comments=True, skip_whitespace=True
            )
            if content := "\n".join(_rules(inner, names)):
                condition = tinycss2.serialize(rule.prelude)
                yield f"@{rule.at_keyword}{condition}{{{content}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword not in (
            "charset",
            "import",  # it has been put before
        ):
            yield rule.serialize()
        elif rule.type == "error":
            raise ValueError(f"a style sheet is wrong: {rule.message}")


def _move(tokens, folder):
    """Addresses that were right in another folder."""
    for token in tokens:
        if token.type == "url" and _is_near(token.value):
            token.representation = f'url("{_join(folder, token.value)}")'
        elif token.type == "function" and token.lower_name == "url":
            for text in token.arguments:
                if _is_near(text.value):
                    text.representation = f'"{_join(folder, text.value)}"'
        else:
            for part in "prelude", "content", "arguments":
                _move(getattr(token, part, None) or [], folder)


def _is_near(address):
    return not (urlsplit(address).scheme or address.startswith(("/", "#")))


def _join(folder, address):
    return posixpath.normpath(posixpath.join(folder, address))


def sheets(path):
    """A style sheet and those that it imports, these first."""
    css = path.read_text("utf-8")
    for rule in tinycss2.parse_stylesheet(css):
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            (address,) = (
                t.value for t in rule.prelude if t.type in ("string", "url")
            )
            yield from sheets(path.parent / address)
    yield path


def lighter(page):
    """A page with fewer elements, whose code a browser need not lay out before
    it is near: it knows how high it will be.
    """
    page = PLAIN.sub(r"\1", page)
    return CODE.sub(
        lambda m: f'{m[1]} style="--dl-lines: {m[2].count(chr(10))}"{m[2]}',
        page,
    )


def merge(app, error):
    """Put one sheet in the place of all, on every page."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = {
        path: lighter(path.read_text("utf-8"))
        for path in out.rglob("*.html")
        if "_static" not in path.relative_to(out).parts
    }
    links, scripts = {}, {}  # as the pages ask for them: in order, each once
    for path, text in pages.items():
        page = BeautifulSoup(text, "html.parser")
        for tag in page.select("link[rel=stylesheet], script[src]"):
            address = urlsplit(tag.get("href") or tag["src"]).path
            file = Path(os.path.normpath(path.parent / address))
            (links if tag.name == "link" else scripts)[file] = None
    scripts.pop(out / "searchindex.js")  # the words of the book
    names = Names(pages.values(), (file.read_text("utf-8") for file in scripts))
    target = out / SHEET
    css = ""
    for sheet in [sheet for link in links for sheet in sheets(link)]:
        folder = os.path.relpath(sheet.parent, target.parent)
        text = sheet.read_text("utf-8")
        css += prune(text, names, folder.replace(os.sep, "/"))
        sheet.unlink()
    target.write_text(css, "utf-8")
    version = hashlib.sha256(css.encode()).hexdigest()[:8]
    for path, text in pages.items():
        first = LINK.search(text)
        if first:
            root = os.path.relpath(target, path.parent).replace(os.sep, "/")
            link = f'\n<link rel="stylesheet" href="{root}?v={version}">'
            before, after = text[: first.start()], text[first.end() :]
            path.write_text(before + link + LINK.sub("", after), "utf-8")


def setup(app):
    # before the icons in use are looked for in it
    app.connect("build-finished", merge, priority=850)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
