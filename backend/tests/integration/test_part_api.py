"""Parts over the API, on both engines: preflight, download, identity, kills, extension."""

import asyncio
from typing import Any

from fakes.cluster import BOTH_ENGINES
from fakes.hub import Hub
from fakes.parts import add_lines, add_parquet
from fakes.running import RunningServer
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import read_manifest, verify


async def get_rows(server: RunningServer, dataset_id: str, count: int) -> list[int]:
    """The numbers of the first rows of the dataset."""
    listed = await server.get(f"/api/datasets/{dataset_id}/samples", limit=min(100, count))
    return [row["columns"]["number"] for row in listed["data"]]


def rows_of(count: int, **fields: object) -> dict[str, Any]:
    """The fields of a request for ``count`` rows."""
    return {"amount": {"kind": "rows", "rows": count}, **fields}


@BOTH_ENGINES
async def test_the_first_rows(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """The preflight says what comes, and that comes; the record says what part it is."""
    add_parquet(hub)
    preflight = await server.get("/api/hub/datasets/lab/groups", rows=120)
    assert (120, 1, True) == (preflight["fetch_rows"], preflight["fetch_files"], preflight["fetch_is_exact"])
    dataset = await server.download("lab/groups", **rows_of(120))
    ready = await server.until(dataset["id"], "ready")
    assert (120, "groups, first 120 rows") == (ready["num_samples"], ready["name"])
    assert ({"kind": "rows", "rows": 120}, "first", 0) == (ready["amount"], ready["order"], ready["seed"])
    assert list(range(100)) == await get_rows(server, dataset["id"], 120)
    assert ["This is a part of lab/groups: first 120 rows."] == ready["notices"]
    manifest = read_manifest(settings.datasets_dir / dataset["id"])
    taken = manifest.sources[0].part
    assert taken is not None
    assert (preflight["fetch_bytes"], "decoded", 120) == (taken.bytes, taken.verified, taken.rows)
    assert [] == verify(settings.datasets_dir / dataset["id"])


@BOTH_ENGINES
async def test_parts_stand_side_by_side(server: RunningServer, hub: Hub) -> None:
    """Another amount, order, seed or set of columns is another dataset; the same again is refused with the id."""
    add_parquet(hub, files=2, rows=200)
    asked: list[dict[str, Any]] = [
        {},
        rows_of(60),
        rows_of(61),
        rows_of(60, order="random"),
        rows_of(60, order="random", seed=1),
        rows_of(60, columns=["text"]),
        {"columns": ["text"]},
        {"amount": {"kind": "bytes", "bytes": 20_000}},
    ]
    found = {(await server.download("lab/groups", **fields))["id"]: fields for fields in asked}
    assert len(asked) == len(found)
    names = {(await server.until(dataset_id, "ready"))["name"] for dataset_id in found}
    assert len(asked) == len(names)
    for dataset_id, fields in found.items():
        again = await server.http.post("/api/datasets/download", json={"repo_id": "lab/groups", **fields})
        assert (409, dataset_id) == (again.status_code, again.json()["dataset_id"])
    same = await server.http.post("/api/datasets/download", json={"repo_id": "lab/groups", **rows_of(60, seed=9)})
    assert 409 == same.status_code, "a seed without random decides nothing"


async def test_bad_parts_are_refused(server: RunningServer, hub: Hub) -> None:
    """No rows, unknown columns, and a text column that is left out."""
    add_parquet(hub, files=1, rows=100)
    asked: list[dict[str, Any]] = [rows_of(0), {"amount": {"kind": "most"}}, {"seed": -1}, {"order": "last"}]
    for fields in [*asked, {"columns": []}]:
        answer = await server.http.post("/api/datasets/download", json={"repo_id": "lab/groups", **fields})
        assert 422 == answer.status_code, fields
    answer = await server.http.post(
        "/api/datasets/download", json={"repo_id": "lab/groups", "text_column": "text", "columns": ["number"]}
    )
    assert (422, "unknown_column") == (answer.status_code, answer.json()["code"])
    both = await server.http.get("/api/hub/datasets/lab/groups", params={"rows": 1, "max_bytes": 1})
    assert 422 == both.status_code
    dataset = await server.download("lab/groups", columns=["prose"])
    async with asyncio.timeout(30):
        while (found := await server.get(f"/api/datasets/{dataset['id']}"))["status"] != "error":
            await asyncio.sleep(0.02)
    assert "unknown_column" == found["error_code"]


@BOTH_ENGINES
async def test_killed_again_and_again_it_ends_the_same(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Killed six times while bytes come, a random part has the bytes of one that was not killed."""
    add_parquet(hub, rows=2_000)
    whole = await server.download("lab/groups", **rows_of(3_000, order="random", seed=5))
    await server.until(whole["id"], "ready")
    before = hub.bytes_sent(origin="files")
    expected = read_manifest(settings.datasets_dir / whole["id"])
    hub.rate = 1e5
    killed = await server.download("lab/groups", **rows_of(3_001, order="random", seed=5))
    for kill in range(6):
        await server.kill_while_bytes_come(hub, killed["id"])
        if kill == 4:
            hub.rate = 1e6
    hub.rate = None
    ready = await server.until(killed["id"], "ready")
    assert 3_001 == ready["num_samples"]
    manifest = read_manifest(settings.datasets_dir / killed["id"])
    same = {file.sha256 for split in expected.splits for file in split.files}
    found = {file.sha256 for split in manifest.splits for file in split.files}
    assert len(same - found) <= 1, "one more row changes one file"
    chosen = sum(source.part.bytes for source in manifest.sources if source.part)
    assert hub.bytes_sent(origin="files") - before < 2 * chosen


@BOTH_ENGINES
async def test_lines_stop_at_the_row(server: RunningServer, hub: Hub) -> None:
    """Of compressed lines, hardly more than the rows comes."""
    add_lines(hub, ".jsonl.gz")
    preflight = await server.get("/api/hub/datasets/lab/lines", rows=1_000)
    assert (1_000, False) == (preflight["fetch_rows"], preflight["fetch_is_exact"])
    sent = hub.bytes_sent(origin="files")
    dataset = await server.download("lab/lines", **rows_of(1_000))
    ready = await server.until(dataset["id"], "ready")
    assert 1_000 == ready["num_samples"]
    assert hub.bytes_sent(origin="files") - sent < 1.2 * preflight["fetch_bytes"] + (64 << 10)


@BOTH_ENGINES
async def test_an_extension_shares_what_is_here(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """The larger part is a new dataset with hard links, which the old one's deletion leaves whole."""
    add_parquet(hub)
    for fields in (rows_of(770), rows_of(770, order="random", seed=3)):
        base = await server.until((await server.download("lab/groups", **fields))["id"], "ready")
        sent = hub.bytes_sent(origin="files")
        answer = await server.http.post(f"/api/datasets/{base['id']}/extend", json=rows_of(1_000))
        assert 202 == answer.status_code, answer.text
        larger = await server.until(answer.json()["id"], "ready")
        assert (1_000, {"kind": "rows", "rows": 1_000}) == (larger["num_samples"], larger["amount"])
        folder = settings.datasets_dir / larger["id"]
        manifest = read_manifest(folder)
        base_files = {path.stat().st_ino for path in (settings.datasets_dir / base["id"] / "raw").iterdir()}
        shared = {path.stat().st_ino for path in (folder / "raw").iterdir()} & base_files
        assert base_files == shared
        fresh = [source.part for source in manifest.sources if source.part and source.part.taken.number]
        fresh += [source.part for source in manifest.sources if source.part and not source.part.taken.number]
        new_bytes = sum(part.bytes for part in fresh) - sum(
            source.part.bytes for source in read_manifest(settings.datasets_dir / base["id"]).sources if source.part
        )
        assert hub.bytes_sent(origin="files") - sent < 1.1 * new_bytes + 60_000, "footers and what is missing"
        await server.http.delete(f"/api/datasets/{base['id']}")
        assert [] == verify(folder)
        listed = [
            await server.get(f"/api/datasets/{larger['id']}/samples", limit=100, page=page) for page in range(1, 11)
        ]
        numbers = [row["columns"]["number"] for page in listed for row in page["data"]]
        assert (1_000, 1_000) == (len(numbers), len(set(numbers)))
        if "order" not in fields:
            assert list(range(1_000)) == numbers
        smaller = await server.http.post(f"/api/datasets/{larger['id']}/extend", json=rows_of(999))
        assert 422 == smaller.status_code
        same = await server.http.post(f"/api/datasets/{larger['id']}/extend", json={"amount": {"kind": "all"}})
        everything = await server.until(same.json()["id"], "ready")
        assert (2_000, {"kind": "all"}) == (everything["num_samples"], everything["amount"])
        await server.http.delete(f"/api/datasets/{everything['id']}")


@BOTH_ENGINES
async def test_an_extension_of_lines_goes_on(server: RunningServer, hub: Hub) -> None:
    """Plain lines go on behind the last row; compressed ones come again."""
    for suffix in (".jsonl", ".jsonl.gz"):
        rows = add_lines(hub, suffix, f"lab/lines{suffix.replace('.', '-')}")
        repo_id = f"lab/lines{suffix.replace('.', '-')}"
        base = await server.until((await server.download(repo_id, **rows_of(4_000)))["id"], "ready")
        sent = hub.bytes_sent(origin="files")
        answer = await server.http.post(f"/api/datasets/{base['id']}/extend", json=rows_of(4_500))
        larger = await server.until(answer.json()["id"], "ready")
        assert 4_500 == larger["num_samples"]
        listed = await server.get(f"/api/datasets/{larger['id']}/samples", limit=100, page=45)
        assert [row["number"] for row in rows[4_400:4_500]] == [row["columns"]["number"] for row in listed["data"]]
        if suffix == ".jsonl":
            assert hub.bytes_sent(origin="files") - sent < 600_000


@BOTH_ENGINES
async def test_a_killed_extension_goes_on(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Killed while its bytes come, a larger part has the rows of one that was not; what is here never comes again."""
    add_parquet(hub, rows=2_000)
    base = await server.until((await server.download("lab/groups", **rows_of(2_000)))["id"], "ready")
    own = {path.stat().st_ino for path in (settings.datasets_dir / base["id"] / "raw").iterdir()}
    before = hub.bytes_sent(origin="files")
    hub.rate = 1e5
    answer = await server.http.post(f"/api/datasets/{base['id']}/extend", json=rows_of(4_000))
    larger = answer.json()
    for _kill in range(3):
        await server.kill_while_bytes_come(hub, larger["id"])
    hub.rate = None
    ready = await server.until(larger["id"], "ready")
    assert (4_000, "ready") == (ready["num_samples"], (await server.get(f"/api/datasets/{base['id']}"))["status"])
    folder = settings.datasets_dir / larger["id"]
    assert own <= {path.stat().st_ino for path in (folder / "raw").iterdir()}
    assert ([], []) == (verify(folder), verify(settings.datasets_dir / base["id"]))
    kept = sum(source.part.bytes for source in read_manifest(settings.datasets_dir / base["id"]).sources if source.part)
    chosen = sum(source.part.bytes for source in read_manifest(folder).sources if source.part)
    # What is on its way at a kill comes again.
    assert hub.bytes_sent(origin="files") - before < 1.5 * (chosen - kept) + 60_000
