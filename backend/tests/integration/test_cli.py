"""The command line, without a server and with one: the same answers, one writer, exit codes, Ctrl-C."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from tokenizers import Tokenizer

from fakes.corpora import arrow_bytes, csv_bytes, json_lines, parquet_bytes
from fakes.hub import Hub
from fakes.repositories import add_large
from fakes.shell import Shell
from mistudio import open_dataset
from mistudio.corpus.bundled.sample import SAMPLE_ROWS

ROWS = [{"title": f"No. {number}", "text": f"story {number}"} for number in range(20)]
CSV, JSONL, TABLE = csv_bytes(ROWS), json_lines(ROWS), pa.Table.from_pylist(ROWS)
STORIES = "Sample stories"
STOPPED = "Stopped. Run the command again to continue.\n"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One data folder for the module, with the sample in it."""
    shell = Shell(tmp_path_factory.mktemp("cli"))
    shell.run("download", "sample")
    return shell


@pytest.fixture(scope="module")
def tokenization(shell: Shell) -> str:
    """The id of a tokenization of the sample, which Ctrl-C stopped once: the same command continued it."""
    command = ("tokenize", STORIES, "sample", "--max-length", "128")
    assert STOPPED == shell.interrupt(*command, when=partial(shell.has_job, "tokenize"))
    (begun,) = shell.json("show", STORIES)["tokenizations"]
    made = shell.json(*command)
    assert (begun["id"], "ready") == (made["id"], made["status"])
    return str(made["id"])


@pytest.fixture
def served(shell: Shell) -> Iterator[str]:
    """The address of a server that has the data folder."""
    with shell.process("serve", "--port", "0") as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removeprefix("miStudio is at ")
        process.terminate()


