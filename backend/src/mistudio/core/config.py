"""The settings, typed, each with its default and description.

They come from the environment, else from ``.env`` in the working folder, else from ``backend/.env`` of a checkout.
A test compares docs/settings.md with this class.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote

from platformdirs import user_data_path
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from mistudio.utils.memory import machine_memory

_CHECKOUT_ENV = Path(__file__).resolve().parents[3] / ".env"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _passwords_in(url: str) -> list[str]:
    """Return the password in an address, as it is written there and as it is meant."""
    found = re.match(r"[^/]*//[^/@]*:([^/@]+)@", url)
    return [found[1], unquote(found[1])] if found else []


class Settings(BaseSettings):
    """The settings of one server, worker or command."""

    model_config = SettingsConfigDict(
        env_file=(_CHECKOUT_ENV, ".env"),
        env_prefix="MISTUDIO_",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        frozen=True,
    )

    data_dir: Folder = Field(
        default_factory=lambda: user_data_path("mistudio", appauthor=False),
        validation_alias=AliasChoices("data_dir", "DATA_DIR"),
        description="The folder for everything: datasets, database, caches.",
    )
    database_url: str = Field(
        default="",
        validation_alias=AliasChoices("database_url", "DATABASE_URL"),
        description="SQLAlchemy URL of the database. Empty: the SQLite file in DATA_DIR.",
    )
    redis_url: str = Field(
        default="",
        validation_alias=AliasChoices("redis_url", "REDIS_URL"),
        description="Redis for events between several servers. Empty on the embedded engine.",
    )
    celery_broker_url: str = Field(
        default="",
        validation_alias=AliasChoices("celery_broker_url", "CELERY_BROKER_URL"),
        description="Broker of the Celery workers. Empty: the embedded engine runs one child process per job.",
    )
    hf_home: Folder | None = Field(
        default=None,
        validation_alias=AliasChoices("hf_home", "HF_HOME"),
        description="The Hugging Face cache (cards, tokenizers). Empty: huggingface_cache in DATA_DIR.",
    )
    hf_endpoint: str = Field(
        default="https://huggingface.co",
        validation_alias=AliasChoices("hf_endpoint", "HF_ENDPOINT"),
        description="Address of the Hub or of a mirror.",
    )
    host: str = Field(
        default="127.0.0.1", description="Address to listen on. Any address but loopback needs an API token."
    )
    port: int = Field(default=8001, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    api_token: SecretStr | None = Field(
        default=None,
        description="Secret that every API call and socket must carry. Needed on any address but loopback.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest level to log: debug, info, warning or error."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="json: one object per line; console: for people; auto: console on a terminal, else json.",
    )
    max_downloads: int = Field(default=2, ge=1, le=32, description="Downloads and imports that run at the same time.")
    max_tokenizations: int = Field(
        default=1, ge=1, le=32, description="Tokenizations that run at the same time; each uses all cores."
    )
    spare_process: bool = Field(
        default=True,
        description="Keep a standby process, so that the next job starts a second sooner; it holds about 90 MB.",
    )
    download_connections: int = Field(default=8, ge=1, le=64, description="Connections to the Hub per download.")
    max_attempts: int = Field(
        default=3, ge=1, le=20, description="Attempts of a job when the error may pass by itself."
    )
    retry_backoff_seconds: float = Field(
        default=5.0,
        ge=0,
        le=3600,
        description="Pause before the second attempt of a job; it doubles for each further one.",
    )
    disk_reserve_bytes: int = Field(
        default=256 * 1024**2, ge=0, description="Bytes of the disk that a job leaves free."
    )
    search_index: Literal["auto", "off"] = Field(
        default="auto",
        description="auto: every dataset gets a full-text index; off: only on request, and word search scans the data.",
    )
    index_heap_bytes: int = Field(
        default=100_000_000,
        ge=15_000_000,
        le=4_000_000_000,
        description="Memory for building an index, in addition to about 200 MB. More memory makes fewer, larger files.",
    )
    max_searches: int = Field(default=4, ge=1, le=64, description="Searches that run at the same time; others wait.")
    search_seconds: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="Time limit of a search; it then answers with what it has found, and says so.",
    )
    job_memory_bytes: int = Field(
        default=0, ge=0, description="Memory that the process of a job may have of its own; 0: half of the machine's."
    )
    max_upload_bytes: int = Field(default=50 * 1024**3, ge=1, description="Most bytes of one import of local files.")
    planner_idle_seconds: float = Field(
        default=60.0, gt=0, description="Seconds without a request after which the planning process ends."
    )

    secret_key: SecretStr | None = Field(
        default=None,
        description="Encrypts tokens on their way to Celery workers. Empty: a key file in the shared DATA_DIR.",
    )
    lease_seconds: float = Field(
        default=15.0,
        ge=1,
        le=600,
        description="Seconds without a heartbeat after which another Celery worker gets the job.",
    )
    shard_bytes: int = Field(
        default=256 * 1024**2,
        ge=0,
        description="Bytes of text per shard when Celery workers share a tokenization; 0: they share none.",
    )
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of a worker's own Prometheus metrics; 0: none."
    )

    @model_validator(mode="after")
    def _require_scaled_out_parts(self) -> Self:
        if self.celery_broker_url and not self.database_url.startswith("postgresql+psycopg"):
            raise ValueError(
                "CELERY_BROKER_URL is set, but SQLite cannot serve several machines: "
                "set DATABASE_URL to postgresql+psycopg://…, or leave CELERY_BROKER_URL empty."
            )
        if self.celery_broker_url and not self.redis_url:
            raise ValueError(
                "CELERY_BROKER_URL is set, but REDIS_URL is not: set it too, or leave CELERY_BROKER_URL empty."
            )
        return self

    @model_validator(mode="after")
    def _require_token_beyond_loopback(self) -> Self:
        if not self.is_loopback and not (self.api_token and self.api_token.get_secret_value()):
            raise ValueError(
                f"Listening on {self.host} opens the server to the network: "
                "set MISTUDIO_API_TOKEN to a long secret first."
            )
        return self

    @field_validator("api_token")
    @classmethod
    def _check_api_token(cls, token: SecretStr | None) -> SecretStr | None:
        secret = token.get_secret_value() if token else ""
        if secret != secret.strip() or not secret.isascii() or not secret.isprintable():
            raise ValueError("MISTUDIO_API_TOKEN must be printable ASCII without spaces at its ends.")
        return token

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no log may show."""
        own = [secret.get_secret_value() for secret in (self.api_token, self.secret_key) if secret]
        addresses = (self.database_url, self.redis_url, self.celery_broker_url)
        return (*own, *(password for url in addresses for password in _passwords_in(url)))

    @property
    def memory_limit(self) -> int:
        """Most bytes of memory of a job's process."""
        return self.job_memory_bytes or machine_memory() // 2

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in _LOOPBACK

    @property
    def is_embedded(self) -> bool:
        """Whether jobs run in child processes of the server."""
        return not self.celery_broker_url

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL for the async engine."""
        embedded = URL.create("sqlite+aiosqlite", database=str(self.data_dir / "mistudio.db"))
        return self.database_url or embedded.render_as_string(hide_password=False)

    @property
    def datasets_dir(self) -> Path:
        """The folder of finished datasets, one folder each, named by id."""
        return self.data_dir / "datasets"

    @property
    def staging_dir(self) -> Path:
        """The folder of unfinished datasets and tokenizations, one folder each, named by id."""
        return self.data_dir / "staging"

    @property
    def trash_dir(self) -> Path:
        """The folder of files that are being deleted."""
        return self.data_dir / "trash"

    @property
    def tokenizers_dir(self) -> Path:
        """The folder of the user's own tokenizers, one folder each."""
        return self.data_dir / "tokenizers"

    @property
    def cache_dir(self) -> Path:
        """The Hugging Face cache."""
        return self.hf_home or self.data_dir / "huggingface_cache"

    def hub_environment(self) -> dict[str, str]:
        """Return the variables that Hugging Face's libraries read when they are imported.

        They move the cache into DATA_DIR, and keep the login of the ``hf`` tool where the user made it.
        """
        home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
        return {
            "HF_HOME": str(self.cache_dir),
            "HF_ENDPOINT": self.hf_endpoint,
            "HF_TOKEN_PATH": os.environ.get("HF_TOKEN_PATH") or str(home / "token"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }
