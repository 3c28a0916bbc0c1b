"""The words in three languages: one file, and what is made of it."""

import nbformat
import pytest
from terms import TABLE, by_name, first, row, terms, with_tables

import reader

TERMS, KNOWN = terms(), by_name()
# One word for two things, in these languages.
TWO = {("bias (intercept)", "bias (statistical)")}
TWO |= {("variance", "variance (of a model)")}


def test_no_term_is_there_twice_and_none_lacks_a_word():
    assert len(KNOWN) == len(TERMS) > 200
    for entry in TERMS:
        assert list(entry) == ["en", "pl", "ru", "is"], entry
        for words in entry["pl"], entry["ru"]:
            parts = [word.strip() for word in words.split(";")]
            assert all(parts) and len(set(parts)) == len(parts), entry
        assert entry["is"].endswith("."), entry


def test_no_two_terms_have_one_word():
    """Otherwise they are one term, written twice."""
    for language in "pl", "ru":
        found = {}
        for entry in TERMS:
            word, term = first(entry[language]), entry["en"]
            if word.lower() != term.lower():  # a name, or the English word
                other = found.setdefault(word, term)
                assert other == term or (other, term) in TWO, word


@pytest.mark.parametrize("path", reader.sources(), ids=lambda path: path.stem)
def test_the_tables_of_words_are_those_of_the_file(path):
    """No table has a word that the file has not; cure: python _ext/terms.py."""
    cells = nbformat.read(path, 4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert sum(len(TABLE.findall(text)) for text in texts) == 1
    for text in texts:
        assert with_tables(text, KNOWN) == text, "python _ext/terms.py"


def test_a_row_is_a_term_or_several():
    assert row("weight decay", KNOWN).startswith("| weight decay | zanikanie")
    assert row("forward pass, backward pass", KNOWN).count(",") == 3
    with pytest.raises(ValueError, match="terms.yml has no 'wight decay'"):
        row("wight decay", KNOWN)
    table = (
        "| English | polski | русский |\n| :-- | :-- | :-- |\n| noise | a | b |"
    )
    assert with_tables(table, KNOWN).endswith("| noise | szum | шум |")
