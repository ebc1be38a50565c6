"""Data as people really upload it: downloaded through the API and compared with the source, sample by sample.

One server downloads all datasets at the same time.
"""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
import zstandard

from fakes.hub import Hub
from fakes.many import until_all_ended
from fakes.repositories import parquet_bytes
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

Row = dict[str, object]
LONG = "x" * 300
HUGE = "0123456789" * 500_000 + "äöü🙂 the end"


def jsonl(*rows: Row) -> bytes:
    """Return rows as JSON lines."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def arrow(*rows: Row) -> bytes:
    """Return rows as an Arrow stream, which is what ``datasets`` writes."""
    table, sink = pa.Table.from_pylist(list(rows)), io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def parquet_of(*columns: tuple[str, pa.Array]) -> bytes:
    """Return columns as a Parquet file; names may repeat."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([array for _, array in columns], names=[name for name, _ in columns]), sink)
    return sink.getvalue()


def text_of_bytes(*texts: bytes) -> pa.Array:
    """Return a string column that holds any bytes, as careless writers make them."""
    return pa.Array.from_buffers(pa.string(), len(texts), pa.array(list(texts), pa.binary()).buffers())


def card(*splits: tuple[str, str], **options: object) -> str:
    """Return a card with one config of these pairs of split and path."""
    files = [{"split": split, "path": path} for split, path in splits]
    return f"---\n{json.dumps({'configs': [{'config_name': 'default', 'data_files': files, **options}]})}\n---\n"


@dataclass(frozen=True)
class Case:
    """A repository's files and the expected rows per split (``text`` and the other columns), or the error code."""

    files: Mapping[str, bytes | str]
    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    code: str | None = None
    text_column: str = "text"
    invalid: int = 0
    ask: Mapping[str, object] = field(default_factory=dict)


