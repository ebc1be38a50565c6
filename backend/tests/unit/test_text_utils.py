"""Small questions about text."""

from mistudio.utils.text import plural, shortened


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
