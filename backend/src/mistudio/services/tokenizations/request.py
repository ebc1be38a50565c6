"""Resolves a request to tokenize: its settings, the key of equal requests, the disk space, and the record."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import AlreadyExists
from mistudio.core.records import as_json
from mistudio.core.states import TokenizationStatus
from mistudio.corpus.spec import ResolvedSettings, TokenizeSettings, equivalence_key, resolve_settings
from mistudio.corpus.store.manifest import Manifest, manifest_sha256, read_manifest
from mistudio.corpus.store.text_counts import estimate_text_bytes
from mistudio.corpus.store.text_source import TextSource
from mistudio.corpus.store.text_template import TextTemplate
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.models import Tokenization, new_id
from mistudio.schemas.tokenization import TokenizeRequest

_BYTES_PER_ID: Final = 4
_BYTES_PER_MASK: Final = 1
_EXTRA_BYTES: Final = {"special_tokens_mask": 1, "document_id": 8, "position_id": 4}
# A low estimate: real text has 3 to 5 bytes per token, text that the tokenizer was not trained on has 1 to 2.
_TEXT_BYTES_PER_TOKEN: Final = 1.5


@dataclass(frozen=True, kw_only=True)
class ResolvedRequest:
    """What a request asks of one dataset; equal requests have the same ``key``."""

    settings: TokenizeSettings
    tokenizer: LoadedTokenizer
    key: str
    needed_bytes: int

    def new_record(self, dataset_id: str) -> Tokenization:
        """Return the record of a tokenization that waits for its job."""
        return Tokenization(
            id=new_id("tok"),
            dataset_id=dataset_id,
            tokenizer=self.tokenizer.repo,
            tokenizer_revision=self.tokenizer.commit,
            fingerprint=self.tokenizer.fingerprint,
            settings=as_json(self.settings),
            settings_hash=self.key,
            status=TokenizationStatus.QUEUED,
            progress=0.0,
            vocab_size=self.tokenizer.vocab_size,
        )


def resolve_request(
    request: TokenizeRequest, tokenizer: LoadedTokenizer, dataset: Path, *, text: TextSource | None = None
) -> ResolvedRequest:
    """Resolve a request for the dataset in the folder ``dataset``. Blocks.

    ``text`` is the dataset's column or template: it counts if the request names none, and is written down, so that the
    tokenization keeps it. Raises ValidationFailed and ChoiceErrors of the settings, DataMissing.
    """
    manifest = read_manifest(dataset)
    settings = _with_text(_to_settings(request), manifest.text_source if text is None else text)
    resolved = resolve_settings(settings, tokenizer, dataset=manifest)
    return ResolvedRequest(
        settings=settings,
        tokenizer=tokenizer,
        key=equivalence_key(settings, tokenizer, dataset=manifest, dataset_hash=manifest_sha256(dataset)),
        needed_bytes=_estimate_bytes(manifest, settings, resolved),
    )


def _to_settings(request: TokenizeRequest) -> TokenizeSettings:
    """Return the settings of the request, without the token."""
    fields = request.model_dump(exclude={"access_token"})
    lists = {"splits": tuple(request.splits) if request.splits else None, "extra_columns": tuple(request.extra_columns)}
    return TokenizeSettings(**{**fields, **lists})


def _with_text(settings: TokenizeSettings, text: TextSource) -> TokenizeSettings:
    if settings.text_column is not None or settings.text_template is not None:
        return settings
    if isinstance(text, TextTemplate):
        return replace(settings, text_template=text.text)
    return replace(settings, text_column=text)


def _estimate_bytes(manifest: Manifest, settings: TokenizeSettings, resolved: ResolvedSettings) -> int:
    """Return a high estimate of the bytes that the rows will take."""
    share = sum(split.rows for split in manifest.splits if split.name in resolved.splits) / max(manifest.rows, 1)
    tokens = estimate_text_bytes(manifest, resolved.source) * share / _TEXT_BYTES_PER_TOKEN
    if resolved.stride is not None:
        tokens *= resolved.room / resolved.stride
    if settings.max_tokens is not None:
        tokens = min(tokens, settings.max_tokens)
    width = _BYTES_PER_ID + sum(_EXTRA_BYTES[name] for name in settings.extra_columns)
    if settings.padding == "do_not_pad":
        return int(tokens * width)
    rows = manifest.rows * share + (tokens / resolved.room if settings.is_windowed else 0)
    return int(rows * resolved.max_length * (width + _BYTES_PER_MASK))


def already_exists(same: Tokenization) -> AlreadyExists:
    """Return the refusal to make ``same`` again."""
    what = "is here already" if same.status is TokenizationStatus.READY else f"is {same.status.value} already"
    return AlreadyExists(
        f"A tokenization by {same.tokenizer} with these settings {what}.",
        extra={"tokenization_id": same.id, "dataset_id": same.dataset_id, "status": same.status.value},
    )
