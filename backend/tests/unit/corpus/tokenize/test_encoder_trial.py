"""The sample that chooses the engine, and a whole job with a real tokenizer."""

from pathlib import Path

import datasets
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from fakes.corpora import make_dataset
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.resolve import resolve_settings
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.encoder_trial import choose_engines, sample_texts
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.tokenize import tokenize_dataset
from mistudio.corpus.tokenized.audit_record import read_audit
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer

TEXTS = [f"{n} naïve cats sat on the {'very ' * (n % 5)}mat 日本." for n in range(2_500)]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of several row groups."""
    folder = tmp_path_factory.mktemp("sample") / "ds"
    make_dataset(folder, {"train": [[{"text": text} for text in TEXTS]], "empty": [[]]})
    return folder


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> LoadedTokenizer:
    """Return a byte-level BPE tokenizer trained on the texts."""
    folder = tmp_path_factory.mktemp("trained") / "bpe"
    folder.mkdir()
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=400, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet)
    )
    made.save(str(folder / "tokenizer.json"))
    return load_tokenizer(TokenizerSource(str(folder)), token=None, cache_dir=folder, root=folder.parent)


def test_a_sample_is_spread_over_everything(dataset: Path) -> None:
    """It has as many texts as requested, each row at most once, from start and end; or all if there are fewer."""
    reader = TextReader(DatasetStore(dataset), "text")
    some = sample_texts(reader, ["train", "empty"], count=300).to_pylist()
    assert 300 == len(set(some))
    numbers = [int(text.split()[0]) for text in some]
    assert min(numbers) < 500
    assert max(numbers) > 2_000
    assert some == sample_texts(reader, ["train", "empty"], count=300).to_pylist()
    assert sorted(TEXTS) == sorted(sample_texts(reader, ["train"], count=5_000).to_pylist())


def test_a_sample_has_excerpts_of_long_documents(dataset: Path) -> None:
    """An excerpt begins at a random position; short documents are complete."""
    reader = TextReader(DatasetStore(dataset), "text")
    whole = sample_texts(reader, ["train"], count=5_000).to_pylist()
    cut = sample_texts(reader, ["train"], count=5_000, excerpt=30).to_pylist()
    assert [min(30, len(text)) for text in whole] == [len(text) for text in cut]
    assert all(part in text for part, text in zip(cut, whole, strict=True))
    assert 2 < len({text.find(part) for part, text in zip(cut, whole, strict=True)})


@pytest.mark.parametrize("packing", ["off", "concat"])
def test_ids_are_those_of_the_library(dataset: Path, tokenizer: LoadedTokenizer, tmp_path: Path, packing: str) -> None:
    """With the chosen engine; the audit passes, and documents decode to their text."""
    settings = TokenizeSettings(
        tokenizer="bpe",
        truncation=False,
        packing="concat" if packing == "concat" else "off",
        begin_of_row_token="none",
        document_separator_token="none",
        keep_last_partial=True,
    )
    store = DatasetStore(dataset)
    resolved = resolve_settings(settings, tokenizer, dataset=store.manifest)
    engines = choose_engines(tokenizer, store, settings=settings, resolved=resolved)
    order = TokenizeOrder(
        dataset=dataset,
        staging=tmp_path / "staging",
        settings=settings,
        tokenizer=tokenizer,
        engines=engines,
        monitor=NullMonitor(),
    )
    tokenize_dataset(order, tmp_path / "tok")
    rows = datasets.load_from_disk(str(tmp_path / "tok"))["train"]["input_ids"]
    expected = [encoding.ids for encoding in tokenizer.reference.encode_batch(TEXTS, add_special_tokens=False)]
    if packing == "concat":
        assert [token for ids in expected for token in ids] == [token for ids in rows for token in ids]
    else:
        assert expected == list(rows)
    audit = read_audit(tmp_path / "tok")
    assert (0, True) == (audit.differences, engines.is_lossless)
    assert True is next(check for check in audit.checks if check.name == "round_trip").passed
