"""Checks of rows: their lengths, their padding, empty ones, equal ones."""

from typing import Final

from mistudio.corpus.certificate.evidence import Evidence, make_check, share
from mistudio.corpus.certificate.record import Check, Status

_FEW_DUPLICATES: Final = 0.01
_MANY_DUPLICATES: Final = 0.2
_MANY_SHORT: Final = 0.05
_CUT_SHARE: Final = 0.01
_LEAST_CUT: Final = 5
# Rows of the longest length are cut ones if there are so many times more of them than of any length just below.
_SPIKE: Final = 3


def check_padding(evidence: Evidence) -> Check:
    """Check that the mask covers the padding, and nothing else."""
    counts, name, title = evidence.counts, "padding", "Padding"
    if not counts.padded_rows and not counts.hidden:
        return make_check(name, title, "not_applicable", "Not applicable: no row is padded.")
    padded = f"{counts.padding:,} positions are padding ({share(counts.padding, counts.tokens)})"
    examples = evidence.show("padding")
    if not counts.has_mask:
        detail = f"{padded}, and no attention_mask says where: a loader takes them for text."
        return make_check(name, title, "failed", detail, examples=examples)
    if counts.unmasked or counts.hidden:
        detail = f"{padded}; {counts.unmasked:,} of them are not masked, and {counts.hidden:,} positions of text are."
        return make_check(name, title, "failed", detail, examples=examples)
    return make_check(name, title, "passed", f"{padded}, all of them masked.")


def check_row_lengths(evidence: Evidence) -> Check:
    """Check that packed rows have one length."""
    counts, name, title = evidence.counts, "row_lengths", "Row lengths"
    full, context = evidence.form.full_length, evidence.expected.context
    lengths = [length for length, count in counts.lengths.items() if count and length]
    spread = f"Rows have {min(lengths, default=0):,} to {max(lengths, default=0):,} tokens"
    if not evidence.is_packed or evidence.expected.is_windowed or counts.is_stream:
        detail = "Not applicable: a stream has no rows." if counts.is_stream else f"{spread}; they are not packed."
        return make_check(name, title, "not_applicable" if counts.is_stream else "passed", detail)
    if context is not None and max(lengths, default=context) != context:
        detail = f"{spread}, but {evidence.expected.source} says {context:,}."
        return make_check(name, title, "failed", detail, examples=evidence.show(name))
    other = evidence.filled_rows - counts.lengths.get(full, 0)
    if other <= evidence.files:
        return make_check(
            name, title, "passed", f"{evidence.full_rows:,} of {counts.rows:,} rows have {full:,} tokens."
        )
    detail = f"{spread}: {other:,} of {counts.rows:,} packed rows do not have {full:,}."
    status: Status = "failed" if other > counts.rows * _MANY_SHORT else "warning"
    return make_check(name, title, status, detail, examples=evidence.show(name))


def check_truncated_rows(evidence: Evidence) -> Check:
    """Check that documents were not cut at the longest row."""
    counts, name, title = evidence.counts, "truncated_rows", "Cut documents"
    if evidence.is_packed or evidence.expected.is_windowed:
        return make_check(name, title, "not_applicable", "Not applicable: documents go on in the next row.")
    full, rows = evidence.form.full_length, evidence.full_rows
    near = [count for length, count in counts.lengths.items() if full * 0.8 <= length < full]
    is_spike = rows >= _LEAST_CUT and rows > _SPIKE * max(near, default=0) and rows > counts.rows * _CUT_SHARE
    detail = f"{rows:,} of {counts.rows:,} rows have the greatest length, {full:,} tokens"
    if not is_spike:
        return make_check(name, title, "passed", f"{detail}.")
    detail += ", and hardly any is a little shorter: longer documents were cut there."
    return make_check(name, title, "warning", detail, examples=evidence.show(name))


def check_empty_rows(evidence: Evidence) -> Check:
    """Check that no row is empty."""
    counts = evidence.counts
    nulls = f", {counts.null_rows:,} of them null" if counts.null_rows else ""
    detail = f"{counts.empty_rows:,} of {counts.rows:,} rows have no tokens{nulls}."
    status: Status = "warning" if counts.empty_rows else "passed"
    return make_check("empty_rows", "Empty rows", status, detail, examples=evidence.show("empty_rows"))


def check_duplicates(evidence: Evidence) -> Check:
    """Check that hardly any row occurs twice."""
    name, title = "duplicate_rows", "Duplicate rows"
    if evidence.counts.is_stream:
        return make_check(name, title, "not_applicable", "Not applicable: a stream has no rows.")
    repeated, compared = evidence.duplicates
    whole = " compared, a random share" if evidence.is_duplicates_sampled else ""
    detail = f"{repeated:,} of {compared:,} rows{whole} repeat an earlier one ({share(repeated, compared)})."
    found = repeated / max(1, compared)
    status: Status = "failed" if found > _MANY_DUPLICATES else "warning" if found > _FEW_DUPLICATES else "passed"
    examples = evidence.show_places(evidence.duplicate_places)
    return make_check(name, title, status, detail, examples=examples)
