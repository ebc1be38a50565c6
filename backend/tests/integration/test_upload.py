"""Importing files through the API: every format, every refusal, and what an aborted upload leaves."""

import asyncio
import gzip
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pyarrow as pa
import pytest
import pytest_asyncio
import zstandard

from fakes.corpora import arrow_bytes, csv_bytes, json_lines, parquet_bytes
from fakes.running import RunningServer, running_server
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.corpus.bundled.sample import SAMPLE_ROWS, SAMPLE_TOKENIZER
from mistudio.corpus.store.manifest import read_manifest, verify
from mistudio.services.storage.upload import MARK_NAME

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = [{"title": f"No. {number}", "text": f"Story {number}: “ünïcode”, with a comma."} for number in range(40)]
TABLE = pa.Table.from_pylist(ROWS)
JSONL = json_lines(ROWS)
TEXT = "".join(f"{row['text']}\n" for row in ROWS).encode()
File = tuple[str, bytes]


@pytest.fixture(scope="module")
def import_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a server without a Hub, with a low limit for uploads."""
    return Settings(
        data_dir=tmp_path_factory.mktemp("import") / "data",
        hf_endpoint="http://127.0.0.1:9",
        disk_reserve_bytes=0,
        retry_backoff_seconds=0.05,
        max_upload_bytes=4 << 20,
        search_index="off",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def importing(import_settings: Settings) -> AsyncIterator[RunningServer]:
    """One server for all tests of this module."""
    async with running_server(import_settings) as running:
        yield running


async def post(server: RunningServer, files: Sequence[File], **fields: str) -> httpx2.Response:
    """The answer to an upload of these files."""
    return await server.http.post(
        "/api/datasets/upload", files=[("files", (name, data)) for name, data in files], data=fields
    )


async def imported(server: RunningServer, files: Sequence[File], **fields: str) -> Any:  # JSON of any kind
    """The dataset that an upload becomes, once it is ready."""
    answer = await post(server, files, **fields)
    assert 202 == answer.status_code, answer.text
    assert "processing" == answer.json()["status"]
    return await server.until(answer.json()["id"], "ready")


async def samples(server: RunningServer, dataset_id: str, **params: object) -> list[Mapping[str, Any]]:
    """The samples of a dataset."""
    found = await server.get(f"/api/datasets/{dataset_id}/samples", limit=100, **params)
    return list(found["data"])


def left(settings: Settings) -> list[str]:
    """The contents of staging and trash."""
    return [path.name for folder in (settings.staging_dir, settings.trash_dir) for path in folder.iterdir()]


async def until_nothing_is_left(settings: Settings) -> None:
    """Wait: files are removed in the background."""
    async with asyncio.timeout(5):
        while left(settings):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("stories.csv", csv_bytes(ROWS)),
        ("stories.tsv", csv_bytes(ROWS, delimiter="\t")),
        ("stories.csv.gz", gzip.compress(csv_bytes(ROWS))),
        ("stories.json", json.dumps(ROWS).encode()),
        ("stories.jsonl", JSONL),
        ("stories.jsonl.gz", gzip.compress(JSONL)),
        ("stories.jsonl.zst", zstandard.compress(JSONL)),
        ("stories.txt", TEXT),
        ("stories.txt.zst", zstandard.compress(TEXT)),
        ("stories.parquet", parquet_bytes(TABLE)),
        ("stories.arrow", arrow_bytes(TABLE)),
        ("stories-file.arrow", arrow_bytes(TABLE, stream=False)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_format_becomes_the_same_samples(
    importing: RunningServer, import_settings: Settings, name: str, data: bytes
) -> None:
    """Texts are read, other columns kept, the source recorded, and nothing else stays on the disk."""
    dataset = await imported(importing, [(name, data)], name=f"as {name}")
    assert (f"as {name}", "local", None) == (dataset["name"], dataset["source"], dataset["hf_repo_id"])
    assert (40, "text", ["train"]) == (
        dataset["num_samples"],
        dataset["text_column"],
        [split["name"] for split in dataset["splits"]],
    )
    assert [row["text"] for row in ROWS] == [row["text"] for row in await samples(importing, dataset["id"])]
    folder = import_settings.datasets_dir / dataset["id"]
    assert [] == verify(folder)
    manifest = read_manifest(folder)
    assert ("local", [(name, len(data))]) == (
        manifest.source,
        [(source.path, source.size) for source in manifest.sources],
    )
    assert ["manifest.json", "raw"] == sorted(path.name for path in folder.iterdir())
    await until_nothing_is_left(import_settings)


async def test_several_files_become_splits_by_their_names(importing: RunningServer) -> None:
    """Each split is read in one format, as datasets reads it; names are kept as the user wrote them."""
    files = [
        ("corpus/train/b.jsonl", JSONL),
        ("corpus/train/a ü “x”.jsonl", json_lines(ROWS[:3])),
        ("corpus/train/c.csv", csv_bytes(ROWS)),
        ("corpus/test/d.parquet", parquet_bytes(TABLE)),
        ("corpus/dev/e.txt", b"one\ntwo\n"),
    ]
    dataset = await imported(importing, files)
    assert ("corpus", "json, parquet, text") == (dataset["name"], dataset["metadata"]["format"])
    (notice,) = dataset["notices"]
    assert "1 file beside the data not imported: corpus/train/c.csv (The split train is read as json" in notice
    assert [("train", 43), ("validation", 2), ("test", 40)] == [
        (split["name"], split["num_rows"]) for split in dataset["splits"]
    ]
    # Within a split the order is that of the names.
    assert "No. 0" == (await samples(importing, dataset["id"], split="train"))[3]["columns"]["title"]


async def test_a_text_file_can_be_one_sample(importing: RunningServer, import_settings: Settings) -> None:
    """With its name beside it; bytes that are not UTF-8 are repaired and counted, packed ones unpacked."""
    files = [
        ("a.txt", b"first line\nsecond line\n"),
        ("b.txt.gz", gzip.compress(b"packed")),
        ("c.txt", b"broken \xff here"),
        ("test/d.txt", b"held out"),
        ("more.csv", csv_bytes([{"text": "a row"}])),
    ]
    dataset = await imported(importing, files, sample_by="file")
    found = [(row["split"], row["columns"].get("file"), row["text"]) for row in await samples(importing, dataset["id"])]
    assert [
        ("train", None, "a row"),
        ("train", "a.txt", "first line\nsecond line\n"),
        ("train", "b.txt.gz", "packed"),
        ("train", "c.txt", "broken \ufffd here"),
        ("test", "test/d.txt", "held out"),
    ] == found
    assert 1 == dataset["metadata"]["invalid_texts"]
    manifest = read_manifest(import_settings.datasets_dir / dataset["id"])
    assert {"a.txt", "b.txt.gz", "c.txt", "test/d.txt", "more.csv"} == {source.path for source in manifest.sources}


async def test_text_files_of_one_sample_are_read_in_their_encoding(
    importing: RunningServer, import_settings: Settings
) -> None:
    """Each in its own, which the dataset says; an encoding that the plan names wins."""
    files = [
        ("e/a.txt", "façade, déjà vu".encode("latin-1")),
        ("e/b.txt", "Привет, как дела?".encode("utf-16")),
        ("e/c.txt", b"plain\n" * 20_000 + "c’était l’été".encode("cp1252")),
        ("e/d.txt", "ünïcode".encode()),
    ]
    dataset = await imported(importing, files, sample_by="file")
    texts = [row["text"] for row in await samples(importing, dataset["id"])]
    assert ["façade, déjà vu", "Привет, как дела?", "ünïcode"] == [texts[at] for at in (0, 1, 3)]
    readings = [source.reading for source in read_manifest(import_settings.datasets_dir / dataset["id"]).sources]
    assert ["cp1252", "utf-16", "cp1252", None] == [reading and reading.encoding for reading in readings]
    assert any("e/a.txt, e/c.txt: read as cp1252" in notice for notice in dataset["notices"])


async def test_the_text_column_can_be_chosen(importing: RunningServer) -> None:
    """Or is detected; an unknown one ends the import with the choices."""
    assert "title" == (await imported(importing, [("t.jsonl", JSONL)], text_column="title"))["text_column"]
    answer = await post(importing, [("t.jsonl", JSONL)], text_column="body")
    failed = await importing.until(answer.json()["id"], "error")
    assert "unknown_column" == failed["error_code"]
    assert "Columns with text: title, text." in failed["error_message"]
    await importing.http.delete(f"/api/datasets/{failed['id']}")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("bad.jsonl", JSONL + b'{"text": oops}\n', "bad.jsonl, line 41 is not valid JSON"),
        ("bad.json", b'[{"text": "a"},\n{"text": ]', "bad.json, line 2 is not valid JSON"),
        ("bad.csv", b"a,text\n1,x\n2\n", "bad.csv, row 3: expected 2 columns, found 1."),
        ("bad-quote.csv", b'a,text\n1,x\n2,"open\n3,y\n', "bad-quote.csv, row 3: a quote is never closed"),
        ("bad.csv.gz", gzip.compress(b"a,text\n1,x\n2\n"), "bad.csv.gz, row 3: expected 2 columns, found 1."),
        ("bad.tsv", b"a\ttext\n1\tx\ty\n", "bad.tsv, row 2: expected 2 columns, found 3."),
        ("bad.parquet", parquet_bytes(TABLE)[:-20], "bad.parquet is damaged"),
        ("bad.arrow", b"ARROW1 and nothing", "bad.arrow is damaged"),
        ("bad.jsonl.gz", gzip.compress(JSONL)[:-30], "bad.jsonl.gz is damaged or incomplete"),
        ("bad.jsonl.zst", zstandard.compress(JSONL)[:-30], "bad.jsonl.zst is damaged or incomplete"),
        ("numbers.csv", b"a,b\n1,2\n", "No column holds text"),
        ("only-a-header.csv", b"text\n", "no rows"),
    ],
    # Not the data: packed, it has the time in it, and the workers of one run must agree on a test's name.
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_file_says_which_and_where(importing: RunningServer, name: str, data: bytes, message: str) -> None:
    """The import ends in error with a sentence; a retry, and a delete, are possible."""
    answer = await post(importing, [("good.jsonl", JSONL), (name, data)] if "bad" in name else [(name, data)])
    assert 202 == answer.status_code
    dataset_id = answer.json()["id"]
    failed = await importing.until(dataset_id, "error", "ready")
    assert message in str(failed["error_message"])
    retried = await importing.http.post(f"/api/datasets/{dataset_id}/retry")
    assert (202, "processing") == (retried.status_code, retried.json()["status"])
    assert message in (await importing.until(dataset_id, "error"))["error_message"]
    assert 204 == (await importing.http.delete(f"/api/datasets/{dataset_id}")).status_code


@pytest.mark.parametrize(
    ("files", "fields", "status", "code", "field", "message"),
    [
        ([("a.pdf", b"%PDF-1.7")], {}, 415, "unsupported_file", "files", "a.pdf"),
        ([("a", b"x")], {}, 415, "unsupported_file", "files", "“a”"),
        ([("a.parquet.gz", b"\x1f\x8b")], {}, 415, "unsupported_file", "files", "Decompress it to .parquet"),
        ([("a.parquet", b"not one")], {}, 415, "unsupported_file", "files", "does not begin"),
        ([("a.jsonl.gz", b"not one")], {}, 415, "unsupported_file", "files", "does not begin"),
        ([("a.txt", b"PK\x03\x04 zip")], {}, 415, "unsupported_file", "files", "incomplete zip archive"),
        ([("a.csv", b"")], {}, 422, "validation_error", "files", "“a.csv” is empty"),
        ([("../../a.csv", b"x")], {}, 422, "validation_error", "files", "not a valid file name"),
        ([("a.csv", b"x"), ("a.csv", b"y")], {}, 422, "validation_error", "files", "Two files"),
        ([("a.csv", b"text\nx\n")], {"sample_by": "page"}, 422, "validation_error", "sample_by", "sample_by"),
        ([("a.csv", b"text\nx\n")], {"colour": "red"}, 422, "validation_error", "colour", "colour"),
        ([("a.csv", b"text\nx\n")], {"name": "n" * 300}, 422, "validation_error", "name", "name"),
        ([("a.csv", b"x" * (4 << 20)), ("b.csv", b"y")], {}, 413, "too_large", "files", "At most 4.0 MB"),
        ([("a.csv", b"x" * (6 << 20))], {}, 413, "too_large", "files", "At most 4.0 MB"),
    ],
)
async def test_an_impossible_import_is_refused_and_nothing_is_kept(
    importing: RunningServer,
    import_settings: Settings,
    files: Sequence[File],
    fields: dict[str, str],
    status: int,
    code: str,
    field: str,
    message: str,
) -> None:
    """Names, kinds, sizes and fields are checked while the request is received; no record and no file stays."""
    before = (await importing.get("/api/datasets"))["pagination"]["total"]
    answer = await post(importing, files, **fields)
    problem = answer.json()
    assert (status, code, [field]) == (
        answer.status_code,
        problem["code"],
        [error["field"] for error in problem["errors"]],
    )
    assert message in problem["detail"]
    assert before == (await importing.get("/api/datasets"))["pagination"]["total"]
    await until_nothing_is_left(import_settings)


@pytest.mark.parametrize(
    ("kind", "body", "status", "message"),
    [
        ("application/json", b"{}", 415, "multipart/form-data"),
        ("multipart/form-data", b"", 415, "multipart/form-data"),
        ("multipart/form-data; boundary=x", b"no boundary in here", 422, "not a well-formed"),
        ("multipart/form-data; boundary=x", b"--x\r\n", 422, "incomplete"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422, "No file came"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\ntext\nx',
            422,
            "incomplete",
        ),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Type: text/plain\r\n\r\nx\r\n--x--",
            422,
            "without a name",
        ),
    ],
)
async def test_a_malformed_body_is_refused(
    importing: RunningServer, import_settings: Settings, kind: str, body: bytes, status: int, message: str
) -> None:
    """With a sentence, and nothing stays."""
    answer = await importing.http.post("/api/datasets/upload", content=body, headers={"Content-Type": kind})
    assert status == answer.status_code
    assert message in answer.json()["detail"]
    await until_nothing_is_left(import_settings)


async def test_a_full_disk_is_reported_before_the_first_byte(
    importing: RunningServer, import_settings: Settings
) -> None:
    """By the announced size, which is within the limit."""
    more = import_settings.model_copy(update={"max_upload_bytes": 1 << 60, "data_dir": import_settings.data_dir / "b"})
    async with running_server(more) as server, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        writer.write(
            b"POST /api/datasets/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000000000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        head, _, _ = (await reader.readuntil(b"}")).partition(b"\r\n\r\n")
        writer.close()
        assert head.startswith(b"HTTP/1.1 507")


async def test_an_aborted_upload_leaves_nothing(importing: RunningServer, import_settings: Settings) -> None:
    """The client disconnects in the middle of a file."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", int(importing.url.rpartition(":")[2]))
    writer.write(
        b"POST /api/datasets/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3000000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n' + b"text\n" * 300_000
    )
    await writer.drain()
    async with asyncio.timeout(10):
        while not any((import_settings.staging_dir).rglob("source/00000")):
            await asyncio.sleep(0.01)
    writer.close()
    await until_nothing_is_left(import_settings)


