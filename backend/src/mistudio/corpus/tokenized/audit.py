"""What the written files of a tokenization are examined for, read back from the disk, and the verdict.

Documents are encoded once more by the reference and compared with what the files hold, at places spread evenly over
all rows, or everywhere. "Verified on n documents" is what that shows; it is never a guarantee.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa

from mistudio.core.errors import DataMissing, InvalidData, Json, UnsupportedVersion
from mistudio.core.records import as_json, from_json
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.encoders.encoding import Encoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.tokenized.audit_sample import AuditedRows, audited_rows, written_length
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import TokenizedStore, TokenRow
from mistudio.utils.file_utils import sha256_file, write_bytes_atomic
from mistudio.utils.prefetch import prefetch

AUDIT_NAME: Final = "audit.json"
FORMAT_VERSION: Final = 1
Decode: TypeAlias = Callable[[Sequence[Sequence[int]]], Sequence[str]]
Verdict: TypeAlias = Literal["passed", "warning", "failed"]

_FATAL: Final = frozenset({"ids_in_vocabulary", "reference", "padding", "files"})


@dataclass(frozen=True)
class AuditCheck:
    """One thing that was looked at; ``passed`` None: it does not apply to this tokenization."""

    name: str
    title: str
    passed: bool | None
    detail: str
    figures: Mapping[str, int | float | str]


@dataclass(frozen=True)
class Audit:
    """The checks and what they come to."""

    verdict: Verdict
    checks: tuple[AuditCheck, ...]
    documents_compared: int
    differences: int


def write_audit(folder: Path, audit: Audit) -> None:
    """Write it into the tokenization's folder, atomically."""
    content = {"format_version": FORMAT_VERSION, **as_json(audit)}
    write_bytes_atomic(folder / AUDIT_NAME, json.dumps(content, indent=1).encode() + b"\n")


