"""Shows the tokens of a vocabulary with their counts, and finds those that a search is about."""

from collections.abc import Sequence

from mistudio.corpus.arrays import Counts, Ints
from mistudio.corpus.loader.vocabulary import SplitVocabulary, sum_vocabulary
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.schemas.vocabulary import TokenSplitCount, VocabularyToken
from mistudio.services.tokenizations.token_views import token_text


def list_token_texts(tokenizer: LoadedTokenizer, size: int) -> list[str]:
    """Return the texts of the first ``size`` ids."""
    return [token_text(tokenizer, token) for token in range(size)]


def match_tokens(texts: Sequence[str], ids: Ints, search: str) -> list[int]:
    """Return those of ``ids`` whose text contains ``search`` in any case, or whose id is ``search``."""
    wanted = search.casefold()
    number = int(search) if search.isascii() and search.isdigit() else -1
    return [token for token in ids.tolist() if token == number or wanted in texts[token].casefold()]


def count_in_split(split: SplitVocabulary, token: int) -> TokenSplitCount:
    """Return how often the token occurs in the split."""
    return TokenSplitCount(split=split.split, count=_count(split.data, token), inserted=_count(split.inserted, token))


def show_tokens(
    tokenizer: LoadedTokenizer, splits: Sequence[SplitVocabulary], ids: Sequence[int]
) -> list[VocabularyToken]:
    """Return these tokens as the API has them."""
    whole = int(sum_vocabulary(splits)[0].sum())
    special = set(tokenizer.special.all_ids)
    shown = []
    for token in ids:
        counts = [count_in_split(split, token) for split in splits]
        count = sum(each.count for each in counts)
        shown.append(
            VocabularyToken(
                id=token,
                text=token_text(tokenizer, token),
                kind="special" if token in special else "data",
                count=count,
                inserted=sum(each.inserted for each in counts),
                share=count / whole if whole else 0.0,
                splits=counts,
            )
        )
    return shown


def _count(counts: Counts, token: int) -> int:
    return int(counts[token]) if token < len(counts) else 0
