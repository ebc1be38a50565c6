"""Recognizes conversations and renders them, and other nested values, as text.

A conversation is a list of messages: objects with ``role`` or ``from``, and ``content``, ``value`` or tool calls. It is
rendered as ``role: content`` per message, with a blank line between messages, and each tool call on a line of its own.
"""

from typing import Final

from mistudio.corpus.formats.json_type import to_json_text

ROLES: Final = ("role", "from")
CONTENTS: Final = ("content", "value")
CALLS: Final = ("tool_calls", "function_call")


def is_conversation(value: object) -> bool:
    """Return whether ``value`` is a list of messages, with at least one; nulls among them do not count."""
    messages = [message for message in value if message is not None] if isinstance(value, list) else []
    return bool(messages) and all(_is_message(message) for message in messages)


def _is_message(value: object) -> bool:
    if not isinstance(value, dict) or not any(isinstance(value.get(name), str) for name in ROLES):
        return False
    return any(name in value for name in CONTENTS + CALLS)


def is_text_list(values: list[object]) -> bool:
    """Return whether a list has texts only, or objects only that have the keys of messages; nulls do not count."""
    items = [value for value in values if value is not None]
    return all(isinstance(item, str) for item in items) or all(
        isinstance(item, dict)
        and any(name in item for name in ROLES)
        and any(name in item for name in CONTENTS + CALLS)
        for item in items
    )


def render_value(value: object) -> str:
    """Return the text of a cell: itself, a conversation as text, a list of texts line by line, anything else as JSON.

    A null is the empty text.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return "" if value is None else to_json_text(value)
    items = [item for item in value if item is not None]
    if all(isinstance(item, str) for item in items):
        return "\n".join(items)
    if all(isinstance(item, dict) and any(name in item for name in ROLES) for item in items):
        return render_conversation(value)
    return to_json_text(value)


def render_conversation(value: object) -> str:
    """Return a conversation as text: ``user: …``, a blank line, ``assistant: …``.

    A null message is skipped, a null role is left out, null content is empty. Content in parts (``[{type, text}, …]``)
    is the texts of its parts, joined. A tool call is a line ``name(arguments)`` after the content. Anything but a list
    of messages is the empty text.
    """
    messages = value if isinstance(value, list) else []
    return "\n\n".join(_render_message(message) for message in messages if isinstance(message, dict))


def _render_message(message: dict[str, object]) -> str:
    role = next((message[name] for name in ROLES if message.get(name)), None)
    content = render_content(next((message[name] for name in CONTENTS if message.get(name) is not None), None))
    lines = "\n".join([content] * bool(content) + [f"{name}({arguments})" for name, arguments in list_calls(message)])
    return f"{role}: {lines}" if role else lines


def render_content(value: object) -> str:
    """Return the text of a message's content, which may come in parts."""
    if isinstance(value, list):
        return "".join(_render_part(part) for part in value)
    return value if isinstance(value, str) else "" if value is None else to_json_text(value)


def _render_part(part: object) -> str:
    if isinstance(part, dict):
        return str(part.get("text") or "")
    return part if isinstance(part, str) else ""


def list_calls(message: dict[str, object]) -> list[tuple[str, str]]:
    """Return the name and the arguments, as JSON, of each tool call of a message."""
    calls = message.get("tool_calls")
    listed = [*(calls if isinstance(calls, list) else []), message.get("function_call")]
    functions = [call.get("function") or call for call in listed if isinstance(call, dict)]
    return [
        (str(function.get("name") or ""), _render_arguments(function.get("arguments")))
        for function in functions
        if isinstance(function, dict)
    ]


def _render_arguments(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else to_json_text(value)
