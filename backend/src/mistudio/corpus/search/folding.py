"""The one form in which words are indexed, looked for and marked: lower case, no accents, blanks between words.

Every code point becomes a string of its own, whatever stands beside it, and the form of a text is those strings one
after the other. So the form of a part of a text is a part of the text's form, by which the index can tell where a
substring may be at all; and index, scan and marks agree to the letter, since all three read this form.

Letters, marks and digits stay (compatibility forms taken apart, case folded, accents and points dropped), everything
else is a blank. Characters of scripts that are written without blanks (Han, kana, Thai …), and of Hangul, whose endings
grow onto words, are words by themselves.
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

# An index made by other rules is stale; Unicode's tables come with Python, and each version adds letters.
ANALYZER: Final = f"1, Unicode {unicodedata.unidata_version}"

_SINGLE: Final = (
    *((0x0E00, 0x0EFF), (0x0F00, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3021, 0x3029)),
    *((0x3031, 0x318F), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xA9E0, 0xA9FF)),
    *((0xAA60, 0xAA7F), (0xAC00, 0xD7FF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFD)),
)
# Accents, Hebrew points, Arabic vowel signs. The marks of Indic scripts are not among them: they are half the letters.
_DROPPED: Final = (
    *((0x0300, 0x0344), (0x0346, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2)),
    *((0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670)),
    *((0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF)),
    *((0xFE00, 0xFE0F), (0xFE20, 0xFE2F)),
)
# Letters that Unicode does not take apart, where readers see one with a stroke, or two.
_LETTERS: Final = dict(zip("đħıłøŧæœðþ", ["d", "h", "i", "l", "o", "t", "ae", "oe", "d", "th"], strict=True))
_ZERO_WIDTH_SPACE: Final = 0x200B
# What lies beyond is no letter: it shares the last place of the tables.
_END: Final = 0x33480
_PIECE_BYTES: Final = 1 << 19

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Tables:
    """Of each code point, where its form begins in ``pool`` and how long it is; ``ascii`` has the forms of bytes."""

    starts: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.uint8]
    pool: Codes
    ascii: bytes


def fold(text: str) -> str:
    """The form of ``text``."""
    if text.isascii():
        return text.encode().translate(_tables().ascii).decode()
    pieces = range(0, len(text), _PIECE_BYTES)
    return "".join(_text(_fold(_codes(text[start : start + _PIECE_BYTES]))[0]) for start in pieces)


def fold_with_origins(text: str) -> tuple[str, Positions]:
    """The form of ``text``, and for each of its characters the position of the character that it comes from."""
    codes = _codes(text)
    form, lengths = _fold(codes)
    return _text(form), np.repeat(np.arange(len(codes), dtype=np.int64), lengths)


def folded(texts: pa.Array) -> pa.Array:
    """The forms of an array of strings, nulls as empty ones. Beyond the result it needs the memory of a piece."""
    texts = texts.fill_null("")
    is_plain = pc.string_is_ascii(texts)
    forms = _folded_bytes(texts)
    if pc.all(is_plain, min_count=0).as_py():
        return forms
    others = pc.invert(is_plain)
    return pc.replace_with_mask(forms, others, _folded_others(texts.filter(others)))


def _folded_bytes(texts: pa.Array) -> pa.Array:
    """The forms of those texts that are ASCII, all in one go; other texts keep their other characters."""
    _validity, offsets, data = texts.buffers()
    content = data.to_pybytes().translate(_tables().ascii) if data else b""
    return pa.Array.from_buffers(texts.type, len(texts), [None, offsets, pa.py_buffer(content)], offset=texts.offset)


def _folded_others(texts: pa.Array) -> pa.Array:
    """The forms of texts with any characters: run by run of so many bytes, a text that is longer by itself."""
    ends = np.cumsum(np.asarray(pc.binary_length(texts), dtype=np.int64))
    forms, start = [], 0
    while start < len(texts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _PIECE_BYTES, side="right")))
        run = texts.slice(start, stop - start)
        forms.append(_folded_run(run) if stop - start > 1 else pa.array([fold(run[0].as_py())], texts.type))
        start = stop
    return pa.concat_arrays(forms)


def _folded_run(texts: pa.Array) -> pa.Array:
    form, lengths = _fold(_codes(_content(texts).decode()))
    last_sources = np.cumsum(np.asarray(pc.utf8_length(texts), dtype=np.int64))
    source_ends = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    sizes = sum(((form >= least).view(np.uint8) for least in (0x80, 0x800, 0x10000)), np.uint8(1))
    form_ends = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    offsets = np.concatenate(([0], form_ends[source_ends[last_sources]]))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(_text(form).encode())]
    return pa.Array.from_buffers(pa.large_string(), len(texts), buffers).cast(texts.type)


def _content(texts: pa.Array) -> bytes:
    """The bytes of all texts, one after the other."""
    _validity, offsets, data = texts.buffers()
    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    ends = np.frombuffer(offsets, dtype=kind)
    content: bytes = data.slice(ends[texts.offset], ends[texts.offset + len(texts)] - ends[texts.offset]).to_pybytes()
    return content


def _fold(codes: Codes) -> tuple[Codes, npt.NDArray[np.uint8]]:
    """The form of ``codes``, and how many of its code points come from each of them."""
    tables = _tables()
    codes = np.minimum(codes, _END)
    lengths, starts = tables.lengths[codes], tables.starts[codes]
    form = tables.pool[starts]
    if (lengths == 1).all():
        return form, lengths
    longer = np.flatnonzero(lengths > 1)
    more = lengths[longer] - 1
    firsts = starts[longer] + 1 - (np.cumsum(more, dtype=np.int32) - more)
    extra = tables.pool[np.repeat(firsts, more) + np.arange(more.sum(dtype=np.int32), dtype=np.int32)]
    kept = lengths > 0
    places = np.repeat(np.cumsum(kept, dtype=np.int32)[longer], more)
    return np.insert(form[kept], places, extra), lengths


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")


def _text(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le")


@cache
def _tables() -> _Tables:
    forms = [*_forms(), " "]
    lengths = np.array([len(form) for form in forms], dtype=np.uint8)
    starts = np.cumsum(lengths, dtype=np.int32) - lengths
    plain = bytes(ord(form) if code < 0x80 else code for code, form in enumerate(forms[:0x100]))
    return _Tables(starts.astype(np.int32), lengths, _codes("".join(forms)), plain)


def _forms() -> Iterator[str]:
    singles, dropped = _flags(_SINGLE), _flags(_DROPPED)

    def kept(part: str) -> str:
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
        # Put together again, within this character only: a Hangul syllable is one word, not its letters.
        yield "".join(map(kept, unicodedata.normalize("NFC", bare)))


def _flags(ranges: tuple[tuple[int, int], ...]) -> bytearray:
    flags = bytearray(_END + 1)
    for first, last in ranges:
        flags[first : last + 1] = b"\1" * (min(last, _END) + 1 - first)
    return flags
