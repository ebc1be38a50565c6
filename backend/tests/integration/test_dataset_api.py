"""The routes of datasets over HTTP: their responses, and every refusal with its status and code."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fakes.cluster import BOTH_ENGINES
from fakes.hub import Fault, Hub
from fakes.repositories import CARD, add_large, add_stories, parquet_bytes, story_rows
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.core.errors import error_classes

pytestmark = BOTH_ENGINES
SCALED_OUT_PARTS = ("database", "broker", "redis", "workers", "engine", "disk")


def open_links() -> list[str]:
    """What this process has open."""
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(entry.readlink()))
    return links


def folders(settings: Settings) -> list[str]:
    """The contents of the folders of datasets."""
    roots = (settings.datasets_dir, settings.staging_dir, settings.trash_dir)
    return [path.name for root in roots for path in root.iterdir()]


async def refused(server: RunningServer, answer: httpx2.Response, status: int, code: str) -> Any:  # JSON of any kind
    """The problem details of a refusal."""
    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"]), answer.text
    problem = answer.json()
    assert code == problem["code"], problem
    shape = {"type", "title", "status", "detail", "instance", "code", "retryable", "errors"}
    assert shape <= problem.keys()
    assert problem["detail"].endswith((".", "?")), problem["detail"]
    return problem


async def refused_download(
    server: RunningServer, settings: Settings, status: int, code: str, **fields: object
) -> Any:  # JSON of any kind
    """The problem details of a refused download, which leaves no record and no folder."""
    answer = await server.http.post("/api/datasets/download", json=fields)
    problem = await refused(server, answer, status, code)
    concerned = {error.concerns for error in error_classes() if error.code == code and error.concerns}
    if code != "validation_error":
        assert [*concerned] == [error["field"] for error in problem["errors"]]
    assert 0 == (await server.get("/api/datasets"))["pagination"]["total"]
    assert [] == await server.get("/api/jobs")
    assert [] == folders(settings)
    return problem


async def test_a_download_becomes_a_ready_dataset(server: RunningServer, hub: Hub) -> None:
    """The response has everything that the dataset's window shows."""
    stories = add_stories(hub)
    created = await server.download("lab/stories")
    assert ("downloading", "stories", "huggingface") == (created["status"], created["name"], created["source"])
    ready = await server.until(created["id"], "ready", "error")
    assert ("ready", 100.0, None) == (ready["status"], ready["progress"], ready["error_code"])
    assert sum(map(len, stories.rows.values())) == ready["num_samples"]
    assert [("train", 240), ("validation", 30)] == [(s["name"], s["num_rows"]) for s in ready["splits"]]
    assert ("text", "mit") == (ready["text_column"], ready["metadata"]["license"])
    assert (
        sum(len(str(row["text"])) for rows in stories.rows.values() for row in rows) == ready["metadata"]["characters"]
    )
    assert {"text": "text", "number": "other"} == {c["name"]: c["kind"] for c in ready["columns"]}
    assert Path(ready["raw_path"]).is_dir()
    assert ready["size_bytes"] == sum(path.stat().st_size for path in Path(ready["raw_path"]).iterdir())
    assert ready["job"] is None
    assert ready["usage"][0]["code"].startswith("from datasets import load_dataset")


async def test_every_row_can_be_browsed(server: RunningServer, hub: Hub) -> None:
    """Page after page, over all splits and within one, gives every row in order, once."""
    stories = add_stories(hub)
    dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    path = f"/api/datasets/{dataset['id']}/samples"
    everything = [row for rows in stories.rows.values() for row in rows]
    got: list[Any] = []  # samples as JSON
    page = 1
    while (answer := await server.get(path, page=page, limit=37))["data"]:
        got += answer["data"]
        page += 1
    assert [row["text"] for row in everything] == [sample["text"] for sample in got]
    assert [row["number"] for row in everything] == [sample["columns"]["number"] for sample in got]
    assert list(range(len(everything))) == [sample["id"] for sample in got]
    validation = await server.get(path, split="validation", limit=100)
    assert [(n, row["text"]) for n, row in enumerate(stories.rows["validation"])] == [
        (sample["row"], sample["text"]) for sample in validation["data"]
    ]
    assert {"page": 1, "limit": 100, "total": 30, "has_next": False, "has_prev": False} == validation["pagination"]
    one = await server.get(f"{path}/train/7")
    assert (stories.rows["train"][7]["text"], 7, "train") == (one["text"], one["row"], one["split"])


