"""Tokenizers for the server: found, loaded once, remembered, and shown at work on a text.

The Hub is asked by the planner's child, which knows the settings of Hugging Face's libraries; this process reads the
files that the child has put into the cache. A few tokenizers stay loaded, because people try one text after another.
"""

import asyncio
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeAlias

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
from mistudio.services.tokenizations.token_views import preview_of

# One of a large vocabulary takes some 150 MB.
_LOADED: Final = 2
# How long a branch is believed to stand where it stood; a job always asks again.
_BELIEVED_SECONDS: Final = 300.0

# A source, and what its files hold where they may change.
_Key: TypeAlias = tuple[TokenizerSource, str]


@dataclass(frozen=True)
class _Believed:
    source: TokenizerSource
    until: float


class TokenizerService:
    """Loads tokenizers by name and revision, off the event loop."""

    def __init__(self, settings: Settings, database: Database, planner: Planning) -> None:
        self._settings = settings
        self._database = database
        self._planner = planner
        self._lock = threading.Lock()
        self._loaded: OrderedDict[_Key, LoadedTokenizer] = OrderedDict()
        self._believed: dict[TokenizerSource, _Believed] = {}

    async def load(
        self, name: str, revision: str | None = None, *, token: str | None = None, fresh: bool = False
    ) -> LoadedTokenizer:
        """The tokenizer; ``fresh`` asks the Hub where a branch stands now, even if it was asked a moment ago.

        Raises NoTokenizer, UnsupportedTokenizer, ValidationFailed (field ``tokenizer``), and the Hub's errors.
        """
        return await self.load_pinned(await self.pin(name, revision, token=token, fresh=fresh))

    async def load_pinned(self, source: TokenizerSource) -> LoadedTokenizer:
        """The tokenizer of a source that ``pin`` gave; raises what ``load`` raises, but for the Hub's errors."""
        return await asyncio.to_thread(self._load, source)

    async def pin(
        self, name: str, revision: str | None, *, token: str | None = None, fresh: bool = False
    ) -> TokenizerSource:
        """The tokenizer's source as it stands: a path, or a commit whose files are in the cache; see ``load``."""
        source = TokenizerSource(name, revision)
        if source.is_local or await asyncio.to_thread(is_cached, source, self._settings.cache_dir):
            return source
        believed = self._believed.get(source)
        # What a token opened must not serve those who have none.
        if believed and believed.until > time.monotonic() and not fresh and not token:
            return believed.source
        found = await self._ask_hub(source, token)
        pinned = TokenizerSource(found.name, found.commit)
        if not token:
            self._believed[source] = _Believed(pinned, time.monotonic() + _BELIEVED_SECONDS)
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
            return self._kept((source, "")) or self._keep((source, ""), self._files(source))
        # A file of this machine may be another one by now: it is read each time, and loaded if it is.
        files = self._files(source)
        key = (source, files.digest)
        return self._kept(key) or self._keep(key, files)

    def _files(self, source: TokenizerSource) -> TokenizerFiles:
        return find_files(source, token=None, cache_dir=self._settings.cache_dir, root=self._settings.data_dir)

    def _kept(self, key: _Key) -> LoadedTokenizer | None:
        with self._lock:
            if key in self._loaded:
                self._loaded.move_to_end(key)
            return self._loaded.get(key)

    def _keep(self, key: _Key, files: TokenizerFiles) -> LoadedTokenizer:
        tokenizer = read_tokenizer(files)
        with self._lock:
            self._loaded[key] = tokenizer
            while len(self._loaded) > _LOADED:
                self._loaded.popitem(last=False)
        return tokenizer

    async def preview(self, request: PreviewRequest) -> PreviewResponse:
        """One text as tokens, with what the settings would do to it. Raises what ``load`` raises, ValidationFailed."""
        tokenizer = await self.load(request.tokenizer, request.revision, token=reveal(request.access_token))
        return await asyncio.to_thread(preview_of, tokenizer, request)

    async def list_models(self) -> list[ModelResponse]:
        """The tokenizers that were used, newest first."""
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
