"""What one tokenization is asked to be: of what, how, by which engines, and where it is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mistudio.corpus.documents.batches import RenderChat
from mistudio.corpus.encoders.encoding import Encoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.spec.settings import TokenizerFacts, TokenizeSettings
from mistudio.corpus.tokenize.part_writer import PART_BYTES
from mistudio.corpus.tokenized.audit import Decode
from mistudio.corpus.tokenized.manifest import EngineRecord


@dataclass(frozen=True)
class Engines:
    """What encodes, why it was chosen, what it is measured against, and what turns ids and conversations into text.

    ``failure`` says why the encoder has had texts encoded by the reference in its place, None while it has not.
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
    """A tokenization of the dataset in the folder ``dataset``, made in the folder ``staging``.

    ``part_bytes`` is about how large a file becomes, and ``batch_bytes`` how much text is encoded at once (None: as
    much as a quarter of a second is enough for); the latter changes nothing in the result.
    """

    dataset: Path
    staging: Path
    settings: TokenizeSettings
    tokenizer: TokenizerFacts
    engines: Engines
    monitor: Monitor
    part_bytes: int = PART_BYTES
    batch_bytes: int | None = None
