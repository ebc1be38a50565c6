"""Tokenize jobs in their processes: killed at any moment, side by side, on unusual documents."""

import asyncio
import json
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import load_from_disk
from tokenizers import Tokenizer

from fakes import tokenizers as small
from fakes.datasets import add_ready
from fakes.process import ServerProcess, find_processes, server_process
from fakes.running import Client, RunningServer, running_server
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.corpus.tokenized.manifest import find_differences

CHAT = "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}\n{% endfor %}"


def save(settings: Settings, tokenizer: Tokenizer) -> str:
    """Save the tokenizer with a chat template below DATA_DIR, and return the name to request it by."""
    folder = settings.data_dir / "tokenizers" / "small"
    folder.mkdir(parents=True)
    for name, content in small.make_files(tokenizer, config={**small.CONFIG, "chat_template": CHAT}).items():
        (folder / name).write_bytes(content)
    return "./tokenizers/small"


def texts_of(megabytes: int) -> dict[str, list[list[dict[str, object]]]]:
    """Return rows of distinct texts in two splits: numbered, with shuffled words."""
    chance = random.Random(7)
    words = " ".join(small.SENTENCES[:4]).split()
    rows: list[dict[str, object]] = [
        {"text": f"{number} " + " ".join(chance.choices(words, k=160))} for number in range(megabytes * 1_000)
    ]
    return {"train": [rows[: len(rows) // 2], rows[len(rows) // 2 :]], "test": [rows[:50]]}


async def request(server: Client, dataset_id: str, tokenizer: str, **fields: object) -> str:
    """Request a tokenization, and return its id."""
    answer = await server.http.post(f"/api/datasets/{dataset_id}/tokenize", json={"tokenizer": tokenizer, **fields})
    assert 202 == answer.status_code, answer.text
    return str(answer.json()["id"])


async def until(server: Client, tokenization_id: str, is_so: Callable[[Any], bool]) -> Any:  # JSON of any kind
    """Wait until ``is_so`` holds or the tokenization is ready, and return it."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            found = await server.get(f"/api/tokenizations/{tokenization_id}")
            if is_so(found) or found["status"] == "ready":
                return found
            assert found["status"] in {"queued", "processing"}, found
            await asyncio.sleep(0.01)


async def wait_until_ready(server: Client, tokenization_id: str) -> Any:  # JSON of any kind
    """Wait until the tokenization is ready, and return it."""
    return await until(server, tokenization_id, lambda found: False)


def list_hashes(folder: str) -> dict[str, str]:
    """Return the hashes of all files of the data, which match the manifest."""
    assert [] == find_differences(Path(folder))
    manifest: Any = json.loads((Path(folder) / "manifest.json").read_bytes())  # JSON of any kind
    files: dict[str, str] = {file["path"]: file["sha256"] for split in manifest["splits"] for file in split["files"]}
    return {**files, **manifest["others"]}


async def kill_child(server: ServerProcess, settings: Settings) -> None:
    """Send SIGKILL to the process of the running job, and wait until it is gone."""
    for process_id in find_processes(settings.data_dir):
        if b"mistudio.workers.child" in Path(f"/proc/{process_id}/cmdline").read_bytes():
            os.kill(process_id, signal.SIGKILL)
            async with asyncio.timeout(TIMEOUT):
                while process_id in find_processes(settings.data_dir):
                    await asyncio.sleep(0.01)


async def test_a_job_killed_at_any_moment_ends_with_the_same_bytes(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process dies several times, then the whole server; the job continues by itself, on one thread."""
    tokenizer = save(settings, small.KINDS["whole-word token"]())
    fields = {"packing": "concat", "max_length": 64, "shuffle_seed": 1, "heldout_fraction": 0.1}
    async with running_server(settings) as server:
        dataset_id = await add_ready(server.parts.database, server.parts.storage, texts_of(2))
        whole = await wait_until_ready(server, await request(server, dataset_id, tokenizer, **fields))
        assert "whole word" in whole["engine_reason"]
        undisturbed = list_hashes(whole["path"])
        await server.http.delete(f"/api/tokenizations/{whole['id']}")
    monkeypatch.setenv("RAYON_NUM_THREADS", "1")
    moments = sorted(random.Random(5).uniform(0, 70) for _kill in range(3))
    async with server_process(settings, tmp_path / "server.log") as process:
        made = await request(process, dataset_id, tokenizer, **fields)
        for moment in moments:
            await until(process, made, lambda found: found["progress"] > moment)  # noqa: B023 (waited for here)
            await kill_child(process, settings)
        await until(process, made, lambda found: found["progress"] > moments[-1])
        await process.kill()
    async with server_process(settings, tmp_path / "server.log") as process:
        again = await wait_until_ready(process, made)
        assert undisturbed == list_hashes(again["path"])
        job = (await process.get("/api/jobs"))[0]
        assert ("succeeded", 1) == (job["state"], job["attempt"])
    assert ["passed", "passed"] == [record["audit"]["verdict"] for record in (whole, again)]
    assert (whole["ledger"], whole["num_tokens"]) == (again["ledger"], again["num_tokens"])
    assert [] == list(settings.staging_dir.iterdir())


async def test_jobs_are_cancelled_and_deleted_beside_another(server: RunningServer, settings: Settings) -> None:
    """The remaining job is not affected, and a retry completes the cancelled one."""
    tokenizer = save(settings, small.KINDS["whole-word token"]())
    dataset_id = await add_ready(server.parts.database, server.parts.storage, texts_of(2))
    alone = await wait_until_ready(server, await request(server, dataset_id, tokenizer, max_length=32))
    expected = list_hashes(alone["path"])
    await server.http.delete(f"/api/tokenizations/{alone['id']}")

    kept, stopped, gone = [
        await request(server, dataset_id, tokenizer, max_length=length, **fields)
        for length, fields in ((32, {}), (32, {"packing": "concat"}), (64, {}))
    ]
    await until(server, kept, lambda found: found["progress"] > 5)
    cancelled = (await server.http.post(f"/api/tokenizations/{stopped}/cancel")).json()
    assert ("cancelled", "cancelled") == (cancelled["status"], cancelled["error_code"])
    assert 204 == (await server.http.delete(f"/api/tokenizations/{gone}")).status_code
    assert expected == list_hashes((await wait_until_ready(server, kept))["path"])
    assert "cancelled" == (await server.get(f"/api/tokenizations/{stopped}"))["status"]
    assert "ready" == (await server.get(f"/api/datasets/{dataset_id}"))["status"]
    assert 202 == (await server.http.post(f"/api/tokenizations/{stopped}/retry")).status_code
    later = await wait_until_ready(server, stopped)
    assert [stopped, kept] == [each["id"] for each in await server.get(f"/api/datasets/{dataset_id}/tokenizations")]
    dataset = await server.get(f"/api/datasets/{dataset_id}")
    assert (later["path"], later["num_tokens"]) == (dataset["tokenized_path"], dataset["num_tokens"])
    assert {kept, stopped} == {path.name for path in Path(later["path"]).parent.iterdir()}


async def test_unusual_documents_are_tokenized_as_shown(server: RunningServer, settings: Settings) -> None:
    """Nulls, values that are not strings, a megabyte without a space; conversations by the chat template."""
    tokenizer = small.train_byte_level()
    name = save(settings, tokenizer)
    said = [[{"role": "user", "content": f"Why {n}?"}, {"role": "assistant", "content": "So."}] for n in range(3)]
    texts = ["one two", None, "", 5, {"of": ["its", "own"]}, "x" * 1_000_000, "日本" * 170_000]
    talks = [*said, None, [], said[0], said[1]]
    rows: list[dict[str, object]] = [{"text": text, "messages": talk} for text, talk in zip(texts, talks, strict=True)]
    dataset_id = await add_ready(server.parts.database, server.parts.storage, {"train": [rows]})
    made = await wait_until_ready(
        server, await request(server, dataset_id, name, truncation=False, add_special_tokens=False)
    )
    shown = [(await server.get(f"/api/datasets/{dataset_id}/samples/train/{row}"))["text"] for row in range(7)]
    expected = [tokenizer.encode(text, add_special_tokens=False).ids for text in shown]
    ledger = made["ledger"]
    assert (6, 1, 1) == tuple(ledger[name] for name in ("documents", "null_documents", "empty_documents"))
    loaded = load_from_disk(made["path"])["train"]
    assert [0, 2, 3, 4, 5, 6] == loaded["row"][:]
    assert [ids for row, ids in enumerate(expected) if row != 1] == loaded["input_ids"][:]
    assert ["5", {"of": ["its", "own"]}] == [shown[3], json.loads(shown[4])]
    assert (6, 0) == (made["audit"]["documents_compared"], made["audit"]["differences"])

    fields = {"text_column": "messages", "apply_chat_template": True}
    talked = await wait_until_ready(server, await request(server, dataset_id, name, **fields))
    rendered = [None if talk is None else "".join(f"<|{m['role']}|>{m['content']}\n" for m in talk) for talk in talks]
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in rendered if text is not None]
    assert ids == load_from_disk(talked["path"])["train"]["input_ids"][:]
    traced = await server.get(f"/api/tokenizations/{talked['id']}/rows/1/trace", position=0)
    assert (1, rendered[1]) == (traced["source"]["row"], traced["source"]["text"])
    sample = await server.get(f"/api/datasets/{dataset_id}/samples/train/1", tokenization=talked["id"])
    assert (None, True) == (sample["tokens"], "chat template" in sample["tokens_note"])
    assert [] == talked["resolved"]["prefix"]
