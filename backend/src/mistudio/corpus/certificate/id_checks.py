"""Checks of the ids: readable, within the vocabulary, not shifted or wrapped, of the right tokenizer, in an order."""

from typing import Final

from mistudio.corpus.certificate.evidence import Evidence, make_check, share
from mistudio.corpus.certificate.record import Check, Status
from mistudio.corpus.certificate.token_order import LEAST_PAIRS

_WRONG_SHARE: Final = 0.9
_SAME_SHARE: Final = 0.995
_LEAST_COMPARED: Final = 100
_UINT16: Final = 1 << 16
# So many values outside the vocabulary, nearly all of which fit when their bytes are swapped, are no accident.
_SWAPPED_VALUES: Final = 8
_SWAPPED_SHARE: Final = 0.95
# So small a share of a vocabulary's upper part would be seen in any mixed text.
_UPPER_SHARE: Final = 0.005
_LEAST_UPPER: Final = 20
_LEAST_UNIQUE: Final = 1_000
_RANDOM_ORDER: Final = 1.3


def check_readable(evidence: Evidence) -> Check:
    """Check that every file can be read."""
    broken = evidence.unreadable
    detail = f"{evidence.files:,} files were read. {len(broken):,} could not be read as a whole."
    detail = " ".join([detail, *broken[:5]])
    return make_check("readable", "Files", "failed" if broken else "passed", detail, scope="files")


def check_vocabulary(evidence: Evidence) -> Check:
    """Check that every id but those of padding is in the vocabulary."""
    counts = evidence.counts
    values = ", ".join(str(value) for value, _count in counts.outside_values.most_common(5))
    found = f": {values}" if values else ""
    detail = (
        f"{counts.outside_content:,} of {counts.content:,} ids are outside the vocabulary of "
        f"{evidence.vocabulary.size:,}{found if counts.outside_content else ''}.{_explain_byte_order(evidence)}"
    )
    status: Status = "failed" if counts.outside_content else "passed"
    return make_check("ids_in_vocabulary", "Vocabulary", status, detail, examples=evidence.show("ids_in_vocabulary"))


def _explain_byte_order(evidence: Evidence) -> str:
    """Return a sentence if the ids outside the vocabulary would be in it with their bytes in the other order."""
    values, size = evidence.counts.outside_values, evidence.vocabulary.size
    if len(values) < _SWAPPED_VALUES:
        return ""
    for width in (2, 4):
        known = [value for value in values if 0 <= value < 1 << 8 * width]
        inside = [value for value in known if int.from_bytes(value.to_bytes(width, "little"), "big") < size]
        if len(inside) >= _SWAPPED_SHARE * len(values):
            return " With their bytes in the other order they would be in it: write the file little-endian."
    return ""


def check_pad_id(evidence: Evidence) -> Check:
    """Check that the padding token is in the vocabulary, and no ordinary word."""
    pad, counts, vocabulary = evidence.form.pad, evidence.counts, evidence.vocabulary
    if pad is None or not counts.padded_rows:
        return make_check("pad_in_vocabulary", "Padding token", "not_applicable", "No row is padded.")
    rows = f"{counts.padded_rows:,} of {counts.rows:,} rows are padded with {evidence.name_token(pad)}"
    if not 0 <= pad < vocabulary.size:
        detail = f"{rows}, which is outside the vocabulary of {vocabulary.size:,}: embedding it fails."
        return make_check("pad_in_vocabulary", "Padding token", "failed", detail, examples=evidence.show("padding"))
    if not vocabulary.is_special[pad]:
        detail = f"{rows}, which is an ordinary token: it counts as text wherever the mask is not used."
        return make_check("pad_in_vocabulary", "Padding token", "warning", detail, examples=evidence.show("padding"))
    return make_check("pad_in_vocabulary", "Padding token", "passed", f"{rows}.")


