"""Decodes sampled rows, encodes their text again, and compares the ids.

A row may begin and end inside a word, where the text is not that of the original: differences near the ends of a row do
not count. A difference between two letters of one word shows that texts were cut there before they were tokenized.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice
from typing import Final

import numpy as np

from mistudio.corpus.certificate.places import Place
from mistudio.corpus.certificate.row_sample import SampledRow
from mistudio.corpus.certificate.vocabulary import Vocabulary
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.corpus.tokenizers.unknown_text import can_encode

_EDGE: Final = 4
_AROUND: Final = 12
_MOST_PLACES: Final = 3
# Aligning two long lists takes time by the square of their lengths.
_ALIGNED: Final = 512
_MOST_ALIGNED: Final = 600
_CUT_TOKENS: Final = 12
_BATCH: Final = 512
_UNDECODABLE: Final = "\ufffd"
_SHIFTS: Final = (-1, 1, -2, 2, -3, 3)
_SHIFT_PIECES: Final = 100
# A shift explains the differences if so small a share of them is left.
_SHIFTED_ERRORS: Final = 0.25


@dataclass(frozen=True, eq=False)
class Piece:
    """Ids between two special tokens of a row; ``position`` is that of its first id in the row."""

    row: SampledRow
    position: int
    ids: list[int]


@dataclass
class Reencoding:
    """What comparing found: compared tokens, those that differ, and the cuts inside words.

    ``literal`` counts texts that contain the name of a special token as plain text. ``shift`` is what has to be added
    to every id to make them fit, 0 if nothing is.
    """

    pieces: int = 0
    tokens: int = 0
    differing: int = 0
    differing_pieces: int = 0
    cuts: int = 0
    literal: int = 0
    shift: int = 0
    places: list[Place] = field(default_factory=list)
    cut_places: list[Place] = field(default_factory=list)
    literal_places: list[Place] = field(default_factory=list)

    @property
    def equal_share(self) -> float:
        """The share of tokens that encoding again gives, 1 if none was compared."""
        return 1 - self.differing / self.tokens if self.tokens else 1.0


def compare_rows(rows: Sequence[SampledRow], tokenizer: LoadedTokenizer, vocabulary: Vocabulary) -> Reencoding:
    """Compare sampled rows with what encoding their text again gives."""
    found, aligned = Reencoding(), 0
    names = _list_special_names(tokenizer)
    pieces = iter(_list_pieces(rows, vocabulary))
    while batch := list(islice(pieces, _BATCH)):
        texts = list(tokenizer.decode_all([piece.ids for piece in batch]))
        for piece, text, ids in zip(batch, texts, _encode_all(texts, tokenizer), strict=True):
            if ids is None:
                continue
            found.pieces += 1
            if piece.ids == ids:
                found.tokens += len(piece.ids)
            elif aligned < _MOST_ALIGNED:
                aligned += 1
                _compare_piece(found, piece, ids, tokenizer)
            if any(name in text for name in names):
                found.literal += 1
                _remember(found.literal_places, piece, 0)
    return found


def find_shift(rows: Sequence[SampledRow], tokenizer: LoadedTokenizer, vocabulary: Vocabulary) -> int:
    """Return the number that, added to every id, makes the ids fit the tokenizer; 0 if none clearly does."""
    plain = list(islice(_list_raw_pieces(rows), _SHIFT_PIECES))
    before, best, shift = _measure_fit(plain, 0, tokenizer, vocabulary), 0.0, 0
    for each in _SHIFTS:
        fit = _measure_fit(plain, each, tokenizer, vocabulary)
        if fit > best:
            best, shift = fit, each
    return shift if best > before and 1 - best < _SHIFTED_ERRORS * (1 - before) else 0


def _measure_fit(pieces: Sequence[list[int]], shift: int, tokenizer: LoadedTokenizer, vocabulary: Vocabulary) -> float:
    """Return the share of tokens that encoding again gives, with ``shift`` added to every id."""
    moved = [
        [
            number + shift
            for number in ids
            if 0 <= number + shift < vocabulary.size and not vocabulary.is_special[number + shift]
        ]
        for ids in pieces
    ]
    same = total = 0
    for ids, again in zip(moved, _encode_all(list(tokenizer.decode_all(moved)), tokenizer), strict=True):
        if again is None:
            continue
        total += len(ids)
        matcher = SequenceMatcher(None, ids, again[: len(ids) + 64], autojunk=False)
        same += len(ids) if ids == again else sum(block.size for block in matcher.get_matching_blocks())
    return same / total if total else 0.0


def _list_raw_pieces(rows: Sequence[SampledRow]) -> Iterator[list[int]]:
    for row in rows:
        yield row.ids[:_ALIGNED].tolist()


def _list_pieces(rows: Sequence[SampledRow], vocabulary: Vocabulary) -> Iterator[Piece]:
    """Yield the stretches of ordinary tokens, the words at both ends of a row left out."""
    for row in rows:
        ids = row.ids
        is_inside = (ids >= 0) & (ids < vocabulary.size)
        is_plain = is_inside & ~vocabulary.is_special[np.where(is_inside, ids, 0)]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], is_plain, [False]]).astype(np.int8)))
        for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            first, last = _trim_words(ids[start:stop], vocabulary)
            if last - first > 1:
                begin = start + first
                for at in range(begin, start + last, _ALIGNED):
                    stretch = ids[at : min(at + _ALIGNED, start + last)]
                    left, right = (0, len(stretch)) if last - first <= _ALIGNED else _trim_words(stretch, vocabulary)
                    if right - left > 1:
                        yield Piece(row, row.position + at + left, stretch[left:right].tolist())


def _trim_words(ids: np.ndarray[tuple[int], np.dtype[np.int32]], vocabulary: Vocabulary) -> tuple[int, int]:
    """Return where the whole words of ``ids`` begin and end; all of it if no token begins a word."""
    spaced = np.flatnonzero(vocabulary.is_spaced[ids])
    if len(spaced) < 2:
        return 0, len(ids)
    return int(spaced[0]), int(spaced[-1])


def _encode_all(texts: list[str], tokenizer: LoadedTokenizer) -> list[list[int] | None]:
    """Return the ids of each text, None for one that the vocabulary does not cover."""
    if tokenizer.has_unknown_token:
        encoded = tokenizer.reference.encode_batch_fast(texts, add_special_tokens=False)
        return [encoding.ids for encoding in encoded]
    return [
        tokenizer.reference.encode(text, add_special_tokens=False).ids
        if can_encode(tokenizer.reference, text)
        else None
        for text in texts
    ]


def _compare_piece(found: Reencoding, piece: Piece, ids: list[int], tokenizer: LoadedTokenizer) -> None:
    count = len(piece.ids)
    found.tokens += count
    matcher = SequenceMatcher(None, piece.ids, ids, autojunk=False)
    differing = 0
    for tag, start, stop, _again, _end in matcher.get_opcodes():
        if tag == "equal" or stop <= _EDGE or start >= count - _EDGE:
            continue
        if _UNDECODABLE in tokenizer.decode(piece.ids[max(0, start - 1) : stop + 1]):
            continue
        differing += max(1, stop - start)
        _remember(found.places, piece, start)
        if stop - start <= _CUT_TOKENS and (cut := _find_cut(piece.ids, start, stop, tokenizer)) is not None:
            found.cuts += 1
            _remember(found.cut_places, piece, cut)
    found.differing += min(differing, count)
    found.differing_pieces += differing > 0


def _find_cut(ids: list[int], start: int, stop: int, tokenizer: LoadedTokenizer) -> int | None:
    """Return where a token follows another inside a word, among those that differ."""
    for at in range(max(1, start), min(stop + 1, len(ids))):
        before = tokenizer.decode(ids[:at][-2:])
        both = tokenizer.decode([*ids[:at][-2:], ids[at]])
        after = both[len(before) :] if both.startswith(before) else ""
        if before[-1:].isalpha() and after[:1].isalpha():
            return at
    return None


def _remember(places: list[Place], piece: Piece, at: int) -> None:
    known = {(place.file, place.row) for place in places}
    if len(places) < _MOST_PLACES and (piece.row.file, piece.row.row) not in known:
        first = max(0, at - _AROUND)
        ids = tuple(piece.ids[first : at + _AROUND + 1])
        places.append(Place(piece.row.file, piece.row.row, piece.position + at, ids, at - first))


def _list_special_names(tokenizer: LoadedTokenizer) -> list[str]:
    """Return the special tokens as texts, as far as no other text is likely to contain them."""
    names = (tokenizer.reference.id_to_token(number) for number in tokenizer.special.all_ids)
    return [name for name in names if name is not None and len(name) > 2 and not name.isalnum()]
