"""What a request for samples asks the engine for."""

from mistudio.corpus.search.query import parse_words
from mistudio.corpus.search.search import SearchRequest
from mistudio.schemas.sample import SampleQuery


def offset_of(query: SampleQuery) -> int:
    """Samples before the page."""
    return (query.page - 1) * query.limit


def text_of(query: SampleQuery) -> str:
    """What is searched for; blanks alone are no words."""
    text = query.search or ""
    return text if text.strip() or query.mode != "words" else ""


def asks_for_lengths(query: SampleQuery) -> bool:
    """Whether it says how many tokens the samples are to have."""
    return query.min_tokens is not None or query.max_tokens is not None


def is_search(query: SampleQuery) -> bool:
    """Whether some samples are left out for what they are."""
    return bool(text_of(query)) or asks_for_lengths(query)


def request_of(query: SampleQuery) -> SearchRequest:
    """The search as the engine is asked it; what does not count is left out, so that equal searches are equal."""
    text = text_of(query)
    is_pattern = bool(text) and query.mode != "words"
    return SearchRequest(
        mode=query.mode if text else None,
        text=text,
        case=is_pattern and (query.mode == "regex" if query.case is None else query.case),
        split=query.split,
        least=query.min_tokens,
        most=query.max_tokens,
        sort=query.sort if text and query.mode == "words" else "row",
    )


def note_on(query: SampleQuery) -> str | None:
    """Why it cannot find anything, if it cannot."""
    text = text_of(query)
    if text and query.mode == "words" and parse_words(text).is_empty:
        return "Words are letters and digits, and there are none in it: search for the exact text instead."
    return None
