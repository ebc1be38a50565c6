"""Parses multipart bodies as they are received: files go straight to the upload, without a temporary copy."""

import asyncio
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from mistudio.api.errors import field_errors, summarize
from mistudio.core.errors import UnsupportedFile, ValidationFailed
from mistudio.schemas.dataset_requests import DatasetImportFields
from mistudio.services.datasets.import_files import parse_entries
from mistudio.services.storage.upload import Upload

# Written by a thread in blocks of this size: smaller ones would cost more to hand over than to write.
_BLOCK_BYTES: Final = 1 << 20
_MAX_FIELDS: Final = 20
_MAX_FIELD_BYTES: Final = 8 << 10
# A plan has an entry for each of up to 10,000 files.
_PLAN: Final = "plan"
_MAX_PLAN_BYTES: Final = 16 << 20
# How browsers escape characters that would break the header.
_ESCAPED: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}


def announced_bytes(request: Request) -> int | None:
    """Return the size of the body by its header; None if there is none."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


async def receive_form(request: Request, upload: Upload) -> Mapping[str, str]:
    """Hand the files of a multipart body to ``upload``, and return its other fields.

    Raises UnsupportedFile for a body of another kind, ValidationFailed for one that is malformed or incomplete, and
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
        raise _incomplete() from error
    await asyncio.to_thread(form.feed, bytes(block))
    return form.fields()


def import_fields(form: Mapping[str, str]) -> DatasetImportFields:
    """Return the form's fields beside its files; an empty field counts as left out. Raises ValidationFailed."""
    try:
        return DatasetImportFields.model_validate({name: value for name, value in form.items() if value.strip()})
    except ValidationError as error:
        fields = field_errors(error.errors())
        raise ValidationFailed(summarize(fields), fields=fields) from error


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UnsupportedFile("Send the files as multipart/form-data, in a field “files”.")
    return options[b"boundary"]


class _Form:
    """The parser's callbacks: parts with a file name go to the upload, others are kept as text."""

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
        """Parse the next bytes of the body."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _malformed() from error

    def fields(self) -> Mapping[str, str]:
        """Return the fields that are not files, once the body is complete."""
        if not self._is_complete:
            raise _incomplete()
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
            raise ValidationFailed("The form has a field without a name, a field twice, or too many fields.")

    def _more_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._upload.write(memoryview(data)[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > (_MAX_PLAN_BYTES if self._field == _PLAN else _MAX_FIELD_BYTES):
            raise ValidationFailed(f"The field “{self._field[:100]}” is too long.")

    def _end_part(self) -> None:
        if self._field is None:
            self._upload.end()
        else:
            self._fields[self._field] = _decoded(self._text)
            if self._field == _PLAN:
                self._upload.expect(entry.file for entry in parse_entries(self._fields[_PLAN]))

    def _end(self) -> None:
        self._is_complete = True


def _incomplete() -> ValidationFailed:
    return ValidationFailed("The upload is incomplete: its end is missing. Send it again.")


def _malformed() -> ValidationFailed:
    return ValidationFailed("The request is not a well-formed multipart/form-data upload.")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _file_name(data: bytes) -> str:
    """Return the name as the user wrote it."""
    name = _decoded(data)
    for escaped, character in _ESCAPED.items():
        name = name.replace(escaped, character)
    return name
