"""Messages as chat templates expect them."""

import json

import pytest

from mistudio.core.errors import Json
from mistudio.corpus.store.messages import list_mapped_roles, normalize_messages, normalize_tools


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"from": "human", "value": "Hi"}, {"role": "user", "content": "Hi"}),
        ({"from": "gpt", "value": "Hi"}, {"role": "assistant", "content": "Hi"}),
        ({"from": "system", "value": "Hi"}, {"role": "system", "content": "Hi"}),
        ({"from": "observation", "value": "3"}, {"role": "tool", "content": "3"}),
        ({"from": "function", "value": "3"}, {"role": "tool", "content": "3"}),
        ({"from": "tool", "value": "3"}, {"role": "tool", "content": "3"}),
        ({"from": "function_call", "value": "f"}, {"role": "assistant", "content": "f"}),
        ({"role": "human", "content": "Hi"}, {"role": "user", "content": "Hi"}),
        ({"role": "function", "content": "3"}, {"role": "function", "content": "3"}),
        ({"role": "tool", "content": None, "id": 1}, {"role": "tool", "id": 1}),
        ({"role": "a", "content": "x", "tool_calls": None}, {"role": "a", "content": "x"}),
        ({"role": None, "from": "gpt", "content": None, "value": "x"}, {"role": "assistant", "content": "x"}),
        (
            {"role": "a", "content": "x", "thinking": "t"},
            {"role": "a", "content": "x", "thinking": "t", "reasoning_content": "t"},
        ),
    ],
)
def test_a_message_gets_the_keys_and_roles_of_chat_templates(message: dict[str, Json], expected: object) -> None:
    """ShareGPT's names are mapped; keys whose value is null are dropped."""
    assert [expected] == normalize_messages([message, None])


def test_a_text_is_a_message_of_the_user() -> None:
    """Anything else holds no messages."""
    assert [{"role": "user", "content": "Hi"}] == normalize_messages("Hi")
    assert [] == normalize_messages(None)


def test_mapped_roles_are_listed() -> None:
    """Each once, in the order of the table."""
    talks = [[{"from": "gpt"}, {"from": "human"}, {"from": "system"}], None, [{"role": "function"}, {"from": "gpt"}]]
    assert ["human", "gpt"] == list_mapped_roles(talks)


TOOL: dict[str, Json] = {"type": "function", "function": {"name": "f", "parameters": {"a": [1, None]}}}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, None),
        ("", None),
        ("null", None),
        ([], []),
        ("[]", []),
        ([TOOL], [TOOL]),
        (json.dumps([TOOL]), [TOOL]),
        ([json.dumps(TOOL), None], [TOOL]),
        ([{**TOOL, "strict": None}], [TOOL]),
    ],
)
def test_tools_are_a_list_or_json_text_of_one(cell: object, expected: object) -> None:
    """Keys that Arrow added as null are dropped; no tools are None, as transformers takes them."""
    assert normalize_tools(cell) == expected


@pytest.mark.parametrize("cell", [{"a": 1}, "{oops", "7", ["{oops"]])
def test_what_holds_no_tools_is_refused(cell: object) -> None:
    """The reason says what the column has to hold."""
    with pytest.raises(ValueError, match="its column of tools holds"):
        normalize_tools(cell)
