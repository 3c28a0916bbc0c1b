"""The site's one style sheet: what matches nothing is dropped, and no more."""

import pytest

from styles import Names, prune

PAGE = """
<html data-theme="auto"><main id="top"><p class="note">text</p></main>
<script>
e.classList.add("made"); `pop-${side}`; e.dataset.userChoice = 1;
</script>
"""


@pytest.fixture
def names():
    return Names([PAGE], ['e.className = "by-file"'])


@pytest.mark.parametrize(
    "selector",
    [
        "p",
        "P",
        "*",
        ".note",
        "#top > p.note:hover::before",
        "main:has(.note)",
        ":is(.nowhere, p)",
        "p:not(.nowhere)",
        "p[hidden]",
        "[data-theme=dark]",
        # by scripts
        ".made",
        ".by-file",
        ".pop-left",
        "[data-user-choice]",
    ],
)
def test_kept(names, selector):
    rule = selector + "{color:red}\n"
    assert prune(rule, names) == rule


@pytest.mark.parametrize(
    "selector",
    [
        "table",
        ".nowhere",
        "p.nowhere",
        ".nowhere p",
        "#nowhere",
        ":is(.nowhere, table) p",
        "main:has(.nowhere)",
        "p[data-nowhere]",
        ".add-left",
    ],
)
def test_dropped(names, selector):
    assert prune(selector + "{color:red}", names) == ""


def test_of_a_list_what_is_used(names):
    assert prune("p, table, .note { a: b }", names) == "p,.note{a: b}\n"


def test_groups_and_what_stands_for_itself(names):
    css = (
        "@font-face{font-family:A}\n"
        "@keyframes go{from{top:0}}\n"
        "@media print{p{color:red}}\n"
        ":root{--ink:red}\n"
    )
    empty = "@media print{table{color:red}}"
    assert prune(css + empty, names) == css


def test_what_is_said_once_at_the_beginning(names):
    assert prune('@charset "UTF-8";@import "a.css";', names) == ""


def test_licences_stay_and_other_comments_go(names):
    css = "/*! Copyright A */\n/* main */\n"
    assert prune(css, names) == "/*! Copyright A */\n"


def test_addresses_are_right_where_the_sheet_stands_now(names):
    css = '@font-face{src:url(../a.woff2),url("b.ttf")}p{mask:url(data:x)}'
    assert prune(css, names, "styles") == (
        '@font-face{src:url("a.woff2"),url("styles/b.ttf")}\n'
        "p{mask:url(data:x)}\n"
    )


def test_a_broken_sheet_is_told(names):
    with pytest.raises(ValueError, match="style sheet"):
        prune("p", names)