def written(folder: Path, name: str, data: bytes) -> str:
    """The path of a file with these bytes."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return str(path)


def test_an_import_can_be_seen_and_changed_before(shell: Shell) -> None:
    """What each file would be, and why others are left out; the options change it, and what is left out is printed."""
    folder = Path(written(shell.folder, "mixed/data.csv", b"text;n\na, b;1\n")).parent
    written(shell.folder, "mixed/LICENSE.txt", b"MIT\n")
    written(shell.folder, "mixed/more.json", b'{"rows": [{"text": "x"}]}')
    (plan,) = (shell.json("import", str(folder), "--dry-run", "--split", "data.csv=train", "--field", "rows"),)
    entries = {entry["file"]: entry for entry in plan["files"]}
    assert ("train", ";", False) == tuple(entries["mixed/data.csv"][name] for name in ("split", "delimiter", "skipped"))
    assert ("train", "rows") == tuple(entries["mixed/more.json"][name] for name in ("split", "field"))
    shown = shell.run("import", str(folder), "--dry-run").stdout
    assert re.search(r"mixed/more\.json +train +json", shown)
    assert "mixed/data.csv     The split train is read as json" in shown
    assert "no*=test: write FILE=NAME" in shell.run("import", str(folder), "--split", "no*=test", code=1).stderr
    assert [] == [found for found in shell.json("ls") if found["name"] == "mixed"]
    printed = shell.run("import", str(folder), "--split", "*.csv=test", "--field", "rows")
    assert "mixed is ready: 2 samples (train 1, test 1)" in printed.stdout
    assert "1 file not imported:\n  mixed/LICENSE.txt: Its name is that of a licence" in printed.stderr
    assert "is deleted" in shell.run("rm", "mixed", "--yes").stdout


def test_a_folder_with_a_card_is_imported_by_a_config(shell: Shell) -> None:
    """Without a choice the configs are named."""
    card = b"---\nconfigs:\n- config_name: en\n  data_files: en.csv\n- config_name: de\n  data_files: de.csv\n---\n"
    folder = Path(written(shell.folder, "carded/README.md", card)).parent
    for name in ("en", "de"):
        written(folder, f"{name}.csv", f"text\n{name}\n".encode())
    assert "several configs and no default: en, de" in shell.run("import", str(folder), code=1).stderr
    dataset = shell.json("import", str(folder), "--config", "de")
    assert ("de", 1) == (dataset["config"], dataset["num_samples"])
    assert "is deleted" in shell.run("rm", "carded", "--yes").stdout


def test_the_sample_needs_no_network_and_no_server(shell: Shell) -> None:
    """Complete, with three splits; the same command again says that it exists."""
    (dataset,) = shell.json("ls")
    assert SAMPLE_ROWS == {split["name"]: split["num_rows"] for split in dataset["splits"]}
    assert dataset["id"] in shell.run("download", "sample").stdout
    assert 1 == len(shell.json("ls"))
    assert (shell.data_dir / "tokenizers" / "sample-bpe" / "tokenizer.json").is_file()


def test_files_of_every_format_become_a_dataset(shell: Shell) -> None:
    """The files stay; splits come from names; unsupported files are skipped; Ctrl-C costs no second dataset."""
    folder = shell.folder / "books"
    files = {
        "a.csv": CSV,
        "b.tsv": csv_bytes(ROWS, delimiter="\t"),
        "c.json": json.dumps(ROWS).encode(),
        "d.jsonl": JSONL,
        "e.jsonl.gz": gzip.compress(JSONL),
        "f.csv.zst": zstandard.compress(CSV),
        "g.parquet": parquet_bytes(TABLE),
        "h.arrow": arrow_bytes(TABLE),
        "i.txt": b"".join(f"{row['text']}\n".encode() for row in ROWS),
        "test.csv": CSV,
        "cover.png": b"\x89PNG",
    }
    command = ["import", *(written(folder, name, data) for name, data in files.items()), "--name", "books"]
    assert shell.interrupt(*command, when=partial(shell.has_job, "import")).endswith(STOPPED)
    dataset = shell.json(*command)
    assert {"books", STORIES} == {found["name"] for found in shell.json("ls")}
    assert ("books", 200, "ready") == (dataset["name"], dataset["num_samples"], dataset["status"])
    assert {"train": 180, "test": 20} == {split["name"]: split["num_rows"] for split in dataset["splits"]}
    assert dataset["id"] == shell.json(*command)["id"]
    found = shell.json("samples", "books", "--split", "test", "--limit", "3")
    assert ["story 0", "story 1", "story 2"] == [sample["text"] for sample in found["data"]]
    assert "is deleted" in shell.run("rm", "books", "--yes").stdout
    assert set(files) == {path.name for path in folder.iterdir()}


def test_a_dataset_is_tokenized_and_counted_offline(shell: Shell, tokenization: str) -> None:
    """Its ledger balances; the same settings again are that tokenization; figures and costs are those of the API."""
    printed = shell.run("tokenize", STORIES, "sample", "--max-length", "128").stdout
    assert tokenization in printed
    assert "; balances" in printed
    figures = shell.json("stats", STORIES)
    assert tokenization == figures["tokenization_id"]
    assert f"{figures['tokens']['tokens']:,}" in shell.run("stats", STORIES).stdout
    exact = shell.json("what-if", STORIES, "--max-length", "128", "--max-length", "64")
    assert (False, [64, 128]) == (exact["estimate"], [option["max_length"] for option in exact["options"]])
    assert figures["tokens"]["tokens"] == exact["source_tokens"]
    assert "Estimated from" in shell.run("what-if", STORIES, "--tokenizer", "sample").stdout
    assert tokenization in shell.run("show", STORIES).stdout


def test_a_text_of_several_columns(shell: Shell) -> None:
    """Chosen at the import, shown before a tokenization, and changed afterwards with name, tags and note."""
    path = written(shell.folder / "qa", "qa.jsonl", json_lines([{"q": "Why", "a": "So"}, {"q": "How", "a": None}]))
    dataset = shell.json("import", path, "--text-template", r"{q}?\n{a}")
    assert (dataset["text_template"], dataset["metadata"]["incomplete_texts"]) == ("{q}?\n{a}", 1)
    assert "Text: template “{q}?" in shell.run("tokenize", "qa", "sample", "--max-length", "8").stdout
    assert "Why?\nSo" in shell.run("samples", "qa").stdout
    changed = shell.json("edit", "qa", "--name", "pairs", "--tag", "x", "--note", "two", "--text-column", "a")
    assert [changed[key] for key in ("name", "tags", "note", "text_column", "text_template")] == [
        *("pairs", ["x"], "two", "a", None)
    ]
    shown = shell.run("show", "pairs").stdout
    assert all(words in shown for words in ("column “a” (“a” was chosen afterwards)", "Tags", "two"))
    assert "template “{q}?" in shell.run("edit", "pairs", "--tag", "", "--note", "", "--text-column", "").stdout
    edited = shell.json("show", "pairs")
    assert [edited[key] for key in ("tags", "note", "text_column")] == [[], None, None]
    assert "Nothing to change" in shell.run("edit", "pairs", code=1).stderr
    refused = shell.run("edit", "pairs", "--text-template", "{z}", code=1).stderr
    assert "There is no column “z”. Columns: q, a" in refused
    shell.run("rm", "pairs", "--yes")


def test_tokens_are_read_in_python_as_arrays(shell: Shell, tokenization: str) -> None:
    """The lengths are those of whole texts, the tokens those that were written, both by the tokenizer itself."""
    data = open_dataset(shell.json("show", STORIES)["id"], data_dir=shell.data_dir)
    assert [tokenization] == data.tokenizations
    reference = Tokenizer.from_file(str(shell.data_dir / "tokenizers" / "sample-bpe" / "tokenizer.json"))
    texts = [str(row["text"] or "") for row in data.rows("test")]
    ids = [reference.encode(text).ids for text in texts]
    assert [len(found) for found in ids] == data.lengths(tokenization, "test").tolist()
    rows = list(data.tokens(tokenization, "test"))
    assert np.int32 == rows[0].dtype
    assert [found[:128] for found in ids if found] == [row.tolist() for row in rows if len(row)]


def test_stored_files_are_compared_byte_for_byte(shell: Shell, tokenization: str) -> None:
    """Those of a dataset with its tokenizations, or of one tokenization, whose damaged files are rebuilt."""
    assert [] == shell.json("verify", STORIES)["differences"]
    folder = Path(shell.json("show", tokenization)["path"])
    file = next(folder.glob("test/*.arrow"))
    data = file.read_bytes()
    file.write_bytes(data[:-1] + b"?")
    for wanted in (STORIES, tokenization):
        assert f"test/{file.name} has other content" in shell.run("verify", wanted, code=1).stderr
    assert [f"test/{file.name} has other content than when it was written (its SHA-256 differs)."] == shell.json(
        "rebuild", tokenization
    )["mended"]
    assert data == file.read_bytes()
    assert "as it was stored" in shell.run("verify", tokenization).stdout
    assert {folder} == set(folder.parent.iterdir())
    assert "Rebuilt with the same bytes." in shell.run("rebuild", tokenization).stdout


def test_an_impossible_path_of_a_tokenizer_is_one_sentence(shell: Shell) -> None:
    """A name that is too long for a file, or has characters that no file name has."""
    for name, word in ((f"./{'x' * 300}", "path"), ("./\0", "control character (\\x00)")):
        error = shell.run("what-if", STORIES, "--tokenizer", name, code=1).stderr
        assert (word in error, 1) == (True, len(error.strip().splitlines())), error


def test_with_a_server_the_commands_ask_it(shell: Shell, tokenization: str, served: str) -> None:
    """The server has the folder, and gives the same responses; an error is one sentence and code 1."""
    # Its exit code depends on whether the panel is built.
    assert served in shell.run("doctor", code=int(not (Path(__file__).parents[2] / "src/mistudio/web").is_dir())).stdout
    assert "more is ready: 20 samples" in shell.run("import", written(shell.folder, "more.csv", CSV)).stdout
    assert "ready" == shell.json("rebuild", STORIES)["state"]
    bad = written(shell.folder, "bad.csv", b"a,text\n1,2,3\n")
    assert "bad.csv, row 2: expected 2 columns, found 3." in shell.run("import", bad, code=1).stderr
    assert "There is no dataset “nothing”" in shell.run("show", "nothing", code=1).stderr
    assert "max_length" in shell.run("tokenize", "more", "sample", "--max-length", "1", code=1).stderr
    assert "Tokenize this dataset to see token statistics" in shell.run("stats", "more").stdout
    for name in ("more", "bad", tokenization):
        assert "is deleted" in shell.run("rm", name, "--yes").stdout
    assert [] == shell.json("show", STORIES)["tokenizations"]


def test_ctrl_c_of_a_download_keeps_its_bytes(hub: Hub, tmp_path: Path) -> None:
    """The next call asks the Hub for the rest only."""
    add_large(hub, files=1, megabytes=3.0)
    hub.rate = 1e6
    shell = Shell(tmp_path, hub=hub.url)

    def is_half_way() -> bool:
        return sum(record.bytes_sent for record in hub.requests if record.origin == "files") > 1_500_000

    assert STOPPED == shell.interrupt("download", "lab/large", when=is_half_way)
    hub.rate, before = None, len(hub.requests)
    dataset = shell.json("download", "lab/large")
    assert "ready" == dataset["status"]
    again = sum(record.bytes_sent for record in hub.requests[before:] if record.origin == "files")
    assert again < dataset["metadata"]["source_bytes"]


def test_the_shell_completes_commands(shell: Shell) -> None:
    """In the form that the shell's completion uses."""
    asked = {"_MISTUDIO_COMPLETE": "complete_bash", "COMP_WORDS": "mistudio to", "COMP_CWORD": "1"}
    assert "tokenize" == shell.run(variables=asked).stdout.strip()


