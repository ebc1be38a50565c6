"""The order of one tokenization: its dataset, its settings, its engines and its staging folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mistudio.corpus.documents.batches import RenderChat
from mistudio.corpus.encoders.encoding import Encoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.spec.settings import TokenizerFacts, TokenizeSettings
from mistudio.corpus.tokenize.part_writer import PART_BYTES
from mistudio.corpus.tokenized.audit_counts import Decode
from mistudio.corpus.tokenized.manifest import EngineRecord


@dataclass(frozen=True)
class Engines:
    """The encoder and the reason for it, the reference, and the functions that decode ids and render conversations.

    ``failure`` returns why the reference encoded texts in place of the encoder, None while it has not.
    """

    encoder: Encoder
    reference: Encoder
    record: EngineRecord
    decode: Decode
    is_lossless: bool = False
    render_chat: RenderChat | None = None
    packages: Sequence[str] = ("pyarrow", "numpy", "tokenizers")
    failure: Callable[[], str | None] = lambda: None


@dataclass(frozen=True, kw_only=True)
class TokenizeOrder:
    """A tokenization of the dataset in the folder ``dataset``, written in the folder ``staging``.

    A data file has about ``part_bytes``. ``batch_bytes`` of text are encoded at once (None: as much as takes a quarter
    of a second); they do not affect the result.
    """

    dataset: Path
    staging: Path
    settings: TokenizeSettings
    tokenizer: TokenizerFacts
    engines: Engines
    monitor: Monitor
    part_bytes: int = PART_BYTES
    batch_bytes: int | None = None
