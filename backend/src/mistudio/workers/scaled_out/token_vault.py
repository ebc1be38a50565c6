"""Carries Hugging Face tokens to Celery workers: encrypted, for a limited time, deleted when the job ends.

Redis holds them encrypted (Fernet) with a key that it never sees: ``MISTUDIO_SECRET_KEY``, else a key file in the
DATA_DIR that servers and workers share.
"""

import base64
import os
import secrets
from pathlib import Path

import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from redis.asyncio import Redis
from redis.exceptions import RedisError

from mistudio.core.config import Settings
from mistudio.core.errors import Unavailable
from mistudio.utils.file_utils import ensure_dir

log = structlog.get_logger(__name__)

TIME_LIMIT_SECONDS = 24 * 3600
_KEY_NAME = "secret.key"
_PREFIX = "mistudio:token:"


def sealing_key(settings: Settings) -> bytes:
    """Return the Fernet key of these settings, derived from the secret that servers and workers share."""
    configured = settings.secret_key.get_secret_value() if settings.secret_key else ""
    secret = configured or _shared_secret(settings.data_dir)
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mistudio hugging face tokens").derive(
        secret.encode()
    )
    return base64.urlsafe_b64encode(derived)


def _shared_secret(data_dir: Path) -> str:
    """Return the secret in the key file; the first process makes the file, atomically, readable by its owner only."""
    path = ensure_dir(data_dir) / _KEY_NAME
    if not path.exists():
        draft = path.with_name(f"{_KEY_NAME}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            log.debug("another process made the key file first")
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


class RedisTokenVault:
    """See ``TokenVault``."""

    def __init__(self, redis: Redis, key: bytes) -> None:
        self._redis = redis
        self._fernet = Fernet(key)

    async def put(self, job_id: str, token: str) -> None:
        """Keep the token until the job ends, for a day at most. Raises Unavailable."""
        sealed = self._fernet.encrypt(token.encode()).decode("ascii")
        try:
            await self._redis.set(f"{_PREFIX}{job_id}", sealed, ex=TIME_LIMIT_SECONDS)
        except (RedisError, OSError) as error:
            raise Unavailable(
                "Redis does not answer, so the token cannot be passed on. Try again in a moment."
            ) from error

    async def get(self, job_id: str) -> str | None:
        """Return the token of this job, None if there is none, it has expired or the key has changed."""
        try:
            sealed = await self._redis.get(f"{_PREFIX}{job_id}")
            return self._fernet.decrypt(sealed, ttl=TIME_LIMIT_SECONDS).decode() if sealed else None
        except InvalidToken:
            log.warning("token not decrypted: it has expired, or the key has changed", job_id=job_id)
        except (RedisError, OSError) as error:
            log.warning("token not read: Redis does not answer", job_id=job_id, error=type(error).__name__)
        return None

    async def drop(self, job_id: str) -> None:
        """Delete the token of this job. While Redis is down, the token's time limit does."""
        try:
            await self._redis.delete(f"{_PREFIX}{job_id}")
        except (RedisError, OSError) as error:
            log.warning(
                "token not deleted: Redis keeps it until its time limit", job_id=job_id, error=type(error).__name__
            )
