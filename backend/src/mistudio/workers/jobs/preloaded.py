"""What a process that stands ready has loaded for a tokenization that may follow: the tokenizer, twice.

The reference and the fast engine take up to a second each for a large vocabulary, for as long as the server itself
takes to look at the request. Both hold the interpreter's lock meanwhile, so that only another process gains by it.
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
    """A tokenizer in memory, and how the fast engine did on it."""

    tokenizer: LoadedTokenizer
    trial: Trial

    @classmethod
    def load(cls, order: PreloadOrder) -> Self | None:
        """Load what the order names; None where that fails, which the server tells whoever asked for it."""
        source = TokenizerSource(order.tokenizer, order.revision)
        try:
            tokenizer = load_tokenizer(source, token=None, cache_dir=order.cache_dir, root=order.data_dir)
        except (MiStudioError, OSError) as error:
            log.info("not loaded ahead", why=type(error).__name__)
            return None
        return cls(tokenizer, try_fast_engine(tokenizer))

    def is_of(self, record: Tokenization) -> bool:
        """Whether the record is of this very tokenizer."""
        mine = (self.tokenizer.repo, self.tokenizer.commit, self.tokenizer.fingerprint)
        return mine == (record.tokenizer, record.tokenizer_revision, record.fingerprint)
