"""The Croissant document over the API."""

from fakes.cluster import BOTH_ENGINES
from fakes.hub import Hub
from fakes.parts import add_parquet
from fakes.running import RunningServer
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import read_manifest


@BOTH_ENGINES
async def test_a_dataset_of_the_hub(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """It names the repository at its commit, and every raw file with its checksum."""
    add_parquet(hub, files=2, rows=100)
    dataset = await server.download("lab/groups")
    early = await server.http.get(f"/api/datasets/{dataset['id']}/croissant")
    assert early.status_code in (200, 409)
    await server.until(dataset["id"], "ready")
    answer = await server.http.get(f"/api/datasets/{dataset['id']}/croissant")
    assert (200, "application/ld+json") == (answer.status_code, answer.headers["content-type"])
    document = answer.json()
    assert f"{hub.url}/datasets/lab/groups/tree/{dataset['revision']}" == document["isBasedOn"]
    manifest = read_manifest(settings.datasets_dir / dataset["id"])
    checksums = [file.sha256 for split in manifest.splits for file in split.files]
    assert checksums == [part["sha256"] for part in document["distribution"] if "sha256" in part]
    assert ["split", *(column.name for column in manifest.columns)] == [
        field["name"] for field in document["recordSet"][0]["field"]
    ]


async def test_an_unknown_dataset(server: RunningServer) -> None:
    """There is nothing to describe."""
    assert 404 == (await server.http.get("/api/datasets/ds_none/croissant")).status_code
