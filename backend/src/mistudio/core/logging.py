"""Structured logs: one event per line, with the ids of its dataset, job and request."""

import logging
import sys

import structlog

from mistudio.core.config import Settings

_SECRET_KEYS = frozenset({"token", "access_token", "authorization", "x-hf-token"})


def _hide_secrets(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Hide every value whose key names a secret, in case a caller logs one."""
    return {key: "***" if key.lower() in _SECRET_KEYS and value else value for key, value in event.items()}


def configure_logging(settings: Settings) -> None:
    """Send the logs of the program and its libraries to standard error, in one format."""
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if console else [structlog.processors.format_exc_info]),
                # Plain tracebacks: richer ones show local variables, and tokens among them.
                structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
                if console
                else structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("httpx2", "httpcore2", "alembic", "aiosqlite", "engineio", "socketio", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
