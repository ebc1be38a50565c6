"""The plan of an import over HTTP: shown before the upload, which takes it back changed or not."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import datasets
import pytest
import pytest_asyncio

from fakes.running import RunningServer, running_server
from integration.test_upload import imported, post, samples
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import SkippedFile, read_manifest

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRAY = {
    "corpus/data.csv": b"text;label\none tale, old;1\n",
    "corpus/LICENSE.txt": b"MIT\n",
    "corpus/state.json": b"{}",
}
CARD = (
    b"---\nconfigs:\n- config_name: en\n  data_files: en.csv\n  sep: ';'\n"
    b"- config_name: de\n  data_files: de.csv\n---\n"
)


@pytest.fixture(scope="module")
def plan_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a server without a Hub."""
    return Settings(
        data_dir=tmp_path_factory.mktemp("plan") / "data",
        hf_endpoint="http://127.0.0.1:9",
        disk_reserve_bytes=0,
        search_index="off",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def planning(plan_settings: Settings) -> AsyncIterator[RunningServer]:
    """One server for all tests of this module."""
    async with running_server(plan_settings) as running:
        yield running


async def ask(server: RunningServer, files: Mapping[str, bytes], **more: object) -> Any:  # an answer of httpx
    """The answer to a request for a plan."""
    offered = [
        {"file": name, "size": len(data), "head": base64.b64encode(data).decode(), "tail": ""}
        for name, data in files.items()
    ]
    return await server.http.post("/api/datasets/upload/plan", json={"files": offered, **more})


async def test_a_plan_is_taken_back_as_it_is(planning: RunningServer, plan_settings: Settings) -> None:
    """What it skips is not sent, and shown on the dataset; the same files without a plan are the same import."""
    plan = (await ask(planning, STRAY)).json()
    taken, *skipped = plan["files"]
    assert ("corpus", None, []) == (plan["name"], plan["config"], plan["configs"])
    assert ("corpus/data.csv", "train", "csv", ";", "text") == tuple(
        taken[name] for name in ("file", "split", "format", "delimiter", "text_column")
    )
    assert ["corpus/LICENSE.txt", "corpus/state.json"] == [entry["file"] for entry in skipped]
    sent = [{**entry, "text_column": None} for entry in plan["files"]]
    data = [("corpus/data.csv", STRAY["corpus/data.csv"])]
    dataset = await imported(planning, data, plan=json.dumps(sent))
    assert ["one tale, old"] == [row["text"] for row in await samples(planning, dataset["id"])]
    assert "2 files beside the data not imported: corpus/LICENSE.txt (" in dataset["notices"][-1]
    listed = [SkippedFile(entry["file"], entry["reason"]) for entry in skipped]
    assert listed == list(read_manifest(plan_settings.datasets_dir / dataset["id"]).skipped)
    assert [{"path": each.path, "reason": each.reason} for each in listed] == dataset["metadata"]["skipped_files"]
    again = await post(planning, list(STRAY.items()))
    assert (409, dataset["id"]) == (again.status_code, again.json()["dataset_id"])


async def test_a_plan_is_taken_back_changed(planning: RunningServer) -> None:
    """Split, delimiter and text column; a skipped file is read, whatever its name ends with."""
    files = {"c/a.csv": b"text;label\nx;1\n", "c/LICENSE.txt": b"MIT\nterms\n", "c/b.log": b"line\n"}
    plan = (await ask(planning, files)).json()
    entries = {entry["file"]: entry for entry in plan["files"]}
    entries["c/a.csv"] |= {"split": "extra", "delimiter": "|", "text_column": "text;label"}
    entries["c/LICENSE.txt"] |= {"skipped": False, "split": "test", "sample_by": "paragraph"}
    entries["c/b.log"] |= {"skipped": False, "split": "test", "format": "text"}
    dataset = await imported(planning, list(files.items()), plan=json.dumps([*entries.values()]))
    assert [("test", 2), ("extra", 1)] == [(split["name"], split["num_rows"]) for split in dataset["splits"]]
    assert "text;label" == dataset["text_column"]
    assert [] == dataset["metadata"]["skipped_files"]


async def test_a_card_decides_and_its_config_is_chosen(planning: RunningServer) -> None:
    """Without a choice the configs are named, with or without a plan."""
    files = {"m/README.md": CARD, "m/en.csv": b"text;label\na, b;1\n", "m/de.csv": b"text\nx\n"}
    for answer in (await ask(planning, files), await post(planning, list(files.items()))):
        problem = answer.json()
        assert (422, "config_required", ["en", "de"]) == (answer.status_code, problem["code"], problem["choices"])
        assert "en, de" in problem["detail"]
    assert "en" == (await ask(planning, files, config="en")).json()["config"]
    dataset = await imported(planning, list(files.items()), config="en")
    assert ("en", 1) == (dataset["config"], dataset["num_samples"])
    assert ["a, b"] == [row["text"] for row in await samples(planning, dataset["id"])]


FEATURED = (
    b"---\ndataset_info:\n  features:\n  - name: text\n    dtype: string\n  - name: label\n    dtype:\n"
    b"      class_label:\n        names:\n          '0': neg\n          '1': pos\n  - name: id\n"
    b"    dtype: string\n---\n"
)


@pytest.mark.parametrize("is_planned", [True, False])
async def test_features_of_a_card_are_applied(
    planning: RunningServer, plan_settings: Settings, tmp_path_factory: pytest.TempPathFactory, is_planned: bool
) -> None:
    """They come with the plan, as the card itself is not sent; ``datasets`` reads the same of the folder."""
    data = b"text,label,id\ngood,1,17\nbad,0,20\n"
    files = {f"f{is_planned}/README.md": FEATURED, f"f{is_planned}/train.csv": data}
    folder = tmp_path_factory.mktemp("card")
    (folder / "README.md").write_bytes(FEATURED)
    (folder / "train.csv").write_bytes(data)
    wanted = datasets.load_dataset(str(folder), split="train", cache_dir=str(folder / "cache"))
    if is_planned:
        plan = (await ask(planning, files)).json()["files"]
        sent = [(name, content) for name, content in files.items() if not name.endswith(".md")]
        dataset = await imported(planning, sent, plan=json.dumps(plan))
    else:
        dataset = await imported(planning, list(files.items()))
    manifest = read_manifest(plan_settings.datasets_dir / dataset["id"])
    assert {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}} == manifest.features
    assert ["17", "20"] == wanted["id"]
    assert ["17", "20"] == [row["columns"]["id"] for row in await samples(planning, dataset["id"])]
    path = plan_settings.datasets_dir / dataset["id"] / "raw/train-00000-of-00001.parquet"
    assert wanted.features == datasets.Dataset.from_parquet(str(path), cache_dir=str(folder / "own")).features


