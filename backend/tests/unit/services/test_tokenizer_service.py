"""The server keeps a few tokenizers in memory, and notices when a local one has changed."""

from pathlib import Path

import pytest

from fakes import tokenizers as small
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.corpus.hub.planner import Planner
from mistudio.services.tokenizer_service import TokenizerService


@pytest.fixture
def service(settings: Settings) -> TokenizerService:
    """One that needs neither the database nor the Hub."""
    return TokenizerService(settings, Database(settings.sqlalchemy_url), Planner())


def save(settings: Settings, name: str, *, longest: int) -> str:
    """A tokenizer in DATA_DIR with this limit."""
    folder = settings.data_dir / "tokenizers" / name
    folder.mkdir(parents=True, exist_ok=True)
    files = small.make_files(small.train_byte_level(), config={**small.CONFIG, "model_max_length": longest})
    for file, content in files.items():
        Path(folder / file).write_bytes(content)
    return f"./tokenizers/{name}"


async def test_a_local_tokenizer_is_loaded_again_only_if_it_changed(
    service: TokenizerService, settings: Settings
) -> None:
    """In any of its files; the same content under another name is another tokenizer."""
    name = save(settings, "small", longest=64)
    first = await service.load(name)
    assert first is await service.load(name)
    assert "./tokenizers/other" == (await service.load(save(settings, "other", longest=64))).repo
    save(settings, "small", longest=32)
    assert [64, 32] == [first.model_max_length, (await service.load(name)).model_max_length]


async def test_only_the_last_few_are_kept(service: TokenizerService, settings: Settings) -> None:
    """A third one takes the place of the one that was used longest ago."""
    names = [save(settings, name, longest=64) for name in ("one", "two", "three")]
    one, two, _three = [await service.load(name) for name in names]
    assert two is await service.load(names[1])
    assert one is not await service.load(names[0])