def read_audit(folder: Path) -> Audit:
    """The audit of the tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
    try:
        content = cast("dict[str, Json]", json.loads((folder / AUDIT_NAME).read_bytes()))
        if cast("int", content["format_version"]) > FORMAT_VERSION:
            raise UnsupportedVersion("The audit was written by a newer version of this program: update it.")
        return from_json(Audit, content)
    except FileNotFoundError as error:
        raise DataMissing("The tokenization's files are not on disk: delete it and tokenize again.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidData("The audit is damaged: delete the tokenization and tokenize again.") from error


@dataclass
class _Seen:
    rows: int = 0
    empty_rows: int = 0
    begun: int = 0
    doubled: int = 0
    badly_padded: int = 0
    outside: int = 0
    documents: int = 0
    differences: int = 0
    round_trips: int = 0
    lossy: int = 0


def audit_files(
    folder: Path,
    manifest: TokenizedManifest,
    reader: TextReader,
    *,
    reference: Encoder,
    decode: Decode,
    is_lossless: bool,
    monitor: Monitor,
) -> Audit:
    """Examine the files in ``folder``; ``reader`` reads the texts that they were made of."""
    store = TokenizedStore(folder, manifest)
    seen = _Seen()
    for split in manifest.splits:
        with closing(prefetch(audited_rows(store, split, manifest, reader))) as coming:
            for read in coming:
                monitor.checkpoint()
                monitor.report(seen.rows, manifest.rows, "finish")
                _look(seen, read.rows, manifest)
                _compare(seen, read, manifest, reference, decode if is_lossless else None)
    checks = tuple(_checks(seen, manifest, is_lossless=is_lossless, damaged=_damaged(folder, manifest)))
    failed = [check.name for check in checks if check.passed is False]
    verdict: Verdict = "failed" if _FATAL & set(failed) else "warning" if failed else "passed"
    return Audit(verdict, checks, seen.documents, seen.differences)


def _damaged(folder: Path, manifest: TokenizedManifest) -> int:
    """Data files that lie on the disk otherwise than they were written: by their size, in full by their hash, too."""
    is_full = manifest.settings.verify == "full"
    files = [(file, folder / file.path) for split in manifest.splits for file in split.files]
    return sum(
        path.stat().st_size != file.bytes or (is_full and sha256_file(path) != file.sha256) for file, path in files
    )


def _look(seen: _Seen, rows: Sequence[TokenRow], manifest: TokenizedManifest) -> None:
    bos, vocab_size = manifest.tokenizer.special["bos"], manifest.tokenizer.vocab_size
    for row in rows:
        length = written_length(row, manifest)
        ids = row.ids[:length]
        seen.badly_padded += not _is_well_padded(row, length, manifest.resolved.pad)
        seen.rows += 1
        seen.empty_rows += not len(ids)
        seen.outside += int(((row.ids < 0) | (row.ids >= vocab_size)).sum())
        seen.begun += bool(len(ids) and ids[0] == _begin(manifest))
        seen.doubled += int(bos is not None and ((ids[:-1] == bos) & (ids[1:] == bos)).any())


def _is_well_padded(row: TokenRow, length: int, pad: int | None) -> bool:
    """Whether after ``length`` positions there is nothing but padding, and the mask, if any, says so."""
    is_data = np.arange(len(row.ids)) < length
    masked = row.mask is None or np.array_equal(row.mask, is_data)
    return length <= len(row.ids) and masked and bool((row.ids[length:] == pad).all())


def _begin(manifest: TokenizedManifest) -> int | None:
    resolved = manifest.resolved
    return resolved.begin_of_row if resolved.begin_of_row is not None else next(iter(resolved.prefix), None)


def _compare(
    seen: _Seen, read: AuditedRows, manifest: TokenizedManifest, reference: Encoder, decode: Decode | None
) -> None:
    encoded = reference.encode(pa.array(list(read.texts.values()), pa.string()))
    starts = encoded.offsets.tolist()
    made = {number: encoded.ids[starts[place] : starts[place + 1]] for place, number in enumerate(read.texts)}
    room = manifest.resolved.room if manifest.settings.truncation and not manifest.settings.is_packed else None
    wrong = set()
    for row, piece in read.pieces:
        ids = made[piece.row]
        stop = piece.token_start + piece.length
        written = row.ids[piece.position : piece.position + piece.length]
        if row.source is not None:
            stop = len(ids) if room is None else min(room, len(ids))
        if not np.array_equal(ids[piece.token_start : stop], written):
            wrong.add(piece.row)
    seen.documents += len(made)
    seen.differences += len(wrong)
    if decode is not None:
        decoded = decode([ids.tolist() for ids in made.values()])
        seen.round_trips += len(decoded)
        seen.lossy += sum(one != other for one, other in zip(decoded, read.texts.values(), strict=True))


def _checks(seen: _Seen, manifest: TokenizedManifest, *, is_lossless: bool, damaged: int) -> Iterator[AuditCheck]:
    ledger, statistics, special = manifest.ledger, manifest.statistics, manifest.tokenizer.special
    yield AuditCheck("ledger", "The books balance", ledger.balances, "Every token of the source is accounted for.", {})
    yield AuditCheck(
        "reference",
        "Equal to the reference",
        seen.differences == 0,
        f"Verified on {seen.documents:,} documents, read back from the files; {seen.differences:,} differ.",
        {"documents": seen.documents, "differences": seen.differences},
    )
    yield AuditCheck(
        "ids_in_vocabulary",
        "Ids within the vocabulary",
        seen.outside == 0,
        f"{seen.outside:,} ids of {seen.rows:,} rows lie outside the vocabulary.",
        {"outside": seen.outside, "rows": seen.rows},
    )
    begin = _begin(manifest)
    yield AuditCheck(
        "begin_of_row",
        "Rows begin as they should",
        None if begin is None else seen.begun == seen.rows - seen.empty_rows,
        f"{seen.begun:,} of {seen.rows:,} rows begin with id {begin}." if begin is not None else "Nothing was asked.",
        {"begun": seen.begun, "rows": seen.rows},
    )
    yield AuditCheck(
        "double_bos",
        "No BOS twice in a row",
        None if special["bos"] is None else seen.doubled == 0,
        f"{seen.doubled:,} of {seen.rows:,} rows have BOS twice in a row.",
        {"rows": seen.doubled},
    )
    yield AuditCheck(
        "empty_rows",
        "No empty rows",
        seen.empty_rows == 0,
        f"{seen.empty_rows:,} of {seen.rows:,} rows are empty.",
        {"rows": seen.empty_rows, "empty_documents": ledger.empty_documents},
    )
    put_in = ledger.special_tokens
    unknown = unknown_words(manifest)
    in_text = max(0, sum(count.count for count in statistics.special_tokens) - put_in - unknown)
    beside = f" Beside them {unknown:,} tokens stand for what the vocabulary does not have." if unknown else ""
    yield AuditCheck(
        "special_in_text",
        "No special tokens within text",
        in_text == 0,
        f"{in_text:,} special tokens stand in the text itself.{beside}",
        {"in_text": in_text, "put_in": put_in, "unknown": unknown},
    )
    share = ledger.padding / ledger.positions if ledger.positions else 0.0
    yield AuditCheck(
        "padding",
        "Padding where it belongs",
        None if manifest.resolved.pad is None else seen.badly_padded == 0,
        f"{share:.1%} of all positions are padding; {seen.badly_padded:,} of {seen.rows:,} rows are padded wrongly.",
        {"share": share, "rows": seen.badly_padded},
    )
    separators = {"separator": manifest.resolved.separator, "end": manifest.resolved.end_of_document}
    yield AuditCheck(
        "boundaries",
        "Documents are told apart",
        any(token is not None for token in separators.values()) if manifest.settings.is_packed else None,
        "Packed documents have a token between them." if manifest.settings.is_packed else "One document per row.",
        {name: -1 if token is None else token for name, token in separators.items()},
    )
    yield AuditCheck(
        "round_trip",
        "Text comes back from its ids",
        seen.lossy == 0 if is_lossless else None,
        f"{seen.round_trips - seen.lossy:,} of {seen.round_trips:,} documents come back as they were."
        if is_lossless
        else "This tokenizer changes text, so it cannot give it back.",
        {"documents": seen.round_trips, "differences": seen.lossy},
    )
    files = {file.path: file.sha256 for split in manifest.splits for file in split.files}
    compared = "size and SHA-256 were" if manifest.settings.verify == "full" else "size was"
    yield AuditCheck(
        "files",
        "Files as they were written",
        damaged == 0,
        f"Of {len(files):,} data files the {compared} compared with what was written; {damaged:,} differ.",
        {**files, "differences": damaged},
    )


def unknown_words(manifest: TokenizedManifest) -> int:
    """How often what the vocabulary lacks was written; 0 where the token for it has other roles, which all have it."""
    roles = dict(manifest.tokenizer.special)
    token = roles.pop("unk", None)
    if token is None or token in roles.values():
        return 0
    return next((count.count for count in manifest.statistics.special_tokens if count.id == token), 0)
