"""Checks of where rows and documents begin and end: special tokens, lost tokens, words that were cut."""

from math import sqrt
from typing import Final

from mistudio.corpus.certificate.evidence import Evidence, make_check, share
from mistudio.corpus.certificate.record import Check, Status
from mistudio.corpus.certificate.scan_counts import StartCounts

_NEARLY_ALL: Final = 0.999
_LEAST_STARTS: Final = 20
_LOST: Final = 0.5
_MAYBE_LOST: Final = 0.25
_LEAST_CUTS: Final = 3
_CUT_EVERY: Final = 100_000
_CUT_OFTEN: Final = 1_000
_SAME_SHARE: Final = 0.9
_LEAST_PAIRS: Final = 50
_CERTAIN: Final = 5.0
_MANY_TOKENS: Final = 100_000
_FEW_TOKENS: Final = 4_096
_DOUBLED: Final = 0.01
# A token that both begins and ends documents stands twice in succession wherever a document is empty.
_DOUBLED_ENDS: Final = 0.2
_UNKNOWN: Final = 0.01
_PACKED_ROWS: Final = 0.5


def check_row_begin(evidence: Evidence) -> Check:
    """Check that rows, or at least documents, begin with the token that they should begin with."""
    counts, begin = evidence.counts, evidence.expected.row_begin
    name, title, source = "begin_of_row", "BOS", evidence.expected.source
    token = evidence.name_token(begin)
    if begin is None:
        return make_check(name, title, "not_applicable", f"Not applicable: {source} puts no token before a text.")
    documents = f"{counts.documents_begun:,} of {counts.documents:,} documents within rows begin with {token}"
    are_begun = counts.documents > 0 and counts.documents_begun >= counts.documents * _NEARLY_ALL
    if counts.is_stream:
        status: Status = "passed" if are_begun else "failed"
        return make_check(name, title, status, f"{documents}.", examples=evidence.show("first_tokens"))
    detail = f"{counts.row_begun:,} of {evidence.filled_rows:,} rows begin with {token}, by {source}"
    if counts.row_begun >= evidence.filled_rows * _NEARLY_ALL:
        return make_check(name, title, "passed", f"{detail}.")
    if are_begun and evidence.is_packed and evidence.expected.is_packed is None:
        return make_check(name, title, "passed", f"{documents}; rows continue documents without it.")
    return make_check(name, title, "failed", f"{detail}.", examples=evidence.show(name))


def check_double_bos(evidence: Evidence) -> Check:
    """Check that BOS does not follow BOS."""
    counts, special = evidence.counts, evidence.tokenizer.special
    name, title = "double_bos", "Repeated BOS"
    bos = evidence.expected.row_begin if evidence.expected.row_begin is not None else special.bos
    if bos is None:
        return make_check(name, title, "not_applicable", "Not applicable: the tokenizer has no BOS.")
    closes = bos == special.eos
    rows = counts.doubled_starts if closes else counts.doubled_rows
    where = "begin with" if closes else "contain"
    detail = f"{rows:,} of {counts.rows:,} rows {where} {evidence.name_token(bos)} twice in succession."
    found = rows / max(1, counts.rows)
    status: Status = (
        "failed" if found > (_DOUBLED_ENDS if closes else _DOUBLED) else "warning" if rows and not closes else "passed"
    )
    return make_check(name, title, status, detail, examples=evidence.show(name))


def check_separators(evidence: Evidence) -> Check:
    """Check that a token stands between the documents of packed rows."""
    counts, name, title = evidence.counts, "separators", "Document boundaries"
    if not evidence.is_packed:
        return make_check(name, title, "not_applicable", "Not applicable: each row has one document.")
    tokens = ", ".join(evidence.name_token(token) for token in sorted(evidence.expected.separators))
    detail = f"{counts.documents:,} documents begin within rows, after {tokens or 'no token'}."
    if counts.documents or counts.content < _FEW_TOKENS:
        return make_check(name, title, "passed", detail)
    is_certain = counts.content >= _MANY_TOKENS or evidence.expected.is_packed is True
    detail = f"No token separates the documents of {counts.rows:,} rows; expected one of {tokens or 'none'}."
    return make_check(name, title, "failed" if is_certain else "warning", detail, examples=evidence.show("row_lengths"))


def check_row_end(evidence: Evidence) -> Check:
    """Check that rows of one document end with the token that the template puts there."""
    counts, end, name, title = evidence.counts, evidence.expected.row_end, "row_end", "EOS"
    if end is None or evidence.is_packed:
        detail = "Not applicable: rows are packed." if evidence.is_packed else "Not applicable: nothing ends a text."
        return make_check(name, title, "not_applicable", detail)
    detail = f"{counts.row_ended:,} of {evidence.filled_rows:,} rows end with {evidence.name_token(end)}."
    status: Status = "passed" if counts.row_ended >= evidence.filled_rows * _NEARLY_ALL else "failed"
    return make_check(name, title, status, detail, examples=evidence.show(name))


