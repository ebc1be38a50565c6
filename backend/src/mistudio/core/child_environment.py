"""The environment of child processes: what their libraries need, and no secret of the server.

Children get their settings over their pipes. Only the login of Hugging Face's libraries is passed on, which they use.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from mistudio.core.config import Settings

_NAMES: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "NO_COLOR"),
        *("TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV", "SYSTEMROOT", "WINDIR"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "TOKENIZERS_PARALLELISM"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HUGGING_FACE_HUB_TOKEN"),
    }
)
_PREFIXES: Final = (
    *("LC_", "XDG_", "PYTHON", "LD_", "DYLD_", "COVERAGE_", "HF_"),
    *("OMP_", "OPENBLAS_", "MKL_", "RAYON_", "MALLOC_", "ARROW_", "NUMEXPR_"),
)
_LOG_LEVEL: Final = "MISTUDIO_LOG_LEVEL"
_LOG_FORMAT: Final = "MISTUDIO_LOG_FORMAT"


def allowed_environment() -> dict[str, str]:
    """Return the variables of this process that a child may inherit."""
    return {name: value for name, value in os.environ.items() if _is_allowed(name.upper())}


def temporary_dir(settings: Settings) -> Path:
    """Return the folder of temporary files, so that a full /tmp stops nothing."""
    return settings.data_dir / "tmp"


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the whole environment of a child process of a server or worker with these settings."""
    own = {"DATA_DIR": str(settings.data_dir), _LOG_LEVEL: settings.log_level, _LOG_FORMAT: settings.log_format}
    # Python takes the machine's own folder where this one cannot be used.
    own["TMPDIR"] = str(temporary_dir(settings))
    return {**allowed_environment(), **settings.hub_environment(), **own}


def _is_allowed(name: str) -> bool:
    return name in _NAMES or name.startswith(_PREFIXES)


@dataclass(frozen=True)
class InheritedLogSettings:
    """How a child process logs before it has its settings."""

    log_level: str = "info"
    log_format: str = "auto"
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Return the settings that ``child_environment`` passed on."""
        given = os.environ if environment is None else environment
        return cls(given.get(_LOG_LEVEL) or "info", given.get(_LOG_FORMAT) or "auto")
