"""Tokenizers of the server: found, loaded once, remembered, and tried on a text.

The planner's child asks the Hub, because it has the settings of Hugging Face's libraries; this process reads the files
that the child put into the cache. A few tokenizers stay loaded, because people try one text after another.
"""

import asyncio
import threading
from typing import Final, TypeAlias

from cachetools import LRUCache, TTLCache
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import RepositoryDisabled, RepositoryNotFound, ValidationFailed
from mistudio.corpus.hub.plan_types import PinnedTokenizer, TokenizerRequest
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles, TokenizerSource, find_files, is_cached
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, read_tokenizer
from mistudio.models import Model
from mistudio.schemas.common import reveal
from mistudio.schemas.tokenizer import ModelResponse, PreviewRequest, PreviewResponse
from mistudio.services.tokenizations.preview_process import PreviewProcesses

# One with a large vocabulary takes some 150 MB.
_MOST_LOADED: Final = 2
# A branch is looked up again after this time; a request to tokenize always looks it up.
_PINNED_SECONDS: Final = 300.0
_MOST_PINNED: Final = 256

# A source, and the digest of its files if they may change.
_Key: TypeAlias = tuple[TokenizerSource, str]


class TokenizerService:
    """Loads tokenizers by name and revision, off the event loop."""

    def __init__(self, settings: Settings, database: Database, planner: Planning) -> None:
        self._settings = settings
        self._database = database
        self._planner = planner
        self._previews = PreviewProcesses(settings)
        self._lock = threading.Lock()
        self._loaded: LRUCache[_Key, LoadedTokenizer] = LRUCache(_MOST_LOADED)
        self._pinned: TTLCache[TokenizerSource, TokenizerSource] = TTLCache(_MOST_PINNED, _PINNED_SECONDS)

    async def load(
        self, name: str, revision: str | None = None, *, token: str | None = None, fresh: bool = False
    ) -> LoadedTokenizer:
        """Load a tokenizer; ``fresh`` looks a branch up on the Hub even if that was done a moment ago.

        Raises NoTokenizer, UnsupportedTokenizer, ValidationFailed (field ``tokenizer``), and the Hub's errors.
        """
        return await self.load_pinned(await self.pin(name, revision, token=token, fresh=fresh))

    async def load_pinned(self, source: TokenizerSource) -> LoadedTokenizer:
        """Load the tokenizer of a source that ``pin`` returned; raises what ``load`` raises but for the Hub errors."""
        return await asyncio.to_thread(self._load, source)

    async def pin(
        self, name: str, revision: str | None, *, token: str | None = None, fresh: bool = False
    ) -> TokenizerSource:
        """Return the source as it is now: a path, or a commit whose files are in the cache; see ``load``."""
        source = TokenizerSource(name, revision)
        if source.is_local or await asyncio.to_thread(is_cached, source, self._settings.cache_dir):
            return source
        # A source that was found with a token is for requests with that token only.
        if not fresh and not token and (known := self._pinned.get(source)):
            return known
        found = await self._ask_hub(source, token)
        pinned = TokenizerSource(found.name, found.commit)
        if not token:
            self._pinned[source] = pinned
        return pinned

    async def _ask_hub(self, source: TokenizerSource, token: str | None) -> PinnedTokenizer:
        cache_dir = str(self._settings.cache_dir)
        try:
            return await self._planner.pin_tokenizer(TokenizerRequest(source.name, source.revision, cache_dir, token))
        except (RepositoryNotFound, RepositoryDisabled, ValidationFailed) as error:
            # For a dataset the same errors concern ``repo_id``.
            error.name_field("tokenizer")
            raise

    def _load(self, source: TokenizerSource) -> LoadedTokenizer:
        if not source.is_local:
            return self._find_loaded((source, "")) or self._read((source, ""), self._find_files(source))
        # A local file may have changed: it is read each time, and loaded again only then.
        files = self._find_files(source)
        key = (source, files.digest)
        return self._find_loaded(key) or self._read(key, files)

    def _find_files(self, source: TokenizerSource) -> TokenizerFiles:
        return find_files(source, token=None, cache_dir=self._settings.cache_dir, root=self._settings.data_dir)

    def _find_loaded(self, key: _Key) -> LoadedTokenizer | None:
        with self._lock:
            return self._loaded.get(key)

    def _read(self, key: _Key, files: TokenizerFiles) -> LoadedTokenizer:
        tokenizer = read_tokenizer(files)
        with self._lock:
            self._loaded[key] = tokenizer
        return tokenizer

    async def preview(self, request: PreviewRequest) -> PreviewResponse:
        """Return a text as tokens, with the effect of the settings; cancelled, it stops the work.

        Raises what ``load`` does, ValidationFailed, and what ``PreviewProcesses`` does.
        """
        source = await self.pin(request.tokenizer, request.revision, token=reveal(request.access_token))
        return await self._previews.make(source, request)

    async def close(self) -> None:
        """End the processes of previews."""
        await self._previews.close()

    async def list_models(self) -> list[ModelResponse]:
        """Return the tokenizers that were used, newest first."""
        async with self._database.read() as session:
            found = await session.scalars(select(Model).order_by(Model.created_at.desc(), Model.id))
            return [ModelResponse.model_validate(model) for model in found]


async def remember_model(session: AsyncSession, tokenizer: LoadedTokenizer) -> Model:
    """Return the record of this tokenizer, made in this transaction if there is none yet."""
    known = select(Model).where(Model.fingerprint == tokenizer.fingerprint)
    if tokenizer.commit:
        known = known.where(Model.hf_repo_id == tokenizer.repo, Model.revision == tokenizer.commit)
    else:
        known = known.where(Model.path == tokenizer.repo)
    if model := await session.scalar(known.limit(1)):
        return model
    model = Model(
        name=tokenizer.repo.rstrip("/").rpartition("/")[2],
        hf_repo_id=tokenizer.repo if tokenizer.commit else None,
        revision=tokenizer.commit,
        fingerprint=tokenizer.fingerprint,
        vocab_size=tokenizer.vocab_size,
        path=None if tokenizer.commit else tokenizer.repo,
    )
    session.add(model)
    await session.flush()
    return model
