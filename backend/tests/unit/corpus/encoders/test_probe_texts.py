"""Probe texts are many, always the same, and have characters of every block of Unicode."""

import unicodedata

from mistudio.corpus.encoders.probe_texts import edge_case_texts, probe_texts
from mistudio.corpus.encoders.unicode_tables import list_different_characters

# Of blocks that Unicode 17.0 added: Sidetic, Tolong Siki, Beria Erfe, Tai Yo, CJK Extension J.
NEWER_BLOCKS = (0x10940, 0x11DB0, 0x16EA0, 0x1E6C0, 0x32400)
LARGE_BLOCKS = (range(0x3400, 0xA000), range(0xAC00, 0xFA00), range(0x17000, 0x18D00), range(0x20000, 0x110000))


def test_probe_texts_are_many_and_always_the_same() -> None:
    """The benchmark has thousands, the probe hundreds."""
    assert len(edge_case_texts(["<s>"])) >= 5_000
    assert 500 <= len(probe_texts(["<s>"])) <= 1_200
    assert probe_texts(["<s>"]) == probe_texts(["<s>"])


def test_the_probe_has_characters_of_every_block() -> None:
    """At least one of every row of sixteen in small blocks, and of every newer block."""
    rows = {ord(character) // 16 for text in probe_texts([]) for character in text}
    assigned = (p for p in range(0x110000) if unicodedata.category(chr(p)) not in ("Cn", "Cs"))
    assert {p // 16 for p in assigned if not any(p in block for block in LARGE_BLOCKS)} <= rows
    assert {block // 16 for block in NEWER_BLOCKS} <= rows
    assert all(rows & {point // 16 for point in block} for block in LARGE_BLOCKS)


def test_no_text_has_both_different_and_other_characters_of_a_block() -> None:
    """A text with a different character goes to the reference, and would not test the fast engine."""
    different = {point for part in list_different_characters() for point in part}
    for text in edge_case_texts([]):
        letters = {ord(character) for character in text if character > "\x7f"}
        assert letters <= different or not letters & different, ascii(text[:80])
