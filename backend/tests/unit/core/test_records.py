"""``mistudio.core.records``: frozen dataclasses to JSON and back."""

import json
from dataclasses import dataclass

import pytest

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import PlanRequest, RemoteFile


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record with nested records."""

    name: str
    files: tuple[RemoteFile, ...]
    ids: tuple[int, ...] | None = None
    options: dict[str, Json]


RECORD = Record(
    name="a “record” 書",
    files=(RemoteFile("a.csv", "train", 2**53 + 1), RemoteFile("b.csv", "test", 0, sha256="ab")),
    options={"sep": "\t", "na": [None, 1.5, {"deep": True}]},
)


def test_a_record_survives_json() -> None:
    """Nested records, tuples and JSON of any kind keep their values and types."""
    back = from_json(Record, json.loads(json.dumps(as_json(RECORD))))
    assert (RECORD, tuple, RemoteFile) == (back, type(back.files), type(back.files[0]))
    assert back.ids is None


def test_missing_fields_take_their_defaults_and_unknown_ones_are_ignored() -> None:
    """Records of older and newer versions can be read."""
    assert PlanRequest("lab/stories") == from_json(PlanRequest, {"repo_id": "lab/stories", "from_the_future": 7})


@pytest.mark.parametrize(
    ("damage", "named"),
    [({"files": [{"path": "a.csv"}]}, "split"), ({"ids": ["seven"]}, "ids"), ({"name": None}, "name")],
)
def test_a_field_of_the_wrong_type_is_refused_by_name(damage: dict[str, Json], named: str) -> None:
    """A damaged file gives an error, not a partial record."""
    with pytest.raises(ValueError, match=named):
        from_json(Record, {**as_json(RECORD), **damage})
