"""Multipart bodies, parsed as they come: files go straight to where they are wanted, nothing is spooled or held."""

import asyncio
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from mistudio.api.errors import field_errors
from mistudio.core.errors import UnsupportedFile, ValidationFailed
from mistudio.schemas.dataset import DatasetImportFields
from mistudio.services.storage.upload import Upload

# So much is gathered before a thread is asked to write it: a handful of bytes each time would cost more than it brings.
_BLOCK_BYTES: Final = 1 << 20
_MAX_FIELDS: Final = 20
_MAX_FIELD_BYTES: Final = 8 << 10
# What a browser puts for characters that would break the header.
_ESCAPED: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}


def announced_bytes(request: Request) -> int | None:
    """What the sender says that the body has; None if it does not."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


async def receive_form(request: Request, upload: Upload) -> Mapping[str, str]:
    """Hand the files of a multipart body to ``upload``, and answer its other fields.

    Raises UnsupportedFile where the body is of another kind, ValidationFailed where it is malformed or cut short, and
    what ``upload`` raises.
    """
    form = _Form(_boundary(request), upload)
    block = bytearray()
    try:
        async for data in request.stream():
            block += data
            if len(block) >= _BLOCK_BYTES:
                await asyncio.to_thread(form.feed, bytes(block))
                block.clear()
    except ClientDisconnect as error:
        # Nobody hears the answer.
        raise _cut_short() from error
    await asyncio.to_thread(form.feed, bytes(block))
    return form.fields()


def import_fields(form: Mapping[str, str]) -> DatasetImportFields:
    """What the form says beside its files; a field left empty is one left out. Raises ValidationFailed."""
    try:
        return DatasetImportFields.model_validate({name: value for name, value in form.items() if value.strip()})
    except ValidationError as error:
        fields = field_errors(error.errors())
        told = "; ".join(f"{field.field}: {field.message.rstrip('.')}" for field in fields)
        raise ValidationFailed(f"{told}.", fields=fields) from error


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UnsupportedFile("Send the files as multipart/form-data, in a field “files”.")
    return options[b"boundary"]


class _Form:
    """What the parser calls: parts with a file name go to the upload, others are kept as text."""

    def __init__(self, boundary: bytes, upload: Upload) -> None:
        self._upload = upload
        self._fields: dict[str, str] = {}
        self._header = b""
        self._value = b""
        self._disposition: bytes | None = None
        self._field: str | None = None
        self._text = b""
        self._is_complete = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._more_header,
                    "on_header_value": self._more_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_data,
                    "on_part_data": self._more_data,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _malformed() from error

    def feed(self, data: bytes) -> None:
        """The next bytes of the body."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _malformed() from error

    def fields(self) -> Mapping[str, str]:
        """The fields that are not files, once all is read."""
        if not self._is_complete:
            raise _cut_short()
        return self._fields

    def _begin_part(self) -> None:
        self._disposition = None

    def _more_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _more_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _begin_data(self) -> None:
        _kind, options = parse_options_header(self._disposition)
        filename = options.get(b"filename")
        if filename is not None:
            self._field = None
            self._upload.begin(_file_name(filename))
            return
        self._field, self._text = _decoded(options.get(b"name", b"")), b""
        if not self._field or self._field in self._fields or len(self._fields) >= _MAX_FIELDS:
            raise ValidationFailed("A field of the form has no name, stands twice, or there are too many.")

    def _more_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._upload.write(memoryview(data)[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > _MAX_FIELD_BYTES:
            raise ValidationFailed(f"The field “{self._field[:100]}” is too long.")

    def _end_part(self) -> None:
        if self._field is None:
            self._upload.end()
        else:
            self._fields[self._field] = _decoded(self._text)

    def _end(self) -> None:
        self._is_complete = True


def _cut_short() -> ValidationFailed:
    return ValidationFailed("The upload is cut short: its end is missing. Send it again.")


def _malformed() -> ValidationFailed:
    return ValidationFailed("The request is not a well-formed multipart/form-data upload.")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _file_name(data: bytes) -> str:
    """The name as a person gave it."""
    name = _decoded(data)
    for escaped, character in _ESCAPED.items():
        name = name.replace(escaped, character)
    return name
