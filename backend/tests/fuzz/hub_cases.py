"""Hostile answers of the Hub: each case makes a repository, which is then looked at and downloaded."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.repositories import CARD, add_large, parquet_bytes, story_rows
from fuzz.bench import TOKENIZER, Bench
from fuzz.cards import cards, infos
from fuzz.hub_repository import FILES, LINES, Change, HostileRepository, usual_description
from fuzz.values import VALUES, paths_in, with_value, without_key

Setup = Callable[[Hub, str], None]
_BOMB_BYTES: Final = 256 << 20


@dataclass(frozen=True)
class HubCase:
    """``setup`` makes the repository of the name that it is given."""

    name: str
    setup: Setup
    is_tokenizer: bool = False

    async def run(self, bench: Bench, number: int) -> None:
        """Look at the repository and download it, or use it as a tokenizer; Broken where an answer is a defect."""
        repo_id = f"lab/case-{number}"
        bench.hub.faults.clear()
        self.setup(bench.hub, repo_id)
        if self.is_tokenizer:
            await bench.post("/api/tokenize-preview", json={"tokenizer": repo_id, "text": "The quick brown fox."})
            return
        await bench.get(f"/api/hub/datasets/{repo_id}")
        made = await bench.post("/api/datasets/download", json={"repo_id": repo_id})
        if made is None:
            return
        dataset = await bench.finished(made["id"])
        if dataset["status"] == "ready":
            await bench.read_all(made["id"])
        await bench.remove(made["id"])


def _described(change: Change) -> Setup:
    def setup(hub: Hub, repo_id: str) -> None:
        repository = HostileRepository(repo_id, change=change)
        repository.commit(FILES, lfs=True)
        hub.put(repository)

    return setup


def _holding(files: dict[str, bytes | str], **faults: Any) -> Setup:  # the fields of Fault
    def setup(hub: Hub, repo_id: str) -> None:
        repository = HostileRepository(repo_id)
        repository.commit(files)
        hub.put(repository)
        if faults:
            hub.fault(**faults)

    return setup


def _descriptions() -> Iterator[HubCase]:
    usual = usual_description()
    for path in paths_in(usual):
        where = ".".join(map(str, path)) or "all"
        for name, value in VALUES.items():
            yield HubCase(f"description: {where} is {name}", _described(partial(with_value, path=path, new=value)))
        if path:
            yield HubCase(f"description: without {where}", _described(partial(without_key, path=path)))
    for name in (
        "a\ud800.jsonl",
        "a\0.jsonl",
        "../a.jsonl",
        "/a.jsonl",
        "a\n.jsonl",
        "a" * 5000 + ".jsonl",
        "%2e%2e/a",
    ):
        change = partial(with_value, path=("siblings", 1, "rfilename"), new=f"train-{name}")
        yield HubCase(f"a file called {name[:20]!r}", _described(change))
    many = [{"rfilename": f"train-{number}.jsonl", "size": 1} for number in range(30_000)]
    yield HubCase("30,000 files", _described(partial(with_value, path=("siblings",), new=many)))
    twice = [{"rfilename": "train.jsonl", "size": 1}] * 50
    yield HubCase("a file 50 times", _described(partial(with_value, path=("siblings",), new=twice)))


def _bodies() -> Iterator[HubCase]:
    bodies = {
        "empty": b"",
        "no JSON": b"<html>",
        "deep": b"[" * 200_000,
        "5,000 digits": b'{"id": ' + b"9" * 5000 + b"}",
        "not UTF-8": b'{"id": "\xff"}',
        "30 MB": b'{"id": "' + b"x" * (30 << 20) + b'"}',
    }
    for name, body in bodies.items():
        for path in ("/api/datasets/", "auth-check", "/refs"):
            fault = {"path": path, "body": body}
            yield HubCase(f"the answer of {path} is {name}", _holding(FILES, **fault))
    for status in (100, 204, 206, 300, 301, 304, 308, 400, 402, 404, 410, 418, 429, 451, 500, 502, 511, 599):
        yield HubCase(f"status {status} everywhere", _holding(FILES, path="lab/case-", status=status))
    for value in ("-1", "1e9", "abc", "99999999999999999999", "Wed, 21 Oct 2099 07:28:00 GMT", ""):
        yield HubCase(f"Retry-After {value!r}", _holding(FILES, path="case-", status=429, retry_after=value, times=3))


def _transfers() -> Iterator[HubCase]:
    large: dict[str, bytes | str] = {"README.md": CARD, "train.parquet": parquet_bytes(story_rows("train", 20_000))}
    for after in (0, 1, 1000, 60_000):
        yield HubCase(f"every file cut after {after:,} bytes", _holding(large, origin="files", drop_after=after))
        cut = {"origin": "files", "drop_after": after, "no_range": True}
        yield HubCase(f"no ranges, every file cut after {after:,} bytes", _holding(large, **cut))
    wrong = {
        "Content-Length": ("-1", "0", "99999999999", "abc", "1, 2", "9" * 5000),
        "Content-Range": ("bytes */*", "bytes 5-1/3", "bytes 0-0/99999999999999", "abc", "bytes 0-10/-1"),
        "Content-Encoding": ("gzip", "br", "abc"),
        "Transfer-Encoding": ("chunked", "gzip, chunked"),
        "ETag": ("", '"', "W/", "x" * 60_000),
        "X-Linked-Size": ("-1", "abc", "9" * 5000),
        "X-Repo-Commit": ("", "../..", "x" * 5000),
        "Location": ("", "/", "http://", "file:///etc/passwd", "http://[", "http://127.0.0.1:1/", "//x"),
    }
    for header, values in wrong.items():
        for value in values:
            fault = {"path": "train.parquet" if header != "X-Repo-Commit" else "resolve", "headers": {header: value}}
            yield HubCase(f"{header}: {value[:30]!r}", _holding(large, **fault))
    for header in ("Content-Length", "Content-Encoding", "Location"):
        for value in wrong[header]:
            fault = {"path": "*/0*", "origin": "files", "headers": {header: value}}
            yield HubCase(f"of the store, {header}: {value[:30]!r}", _holding(large, **fault))
    bomb = gzip.compress(bytes(_BOMB_BYTES))
    for name in ("README.md", ".huggingface.yaml", "dataset_infos.json"):
        packed: dict[str, bytes | str] = {**FILES, name: "---\nlicense: mit\n---\n" if name == "README.md" else "{}"}
        headers = {"Content-Encoding": "gzip", "Content-Length": str(len(bomb))}
        setup = _holding(packed, path=name, body=bomb, headers=headers)
        yield HubCase(f"{name} inflates to {_BOMB_BYTES >> 20} MB", setup)
    yield HubCase("a checksum that is never right", _holding(large, path="train", corrupt=True))
    yield HubCase("many files that stall", _stalling)


def _stalling(hub: Hub, repo_id: str) -> None:
    add_large(hub, repo_id, files=2, megabytes=0.2)
    hub.fault(origin="files", stall_after=1000, stall_seconds=3.0, times=2)


def _declared() -> Iterator[HubCase]:
    for name, card in cards():
        yield HubCase(f"card: {name}", _holding({**FILES, "README.md": card}))
    for name, text in infos():
        yield HubCase(f"dataset_infos.json: {name}", _holding({"train.jsonl": LINES, "dataset_infos.json": text}))
    for name, card in cards():
        if isinstance(card, str) and card.startswith("---\n"):
            bare = card.removeprefix("---\n").partition("\n---\n")[0]
            yield HubCase(f".huggingface.yaml: {name}", _holding({**FILES, ".huggingface.yaml": bare}))


def _tokenizers() -> Iterator[HubCase]:
    files = small.make_files(small.train_byte_level(), config=small.CONFIG)
    parsed = json.loads(files["tokenizer.json"])
    parsed["model"]["vocab"] = dict(list(parsed["model"]["vocab"].items())[:20])
    for content in (b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff", b'{"model": {}}', b"{}" * 3):
        yield HubCase(f"tokenizer.json: {content[:12]!r}", _tokenizing({**files, "tokenizer.json": content}), True)
    for path in paths_in(parsed)[:60]:
        for name in ("null", "negative", "text", "empty list", "empty object", "5,000 digits", "deep list"):
            changed = json.dumps(with_value(parsed, path, VALUES[name])).encode()
            where = ".".join(map(str, path))
            yield HubCase(f"tokenizer.json: {where} is {name}", _tokenizing({**files, "tokenizer.json": changed}), True)
    for name, value in VALUES.items():
        config = json.dumps({**small.CONFIG, "model_max_length": value, "bos_token": value}).encode()
        yield HubCase(f"tokenizer_config: {name}", _tokenizing({**files, "tokenizer_config.json": config}), True)


def _tokenizing(files: dict[str, bytes]) -> Setup:
    def setup(hub: Hub, repo_id: str) -> None:
        hub.add(repo_id, dict(files), kind="models")

    return setup


def hub_cases() -> list[HubCase]:
    """Return every case."""
    return [*_descriptions(), *_bodies(), *_transfers(), *_declared(), *_tokenizers()]


__all__ = ["TOKENIZER", "HubCase", "hub_cases"]