CHAT = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hello\nyou"}]
SHARE = [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "Because."}]
NESTED: Row = {"meta": {"a": 1, "b": ["x", None, "ü"]}, "tags": ["p", "q"], "deep": [{"k": [{"l": "m"}]}]}
PLAIN: list[Row] = [{"text": "one ü", "n": 1}, {"text": "two\tx", "n": 2}, {"text": "three, 3", "n": 3}]
CASES = {
    "messages": Case(
        {"train.jsonl": jsonl({"messages": CHAT, "id": 1}, {"messages": [], "id": 2})},
        {
            "train": [
                {"text": "user: Hi?\n\nassistant: Hello\nyou", "messages": CHAT, "id": 1},
                {"text": "", "messages": [], "id": 2},
            ]
        },
        text_column="messages",
    ),
    "conversations": Case(
        {"train.parquet": parquet_bytes([{"conversations": SHARE, "id": "a"}])},
        {"train": [{"text": "human: Why?\n\ngpt: Because.", "conversations": SHARE, "id": "a"}]},
        text_column="conversations",
    ),
    "other-name": Case(
        {"train.jsonl": jsonl({"label": "short", "erzählung": "a much longer story", "n": 1})},
        {"train": [{"text": "a much longer story", "label": "short", "n": 1}]},
        text_column="erzählung",
    ),
    "asked-column": Case(
        {"train.jsonl": jsonl({"text": "a text", "title": "a title"})},
        {"train": [{"text": "a title"}]},
        text_column="title",
        ask={"text_column": "title"},
    ),
    "nested": Case({"train.jsonl": jsonl({"text": "t", **NESTED})}, {"train": [{"text": "t", **NESTED}]}),
    "nulls": Case(
        {"train.jsonl": jsonl({"text": None, "n": 1}, {"text": "x", "n": None}, {"n": 3}, {"text": "", "n": 4})},
        {"train": [{"text": "", "n": 1}, {"text": "x", "n": None}, {"text": "", "n": 3}, {"text": "", "n": 4}]},
    ),
    "bytes": Case(
        {"train.parquet": parquet_bytes([{"text": "t", "blob": b"\x00\xff" * 4, "picture": b"\x89PNG...."}])},
        {"train": [{"text": "t", "blob": "binary, 8 B", "picture": "PNG image, 8 B"}]},
    ),
    "invalid-jsonl": Case(
        {"train.jsonl": b'{"text": "a\xff\xfeb"}\n{"text": "\\ud800c"}\n{"text": "d"}\n'},
        {"train": [{"text": "a\ufffd\ufffdb"}, {"text": "\ufffdc"}, {"text": "d"}]},
        invalid=2,
    ),
    "invalid-csv": Case(
        {"train.csv": b"text,n\nab\xffc,1\nd,2\n"},
        {"train": [{"text": "ab\ufffdc", "n": 1}, {"text": "d", "n": 2}]},
        invalid=1,
    ),
    "invalid-parquet": Case(
        {"train.parquet": parquet_of(("text", text_of_bytes(b"ok", b"a\xf0\x28b")))},
        {"train": [{"text": "ok"}, {"text": "a\ufffd(b"}]},
        invalid=1,
    ),
    "empty-split": Case(
        {
            "train.parquet": parquet_bytes(PLAIN),
            "test.parquet": parquet_of(("text", pa.array([], pa.string())), ("n", pa.array([], pa.int64()))),
        },
        {"train": PLAIN, "test": []},
    ),
    "empty-jsonl-split": Case({"train.jsonl": jsonl(*PLAIN), "test.jsonl": b""}, {"train": PLAIN, "test": []}),
    "empty-file": Case(
        {"train-1.jsonl": b"", "train-2.jsonl": jsonl(*PLAIN), "train-3.jsonl": b"\n\n"}, {"train": PLAIN}
    ),
    "empty-csv-file": Case({"train-1.csv": "text,n\n", "train-2.csv": 'text,n\n"three, 3",3\n'}, {"train": [PLAIN[2]]}),
    "nothing": Case({"README.md": "# Soon"}, code="no_data"),
    "nothing-but-empty-files": Case({"train.jsonl": b"", "test.jsonl": b""}, code="no_data"),
    "nothing-but-a-header": Case({"train.csv": "text,n\n"}, code="no_data"),
    "no-text": Case({"train.jsonl": jsonl({"n": 1}, {"n": 2})}, code="no_data"),
    "no-parquet": Case({"train.parquet": b"PAR1 nothing of the kind PAR1"}, code="invalid_data"),
    "no-json": Case({"train.jsonl": jsonl(*PLAIN) + b"{oh no\n"}, code="invalid_data"),
    "no-csv": Case({"train.csv": "text,n\na,1\nb,2,3\n"}, code="invalid_data"),
    "open-quote": Case({"train.csv": 'text,n\na,1\n"b,2\nc,3\n'}, code="invalid_data"),
    "no-gzip": Case({"train.jsonl.gz": b"not packed at all"}, code="invalid_data"),
    "strange-files": Case(
        {
            "README.md": card(("train", "dätä dir/größe №1 #2 100% a+b & 'c'?.jsonl"), ("test", "日本/語.jsonl")),
            "dätä dir/größe №1 #2 100% a+b & 'c'?.jsonl": jsonl(PLAIN[0]),
            "日本/語.jsonl": jsonl(PLAIN[1]),
        },
        {"train": [PLAIN[0]], "test": [PLAIN[1]]},
    ),
    "strange-columns": Case(
        {
            "train.jsonl": jsonl(
                {"text": "t", "a b": 1, "a.b": 2, "naïve/№": 3, "日本": {"": 4, "c.d": 5}, "": 6, LONG: 7}
            )
        },
        {
            "train": [
                {"text": "t", "a b": 1, "a.b": 2, "naïve/№": 3, "日本": {"": 4, "c.d": 5}, "Unnamed: 5": 6, LONG: 7}
            ]
        },
    ),
    "twin-columns": Case(
        {"train.parquet": parquet_of(("text", pa.array(["t"])), ("n", pa.array([1])), ("n", pa.array([2])))},
        {"train": [{"text": "t", "n": 1, "n.1": 2}]},
    ),
    "strange-splits": Case(
        {
            "README.md": card(("été", "1.jsonl"), ("val.in_domain", "2.jsonl"), ("日本", "3.jsonl")),
            **{f"{number}.jsonl": jsonl(PLAIN[number - 1]) for number in (1, 2, 3)},
        },
        {"été": [PLAIN[0]], "val.in_domain": [PLAIN[1]], "日本": [PLAIN[2]]},
    ),
    "shared-file": Case(
        {
            "README.md": card(("train", "*.jsonl"), ("small", "b.jsonl"), ("twice", "[ab].jsonl")),
            "a.jsonl": jsonl(PLAIN[0]),
            "b.jsonl": jsonl(PLAIN[1]),
        },
        {"train": PLAIN[:2], "small": [PLAIN[1]], "twice": PLAIN[:2]},
    ),
    "huge": Case({"train.jsonl": jsonl({"text": HUGE, "n": 1}, *PLAIN)}, {"train": [{"text": HUGE, "n": 1}, *PLAIN]}),
    "separator": Case(
        {"README.md": card(("train", "a.csv"), sep="|"), "a.csv": "text|n\none ü|1\ntwo\tx|2\nthree, 3|3\n"},
        {"train": PLAIN},
    ),
    "dialect": Case(
        {
            "README.md": card(("train", "a.csv"), sep=";", quotechar="'", encoding="latin-1", skiprows=1),
            "a.csv": "made by hand\ntext;n\n'one ü';1\n'''a'';b';2\n".encode("latin-1"),
        },
        {"train": [PLAIN[0], {"text": "'a';b", "n": 2}]},
    ),
    "numbers-and-missing": Case(
        {
            "README.md": card(("train", "a.csv"), sep=";", decimal=",", thousands=".", na_values=["?", -1]),
            "a.csv": "text;n;x\none, ü;1.000;0,5\n?;-1;1.234,25\n",
        },
        {"train": [{"text": "one, ü", "n": 1000, "x": 0.5}, {"text": "", "n": None, "x": 1234.25}]},
    ),
    "encoded-json": Case(
        {"README.md": card(("train", "a.jsonl"), encoding="cp1252"), "a.jsonl": '{"text": "€ ü"}\n'.encode("cp1252")},
        {"train": [{"text": "€ ü"}]},
    ),
    "encoded-lines": Case(
        {
            "README.md": card(("train", "a.txt"), encoding="shift_jis", keep_linebreaks=True),
            "a.txt": "日本\r\n\n語".encode("shift_jis"),
        },
        {"train": [{"text": "日本\n"}, {"text": "\n"}, {"text": "語"}]},
    ),
    "comments": Case(
        {"README.md": card(("train", "a.csv"), comment="#"), "a.csv": "text\none #two\n"}, code="unsupported_format"
    ),
    "paragraphs": Case(
        {"README.md": card(("train", "a.txt"), sample_by="paragraph"), "a.txt": "a\nb\n\nc\n"},
        {"train": [{"text": "a\nb"}, {"text": "c\n"}]},
    ),
    "no-encoding": Case(
        {"README.md": card(("train", "a.txt"), encoding="utf-99"), "a.txt": "a\n"}, code="unsupported_format"
    ),
    "no-header": Case(
        {"README.md": card(("train", "a.csv"), header=None), "a.csv": "one ü,1\ntwo\tx,2\n"},
        {"train": [{"text": "one ü", "1": 1}, {"text": "two\tx", "1": 2}]},
        text_column="0",
    ),
    "other-header": Case(
        {"README.md": card(("train", "a.csv"), header=0, names=["text", "n"]), "a.csv": "A,B\none ü,1\n"},
        {"train": [PLAIN[0]]},
    ),
    "tsv": Case({"train.tsv": 'text\tn\none ü\t1\n"two\tx"\t2\nthree, 3\t3\n'}, {"train": PLAIN}),
    "lines": Case(
        {"train.txt": "first\n\n  third ü\r\nlast"},
        {"train": [{"text": "first"}, {"text": ""}, {"text": "  third ü"}, {"text": "last"}]},
    ),
    "arrow": Case({"data/train-0.arrow": arrow(*PLAIN)}, {"train": PLAIN}),
    "array": Case({"train.json": json.dumps(PLAIN, indent=1)}, {"train": PLAIN}),
    "gzip": Case({"train.jsonl.gz": gzip.compress(jsonl(*PLAIN))}, {"train": PLAIN}),
    "zstd": Case({"train.jsonl.zst": zstandard.compress(jsonl(*PLAIN))}, {"train": PLAIN}),
    "csv-gzip": Case({"train.csv.gz": gzip.compress(b'text,n\n"three, 3",3\n')}, {"train": [PLAIN[2]]}),
    "mark": Case({"train.jsonl": b"\xef\xbb\xbf" + jsonl(*PLAIN)}, {"train": PLAIN}),
    "changing-types": Case(
        {"train-1.jsonl": jsonl({"text": "a", "v": 1}), "train-2.jsonl": jsonl({"text": "b", "v": "one", "w": [1]})},
        {"train": [{"text": "a", "v": "1"}, {"text": "b", "v": "one", "w": [1]}]},
    ),
    "config-one": Case(
        {"one/train.jsonl": jsonl(PLAIN[0]), "two/train.jsonl": jsonl(PLAIN[1]), "README.md": ""},
        {"train": [PLAIN[0]]},
        ask={"config": "one"},
    ),
    "many": Case(
        {
            f"data/train-{number:05d}-of-00300.jsonl": jsonl({"text": f"row {number}", "n": number})
            for number in range(300)
        },
        {"train": [{"text": f"row {number}", "n": number} for number in range(300)]},
    ),
}
CONFIGS = "---\nconfigs:\n- config_name: one\n  data_files: one/*\n- config_name: two\n  data_files: two/*\n---\n"


