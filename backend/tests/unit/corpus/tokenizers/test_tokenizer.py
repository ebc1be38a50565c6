"""A tokenizer is found and verified without transformers, and gives the same ids."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from fakes import tokenizers as small
from fakes.hub import Hub
from mistudio.core.errors import (
    AuthRequired,
    BadToken,
    CorruptFile,
    Gated,
    NoTokenizer,
    RepositoryNotFound,
    UnknownRevision,
    ValidationFailed,
)
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles, TokenizerSource
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer, read_tokenizer

TEXTS = ["", " a", "The fox  jumps.\n", "naïve 日本語 🤗", "<s>glued</s><pad>", "FOX don't 123"]
KINDS: list[Callable[[], Tokenizer]] = [
    small.train_byte_level,
    small.train_sentencepiece,
    small.train_wordpiece,
    small.train_unigram,
    small.train_wordlevel,
]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Run a Hub with one model, without a token of the server owner."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.add("ada/small", small.make_files(small.train_byte_level()), kind="models")
        yield running


def load(place: Path, name: str, *, revision: str | None = None, token: str | None = None) -> LoadedTokenizer:
    """Load ``name`` with a cache and a data folder in ``place``."""
    return load_tokenizer(TokenizerSource(name, revision), token=token, cache_dir=place / "hf", root=place)


def test_a_pinned_commit_is_fetched_once(hub: Hub, tmp_path: Path) -> None:
    """The first use resolves the branch and keeps the files; the commit then needs no Hub."""
    first = load(tmp_path, "ada/small")
    hub.requests.clear()
    again = load(tmp_path, "ada/small", revision=first.commit)

    repository = hub.find("models", "ada/small")
    assert repository is not None
    assert ("ada/small", repository.refs["main"]) == (first.repo, first.commit)
    assert (first.fingerprint, first.special) == (again.fingerprint, again.special)
    assert [] == hub.requests


def test_short_names_large_files_and_renamed_repositories_are_found(hub: Hub, tmp_path: Path) -> None:
    """Large files come from the second origin without the token; a renamed repository has its new name."""
    hub.add_token("hf_ada", "small2")
    hub.add("small2", small.make_files(small.train_unigram()), kind="models", lfs=True, private=True)
    hub.rename("ada/small", "ada/tiny", kind="models")

    assert "Unigram" == load(tmp_path, "small2", token="hf_ada").kind
    assert "ada/tiny" == load(tmp_path, "ada/small").repo
    with pytest.raises(RepositoryNotFound, match="The Hub has no model small2"):
        load(tmp_path / "stranger", "small2")


def test_each_refusal_says_what_to_do(hub: Hub, tmp_path: Path) -> None:
    """Gated repositories, wrong tokens, wrong names, missing revisions, repositories without a tokenizer."""
    hub.add("ada/gated", small.make_files(small.train_byte_level()), kind="models", gated=True)
    hub.add("ada/weights", {"model.safetensors": "x"}, kind="models")
    hub.add("ada/tales", {"train.txt": "x"})
    hub.add_token("hf_bob")
    cases: list[tuple[str, str | None, str | None, type[Exception], str]] = [
        ("ada/gated", None, None, AuthRequired, "Request access at .*/ada/gated,"),
        ("ada/gated", None, "hf_bob", Gated, "no access yet"),
        ("ada/small", None, "hf_wrong", BadToken, "does not accept"),
        ("ada/none", None, None, RepositoryNotFound, "The Hub has no model ada/none"),
        ("ada/tales", None, None, RepositoryNotFound, "is a dataset, not a model"),
        ("ada/small", "v9", None, UnknownRevision, "v9"),
        ("ada/weights", None, None, NoTokenizer, "no tokenizer.json"),
        ("a b", None, None, ValidationFailed, "not a repository ID"),
    ]
    for name, revision, token, error, words in cases:
        with pytest.raises(error, match=words):
            load(tmp_path, name, revision=revision, token=token)


def test_a_damaged_file_is_not_used(hub: Hub, tmp_path: Path) -> None:
    """Its checksum differs, and nothing of it is kept."""
    hub.fault("*tokenizer_config.json", corrupt=True)
    with pytest.raises(CorruptFile, match=r"tokenizer_config\.json of ada/small"):
        load(tmp_path, "ada/small")
    assert [] == list((tmp_path / "hf").rglob("tokenizer*.json"))


def test_a_local_tokenizer_lies_below_the_data_folder(tmp_path: Path) -> None:
    """A folder or a file, by a full or relative path; nothing outside, not even by a link."""
    root = tmp_path / "data"
    mine, theirs = root / "mine", tmp_path / "theirs"
    for folder in (mine, theirs):
        folder.mkdir(parents=True)
        for name, content in small.make_files(small.train_wordlevel()).items():
            (folder / name).write_bytes(content)
    (root / "link").symlink_to(theirs)

    names = (str(mine), str(mine / "tokenizer.json"), "./mine")
    assert 1 == len({load(root, name).fingerprint for name in names})
    for outside in (str(theirs), str(root / "link"), "./../theirs", "/etc/passwd"):
        with pytest.raises(ValidationFailed, match="not below the data folder"):
            load(root, outside)
    with pytest.raises(NoTokenizer):
        load(root, "./nothing")


def test_an_invalid_path_is_refused_by_its_field(tmp_path: Path) -> None:
    """A NUL, half a character, a name or a path that is too long, a link to itself."""
    (tmp_path / "loop").symlink_to("loop")
    for name in ("./\0", "./\ud800", f"./{'x' * 300}", f"/{'x/' * 3_000}", "./loop"):
        with pytest.raises((ValidationFailed, NoTokenizer)) as refused:
            load(tmp_path, name)
        assert str(refused.value).isprintable()
        assert ["tokenizer"] == [field.field for field in refused.value.fields] or name == "./loop"


def test_spans_are_in_characters_of_the_text() -> None:
    """Parts of one character share its span, every space is in a span, and an added token has an empty span."""
    text = " a 🦊é"
    for make in (small.train_byte_level, small.train_sentencepiece):
        encoded = small.load(make()).encode_with_offsets(text, add_special_tokens=True)
        covered = {place for start, end in encoded.spans for place in range(start, end)}
        assert (0, 0) == encoded.spans[0]
        assert set(range(len(text))) == covered
        assert encoded.spans.count((3, 4)) >= 2


def test_a_lossless_tokenizer_decodes_to_the_text() -> None:
    """Byte-level BPE is lossless; lower-casing is not."""
    assert [True, False] == [small.load(make()).is_lossless for make in (small.train_byte_level, small.train_wordpiece)]
    tokenizer = small.load(small.train_byte_level())
    ids = tokenizer.encode_with_offsets("naïve\n🤗", add_special_tokens=True).ids
    assert "<s>naïve\n🤗" == tokenizer.decode(ids)


@pytest.mark.parametrize("make", KINDS)
def test_ids_are_those_of_transformers(make: Callable[[], Tokenizer], tmp_path: Path) -> None:
    """With and without special tokens."""
    files = small.make_files(make(), config={} if make is small.train_wordpiece else None)
    tokenizer, theirs = read_tokenizer(TokenizerFiles("x", None, files)), small.load_with_transformers(files, tmp_path)
    for text in TEXTS:
        for added in (False, True):
            expected = theirs(text, add_special_tokens=added)["input_ids"]
            assert expected == list(tokenizer.encode_with_offsets(text, add_special_tokens=added).ids)
