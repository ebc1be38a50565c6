"""Render conversations with the chat template of a tokenizer.

A template is a program from a third party's repository. Jinja's sandbox lets it read its arguments and change nothing.
transformers uses the same sandbox and passes the same names, so both produce the same text.
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
    """The template refuses one conversation; ``reason`` is the template's own, ``where`` names the conversation."""

    def __init__(self, reason: str, *, where: str = "") -> None:
        beginning = f"{where}: the" if where else "The"
        super().__init__(f"{beginning} chat template refuses the conversation: {reason.rstrip('.')}.")
        self.reason = reason


class _GenerationTag(Extension):
    """Accept the tag that marks what the assistant said; it does not change the text."""

    tags = {"generation"}  # noqa: RUF012 (the base class declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the content of the block in place of the block."""
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)


class ChatTemplate:
    """A compiled template; ``special`` maps ``bos_token``, ``eos_token`` … to the tokens that it may write."""

    def __init__(self, source: str, special: Mapping[str, str]) -> None:
        """Compile ``source``; raises ChatTemplateFailed if it is not a template."""
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_GenerationTag, loopcontrols]
        )
        environment.filters["tojson"] = _to_json
        environment.globals["raise_exception"] = _raise_exception
        self._special = dict(special)
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise ChatTemplateFailed(
                f"The tokenizer's chat template cannot be read: {error}. Correct it, or use another tokenizer."
            ) from error

    def render(self, messages: Sequence[Message], *, now: datetime, tools: Sequence[Json] | None = None) -> str:
        """Return the conversation as one text; some templates write the date, which is ``now``, and ``tools``.

        Raises ConversationRefused, with the template's own reason.
        """
        try:
            return self._template.render(
                messages=list(messages),
                tools=None if tools is None else list(tools),
                documents=None,
                add_generation_prompt=False,
                strftime_now=now.strftime,
                **self._special,
            )
        except (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            # A template is a program: on a conversation that it does not expect, it may raise any of these.
            raise ConversationRefused(str(error)) from error


def find_chat_template(template_file: str | None, config: Mapping[str, Json]) -> str | None:
    """Return the template's source: its own file, else the entry in tokenizer_config.json, else None."""
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
    # Jinja's own filter escapes characters that HTML reserves.
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
