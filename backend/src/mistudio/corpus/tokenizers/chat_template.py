"""Conversations as the text that a model was trained on, by the template that its tokenizer carries.

A template is a program from somebody else's repository. It runs in Jinja's sandbox, which lets it read what it is
given and change nothing; transformers runs it so, too, and with the same names in reach, so that the text is the same.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mistudio.core.errors import ChatTemplateFailed, Json

Message = Mapping[str, Json]
_DEFAULT: Final = "default"


class ConversationRefused(ChatTemplateFailed):
    """The template will not have one conversation; ``reason`` is its own, the rest is for whoever knows which one."""

    def __init__(self, reason: str, *, where: str = "") -> None:
        told = f"{where}: the" if where else "The"
        super().__init__(f"{told} chat template refuses the conversation: {reason.rstrip('.')}.")
        self.reason = reason


class _Generation(Extension):
    """Templates may mark what the assistant said; the mark changes nothing in the text."""

    tags = {"generation"}  # noqa: RUF012 (the base class declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        """The block's content in the block's place."""
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)


class ChatTemplate:
    """A compiled template; ``special`` are the tokens that it may write, as ``bos_token``, ``eos_token`` …"""

    def __init__(self, source: str, special: Mapping[str, str]) -> None:
        """Compile ``source``; raises ChatTemplateFailed where it is no template."""
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
        )
        environment.filters["tojson"] = _to_json
        environment.globals["raise_exception"] = _raise_exception
        self._special = dict(special)
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise ChatTemplateFailed(f"The tokenizer's chat template cannot be read: {error}.") from error

    def render(self, messages: Sequence[Message], *, now: datetime) -> str:
        """The conversation as one text; ``now`` is the date that some templates write.

        Raises ConversationRefused, with the template's own reason.
        """
        try:
            return self._template.render(
                messages=list(messages),
                tools=None,
                documents=None,
                add_generation_prompt=False,
                strftime_now=now.strftime,
                **self._special,
            )
        except (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            # A template that was not made for this conversation fails like the program that it is.
            raise ConversationRefused(str(error)) from error


def find_chat_template(template_file: str | None, config: Mapping[str, Json]) -> str | None:
    """The template's source: the file of its own, else what tokenizer_config.json has, else None."""
    if template_file is not None:
        return template_file
    given = config.get("chat_template")
    if isinstance(given, list):
        named = {entry.get("name"): entry.get("template") for entry in given if isinstance(entry, dict)}
        given = named.get(_DEFAULT)
    return given if isinstance(given, str) else None


def _raise_exception(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _to_json(
    value: Json,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    # Jinja's own filter would escape what HTML reserves.
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
