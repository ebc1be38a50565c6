"""``mistudio.workers.jobs.preloaded``: a preloaded tokenizer serves exactly its own tokenization."""

from mistudio.core.config import Settings
from mistudio.models import Tokenization
from mistudio.workers.jobs.preloaded import PreloadedTokenizer
from mistudio.workers.messages import PreloadOrder


def load(settings: Settings, name: str) -> PreloadedTokenizer | None:
    """Preload a tokenizer of this name."""
    return PreloadedTokenizer.load(
        PreloadOrder(tokenizer=name, revision=None, cache_dir=settings.cache_dir, data_dir=settings.data_dir)
    )


def test_only_the_same_tokenizer_is_used(plain: Settings) -> None:
    """A tokenizer that has changed since, or another one, counts as not preloaded."""
    preloaded = load(plain, "./tokenizers/small")
    assert preloaded is not None
    fingerprint = preloaded.tokenizer.fingerprint
    assert preloaded.is_of(Tokenization(tokenizer="./tokenizers/small", fingerprint=fingerprint))
    assert not preloaded.is_of(Tokenization(tokenizer="./tokenizers/small", fingerprint="another"))
    assert not preloaded.is_of(Tokenization(tokenizer="gpt2", fingerprint=fingerprint))


def test_a_tokenizer_that_cannot_be_loaded_is_not_preloaded(plain: Settings) -> None:
    """It is missing, or damaged."""
    assert load(plain, "./tokenizers/nothing") is None
    (plain.tokenizers_dir / "small" / "tokenizer.json").write_text("{}")
    assert load(plain, "./tokenizers/small") is None
