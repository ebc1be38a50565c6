"""Errors name the request field at fault."""

import pytest

from mistudio.core.errors import (
    FieldError,
    NotReady,
    RepositoryNotFound,
    UnknownSplit,
    ValidationFailed,
    error_classes,
)

FIELDS = {
    "access_token",
    "apply_chat_template",
    "config",
    "files",
    "repo_id",
    "revision",
    "search",
    "splits",
    "text_column",
    "tokenizer",
}


def test_an_error_concerns_the_field_of_its_class() -> None:
    """The field's message is the error's; an error of the present state concerns none."""
    assert (FieldError("splits", "None such."),) == UnknownSplit("None such.").fields
    assert () == NotReady("Later.").fields
    assert {error.concerns for error in error_classes()} == {*FIELDS, None}


def test_the_caller_may_name_another_field() -> None:
    """A split of samples is chosen by ``split``; several fields are named one by one."""
    assert (FieldError("split", "None such."),) == UnknownSplit("None such.", field="split").fields
    several = (FieldError("padding", "Not with packing."), FieldError("packing", "Not with padding."))
    assert several == ValidationFailed("Not with packing.", fields=several).fields


def test_the_field_can_be_named_later() -> None:
    """By who knows what the repository was asked for."""
    error = RepositoryNotFound("There is none.")
    error.name_field("tokenizer")
    assert (FieldError("tokenizer", "There is none."),) == error.fields


@pytest.mark.parametrize("kind", list(error_classes()))
def test_every_class_of_one_code_concerns_the_same_field_or_none(kind: type[RepositoryNotFound]) -> None:
    """So that docs/errors.md can say which field a code belongs to."""
    same = {error.concerns for error in error_classes() if error.code == kind.code}
    assert len(same - {None}) <= 1
