"""What ``mistudio import`` would take as what: asks the server, applies the options, prints the plan."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, Final

from mistudio.commands.connection import Studio
from mistudio.commands.output import fail, say, say_table
from mistudio.corpus.formats.file_options import FileOptions, default_options
from mistudio.corpus.hub.card import DECLARATION_BYTES
from mistudio.corpus.ingest.file_names import find_format
from mistudio.corpus.ingest.import_plan import WHOLE_FILES
from mistudio.utils.text import format_count

Entry = dict[str, Any]  # one file of a plan, as JSON

_SAMPLED_BYTES: Final = 64 << 10
# Of all files together; the server accepts a request of 32 MB, and Base64 takes a third more.
_MOST_BYTES: Final = 16 << 20
_WHOLE_BYTES: Final = 1 << 20
_MAX_FILES: Final = 10_000
_SHOWN_SKIPPED: Final = 10
_FORMATS_OF: Final = {
    "encoding": ("csv", "json", "text"),
    "delimiter": ("csv",),
    "quote": ("csv",),
    "field": ("json",),
    "sample_by": ("text",),
}
_TABS: Final = {"\\t", "tab", "TAB"}


@dataclass(frozen=True)
class ImportChanges:
    """What the command line changes in a plan: splits by file, and options for all files they apply to."""

    splits: Sequence[str]
    options: FileOptions


def list_files(paths: Sequence[Path]) -> dict[str, Path]:
    """Return all files by the names that they are offered under; files of a folder begin with the folder's name."""
    found = dict(_list_names(paths))
    if len(found) > _MAX_FILES:
        raise fail(f"At most {_MAX_FILES:,} files at a time; here are {len(found):,}. Join them, or import in parts.")
    return found


def _list_names(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        folder = path.resolve()
        for file in sorted(folder.rglob("*")):
            relative = file.relative_to(folder)
            hidden = any(part.startswith(".") for part in relative.parts)
            if file.is_file() and (not hidden or relative.as_posix() in WHOLE_FILES):
                yield f"{folder.name}/{relative.as_posix()}", file


async def ask_plan(api: Studio, files: dict[str, Path], config: str | None) -> dict[str, Any]:
    """Return the server's plan for these files, as JSON."""
    sampled = min(_SAMPLED_BYTES, _MOST_BYTES // (2 * max(len(files), 1)))
    offered = [_offer(name, path, sampled) for name, path in files.items()]
    plan: dict[str, Any] = await api.call("POST", "/datasets/upload/plan", json={"files": offered, "config": config})
    return plan


def _offer(name: str, path: Path, sampled: int) -> dict[str, Any]:
    size, plain_name = path.stat().st_size, PurePosixPath(name).name
    head = tail = b""
    with path.open("rb") as file:
        if plain_name in WHOLE_FILES:
            head = file.read(DECLARATION_BYTES.get(plain_name, _WHOLE_BYTES))
        elif find_format(name) is not None:
            head = file.read(sampled)
            file.seek(max(size - sampled, 0))
            tail = file.read(sampled)
    return {"file": name, "size": size, "head": _encode(head), "tail": _encode(tail)}


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def apply_changes(entries: Sequence[Entry], changes: ImportChanges) -> list[Entry]:
    """Return the entries with the options of the command line; a file that is given a split is read."""
    changed = [dict(entry) for entry in entries]
    for rule in changes.splits:
        pattern, separator, split = rule.rpartition("=")
        matching = [entry for entry in changed if _matches(entry["file"], pattern)]
        if not separator or not matching:
            raise fail(f"--split {rule}: write FILE=NAME, where FILE is one of the files, or a pattern such as *.csv.")
        for entry in matching:
            entry.update(split=split, skipped=False, reason=None)
    for name, formats in _FORMATS_OF.items():
        value = getattr(changes.options, name)
        for entry in changed:
            if value is not None and entry["format"] in formats:
                entry[name] = "\t" if name == "delimiter" and value in _TABS else value
    return changed


def _matches(name: str, pattern: str) -> bool:
    relative = name.partition("/")[2]
    return pattern in (name, relative, PurePosixPath(name).name) or any(
        fnmatchcase(each, pattern) for each in (name, relative)
    )


def to_form(plan: dict[str, Any], entries: Sequence[Entry], fields: dict[str, str | None]) -> dict[str, str]:
    """Return the form's fields of the upload. The guess of the text column is left out: all rows decide."""
    sent = [{**entry, "text_column": None, "columns": []} for entry in entries]
    every = {**fields, "config": plan["config"], "plan": json.dumps(sent)}
    return {name: value for name, value in every.items() if value}


def show_plan(plan: dict[str, Any], entries: Sequence[Entry]) -> None:
    """Print what each file will be, and why others are left out."""
    taken = [entry for entry in entries if not entry["skipped"]]
    by_card = f", by the config {plan['config']} of its card" if plan["config"] else ""
    say(f"{plan['name']}: {format_count(len(taken), 'file')} to import{by_card}.")
    rows = [[e["file"], e["split"], e["format"] or "", e["text_column"] or "", _describe(e)] for e in taken]
    if rows:
        say_table(["FILE", "SPLIT", "FORMAT", "TEXT", "OPTIONS"], rows)
    skipped = [[entry["file"], entry["reason"] or ""] for entry in entries if entry["skipped"]]
    if skipped:
        say(f"{format_count(len(skipped), 'file')} not imported:")
        say_table(["FILE", "WHY"], skipped)


def describe_skipped(entries: Sequence[Entry]) -> str | None:
    """Return in one text which files are left out, and why; None if none is."""
    skipped = [f"  {entry['file']}: {entry['reason']}" for entry in entries if entry["skipped"]]
    if not skipped:
        return None
    more = (
        [f"  and {len(skipped) - _SHOWN_SKIPPED:,} more; --dry-run shows all"] if len(skipped) > _SHOWN_SKIPPED else []
    )
    return "\n".join([f"{format_count(len(skipped), 'file')} not imported:", *skipped[:_SHOWN_SKIPPED], *more])


def _describe(entry: Entry) -> str:
    """Return the options that differ from the format's defaults, and what is special about the file."""
    usual = default_options(entry["format"], entry["file"]) if entry["format"] else FileOptions()
    named = [name for name in _FORMATS_OF if entry[name] and entry[name] != getattr(usual, name)]
    options = [f"{name}={entry[name]!r}" for name in named] + [f"{k}={v!r}" for k, v in entry["options"].items()]
    return " ".join([*options, *([entry["reason"]] if entry["reason"] else [])])
