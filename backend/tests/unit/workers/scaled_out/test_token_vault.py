"""``mistudio.workers.scaled_out.token_vault``: encrypted tokens in Redis, and the key that servers share."""

import stat

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from fakes.cluster import Valkey
from mistudio.core.config import Settings
from mistudio.core.errors import Unavailable
from mistudio.workers.scaled_out.broadcast import connect_redis
from mistudio.workers.scaled_out.token_vault import TIME_LIMIT_SECONDS, RedisTokenVault, sealing_key


async def test_a_token_is_kept_encrypted_until_it_is_dropped(redis: Redis, scaled_out: Settings) -> None:
    """Redis never has the token itself, and limits its time."""
    vault = RedisTokenVault(redis, sealing_key(scaled_out))
    await vault.put("job_1", "hf_secret")
    assert "hf_secret" == await vault.get("job_1")
    assert "hf_secret" not in str(await redis.get("mistudio:token:job_1"))
    assert 0 < await redis.ttl("mistudio:token:job_1") <= TIME_LIMIT_SECONDS
    await vault.drop("job_1")
    assert await vault.get("job_1") is None


async def test_another_key_decrypts_nothing(redis: Redis, scaled_out: Settings) -> None:
    """A changed key loses the tokens, and the log says so without them."""
    await RedisTokenVault(redis, sealing_key(scaled_out)).put("job_1", "hf_secret")
    other = Settings.model_validate({**scaled_out.model_dump(), "secret_key": "another secret"})
    with capture_logs() as logged:
        assert await RedisTokenVault(redis, sealing_key(other)).get("job_1") is None
    assert ["job_1"] == [line["job_id"] for line in logged]


def test_servers_and_workers_of_one_folder_have_one_key(scaled_out: Settings) -> None:
    """The first of them makes the key file, which only its owner may read; a configured secret needs none."""
    assert sealing_key(scaled_out) == sealing_key(scaled_out.model_copy(update={"max_downloads": 7}))
    (file,) = scaled_out.data_dir.iterdir()
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    configured = Settings.model_validate({**scaled_out.model_dump(), "secret_key": "a secret"})
    file.unlink()
    assert sealing_key(configured) == sealing_key(configured)
    assert [] == list(scaled_out.data_dir.iterdir())


async def test_without_redis_a_token_cannot_be_kept(scaled_out: Settings) -> None:
    """A request for it fails with an error to act on; a job runs without a token."""
    with Valkey() as server:
        redis = connect_redis(server.url)
        vault = RedisTokenVault(redis, sealing_key(scaled_out))
        server.stop()
        with pytest.raises(Unavailable, match="Redis does not answer"):
            await vault.put("job_1", "hf_secret")
        assert await vault.get("job_1") is None
        await vault.drop("job_1")
        await redis.aclose()
