"""Texts with characters that the engines may classify differently are found, and no others."""

import unicodedata
from itertools import pairwise

import pyarrow as pa
import pytest

from mistudio.corpus.encoders.known_characters import has_known_characters, list_unassigned

NEWER = ["\u088f", "\ua7ce", "\u1acf", "\u1add", "\u1ae0", "\U00010940", "\U00011de0", "\U0001f6d8", "\U000323b0"]


@pytest.mark.parametrize("character", [*NEWER, "\u0295", "\u0378", "\U000e0fff"])
def test_newer_and_unassigned_characters_are_unknown(character: str) -> None:
    """Anywhere in a text; so is the one letter whose class a later version changed."""
    texts = [
        character,
        f"{character} at the start",
        f"at the end {character}",
        f"in the{character}middle",
        "plain",
        "naïve",
    ]
    assert [False] * 4 + [True] * 2 == has_known_characters(pa.array(texts)).tolist()


def test_every_character_of_this_python_is_known() -> None:
    """Its tables are of version 16.0 or older; private characters and noncharacters are known, too."""
    if tuple(map(int, unicodedata.unidata_version.split("."))) > (16, 0, 0):
        pytest.skip("this Python has a newer Unicode")
    points = [p for p in range(0x110000) if unicodedata.category(chr(p)) not in ("Cn", "Cs") and p != 0x295]
    points += [0xFDD0, 0xFFFE, 0x10FFFF]
    assert has_known_characters(pa.array([chr(point) for point in points])).all()
    assert has_known_characters(pa.array(["".join(map(chr, points))], pa.large_string())).all()


def test_unassigned_ranges_are_those_of_version_16() -> None:
    """In order and apart; 294,579 code points are assigned, and 66 are noncharacters."""
    ranges = list_unassigned()
    assert all(one.stop < other.start for one, other in pairwise(ranges))
    assert 0x110000 - 294_579 - 66 == sum(map(len, ranges))


def test_slices_nulls_and_empty_arrays_are_read() -> None:
    """A null has no characters."""
    texts = pa.array(["\u088f", None, "é", "", "\u088f"])
    assert [False, True, True, True, False] == has_known_characters(texts).tolist()
    assert [True, True] == has_known_characters(texts.slice(1, 2)).tolist()
    assert [] == has_known_characters(texts.slice(5)).tolist()
