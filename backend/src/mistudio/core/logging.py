"""Structured logs: one event per line, with the ids of its dataset, job and request."""

import json
import logging
import re
import sys
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

_SECRET_KEYS = frozenset({"token", "access_token", "authorization", "x-hf-token"})


def _hide_secrets(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Hide every value whose key names a secret, in case a caller logs one."""
    return {key: "***" if key.lower() in _SECRET_KEYS and value else value for key, value in event.items()}


# An HTTP header, a JSON field or a keyword that carries a secret; quotation marks may be escaped.
_NAMED_SECRET: Final = re.compile(
    r"""((?:authorization|x-hf-token|access_?token|api_?token|\btoken)\\*["']?\s*[:=,]\s*\\*b?["']?(?:Bearer\s+)?)"""
    r"""(?!null\b|None\b|\*)[^\s"'\\,;}]+""",
    re.IGNORECASE,
)
_HUB_TOKEN: Final = re.compile(r"\bhf_[A-Za-z0-9]{8,}")
# Shorter ones would hide common words.
_LEAST_SECRET: Final = 4
_HIDDEN: Final = "***"


class LogSettings(Protocol):
    """What logging needs to know."""

    @property
    def log_level(self) -> str:
        """Lowest level to log."""
        ...

    @property
    def log_format(self) -> str:
        """``json``, ``console`` or ``auto``."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Values to hide wherever they occur."""
        ...


def make_redactor(secrets: Sequence[str]) -> Callable[[str], str]:
    """Return a function that hides these secrets, Hub tokens, and whatever a log line calls a token."""
    known = {secret for secret in secrets if len(secret) >= _LEAST_SECRET}
    known |= {json.dumps(secret)[1:-1] for secret in known}
    own = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))) or r"(?!)")

    def redact(text: str) -> str:
        return _HUB_TOKEN.sub(_HIDDEN, _NAMED_SECRET.sub(rf"\1{_HIDDEN}", own.sub(_HIDDEN, text)))

    return redact


def configure_logging(settings: LogSettings) -> None:
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
    redact = make_redactor(settings.secrets)
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
                # At last, because libraries log whole headers and frames at the level debug.
                lambda _logger, _name, line: redact(str(line)),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("httpx2", "httpcore2", "alembic", "aiosqlite", "engineio", "socketio", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # At debug it logs every frame and header of a socket.
    logging.getLogger("uvicorn.error").setLevel(max(logging.INFO, root.level))
