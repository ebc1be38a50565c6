"""Planning against the test Hub: what is found, what is refused, and how many requests it takes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.hub import Hub
from mistudio.core.errors import (
    AuthRequired,
    BadToken,
    ConfigRequired,
    Gated,
    LoadingScript,
    MiStudioError,
    NoData,
    RateLimited,
    RepositoryDisabled,
    RepositoryNotFound,
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
    """A Hub that the client library speaks to, without a token of the machine's owner."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running


def test_a_plan_has_the_files_of_the_asked_config_in_order_with_sizes_and_checksums(hub: Hub) -> None:
    """Splits stand in the card's order, files by path; small files have git's checksum, LFS files sha256."""
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


def test_a_description_has_no_front_matter_whatever_wrote_the_card(hub: Hub) -> None:
    """Windows' line ends, and the mark that its editors put before the first byte, are no part of the text."""
    hub.add("ada/tales", {**TALES, "README.md": "\ufeff" + CARD.replace("\n", "\r\n")})

    assert "# Tales\n\nShort tales for tests." == inspect(PlanRequest("ada/tales")).description


def test_the_cards_default_config_is_taken_where_none_is_asked_for(hub: Hub) -> None:
    """LFS files are verified by their sha256."""
    repository = hub.add("ada/tales", TALES)

    plan = make_plan(PlanRequest("ada/tales"))

    assert ("large", True, "json") == (plan.config, plan.is_default_config, plan.format)
    stored = repository.commits[plan.revision]["large/a.jsonl.gz"]
    assert [stored.sha256] == [file.sha256 for file in plan.files]


def test_an_inspection_tells_configs_columns_and_sizes(hub: Hub) -> None:
    """The preflight has everything that a person decides by."""
    hub.add("ada/tales", TALES)

    seen = inspect(PlanRequest("ada/tales", config="small"))

    assert (("small", "large"), "large") == (seen.configs, seen.default_config)
    assert [("train", 2, 31), ("test", 1, 15)] == [(one.name, one.num_files, one.size_bytes) for one in seen.splits]
    assert [("text", "string"), ("label", "int64")] == [(column.name, column.type) for column in seen.columns]
    assert ("granted", False, False, 3, 46) == (seen.access, seen.gated, seen.private, seen.num_files, seen.sizes.total)


def test_a_file_of_several_splits_counts_once(hub: Hub) -> None:
    """In the preflight as in the plan; text that nothing has compressed and the two largest are told apart."""
    card = """---
configs:
- config_name: default
  data_files:
  - {split: train, path: "*"}
  - {split: test, path: a.csv.gz}
---
"""
    hub.add("ada/twice", {"README.md": card, "a.csv.gz": b"1" * 10, "b.csv": b"2" * 300, "c.csv": b"3" * 40})
    seen = inspect(PlanRequest("ada/twice"))
    assert (3, Sizes(total=350, plain=340, largest=340)) == (seen.num_files, seen.sizes)
    assert [("train", 3, 350), ("test", 1, 10)] == [(one.name, one.num_files, one.size_bytes) for one in seen.splits]
    assert seen.sizes == make_plan(PlanRequest("ada/twice")).sizes


def test_records_survive_json(hub: Hub) -> None:
    """Request, inspection and plan come back equal from JSON, and a request never shows its token."""
    hub.add("ada/tales", TALES)
    request = PlanRequest("ada/tales", config="small", splits=("test",), token="hf_secret")

    assert request == from_json(PlanRequest, json.loads(json.dumps(as_json(request))))
    assert "hf_secret" not in repr(request)
    hub.add_token("hf_secret")
    plan, seen = make_plan(request), inspect(request)
    assert plan == from_json(DownloadPlan, json.loads(json.dumps(as_json(plan))))
    assert seen == from_json(Inspection, json.loads(json.dumps(as_json(seen))))


