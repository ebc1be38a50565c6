"""Planning against the test Hub: what it finds, what it refuses, and how many requests it needs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.hub import Hub
from mistudio.core.errors import (
    AuthRequired,
    ConfigRequired,
    Gated,
    InvalidRepository,
    LoadingScript,
    MiStudioError,
    NoData,
    UnknownConfig,
    UnknownRevision,
    UnknownSplit,
    UnsupportedFormat,
    ValidationFailed,
)
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan import inspect, make_plan
from mistudio.corpus.hub.plan_types import DownloadPlan, Inspection, PlanRequest, Sizes

CARD = """---
license: mit
configs:
- config_name: small
  data_files:
  - split: train
    path: small/train-*.csv
  - split: test
    path: small/test.csv
  sep: ";"
- config_name: large
  default: true
  data_files: large/*.jsonl.gz
dataset_info:
- config_name: small
  features:
  - name: text
    dtype: string
  - name: label
    dtype: int64
---
# Tales

Short tales for tests.
"""
TALES: dict[str, bytes | str | Path] = {
    "README.md": CARD,
    "small/train-1.csv": "text;label\na;1\n",
    "small/train-0.csv": "text;label\nbb;2\n",
    "small/test.csv": "text;label\nc;3\n",
    "large/a.jsonl.gz": b"zipped",
    ".gitattributes": "*",
}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub that the client library uses, without this machine's own token."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running


def test_a_plan_lists_the_configs_files_in_order_with_sizes_and_checksums(hub: Hub) -> None:
    """Splits are in the card's order, files sorted by path; small files have git's checksum."""
    repository = hub.add("ada/tales", TALES)

    plan = make_plan(PlanRequest("ada/tales", config="small"))

    assert [
        ("small/train-0.csv", "train", 16),
        ("small/train-1.csv", "train", 15),
        ("small/test.csv", "test", 15),
    ] == [(file.path, file.split, file.size) for file in plan.files]
    assert all(file.sha256 is None and file.git_sha1 for file in plan.files)
    assert (repository.refs["main"], "csv", {"sep": ";"}) == (plan.revision, plan.format, plan.options)
    assert ("mit", "# Tales\n\nShort tales for tests.") == (plan.license, plan.description)
    assert not plan.is_default_config


def test_without_a_config_the_cards_default_is_planned(hub: Hub) -> None:
    """Its LFS files have their sha256."""
    repository = hub.add("ada/tales", TALES)

    plan = make_plan(PlanRequest("ada/tales"))

    assert ("large", True, "json") == (plan.config, plan.is_default_config, plan.format)
    stored = repository.commits[plan.revision]["large/a.jsonl.gz"]
    assert [stored.sha256] == [file.sha256 for file in plan.files]


def test_an_inspection_has_configs_columns_and_sizes(hub: Hub) -> None:
    """The preflight shows all of them."""
    hub.add("ada/tales", TALES)

    found = inspect(PlanRequest("ada/tales", config="small"))

    assert (("small", "large"), "large") == (found.configs, found.default_config)
    assert [("train", 2, 31), ("test", 1, 15)] == [(one.name, one.num_files, one.size_bytes) for one in found.splits]
    assert [("text", "string"), ("label", "int64")] == [(column.name, column.type) for column in found.columns]
    assert ("granted", False, False, 3, 46) == (
        found.access,
        found.gated,
        found.private,
        found.num_files,
        found.sizes.total,
    )


def test_a_file_of_several_splits_counts_once(hub: Hub) -> None:
    """In the preflight and in the plan; ``plain`` counts uncompressed text, ``largest`` the two largest files."""
    card = """---
configs:
- config_name: default
  data_files:
  - {split: train, path: "*"}
  - {split: test, path: a.csv.gz}
---
"""
    hub.add("ada/twice", {"README.md": card, "a.csv.gz": b"1" * 10, "b.csv": b"2" * 300, "c.csv": b"3" * 40})
    found = inspect(PlanRequest("ada/twice"))
    assert (3, Sizes(total=350, plain=340, largest=340)) == (found.num_files, found.sizes)
    assert [("train", 3, 350), ("test", 1, 10)] == [(one.name, one.num_files, one.size_bytes) for one in found.splits]
    assert found.sizes == make_plan(PlanRequest("ada/twice")).sizes


def test_records_survive_json(hub: Hub) -> None:
    """Request, inspection and plan are equal after JSON, and a request's repr hides its token."""
    hub.add("ada/tales", TALES)
    request = PlanRequest("ada/tales", config="small", splits=("test",), token="hf_secret")

    assert request == from_json(PlanRequest, json.loads(json.dumps(as_json(request))))
    assert "hf_secret" not in repr(request)
    hub.add_token("hf_secret")
    plan, found = make_plan(request), inspect(request)
    assert plan == from_json(DownloadPlan, json.loads(json.dumps(as_json(plan))))
    assert found == from_json(Inspection, json.loads(json.dumps(as_json(found))))


def test_splits_can_be_chosen(hub: Hub) -> None:
    """The plan has only their files."""
    hub.add("ada/tales", TALES)

    plan = make_plan(PlanRequest("ada/tales", config="small", splits=("test",)))

    assert ["small/test.csv"] == [file.path for file in plan.files]


def test_without_a_card_the_file_names_decide(hub: Hub) -> None:
    """The library's rules find split names in paths, in its order."""
    hub.add("ada/plain", {"data/test.txt": "t\n", "data/train.txt": "a\n", "data/validation.txt": "v\n"})

    plan = make_plan(PlanRequest("ada/plain"))

    assert ("default", True, "text") == (plan.config, plan.is_default_config, plan.format)
    assert ("train", "validation", "test") == plan.splits


def test_thousands_of_files_need_few_requests(hub: Hub) -> None:
    """The number of requests does not grow with the number of files."""
    hub.add(
        "ada/many", dict[str, bytes | str | Path]({f"data/part-{number:05}.parquet": b"x" for number in range(3000)})
    )

    plan = make_plan(PlanRequest("ada/many"))

    assert 3000 == len(plan.files)
    assert len(hub.requests) <= 3
    assert 0 == hub.bytes_sent(origin="files")


def test_a_plan_stays_at_its_commit_when_the_branch_moves(hub: Hub) -> None:
    """The branch, with a slash in its name, is resolved once."""
    repository = hub.add("ada/tales", TALES)
    first = repository.commit({"train.txt": "one\n"}, branch="wip/next")
    plan = make_plan(PlanRequest("ada/tales", revision="wip/next"))
    repository.commit({"train.txt": "another\n"}, branch="wip/next")

    assert (first, 4) == (plan.revision, plan.files[0].size)
    assert plan.files == make_plan(PlanRequest("ada/tales", revision=first)).files


def test_former_and_bare_names_lead_to_the_current_name(hub: Hub) -> None:
    """Planning follows the Hub's redirects and returns the new name."""
    hub.add("ada/old", {"train.txt": "x\n"})
    hub.rename("ada/old", "ada/new")
    hub.alias("squad", "ada/new")

    assert "ada/new" == make_plan(PlanRequest("ada/old")).repo_id
    assert "ada/new" == make_plan(PlanRequest("squad")).repo_id


def test_a_loading_script_is_replaced_by_the_hubs_parquet_copy(hub: Hub) -> None:
    """No code runs; the converted branch has its own commit, and a partial split is named so."""
    repository = hub.add("ada/scripted", {"scripted.py": "raise SystemExit", "README.md": "# x"})
    with pytest.raises(LoadingScript):
        make_plan(PlanRequest("ada/scripted"))
    export = repository.commit(
        {
            "en/test/0000.parquet": b"b",
            "en/train/0000.parquet": b"a",
            "en/train/0001.parquet": b"aa",
            "de/partial-train/0000.parquet": b"c",
        },
        branch="refs/convert/parquet",
    )

    plan = make_plan(PlanRequest("ada/scripted", config="en"))

    assert (export, ("train", "test"), 3) == (plan.revision, plan.splits, len(plan.files))
    assert ("partial_train",) == make_plan(PlanRequest("ada/scripted", config="de")).splits
    with pytest.raises(ConfigRequired) as refused:
        make_plan(PlanRequest("ada/scripted"))
    assert {"choices": ["de", "en"]} == refused.value.extra


@pytest.mark.parametrize(
    ("request_", "error", "choices"),
    [
        (PlanRequest("ada/tales", config="medium"), UnknownConfig, ["small", "large"]),
        (PlanRequest("ada/tales", config="small", splits=("dev",)), UnknownSplit, ["train", "test"]),
        (PlanRequest("ada/tales", revision="v9"), UnknownRevision, ["main"]),
    ],
)
def test_an_unknown_choice_is_refused_with_the_known_ones(
    hub: Hub, request_: PlanRequest, error: type[MiStudioError], choices: list[str]
) -> None:
    """Config, split and revision."""
    hub.add("ada/tales", TALES)

    for function in (inspect, make_plan):
        with pytest.raises(error) as refused:
            function(request_)
        assert {"choices": choices} == refused.value.extra


def test_without_a_default_the_user_must_choose_a_config(hub: Hub) -> None:
    """An inspection leaves it open, a plan raises ConfigRequired."""
    hub.add("ada/tales", {**TALES, "README.md": CARD.replace("  default: true\n", "")})

    found = inspect(PlanRequest("ada/tales"))

    assert (None, None, 0, ()) == (
        found.config,
        found.default_config,
        found.sizes.total,
        found.splits,
    )
    with pytest.raises(ConfigRequired) as refused:
        make_plan(PlanRequest("ada/tales"))
    assert {"choices": ["small", "large"]} == refused.value.extra


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"README.md": "# Nothing yet"}, NoData),
        ({".gitattributes": "x"}, NoData),
        ({"train/cat.png": b"x", "train/dog.png": b"y"}, UnsupportedFormat),
        ({"train/cat.wav": b"x"}, UnsupportedFormat),
        ({"everything.zip": b"PK"}, UnsupportedFormat),
        ({"README.md": "---\nconfigs:\n- config_name: a\n  data_files: missing/*.csv\n---\n", "x.csv": "a\n"}, NoData),
        (
            {"README.md": "---\nconfigs:\n- config_name: a\n  data_files: /etc/*\n---\n", "x.csv": "a\n"},
            UnsupportedFormat,
        ),
        (
            {
                "README.md": "---\nconfigs:\n- config_name: a\n  data_files: hf://datasets/b/c/x.csv\n---\n",
                "x.csv": "a",
            },
            UnsupportedFormat,
        ),
    ],
)
def test_repositories_without_text_data_are_refused(
    hub: Hub, files: dict[str, bytes | str | Path], error: type[MiStudioError]
) -> None:
    """Empty repositories, pictures, archives, and cards that name missing or foreign files."""
    hub.add("ada/odd", files)

    with pytest.raises(error):
        make_plan(PlanRequest("ada/odd"))


def test_gated_repositories_can_be_inspected_but_not_planned(hub: Hub) -> None:
    """Planning refuses before a byte is fetched; the card's fields are public."""
    hub.add("ada/gated", TALES, gated=True)
    hub.add_token("hf_ada", "ada/gated")
    hub.add_token("hf_bob")

    assert "login_required" == inspect(PlanRequest("ada/gated")).access
    assert "request_required" == inspect(PlanRequest("ada/gated", token="hf_bob")).access
    assert ("small", "large") == inspect(PlanRequest("ada/gated")).configs
    assert "granted" == inspect(PlanRequest("ada/gated", token="hf_ada")).access
    with pytest.raises(AuthRequired):
        make_plan(PlanRequest("ada/gated"))
    with pytest.raises(Gated):
        make_plan(PlanRequest("ada/gated", token="hf_bob"))
    assert make_plan(PlanRequest("ada/gated", token="hf_ada")).gated


def test_an_invalid_name_never_reaches_the_hub(hub: Hub) -> None:
    """The check needs no request."""
    with pytest.raises(ValidationFailed):
        inspect(PlanRequest("ada/../tales"))
    assert [] == hub.requests


@pytest.mark.parametrize("path", ["../../outside.txt", "/etc/outside.txt"])
def test_paths_that_lead_outside_are_refused(hub: Hub, tmp_path: Path, path: str) -> None:
    """No path from the Hub touches the disk outside the working folder."""
    hub.add("ada/evil", {"train.txt": "x\n", path: "y\n"})

    with pytest.raises(InvalidRepository, match="is not a file's path") as refused:
        make_plan(PlanRequest("ada/evil"))
    assert "rfilename" in str(refused.value.extra["field"])
    assert [] == list(tmp_path.iterdir())