def check_first_tokens(evidence: Evidence) -> Check:
    """Check that documents did not lose their first token."""
    name, title, counts = "first_tokens", "First tokens", evidence.counts
    starts = _add_starts(evidence)
    if starts.starts < _LEAST_STARTS or (evidence.vocabulary.adds_space and not evidence.is_cased):
        why = "too few documents begin within the data" if starts.starts < _LEAST_STARTS else "texts have no capitals"
        return make_check(name, title, "not_applicable", f"Not applicable: {why}.")
    if evidence.vocabulary.adds_space:
        found, what = starts.small, "a small letter"
    else:
        found, what = starts.resumes, "a space and a letter"
    detail = f"{found:,} of {starts.starts:,} documents begin with {what} ({share(found, starts.starts)})"
    part = found / starts.starts
    if part < _MAYBE_LOST:
        return make_check(name, title, "passed", f"{detail}.")
    is_small = starts.small > starts.starts * _MAYBE_LOST
    detail += ": their first token is missing, or their texts begin so."
    status: Status = "failed" if part > _LOST and is_small and counts.rows else "warning"
    return make_check(name, title, status, detail, examples=evidence.show(name))


def _add_starts(evidence: Evidence) -> StartCounts:
    """Return what documents begin with: within rows, and at rows that begin with one."""
    inside, rows = evidence.counts.document_starts, evidence.counts.rows_after_short
    if evidence.is_packed or evidence.expected.is_windowed:
        return inside
    return StartCounts(
        inside.starts + rows.starts,
        inside.resumes + rows.resumes,
        inside.small + rows.small,
        inside.continues + rows.continues,
    )


def check_words_cut(evidence: Evidence) -> Check:
    """Check that no text was cut inside a word before it was tokenized."""
    found, name, title = evidence.reencoding, "words_cut", "Cut words"
    detail = (
        f"{found.cuts:,} words are cut into tokens in another way than the tokenizer does, in {found.tokens:,} tokens"
    )
    is_cut = found.cuts >= _LEAST_CUTS and found.cuts * _CUT_EVERY >= found.tokens
    if not is_cut or found.shift or found.equal_share < _SAME_SHARE:
        return make_check(name, title, "passed", f"{detail}.", scope="sample")
    detail += ": texts were cut inside words before they were tokenized, or joined without a separator."
    status: Status = "failed" if found.cuts * _CUT_OFTEN >= found.tokens else "warning"
    return make_check(name, title, status, detail, scope="sample", examples=evidence.show_places(found.cut_places))


def check_row_starts(evidence: Evidence) -> Check:
    """Compare the rows that begin inside a word with what cutting tokens anywhere gives."""
    counts, name, title = evidence.counts, "row_starts", "Rows that begin inside a word"
    if counts.is_stream or counts.row_pairs < _LEAST_PAIRS:
        return make_check(name, title, "not_applicable", "Not applicable: there are too few rows.")
    found, usual = counts.row_pairs_inside / counts.row_pairs, counts.pairs_inside / max(1, counts.pairs)
    detail = f"{found:.1%} of rows begin inside a word; cutting between any two tokens gives {usual:.1%}"
    deviation = sqrt(max(usual * (1 - usual), 1e-4) / counts.row_pairs)
    if found <= 1.5 * usual + 0.02 or found - usual < _CERTAIN * deviation:
        return make_check(name, title, "passed", f"{detail}.")
    detail += ": texts were cut inside words before they were tokenized."
    return make_check(name, title, "warning", detail, examples=evidence.show(name))


def check_special_in_text(evidence: Evidence) -> Check:
    """Check that texts contain no special tokens, neither as ids nor spelled out."""
    counts, found, name = evidence.counts, evidence.reencoding, "special_in_text"
    ids, examples = counts.special_in_text, evidence.show(name)
    parts = [f"{ids:,} special tokens occur inside texts, and {found.literal:,} are spelled out in the sample"]
    inner = counts.rows_with_separator
    is_inner = not evidence.is_packed and 0 < inner < evidence.filled_rows * _PACKED_ROWS
    if is_inner:
        parts.append(f"{inner:,} rows of one document have the token that ends documents inside")
    examples = (
        *examples,
        *evidence.show_places(found.literal_places),
        *(evidence.show("first_tokens") if is_inner else ()),
    )
    status: Status = "warning" if ids or found.literal or is_inner else "passed"
    detail = f"{'; '.join(parts)}."
    return make_check(name, "Special tokens in texts", status, detail, examples=examples[:3])


def check_unknown(evidence: Evidence) -> Check:
    """Check that the token for unknown text is rare."""
    name, title, unknown = "unknown_tokens", "Unknown text", evidence.tokenizer.special.unk
    roles = evidence.tokenizer.special
    if unknown is None or unknown in (roles.bos, roles.eos, roles.pad):
        return make_check(name, title, "not_applicable", "Not applicable: no token stands for unknown text only.")
    count, whole = int(evidence.frequencies[unknown]), evidence.counts.content
    detail = f"{count:,} of {whole:,} tokens stand for unknown text ({share(count, whole)})."
    return make_check(name, title, "warning" if count > whole * _UNKNOWN else "passed", detail)