async def test_the_same_files_again_are_refused_or_retried(importing: RunningServer, import_settings: Settings) -> None:
    """A ready one is named; a failed one is retried under its id; another name is another dataset."""
    first = await imported(importing, [("again.jsonl", JSONL)])
    answer = await post(importing, [("again.jsonl", JSONL)])
    assert (409, "exists", first["id"]) == (answer.status_code, answer.json()["code"], answer.json()["dataset_id"])
    other = await imported(importing, [("again.jsonl", JSONL)], name="other")
    assert first["id"] != other["id"]
    failed = (await post(importing, [("broken.csv", b"a,b\n1\n")])).json()
    await importing.until(failed["id"], "error")
    answer = await post(importing, [("broken.csv", b"a,b\n1\n")])
    assert (202, failed["id"]) == (answer.status_code, answer.json()["id"])
    await importing.until(failed["id"], "error")
    await importing.http.delete(f"/api/datasets/{failed['id']}")
    await until_nothing_is_left(import_settings)


async def test_an_import_survives_the_kill_of_its_process(importing: RunningServer, import_settings: Settings) -> None:
    """SIGKILL of the job's process: another process continues the import, and the data is complete."""
    dataset = (await post(importing, [("killed.jsonl", JSONL * 200)])).json()
    async with asyncio.timeout(TIMEOUT):
        while not (running := importing.process_ids()):
            await asyncio.sleep(0.01)
    os.kill(running[0], signal.SIGKILL)
    ready = await importing.until(dataset["id"], "ready")
    assert (8_000, None) == (ready["num_samples"], ready["error_code"])
    (job,) = [job for job in await importing.get("/api/jobs") if job["dataset_id"] == dataset["id"]]
    assert ("succeeded", 2) == (job["state"], job["attempt"])
    assert [] == verify(import_settings.datasets_dir / dataset["id"])
    await until_nothing_is_left(import_settings)


