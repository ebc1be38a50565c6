"""The engines that turn texts into ids; ``mistudio.corpus.encoders.choice`` picks one for each job.

``gigatoken`` is about ten times as fast as the reference, and right about most tokenizers. The reference is the library
``tokenizers``, on all cores and in bounded memory. The library returns ids as Python lists beside much that we do not
need, about 100 bytes per token. So a batch is encoded in pieces, and each piece becomes an array before the next one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import tokenizers
from numpy.typing import NDArray
from tokenizers import Tokenizer

from mistudio.corpus.arrays import offsets_of
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.tokenizers.unknown_text import translate_unknown_text

if TYPE_CHECKING:
    import awkward as ak

Texts: TypeAlias = "pa.StringArray | pa.LargeStringArray"

# Texts per piece, and bytes of text in it: enough to occupy all cores, and little enough to bound memory.
_PIECE_TEXTS: Final = 2_048
_PIECE_BYTES: Final = 2 << 20


class ReferenceEncoder:
    """Encodes with the library ``tokenizers``, whose ids are right by definition."""

    # The reference has no substitute, so it never reports a failure.
    failure = None

    def __init__(self, reference: Tokenizer) -> None:
        self._reference = reference

    @property
    def name(self) -> str:
        """The engine and its version."""
        return f"tokenizers {tokenizers.__version__}"

    def encode(self, texts: Texts) -> TokenIds:
        """Return the ids of every text; a null counts as an empty text. Uses all cores, and blocks.

        Raises TextNotInVocabulary, with the place of the text.
        """
        encoded: list[tuple[NDArray[np.int32], NDArray[np.int64]]] = []
        first = 0
        for piece in _split_into_pieces(texts):
            with translate_unknown_text(self._reference, piece, first=first):
                encoded.append(self._encode_piece(piece))
            first += len(piece)
        ids = np.concatenate([piece for piece, _lengths in encoded] or [np.zeros(0, np.int32)])
        lengths = np.concatenate([lengths for _piece, lengths in encoded] or [np.zeros(0, np.int64)])
        return TokenIds(ids, offsets_of(lengths))

    def is_composed(self, texts: Texts) -> NDArray[np.bool_]:
        """Return which texts the composing normalizer (NFC, NFKC) leaves unchanged; shape (n,).

        It also leaves every part of such a text unchanged, such as the part between two added tokens: composed forms
        are closed under substrings.
        """
        # ASCII has nothing to compose, and neither has a null.
        is_unchanged = np.array(pc.string_is_ascii(texts).fill_null(True), dtype=bool)
        normalizer, others = self._reference.normalizer, np.flatnonzero(~is_unchanged)
        is_unchanged[others] = [normalizer.normalize_str(text) == text for text in texts.take(others).to_pylist()]
        return is_unchanged

    def _encode_piece(self, texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        encodings = self._reference.encode_batch_fast(texts, add_special_tokens=False)
        lengths = np.fromiter(map(len, encodings), np.int64, len(encodings))
        ids = chain.from_iterable(encoding.ids for encoding in encodings)
        return np.fromiter(ids, np.int32, int(lengths.sum())), lengths


@dataclass(frozen=True)
class Exclusion:
    """Texts that the fast engine may get wrong, so the reference encodes them.

    ``select_fast`` returns which texts are not among them, shape (n,). ``texts`` names them. Ordinary datasets have
    next to none if they are ``is_rare``.
    """

    texts: str
    select_fast: Callable[[Texts], NDArray[np.bool_]]
    is_rare: bool


class FastEncoder:
    """Encodes with ``gigatoken`` on all cores; in a forked process it runs on one.

    ``reference`` encodes the texts of the ``exclusions``. Raises what the library raises.
    """

    def __init__(
        self, tokenizer_json: bytes, *, reference: ReferenceEncoder, exclusions: Sequence[Exclusion] = ()
    ) -> None:
        import gigatoken

        self._tokenizer = gigatoken.Tokenizer.from_json(tokenizer_json)
        self._reference = reference
        self.exclusions = tuple(exclusions)

    @property
    def name(self) -> str:
        """The engine and its version, or both engines if the reference has its share of ordinary texts."""
        own = f"gigatoken {version('gigatoken')}"
        is_alone = all(exclusion.is_rare for exclusion in self.exclusions)
        return own if is_alone else f"{own} with {self._reference.name}"

    def encode(self, texts: Texts) -> TokenIds:
        """Return the ids of every text; a null counts as an empty text. Uses all cores, and blocks."""
        is_fast = np.ones(len(texts), dtype=bool)
        for exclusion in self.exclusions:
            is_fast &= exclusion.select_fast(texts)
        if is_fast.all():
            return self._encode(texts)
        others = self._reference.encode(texts.filter(pa.array(~is_fast)))
        return _interleave_ids(self._encode(texts.filter(pa.array(is_fast))), others, is_fast)

    def _encode(self, texts: Texts) -> TokenIds:
        if len(texts) == 0:
            return TokenIds(np.zeros(0, np.int32), np.zeros(1, np.int64))
        layout = self._tokenizer.encode_batch(_view_as_awkward(texts)).layout
        offsets = np.asarray(layout.offsets.data, dtype=np.int64)
        ids = np.asarray(layout.content.data)[offsets[0] : offsets[-1]]
        return TokenIds(ids.view(np.int32), offsets - offsets[0])


def _view_as_awkward(texts: Texts) -> "ak.Array":
    """Return the texts as the fast engine takes them, without a copy and without a Python object per text."""
    # The fast engine brings this library along; importing it takes a tenth of a second.
    import awkward as ak

    letters, offsets = flatten_texts(texts)
    characters = ak.contents.NumpyArray(letters, parameters={"__array__": "char"})
    return ak.Array(
        ak.contents.ListOffsetArray(ak.index.Index(offsets), characters, parameters={"__array__": "string"})
    )


def flatten_texts(texts: Texts) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the UTF-8 bytes of n texts without a copy, and their offsets, shape (n + 1,); a null counts as empty.

    Text i is ``letters[offsets[i]:offsets[i + 1]]``, and offsets begin with 0.
    """
    texts = texts.fill_null("") if texts.null_count else texts
    _validity, ends, data = texts.buffers()
    if data is None or len(texts) == 0:
        return np.zeros(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    offsets = np.frombuffer(ends, kind)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]], offsets - offsets[0]


