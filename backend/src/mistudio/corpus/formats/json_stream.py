"""Splits a JSON text of any size into its values, with only one value and one block in memory.

Only the ends of values matter here, and those are ASCII. So bytes are decoded as Latin-1, one character each, which is
fast and keeps every byte, valid UTF-8 or not.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.byte_stream import BLOCK_BYTES, MAX_RECORD_BYTES, ByteStream, too_long_error

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_COMMA: Final = re.compile(r"[ \t\n\r]*,[ \t\n\r]*(?=[{\"\[0-9a-z-])")
# A value that ends this close to the end of the block may go on in the next one: a number, "tru", half an escape.
_MARGIN: Final = 32


class JsonStream:
    """Reads blocks as values are requested; raises InvalidData, with the line, for invalid JSON."""

    def __init__(self, source: ByteStream) -> None:
        self.has_field = False
        self._source = source
        self._parse = json.JSONDecoder().raw_decode
        self._text, self._at, self._line, self._ended = "", 0, 1, False

    def read_records(self) -> Iterator[bytes]:
        """Read the text of each element of a whole-file array, or of each value in a sequence."""
        while mark := self._peek():
            if mark == "[":
                yield from self._read_elements()
            else:
                yield self._read_value()

    def read_records_under(self, field: str) -> Iterator[bytes]:
        """Read the value at the path ``field`` of a whole-file object, or its elements if it is an array."""
        self._expect("{")
        while self._peek() != "}":
            key = self._read_key()
            self._expect(":")
            inner = field[len(key) + 1 :] if field.startswith(f"{key}.") else ""
            if inner and self._peek() == "{":
                yield from self.read_records_under(inner)
                self._skip_separator("}")
                continue
            is_wanted = key == field
            self.has_field = self.has_field or is_wanted
            values = self._read_elements() if self._peek() == "[" else iter([self._read_value()])
            for value in values:
                if is_wanted:
                    yield value
            self._skip_separator("}")
        self._expect("}")

    def _read_key(self) -> str:
        if self._peek() != '"':
            raise self._invalid_error("a key in quotes is missing", self._at)
        return str(json.loads(self._read_value().decode("utf-8", "replace"), strict=False))

    def _read_elements(self) -> Iterator[bytes]:
        self._expect("[")
        while self._peek() != "]":
            yield self._read_value()
            self._skip_separator("]")
        self._expect("]")

    def _skip_separator(self, end: str) -> None:
        if comma := _COMMA.match(self._text, self._at):
            self._at = comma.end()
        elif self._peek() == ",":
            self._expect(",")
            if self._peek() == end:
                raise self._invalid_error(f"a value is missing before “{end}”", self._at)
        elif self._peek() != end:
            raise self._invalid_error(f"“,” or “{end}” is missing", self._at)

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._invalid_error(f"“{mark}” is missing", self._at)
        self._at += 1

    def _peek(self) -> str:
        """Return the next character that is not space, "" at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_more():
                return ""

    def _read_value(self) -> bytes:
        """Read the text of the value that begins here."""
        while True:
            try:
                _, end = self._parse(self._text, self._at)
                if self._ended or end < len(self._text) - _MARGIN or self._text[end - 1] in ']}"':
                    text, self._at = self._text[self._at : end], end
                    self._check_length(len(text))
                    return text.encode("latin-1")
            except json.JSONDecodeError as error:
                if self._ended or not self._can_go_on(error):
                    raise self._invalid_error(error.msg, error.pos) from error
            except ValueError as error:
                raise self._invalid_error(str(error), self._at) from error
            except RecursionError as error:
                raise self._invalid_error("it is nested too deeply", self._at) from error
            self._read_more()

    def _can_go_on(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _MARGIN

    def _read_more(self) -> bool:
        """Read as much again as the value already has, so that a long one is not parsed too often."""
        rest = len(self._text) - self._at
        self._check_length(rest)
        data = self._source.read(max(BLOCK_BYTES, min(rest, MAX_RECORD_BYTES - rest)))
        self._ended = not data
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + data.decode("latin-1")
        self._at = 0
        return bool(data)

    def _check_length(self, length: int) -> None:
        if length > MAX_RECORD_BYTES:
            raise too_long_error(self._source.label)

    def _invalid_error(self, reason: str, position: int) -> InvalidData:
        line = self._line + self._text.count("\n", 0, position)
        return InvalidData(f"{self._source.label}, line {line:,} is not valid JSON: {reason}. Correct it.")
