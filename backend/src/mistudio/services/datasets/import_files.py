"""Turns received files and the entries of a plan into the plan that the import's job follows."""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import TypeAdapter, ValidationError

from mistudio.core.errors import FieldError, Json, ValidationFailed
from mistudio.corpus.formats.file_detection import detect_options
from mistudio.corpus.formats.file_options import FileOptions
from mistudio.corpus.formats.reading import detect_late_encoding
from mistudio.corpus.hub.plan_types import Format
from mistudio.corpus.hub.reader_options import refuse_unsupported_options, select_known_options
from mistudio.corpus.ingest.file_names import detect_format, find_format
from mistudio.corpus.ingest.import_plan import WHOLE_FILES, ImportEntry, OfferedFile
from mistudio.corpus.ingest.local_files import LocalFile, LocalPlan
from mistudio.corpus.store.manifest import SkippedFile
from mistudio.schemas.dataset_requests import DatasetImportFields
from mistudio.schemas.import_plan import ImportFile, OfferedFileRequest

SAMPLED_BYTES: Final = 64 << 10
_ENTRIES: Final = TypeAdapter(list[ImportFile])
_OPTION_NAMES: Final = tuple(asdict(FileOptions()))


@dataclass(frozen=True)
class ReceivedFile:
    """A file of an upload: its name, its name in the folder of source files, its size and its SHA-256."""

    name: str
    stored: str
    size: int
    sha256: str


def offer_received(files: Sequence[ReceivedFile], folder: Path) -> list[OfferedFile]:
    """Return the files of an upload as a plan needs them."""
    return [_offer(file, folder / file.stored) for file in files]


def _offer(file: ReceivedFile, path: Path) -> OfferedFile:
    is_whole = PurePosixPath(file.name).name in WHOLE_FILES
    with path.open("rb") as opened:
        head = opened.read() if is_whole else opened.read(SAMPLED_BYTES)
        opened.seek(max(file.size - SAMPLED_BYTES, 0))
        return OfferedFile(file.name, file.size, head, opened.read(SAMPLED_BYTES))


def offer_announced(files: Sequence[OfferedFileRequest]) -> list[OfferedFile]:
    """Return the files of a request as a plan needs them."""
    return [OfferedFile(file.file, file.size, file.head, file.tail) for file in files]


def to_import_file(entry: ImportEntry) -> ImportFile:
    """Return what the API says of one file of a plan."""
    return ImportFile.model_validate(
        {
            "file": entry.file,
            "split": entry.split,
            "format": entry.format,
            **asdict(entry.file_options),
            "options": dict(entry.options),
            "text_column": entry.text_column,
            "columns": list(entry.columns),
            "skipped": entry.skipped,
            "reason": entry.reason,
            "features": dict(entry.features),
        }
    )


def parse_entries(text: str) -> list[ImportFile]:
    """Return the entries in the field ``plan`` of an upload. Raises ValidationFailed."""
    try:
        return _ENTRIES.validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        message = f"The plan is not valid: {place or 'it'}: {fault['msg']}."
        raise ValidationFailed(message, fields=[FieldError("plan", message)]) from error


def make_local_plan(
    received: Sequence[ReceivedFile], folder: Path, entries: Sequence[ImportFile], fields: DatasetImportFields
) -> LocalPlan:
    """Return the plan of an import, whose files are in ``folder``.

    Options that reading detects itself are left out, so that reading notes them, and that an unchanged plan is the same
    import as none. Raises ValidationFailed for entries that do not fit the files.
    """
    by_name = {file.name: file for file in received}
    if unplanned := sorted(set(by_name) - {entry.file for entry in entries}):
        raise _invalid(f"The plan does not say what “{unplanned[0]}” is. Add it, or leave the file out.")
    taken = [entry for entry in entries if not entry.skipped]
    files = tuple(_to_local_file(entry, by_name, folder, fields) for entry in taken)
    if not files:
        raise _invalid(_explain_nothing(entries))
    if len({(file.name, file.split) for file in files}) < len(files):
        raise _invalid("The plan lists a file twice for one split. List each once.")
    if not any(file.size for file in files):
        raise ValidationFailed(f"“{files[0].name}” is empty. Choose files with rows.", field="files")
    skipped = tuple(SkippedFile(entry.file, entry.reason or "It was left out.") for entry in entries if entry.skipped)
    features = {name: feature for entry in entries for name, feature in entry.features.items()}
    return LocalPlan(files, skipped=skipped, config=fields.config, features=features)


def choose_text_column(entries: Sequence[ImportFile], fields: DatasetImportFields) -> str | None:
    """Return the text column that the form or the entries ask for. Raises ValidationFailed if entries differ."""
    names = list(dict.fromkeys(entry.text_column for entry in entries if entry.text_column and not entry.skipped))
    if fields.text_column or not names:
        return fields.text_column
    if len(names) > 1:
        raise _invalid(f"A dataset has one text column, and the plan names {', '.join(names)}. Choose one.")
    return names[0]


def _to_local_file(
    entry: ImportFile, received: Mapping[str, ReceivedFile], folder: Path, fields: DatasetImportFields
) -> LocalFile:
    file = received.get(entry.file)
    if file is None:
        raise _invalid(f"The plan lists “{entry.file}”, which did not come with the request. Send it, or skip it.")
    if entry.split is None:
        raise _invalid(f"The plan gives no split for “{entry.file}”. Name one, or skip the file.")
    file_format = entry.format or detect_format(entry.file)
    options = _make_options(entry, file_format, _offer(file, folder / file.stored), fields.sample_by)
    if file_format == "text" and options.get("sample_by") == "file" and "encoding" not in options:
        # Such files are joined before they are read, so that reading could not detect it for each.
        found = detect_late_encoding(folder / file.stored, label=file.name)
        options |= {"encoding": found} if found else {}
    own_format = None if file_format == find_format(entry.file) else file_format
    return LocalFile(file.name, file.stored, entry.split, file.size, file.sha256, own_format, options)


def _make_options(entry: ImportFile, file_format: Format, file: OfferedFile, sample_by: str) -> dict[str, Json]:
    """Return the reader's options that differ from what it detects."""
    options = FileOptions(**{name: getattr(entry, name) for name in _OPTION_NAMES})
    if file_format == "text" and options.sample_by in (None, "line"):
        options = FileOptions(encoding=options.encoding, sample_by=None if sample_by == "line" else sample_by)
    _check_encoding(options.encoding, entry.file)
    others = select_known_options(entry.options, file_format)
    refuse_unsupported_options(entry.file, others)
    detected, dialect = detect_options(file.name, file_format, file.head, is_whole=len(file.head) == file.size)
    if others == dialect:
        others = {}
    elif file_format == "csv":
        detected = FileOptions(encoding=detected.encoding)
    return {**others, **options.to_reader_options(file_format, detected)}


def _check_encoding(encoding: str | None, name: str) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        raise _invalid(f"“{name}”: there is no encoding “{encoding}”. Use a name such as utf-8 or latin-1.") from None


def _explain_nothing(entries: Sequence[ImportFile]) -> str:
    first = next((entry for entry in entries if entry.skipped), None)
    example = f" “{first.file}”: {first.reason}" if first else ""
    return f"None of the files is imported.{example} Choose a file for a split, or other files."


def _invalid(message: str) -> ValidationFailed:
    return ValidationFailed(message, field="plan")
