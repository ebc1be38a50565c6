"""Translates a request for samples into a search of the engine."""

from mistudio.corpus.columns.conditions import parse_conditions
from mistudio.corpus.columns.order import OrderBy
from mistudio.corpus.search.query import parse_words
from mistudio.corpus.search.search import SearchRequest
from mistudio.schemas.sample import SampleQuery


def offset_of(query: SampleQuery) -> int:
    """Return the number of samples before the page."""
    return (query.page - 1) * query.limit


def has_length_filter(query: SampleQuery) -> bool:
    """Whether samples are filtered by their number of tokens."""
    return query.min_tokens is not None or query.max_tokens is not None


def is_search(query: SampleQuery) -> bool:
    """Whether samples are searched, filtered or sorted, beyond the choice of a split."""
    has_columns = bool(query.where) or query.order_by is not None
    return bool(_search_text(query)) or has_length_filter(query) or has_columns


def to_search_request(query: SampleQuery) -> SearchRequest:
    """Return the search; options without an effect are left out, so that equal searches are equal.

    Raises ValidationFailed for a condition that cannot be parsed.
    """
    text = _search_text(query)
    is_pattern = bool(text) and query.mode != "words"
    return SearchRequest(
        mode=query.mode if text else None,
        text=text,
        case=is_pattern and (query.mode == "regex" if query.case is None else query.case),
        split=query.split,
        least=query.min_tokens,
        most=query.max_tokens,
        sort=query.sort if text and query.mode == "words" and query.order_by is None else "row",
        where=parse_conditions(query.where),
        order_by=OrderBy.parse(query.order_by) if query.order_by else None,
    )


def explain_no_hits(query: SampleQuery) -> str | None:
    """Return why the search cannot find anything, None if it can."""
    text = _search_text(query)
    if text and query.mode == "words" and parse_words(text).is_empty:
        return "Words are letters and digits, and there are none in it: search for the exact text instead."
    return None


def _search_text(query: SampleQuery) -> str:
    """Return the text to search for; blanks alone are no words."""
    text = query.search or ""
    return text if text.strip() or query.mode != "words" else ""
