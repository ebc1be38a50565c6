"""The Hub's answers are checked before anything of them is used."""

import gzip
import json
from typing import Any

import pytest

from mistudio.utils.hf_answers import InvalidAnswer, RefsAnswer, RepoAnswer, inflate, read_answer

SHA = "0" * 40


def describe(file: dict[str, Any] | None = None, **changes: Any) -> bytes:  # JSON of any kind
    """Return the description of a repository with one file."""
    usual = {"rfilename": "a.txt", "size": 3, "blobId": SHA}
    return json.dumps({"id": "ada/tales", "sha": SHA, "siblings": [{**usual, **(file or {})}], **changes}).encode()


def test_a_usual_answer_passes() -> None:
    """Unknown fields are ignored."""
    answer = read_answer(RepoAnswer, describe(gated="auto", likes=3, cardData={"license": "mit"}))
    assert ("a.txt", 3, SHA) == (answer.siblings[0].rfilename, answer.siblings[0].size, answer.siblings[0].blob_id)


@pytest.mark.parametrize("size", [-5, 1.0, 1.5, "7", None, True, 10**4000, 1 << 63])
def test_a_size_is_a_whole_number(size: object) -> None:
    """Anything else is refused with the field's name."""
    with pytest.raises(InvalidAnswer) as refused:
        read_answer(RepoAnswer, describe({"size": size}))
    assert "siblings.0.size" == refused.value.field


def test_a_size_must_be_there() -> None:
    """No size is no size of 0."""
    with pytest.raises(InvalidAnswer, match=r"siblings\.0\.size"):
        read_answer(RepoAnswer, json.dumps({"id": "a/b", "sha": SHA, "siblings": [{"rfilename": "a"}]}).encode())


@pytest.mark.parametrize(
    "name", ["", "../a", "a/../b", "/a", "a//b", "a\0", "a\n", "a\x1b[1m", "x" * 300, "a/" * 3000 + "a", 7, None]
)
def test_a_file_has_the_name_of_a_file(name: object) -> None:
    """No control characters, no way upwards, no part that a file system refuses."""
    with pytest.raises(InvalidAnswer, match=r"siblings\.0\.rfilename"):
        read_answer(RepoAnswer, describe({"rfilename": name}))


@pytest.mark.parametrize(
    "body",
    [
        describe({"rfilename": "a\ud800"}),
        describe({"blobId": "../x"}),
        describe({"lfs": {"sha256": "abc"}}),
        describe(sha="main"),
        describe(id="../../etc"),
        describe(siblings={}),
        describe(private="no"),
        describe(cardData=[1]),
        describe(cardData={"a": list(range(30_000))}),
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": ' + b"[" * 100_000,
        b'{"id": "\xff"}',
        b"{}",
    ],
)
def test_what_does_not_fit_is_refused(body: bytes) -> None:
    """Checksums, commits, ids, types, sizes, depth, encoding."""
    with pytest.raises(InvalidAnswer) as refused:
        read_answer(RepoAnswer, body)
    assert len(str(refused.value)) < 500


def test_a_page_of_a_proxy_is_no_answer() -> None:
    """The Hub was not reached."""
    with pytest.raises(json.JSONDecodeError):
        read_answer(RepoAnswer, b"<html>")


@pytest.mark.parametrize("branches", [1, {}, [1], [{}], [{"name": 1}], [{"name": "a\0"}]])
def test_refs_are_names(branches: object) -> None:
    """A list of objects with a name each."""
    with pytest.raises(InvalidAnswer, match="branches"):
        read_answer(RefsAnswer, json.dumps({"branches": branches}).encode())


def test_a_body_ends_at_its_limit() -> None:
    """Also one that inflates."""
    assert b"tale" == inflate([b"ta", b"le"], "", 4)
    assert b"tale" == inflate([gzip.compress(b"tale")], "gzip", 4)
    with pytest.raises(InvalidAnswer, match="larger than 1,000 bytes"):
        inflate([gzip.compress(bytes(1 << 20))], "gzip", 1000)
    with pytest.raises(InvalidAnswer, match="not gzip"):
        inflate([b"abc"], "gzip", 1000)
    with pytest.raises(InvalidAnswer, match="not asked for"):
        inflate([b"abc"], "br", 1000)
