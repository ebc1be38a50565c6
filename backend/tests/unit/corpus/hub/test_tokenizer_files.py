"""A tokenizer's files: found in a local folder, fetched from the Hub, and cached by commit."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.hub import Hub
from mistudio.core.errors import CorruptFile, NoTokenizer, UnsupportedTokenizer, ValidationFailed
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles, TokenizerSource, find_files, is_cached

FILES: dict[str, bytes] = {
    "tokenizer.json": b"{}",
    "tokenizer_config.json": b"{}",
    "config.json": b"{}",
    "model.safetensors": b"x",
}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with one model, without this machine's own token."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.add("ada/small", FILES, kind="models")
        yield running


def find(folder: Path, name: str, *, revision: str | None = None) -> TokenizerFiles:
    """Find the files with a cache and a data folder below ``folder``."""
    return find_files(TokenizerSource(name, revision), token=None, cache_dir=folder / "cache", root=folder / "data")


def test_files_of_the_hub_are_cached_by_commit(hub: Hub, tmp_path: Path) -> None:
    """The first use resolves the branch; the commit then needs no request."""
    found = find(tmp_path, "ada/small")
    pinned = TokenizerSource("ada/small", found.commit)

    assert {"tokenizer.json", "tokenizer_config.json", "config.json"} == set(found.contents)
    assert is_cached(pinned, tmp_path / "cache")
    assert not is_cached(TokenizerSource("ada/small"), tmp_path / "cache")
    hub.requests.clear()
    assert found == find(tmp_path, "ada/small", revision=found.commit)
    assert [] == hub.requests


def test_a_commit_without_its_tokenizer_in_the_cache_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    """As after a kill: the tokenizer itself is written last."""
    found = find(tmp_path, "ada/small")
    (cached,) = (tmp_path / "cache").rglob("tokenizer.json")
    cached.unlink()
    assert found == find(tmp_path, "ada/small", revision=found.commit)
    assert cached.read_bytes() == b"{}"


@pytest.mark.parametrize("lfs", [False, True])
def test_a_file_with_a_wrong_checksum_is_refused(hub: Hub, tmp_path: Path, lfs: bool) -> None:
    """Neither it nor the others enter the cache."""
    hub.add("ada/large", FILES, kind="models", lfs=lfs)
    hub.fault("config.json", origin="files" if lfs else "api", corrupt=True)
    with pytest.raises(CorruptFile, match=r"config\.json of ada/large failed its checksum"):
        find(tmp_path, "ada/large")
    assert not (tmp_path / "cache").exists()


def test_a_repository_without_a_tokenizer_is_refused(hub: Hub, tmp_path: Path) -> None:
    """The message says what to choose instead."""
    hub.add("ada/weights", {"model.safetensors": b"x"}, kind="models")
    with pytest.raises(NoTokenizer, match=r"ada/weights has no tokenizer\.json\. Choose"):
        find(tmp_path, "ada/weights")


def test_a_local_tokenizer_is_a_folder_or_its_file(tmp_path: Path) -> None:
    """By its absolute path, or by a path from the data folder; other files of the folder are left out."""
    folder = tmp_path / "data" / "mine"
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)

    names = (str(folder), str(folder / "tokenizer.json"), "./mine", "./mine/tokenizer.json")
    found = [find(tmp_path, name) for name in names]

    assert {"tokenizer.json", "tokenizer_config.json", "config.json"} == set(found[0].contents)
    assert 1 == len({files.digest for files in found})
    assert {None} == {files.commit for files in found}


def test_a_digest_changes_with_every_file(tmp_path: Path) -> None:
    """Also if only a file's name changes."""
    contents = ({"a": b"1", "b": b"2"}, {"a": b"2", "b": b"1"}, {"a": b"1"}, {"a": b"1", "c": b"2"})
    assert 4 == len({TokenizerFiles("./x", None, content).digest for content in contents})
    assert TokenizerFiles("./x", None, {"a": b"1", "b": b"2"}).digest == (
        TokenizerFiles("./y", "c0ffee", {"b": b"2", "a": b"1"}).digest
    )


def test_paths_outside_the_data_folder_are_refused(tmp_path: Path) -> None:
    """Absolute ones, those with two dots, and links that lead outside."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "tokenizer.json").write_text("{}")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(outside)
    for name in (str(outside), "./../outside", "./link", "/etc/passwd"):
        with pytest.raises(ValidationFailed, match="is not below the data folder") as refused:
            find(tmp_path, name)
        assert ["tokenizer"] == [field.field for field in refused.value.fields]


def test_a_companion_that_leads_outside_is_left_out(tmp_path: Path) -> None:
    """The tokenizer itself is found."""
    folder = tmp_path / "data" / "mine"
    folder.mkdir(parents=True)
    (folder / "tokenizer.json").write_text("{}")
    (tmp_path / "secret.json").write_text("{}")
    (folder / "config.json").symlink_to(tmp_path / "secret.json")
    assert {"tokenizer.json"} == set(find(tmp_path, "./mine").contents)


def test_invalid_paths_are_refused(tmp_path: Path) -> None:
    """A NUL, half a surrogate pair, a name that is too long; the message is printable."""
    (tmp_path / "data").mkdir()
    for name in ("./\0", "./\ud800", f"./{'x' * 300}"):
        with pytest.raises(ValidationFailed, match="path") as refused:
            find(tmp_path, name)
        assert str(refused.value).isprintable()


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    """The message says what to enter."""
    (tmp_path / "data" / "empty").mkdir(parents=True)
    for name in ("./empty", "./missing"):
        with pytest.raises(NoTokenizer, match=re.escape(f"There is no tokenizer.json at {name}. Enter")):
            find(tmp_path, name)


def test_a_file_too_large_for_a_tokenizer_is_refused(tmp_path: Path) -> None:
    """It is not read."""
    folder = tmp_path / "data" / "mine"
    folder.mkdir(parents=True)
    with (folder / "tokenizer.json").open("wb") as file:
        file.truncate((256 << 20) + 1)
    with pytest.raises(UnsupportedTokenizer, match="larger than 256 MB"):
        find(tmp_path, "./mine")
