"""A tokenizer that the standby process preloads for a tokenization that may follow, in both engines.

The reference engine and the fast engine each take up to a second for a large vocabulary, about as long as the server
takes to check the request. Both hold the interpreter's lock meanwhile, so only another process saves time.
"""

from dataclasses import dataclass
from typing import Self

import structlog

from mistudio.core.errors import MiStudioError
from mistudio.corpus.encoders.choice import Trial, try_fast_engine
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer
from mistudio.models import Tokenization
from mistudio.workers.messages import PreloadOrder

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PreloadedTokenizer:
    """A tokenizer in memory, and the fast engine's trial on it."""

    tokenizer: LoadedTokenizer
    trial: Trial

    @classmethod
    def load(cls, order: PreloadOrder) -> Self | None:
        """Load the tokenizer; None where that fails, because the server itself tells the user why."""
        source = TokenizerSource(order.tokenizer, order.revision)
        try:
            tokenizer = load_tokenizer(source, token=None, cache_dir=order.cache_dir, root=order.data_dir)
        except (MiStudioError, OSError) as error:
            log.info("tokenizer not preloaded", reason=type(error).__name__)
            return None
        return cls(tokenizer, try_fast_engine(tokenizer))

    def is_of(self, record: Tokenization) -> bool:
        """Whether the record names exactly this tokenizer."""
        preloaded = (self.tokenizer.repo, self.tokenizer.commit, self.tokenizer.fingerprint)
        return preloaded == (record.tokenizer, record.tokenizer_revision, record.fingerprint)
