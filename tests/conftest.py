"""The site and the browsers, for the tests that open it: make site-test."""

import pytest


@pytest.fixture(scope="session")
def base():
    """The address of the built site."""
    from browsers import PAGES, SITE, served

    assert PAGES, "build the book first: make book"
    with served(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Chromium, which playwright drives."""
    from browsers import chromium

    with chromium() as program:
        yield program