async def test_a_cancelled_import_continues_when_it_is_retried(
    importing: RunningServer, import_settings: Settings
) -> None:
    """Its files are kept for the retry; a deletion removes them."""
    dataset = (await post(importing, [("stopped.jsonl", JSONL * 200)])).json()
    path = f"/api/datasets/{dataset['id']}"
    assert 200 == (await importing.http.post(f"{path}/cancel")).status_code
    assert "cancelled" == (await importing.until(dataset["id"], "error"))["error_code"]
    assert 202 == (await importing.http.post(f"{path}/retry")).status_code
    assert 8_000 == (await importing.until(dataset["id"], "ready"))["num_samples"]
    assert [] == verify(import_settings.datasets_dir / dataset["id"])
    second = (await post(importing, [("deleted.jsonl", JSONL)])).json()
    assert 204 == (await importing.http.delete(f"/api/datasets/{second['id']}")).status_code
    await until_nothing_is_left(import_settings)


async def test_the_sample_is_created_by_one_request(importing: RunningServer, import_settings: Settings) -> None:
    """With its tokenizer; a second request finds it."""
    answer = await importing.http.post("/api/datasets/sample")
    assert (202, "Sample stories") == (answer.status_code, answer.json()["name"])
    ready = await importing.until(answer.json()["id"], "ready")
    assert SAMPLE_ROWS == {split["name"]: split["num_rows"] for split in ready["splits"]}
    assert (import_settings.tokenizers_dir / SAMPLE_TOKENIZER / "tokenizer.json").is_file()
    again = await importing.http.post("/api/datasets/sample")
    assert (409, "exists", ready["id"]) == (again.status_code, again.json()["code"], again.json()["dataset_id"])


async def test_a_start_removes_an_upload_that_a_kill_interrupted(import_settings: Settings, tmp_path: Path) -> None:
    """It has no record, and no process receives it; one that is being received stays."""
    settings = import_settings.model_copy(update={"data_dir": tmp_path})
    async with running_server(settings) as server:
        async with server.parts.imports.open_upload(None) as upload:
            upload.begin("a.csv")
            upload.write(memoryview(b"text\nhello\n"))
            await server.parts.storage.sweep()
            assert (upload.staging / MARK_NAME).exists()
        await until_nothing_is_left(settings)
    cut = settings.staging_dir / "ds_00000000-0000-0000-0000-000000000000"
    (cut / "source").mkdir(parents=True)
    (cut / "source" / "00000").write_bytes(b"text\nhello\n")
    (cut / MARK_NAME).touch()
    async with running_server(settings):
        await until_nothing_is_left(settings)
