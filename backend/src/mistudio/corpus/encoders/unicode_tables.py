"""Find texts with characters that the two engines classify differently, because their Unicode tables differ in version.

The engines split texts where letters, marks, digits and other characters meet, each by its own tables. tokenizers
0.23.3 has those of Unicode 16.0, gigatoken 0.10.0 those of 17.0. A character that 17.0 added is a letter to one engine
and nothing to the other, so they may split the text around it differently.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints
from mistudio.corpus.encoders.encoders import Texts, flatten_texts

# Code points whose general category differs between UnicodeData.txt of the Unicode Character Database 16.0 and 17.0:
# U+0295, and all characters that 17.0 added.
_DIFFERENT: Final = """
295 88f c5c cdc 1acf-1add 1ae0-1aeb 20c1 2b96 a7ce-a7cf a7d2 a7d4 a7f1 fbc3-fbd2 fd90-fd91 fdc8-fdce 10940-10959
10ec5-10ec7 10ed0-10ed8 10efa-10efb 11b60-11b67 11db0-11ddb 11de0-11de9 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6
187f8-187ff 18d09-18d1e 18d80-18df2 1ccfa-1ccfc 1ceba-1ced0 1cee0-1cef0 1e6c0-1e6de 1e6e0-1e6f5 1e6fe-1e6ff 1f6d8
1f777-1f77a 1f8d0-1f8d8 1fa54-1fa57 1fa8a 1fa8e 1fac8 1facd 1faea 1faef 1fbfa 2b73a-2b73f 2cea2-2cead 323b0-33479
"""

# Bytes that one step covers: few enough for the cache, and enough to make the calls cheap.
_STEP: Final = 1 << 18


@cache
def list_different_characters() -> tuple[range, ...]:
    """Return the code points that the engines classify differently, as ascending ranges."""
    bounds = [[int(bound, 16) for bound in part.split("-")] for part in _DIFFERENT.split()]
    return tuple(range(bound[0], bound[-1] + 1) for bound in bounds)


def has_equal_classes(texts: Texts) -> NDArray[np.bool_]:
    """Return which texts have only characters that both engines classify alike, shape (n,); a null has none others.

    Few texts have even the first two bytes of such a character, so only those texts are searched for whole characters.
    ASCII is read at about 18 GB/s, most other scripts at 1.5 GB/s.
    """
    letters, offsets = flatten_texts(texts)
    places = np.concatenate([np.zeros(0, np.int64), *_find_beginnings(letters)])
    candidates = np.unique(np.searchsorted(offsets, places, side="right") - 1)
    is_equal = np.ones(len(texts), dtype=bool)
    if len(candidates):
        found = pc.match_substring_regex(texts.take(pa.array(candidates)), pattern=_make_pattern())
        is_equal[candidates] = ~np.asarray(found, dtype=bool)
    return is_equal


def _find_beginnings(letters: NDArray[np.uint8]) -> Iterator[Ints]:
    """Yield the positions of pairs of bytes with which a different character begins."""
    is_pair, leads = _list_pairs()
    least = min(lead.start for lead in leads)
    for start in range(0, len(letters) - 1, _STEP):
        part, following = letters[start : start + _STEP], letters[start + 1 : start + 1 + _STEP]
        # ASCII ends here, at a tenth of the cost.
        if part.max() < least:
            continue
        places = np.flatnonzero(_is_lead(part[: len(following)], leads))
        pairs = part.take(places).astype(np.uint16) << 8 | following.take(places)
        yield places[is_pair.take(pairs)] + start


def _is_lead(letters: NDArray[np.uint8], leads: tuple[range, ...]) -> NDArray[np.bool_]:
    """Return which bytes are in one of the ranges; a subtraction that wraps makes each range one comparison."""
    is_lead = np.zeros(len(letters), dtype=bool)
    shifted, is_inside = np.empty(len(letters), np.uint8), np.empty(len(letters), bool)
    for lead in leads:
        np.subtract(letters, lead.start, out=shifted)
        np.less(shifted, len(lead), out=is_inside)
        np.logical_or(is_lead, is_inside, out=is_lead)
    return is_lead


@cache
def _list_pairs() -> tuple[NDArray[np.bool_], tuple[range, ...]]:
    """Return for every pair of bytes whether a different character begins with it, and the ranges of first bytes."""
    encoded = {chr(point).encode()[:2] for part in list_different_characters() for point in part}
    is_pair = np.zeros(1 << 16, dtype=bool)
    is_pair[[first << 8 | second for first, second in encoded]] = True
    first = sorted({pair[0] for pair in encoded})
    starts = [byte for byte in first if byte - 1 not in first]
    stops = [byte + 1 for byte in first if byte + 1 not in first]
    return is_pair, tuple(range(start, stop) for start, stop in zip(starts, stops, strict=True))


@cache
def _make_pattern() -> str:
    """Return a pattern that matches one character that the engines classify differently."""
    ranges = (rf"\x{{{part[0]:x}}}-\x{{{part[-1]:x}}}" for part in list_different_characters())
    return f"[{''.join(ranges)}]"
