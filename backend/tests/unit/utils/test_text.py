"""Small questions about text."""

import sys
import unicodedata

from mistudio.utils.text import first_control, plural, shortened, visible


def test_counts_have_their_noun() -> None:
    """One is singular, anything else plural, thousands apart."""
    assert ["1 file", "0 files", "2,000 files", "2 indices"] == [
        plural(1, "file"),
        plural(0, "file"),
        plural(2_000, "file"),
        plural(2, "index", "indices"),
    ]


def test_long_text_is_shortened_and_says_so() -> None:
    """Up to the limit it is left alone."""
    assert ["abc", "ab… (1 more character)"] == [shortened("abc", 3), shortened("abc", 2)]


def test_control_characters_are_told_as_python_writes_them() -> None:
    """Those of Unicode's category Cc and no others; tabs and line breaks are left alone where there may be lines."""
    every = [chr(code) for code in range(sys.maxunicode + 1)]
    assert [letter for letter in every if unicodedata.category(letter) == "Cc"] == [
        letter for letter in every if first_control(letter)
    ]
    assert ["\\x1b", "\\n", "\\x85", None] == [
        first_control(f"a{text}b") for text in ("\x1b\0", "\n", "\x85", "\u2028")
    ]
    assert [None, "\\x0c"] == [first_control(text, lines=True) for text in ("a\tb\r\n", "a\n\f")]


def test_control_characters_are_made_visible() -> None:
    """In lines all but tabs and line breaks; a carriage return alone goes back to the line's begin, and is shown."""
    text = "a\x1b[31m\tb\r\nc\rd\x9b"
    assert "a\\x1b[31m\\tb\\r\\nc\\rd\\x9b" == visible(text)
    assert "a\\x1b[31m\tb\nc\\rd\\x9b" == visible(text, lines=True)
    assert "naïve “日本語” \\x1b" == visible("naïve “日本語” \\x1b")
