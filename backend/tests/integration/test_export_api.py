"""Exports over the API, on both engines: start, files, kills, deletion; and by the command."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from fakes.cluster import BOTH_ENGINES
from fakes.corpora import json_lines
from fakes.hub import Hub
from fakes.parts import add_parquet
from fakes.running import RunningServer
from fakes.shell import Shell
from mistudio.core.config import Settings

TOKENIZER = "./tokenizers/sample-bpe"


async def add_dataset(server: RunningServer, hub: Hub, rows: int = 200) -> str:
    """The id of a dataset from the Hub."""
    add_parquet(hub, files=2, rows=rows)
    made = await server.download("lab/groups")
    return str((await server.until(made["id"], "ready"))["id"])


async def add_tokenization(server: RunningServer, hub: Hub) -> tuple[str, str]:
    """The ids of a dataset and of a tokenization of it."""
    dataset_id = await add_dataset(server, hub)
    await server.http.post("/api/datasets/sample")
    body = {"tokenizer": TOKENIZER, "max_length": 16, "packing": "concat"}
    made = (await server.http.post(f"/api/datasets/{dataset_id}/tokenize", json=body)).json()
    async with asyncio.timeout(60):
        while (await server.get(f"/api/tokenizations/{made['id']}"))["status"] != "ready":
            await asyncio.sleep(0.05)
    return dataset_id, str(made["id"])


async def start(server: RunningServer, path: str, status: int = 202, **body: object) -> Any:
    """The JSON of a POST that must be answered so."""
    answer = await server.http.post(f"/api/{path}/export", json=body)
    assert status == answer.status_code, answer.text
    return answer.json()


async def wait(server: RunningServer, export_id: str) -> Any:
    """The export once it has ended."""
    async with asyncio.timeout(60):
        while (found := await server.get(f"/api/exports/{export_id}"))["state"] in ("queued", "running"):
            await asyncio.sleep(0.02)
    return found


@BOTH_ENGINES
async def test_a_dataset_is_exported(server: RunningServer, hub: Hub, settings: Settings, tmp_path: Path) -> None:
    """The estimate says what comes; the files come over HTTP; a deletion removes them and leaves the dataset."""
    dataset_id = await add_dataset(server, hub)
    path = f"/api/datasets/{dataset_id}/export"
    estimate = await server.get(path, format="parquet")
    started = await start(server, f"datasets/{dataset_id}", format="parquet", columns=["text"])
    assert ("queued", ["text"], ["train"], []) == tuple(started[key] for key in ("state", "columns", "splits", "files"))
    made = await wait(server, started["id"])
    assert ("succeeded", 400, 400, 100.0) == (made["state"], made["rows"], estimate["rows"], made["progress"])
    (file,) = made["files"]
    content = (await server.http.get(f"/api/exports/{made['id']}/files/{file['path']}")).content
    assert (file["bytes"], made["bytes"]) == (len(content), len(content))
    (tmp_path / "x.parquet").write_bytes(content)
    assert pq.read_table(tmp_path / "x.parquet").column_names == ["text"]
    assert [made["id"]] == [each["id"] for each in await server.get(f"/api/datasets/{dataset_id}/exports")]
    assert "exports" in [part["part"] for part in await list_parts(server)]
    assert 204 == (await server.http.delete(f"/api/exports/{made['id']}")).status_code
    assert 404 == (await server.http.get(f"/api/exports/{made['id']}")).status_code
    assert [] == list((settings.datasets_dir / dataset_id / "exports").iterdir())
    assert "ready" == (await server.get(f"/api/datasets/{dataset_id}"))["status"]


async def list_parts(server: RunningServer) -> list[Any]:
    """What the only dataset uses of the disk."""
    (dataset,) = (await server.get("/api/system/storage"))["datasets"]
    return list(dataset["parts"])


@BOTH_ENGINES
async def test_a_tokenization_is_exported(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Its status and its dataset's stay as they are; the exports of a deleted tokenization go with it."""
    dataset_id, tokenization_id = await add_tokenization(server, hub)
    made = await wait(server, (await start(server, f"tokenizations/{tokenization_id}", format="npy"))["id"])
    assert "succeeded" == made["state"]
    (name,) = [file["path"] for file in made["files"]]
    ids = np.load(Path(made["path"]) / name)
    record = await server.get(f"/api/tokenizations/{tokenization_id}")
    assert ("ready", (record["num_rows"], 16)) == (record["status"], ids.shape)
    assert "ready" == (await server.get(f"/api/datasets/{dataset_id}"))["status"]
    assert 204 == (await server.http.delete(f"/api/tokenizations/{tokenization_id}")).status_code
    assert 404 == (await server.http.get(f"/api/exports/{made['id']}")).status_code
    assert [] == list((settings.datasets_dir / dataset_id / "exports").iterdir())


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"format": "npy"}, 422, "format"),
        ({"format": "csv", "columns": ["nowhere"]}, 422, "There is no column “nowhere”"),
        ({"format": "csv", "splits": ["nowhere"]}, 422, "There is no split “nowhere”"),
        ({"format": "csv", "columns": []}, 422, "columns"),
        ({"format": "csv", "more": 1}, 422, "more"),
        ({}, 422, "format"),
    ],
)
async def test_refusals(server: RunningServer, hub: Hub, body: dict[str, object], status: int, words: str) -> None:
    """What cannot be exported is refused, with what is wrong."""
    answer = await start(server, f"datasets/{await add_dataset(server, hub, 20)}", status, **body)
    assert words in json.dumps(answer, ensure_ascii=False)


