"""What a tokenizer adds around a text is learnt as a prefix and a suffix."""

import pytest
from tokenizers import processors

from fakes import tokenizers as small
from mistudio.core.errors import UnsupportedTokenizer
from mistudio.corpus.tokenizers.template import RowTemplate


def test_prefix_and_suffix_are_learnt() -> None:
    """A tokenizer has either, both, or none; any other template is refused."""
    learnt = [
        small.load(make()).template for make in (small.train_byte_level, small.train_unigram, small.train_wordpiece)
    ]
    assert [RowTemplate((1,), ()), RowTemplate((), (2,)), RowTemplate((2,), (3,))] == learnt
    twice = small.train_wordlevel()
    twice.post_processor = processors.TemplateProcessing(single="$A <s> $A", special_tokens=[("<s>", 1)])
    with pytest.raises(UnsupportedTokenizer, match="elsewhere than before and after a text"):
        small.load(twice)
