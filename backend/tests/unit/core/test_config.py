"""``mistudio.core.config``: settings that exclude each other, and folders derived from settings."""

from pathlib import Path

import pytest

from mistudio.core.config import Settings

SCALED_OUT = {
    "celery_broker_url": "redis://broker",
    "redis_url": "redis://broker",
    "database_url": "postgresql+psycopg://database/studio",
}


@pytest.mark.parametrize(
    ("missing", "message"),
    [("database_url", "set DATABASE_URL to postgresql"), ("redis_url", "REDIS_URL is not: set it too")],
)
def test_the_scaled_out_engine_needs_all_of_its_parts(missing: str, message: str) -> None:
    """The message says which setting is missing."""
    assert not Settings.model_validate(SCALED_OUT).is_embedded
    with pytest.raises(ValueError, match=message):
        Settings.model_validate({**SCALED_OUT, missing: ""})


@pytest.mark.parametrize("token", [" secret", "secret\n", "sécret", "sec\x00ret"])
def test_an_api_token_must_fit_into_a_header(token: str) -> None:
    """Spaces at its ends and anything but printable ASCII are refused."""
    with pytest.raises(ValueError, match="MISTUDIO_API_TOKEN must be printable ASCII"):
        Settings.model_validate({"api_token": token})


@pytest.mark.parametrize(
    ("host", "is_loopback"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False)]
)
def test_only_loopback_needs_no_token(host: str, is_loopback: bool) -> None:
    """On any other address everybody in the network could use the server."""
    assert is_loopback == Settings(host=host, api_token="a secret").is_loopback


def test_everything_lies_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Hub's cache moves there too, but the login of the ``hf`` tool stays where the user made it."""
    for name in ("HF_HOME", "HF_TOKEN_PATH", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir=tmp_path / "data", database_url="", hf_home=None)
    folders = [settings.datasets_dir, settings.staging_dir, settings.trash_dir, settings.tokenizers_dir]
    assert {tmp_path / "data"} == {folder.parent for folder in (*folders, settings.cache_dir)}
    assert f"sqlite+aiosqlite:///{tmp_path / 'data' / 'mistudio.db'}" == settings.sqlalchemy_url
    variables = settings.hub_environment()
    assert str(settings.cache_dir) == variables["HF_HOME"]
    assert str(Path.home() / ".cache" / "huggingface" / "token") == variables["HF_TOKEN_PATH"]


def test_a_relative_data_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes may have another working folder."""
    monkeypatch.chdir(tmp_path)
    assert tmp_path / "data" == Settings(data_dir=Path("data")).data_dir
    assert Path.home() / "data" == Settings(data_dir=Path("~/data")).data_dir
