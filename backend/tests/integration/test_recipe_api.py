"""Recipes over the API, on both engines: built, found again, resumed, described; equal bytes everywhere."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from fakes.cluster import BOTH_ENGINES
from fakes.corpora import json_lines
from fakes.hub import Hub
from fakes.parts import add_parquet
from fakes.running import RunningServer, running_server
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.corpus.recipes.document import parse_document
from mistudio.utils.file_utils import sha256_file

NOTES = json_lines([{"content": f"note {number}"} for number in range(40)])
RECIPE = """
name: everything
datasets:
  web:
    download:
      repo: lab/groups
      commit: {commit}
      amount: {{kind: rows, rows: 300}}
      order: random
      seed: 7
  notes:
    import:
      files:
      - path: notes.jsonl
        sha256: {sha256}
  blend:
    mix:
      by: tokens
      tokenizer: ./tokenizers/sample-bpe
      total: 1_000
      seed: 3
      parts:
      - {{dataset: web, share: 0.75}}
      - {{dataset: notes, share: 0.25, max_repeats: 9}}
tokenizations:
  blend_32:
    dataset: blend
    tokenizer: ./tokenizers/sample-bpe
    max_length: 32
    packing: concat
"""


async def prepare(server: RunningServer, hub: Hub) -> str:
    """The recipe; its repository is on the Hub, its tokenizer is here."""
    add_parquet(hub, files=2, rows=300)
    commit = (await server.get("/api/hub/datasets/lab/groups"))["revision"]
    await server.until((await server.http.post("/api/datasets/sample")).json()["id"], "ready")
    return RECIPE.format(commit=commit, sha256=hashlib.sha256(NOTES).hexdigest())


async def build(server: RunningServer, text: str, status: int = 202) -> Any:
    """The answer to the recipe."""
    answer = await server.http.post("/api/recipes", content=text)
    assert status == answer.status_code, answer.text
    return answer.json()


async def until_ended(server: RunningServer, recipe_id: str) -> Any:
    """The recipe once it has ended."""
    async with asyncio.timeout(TIMEOUT):
        while (found := await server.get(f"/api/recipes/{recipe_id}"))["state"] == "running":
            await asyncio.sleep(0.05)
    return found


async def import_notes(server: RunningServer) -> str:
    """The id of the imported file."""
    answer = await server.http.post("/api/datasets/upload", files=[("files", ("notes.jsonl", NOTES))])
    return str((await server.until(answer.json()["id"], "ready"))["id"])


def list_checksums(settings: Settings, made: Any) -> list[str]:
    """Of all raw and tokenized files of the recipe's blend and its tokenization."""
    folder = settings.datasets_dir / made["datasets"]["blend"]
    tokenized = folder / "tokenized" / made["tokenizations"]["blend_32"]
    paths = [*sorted((folder / "raw").iterdir()), *sorted(tokenized.rglob("*.arrow"))]
    assert len(paths) >= 2
    return [sha256_file(path) for path in paths]