async def test_files_are_found_by_the_list(server: RunningServer, hub: Hub) -> None:
    """No path that the export does not list is read, whatever it points to."""
    dataset_id = await add_dataset(server, hub, 20)
    made = await wait(server, (await start(server, f"datasets/{dataset_id}", format="csv"))["id"])
    for path in ("../record.json", "%2e%2e/record.json", "..%2frecord.json", "/etc/passwd", "nowhere", "train.csv/.."):
        assert 404 == (await server.http.get(f"/api/exports/{made['id']}/files/{path}")).status_code, path
    for path in ("exports/job_nowhere", f"exports/{dataset_id}", "exports/job_nowhere/files/x"):
        assert 404 == (await server.http.get(f"/api/{path}")).status_code
    job = (await server.get("/api/jobs", dataset_id=dataset_id))[-1]
    assert (404, "download") == ((await server.http.get(f"/api/exports/{job['id']}")).status_code, job["kind"])


async def test_a_killed_export_goes_on(server: RunningServer, hub: Hub) -> None:
    """Killed twice, it ends with the same files; one that runs is not started twice."""
    dataset_id = await add_dataset(server, hub, 20_000)
    whole = await wait(server, (await start(server, f"datasets/{dataset_id}", format="jsonl"))["id"])
    started = await start(server, f"datasets/{dataset_id}", format="jsonl")
    refused = await start(server, f"datasets/{dataset_id}", 409, format="csv")
    assert started["id"] == refused["id"]
    for _kill in range(2):
        await asyncio.sleep(0.1)
        for process_id in server.process_ids():
            os.kill(process_id, signal.SIGKILL)
    made = await wait(server, started["id"])
    assert whole["files"] == made["files"]


async def test_a_cancelled_export_leaves_nothing(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """A deletion while it runs stops it."""
    dataset_id = await add_dataset(server, hub, 20_000)
    started = await start(server, f"datasets/{dataset_id}", format="jsonl")
    assert 204 == (await server.http.delete(f"/api/exports/{started['id']}")).status_code
    assert [] == list((settings.datasets_dir / dataset_id / "exports").iterdir())
    assert 404 == (await server.http.get(f"/api/exports/{started['id']}")).status_code


def test_the_command(tmp_path: Path) -> None:
    """It shows the size, writes into a folder, and leaves nothing in the data folder."""
    shell = Shell(tmp_path)
    (tmp_path / "notes.jsonl").write_bytes(json_lines([{"text": f"note {n}", "n": n} for n in range(30)]))
    shell.run("import", str(tmp_path / "notes.jsonl"))
    shown = shell.run("export", "notes", str(tmp_path / "out"), "--to", "csv", "--dry-run").stdout
    assert "30 rows, " in shown
    assert not (tmp_path / "out").exists()
    said = shell.run("export", "notes", str(tmp_path / "out"), "--to", "csv").stdout
    assert "30 rows in 1 files" in said
    (path,) = (tmp_path / "out").iterdir()
    assert 31 == len(path.read_text().splitlines())
    assert [] == list(shell.data_dir.glob("datasets/*/exports/*"))
    assert "is not empty" in shell.run("export", "notes", str(tmp_path / "out"), "--to", "csv", code=1).stderr
    assert "format" in shell.run("export", "notes", str(tmp_path / "b"), "--to", "npy", code=1).stderr