@pytest.fixture(scope="module")
def module_hub() -> Iterator[Hub]:
    """Run a Hub with a repository for each case."""
    with Hub() as running:
        for name, case in CASES.items():
            files = dict(case.files)
            running.add(f"odd/{name}", files | ({"README.md": CONFIGS} if name == "config-one" else {}))
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(module_hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningServer]:
    """Run one server for all cases."""
    folder = tmp_path_factory.mktemp("odd")
    settings = Settings(
        data_dir=folder / "data",
        hf_endpoint=module_hub.url,
        hf_home=folder / "hf",
        max_downloads=6,
        disk_reserve_bytes=0,
        planner_idle_seconds=30.0,
    )
    async with running_server(settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ended(server: RunningServer) -> dict[str, Any]:
    """Download all; return each dataset, or the error of the request."""

    async def request(name: str, case: Case) -> Any:  # JSON of any kind
        answer = await server.http.post("/api/datasets/download", json={"repo_id": f"odd/{name}", **case.ask})
        return answer.json()

    answers = await asyncio.gather(*(request(*item) for item in CASES.items()))
    datasets = await until_all_ended(server, [answer["id"] for answer in answers if "id" in answer])
    return {name: datasets.get(answer.get("id"), answer) for name, answer in zip(CASES, answers, strict=True)}


async def all_samples(server: RunningServer, dataset_id: str, split: str) -> list[Any]:
    """Return every sample of a split, read page by page."""
    samples: list[Any] = []
    for page in range(1, 10):
        answer = await server.get(f"/api/datasets/{dataset_id}/samples", split=split, page=page, limit=100)
        samples += answer["data"]
        if not answer["pagination"]["has_next"]:
            break
    return samples


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.code])
async def test_every_row_equals_its_source(server: RunningServer, ended: dict[str, Any], name: str) -> None:
    """So do the splits, their order, the texts and all other columns."""
    dataset, case = ended[name], CASES[name]
    assert ("ready", None) == (dataset.get("status"), dataset.get("error_message", dataset.get("detail")))
    assert case.text_column == dataset["text_column"]
    assert case.invalid == dataset["metadata"]["invalid_texts"]
    assert [(split, len(rows)) for split, rows in case.rows.items()] == [
        (split["name"], split["num_rows"]) for split in dataset["splits"]
    ]
    for split, rows in case.rows.items():
        samples = await all_samples(server, dataset["id"], split)
        assert list(range(len(rows))) == [sample["row"] for sample in samples]
        for row, sample in zip(rows, samples, strict=True):
            text = str(row["text"])
            assert (text[:10_000], len(text)) == (sample["text"], sample["char_count"])
            columns = {key: value for key, value in sample["columns"].items() if key in row or value is not None}
            assert {key: value for key, value in row.items() if key != "text"} == {
                # A conversation is the text, and stays among the columns for its roles.
                key: value
                for key, value in columns.items()
                if (key != case.text_column or key in row) and (key != "text" or case.text_column == "text")
            }


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.code])
async def test_errors_of_unreadable_data_are_one_sentence(ended: dict[str, Any], name: str) -> None:
    """That of a damaged file begins with its name."""
    found = ended[name]
    code, message = found.get("error_code", found.get("code")), found.get("error_message", found.get("detail"))
    assert CASES[name].code == code, message
    assert message.endswith(".")
    assert "\n" not in message
    if code == "invalid_data":
        assert any(message.startswith(path) for path in CASES[name].files), message


