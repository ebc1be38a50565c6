"""Requests for samples as searches of the engine."""

import pytest

from mistudio.schemas.sample import SampleQuery
from mistudio.services.samples.query import (
    explain_no_hits,
    has_length_filter,
    is_search,
    offset_of,
    to_search_request,
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"search": "  "}, False),
        ({"search": "  ", "mode": "exact"}, True),
        ({"split": "train"}, False),
        ({"min_tokens": 0}, True),
        ({"max_tokens": 7}, True),
    ],
)
def test_what_counts_as_a_search(fields: dict[str, object], expected: bool) -> None:
    """Blanks are text for exact and regex, and no words; a split is no search."""
    query = SampleQuery.model_validate(fields)
    assert expected is is_search(query)
    assert has_length_filter(query) is (expected and "search" not in fields)


def test_options_without_an_effect_are_left_out() -> None:
    """Equal searches are one search, however they were asked for."""
    plain = to_search_request(SampleQuery(search="mill"))
    assert plain == to_search_request(SampleQuery(search="mill", case=True))
    assert to_search_request(SampleQuery()) == to_search_request(SampleQuery(mode="regex", sort="relevance"))
    assert "relevance" == to_search_request(SampleQuery(search="mill", sort="relevance")).sort


@pytest.mark.parametrize(
    ("mode", "case", "expected"),
    [("exact", None, False), ("exact", True, True), ("regex", None, True), ("regex", False, False)],
)
def test_patterns_are_case_sensitive_by_default(mode: str, case: bool | None, expected: bool) -> None:
    """Exact texts are not."""
    query = SampleQuery.model_validate({"search": "Mill", "mode": mode, "case": case})
    assert expected is to_search_request(query).case


def test_pages_count_from_one() -> None:
    """The offset is the number of samples before the page."""
    assert [0, 100] == [offset_of(SampleQuery(page=page, limit=50)) for page in (1, 3)]


def test_a_search_without_words_is_explained() -> None:
    """A search that may find something is not."""
    assert "search for the exact text" in (explain_no_hits(SampleQuery(search="?!")) or "")
    assert [None, None] == [
        explain_no_hits(query) for query in (SampleQuery(search="mill"), SampleQuery(search="?!", mode="exact"))
    ]
