"""The checks of an audit, one function each, in the order in which they are shown.

A check passes, fails, or does not apply. Its name is stored in audit.json; its title and its detail are for people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from mistudio.corpus.tokenized.audit_counts import AuditCounts, find_start_token
from mistudio.corpus.tokenized.audit_record import AuditCheck
from mistudio.corpus.tokenized.manifest import TokenizedManifest

# An audit in which one of these checks fails has failed; any other check only warns.
FATAL: Final = frozenset({"ids_in_vocabulary", "reference", "padding", "files"})

# The share of source tokens that may be lost without a warning.
_LOSS_SHARE: Final = 0.01


@dataclass(frozen=True)
class AuditEvidence:
    """What the checks judge; ``damaged_files`` counts data files that changed since they were written."""

    manifest: TokenizedManifest
    counts: AuditCounts
    is_lossless: bool
    damaged_files: int


Check: TypeAlias = Callable[[AuditEvidence], AuditCheck]


def run_checks(evidence: AuditEvidence) -> tuple[AuditCheck, ...]:
    """Return the results of all checks."""
    return tuple(check(evidence) for check in CHECKS)


def check_ledger(evidence: AuditEvidence) -> AuditCheck:
    """Check that the ledger accounts for every token."""
    passed = evidence.manifest.ledger.balances
    detail = "It balances: every token of the source is accounted for." if passed else "It does not balance."
    return AuditCheck("ledger", "Ledger", passed, detail, {})


def check_reference(evidence: AuditEvidence) -> AuditCheck:
    """Check that the written ids are those of the reference."""
    counts = evidence.counts
    return AuditCheck(
        "reference",
        "Reference",
        counts.differences == 0,
        f"Verified on {counts.documents:,} documents, read back from the files; {counts.differences:,} differ.",
        {"documents": counts.documents, "differences": counts.differences},
    )


def check_vocabulary(evidence: AuditEvidence) -> AuditCheck:
    """Check that every id is in the vocabulary."""
    counts = evidence.counts
    return AuditCheck(
        "ids_in_vocabulary",
        "Vocabulary",
        counts.outside == 0,
        f"{counts.outside:,} ids in {counts.rows:,} rows are outside the vocabulary.",
        {"outside": counts.outside, "rows": counts.rows},
    )


def check_row_start(evidence: AuditEvidence) -> AuditCheck:
    """Check that every row begins with the start token, if there is one."""
    counts, begin = evidence.counts, find_start_token(evidence.manifest)
    passed, detail = None, "Not applicable (no start token set)."
    if begin is not None:
        passed = counts.begun == counts.rows - counts.empty_rows
        detail = f"{counts.begun:,} of {counts.rows:,} rows begin with id {begin}."
    return AuditCheck("begin_of_row", "Row start", passed, detail, {"begun": counts.begun, "rows": counts.rows})


def check_double_bos(evidence: AuditEvidence) -> AuditCheck:
    """Check that BOS never follows BOS."""
    counts = evidence.counts
    passed, detail = None, "Not applicable (the tokenizer has no BOS)."
    if evidence.manifest.tokenizer.special["bos"] is not None:
        passed = counts.doubled == 0
        detail = f"{counts.doubled:,} of {counts.rows:,} rows contain BOS twice in succession."
    return AuditCheck("double_bos", "Repeated BOS", passed, detail, {"rows": counts.doubled})


def check_empty_rows(evidence: AuditEvidence) -> AuditCheck:
    """Check that no row is empty."""
    counts = evidence.counts
    return AuditCheck(
        "empty_rows",
        "Empty rows",
        counts.empty_rows == 0,
        f"{counts.empty_rows:,} of {counts.rows:,} rows are empty.",
        {"rows": counts.empty_rows, "empty_documents": evidence.manifest.ledger.empty_documents},
    )


def check_special_tokens_in_text(evidence: AuditEvidence) -> AuditCheck:
    """Check that documents contain no special tokens; the one for unknown words does not count."""
    manifest = evidence.manifest
    inserted, unknown = manifest.ledger.special_tokens, count_unknown_words(manifest)
    in_text = max(0, sum(count.count for count in manifest.statistics.special_tokens) - inserted - unknown)
    addition = f" {unknown:,} more tokens stand for text outside the vocabulary." if unknown else ""
    return AuditCheck(
        "special_in_text",
        "Special tokens in text",
        in_text == 0,
        f"{in_text:,} special tokens occur inside the text.{addition}",
        {"in_text": in_text, "put_in": inserted, "unknown": unknown},
    )


def check_padding(evidence: AuditEvidence) -> AuditCheck:
    """Check that padding follows the data, and that the mask agrees."""
    counts, ledger = evidence.counts, evidence.manifest.ledger
    share = ledger.padding / ledger.positions if ledger.positions else 0.0
    passed, detail = None, "Not applicable (rows are not padded)."
    if evidence.manifest.resolved.pad is not None:
        passed = counts.badly_padded == 0
        wrong = f"{counts.badly_padded:,} of {counts.rows:,} rows are padded incorrectly."
        detail = f"{share:.1%} of all positions are padding; {wrong}"
    return AuditCheck("padding", "Padding", passed, detail, {"share": share, "rows": counts.badly_padded})


def check_boundaries(evidence: AuditEvidence) -> AuditCheck:
    """Check that a token separates the documents of a packed row."""
    resolved = evidence.manifest.resolved
    separators = {"separator": resolved.separator, "end": resolved.end_of_document}
    passed, detail = None, "Not applicable (one document per row)."
    if evidence.manifest.settings.is_packed:
        passed = any(token is not None for token in separators.values())
        detail = "Documents are separated." if passed else "No token separates the documents of a row."
    figures = {name: -1 if token is None else token for name, token in separators.items()}
    return AuditCheck("boundaries", "Document boundaries", passed, detail, figures)


def check_round_trip(evidence: AuditEvidence) -> AuditCheck:
    """Check that documents decode to their text, if the tokenizer is lossless."""
    counts = evidence.counts
    passed, detail = None, "Not applicable (this tokenizer changes text)."
    if evidence.is_lossless:
        passed = counts.lossy == 0
        same = counts.round_trips - counts.lossy
        detail = f"{same:,} of {counts.round_trips:,} documents decode to their original text."
    figures = {"documents": counts.round_trips, "differences": counts.lossy}
    return AuditCheck("round_trip", "Round trip", passed, detail, figures)


def check_losses(evidence: AuditEvidence) -> AuditCheck:
    """Check that hardly any token was cut, dropped or filtered."""
    ledger = evidence.manifest.ledger
    lost = ledger.truncated + ledger.dropped + ledger.filtered
    share = lost / ledger.source_tokens if ledger.source_tokens else 0.0
    return AuditCheck(
        "losses",
        "Lost tokens",
        share <= _LOSS_SHARE,
        f"{share:.1%} of the source tokens were not written: {ledger.truncated:,} truncated, "
        f"{ledger.dropped:,} dropped, {ledger.filtered:,} filtered.",
        {"share": share, "tokens": lost},
    )


def check_max_length(evidence: AuditEvidence) -> AuditCheck:
    """Check that rows are not longer than the model takes."""
    length, limit = evidence.manifest.resolved.max_length, evidence.manifest.tokenizer.model_max_length
    figures = {"max_length": length, "limit": -1 if limit is None else limit}
    if limit is None:
        return AuditCheck("max_length", "Row length", None, "Not applicable (the tokenizer names no limit).", figures)
    detail = f"Rows have up to {length:,} tokens; the model's limit is {limit:,}."
    return AuditCheck("max_length", "Row length", length <= limit, detail, figures)


def check_files(evidence: AuditEvidence) -> AuditCheck:
    """Check that the data files are as they were written."""
    manifest, damaged = evidence.manifest, evidence.damaged_files
    files = {file.path: file.sha256 for split in manifest.splits for file in split.files}
    by = "size and SHA-256" if manifest.settings.verify == "full" else "size"
    return AuditCheck(
        "files",
        "Files",
        damaged == 0,
        f"{damaged:,} of {len(files):,} data files differ from what was written, compared by {by}.",
        {**files, "differences": damaged},
    )


CHECKS: Final[tuple[Check, ...]] = (
    check_ledger,
    check_reference,
    check_vocabulary,
    check_row_start,
    check_double_bos,
    check_empty_rows,
    check_special_tokens_in_text,
    check_padding,
    check_boundaries,
    check_round_trip,
    check_losses,
    check_max_length,
    check_files,
)


def count_unknown_words(manifest: TokenizedManifest) -> int:
    """Return how often the token for unknown words was written; 0 if that token also has another role."""
    roles = dict(manifest.tokenizer.special)
    token = roles.pop("unk", None)
    if token is None or token in roles.values():
        return 0
    return next((count.count for count in manifest.statistics.special_tokens if count.id == token), 0)
