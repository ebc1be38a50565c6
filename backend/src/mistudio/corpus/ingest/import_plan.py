"""Plans an import: what each file will be, by the rules of a Hub repository, before its bytes arrive.

Only names and the first and last bytes are needed, and the whole of a card and of its like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final

from mistudio.corpus.formats.features import Features
from mistudio.corpus.formats.file_detection import detect_options
from mistudio.corpus.formats.file_options import FileOptions, strip_reader_options
from mistudio.corpus.hub.card import DECLARATIONS
from mistudio.corpus.hub.plan_types import FileLayout, Format, LaidOutFile, LayoutRequest, Options
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.ingest.file_names import detect_format, find_format, is_split_word
from mistudio.corpus.ingest.file_preview import preview_file
from mistudio.corpus.ingest.saved_dataset import SPLITS, STATE, SavedFiles, find_saved_files
from mistudio.corpus.ingest.stray_files import explain_stray

# Files whose whole content a plan needs.
WHOLE_FILES: Final = frozenset({*DECLARATIONS, STATE, SPLITS})
_MOST_PREVIEWS: Final = 50
_NOT_NAMED: Final = "The card does not name it."
_NOT_SAVED: Final = "It is not part of the saved dataset."
_EMPTY: Final = "It is empty, so it brings no rows."


@dataclass(frozen=True)
class OfferedFile:
    """A file that may be imported: its name, its size, and its first and last bytes; of ``WHOLE_FILES`` all bytes."""

    name: str
    size: int
    head: bytes
    tail: bytes = b""


@dataclass(frozen=True)
class ImportEntry:
    """What one file will be. ``options`` are those of its reader that ``file_options`` has no field for.

    ``text_column`` is a guess from the first rows, and ``columns`` are the columns there. ``reason`` says why the file
    is skipped, or what is special about it. ``features`` are what it declares of the columns, if it is the card.
    """

    file: str
    split: str | None = None
    format: Format | None = None
    file_options: FileOptions = field(default_factory=FileOptions)
    options: Options = field(default_factory=dict)
    text_column: str | None = None
    columns: tuple[str, ...] = ()
    skipped: bool = False
    reason: str | None = None
    features: Features = field(default_factory=dict)


@dataclass(frozen=True)
class ImportPlan:
    """What each file will be; ``config`` is that of the card, if it declares configs."""

    entries: tuple[ImportEntry, ...]
    config: str | None = None
    configs: tuple[str, ...] = ()


async def plan_import(planner: Planning, files: Sequence[OfferedFile], config: str | None = None) -> ImportPlan:
    """Return what each of ``files`` will be.

    Raises ConfigRequired if the card declares several configs, UnknownConfig, NoData, UnsupportedFormat,
    InvalidRepository.
    """
    root = find_root([file.name for file in files])
    by_path = {file.name.removeprefix(f"{root}/") if root else file.name: file for file in files}
    contents = {path: file.head for path, file in by_path.items() if PurePosixPath(path).name in WHOLE_FILES}
    saved = find_saved_files(list(by_path), contents)
    if saved is not None:
        return ImportPlan(_make_entries(by_path, _lay_out_saved(saved), other=_NOT_SAVED))
    request = LayoutRequest(
        name=root or "the imported files",
        paths=tuple(by_path),
        data_paths=tuple(path for path in by_path if explain_stray(path) is None and find_format(path) is not None),
        declarations={
            path: contents[path].decode("utf-8", "surrogateescape") for path in DECLARATIONS if path in contents
        },
        config=config,
        is_folder=root is not None,
    )
    layout = await planner.lay_out(request)
    return ImportPlan(_make_entries(by_path, layout, other=_NOT_NAMED), layout.config, layout.configs)


def find_root(names: Sequence[str]) -> str | None:
    """Return the folder that all files are in; None if there is none, or if its name is that of a split."""
    roots = {name.partition("/")[0] if "/" in name else "" for name in names}
    root = roots.pop() if len(roots) == 1 else ""
    has_card = any(f"{root}/{name}" in names for name in WHOLE_FILES)
    return root if root and (has_card or not is_split_word(root)) else None


def _lay_out_saved(saved: SavedFiles) -> FileLayout:
    files = tuple(LaidOutFile(path, split, "arrow") for path, split in saved.splits.items())
    return FileLayout(None, (), files, saved.left_out)


def _make_entries(by_path: Mapping[str, OfferedFile], layout: FileLayout, *, other: str) -> tuple[ImportEntry, ...]:
    """Return the entries of the files that are read, in order, then of those that are not."""
    taken = {laid.path for laid in layout.files}
    entries = [_make_entry(by_path[laid.path], laid) for laid in layout.files if laid.path in by_path]
    previewed = [_preview(entry, by_path) if at < _MOST_PREVIEWS else entry for at, entry in enumerate(entries)]
    card = next((path for path in DECLARATIONS if path in by_path), None)
    skipped = [
        _make_skipped(file, _explain(path, layout, other), layout.features if path == card else {})
        for path, file in sorted(by_path.items())
        if path not in taken
    ]
    return (*previewed, *skipped)


def _make_skipped(file: OfferedFile, reason: str, features: Features) -> ImportEntry:
    """Return the entry of a file that is left out, with the options by which it would be read."""
    if find_format(file.name) is None:
        return ImportEntry(file.name, skipped=True, reason=reason, features=features)
    entry = _make_entry(file, LaidOutFile(file.name, ""))
    return replace(entry, split=None, skipped=True, reason=reason, features=features)


def _explain(path: str, layout: FileLayout, other: str) -> str:
    if path in DECLARATIONS:
        return "It is the card, which describes the files." if layout.config else "It is a card, not data."
    if reason := layout.left_out.get(path) or explain_stray(path):
        return reason
    return other if find_format(path) is not None else "Files of this kind are not read."


def _make_entry(file: OfferedFile, laid: LaidOutFile) -> ImportEntry:
    file_format = laid.format or detect_format(file.name)
    declared = FileOptions.from_reader_options(file_format, laid.options)
    is_whole = len(file.head) == file.size
    detected, others = detect_options(file.name, file_format, file.head, is_whole=is_whole)
    return ImportEntry(
        file=file.name,
        split=laid.split,
        format=file_format,
        file_options=declared.replace_missing(detected),
        options=strip_reader_options(file_format, laid.options) if laid.options else others,
        reason=None if file.size else _EMPTY,
    )


def _preview(entry: ImportEntry, by_path: Mapping[str, OfferedFile]) -> ImportEntry:
    file = next(file for file in by_path.values() if file.name == entry.file)
    if entry.format is None or not file.size:
        return entry
    options = {**entry.options, **entry.file_options.to_reader_options(entry.format, FileOptions())}
    preview = preview_file(file.name, entry.format, options, size=file.size, head=file.head, tail=file.tail)
    return replace(entry, columns=preview.columns, text_column=preview.text_column)
