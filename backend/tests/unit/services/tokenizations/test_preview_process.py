"""``mistudio.services.tokenizations.preview_process``: previews that take too much end, and the next one works."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from fakes.timing import wait_until
from mistudio.core.config import Settings
from mistudio.core.errors import MemoryLimit, TooLarge, UnknownText
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.schemas.tokenizer import PreviewRequest
from mistudio.services.tokenizations.preview_process import PreviewProcesses

SOURCE = TokenizerSource("./tokenizers/words", None)


@pytest.fixture
def tokenizer(settings: Settings) -> Tokenizer:
    """A saved tokenizer of one word, with a normalizer that can take very long."""
    made = Tokenizer(models.WordLevel({"one": 0, "[PAD]": 1}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.normalizer = normalizers.Replace(Regex("x+y"), "y")
    made.add_special_tokens(["[PAD]"])
    folder = settings.data_dir / "tokenizers" / "words"
    folder.mkdir(parents=True)
    made.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"pad_token": "[PAD]"}')
    return made


@pytest.fixture
async def previews(settings: Settings, tokenizer: Tokenizer) -> AsyncIterator[PreviewProcesses]:
    """Processes that have long enough for a short text on a busy machine."""
    made = PreviewProcesses(settings, seconds=20.0)
    yield made
    await made.close()


def ask(text: str, **fields: object) -> PreviewRequest:
    """A request for this text."""
    return PreviewRequest.model_validate({"tokenizer": SOURCE.name, "text": text, **fields})


async def test_a_preview_is_made_and_its_process_kept(previews: PreviewProcesses) -> None:
    """A second one is made by the same process; an error of the text keeps its class, and the process."""
    assert [0, 0] == [token.id for token in (await previews.make(SOURCE, ask("one one"))).tokens]
    (process,) = previews.idle_process_ids
    with pytest.raises(UnknownText):
        await previews.make(SOURCE, ask("two"))
    assert 1 == (await previews.make(SOURCE, ask("one"))).count
    assert [process] == previews.idle_process_ids


@pytest.mark.parametrize("length", [1_000_000, 2**24])
async def test_only_the_first_tokens_of_a_long_row_are_listed(previews: PreviewProcesses, length: int) -> None:
    """All are counted."""
    made = await previews.make(SOURCE, ask("one " * 20_000, max_length=length, padding="max_length"))
    assert (10_000, length, length - 20_000, 20_000) == (
        len(made.tokens),
        made.token_count,
        made.padding_count,
        made.count,
    )
    short = await previews.make(SOURCE, ask("one", max_length=length, padding="max_length"))
    assert ["data", *["padding"] * 9_999] == [token.kind for token in short.tokens]


async def test_a_text_that_takes_too_long_is_stopped(settings: Settings, tokenizer: Tokenizer) -> None:
    """The error says so, and the next preview is made."""
    previews = PreviewProcesses(settings, seconds=4.0)
    with pytest.raises(TooLarge, match="more than 4 seconds"):
        await previews.make(SOURCE, ask("x" * 100_000))
    assert [] == previews.idle_process_ids
    await previews.close()


async def test_a_caller_that_leaves_ends_the_process(previews: PreviewProcesses) -> None:
    """No work goes on for nobody."""
    leaving = asyncio.create_task(previews.make(SOURCE, ask("x" * 100_000)))
    await wait_until(lambda: previews.busy_process_ids)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert ([], []) == (previews.busy_process_ids, previews.idle_process_ids)


async def test_a_preview_that_takes_too_much_memory_is_stopped(settings: Settings, tokenizer: Tokenizer) -> None:
    """Its limit is its own; the server's memory is not touched."""
    previews = PreviewProcesses(settings, most_bytes=1 << 20)
    with pytest.raises(MemoryLimit, match=r"more than 1\.0 MB"):
        await previews.make(SOURCE, ask("one"))
    await previews.close()