def test_a_wrong_command_line_is_code_2(shell: Shell) -> None:
    """By convention."""
    shell.run("import", "/nowhere/at/all.csv", code=2)


def test_escape_sequences_in_data_are_shown_and_not_carried_out(shell: Shell) -> None:
    """In texts, names of columns, tables and errors; line breaks of texts are line breaks, and JSON is the data's."""
    data = json_lines([{"text": "first\x1b[2J\tline\r\nsecond\rline\x9b", "\x1b]0;title\x07": 1}])
    folder = written(shell.folder, "odd/odd.jsonl", data)
    shell.run("import", folder)
    shown = [shell.run(command, "odd").stdout for command in ("samples", "show")]
    assert ["first\\x1b[2J", "second\\rline\\x9b"] == [line.split()[0] for line in shown[0].splitlines()[1:3]]
    assert "Column \\x1b]0;title\\x07" in shown[1]
    shown += [shell.run("show", name, code=1).stderr for name in ("no\x1b[31m", "ds_\x1b[31m", "tok_\x07")]
    assert ["\\x1b", "\\x1b", "\\x07"] == re.findall(r"control character \((.*)\)", "".join(shown[2:]))
    assert not re.search(r"[^\n -~\xa0-\uffff]", "".join(shown))
    assert "first\x1b[2J\tline\r\nsecond\rline\x9b" == shell.json("samples", "odd")["data"][0]["text"]


