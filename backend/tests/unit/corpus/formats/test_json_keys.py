"""``mistudio.corpus.formats.json_keys``: records whose keys differ."""

import json

import pytest

from mistudio.corpus.formats.json_keys import has_many_keys, split_records
from mistudio.corpus.formats.json_records import parse_line

OWN_KEYS = [{f"key{number}": number} for number in range(3_000)]


@pytest.mark.parametrize(
    ("records", "is_odd"),
    [
        (OWN_KEYS, True),
        ([{"a": record} for record in OWN_KEYS], True),
        ([{"a": [record]} for record in OWN_KEYS], True),
        ([{"a": 1, "b": "x"}] * 3_000, False),
        ([{name: 1} for name in "abcdefgh"] * 300, False),
        ([], False),
    ],
)
def test_keys_are_compared_with_the_largest_record(records: list[object], is_odd: bool) -> None:
    """At any depth; optional keys are usual."""
    assert is_odd == has_many_keys("\n".join(map(json.dumps, records)).encode())


def test_lines_that_are_not_json_are_left_to_the_parser() -> None:
    """It has the line's number."""
    assert not has_many_keys(b"{\n[1\nnull\n\n" + b'{"a": "' + b"x" * 100_000 + b'"}')


def test_parts_have_a_bounded_number_of_cells() -> None:
    """In order, and nothing is lost; records of one kind are one part."""
    records = [parse_line(json.dumps(record).encode(), label="a.jsonl", number=1) for record in OWN_KEYS]
    parts = list(split_records(records))
    assert records == [record for part in parts for record in part]
    assert max(len(part) for part in parts) <= 2_000
    assert 1 == len(list(split_records([records[0]] * 100_000)))
    assert [] == list(split_records([]))
