"""The form in which words are indexed, searched and highlighted: lower case, no accents, blanks between words.

Every code point is replaced by a string of its own, regardless of its neighbours, and the form of a text is the
concatenation of these strings. So the form of a substring is a substring of the form, which lets the index rule out
texts for a substring search. Index, scan and highlights agree exactly, since all three use this form.

Letters, marks and digits stay: compatibility forms are decomposed, case is folded, accents and points are dropped.
Everything else is a blank. A character of a script without blanks (Han, kana, Thai …) is a word by itself, and so is
one of Hangul, whose endings are attached to words.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# An index built by other rules is stale. Unicode's tables come with Python, and each version adds letters.
ANALYZER: Final = f"1, Unicode {unicodedata.unidata_version}"

_SINGLE: Final = (
    *((0x0E00, 0x0EFF), (0x0F00, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3021, 0x3029)),
    *((0x3031, 0x318F), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xA9E0, 0xA9FF)),
    *((0xAA60, 0xAA7F), (0xAC00, 0xD7FF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFD)),
)
# Accents, Hebrew points, Arabic vowel signs; not the marks of Indic scripts, which are half of the letters.
_DROPPED: Final = (
    *((0x0300, 0x0344), (0x0346, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2)),
    *((0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670)),
    *((0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF)),
    *((0xFE00, 0xFE0F), (0xFE20, 0xFE2F)),
)
# Unicode does not decompose these, where readers see a letter with a stroke, or two letters.
_LETTERS: Final = dict(zip("đħıłøŧæœðþ", ["d", "h", "i", "l", "o", "t", "ae", "oe", "d", "th"], strict=True))
_ZERO_WIDTH_SPACE: Final = 0x200B
# No code point beyond is a letter: all of them share the last entry of the tables.
_END: Final = 0x33480
_BLOCK_BYTES: Final = 1 << 19

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Tables:
    """Start and length in ``pool`` of each code point's form; ``ascii`` maps bytes to the forms of ASCII."""

    starts: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.uint8]
    pool: Codes
    ascii: bytes


def fold(text: str) -> str:
    """Return the form of ``text``."""
    if text.isascii():
        return text.encode().translate(_get_tables().ascii).decode()
    starts = range(0, len(text), _BLOCK_BYTES)
    return "".join(_to_text(_fold_codes(_to_codes(text[start : start + _BLOCK_BYTES]))[0]) for start in starts)


def fold_with_origins(text: str) -> tuple[str, Positions]:
    """Return the form of ``text`` and, for each character of the form, the position of its origin in ``text``."""
    codes = _to_codes(text)
    form, lengths = _fold_codes(codes)
    return _to_text(form), np.repeat(np.arange(len(codes), dtype=np.int64), lengths)


def fold_array(texts: pa.Array) -> pa.Array:
    """Return the forms of an array of strings; the form of null is empty. Needs memory for the result and a block."""
    texts = texts.fill_null("")
    is_ascii = pc.string_is_ascii(texts)
    forms = _fold_ascii(texts)
    if pc.all(is_ascii, min_count=0).as_py():
        return forms
    others = pc.invert(is_ascii)
    return pc.replace_with_mask(forms, others, _fold_blocks(texts.filter(others)))


def _fold_ascii(texts: pa.Array) -> pa.Array:
    """Fold the ASCII characters of all texts at once; other characters stay as they are."""
    _validity, offsets, data = texts.buffers()
    content = data.to_pybytes().translate(_get_tables().ascii) if data else b""
    return pa.Array.from_buffers(texts.type, len(texts), [None, offsets, pa.py_buffer(content)], offset=texts.offset)


def _fold_blocks(texts: pa.Array) -> pa.Array:
    """Fold texts of any characters block by block; a text longer than a block is folded by itself."""
    ends = np.cumsum(np.asarray(pc.binary_length(texts), dtype=np.int64))
    forms, start = [], 0
    while start < len(texts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _BLOCK_BYTES, side="right")))
        block = texts.slice(start, stop - start)
        forms.append(_fold_block(block) if stop - start > 1 else pa.array([fold(block[0].as_py())], texts.type))
        start = stop
    return pa.concat_arrays(forms)


