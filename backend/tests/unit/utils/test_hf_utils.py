"""``mistudio.utils.hf_utils``: repository ids, and requests to the Hub."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from fakes.hub import Hub
from mistudio.utils.hf_utils import check_repo_exists, check_repo_id, check_revision, get_repo_info, validate_repo_id


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with one dataset."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        running.add("ada/tales", {"README.md": "---\nlicense: mit\n---\n", "a.parquet": b"abc"})
        yield running


@pytest.mark.parametrize("repo_id", ["ada/tales", "roneneldan/TinyStories", "a/b", "A_1/b.c-d", "a" * 96 + "/b"])
def test_valid_ids_are_accepted(repo_id: str) -> None:
    """Letters, digits and inner punctuation are allowed."""
    assert validate_repo_id(repo_id) is None


@pytest.mark.parametrize("repo_id", ["", "tales", "a/b/c", "-a/b", "a./b", "a/b--c", "a/..", "a b/c", "a/é", "a/b.git"])
def test_invalid_ids_are_refused(repo_id: str) -> None:
    """The reason is a sentence."""
    assert (validate_repo_id(repo_id) or "").endswith(".")


def test_a_pasted_url_is_reduced_to_its_id() -> None:
    """People paste the address that their browser shows."""
    assert check_repo_id(" https://huggingface.co/datasets/ada/tales/tree/main ") == "ada/tales"
    with pytest.raises(ValueError, match="namespace/name"):
        check_repo_id("tales")


@pytest.mark.parametrize("revision", ["main", "refs/pr/1", "refs/convert/parquet", "v1.0", "a" * 40, "überall"])
def test_revisions_are_gits(revision: str) -> None:
    """Branches, tags, commits, and the Hub's own references."""
    assert revision == check_revision(revision)


@pytest.mark.parametrize(
    "revision",
    ["..", "a..b", "../x", "", ".", "a/.b", "a/", "/a", "a//b", "a.lock", "a b", "a~1", "a:b", "@", "@{1}"],
)
def test_what_git_cannot_name_is_no_revision(revision: str) -> None:
    """By the rules of git check-ref-format."""
    with pytest.raises(ValueError, match="cannot be a branch, tag or commit"):
        check_revision(revision)


def test_a_repository_exists_only_as_its_kind(hub: Hub) -> None:
    """A dataset is not found as a model."""
    assert check_repo_exists("ada/tales")
    assert not check_repo_exists("ada/tales", kind="model")
    assert not check_repo_exists("ada/missing")


def test_info_has_the_commit_the_card_and_every_file(hub: Hub) -> None:
    """One request returns them; LFS files have a SHA-256, the others Git's blob id."""
    repository = hub.find("datasets", "ada/tales")
    assert repository is not None
    before = len(hub.requests)

    info = get_repo_info("ada/tales")

    assert 1 == len(hub.requests) - before
    assert (repository.refs["main"], "mit") == (info.revision, info.card_data["license"])
    readme, data = info.files
    assert ("README.md", None, True) == (readme.path, readme.sha256, readme.git_sha1 is not None)
    stored = repository.commits[info.revision]["a.parquet"]
    assert ("a.parquet", 3, stored.sha256, None) == (data.path, data.size, data.sha256, data.git_sha1)


def test_checking_an_id_does_not_load_the_client_library() -> None:
    """The server only checks ids, and has to start fast."""
    code = "import sys, mistudio.utils.hf_utils; sys.exit('huggingface_hub' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
