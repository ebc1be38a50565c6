"""The engines that make ids of texts; ``mistudio.corpus.encoders.choice`` says which one a job gets.

The fast one is ``gigatoken``, some ten times as fast and right about most tokenizers. The reference is ``tokenizers``,
on all cores and in bounded memory: the library gives ids as Python lists beside much that nobody asked for, about 100
bytes for a token; so a batch is encoded in pieces, and each piece becomes an array before the next one starts.
"""

from collections.abc import Iterator
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
from mistudio.corpus.encoders.encoding import Encoded

if TYPE_CHECKING:
    import awkward as ak

Texts: TypeAlias = "pa.StringArray | pa.LargeStringArray"

# Texts of a piece, and bytes of text in it: enough for all cores, little enough to keep what is not asked for small.
_PIECE_TEXTS: Final = 2_048
_PIECE_BYTES: Final = 2 << 20


class ReferenceEncoder:
    """Encodes with the library ``tokenizers``, whose ids are right by definition."""

    # Nothing takes its place.
    failure = None

    def __init__(self, reference: Tokenizer) -> None:
        self._reference = reference

    @property
    def name(self) -> str:
        """The engine and its version."""
        return f"tokenizers {tokenizers.__version__}"

    def encode(self, texts: Texts) -> Encoded:
        """The ids of every text; a null is read as an empty text. Uses all cores, and blocks."""
        encoded = [self._encode_piece(piece) for piece in _pieces(texts)]
        ids = np.concatenate([piece for piece, _lengths in encoded] or [np.zeros(0, np.int32)])
        lengths = np.concatenate([lengths for _piece, lengths in encoded] or [np.zeros(0, np.int64)])
        return Encoded(ids, offsets_of(lengths))

    def leaves(self, texts: Texts) -> NDArray[np.bool_]:
        """Which texts a normalizer that composes marks leaves as they are, as it says itself; shape (n,).

        So are all parts of such a text, between added tokens for one: composed forms are closed under taking parts.
        """
        # There is nothing to compose in ASCII, nor in a null.
        is_left = np.array(pc.string_is_ascii(texts).fill_null(True), dtype=bool)
        normalizer, others = self._reference.normalizer, np.flatnonzero(~is_left)
        is_left[others] = [normalizer.normalize_str(text) == text for text in texts.take(others).to_pylist()]
        return is_left

    def _encode_piece(self, texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        encodings = self._reference.encode_batch_fast(texts, add_special_tokens=False)
        lengths = np.fromiter(map(len, encodings), np.int64, len(encodings))
        ids = chain.from_iterable(encoding.ids for encoding in encodings)
        return np.fromiter(ids, np.int32, int(lengths.sum())), lengths


class FastEncoder:
    """Encodes with ``gigatoken``, on all cores. To be used in a process's own first process: in forks it runs serially.

    ``beside``, where it is given, encodes the texts that its normalizer changes. Raises what the library raises.
    """

    def __init__(self, tokenizer_json: bytes, *, beside: ReferenceEncoder | None) -> None:
        """Load ``tokenizer_json``: with ``beside``, that without its normalizer."""
        import gigatoken

        self._tokenizer = gigatoken.Tokenizer.from_json(tokenizer_json)
        self._beside = beside

    @property
    def name(self) -> str:
        """The engine and its version; both, where both work."""
        own = f"gigatoken {version('gigatoken')}"
        return f"{own} with {self._beside.name}" if self._beside else own

    def encode(self, texts: Texts) -> Encoded:
        """The ids of every text; a null is read as an empty text. Uses all cores, and blocks."""
        if self._beside is None:
            return self._encode(texts)
        places = self._beside.leaves(texts)
        if places.all():
            return self._encode(texts)
        others = self._beside.encode(texts.filter(pa.array(~places)))
        return _interleave(self._encode(texts.filter(pa.array(places))), others, places)

    def _encode(self, texts: Texts) -> Encoded:
        if len(texts) == 0:
            return Encoded(np.zeros(0, np.int32), np.zeros(1, np.int64))
        layout = self._tokenizer.encode_batch(_strings(texts)).layout
        offsets = np.asarray(layout.offsets.data, dtype=np.int64)
        ids = np.asarray(layout.content.data)[offsets[0] : offsets[-1]]
        return Encoded(ids.view(np.int32), offsets - offsets[0])


def _strings(texts: Texts) -> "ak.Array":
    """The texts as the fast engine takes them without a copy, with no object of Python's per text."""
    # It comes with the fast engine, which speaks it; importing it takes a tenth of a second.
    import awkward as ak

    letters, offsets = flat_texts(texts)
    characters = ak.contents.NumpyArray(letters, parameters={"__array__": "char"})
    return ak.Array(
        ak.contents.ListOffsetArray(ak.index.Index(offsets), characters, parameters={"__array__": "string"})
    )


def flat_texts(texts: Texts) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of n texts one after the other, and where each begins and the last ends, shape (n + 1,); null is empty.

    The bytes are not copied. Text i is ``letters[offsets[i]:offsets[i + 1]]``, and offsets begin with 0.
    """
    texts = texts.fill_null("") if texts.null_count else texts
    _validity, ends, data = texts.buffers()
    if data is None or len(texts) == 0:
        return np.zeros(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    offsets = np.frombuffer(ends, kind)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]], offsets - offsets[0]


def _interleave(first: Encoded, second: Encoded, is_first: NDArray[np.bool_]) -> Encoded:
    """What two engines made of the texts of one array, in the array's order."""
    lengths = np.empty(len(is_first), np.int64)
    lengths[is_first], lengths[~is_first] = first.lengths, second.lengths
    offsets = offsets_of(lengths)
    ids = np.empty(int(offsets[-1]), np.int32)
    for part, places in ((first, is_first), (second, ~is_first)):
        shifts = np.repeat(offsets[:-1][places] - part.offsets[:-1], part.lengths)
        ids[np.arange(len(part.ids)) + shifts] = part.ids
    return Encoded(ids, offsets)


def _pieces(texts: Texts) -> Iterator[list[str]]:
    ends = np.cumsum(text_bytes(texts))
    start = 0
    while start < len(texts):
        before = ends[start - 1] if start else 0
        full = int(np.searchsorted(ends, before + _PIECE_BYTES, side="right"))
        stop = min(max(full, start + 1), start + _PIECE_TEXTS)
        yield texts.slice(start, stop - start).fill_null("").to_pylist()
        start = stop


def text_bytes(texts: Texts) -> NDArray[np.int64]:
    """Bytes of each text in UTF-8, shape (n,); 0 for a null."""
    return np.asarray(pc.binary_length(texts).fill_null(0), dtype=np.int64)