def _fold_block(texts: pa.Array) -> pa.Array:
    form, lengths = _fold_codes(_to_codes(_join_bytes(texts).decode()))
    last_sources = np.cumsum(np.asarray(pc.utf8_length(texts), dtype=np.int64))
    source_ends = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    # UTF-8 needs one byte more from each of these code points on.
    sizes = sum(((form >= first).view(np.uint8) for first in (0x80, 0x800, 0x10000)), np.uint8(1))
    form_ends = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    offsets = np.concatenate(([0], form_ends[source_ends[last_sources]]))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(_to_text(form).encode())]
    return pa.Array.from_buffers(pa.large_string(), len(texts), buffers).cast(texts.type)


def _join_bytes(texts: pa.Array) -> bytes:
    """Return the UTF-8 of all texts, concatenated."""
    _validity, offsets, data = texts.buffers()
    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    ends = np.frombuffer(offsets, dtype=kind)
    content: bytes = data.slice(ends[texts.offset], ends[texts.offset + len(texts)] - ends[texts.offset]).to_pybytes()
    return content


def _fold_codes(codes: Codes) -> tuple[Codes, npt.NDArray[np.uint8]]:
    """Return the form of ``codes``, and how many of its code points come from each of them."""
    tables = _get_tables()
    codes = np.minimum(codes, _END)
    lengths, starts = tables.lengths[codes], tables.starts[codes]
    form = tables.pool[starts]
    if (lengths == 1).all():
        return form, lengths
    longer = np.flatnonzero(lengths > 1)
    more = lengths[longer] - 1
    firsts = starts[longer] + 1 - (np.cumsum(more, dtype=np.int32) - more)
    extra = tables.pool[np.repeat(firsts, more) + np.arange(more.sum(dtype=np.int32), dtype=np.int32)]
    is_kept = lengths > 0
    positions = np.repeat(np.cumsum(is_kept, dtype=np.int32)[longer], more)
    return np.insert(form[is_kept], positions, extra), lengths


def _to_codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")


def _to_text(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le")


@cache
def _get_tables() -> _Tables:
    forms = [*_make_forms(), " "]
    lengths = np.array([len(form) for form in forms], dtype=np.uint8)
    starts = np.cumsum(lengths, dtype=np.int32) - lengths
    plain = bytes(ord(form) if code < 0x80 else code for code, form in enumerate(forms[:0x100]))
    return _Tables(starts.astype(np.int32), lengths, _to_codes("".join(forms)), plain)


def _make_forms() -> Iterator[str]:
    """Yield the form of every code point below ``_END``."""
    singles, dropped = _flag(_SINGLE), _flag(_DROPPED)

    def make_form(part: str) -> str:
        category, code = unicodedata.category(part), ord(part)
        if dropped[code] or (category == "Cf" and code != _ZERO_WIDTH_SPACE):
            return ""
        if category[0] not in "LMN":
            return " "
        return f" {part} " if singles[code] else _LETTERS.get(part, part)

    for character in map(chr, range(_END)):
        if unicodedata.category(character) in {"Cn", "Co", "Cs", "Cc"}:
            yield " "
            continue
        parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        bare = parts if len(parts) == 1 else "".join(part for part in parts if not dropped[ord(part)])
        # Composed again within this character only: a Hangul syllable is one word, not its letters.
        yield "".join(map(make_form, unicodedata.normalize("NFC", bare)))


def _flag(ranges: tuple[tuple[int, int], ...]) -> bytearray:
    flags = bytearray(_END + 1)
    for first, last in ranges:
        flags[first : last + 1] = b"\1" * (min(last, _END) + 1 - first)
    return flags
