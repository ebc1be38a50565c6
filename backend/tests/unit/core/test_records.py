"""Frozen dataclasses as JSON, and back."""

import json
from dataclasses import dataclass

import pytest

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import PlanRequest, RemoteFile


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A record with others in it."""

    name: str
    files: tuple[RemoteFile, ...]
    ids: tuple[int, ...] | None = None
    options: dict[str, Json]


SHELF = Shelf(
    name="a “shelf” 書",
    files=(RemoteFile("a.csv", "train", 2**53 + 1), RemoteFile("b.csv", "test", 0, sha256="ab")),
    options={"sep": "\t", "na": [None, 1.5, {"deep": True}]},
)


def test_a_record_comes_back_as_it_was() -> None:
    """Through text, with records, tuples and JSON of any kind in it; each value of its own type."""
    back = from_json(Shelf, json.loads(json.dumps(as_json(SHELF))))
    assert (SHELF, tuple, RemoteFile) == (back, type(back.files), type(back.files[0]))
    assert back.ids is None


def test_what_was_left_out_takes_its_default_and_what_is_not_known_counts_for_nothing() -> None:
    """So that an older program's record can be read, and a newer one's."""
    assert PlanRequest("lab/stories") == from_json(PlanRequest, {"repo_id": "lab/stories", "from_the_future": 7})


@pytest.mark.parametrize(
    ("damage", "named"),
    [({"files": [{"path": "a.csv"}]}, "split"), ({"ids": ["seven"]}, "ids"), ({"name": None}, "name")],
)
def test_what_is_not_of_its_type_is_refused_by_name(damage: dict[str, Json], named: str) -> None:
    """A damaged file is not half a record."""
    with pytest.raises(ValueError, match=named):
        from_json(Shelf, {**as_json(SHELF), **damage})