def check_overflow(evidence: Evidence) -> Check:
    """Check that ids were not cut to 16 bits."""
    name, title, size = "dtype_overflow", "Width of ids", evidence.vocabulary.size
    if size <= _UINT16:
        detail = f"Not applicable: every id of a vocabulary of {size:,} fits into 16 bits."
        return make_check(name, title, "not_applicable", detail)
    counts, unique = evidence.counts, int((evidence.frequencies > 0).sum())
    expected = counts.content * (size - _UINT16) / size * _UPPER_SHARE
    is_missing = counts.largest < _UINT16 and unique >= _LEAST_UNIQUE and expected >= _LEAST_UPPER
    detail = f"The largest id is {counts.largest:,}, of a vocabulary of {size:,}."
    if evidence.narrow_files:
        detail += f" {evidence.narrow_files:,} files have 16-bit ids, which cannot hold ids from {_UINT16:,} on."
    elif is_missing:
        detail += f" None of {counts.content:,} ids is {_UINT16:,} or more: ids were probably cut to 16 bits."
    return make_check(name, title, "failed" if is_missing or evidence.narrow_files else "passed", detail)


def check_shift(evidence: Evidence) -> Check:
    """Check that the ids do not all have the same distance from those of the tokenizer."""
    shift = evidence.reencoding.shift
    if not shift:
        return make_check("shifted_ids", "Shifted ids", "passed", "No shift of all ids fits better.", scope="sample")
    detail = f"The ids fit the tokenizer once {shift:+d} is added to each: all ids are shifted by {-shift:+d}."
    places = evidence.show_places(evidence.reencoding.places)
    return make_check("shifted_ids", "Shifted ids", "failed", detail, scope="sample", examples=places)


def check_tokenizer(evidence: Evidence) -> Check:
    """Check that this tokenizer makes these ids of their text."""
    found, name, title = evidence.reencoding, "tokenizer", "Tokenizer"
    if found.tokens < _LEAST_COMPARED:
        detail = f"Not applicable: only {found.tokens:,} tokens could be compared."
        return make_check(name, title, "not_applicable", detail, scope="sample")
    detail = (
        f"{found.equal_share:.2%} of {found.tokens:,} sampled tokens are those that encoding their text again gives."
    )
    places = evidence.show_places(found.places)
    if found.equal_share < _WRONG_SHARE:
        detail += " The ids are of another tokenizer, or were changed."
        return make_check(name, title, "failed", detail, scope="sample", examples=places)
    return make_check(name, title, "passed", detail, scope="sample")


def check_reencoding(evidence: Evidence) -> Check:
    """Check that decoded rows encode to the same ids."""
    found = evidence.reencoding
    same = found.pieces - found.differing_pieces
    detail = f"{same:,} of {found.pieces:,} sampled stretches of text encode to the ids that the data has."
    if found.places:
        first = found.places[0]
        detail += f" The first difference is in {first.file}, row {first.row:,}, position {first.position:,}."
    places = evidence.show_places(found.places)
    status: Status = "warning" if found.equal_share < _SAME_SHARE else "passed"
    return make_check("reencoding", "Encoding again", status, detail, scope="sample", examples=places)


def check_order(evidence: Evidence) -> Check:
    """Check that the tokens of rows are in the order of a text."""
    order, name, title = evidence.order, "token_order", "Order of tokens"
    if order.pairs < LEAST_PAIRS:
        detail = f"Not applicable: {order.pairs:,} pairs of tokens are too few."
        return make_check(name, title, "not_applicable", detail, scope="sample")
    detail = f"Pairs of neighbours recur {order.ratio:,.1f} times as often as in shuffled rows."
    if order.ratio >= _RANDOM_ORDER:
        return make_check(name, title, "passed", detail, scope="sample")
    detail += " The tokens within rows are in no order."
    return make_check(name, title, "failed", detail, scope="sample", examples=evidence.show("row_lengths"))


def check_vocabulary_share(evidence: Evidence) -> Check:
    """Say how much of the vocabulary the data uses."""
    used = int((evidence.frequencies > 0).sum())
    detail = f"{used:,} of {evidence.vocabulary.size:,} tokens occur ({share(used, evidence.vocabulary.size)})."
    return make_check("vocabulary_share", "Vocabulary in use", "passed", detail)