async def test_samples_that_are_not_there_are_refused(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Unknown dataset, split and row, a page of zero, and a dataset that is not ready."""
    add_stories(hub)
    dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    path = f"/api/datasets/{dataset['id']}/samples"
    http = server.http
    problem = await refused(server, await http.get(path, params={"split": "nope"}), 422, "unknown_split")
    assert (["train", "validation"], "split") == (problem["choices"], problem["errors"][0]["field"])
    await refused(server, await http.get("/api/datasets/ds_none/samples"), 404, "not_found")
    await refused(server, await http.get(f"{path}/train/999999"), 404, "not_found")
    problem = await refused(server, await http.get(f"{path}/nope/0"), 404, "not_found")
    assert (["train", "validation"], True) == (problem["choices"], "“nope”" in problem["detail"])
    await refused(server, await http.get(path, params={"page": 0}), 422, "validation_error")
    await refused(server, await http.get(path, params={"limit": 101}), 422, "validation_error")
    assert [] == (await server.get(path, page=1000))["data"]
    hub.faults.add(Fault(origin="files", stall_after=10))
    add_large(hub)
    waiting = await server.download("lab/large")
    await refused(server, await http.get(f"/api/datasets/{waiting['id']}/samples"), 409, "not_ready")


@pytest.mark.parametrize(
    "repo_id", ["", "stories", "a/b/c", "lab/-x", "lab/x..y", "lab/x.git", "lab/" + "x" * 97, "lab/ä"]
)
async def test_an_impossible_repository_id_is_refused(server: RunningServer, settings: Settings, repo_id: str) -> None:
    """With 422 and the field, before the Hub is asked."""
    problem = await refused_download(server, settings, 422, "validation_error", repo_id=repo_id)
    assert ["repo_id"] == [error["field"] for error in problem["errors"]]


async def test_a_pasted_address_is_understood(server: RunningServer, hub: Hub) -> None:
    """The address of a dataset's page works as well as its id."""
    add_stories(hub)
    dataset = await server.download("https://huggingface.co/datasets/lab/stories/tree/main ")
    assert "lab/stories" == dataset["hf_repo_id"]


async def test_refusals_of_the_hub(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Each reason has its own status and code."""
    hub.add_token("hf_stranger")
    add_stories(hub, "lab/gated", gated=True)
    add_stories(hub, "lab/secret", private=True)
    add_stories(hub, "lab/disabled", disabled=True)
    hub.add("lab/empty", {"README.md": CARD})
    hub.add("lab/script", {"README.md": CARD, "script.py": "import datasets"})
    await refused_download(server, settings, 404, "not_found", repo_id="lab/nothing")
    await refused_download(server, settings, 401, "auth_required", repo_id="lab/gated")
    await refused_download(server, settings, 403, "gated", repo_id="lab/gated", access_token="hf_stranger")
    await refused_download(server, settings, 403, "bad_token", repo_id="lab/gated", access_token="hf_wrong")
    await refused_download(server, settings, 404, "not_found", repo_id="lab/secret")
    await refused_download(server, settings, 403, "repository_disabled", repo_id="lab/disabled")
    await refused_download(server, settings, 422, "no_data", repo_id="lab/empty")
    await refused_download(server, settings, 422, "loading_script", repo_id="lab/script")


async def test_refused_choices_list_what_there_is(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Unknown config, split and revision, and a config that must be chosen."""
    add_stories(hub)
    card = (
        "---\nconfigs:\n- config_name: en\n  data_files: en.parquet\n- config_name: de\n  data_files: de.parquet\n---\n"
    )
    part = parquet_bytes(story_rows("x", 5))
    hub.add("lab/two", {"README.md": card, "en.parquet": part, "de.parquet": part})
    problem = await refused_download(server, settings, 422, "config_required", repo_id="lab/two")
    assert ["de", "en"] == sorted(problem["choices"])
    problem = await refused_download(server, settings, 422, "unknown_config", repo_id="lab/two", config="fr")
    assert ["de", "en"] == sorted(problem["choices"])
    problem = await refused_download(server, settings, 422, "unknown_split", repo_id="lab/stories", splits=["nope"])
    assert ["train", "validation"] == sorted(problem["choices"])
    await refused_download(server, settings, 422, "unknown_revision", repo_id="lab/stories", revision="nope")
    await refused_download(server, settings, 422, "validation_error", repo_id="lab/stories", revision="..")


async def test_a_hub_that_does_not_answer(settings: Settings, hub: Hub) -> None:
    """503, which can be retried; an error that passes within a moment is not noticed."""
    async with running_server(settings.model_copy(update={"hf_endpoint": "http://127.0.0.1:9"})) as server:
        problem = await refused_download(server, settings, 503, "hub_unreachable", repo_id="lab/stories")
        assert problem["retryable"] is True
    add_stories(hub)
    hub.faults.add(Fault(path="/api/datasets/*", status=503, times=2))
    async with running_server(settings) as server:
        assert "downloading" == (await server.download("lab/stories"))["status"]


async def test_a_full_disk_is_caught_before_the_first_byte(settings: Settings, hub: Hub) -> None:
    """507 with the figures."""
    add_stories(hub)
    async with running_server(settings.model_copy(update={"disk_reserve_bytes": 2**60})) as server:
        problem = await refused_download(server, settings, 507, "disk_full", repo_id="lab/stories")
        assert problem["needed_bytes"] > 0
        assert problem["free_bytes"] > 0
    assert not [record for record in hub.requests if record.origin == "files"]


async def test_an_unknown_text_column_ends_in_an_error_with_the_choices(server: RunningServer, hub: Hub) -> None:
    """If the card declares no columns, the data decides."""
    add_stories(hub)
    dataset = await server.until((await server.download("lab/stories", text_column="nope"))["id"], "error")
    assert "unknown_column" == dataset["error_code"]
    assert "text" in dataset["error_message"]


async def test_asking_twice(server: RunningServer, hub: Hub) -> None:
    """The same request is refused with the id, also at the same moment; another split is another dataset."""
    add_stories(hub)
    answers = await asyncio.gather(
        *(server.http.post("/api/datasets/download", json={"repo_id": "lab/stories"}) for _number in range(5))
    )
    assert [202, 409, 409, 409, 409] == sorted(answer.status_code for answer in answers)
    created = next(answer.json() for answer in answers if answer.status_code == 202)
    assert {created["id"]} == {answer.json()["dataset_id"] for answer in answers if answer.status_code == 409}
    await server.until(created["id"], "ready")
    again = await server.http.post("/api/datasets/download", json={"repo_id": "lab/stories"})
    problem = await refused(server, again, 409, "exists")
    assert created["id"] == problem["dataset_id"]
    other = await server.download("lab/stories", splits=["validation"])
    assert created["id"] != other["id"]
    ready = await server.until(other["id"], "ready")
    assert [("validation", 30)] == [(split["name"], split["num_rows"]) for split in ready["splits"]]


async def test_a_request_for_a_dataset_in_error_is_a_retry(server: RunningServer, hub: Hub) -> None:
    """Under the same id."""
    add_stories(hub)
    hub.faults.add(Fault(path="*/resolve/*train*", status=404, error_code="EntryNotFound", times=1))
    failed = await server.until((await server.download("lab/stories"))["id"], "error")
    again = await server.download("lab/stories")
    assert failed["id"] == again["id"]
    assert "ready" == (await server.until(failed["id"], "ready", "error"))["status"]


async def test_preflight(server: RunningServer, hub: Hub) -> None:
    """Size, files, splits, access and whether it is here already, before anything is fetched."""
    add_stories(hub)
    add_stories(hub, "lab/gated", gated=True)
    hub.add_token("hf_friend", "lab/gated")
    found = await server.get("/api/hub/datasets/lab/stories")
    assert (3, "parquet", "granted", False) == (
        found["num_files"],
        found["format"],
        found["access"],
        found["gated"],
    )
    assert [("train", 2), ("validation", 1)] == [(split["name"], split["num_files"]) for split in found["splits"]]
    assert found["fits"]
    assert found["size_bytes"] < found["needed_bytes"] < 3 * found["size_bytes"]
    assert found["existing_dataset_id"] is None
    assert found["description"].startswith("# Stories")
    gated = await server.get("/api/hub/datasets/lab/gated")
    assert (True, "login_required") == (gated["gated"], gated["access"])
    with_token = await server.http.get("/api/hub/datasets/lab/gated", headers={"X-HF-Token": "hf_friend"})
    assert "granted" == with_token.json()["access"]
    await refused(server, await server.http.get("/api/hub/datasets/nope"), 422, "validation_error")
    await refused(server, await server.http.get("/api/hub/datasets/lab/nope"), 404, "not_found")
    dataset = await server.download("lab/stories")
    assert dataset["id"] == (await server.get("/api/hub/datasets/lab/stories"))["existing_dataset_id"]


async def test_list_filters_sorts_and_pages(server: RunningServer, hub: Hub) -> None:
    """By status, source and text; newest first; pages say what is before and after."""
    for name in ("a", "b", "c"):
        add_stories(hub, f"lab/{name}_stories")
        await server.until((await server.download(f"lab/{name}_stories"))["id"], "ready")
    listed = await server.get("/api/datasets")
    assert ["c_stories", "b_stories", "a_stories"] == [dataset["name"] for dataset in listed["data"]]
    by_name = await server.get("/api/datasets", sort="name", limit=2)
    assert ["a_stories", "b_stories"] == [dataset["name"] for dataset in by_name["data"]]
    assert (3, True, False) == tuple(by_name["pagination"][key] for key in ("total", "has_next", "has_prev"))
    assert ["b_stories"] == [d["name"] for d in (await server.get("/api/datasets", search="LAB/B"))["data"]]
    assert [] == (await server.get("/api/datasets", search="%"))["data"]
    assert 0 == (await server.get("/api/datasets", status="error"))["pagination"]["total"]
    assert 0 == (await server.get("/api/datasets", source="local"))["pagination"]["total"]
    await refused(server, await server.http.get("/api/datasets?status=nope"), 422, "validation_error")


async def test_a_dry_run_lists_what_a_deletion_removes(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """The dry run's bytes are the disk's; afterwards nothing is left, and the repository can be fetched again."""
    add_stories(hub)
    dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    path = f"/api/datasets/{dataset['id']}"
    preview = (await server.http.delete(f"{path}?dry_run=true")).json()
    on_disk = sum(p.stat().st_size for p in (settings.datasets_dir / dataset["id"]).rglob("*") if p.is_file())
    assert (True, on_disk) == (preview["allowed"], preview["freed_bytes"])
    assert (await server.get(f"{path}/samples"))["data"]
    assert 204 == (await server.http.delete(path)).status_code
    await server.parts.storage.close()
    assert [] == [link for link in open_links() if "(deleted)" in link and dataset["id"] in link]
    assert [] == folders(settings)
    await refused(server, await server.http.get(path), 404, "not_found")
    await refused(server, await server.http.delete(path), 404, "not_found")
    assert "ready" == (await server.until((await server.download("lab/stories"))["id"], "ready"))["status"]


async def test_a_dataset_in_use_is_not_deleted(server: RunningServer, hub: Hub) -> None:
    """The refusal lists the references; without them the deletion succeeds."""
    add_stories(hub)
    dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    path = f"/api/datasets/{dataset['id']}"
    body = {"kind": "training", "ref_id": "run-1", "name": "SAE on layer 6"}
    reference = (await server.http.post(f"{path}/references", json=body)).json()
    await refused(server, await server.http.post(f"{path}/references", json=body), 409, "exists")
    assert [reference] == await server.get(f"{path}/references")
    problem = await refused(server, await server.http.delete(path), 409, "in_use")
    assert ["run-1"] == [item["ref_id"] for item in problem["references"]]
    assert (await server.http.delete(f"{path}?dry_run=true")).json()["allowed"] is False
    assert 200 == (await server.http.get(path)).status_code
    await refused(server, await server.http.delete(f"{path}/references/ref_none"), 404, "not_found")
    assert 204 == (await server.http.delete(f"{path}/references/{reference['id']}")).status_code
    assert 204 == (await server.http.delete(path)).status_code


async def test_steps_that_the_state_does_not_allow_are_refused(server: RunningServer, hub: Hub) -> None:
    """Retry and cancel of a ready dataset change nothing."""
    add_stories(hub)
    dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    for action in ("retry", "cancel"):
        answer = await server.http.post(f"/api/datasets/{dataset['id']}/{action}")
        await refused(server, answer, 409, "invalid_transition")
        await refused(server, await server.http.post(f"/api/datasets/ds_none/{action}"), 404, "not_found")
    assert "ready" == (await server.get(f"/api/datasets/{dataset['id']}"))["status"]


async def test_system_routes(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Health, readiness and storage report the real state."""
    assert "ok" == (await server.get("/api/health"))["status"]
    ready = await server.get("/api/health/ready")
    parts = {"database", "engine", "disk"} if settings.is_embedded else {*SCALED_OUT_PARTS}
    assert dict.fromkeys(parts, True) == {name: check["ok"] for name, check in ready["checks"].items()}
    add_stories(hub)
    dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    storage = await server.get("/api/system/storage")
    assert [(dataset["id"], dataset["size_bytes"])] == [
        (item["dataset_id"], next(part["size_bytes"] for part in item["parts"] if part["part"] == "raw"))
        for item in storage["datasets"]
    ]
    assert str(settings.data_dir) == storage["path"]
    job = (await server.get("/api/jobs", dataset_id=dataset["id"]))[0]
    assert ("succeeded", job) == (job["state"], await server.get(f"/api/jobs/{job['id']}"))
    await refused(server, await server.http.get("/api/jobs/job_none"), 404, "not_found")
    for path in ("/api/nothing", "/api"):
        await refused(server, await server.http.get(path, follow_redirects=True), 404, "not_found")
    await refused(server, await server.http.put("/api/datasets"), 405, "method_not_allowed")


async def test_access_rules_hold_for_every_route(server: RunningServer) -> None:
    """Another host name and another origin are refused before anything is done."""
    answer = await server.http.get("/api/datasets", headers={"Host": "evil.test"})
    await refused(server, answer, 403, "host_not_allowed")
    answer = await server.http.post("/api/datasets/download", json={}, headers={"Origin": "http://evil.test"})
    await refused(server, answer, 403, "origin_not_allowed")


@pytest.mark.parametrize("token", ["hf_abc…", "hf a b", "hf_\n_x", "x" * 600])
async def test_an_impossible_token_is_refused(server: RunningServer, settings: Settings, token: str) -> None:
    """Before the Hub is asked, with the field's name."""
    problem = await refused_download(server, settings, 422, "validation_error", repo_id="lab/x", access_token=token)
    assert ["access_token"] == [error["field"] for error in problem["errors"]]
    assert token not in str(problem)


async def test_blanks_around_a_token_are_ignored(server: RunningServer, hub: Hub) -> None:
    """A pasted token works with the line end that came with it; nothing but blanks is no token."""
    add_stories(hub, "lab/gated", gated=True)
    hub.add_token("hf_friend", "lab/gated")
    assert "downloading" == (await server.download("lab/gated", access_token=" hf_friend\n"))["status"]
    answer = await server.http.post("/api/datasets/download", json={"repo_id": "lab/gated", "access_token": "  "})
    assert 401 == answer.status_code


async def test_a_server_token_is_needed_everywhere(settings: Settings) -> None:
    """Without it only the bare health check answers; with it everything does."""
    guarded = settings.model_copy(
        update={
            "host": "0.0.0.0",
            "api_token": settings.__class__(
                data_dir=settings.data_dir, host="0.0.0.0", api_token="a long secret"
            ).api_token,
        }
    )
    async with running_server(guarded) as server:
        for path in ("/api/datasets", "/api/system/storage", "/api/openapi.json", "/api/jobs"):
            await refused(server, await server.http.get(path), 401, "unauthorized")
        assert 200 == (await server.http.get("/api/health")).status_code
        server.http.headers["Authorization"] = "Bearer a long secret"
        assert 0 == (await server.get("/api/datasets"))["pagination"]["total"]
