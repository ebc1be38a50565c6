"""``mistudio.utils.text``: counts with nouns, shortened texts, control characters."""

import sys
import unicodedata

from mistudio.utils.text import escape_controls, find_control, format_count, shorten


def test_counts_have_their_noun() -> None:
    """One is singular, all else plural, and thousands are separated."""
    assert ["1 file", "0 files", "2,000 files", "2 indices"] == [
        format_count(1, "file"),
        format_count(0, "file"),
        format_count(2_000, "file"),
        format_count(2, "index", "indices"),
    ]


def test_long_text_is_shortened_and_says_so() -> None:
    """Text up to the limit is unchanged."""
    assert ["abc", "ab… (1 more character)"] == [shorten("abc", 3), shorten("abc", 2)]


def test_the_first_control_character_is_found() -> None:
    """Exactly Unicode's category Cc counts; tabs and line breaks are allowed in text of several lines."""
    every = [chr(code) for code in range(sys.maxunicode + 1)]
    assert [letter for letter in every if unicodedata.category(letter) == "Cc"] == [
        letter for letter in every if find_control(letter)
    ]
    assert ["\\x1b", "\\n", "\\x85", None] == [find_control(f"a{text}b") for text in ("\x1b\0", "\n", "\x85", "\u2028")]
    assert [None, "\\x0c"] == [find_control(text, lines=True) for text in ("a\tb\r\n", "a\n\f")]


def test_control_characters_are_escaped() -> None:
    """Text of several lines keeps tabs and line breaks, but no lone carriage return, which would overwrite its line."""
    text = "a\x1b[31m\tb\r\nc\rd\x9b"
    assert "a\\x1b[31m\\tb\\r\\nc\\rd\\x9b" == escape_controls(text)
    assert "a\\x1b[31m\tb\nc\\rd\\x9b" == escape_controls(text, lines=True)
    assert "naïve “日本語” \\x1b" == escape_controls("naïve “日本語” \\x1b")