async def test_a_huge_cell_is_cut_in_pages_and_less_by_itself(server: RunningServer, ended: dict[str, Any]) -> None:
    """Of five megabytes, a page shows the beginning; the row's own address returns a million characters and says so."""
    path = f"/api/datasets/{ended['huge']['id']}/samples"
    listed = (await server.get(path, limit=4))["data"]
    assert [True, False, False, False] == [sample["truncated"] for sample in listed]
    whole = await server.get(f"{path}/train/0")
    assert (True, len(HUGE)) == (whole["truncated"], whole["char_count"])
    assert HUGE[:1_000_000] == whole["text"]


async def test_single_rows_of_unusual_splits_have_addresses(server: RunningServer, ended: dict[str, Any]) -> None:
    """Split names that need escaping in an address are found."""
    dataset = ended["strange-splits"]
    for split, rows in CASES["strange-splits"].rows.items():
        assert rows[0]["text"] == (await server.get(f"/api/datasets/{dataset['id']}/samples/{split}/0"))["text"]


async def test_the_other_config_is_another_dataset(server: RunningServer, ended: dict[str, Any]) -> None:
    """It has its own rows, and its name includes the config."""
    other = await server.until((await server.download("odd/config-one", config="two"))["id"], "ready", "error")
    assert ("config-one (one)", "config-one (two)") == (ended["config-one"]["name"], other["name"])
    assert [PLAIN[1]["text"]] == [sample["text"] for sample in await all_samples(server, other["id"], "train")]