async def test_a_saved_dataset_is_read_as_load_from_disk_reads_it(
    planning: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All of its files are uploaded, as a folder is."""
    folder = tmp_path_factory.mktemp("saved") / "stories"
    splits = {"train": ["a", "b", "c"], "test": ["d"]}
    saved = datasets.DatasetDict({name: datasets.Dataset.from_dict({"text": rows}) for name, rows in splits.items()})
    saved.save_to_disk(str(folder), num_proc=None)
    files = [(f"stories/{path.relative_to(folder)}", path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    dataset = await imported(planning, files)
    for name, rows in splits.items():
        assert rows == [row["text"] for row in await samples(planning, dataset["id"], split=name)]


async def test_empty_files_beside_data_are_empty_splits(planning: RunningServer) -> None:
    """An import of only empty files is refused."""
    dataset = await imported(planning, [("e/train.jsonl", b'{"text": "a"}\n'), ("e/test.jsonl", b"")])
    assert [("train", 1), ("test", 0)] == [(split["name"], split["num_rows"]) for split in dataset["splits"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"split": None}, "gives no split for “a.csv”"),
        ({"split": "not a split"}, "0.split"),
        ({"encoding": "utf-99"}, "no encoding “utf-99”"),
        ({"delimiter": ";;"}, "0.delimiter"),
        ({"file": "b.csv"}, "does not say what “a.csv” is"),
        ({"skipped": True, "reason": "Because."}, "None of the files is imported. “a.csv”: Because."),
        ({"colour": "red"}, "0.colour"),
    ],
)
async def test_a_plan_that_does_not_fit_is_refused(
    planning: RunningServer, change: dict[str, object], message: str
) -> None:
    """With the place and the reason."""
    entry = {"file": "a.csv", "split": "train", **change}
    answer = await post(planning, [("a.csv", b"text\nx\n")], plan=json.dumps([entry]))
    assert 422 == answer.status_code
    assert message in answer.json()["detail"]


async def test_entries_must_fit_each_other(planning: RunningServer) -> None:
    """Each file comes, is listed once for a split, and all have one text column."""
    sent = [("a.csv", b"text\nx\n"), ("b.csv", b"text\ny\n")]
    one, two = ({"file": name, "split": "train"} for name, _data in sent)
    for entries, message in (
        ([one, one, two], "twice for one split"),
        ([one, two, {"file": "c.csv", "split": "train"}], "“c.csv”, which did not come"),
        ([{**one, "text_column": "a"}, {**two, "text_column": "b"}], "the plan names a, b"),
        ("no list", "The plan is not valid"),
    ):
        answer = await post(planning, sent, plan=json.dumps(entries))
        assert (422, "validation_error") == (answer.status_code, answer.json()["code"])
        assert message in answer.json()["detail"]


async def test_a_file_can_serve_two_splits(planning: RunningServer) -> None:
    """It is sent once."""
    entries = [{"file": "two.csv", "split": split} for split in ("train", "test")]
    dataset = await imported(planning, [("two.csv", b"text\nx\n")], plan=json.dumps(entries))
    assert [("train", 1), ("test", 1)] == [(split["name"], split["num_rows"]) for split in dataset["splits"]]


async def test_names_of_a_plan_are_checked(planning: RunningServer) -> None:
    """As those of an upload are."""
    for names in (["../a.csv"], ["a/b.csv", "a\\b.csv"], []):
        answer = await ask(planning, dict.fromkeys(names, b"text\n"))
        assert 422 == answer.status_code
