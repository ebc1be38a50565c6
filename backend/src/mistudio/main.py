"""The composition root: builds one application from settings, database, engine, services and routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from mistudio import __version__
from mistudio.api.deps import Services
from mistudio.api.errors import install_error_handlers
from mistudio.api.metrics import MetricsMiddleware
from mistudio.api.middleware import BodyLimitMiddleware, CrashMiddleware, HeadMiddleware
from mistudio.api.openapi import openapi_document
from mistudio.api.panel import mount_panel
from mistudio.api.routers import include_routers
from mistudio.api.security import AccessMiddleware, AccessRules
from mistudio.core.child_environment import child_environment
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import Json
from mistudio.core.migrations import upgrade
from mistudio.core.websocket import WebSocketManager
from mistudio.corpus.hub.planner import Planner
from mistudio.services.column_service import ColumnService
from mistudio.services.croissant_service import CroissantService
from mistudio.services.dataset_service import DatasetService
from mistudio.services.edit_service import EditService
from mistudio.services.export_service import ExportService
from mistudio.services.health_service import HealthService
from mistudio.services.hub_service import HubService
from mistudio.services.import_service import ImportService
from mistudio.services.index_service import IndexService
from mistudio.services.job_service import JobService
from mistudio.services.jobs.control import JobControl
from mistudio.services.mix_service import MixService
from mistudio.services.recipe_service import RecipeService
from mistudio.services.recipes.starter import StepStarter
from mistudio.services.reference_service import ReferenceService
from mistudio.services.row_service import RowService
from mistudio.services.sample_service import SampleService
from mistudio.services.snapshot_service import SnapshotService
from mistudio.services.statistics_service import StatisticsService
from mistudio.services.storage_service import StorageService
from mistudio.services.subset_service import SubsetService
from mistudio.services.tokenization_service import TokenizationService
from mistudio.services.tokenizer_service import TokenizerService
from mistudio.services.update_service import UpdateService
from mistudio.services.vocabulary_service import VocabularyService
from mistudio.services.what_if_service import WhatIfService
from mistudio.utils.tasks import end_task
from mistudio.workers.engines import EmbeddedEngine, Engine, ScaledOutEngine

PANEL = Path(__file__).parent / "web"


class Server:
    """The parts of one server, started and stopped with the application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rules = AccessRules(settings)
        self.database = Database(settings.sqlalchemy_url)
        shared_redis = None if settings.is_embedded else settings.redis_url
        self.socket = WebSocketManager(self._snapshot, self.rules.can_open_socket, redis_url=shared_redis)
        self.jobs = JobService(self.database, self.socket)
        self.engine = self._engine()
        self.control = JobControl(settings, queue=self.engine.queue, vault=self.engine.vault, jobs=self.jobs)
        self.planner = Planner(idle_seconds=settings.planner_idle_seconds, environment=child_environment(settings))
        self.storage = StorageService(settings, self.database)
        self.indexes = IndexService(
            settings, self.database, bus=self.socket, queue=self.engine.queue, jobs=self.jobs, storage=self.storage
        )
        self.samples = SampleService(
            settings, self.database, self.storage, on_unusable_index=self.indexes.rebuild_unusable
        )
        self.datasets = DatasetService(
            settings,
            self.database,
            bus=self.socket,
            planner=self.planner,
            jobs=self.control,
            storage=self.storage,
            on_deleted=self._forget_dataset,
        )
        self.edits = EditService(
            self.database,
            bus=self.socket,
            jobs=self.control,
            storage=self.storage,
            indexes=self.indexes,
        )
        self.imports = ImportService(settings, self.storage, self.datasets, self.planner)
        self.tokenizers = TokenizerService(settings, self.database, self.planner)
        self.tokenizations = TokenizationService(
            settings,
            self.database,
            bus=self.socket,
            jobs=self.control,
            storage=self.storage,
            tokenizers=self.tokenizers,
            on_deleted=self._forget_tokenization,
        )
        self.subsets = SubsetService(self.settings, self.database, storage=self.storage, datasets=self.datasets)
        self.updates = UpdateService(self.database, self.planner, storage=self.storage, datasets=self.datasets)
        self.mixes = MixService(self.database, storage=self.storage, tokenizers=self.tokenizers, datasets=self.datasets)
        self.recipes = self._recipes()
        self.rows = RowService(self.database, self.storage, self.tokenizers)
        self.snapshots = SnapshotService(self.datasets)

    def _recipes(self) -> RecipeService:
        starter = StepStarter(
            self.database,
            storage=self.storage,
            datasets=self.datasets,
            mixes=self.mixes,
            subsets=self.subsets,
            tokenizations=self.tokenizations,
        )
        return RecipeService(self.database, self.storage, starter)

    def _engine(self) -> Engine:
        if self.settings.is_embedded:
            return EmbeddedEngine(self.settings, self.jobs, bus=self.socket)
        return ScaledOutEngine(self.settings, self.jobs, on_forget=self._forget)

    def _forget(self, target: str) -> None:
        """Close the files of a dataset or tokenization that was deleted, perhaps by another server."""
        self.samples.forget(target)
        self.rows.forget(target)

    def _forget_dataset(self, dataset_id: str) -> None:
        self._forget(dataset_id)
        self.engine.forget(dataset_id)

    def _forget_tokenization(self, tokenization_id: str) -> None:
        self.rows.forget(tokenization_id)
        self.engine.forget(tokenization_id)

    async def _snapshot(self, channel: str) -> dict[str, Json]:
        return await self.snapshots.snapshot(channel)

    def services(self) -> Services:
        """Return the services that routes use."""
        return Services(
            datasets=self.datasets,
            edits=self.edits,
            imports=self.imports,
            mixes=self.mixes,
            updates=self.updates,
            subsets=self.subsets,
            recipes=self.recipes,
            croissant=CroissantService(self.settings, self.database, self.storage),
            samples=self.samples,
            columns=ColumnService(self.database, jobs=self.control, storage=self.storage),
            exports=ExportService(self.settings, self.database, storage=self.storage, jobs=self.control),
            indexes=self.indexes,
            tokenizers=self.tokenizers,
            tokenizations=self.tokenizations,
            rows=self.rows,
            vocabulary=VocabularyService(self.storage, self.rows),
            statistics=StatisticsService(self.database),
            what_if=WhatIfService(self.database, self.storage, self.tokenizers),
            references=ReferenceService(self.database, self.storage.reserve),
            jobs=self.jobs,
            hub=HubService(self.settings, self.database, self.planner),
            storage=self.storage,
            health=HealthService(self.settings, self.database, self.engine.checks),
        )

    def acquire(self) -> None:
        """Take the lock on DATA_DIR. Raises AlreadyServed, DiskFull, DiskFailed."""
        with translate_disk_errors(is_kept=False, is_start=True):
            self.storage.reserve.make_room()
            self.engine.acquire()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the parts in order, from the lock on DATA_DIR on, and stop them in reverse order.

        Raises DatabaseDamaged, UnsupportedVersion, DiskFull, DiskFailed if DATA_DIR does not allow a start.
        """
        async with AsyncExitStack() as stack:
            self.acquire()
            stack.push_async_callback(self.engine.release)
            with translate_disk_errors(is_kept=False, is_start=True):
                await self._start(stack)
            yield

    async def _start(self, stack: AsyncExitStack) -> None:
        use_reserve = self.storage.reserve.use
        self.storage.prepare()
        stack.push_async_callback(self.database.close)
        await use_reserve(lambda: upgrade(self.database))
        await use_reserve(self.storage.sweep)
        await use_reserve(self.indexes.refresh)
        stack.callback(self.samples.close)
        stack.push_async_callback(self.planner.close)
        stack.push_async_callback(self.tokenizers.close)
        stack.push_async_callback(self.storage.close)
        # Closed after the engine, which publishes events until its end.
        stack.push_async_callback(self.socket.close)
        await use_reserve(self.engine.start)
        stack.push_async_callback(self.engine.close)
        for task in (self.storage.keep_reserve(), self.recipes.follow()):
            stack.push_async_callback(end_task, asyncio.create_task(task))


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application for these settings, or for those of the environment."""
    server = Server(settings or Settings())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with server.running():
            yield

    app = FastAPI(
        title="miStudio",
        version=__version__,
        description="Text datasets for mechanistic interpretability: fetch, browse, count, tokenize, trust.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.services = server.services()
    app.state.server = server
    # The last one added receives a request first.
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(AccessMiddleware, rules=server.rules)
    app.add_middleware(CrashMiddleware)
    app.add_middleware(MetricsMiddleware)
    app.add_middleware(HeadMiddleware)
    install_error_handlers(app)
    include_routers(app)
    app.mount("/socket.io", server.socket.asgi)
    mount_panel(app, PANEL)
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app