def test_splits_can_be_chosen(hub: Hub) -> None:
    """Only the files of the asked splits are planned."""
    hub.add("ada/tales", TALES)

    plan = make_plan(PlanRequest("ada/tales", config="small", splits=("test",)))

    assert ["small/test.csv"] == [file.path for file in plan.files]


def test_without_a_card_the_file_names_decide(hub: Hub) -> None:
    """Split names are found in paths, as the library finds them, in its order."""
    hub.add("ada/plain", {"data/test.txt": "t\n", "data/train.txt": "a\n", "data/validation.txt": "v\n"})

    plan = make_plan(PlanRequest("ada/plain"))

    assert ("default", True, "text") == (plan.config, plan.is_default_config, plan.format)
    assert ("train", "validation", "test") == plan.splits


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data/train-00000-of-00001.parquet", "parquet"),
        ("train.jsonl", "json"),
        ("train.jsonl.zst", "json"),
        ("train.json", "json"),
        ("train.tsv", "csv"),
        ("train.txt", "text"),
        ("train.arrow", "arrow"),
    ],
)
def test_formats(hub: Hub, path: str, expected: str) -> None:
    """Every format that can be read is recognised without a byte of data."""
    hub.add("ada/one", {path: b"x"})

    plan = make_plan(PlanRequest("ada/one"))

    assert (expected, path) == (plan.format, plan.files[0].path)
    assert hub.bytes_sent(origin="files") == 0


def test_the_separator_of_tsv_is_told_to_the_reader(hub: Hub) -> None:
    """A .tsv file is CSV with tabs."""
    hub.add("ada/one", {"train.tsv": "a\tb\n"})

    assert {"sep": "\t"} == make_plan(PlanRequest("ada/one")).options


def test_thousands_of_files_take_few_requests(hub: Hub) -> None:
    """The number of requests does not grow with the number of files."""
    hub.add(
        "ada/many", dict[str, bytes | str | Path]({f"data/part-{number:05}.parquet": b"x" for number in range(3000)})
    )

    plan = make_plan(PlanRequest("ada/many"))

    assert 3000 == len(plan.files)
    assert len(hub.requests) <= 3


def test_a_revision_with_a_slash_and_a_commit_that_moves(hub: Hub) -> None:
    """The branch is resolved once; what is planned stays at that commit."""
    repository = hub.add("ada/tales", TALES)
    first = repository.commit({"train.txt": "one\n"}, branch="wip/next")
    plan = make_plan(PlanRequest("ada/tales", revision="wip/next"))
    repository.commit({"train.txt": "another\n"}, branch="wip/next")

    assert (first, 4) == (plan.revision, plan.files[0].size)
    assert plan.files == make_plan(PlanRequest("ada/tales", revision=first)).files


def test_renamed_and_bare_names_lead_to_the_present_name(hub: Hub) -> None:
    """The Hub's redirects are followed, and the new name is told."""
    hub.add("ada/old", {"train.txt": "x\n"})
    hub.rename("ada/old", "ada/new")
    hub.alias("squad", "ada/new")

    assert "ada/new" == make_plan(PlanRequest("ada/old")).repo_id
    assert "ada/new" == make_plan(PlanRequest("squad")).repo_id


def test_a_script_gives_way_to_the_hubs_own_parquet_copy(hub: Hub) -> None:
    """Code is never run; the converted branch is read at its own commit, its parts named as parts."""
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
def test_what_is_not_there_is_refused_with_the_choices(
    hub: Hub, request_: PlanRequest, error: type[MiStudioError], choices: list[str]
) -> None:
    """A person can choose from the answer."""
    hub.add("ada/tales", TALES)

    for question in (inspect, make_plan):
        with pytest.raises(error) as refused:
            question(request_)
        assert {"choices": choices} == refused.value.extra


