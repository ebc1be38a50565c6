"""Batches of documents: their order and size, held-out documents, and conversations that a template refuses."""

import json
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from fakes import tokenizers as small
from fakes.corpora import make_dataset
from mistudio.core.errors import ChatTemplateFailed
from mistudio.corpus.documents.batches import BatchSize, HeldOutRule, TextReader, read_batches
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.encoder_trial import make_chat_renderer
from mistudio.corpus.tokenizers import read_tokenizer

CHAT = "{% for message in messages %}{% if message.role == 'odd' %}{{ raise_exception('No odd roles.') }}{% endif %}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """Write conversations in several row groups; row 2,500 of the second split has an odd role."""
    talks = [[{"role": "user", "content": f"Why {number}?"}] for number in range(3_000)]
    odd = [*talks]
    odd[2_500] = [{"role": "odd", "content": "So."}]
    folder: Path = tmp_path_factory.mktemp("talks") / "ds"
    make_dataset(folder, {"train": [[{"m": talk} for talk in talks]], "test": [[{"m": talk} for talk in odd]]})
    return DatasetStore(folder)


def make_reader(store: DatasetStore, template: str) -> TextReader:
    """Return a reader that renders the conversations by this chat template."""
    tokenizer = small.load(small.train_byte_level(), config={**small.CONFIG, "chat_template": template})
    return TextReader(store, "m", render_chat=make_chat_renderer(tokenizer, store))


def test_a_refused_conversation_is_named(store: DatasetStore) -> None:
    """The error has its split and its row, whether all rows or a few are read."""
    reader = make_reader(store, f"{CHAT}{{% endfor %}}")
    refusal = "Row 2500 of split “test”, counted from 0: the chat template refuses the conversation: No odd roles."
    with pytest.raises(ChatTemplateFailed) as read:
        [reader.texts(group) for split in ("train", "test") for group in reader.groups(split)]
    with pytest.raises(ChatTemplateFailed) as requested:
        reader.rows("test", [3, 2_500, 4])
    assert [refusal, refusal] == [read.value.detail, requested.value.detail]


def test_the_error_of_an_invalid_template_names_no_row(store: DatasetStore) -> None:
    """The template is wrong for every row."""
    with pytest.raises(ChatTemplateFailed, match=r"^The tokenizer's chat template cannot be read"):
        make_reader(store, CHAT).rows("train", [0])


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """Write 2,500 rows in three row groups; every tenth has no text, and every text occurs more than once."""
    rows = [{"text": None if number % 10 == 0 else f"é {number % 500}"} for number in range(2_500)]
    folder: Path = tmp_path_factory.mktemp("texts") / "ds"
    make_dataset(folder, {"train": [rows]})
    return DatasetStore(folder)


@pytest.mark.parametrize(("first_row", "stop_row"), [(0, None), (1_234, None), (0, 2_000), (999, 1_000), (2_500, None)])
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_batches_have_every_row_once(texts: DatasetStore, first_row: int, stop_row: int | None, size: int) -> None:
    """In order, with the figures of each row, whatever the size of the batches."""
    reader = TextReader(texts, "text")
    batches = list(
        read_batches(
            reader,
            "train",
            first_row=first_row,
            stop_row=stop_row,
            size=BatchSize(size),
            held_out=HeldOutRule(0.0, 0),
        )
    )
    expected = [row.values["text"] for row in texts.page("train", offset=0, limit=2_500)][first_row:stop_row]
    assert expected == [text for batch in batches for text in batch.texts.to_pylist()]
    assert [len(str(text or "")) for text in expected] == [count for b in batches for count in b.characters.tolist()]
    sizes = [len(str(text or "").encode()) for text in expected]
    assert sizes == [count for batch in batches for count in batch.text_bytes.tolist()]
    kinds = [DOCUMENT if text else NO_TEXT for text in expected]
    assert kinds == [kind for batch in batches for kind in batch.kinds.tolist()]
    for batch, following in pairwise(batches):
        assert batch.first_row + len(batch.texts) == following.first_row


def test_equal_texts_are_held_out_together() -> None:
    """About the requested share of the texts is held out; another seed holds out others."""
    texts = pa.array([None, *(f"text {number % 1_000}" for number in range(3_000))], pa.string())
    kinds = HeldOutRule(0.25, 1).classify(texts).tolist()
    assert NO_TEXT == kinds[0]
    assert kinds[1:1_001] * 3 == kinds[1:]
    assert 150 < kinds[1:1_001].count(HELD_OUT) < 350
    assert kinds != HeldOutRule(0.25, 2).classify(texts).tolist()
    assert {NO_TEXT, DOCUMENT} == set(HeldOutRule(0.0, 1).classify(texts).tolist())


def test_the_batch_size_adapts_to_the_time_that_a_batch_takes() -> None:
    """It doubles at most, quarters at most, and has bounds; a fixed one never changes."""
    size, fixed = BatchSize(), BatchSize(77)
    first = size.bytes
    size.adapt(0.001)
    assert 2 * first == size.bytes
    size.adapt(9.0)
    assert first // 2 == size.bytes
    for _batch in range(50):
        size.adapt(0.0)
        fixed.adapt(9.0)
    assert (16 << 20, 77) == (size.bytes, fixed.bytes)


def test_the_tools_of_a_conversation_reach_its_template(tmp_path: Path) -> None:
    """As transformers passes them, whether the column holds lists or JSON text; a wrong cell names its row."""
    chat = "{{ messages[0].content }}|{{ tools | tojson if tools is not none else 'no tools' }}"
    tool = {"type": "function", "function": {"name": "f", "description": "né", "parameters": {"x": {"type": "string"}}}}
    talk = [{"role": "user", "content": "Hi"}]
    cells: list[object] = [json.dumps([tool]), None, "[]", "", "oops"]
    rows: list[dict[str, object]] = [{"m": talk, "tools": cell} for cell in cells]
    listed: list[dict[str, object]] = [{"m": talk, "tools": [tool]}, {"m": talk, "tools": None}]
    make_dataset(tmp_path / "ds", {"train": [rows[:4]], "test": [rows[4:]]})
    make_dataset(tmp_path / "lists", {"train": [listed]})
    files = small.make_files(small.train_byte_level(), config={**small.CONFIG, "chat_template": chat})
    theirs, ours = small.load_with_transformers(files, tmp_path), read_tokenizer(TokenizerFiles("x", None, files))

    def read(name: str, split: str) -> list[str]:
        store = DatasetStore(tmp_path / name)
        reader = TextReader(store, "m", render_chat=make_chat_renderer(ours, store), tools_column="tools")
        (group,) = reader.groups(split)
        texts = [str(text) for text in reader.texts(group).to_pylist()]
        assert texts == reader.rows(split, range(group.rows))
        return texts

    with_tool = theirs.apply_chat_template(talk, tools=[tool], tokenize=False)
    without = theirs.apply_chat_template(talk, tokenize=False)
    assert read("ds", "train") == [with_tool, without, "Hi|[]", without]
    assert read("lists", "train") == [with_tool, without]
    with pytest.raises(ChatTemplateFailed, match="its column of tools holds text that is no JSON"):
        read("ds", "test")