@BOTH_ENGINES
async def test_a_recipe_of_everything(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """A file that is missing fails its step; once it is here, the same recipe goes on. Then it is there."""
    text = await prepare(server, hub)
    first = await build(server, text)
    assert ["download", "import", "mix", "tokenize"] == [step["kind"] for step in first["steps"]]
    failed = await until_ended(server, first["id"])
    assert ("failed", "data_missing") == (failed["state"], failed["error_code"])
    assert {"web": "ready", "notes": "failed", "blend": "waiting", "blend_32": "waiting"} == {
        step["name"]: step["state"] for step in failed["steps"]
    }
    await import_notes(server)
    assert first["id"] == (await build(server, text))["id"]
    made = await until_ended(server, first["id"])
    assert ("succeeded", None) == (made["state"], made["error_message"])
    assert {"ready"} == {step["state"] for step in made["steps"]}
    blend = await server.get(f"/api/datasets/{made['datasets']['blend']}")
    assert ["web", "notes"] == [part["label"] for part in blend["metadata"]["mixture"]["parts"]]
    again = await build(server, text, 409)
    assert ("exists", first["id"]) == (again["code"], again["recipe_id"])
    assert 204 == (await server.http.delete(f"/api/datasets/{blend['id']}")).status_code
    await build(server, text)
    remade = await until_ended(server, first["id"])
    assert ("succeeded", True) == (remade["state"], remade["datasets"]["blend"] != blend["id"])


async def test_equal_bytes_in_two_data_folders(
    server: RunningServer, hub: Hub, settings: Settings, tmp_path: Path
) -> None:
    """Where other datasets were before, where the text of one was changed, and by the recipe that the result gives."""
    text = await prepare(server, hub)
    notes = await import_notes(server)
    changes = {"name": "renamed", "text_template": "{content}!"}
    assert 200 == (await server.http.patch(f"/api/datasets/{notes}", json=changes)).status_code
    made = await until_ended(server, (await build(server, text))["id"])
    assert "succeeded" == made["state"], made
    written = (await server.http.get(f"/api/tokenizations/{made['tokenizations']['blend_32']}/recipe")).text
    other = settings.model_copy(update={"data_dir": tmp_path / "other"})
    async with running_server(other) as second:
        await second.until((await second.http.post("/api/datasets/sample")).json()["id"], "ready")
        await import_notes(second)
        remade = await until_ended(second, (await build(second, text))["id"])
        assert list_checksums(settings, made) == list_checksums(other, remade)
        described = await until_ended(second, (await build(second, written))["id"])
        assert "succeeded" == described["state"], (written, described)
        [tokenization] = described["tokenizations"].values()
        assert remade["tokenizations"]["blend_32"] == tokenization


async def test_the_recipe_of_what_is_here(server: RunningServer, hub: Hub) -> None:
    """Of a part, of an import, of a mixture whose parts are deleted."""
    text = await prepare(server, hub)
    notes = await import_notes(server)
    made = await until_ended(server, (await build(server, text))["id"])
    one = parse_document((await server.http.get(f"/api/datasets/{notes}/recipe")).content).value
    assert {
        "import": {
            "files": [{"path": "notes.jsonl", "sha256": hashlib.sha256(NOTES).hexdigest()}],
            "text_column": "content",
        }
    } == one["datasets"]["notes"]  # type: ignore[index, call-overload]
    for name in ("web", "notes"):
        await server.http.delete(f"/api/datasets/{made['datasets'][name]}")
    answer = await server.http.get(f"/api/datasets/{made['datasets']['blend']}/recipe")
    assert "application/yaml" == answer.headers["content-type"]
    blend: Any = parse_document(answer.content).value
    assert ["groups_random_300_rows_seed_7", "notes", "blend"] == list(blend["datasets"])
    assert {"kind": "rows", "rows": 300} == blend["datasets"]["groups_random_300_rows_seed_7"]["download"]["amount"]
    assert [("web", 0.75), ("notes", 0.25)] == [
        (part["label"], part["share"]) for part in blend["datasets"]["blend"]["mix"]["parts"]
    ]
    assert 404 == (await server.http.get("/api/datasets/ds_none/recipe")).status_code


async def test_errors_name_line_and_key(server: RunningServer) -> None:
    """Of all that is wrong."""
    step = "  a:\n    download:\n      repo: lab/x\n      commit: main\n      sed: 1\n"
    text = f"datasets:\n{step}  b: {{}}\ntokenizations: 3\n"
    problem = await build(server, text, 422)
    assert "recipe_invalid" == problem["code"]
    assert [
        (5, "datasets.a.download.commit"),
        (6, "datasets.a.download.sed"),
        (7, "datasets.b"),
        (8, "tokenizations"),
    ] == [(each["line"], each["key"]) for each in problem["problems"]]
    part = "{dataset: a, share: 0.5}"
    circle = f"datasets:\n  a:\n    mix:\n      parts: [{part}, {part}]\n"
    assert "This dataset is made of itself" in (await build(server, circle, 422))["detail"]
    unknown = circle.replace("dataset: a, share: 0.5}]", "dataset: c, share: 0.5}]")
    assert (
        "Line 4, datasets.a.mix.parts[1].dataset: There is no dataset “c” in this recipe."
        in (await build(server, unknown, 422))["detail"]
    )
    assert 404 == (await server.http.get("/api/recipes/rcp_none")).status_code


async def test_the_schema(server: RunningServer) -> None:
    """It is JSON Schema, with every kind of step."""
    schema = await server.get("/api/recipes/schema")
    assert {"download", "import", "subset", "mix"} == set(schema["$defs"]["RecipeDataset"]["properties"])
    assert "access_token" not in str(schema)


async def test_a_restart_goes_on(settings: Settings, hub: Hub) -> None:
    """The server stops at some moment of a recipe, several times; the result is complete."""
    async with running_server(settings) as first:
        text = await prepare(first, hub)
        await import_notes(first)
        recipe_id = (await build(first, text))["id"]
    for _ in range(4):
        async with running_server(settings) as server:
            await asyncio.sleep(0.3)
    async with running_server(settings) as server:
        made = await until_ended(server, recipe_id)
        assert "succeeded" == made["state"], made
        assert 4 == len((await server.get("/api/datasets"))["data"])


def make_subset_recipe(commit: str) -> str:
    """Rows of a repository without those of an import, and a mixture of them with themselves."""
    sha256 = hashlib.sha256(NOTES).hexdigest()
    return f"""
datasets:
  web: {{download: {{repo: lab/groups, commit: {commit}}}}}
  notes: {{import: {{files: [{{path: notes.jsonl, sha256: {sha256}}}]}}}}
  some:
    subset:
      dataset: web
      where: [[number, '<', 200]]
      share: 0.5
      seed: 3
      steps:
      - {{kind: decontaminate, dataset: notes, ngram: 1}}
      - {{kind: dedup_exact}}
      - {{kind: split, share: 0.25}}
  blend:
    mix:
      parts: [{{dataset: some, split: train, share: 0.5}}, {{dataset: notes, share: 0.5}}]
"""


async def test_a_subset_in_a_recipe(server: RunningServer, hub: Hub, settings: Settings, tmp_path: Path) -> None:
    """The recipe that a mixture of it prints makes the same bytes elsewhere, whatever text users have chosen since."""
    add_parquet(hub, files=2, rows=300)
    text = make_subset_recipe((await server.get("/api/hub/datasets/lab/groups"))["revision"])
    notes = await import_notes(server)
    changes = {"text_template": "{content}!"}
    assert 200 == (await server.http.patch(f"/api/datasets/{notes}", json=changes)).status_code
    made = await until_ended(server, (await build(server, text))["id"])
    assert ("succeeded", "subset") == (made["state"], made["steps"][2]["kind"]), made
    some = await server.get(f"/api/datasets/{made['datasets']['some']}")
    assert ["filter", "share", "decontaminate", "dedup_exact"] == [
        stage["kind"] for stage in some["metadata"]["subset"]["stages"]
    ]
    assert {"train", "validation"} == {split["name"] for split in some["splits"]}
    assert made["id"] == (await build(server, text, 409))["recipe_id"]
    printed = await server.http.get(f"/api/datasets/{made['datasets']['blend']}/recipe")
    described: Any = parse_document(printed.content).value
    assert ["download", "import", "subset", "mix"] == [next(iter(step)) for step in described["datasets"].values()]
    other = settings.model_copy(update={"data_dir": tmp_path / "other"})
    async with running_server(other) as second:
        await import_notes(second)
        remade = await until_ended(second, (await build(second, printed.text))["id"])
        assert "succeeded" == remade["state"], (printed.text, remade)
        for name, remade_id in zip(("some", "blend"), list(remade["datasets"].values())[2:], strict=True):
            files = [
                [sha256_file(path) for path in sorted((root / made_id / "raw").iterdir())]
                for root, made_id in ((settings.datasets_dir, made["datasets"][name]), (other.datasets_dir, remade_id))
            ]
            assert files[0] == files[1], name


async def test_subsets_that_no_recipe_makes(server: RunningServer, hub: Hub) -> None:
    """By tokens; and errors have line and key."""
    refused = "datasets:\n  a:\n    subset:\n      dataset: b\n      steps: [{kind: decontaminate, dataset: c}]\n"
    problem = await build(server, refused, 422)
    assert [(4, "datasets.a.subset.dataset"), (5, "datasets.a.subset.steps[0].dataset")] == [
        (each["line"], each["key"]) for each in problem["problems"]
    ]
    by_tokens = refused.replace("kind: decontaminate, dataset: c", "kind: length, min_tokens: 2")
    assert "A recipe chooses no rows by tokens" in (await build(server, by_tokens, 422))["detail"]
    circle = refused.replace("dataset: b", "dataset: a").replace("dataset: c", "dataset: a")
    assert "This dataset is made of itself" in (await build(server, circle, 422))["detail"]


@BOTH_ENGINES
async def test_a_cancelled_recipe_goes_on(server: RunningServer, hub: Hub) -> None:
    """What runs is cancelled, what waits does not begin; the same recipe again goes on with the same steps."""
    text = await prepare(server, hub)
    await import_notes(server)
    hub.rate = 2e4
    first = await build(server, text)
    async with asyncio.timeout(TIMEOUT):
        while (await server.get(f"/api/recipes/{first['id']}"))["steps"][0]["state"] != "running":
            await asyncio.sleep(0.02)
    answer = await server.http.post(f"/api/recipes/{first['id']}/cancel")
    assert (200, "cancelled") == (answer.status_code, answer.json()["state"])
    web = answer.json()["steps"][0]
    assert ("failed", "cancelled") == (web["state"], web["error_code"])
    assert 409 == (await server.http.post(f"/api/recipes/{first['id']}/cancel")).status_code
    assert 404 == (await server.http.post("/api/recipes/rcp_none/cancel")).status_code
    await asyncio.sleep(0.6)
    assert "waiting" == (await server.get(f"/api/recipes/{first['id']}"))["steps"][2]["state"]
    hub.rate = None
    assert first["id"] == (await build(server, text))["id"]
    made = await until_ended(server, first["id"])
    assert ("succeeded", web["id"]) == (made["state"], made["datasets"]["web"])