def test_without_a_default_a_config_must_be_chosen(hub: Hub) -> None:
    """An inspection leaves the choice open, a plan cannot."""
    hub.add("ada/tales", {**TALES, "README.md": CARD.replace("  default: true\n", "")})

    seen = inspect(PlanRequest("ada/tales"))

    assert (None, None, 0, ()) == (seen.config, seen.default_config, seen.sizes.total, seen.splits)
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
def test_what_cannot_be_read_as_text_data_is_refused(
    hub: Hub, files: dict[str, bytes | str | Path], error: type[MiStudioError]
) -> None:
    """Empty repositories, pictures, archives, and cards that name nothing or foreign files."""
    hub.add("ada/odd", files)

    with pytest.raises(error):
        make_plan(PlanRequest("ada/odd"))


def test_missing_private_and_disabled_repositories(hub: Hub) -> None:
    """Missing and private look alike; a token makes a private one visible to its owner."""
    hub.add("ada/private", {"train.txt": "x\n"}, private=True)
    hub.add("ada/closed", {"train.txt": "x\n"}, disabled=True)
    hub.add("ada/model", {"tokenizer.json": "{}"}, kind="models")
    hub.add_token("hf_ada", "ada/private")
    hub.add_token("hf_bob")

    for request in (
        PlanRequest("ada/missing"),
        PlanRequest("ada/missing", token="hf_bob"),
        PlanRequest("ada/private"),
        PlanRequest("ada/private", token="hf_bob"),
    ):
        with pytest.raises(RepositoryNotFound):
            inspect(request)
    assert inspect(PlanRequest("ada/private", token="hf_ada")).private
    with pytest.raises(RepositoryDisabled):
        inspect(PlanRequest("ada/closed"))
    with pytest.raises(RepositoryNotFound, match="is a model, not a dataset"):
        inspect(PlanRequest("ada/model"))


def test_gated_repositories_can_be_looked_at_but_not_planned(hub: Hub) -> None:
    """The refusal comes before a byte; the card's declarations are public."""
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


def test_an_unknown_token_is_named_as_the_cause(hub: Hub) -> None:
    """A wrong token is refused even for what is public, and never shown."""
    hub.add("ada/tales", TALES)

    with pytest.raises(BadToken) as refused:
        inspect(PlanRequest("ada/tales", token="hf_wrong"))
    assert "hf_wrong" not in str(refused.value)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_passes_within_seconds_is_waited_for(hub: Hub, status: int) -> None:
    """A short Retry-After is obeyed."""
    hub.add("ada/tales", TALES)
    hub.fault("/api/datasets/ada/tales*", status=status, times=2, retry_after="0")

    assert make_plan(PlanRequest("ada/tales")).files


def test_a_long_pause_is_told_at_once(hub: Hub) -> None:
    """Minutes are not waited for; the user hears how many."""
    hub.add("ada/tales", TALES)
    hub.fault("/api/datasets/*", status=429, retry_after="300")

    with pytest.raises(RateLimited) as refused:
        inspect(PlanRequest("ada/tales"))
    assert 300 == refused.value.retry_after


@pytest.mark.parametrize("fault", [{"drop_after": 3, "times": 1}, {"body": b"<html>", "times": 1}])
def test_broken_answers_are_asked_for_again(hub: Hub, fault: dict[str, object]) -> None:
    """A dropped connection or a page that is no JSON passes."""
    hub.add("ada/tales", TALES)
    hub.fault("/api/datasets/ada/tales", **fault)

    assert make_plan(PlanRequest("ada/tales")).files


def test_a_name_that_cannot_be_one_never_reaches_the_hub(hub: Hub) -> None:
    """The check is local."""
    with pytest.raises(ValidationFailed):
        inspect(PlanRequest("ada/../tales"))
    assert [] == hub.requests


def test_files_named_like_paths_outside_stay_inside(hub: Hub, tmp_path: Path) -> None:
    """Names from the Hub never touch the disk outside the working folder."""
    hub.add("ada/evil", {"train.txt": "x\n", "../../outside.txt": "y\n", "/etc/outside.txt": "z\n"})

    assert ["train.txt"] == [file.path for file in make_plan(PlanRequest("ada/evil")).files]
    assert [] == list(tmp_path.iterdir())