def _interleave_ids(first: TokenIds, second: TokenIds, is_first: NDArray[np.bool_]) -> TokenIds:
    """Return the ids that two engines made of the texts of one array, in the order of the array."""
    lengths = np.empty(len(is_first), np.int64)
    lengths[is_first], lengths[~is_first] = first.lengths, second.lengths
    offsets = offsets_of(lengths)
    ids = np.empty(int(offsets[-1]), np.int32)
    for part, places in ((first, is_first), (second, ~is_first)):
        shifts = np.repeat(offsets[:-1][places] - part.offsets[:-1], part.lengths)
        ids[np.arange(len(part.ids)) + shifts] = part.ids
    return TokenIds(ids, offsets)


def _split_into_pieces(texts: Texts) -> Iterator[list[str]]:
    ends = np.cumsum(_count_bytes(texts))
    start = 0
    while start < len(texts):
        before = ends[start - 1] if start else 0
        full = int(np.searchsorted(ends, before + _PIECE_BYTES, side="right"))
        stop = min(max(full, start + 1), start + _PIECE_TEXTS)
        yield texts.slice(start, stop - start).fill_null("").to_pylist()
        start = stop


def _count_bytes(texts: Texts) -> NDArray[np.int64]:
    """Return the UTF-8 bytes of each text, shape (n,); 0 for a null."""
    return np.asarray(pc.binary_length(texts).fill_null(0), dtype=np.int64)