def test_mixtures(shell: Shell) -> None:
    """A dry run shows what comes, the command says what came, and so does show; the same again is that dataset."""
    for name in ("one", "two"):
        path = shell.folder / f"{name}.jsonl"
        path.write_bytes(json_lines([{"text": f"{name} {number}"} for number in range(100)]))
        shell.run("import", str(path), "--name", name)
    command = ("mix", "one=60%", "two:train=0.4x2", "--seed", "3")
    assert ["one train 100 100 100 60.24%", "two train 100 66 66 39.76%"] == [
        " ".join(line.split()) for line in shell.run(*command, "--dry-run").stdout.splitlines()[1:]
    ]
    made = shell.run(*command, "--name", "both")
    assert "one (train): 60.24%, 100 rows in 100 rows, 1.00 times what it has." in made.stdout
    assert "two (train): 39.76%, 66 rows in 66 rows, 0.66 times what it has" in shell.run("show", "both").stdout
    assert shell.json("show", "both")["id"] == shell.json(*command)["id"]
    assert "is not a part. Write NAME=SHARE" in shell.run("mix", "one", "two=0.5", code=1).output
    assert "The shares add up to 0.9" in shell.run("mix", "one=0.5", "two=0.4", code=1).output


def test_subsets(shell: Shell) -> None:
    """A dry run shows what comes, the command and show say what came; the same again is that dataset."""
    path = shell.folder / "pets.jsonl"
    path.write_bytes(json_lines([{"text": f"{('dog', 'cat')[number % 2]} {number // 4}"} for number in range(100)]))
    shell.run("import", str(path), "--name", "pets")
    command = ("subset", "pets", "--search", "dog", "--dedup", "exact", "--validation", "0.2")
    shown = shell.run(*command, "--dry-run").stdout
    assert "Filter: 50 of 100 rows kept; dropped: not matched 50." in shown
    assert "Dedup exact: 25 of 50 rows kept; dropped: duplicate 25." in shown
    assert re.search(r"dropped +train +1 +cat 0", shown)
    made = shell.run(*command, "--name", "dogs")
    assert "Dedup exact: 25 of 50 rows kept; dropped: duplicate 25." in made.stdout
    facts = shell.run("show", "dogs").stdout
    assert re.search(r"Parent +pets", facts)
    assert re.search(r"Split validation +5 samples", facts)
    assert shell.json("show", "dogs")["id"] == shell.json(*command)["id"]
    assert "Every file is as it was stored." in shell.run("verify", "dogs").stdout
    chosen = shell.json("subset", "pets", "--rows", "0:2", "--rows", "98:100")
    assert 4 == chosen["num_samples"]
    assert 2 == shell.json("subset", "pets", "--id", "train:5", "--id", "train:7")["num_samples"]
    assert 10 == shell.json("subset", "pets", "--rows", "10", "--seed", "1")["num_samples"]
    steps = shell.folder / "steps.json"
    steps.write_text('[{"kind": "drop_regex", "pattern": "cat"}]')
    assert 50 == shell.json("subset", "pets", "--steps", str(steps))["num_samples"]
    for wrong, message in (
        (("--rows", "5:x"), "is not a range"),
        (("--id", "5"), "Write --id SPLIT:ROW"),
        (("--steps", str(path)), "is not JSON"),
        (("--decontaminate", "pets"), "not the same"),
        (("--threshold", "0.9"), "belongs to --dedup near"),
    ):
        assert message in shell.run("subset", "pets", *wrong, code=1).stderr


