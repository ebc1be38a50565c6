"""Makes the messages of a conversation what chat templates expect, as ``transformers`` and the usual trainers do."""

from collections.abc import Iterable, Mapping
from typing import Final, cast

from mistudio.core.errors import Json
from mistudio.corpus.formats.json_type import load_json

# ShareGPT's names of roles, as LLaMA-Factory and axolotl map them.
ROLES: Final[Mapping[str, str]] = {
    "human": "user",
    "gpt": "assistant",
    "function_call": "assistant",
    "observation": "tool",
    "function": "tool",
}
# Names under which a message's reasoning comes, the one that templates read first.
_REASONING: Final = ("reasoning_content", "thinking", "reasoning")


def normalize_messages(cell: object) -> list[Mapping[str, Json]]:
    """Return a conversation's messages with the keys and roles that chat templates expect; a text is one of the user.

    ``from`` and ``value`` become ``role`` and ``content``, roles are mapped by ``ROLES``, and keys whose value is null
    are dropped, as ``transformers`` does.
    """
    if isinstance(cell, str):
        return [{"role": "user", "content": cell}]
    values = cell if isinstance(cell, list) else []
    return [_normalize(cast("dict[str, Json]", value)) for value in values if isinstance(value, dict)]


def normalize_tools(cell: object) -> list[Json] | None:
    """Return the tools of a conversation as chat templates take them; None without any.

    A cell is a list of tools, or JSON text of one, and each tool an object or JSON text of one. Keys whose value is
    null are dropped: Arrow adds those that other tools of the column have. Raises ValueError for any other cell.
    """
    value = _load(cell)
    if value is None or value == "":
        return None
    if not isinstance(value, list):
        raise ValueError("its column of tools holds neither a list nor JSON text of one")  # noqa: TRY004 (the value is wrong)
    return [_drop_nulls(_load(tool)) for tool in value if tool is not None]


def _load(value: object) -> Json:
    if not isinstance(value, str) or not value.strip():
        return cast("Json", value)
    try:
        return load_json(value.encode())
    except (ValueError, RecursionError) as error:
        raise ValueError("its column of tools holds text that is no JSON") from error


def _drop_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _drop_nulls(item) for name, item in value.items() if item is not None}
    return [_drop_nulls(item) for item in value] if isinstance(value, list) else value


def _normalize(message: dict[str, Json]) -> dict[str, Json]:
    named: dict[str, Json] = {_rename(name, message): value for name, value in message.items() if value is not None}
    if (role := named.get("role")) and is_mapped(role, is_sharegpt=message.get("role") is None):
        named["role"] = ROLES[str(role)]
    reasoning = next((named[name] for name in _REASONING if name in named), None)
    if reasoning is None:
        return named
    return {"thinking": reasoning, **named, "reasoning_content": reasoning}


def _rename(name: str, message: Mapping[str, Json]) -> str:
    wanted = {"from": "role", "value": "content"}.get(name, name)
    return name if message.get(wanted) is not None else wanted


def is_mapped(role: Json, *, is_sharegpt: bool) -> bool:
    """Return whether a role has another name in a chat template.

    Under the key ``role``, ``function`` is a role of its own that some templates know.
    """
    return isinstance(role, str) and role in ROLES and (is_sharegpt or role != "function")


def list_mapped_roles(cells: Iterable[object]) -> list[str]:
    """Return the roles among these conversations that are mapped, in the order of ``ROLES``."""
    messages = [message for cell in cells if isinstance(cell, list) for message in cell if isinstance(message, dict)]
    pairs = [(message.get("role") or message.get("from"), message.get("role") is None) for message in messages]
    found = {role for role, is_sharegpt in pairs if is_mapped(role, is_sharegpt=is_sharegpt)}
    return [role for role in ROLES if role in found]
