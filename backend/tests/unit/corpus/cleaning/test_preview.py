"""A preview shows the texts that steps keep and drop."""

from pathlib import Path

import pyarrow as pa

from mistudio.corpus.cleaning import CleaningContext
from mistudio.corpus.cleaning.preview import ShownExample, preview_steps
from mistudio.corpus.cleaning.steps import DedupExact, DedupNear, LengthBounds
from mistudio.schemas.cleaning import CleaningStepPreview


def test_examples_have_their_texts(tmp_path: Path) -> None:
    """A duplicate is beside the text that stays; a long text is cut."""
    texts = pa.array(["a", None, "b" * 2_000, "a"])
    exact, length = preview_steps(
        texts, [DedupExact(), LengthBounds(min_characters=1)], CleaningContext(tmp_path, lambda: None)
    )
    assert (ShownExample(3, "duplicate", "a", 0, "a"),) == exact.dropped
    assert (ShownExample(1, "min_characters", ""),) == length.dropped
    assert ["a", "b" * 1_000] == [example.text for example in length.kept]
    assert (3, {"min_characters": 1}) == (length.ledger.rows, length.ledger.dropped)


def test_a_preview_is_a_response(tmp_path: Path) -> None:
    """The response has the ledger with what stays, the examples and the clusters."""
    texts = pa.array(["One text.", "two", "one text"])
    (preview,) = preview_steps(texts, [DedupNear()], CleaningContext(tmp_path, lambda: None))
    response = CleaningStepPreview.of(preview).model_dump()
    assert {"kind": "dedup_near", "rows": 3, "kept": 2, "dropped": {"near_duplicate": 1}} == response["ledger"]
    assert [{"size": 2, "rows": [0, 2]}] == response["clusters"]
    assert ["One text.", "two"] == [example["text"] for example in response["kept"]]
    (dropped,) = response["dropped"]
    assert ("one text", 0, "One text.") == (dropped["text"], dropped["duplicate_of"], dropped["duplicate_text"])
