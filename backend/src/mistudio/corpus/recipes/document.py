"""Reads the YAML of a recipe, within limits, and remembers the line of each value for messages.

Only the types of JSON are values: a date, a number with leading zeros or ``yes`` is text, as it stands. A key that
occurs twice is an error, because YAML itself would drop the first. JSON is read too: it is a subset of YAML.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from mistudio.core.errors import FieldError, Json, RecipeInvalid
from mistudio.corpus.hub.yaml_limits import check_limits, describe_yaml_error
from mistudio.utils.hf_answers import InvalidAnswer

Place: TypeAlias = tuple[str | int, ...]

MAX_BYTES: Final = 1 << 20
_TAG: Final = "tag:yaml.org,2002:"
_MOST_PROBLEMS: Final = 20
_CORE: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "null": (re.compile(r"~|null|"), "~n"),
    "bool": (re.compile(r"true|false"), "tf"),
    "int": (re.compile(r"[-+]?(0|[1-9][0-9_]{0,25})"), "-+0123456789"),
    "float": (re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]{1,3})?"), "-+.0123456789"),
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # a library without types
    """Resolves plain scalars to the types of JSON only."""

    yaml_implicit_resolvers: Final[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _name, (_pattern, _first) in _CORE.items():
    for _character in _first:
        _Loader.yaml_implicit_resolvers.setdefault(_character, []).append(
            (_TAG + _name, re.compile(f"(?:{_pattern.pattern})$"))
        )
_Loader.yaml_implicit_resolvers[""] = [(_TAG + "null", re.compile("$"))]


def list_resolvers() -> Mapping[str, list[tuple[str, re.Pattern[str]]]]:
    """Return the types of plain scalars, by their first character."""
    return _Loader.yaml_implicit_resolvers


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value: where it is, and why."""

    place: Place
    message: str


@dataclass(frozen=True)
class Document:
    """The content of a recipe; ``lines`` has the line of each value, and of each key its own."""

    value: Json
    lines: Mapping[Place, int] = field(default_factory=dict)

    def find_line(self, place: Place) -> int:
        """Return the line of the value at ``place``, or of what contains it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def refuse(self, problems: list[Problem]) -> RecipeInvalid:
        """Return the refusal that names line and key of each problem."""
        found = sorted(problems, key=lambda problem: self.find_line(problem.place))[:_MOST_PROBLEMS]
        placed = [
            {"line": self.find_line(problem.place), "key": name_place(problem.place), "message": problem.message}
            for problem in found
        ]
        sentences = [f"Line {each['line']}, {each['key'] or 'recipe'}: {each['message']}" for each in placed]
        return RecipeInvalid(
            " ".join(sentences[:3]) + (f" And {len(problems) - 3} more." if len(problems) > 3 else ""),
            fields=[FieldError(str(each["key"]), text) for each, text in zip(placed, sentences, strict=True)],
            extra={"problems": placed},  # type: ignore[dict-item]  # JSON, whose lists are invariant
        )


def name_place(place: Place) -> str:
    """Return a place as messages name it, such as ``datasets.blend.mix.parts[0].share``."""
    name = ""
    for part in place:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    return name


def parse_document(data: bytes) -> Document:
    """Return the content of a recipe. Raises RecipeInvalid."""
    if len(data) > MAX_BYTES:
        raise RecipeInvalid(f"The recipe has {len(data):,} bytes. A recipe has at most {MAX_BYTES:,}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeInvalid(f"The recipe is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    try:
        check_limits(text, "recipe")
        node = yaml.compose(text, Loader=_Loader)
    except InvalidAnswer as error:
        raise RecipeInvalid(f"The recipe cannot be read: {error.reason}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecipeInvalid(f"The recipe cannot be read: {describe_yaml_error(error)}.") from error
    if not isinstance(node, yaml.MappingNode):
        raise RecipeInvalid("Line 1: a recipe is a mapping with the key datasets, not a single value or a list.")
    lines: dict[Place, int] = {}
    return Document(_build(node, (), lines), lines)


def _build(node: Any, place: Place, lines: dict[Place, int]) -> Json:  # a node of a library without types
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
        return _build_mapping(node, place, lines)
    if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
        return [_build(item, (*place, index), lines) for index, item in enumerate(node.value)]
    return _build_scalar(node, place)


def _build_mapping(node: Any, place: Place, lines: dict[Place, int]) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise RecipeInvalid(f"Line {line}, {name_place(place) or 'recipe'}: a key has to be text.")
        name = str(key.value)
        if name in made:
            raise RecipeInvalid(f"Line {line}, {name_place((*place, name))}: the key occurs twice. Remove one.")
        lines[*place, name] = line
        made[name] = _build(value, (*place, name), lines)
    return made


def _build_scalar(node: Any, place: Place) -> Json:
    text, kind = str(node.value), node.tag.removeprefix(_TAG)
    if kind == "str":
        return text
    if kind in _CORE and _CORE[kind][0].fullmatch(text):
        return _convert(kind, text)
    line = node.start_mark.line + 1
    raise RecipeInvalid(f"Line {line}, {name_place(place)}: “{node.tag}” is not a type that a recipe may have.")


def _convert(kind: str, text: str) -> Json:
    if kind == "int":
        return int(text.replace("_", ""))
    if kind == "float":
        return float(text)
    return text == "true" if kind == "bool" else None
