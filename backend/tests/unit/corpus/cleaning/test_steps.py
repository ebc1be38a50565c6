"""Steps as a request names them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from mistudio.corpus.cleaning.steps import CleaningStep, DedupExact, GopherQuality, LengthBounds, Quality

STEP: TypeAdapter[CleaningStep] = TypeAdapter(CleaningStep)


def test_the_kind_decides_the_step() -> None:
    """Fields have defaults; a set of rules is chosen by an empty object."""
    assert DedupExact() == STEP.validate_python({"kind": "dedup_exact"})
    assert Quality(gopher=GopherQuality()) == STEP.validate_python({"kind": "quality", "gopher": {}})
    assert LengthBounds(min_words=5) == STEP.validate_python({"kind": "length", "min_words": 5})


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"kind": "length"}, "has no bound: set at least one"),
        ({"kind": "length", "min_words": 5, "max_words": 4}, "min_words (5) is greater than max_words (4)"),
        ({"kind": "quality"}, "has no rules: set gopher, gopher_repetition or c4"),
        ({"kind": "drop_regex", "pattern": "("}, "The regular expression is invalid: missing ): (. Use the syntax"),
        ({"kind": "drop_regex"}, "Field required"),
        ({"kind": "dedup_near", "threshold": 0.1}, "greater than or equal to 0.5"),
        ({"kind": "decontaminate", "dataset": ""}, "at least 1 character"),
        ({"kind": "dedup_exact", "typo": 1}, "Extra inputs are not permitted"),
        ({"kind": "unknown"}, "does not match any of the expected tags"),
    ],
)
def test_mistakes_are_explained(step: dict[str, object], message: str) -> None:
    """A sentence says what is wrong."""
    with pytest.raises(ValidationError) as caught:
        STEP.validate_python(step)
    assert message in str(caught.value)
