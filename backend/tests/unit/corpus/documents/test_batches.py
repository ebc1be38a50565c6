"""Texts of conversations: which one a chat template refuses."""

from pathlib import Path

import pytest

from fakes import tokenizers as small
from fakes.corpora import make_dataset
from mistudio.core.errors import ChatTemplateFailed
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.encoder_trial import make_chat_renderer

CHAT = "{% for message in messages %}{% if message.role == 'odd' %}{{ raise_exception('No odd roles.') }}{% endif %}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """Conversations in several row groups; row 2,500 of the second split has an odd role."""
    talks = [[{"role": "user", "content": f"Why {number}?"}] for number in range(3_000)]
    odd = [*talks]
    odd[2_500] = [{"role": "odd", "content": "So."}]
    folder: Path = tmp_path_factory.mktemp("talks") / "ds"
    make_dataset(folder, {"train": [[{"m": talk} for talk in talks]], "test": [[{"m": talk} for talk in odd]]})
    return DatasetStore(folder)


def reader_by(store: DatasetStore, template: str) -> TextReader:
    """A reader of the conversations by this chat template."""
    tokenizer = small.load(small.train_byte_level(), config={**small.CONFIG, "chat_template": template})
    return TextReader(store, "m", render_chat=make_chat_renderer(tokenizer, store))


def test_a_refused_conversation_is_named(store: DatasetStore) -> None:
    """By its split and its row, counted from 0, whether all are read or a few."""
    reader = reader_by(store, f"{CHAT}{{% endfor %}}")
    refusal = "Row 2500 of split “test”, counted from 0: the chat template refuses the conversation: No odd roles."
    with pytest.raises(ChatTemplateFailed) as read:
        [reader.texts(group) for split in ("train", "test") for group in reader.groups(split)]
    with pytest.raises(ChatTemplateFailed) as asked:
        reader.rows("test", [3, 2_500, 4])
    assert [refusal, refusal] == [read.value.detail, asked.value.detail]


def test_a_template_that_is_none_is_no_fault_of_a_row(store: DatasetStore) -> None:
    """No row is named."""
    with pytest.raises(ChatTemplateFailed, match=r"^The tokenizer's chat template cannot be read"):
        reader_by(store, CHAT).rows("train", [0])
