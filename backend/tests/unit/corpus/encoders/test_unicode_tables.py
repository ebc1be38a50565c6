"""Texts with characters that the engines classify differently are found, and no others."""

import unicodedata
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.encoders.unicode_tables import has_equal_classes, list_different_characters

DIFFERENT = frozenset(chr(point) for part in list_different_characters() for point in part)
# Beside different characters, characters that begin with the same two bytes, and others.
LETTERS = st.sampled_from("\u0295\u0294\u088f\u0890\u0c5c\u0c5b\u1acf\u1ac0\U0001f6d8\U0001f600\U000323b0a é日\n")


@pytest.mark.parametrize("character", ["\u0295", "\u088f", "\u1acf", "\U00010940", "\U0001f6d8", "\U00033479"])
def test_a_different_character_is_found_anywhere(character: str) -> None:
    """At the start, at the end, and after bytes that begin like it."""
    texts = [character, f"{character} start", f"end {character}", f"in{character}side", "plain", "naïve 日本語 🤗"]
    assert [False] * 4 + [True] * 2 == has_equal_classes(pa.array(texts)).tolist()


@given(st.lists(st.one_of(st.none(), st.text(LETTERS, max_size=12)), max_size=9), st.booleans(), st.integers(0, 9))
def test_a_text_is_judged_by_its_characters(texts: list[str | None], is_large: bool, start: int) -> None:
    """In slices, too; a null has no characters."""
    array = pa.array(texts, pa.large_string() if is_large else pa.string()).slice(min(start, len(texts)))
    expected = [not DIFFERENT & set(text or "") for text in array.to_pylist()]
    assert expected == has_equal_classes(array).tolist()


@pytest.mark.parametrize("before", [(1 << 18) - 5, (1 << 18) - 2, (1 << 18) - 1, 1 << 18])
def test_a_character_is_found_across_the_border_of_two_steps(before: int) -> None:
    """Its bytes may be in both."""
    texts = ["x" * before + "\U0001f6d8", "é" * before]
    assert [False, True] == has_equal_classes(pa.array(texts)).tolist()


def test_exactly_the_different_code_points_are_found() -> None:
    """They are 4,804; this Python assigns one of them, or all."""
    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    is_equal = has_equal_classes(pa.array([chr(point) for point in points]))
    found = {chr(point) for point, is_same in zip(points, is_equal, strict=True) if not is_same}
    assert found == set(DIFFERENT)
    assert len(found) == 4_804
    assigned = sum(unicodedata.category(character) != "Cn" for character in found)
    assert assigned == (1 if tuple(map(int, unicodedata.unidata_version.split("."))) < (17, 0, 0) else 4_804)


def test_ranges_are_in_order_and_apart() -> None:
    """So that they can be read as a table."""
    assert all(one.stop < other.start for one, other in pairwise(list_different_characters()))