def test_recipes(shell: Shell) -> None:
    """The command imports the files beside the recipe; what it made has a recipe that finds the same again."""
    notes = json_lines([{"text": f"note {number}"} for number in range(50)])
    (shell.folder / "notes.jsonl").write_bytes(notes)
    path = shell.folder / "recipe.yaml"
    files = f"files: [{{path: notes.jsonl, sha256: {hashlib.sha256(notes).hexdigest()}}}]"
    parts = "parts: [{dataset: notes, rows: 5}, {dataset: notes, rows: 7, label: more}]"
    path.write_text(
        f"datasets:\n  notes: {{import: {{{files}}}}}\n  both: {{mix: {{{parts}}}}}\n"
        "tokenizations:\n  tokens: {dataset: both, tokenizer: ./tokenizers/sample-bpe, max_length: 16}\n"
    )
    made = shell.json("build", str(path))
    assert ("succeeded", ["notes", "both", "tokens"]) == (made["state"], [step["name"] for step in made["steps"]])
    assert "tokens is ready. Its id is tok_" in shell.run("build", str(path)).stdout
    written = shell.run("recipe", made["tokenizations"]["tokens"]).stdout
    (shell.folder / "again.yaml").write_text(written)
    again = shell.json("build", str(shell.folder / "again.yaml"))
    assert list(made["tokenizations"].values()) == list(again["tokenizations"].values()), written
    assert made["datasets"].keys() >= {"both"}
    assert "nothing to cancel" in shell.run("recipe", made["id"], "--cancel", code=1).stderr
    path.write_text(path.read_text().replace("rows: 7", "rows: x"))
    assert "Line 3, datasets.both.mix.parts[1].rows: Input should be a valid integer" in (
        shell.run("build", str(path), code=1).stderr
    )
    wrong = shell.folder / "wrong.yaml"
    wrong.write_text(f"datasets:\n  other: {{import: {{{files.replace('notes.jsonl', 'other.jsonl')}}}}}\n")
    assert "other.jsonl is not there. Put it beside the recipe." in shell.run("build", str(wrong), code=1).stderr


def test_croissant_metadata(shell: Shell) -> None:
    """The document of a dataset, as JSON."""
    document = json.loads(shell.run("croissant", STORIES).output)
    assert ("sc:Dataset", STORIES) == (document["@type"], document["name"])


def test_updates(tmp_path: Path) -> None:
    """The command says what changes, and downloads it; without a newer commit, it says so."""
    lines = {
        f"{name}.jsonl": json_lines([{"text": f"{name} {row}"} for row in range(20)]) for name in ("train", "test")
    }
    with Hub() as hub:
        repository = hub.add("lab/news", lines)
        shell = Shell(tmp_path, hub=hub.url)
        old = shell.json("download", "lab/news")
        assert "news is at the newest commit" in shell.run("update", "lab/news").stdout
        commit = repository.commit({**lines, "train.jsonl": lines["test.jsonl"]})
        shown = shell.run("update", old["id"], "--check").stdout
        assert f"A newer commit is there: {commit[:12]}. 1 file changed, 1 unchanged." in shown
        assert "changed  train.jsonl" in shown
        assert commit == shell.json("update", old["id"], "--check")["commit"]
        assert (commit, 40) == ((made := shell.json("update", old["id"]))["revision"], made["num_samples"])
