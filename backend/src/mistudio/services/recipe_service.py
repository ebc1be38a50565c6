"""The use cases of recipes: build one, watch it, and write down how something that is here was made.

A recipe runs by creating ordinary datasets and tokenizations, each once those that it needs are ready. The record has
the id of each; so a server that starts again goes on, and a step that was begun but not recorded is found as the same
dataset. Several servers may follow one recipe: each finds what another one has begun.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mistudio.core.database import Database
from mistudio.core.database_errors import DATABASE_ERRORS
from mistudio.core.errors import AlreadyExists, InvalidTransition, Json, MiStudioError, NotFound
from mistudio.corpus.recipes.writer import write_recipe
from mistudio.models import Recipe, utc_now
from mistudio.schemas import recipe as shapes
from mistudio.services.datasets.recipe_builder import RecipeBuilder
from mistudio.services.lookup import get_ready_dataset, get_ready_tokenization
from mistudio.services.recipes.parse import make_recipe_key, parse_recipe, to_json
from mistudio.services.recipes.progress import DATASETS, TOKENIZATIONS, list_steps, step_key, to_response
from mistudio.services.recipes.starter import StepStarter
from mistudio.services.storage_service import StorageService

log = structlog.get_logger(__name__)

_POLL_SECONDS: Final = 0.25
_IDLE_SECONDS: Final = 5.0
_MOST_TRIES: Final = 5


@dataclass
class _Tries:
    """How often a step could not begin for a reason that may pass; ``not_before`` is a time of ``monotonic``."""

    count: int = 0
    not_before: float = 0.0

    def may_repeat(self) -> bool:
        """Return whether to try again, after a pause that doubles."""
        self.count += 1
        self.not_before = time.monotonic() + 2.0**self.count
        return self.count < _MOST_TRIES


class RecipeService:
    """Builds recipes; ``follow`` is the task that starts their steps."""

    def __init__(self, database: Database, storage: StorageService, starter: StepStarter) -> None:
        self._database = database
        self._storage = storage
        self._starter = starter
        self._wake = asyncio.Event()
        self._tokens: dict[str, SecretStr] = {}
        self._tries: dict[str, _Tries] = {}

    async def create(self, data: bytes, token: SecretStr | None = None) -> shapes.RecipeResponse:
        """Build the recipe in YAML or JSON; one that failed, or lost a result, goes on.

        Raises RecipeInvalid, and AlreadyExists with the id if it runs or all its results are here.
        """
        recipe = parse_recipe(data)
        key = make_recipe_key(recipe)
        if (known := await self._find(key)) is None:
            record = Recipe(
                name=recipe.name, recipe_key=key, document=json.dumps(to_json(recipe)), state="running", steps={}
            )
            try:
                async with self._database.write() as session:
                    session.add(record)
                known = record.id
            except IntegrityError:
                known = await self._find(key)
        elif not await self._resume(known):
            raise AlreadyExists("This recipe is here already, or runs.", extra={"recipe_id": known})
        if token and known:
            self._tokens[known] = token
        self._wake.set()
        return await self.get(known or "")

    async def get(self, recipe_id: str) -> shapes.RecipeResponse:
        """Return a recipe with its steps. Raises NotFound."""
        async with self._database.read() as session:
            record = await session.get(Recipe, recipe_id)
            if record is None:
                raise NotFound(f"There is no recipe {recipe_id}.")
            steps = await list_steps(session, record, shapes.Recipe.model_validate_json(record.document))
            return to_response(record, steps)

    async def cancel(self, recipe_id: str) -> shapes.RecipeResponse:
        """End a recipe that runs, and cancel the steps that run; what is ready stays.

        Raises NotFound, and InvalidTransition unless it runs.
        """
        async with self._database.write() as session:
            record = await session.get(Recipe, recipe_id, with_for_update=True)
            if record is None:
                raise NotFound(f"There is no recipe {recipe_id}.")
            if record.state != "running":
                raise InvalidTransition(f"The recipe has {record.state}; there is nothing to cancel.")
            record.state, record.finished_at = "cancelled", utc_now()
        self._forget(recipe_id)
        for step in (await self.get(recipe_id)).steps:
            await self._starter.cancel(step)
        return await self.get(recipe_id)

    async def describe_dataset(self, dataset_id: str) -> str:
        """Return the recipe of a ready dataset, as YAML. Raises NotFound, NotReady, DataMissing."""
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id, action="described")
        builder = RecipeBuilder()
        await asyncio.to_thread(builder.add_dataset, dataset, self._storage.folder(dataset_id))
        return write_recipe(builder.to_recipe())

    async def describe_tokenization(self, tokenization_id: str) -> str:
        """Return the recipe of a ready tokenization, as YAML. Raises NotFound, NotReady, DataMissing."""
        async with self._database.read() as session:
            record = await get_ready_tokenization(session, tokenization_id)
            dataset = await get_ready_dataset(session, record.dataset_id, action="described")
        builder = RecipeBuilder()
        name = await asyncio.to_thread(builder.add_dataset, dataset, self._storage.folder(dataset.id))
        builder.add_tokenization(record, name)
        return write_recipe(builder.to_recipe())

    async def follow(self) -> None:
        """Start steps as soon as they can, until cancelled."""
        while True:
            running: Sequence[str] = ()
            try:
                async with self._database.read() as session:
                    running = list(await session.scalars(select(Recipe.id).where(Recipe.state == "running")))
                for recipe_id in running:
                    await self._advance(recipe_id)
            except DATABASE_ERRORS:
                log.warning("recipes not read: trying again")
            await self._pause(_POLL_SECONDS if running else _IDLE_SECONDS)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _find(self, key: str) -> str | None:
        async with self._database.read() as session:
            return await session.scalar(select(Recipe.id).where(Recipe.recipe_key == key))

    async def _resume(self, recipe_id: str) -> bool:
        """Let a recipe go on that is not complete; return whether it does."""
        found = await self.get(recipe_id)
        if found.state == "running" or all(step.state == "ready" for step in found.steps):
            return False
        for step in found.steps:
            if step.state == "failed":
                await self._starter.retry(step)
        async with self._database.write() as session:
            record = await session.get_one(Recipe, recipe_id, with_for_update=True)
            record.state, record.error_code, record.error_message = "running", None, None
            record.finished_at = None
            record.steps = {key: noted for key, noted in record.steps.items() if _has_id(noted)}
        return True

    async def _advance(self, recipe_id: str) -> None:
        """Start the steps whose datasets are ready, and end the recipe if nothing is left to wait for."""
        async with self._database.read() as session:
            record = await session.get_one(Recipe, recipe_id)
            recipe = shapes.Recipe.model_validate_json(record.document)
            steps = await list_steps(session, record, recipe)
        ids = {step.name: step.id for step in steps if step.state == "ready" and step.kind != "tokenize" and step.id}
        waiting = [step for step in steps if step.state == "waiting"]
        ready = [step for step in waiting if all(name in ids for name in _list_needs(recipe, step))]
        for step in ready:
            await self._start(recipe_id, recipe, step, ids)
        if not ready and not any(step.state == "running" for step in steps):
            await self._end(recipe_id, steps)

    async def _start(self, recipe_id: str, recipe: shapes.Recipe, step: shapes.RecipeStep, ids: dict[str, str]) -> None:
        key = step_key(TOKENIZATIONS if step.kind == "tokenize" else DATASETS, step.name)
        if (noted := await self._try_start(recipe_id, recipe, step, ids)) is None:
            return
        async with self._database.write() as session:
            record = await session.get_one(Recipe, recipe_id, with_for_update=True)
            record.steps = {**record.steps, key: noted}
            is_cancelled = record.state == "cancelled"
        if is_cancelled and _has_id(noted):
            # Cancelled while the step began.
            await self._starter.cancel(step.model_copy(update={"id": noted["id"], "state": "running"}))

    async def _try_start(
        self, recipe_id: str, recipe: shapes.Recipe, step: shapes.RecipeStep, ids: dict[str, str]
    ) -> dict[str, Json] | None:
        """Return the id of what the step makes, or the error; None if it is tried again after a pause."""
        is_tokenization = step.kind == "tokenize"
        start = self._starter.start_tokenization if is_tokenization else self._starter.start_dataset
        tries = self._tries.setdefault(f"{recipe_id} {step.kind} {step.name}", _Tries())
        if time.monotonic() < tries.not_before:
            return None
        try:
            return {"id": await start(recipe, step.name, ids, self._tokens.get(recipe_id))}
        except MiStudioError as error:
            if error.retryable and tries.may_repeat():
                return None
            return {"error_code": error.code, "error_message": error.detail}

    async def _end(self, recipe_id: str, steps: Sequence[shapes.RecipeStep]) -> None:
        failed = [step for step in steps if step.state == "failed"]
        self._forget(recipe_id)
        async with self._database.write() as session:
            record = await session.get_one(Recipe, recipe_id, with_for_update=True)
            if record.state != "running":
                return
            record.state, record.finished_at = "failed" if failed else "succeeded", utc_now()
            if failed:
                record.error_code = failed[0].error_code
                record.error_message = f"Step {failed[0].name}: {failed[0].error_message}"

    def _forget(self, recipe_id: str) -> None:
        """Drop what is kept in memory while a recipe runs."""
        self._tokens.pop(recipe_id, None)
        self._tries = {key: tries for key, tries in self._tries.items() if not key.startswith(recipe_id)}


def _has_id(noted: Json) -> bool:
    return isinstance(noted, dict) and "id" in noted


def _list_needs(recipe: shapes.Recipe, step: shapes.RecipeStep) -> list[str]:
    if step.kind == "tokenize":
        return [recipe.tokenizations[step.name].dataset]
    return recipe.datasets[step.name].needs
