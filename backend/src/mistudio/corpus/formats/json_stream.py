"""A JSON text of any size taken apart value by value, holding no more of it than one value and one block.

Only the places where values end are of interest here, and those are ASCII: bytes are taken as Latin-1, one character
each, which is fast and keeps every byte as it is, valid UTF-8 or not.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.byte_stream import BLOCK_BYTES, MAX_RECORD_BYTES, ByteStream, too_long

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_COMMA: Final = re.compile(r"[ \t\n\r]*,[ \t\n\r]*(?=[{\"\[0-9a-z-])")
# A value that ends this close to the end of what has been read may go on beyond it: a number, "tru", a half escape.
_MARGIN: Final = 32


class JsonText:
    """Reads on as values are asked for; InvalidData, with the line, where it is not JSON."""

    def __init__(self, source: ByteStream) -> None:
        self.found = False
        self._source = source
        self._parse = json.JSONDecoder().raw_decode
        self._text, self._at, self._line, self._ended = "", 0, 1, False

    def records(self) -> Iterator[bytes]:
        """The text of each element of a whole-file array, else of the values as they follow one another."""
        while mark := self._next():
            if mark == "[":
                yield from self._elements()
            else:
                yield self._value()

    def records_under(self, field: str) -> Iterator[bytes]:
        """What is under the key ``field`` of a whole-file object: the elements of an array, or the one value."""
        self._expect("{")
        while self._next() != "}":
            is_wanted = self._key() == field
            self._expect(":")
            self.found = self.found or is_wanted
            values = self._elements() if self._next() == "[" else iter([self._value()])
            for value in values:
                if is_wanted:
                    yield value
            self._separator("}")
        self._expect("}")

    def _key(self) -> object:
        if self._next() != '"':
            raise self._error("a key in quotes is missing", self._at)
        return json.loads(self._value().decode("utf-8", "replace"), strict=False)

    def _elements(self) -> Iterator[bytes]:
        self._expect("[")
        while self._next() != "]":
            yield self._value()
            self._separator("]")
        self._expect("]")

    def _separator(self, end: str) -> None:
        if comma := _COMMA.match(self._text, self._at):
            self._at = comma.end()
        elif self._next() == ",":
            self._expect(",")
            if self._next() == end:
                raise self._error(f"a value is missing before “{end}”", self._at)
        elif self._next() != end:
            raise self._error(f"“,” or “{end}” is missing", self._at)

    def _expect(self, mark: str) -> None:
        if self._next() != mark:
            raise self._error(f"“{mark}” is missing", self._at)
        self._at += 1

    def _next(self) -> str:
        """The next character that is not space, "" at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self) -> bytes:
        """The text of the value that begins here."""
        while True:
            try:
                _, end = self._parse(self._text, self._at)
                if self._ended or end < len(self._text) - _MARGIN or self._text[end - 1] in ']}"':
                    text, self._at = self._text[self._at : end], end
                    return text.encode("latin-1")
            except json.JSONDecodeError as error:
                if self._ended or not self._may_go_on(error):
                    raise self._error(error.msg, error.pos) from error
            except ValueError as error:
                raise self._error(str(error), self._at) from error
            except RecursionError as error:
                raise self._error("it is nested too deeply", self._at) from error
            self._more()

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _MARGIN

    def _more(self) -> bool:
        """Read on, by as much again as the value has already, so that a long one is not parsed too often."""
        rest = len(self._text) - self._at
        if rest > MAX_RECORD_BYTES:
            raise too_long(self._source.label)
        data = self._source.read(max(BLOCK_BYTES, rest))
        self._ended = not data
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + data.decode("latin-1")
        self._at = 0
        return bool(data)

    def _error(self, reason: str, position: int) -> InvalidData:
        line = self._line + self._text.count("\n", 0, position)
        return InvalidData(f"{self._source.label}, line {line:,} is not valid JSON: {reason}.")
