"""What a process that stands ready has loaded for a tokenization that may follow: the tokenizer, twice.

The reference and the fast engine take up to a second each for a large vocabulary, for as long as the server itself
takes to look at the request. Both hold the interpreter's lock meanwhile, so that only another process gains by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from mistudio.core.errors import MiStudioError
from mistudio.corpus.encoders.choice import Trial, try_fast_engine
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer
from mistudio.models import Tokenization

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PreloadedTokenizer:
    """A tokenizer in memory, and how the fast engine did on it."""

    tokenizer: LoadedTokenizer
    trial: Trial

    @classmethod
    def of(cls, told: Mapping[str, str | None]) -> Self | None:
        """What ``told`` names; None where it cannot be loaded, which whoever asked for it hears from the server."""
        source = TokenizerSource(str(told["tokenizer"]), told["revision"])
        folders = Path(str(told["cache_dir"])), Path(str(told["data_dir"]))
        try:
            tokenizer = load_tokenizer(source, token=None, cache_dir=folders[0], root=folders[1])
        except (MiStudioError, OSError) as error:
            log.info("not loaded ahead", why=type(error).__name__)
            return None
        return cls(tokenizer, try_fast_engine(tokenizer))

    def is_of(self, record: Tokenization) -> bool:
        """Whether the record is of this very tokenizer."""
        mine = (self.tokenizer.repo, self.tokenizer.commit, self.tokenizer.fingerprint)
        return mine == (record.tokenizer, record.tokenizer_revision, record.fingerprint)
