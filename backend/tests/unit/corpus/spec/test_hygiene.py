"""Limits, strides and row starts that cannot work, or that the model may not expect, are named."""

from dataclasses import replace

import pytest

from fakes.tokenizing import BOS, EOS, FakeSpecial, FakeTemplate, FakeTokenizer
from mistudio.core.errors import ValidationFailed
from mistudio.corpus.spec import TokenizeSettings, resolve_framing

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=10)
EXPECTS_BOS = FakeTokenizer(template=FakeTemplate((BOS,), ()))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"min_tokens": -1}, "min_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"packing": "windows", "stride": 0}, "stride"),
        ({"packing": "windows", "stride": 10}, "stride"),
        ({"packing": "concat", "stride": 5}, "stride"),
        ({"extra_columns": ("ids",)}, "extra_columns"),
    ],
)
def test_invalid_fields_are_named(changes: dict[str, object], field: str) -> None:
    """A stride must not skip tokens: a window has room for nine beside BOS."""
    with pytest.raises(ValidationFailed) as caught:
        resolve_framing(replace(SETTINGS, **changes), EXPECTS_BOS)  # type: ignore[arg-type]
    assert [field] == [problem.field for problem in caught.value.fields]


def test_windows_do_not_overlap_by_default() -> None:
    """The stride is then the room of a window."""
    framing = resolve_framing(replace(SETTINGS, packing="windows"), EXPECTS_BOS)
    assert (9, 9) == (framing.stride, framing.room)


def test_a_row_start_that_the_model_may_not_expect_is_a_warning() -> None:
    """With an example row; none where the tokenizer's own choice is kept, or BOS also ends texts."""
    bare = replace(SETTINGS, add_special_tokens=False)
    (missing,) = resolve_framing(bare, EXPECTS_BOS).warnings
    assert f"A row is [text …], the model saw [{BOS}, text …]." in missing
    (unexpected,) = resolve_framing(replace(SETTINGS, packing="concat"), FakeTokenizer()).warnings
    assert f"A row is [{BOS}, text …], the model saw [text …]." in unexpected
    one_token = FakeTokenizer(special=FakeSpecial(bos=EOS, eos=EOS))
    assert () == resolve_framing(replace(SETTINGS, packing="concat"), one_token).warnings
    assert () == resolve_framing(SETTINGS, EXPECTS_BOS).warnings
    assert () == resolve_framing(replace(SETTINGS, packing="concat"), EXPECTS_BOS).warnings
