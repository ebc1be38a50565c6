"""Vocabulary files without tokenizer.json are converted by transformers, and its differences are shown."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from fakes import tokenizers as small
from mistudio.core.errors import NoTokenizer, UnsupportedTokenizer
from mistudio.corpus.hub.conversion import list_missing_packages
from mistudio.corpus.hub.tokenizer_files import TokenizerSource, find_files
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer

TEXTS = ["The quick fox", " jumps  over", "<|endoftext|>it's 123", "日本"]


def make_gpt2_files() -> dict[str, bytes]:
    """Return vocab.json and merges.txt of a byte-level vocabulary."""
    model = orjson.loads(small.train_byte_level().to_str())["model"]
    merges = "\n".join(["#version: 0.2", *(" ".join(merge) for merge in model["merges"])])
    vocab = {**model["vocab"], "<|endoftext|>": len(model["vocab"])}
    return {
        "vocab.json": orjson.dumps(vocab),
        "merges.txt": merges.encode(),
        "tokenizer_config.json": b'{"tokenizer_class": "GPT2Tokenizer"}',
    }


def save(folder: Path, files: dict[str, bytes]) -> Path:
    """Write the files into a new folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def load(root: Path, name: str) -> LoadedTokenizer:
    """Load a local tokenizer with a cache beside it."""
    return load_tokenizer(TokenizerSource(f"./{name}"), token=None, cache_dir=root / "hf", root=root)


def test_vocabulary_and_merges_are_converted_once(tmp_path: Path) -> None:
    """The ids are AutoTokenizer's, a note says what made them, and the second use needs no process."""
    files = make_gpt2_files()
    save(tmp_path / "old", files)
    ours = load(tmp_path, "old")
    (folder,) = (tmp_path / "hf/tokenizers/converted").iterdir()
    written = (folder / "tokenizer.json").stat().st_mtime_ns
    theirs = small.load_auto_tokenizer(files, save(tmp_path / "theirs", {}))

    for text in TEXTS:
        assert theirs(text)["input_ids"] == list(ours.encode_with_offsets(text, add_special_tokens=True).ids)
    assert "vocab.json and merges.txt" in ours.notes[0]
    assert ours.fingerprint == load(tmp_path, "old").fingerprint
    assert written == (folder / "tokenizer.json").stat().st_mtime_ns


def test_a_wordpiece_list_is_converted(tmp_path: Path) -> None:
    """Its special tokens surround a text."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "fox", "##es"]
    config = b'{"tokenizer_class": "BertTokenizer"}'
    save(tmp_path / "bert", {"vocab.txt": "\n".join(words).encode(), "tokenizer_config.json": config})
    tokenizer = load(tmp_path, "bert")
    assert (2, 5, 6, 3) == tokenizer.encode_with_offsets("Foxes", add_special_tokens=True).ids
    assert ((2,), (3,)) == (tokenizer.template.prefix, tokenizer.template.suffix)


def test_what_cannot_be_converted_is_refused(tmp_path: Path) -> None:
    """With the reason of transformers, or with what to install."""
    save(tmp_path / "nameless", {**make_gpt2_files(), "tokenizer_config.json": b"{}"})
    with pytest.raises(UnsupportedTokenizer, match=r"merges\.txt .* Name the right tokenizer_class"):
        load(tmp_path, "nameless")
    config = b'{"tokenizer_class": "T5Tokenizer"}'
    save(tmp_path / "model", {"tokenizer.model": b"\x00", "tokenizer_config.json": config})
    is_missing = bool(list_missing_packages(["tokenizer.model"]))
    expected = (NoTokenizer, r"mistudio\[convert\]") if is_missing else (UnsupportedTokenizer, "cannot convert")
    with pytest.raises(expected[0], match=expected[1]):
        load(tmp_path, "model")
    save(tmp_path / "code", {"tokenization_x.py": b"", "tokenizer_config.json": b"{}"})
    with pytest.raises(NoTokenizer):
        load(tmp_path, "code")


def compare(root: Path, config: dict[str, Any]) -> LoadedTokenizer:
    """Return a lower-casing WordPiece tokenizer with this configuration."""
    save(root / "bert", small.make_files(small.train_wordpiece(), config=config))
    return load(root, "bert")


def test_a_difference_to_auto_tokenizer_is_shown_with_an_example(tmp_path: Path) -> None:
    """The class builds its own steps; where they agree, nothing is shown."""
    (warning,) = compare(tmp_path / "one", {"tokenizer_class": "BertTokenizer", "do_lower_case": False}).warnings
    assert "BertTokenizer" in warning
    assert "it encodes" in warning
    assert () == compare(tmp_path / "two", {"tokenizer_class": "BertTokenizer"}).warnings
    assert () == compare(tmp_path / "three", {"tokenizer_class": "PreTrainedTokenizerFast"}).warnings


def test_the_files_of_a_local_tokenizer_are_compared_once(tmp_path: Path) -> None:
    """Equal files have one answer."""
    save(tmp_path / "bert", small.make_files(small.train_wordpiece(), config={"tokenizer_class": "BertTokenizer"}))
    found = [find_files(TokenizerSource("./bert"), token=None, cache_dir=tmp_path / "hf", root=tmp_path) for _ in "ab"]
    assert found[0].contents == found[1].contents
    assert 1 == len(list((tmp_path / "hf/tokenizers/compared").iterdir()))
