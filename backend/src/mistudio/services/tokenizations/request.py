"""What a request to tokenize comes to: settings, room on the disk, a record, or the one that is there already."""

from mistudio.core.errors import AlreadyExists
from mistudio.core.records import as_json
from mistudio.core.states import TokenizationStatus
from mistudio.corpus.spec import ResolvedSettings, TokenizeSettings
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.models import Tokenization, new_id
from mistudio.schemas.tokenization import TokenizeRequest

_BYTES_PER_ID, _BYTES_PER_MASK = 4, 1
# Bytes of text per token, on the safe side: real text has 3 to 5, text that a tokenizer does not know has 1 to 2.
_TEXT_BYTES_PER_TOKEN = 1.5


def settings_of(request: TokenizeRequest) -> TokenizeSettings:
    """The settings of the request, which never hold the token."""
    fields = request.model_dump(exclude={"access_token"})
    return TokenizeSettings(**{**fields, "splits": tuple(request.splits) if request.splits else None})


def needed_for_tokens(manifest: Manifest, settings: TokenizeSettings, resolved: ResolvedSettings) -> int:
    """An upper estimate, in bytes, of the room that the rows will take."""
    share = sum(split.rows for split in manifest.splits if split.name in resolved.splits) / max(manifest.rows, 1)
    tokens = (manifest.text.utf8_bytes or 0) * share / _TEXT_BYTES_PER_TOKEN
    if settings.padding == "do_not_pad":
        return int(tokens * _BYTES_PER_ID)
    rows = manifest.rows * share
    return int(rows * resolved.max_length * (_BYTES_PER_ID + _BYTES_PER_MASK))


def new_record(dataset_id: str, settings: TokenizeSettings, *, key: str, tokenizer: LoadedTokenizer) -> Tokenization:
    """The record of a tokenization that waits for its job; ``key`` is the hash of its settings."""
    return Tokenization(
        id=new_id("tok"),
        dataset_id=dataset_id,
        tokenizer=tokenizer.repo,
        tokenizer_revision=tokenizer.commit,
        fingerprint=tokenizer.fingerprint,
        settings=as_json(settings),
        settings_hash=key,
        status=TokenizationStatus.QUEUED,
        progress=0.0,
        vocab_size=tokenizer.vocab_size,
    )


def already_exists(same: Tokenization) -> AlreadyExists:
    """The refusal that names the one that is there."""
    what = "is here already" if same.status is TokenizationStatus.READY else f"is {same.status.value} already"
    return AlreadyExists(
        f"A tokenization by {same.tokenizer} with these settings {what}.",
        extra={"tokenization_id": same.id, "dataset_id": same.dataset_id, "status": same.status.value},
    )
