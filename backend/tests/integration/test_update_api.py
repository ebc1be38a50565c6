"""Newer commits over the API, on both engines: what changes, what is shared, what is fetched."""

import pyarrow as pa

from fakes.cluster import BOTH_ENGINES
from fakes.corpora import json_lines, parquet_bytes
from fakes.hub import Hub
from fakes.parts import number_rows
from fakes.running import RunningServer
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import read_manifest, verify
from mistudio.utils.file_utils import sha256_file


def make_files(*numbers: int, rows: int = 400, changed: int | None = None) -> dict[str, bytes]:
    """Parquet files by their numbers; the one that is ``changed`` has other rows."""
    return {
        f"data/train-{number:05d}.parquet": parquet_bytes(
            pa.Table.from_pylist(number_rows(rows, start=number * rows, seed=2 if number == changed else 1)),
            group_rows=100,
        )
        for number in numbers
    }


async def start_update(server: RunningServer, dataset_id: str) -> str:
    """The id of the dataset of the newest commit."""
    answer = await server.http.post(f"/api/datasets/{dataset_id}/update")
    assert 202 == answer.status_code, answer.text
    return str(answer.json()["id"])


@BOTH_ENGINES
async def test_unchanged_files_are_shared(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """One of four files changes, one goes, one comes: two are links, two come, as in a fresh download."""
    repository = hub.add("lab/news", make_files(0, 1, 2, 3), lfs=True)
    old = await server.until((await server.download("lab/news"))["id"], "ready")
    same = await server.get(f"/api/datasets/{old['id']}/update")
    assert (old["revision"], False, [], 4, 0) == (
        *(same["commit"], same["is_newer"], same["files"]),
        *(same["unchanged_files"], same["fetch_bytes"]),
    )
    again = await server.http.post(f"/api/datasets/{old['id']}/update")
    assert (409, old["id"]) == (again.status_code, again.json()["dataset_id"])
    newer = make_files(0, 1, 3, 4, changed=1)
    commit = repository.commit(newer, lfs=True)
    found = await server.get(f"/api/datasets/{old['id']}/update")
    assert (commit, True, 3, 2) == (
        *(found["commit"], found["is_newer"]),
        *(found["changed_files"], found["unchanged_files"]),
    )
    assert [
        ("data/train-00001.parquet", "changed", 400),
        ("data/train-00004.parquet", "added", None),
        ("data/train-00002.parquet", "removed", 400),
    ] == [(file["path"], file["change"], file["rows"]) for file in found["files"]]
    fetched = len(newer["data/train-00001.parquet"]) + len(newer["data/train-00004.parquet"])
    assert fetched == found["fetch_bytes"]
    sent = hub.bytes_sent(origin="files")
    new = await server.until(await start_update(server, old["id"]), "ready")
    assert hub.bytes_sent(origin="files") - sent == fetched
    assert (commit, 1_600) == (new["revision"], new["num_samples"])
    folders = [settings.datasets_dir / dataset["id"] for dataset in (old, new)]
    inodes = [{path.stat().st_ino for path in (folder / "raw").iterdir()} for folder in folders]
    assert 2 == len(inodes[0] & inodes[1])
    assert 204 == (await server.http.delete(f"/api/datasets/{old['id']}")).status_code
    assert [] == verify(folders[1])
    checksums = [sha256_file(path) for path in sorted((folders[1] / "raw").iterdir())]
    manifest = read_manifest(folders[1])
    await server.http.delete(f"/api/datasets/{new['id']}")
    fresh = await server.until((await server.download("lab/news"))["id"], "ready")
    folder = settings.datasets_dir / fresh["id"]
    assert checksums == [sha256_file(path) for path in sorted((folder / "raw").iterdir())]
    assert (manifest.columns, manifest.sources) == (read_manifest(folder).columns, read_manifest(folder).sources)


async def test_lines_in_git(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Small files have only the checksum of git; new splits come, too, unless some were chosen."""
    lines = {
        f"{name}.jsonl": json_lines([{"text": f"{name} {row}"} for row in range(50)]) for name in ("train", "test")
    }
    repository = hub.add("lab/lines", lines, lfs=False)
    old = await server.until((await server.download("lab/lines"))["id"], "ready")
    some = await server.until((await server.download("lab/lines", splits=["test"]))["id"], "ready")
    repository.commit({**lines, "validation.jsonl": lines["test.jsonl"]}, lfs=False)
    sent = hub.bytes_sent(origin="files")
    found = await server.get(f"/api/datasets/{some['id']}/update")
    assert (True, [], 1) == (found["is_newer"], found["files"], found["unchanged_files"])
    new = await server.until(await start_update(server, old["id"]), "ready")
    assert {"train", "validation", "test"} == {split["name"] for split in new["splits"]}
    assert 150 == new["num_samples"]
    assert hub.bytes_sent(origin="files") - sent < 2 * len(lines["test.jsonl"])
    assert [] == verify(settings.datasets_dir / new["id"])


async def test_a_commit_that_is_gone(server: RunningServer, hub: Hub) -> None:
    """The owner squashed the history: the manifest knows the files."""
    repository = hub.add("lab/news", make_files(0, 1), lfs=True)
    old = await server.until((await server.download("lab/news"))["id"], "ready")
    repository.commit(make_files(0, 1, changed=1), lfs=True)
    repository.commits.pop(old["revision"], None)
    found = await server.get(f"/api/datasets/{old['id']}/update")
    assert ([("data/train-00001.parquet", "changed")], 1) == (
        [(file["path"], file["change"]) for file in found["files"]],
        found["unchanged_files"],
    )


async def test_parts_and_others(server: RunningServer, hub: Hub) -> None:
    """A part is taken anew of the newer commit; what is not from the Hub has none."""
    repository = hub.add("lab/news", make_files(0, 1), lfs=True)
    part = await server.until((await server.download("lab/news", amount={"kind": "rows", "rows": 450}))["id"], "ready")
    repository.commit(make_files(0, 1, changed=0), lfs=True)
    found = await server.get(f"/api/datasets/{part['id']}/update")
    assert (1, None) == (found["changed_files"], found["fetch_bytes"])
    new = await server.until(await start_update(server, part["id"]), "ready")
    assert (450, {"kind": "rows", "rows": 450}) == (new["num_samples"], new["amount"])
    sample = await server.until((await server.http.post("/api/datasets/sample")).json()["id"], "ready")
    refused = await server.http.get(f"/api/datasets/{sample['id']}/update")
    assert (422, True) == (refused.status_code, "is not from the Hub" in refused.json()["detail"])
    assert 404 == (await server.http.get("/api/datasets/ds_none/update")).status_code


@BOTH_ENGINES
async def test_a_killed_update_goes_on(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Killed while the changed file comes, it ends with the shared files; the old dataset stays whole."""
    repository = hub.add("lab/news", make_files(0, 1, 2, rows=1_500), lfs=True)
    old = await server.until((await server.download("lab/news"))["id"], "ready")
    repository.commit(make_files(0, 1, 2, rows=1_500, changed=1), lfs=True)
    hub.rate = 2e5
    dataset_id = await start_update(server, old["id"])
    for _kill in range(3):
        await server.kill_while_bytes_come(hub, dataset_id)
    hub.rate = None
    new = await server.until(dataset_id, "ready")
    folders = [settings.datasets_dir / each["id"] for each in (old, new)]
    assert [[], []] == [verify(folder) for folder in folders]
    inodes = [{path.stat().st_ino for path in (folder / "raw").iterdir()} for folder in folders]
    assert (4_500, 2) == (new["num_samples"], len(inodes[0] & inodes[1]))
