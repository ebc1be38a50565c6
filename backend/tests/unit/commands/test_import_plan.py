"""The plan of an import on the command line: the files it offers, and what options change."""

from pathlib import Path
from typing import Any

import pytest
import typer

from mistudio.commands.import_plan import ImportChanges, apply_changes, describe_skipped, list_files, to_form
from mistudio.corpus.formats.file_options import FileOptions


def entry(file: str, **fields: object) -> dict[str, Any]:
    """A file of a plan."""
    empty = dict.fromkeys(("encoding", "delimiter", "quote", "field", "sample_by", "text_column", "reason"))
    return {"file": file, "split": "train", "format": "csv", **empty, "options": {}, "skipped": False, **fields}


def test_all_files_but_hidden_ones_are_offered(tmp_path: Path) -> None:
    """Those of a folder with its name; what can hold a card's declarations also if hidden."""
    for name in ("a.csv", "b/LICENSE", ".git/config", ".huggingface.yaml", "b/.DS_Store"):
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    expected = ["mine/.huggingface.yaml", "mine/a.csv", "mine/b/LICENSE"]
    assert expected == sorted(list_files([tmp_path / "mine"]))
    assert ["a.csv"] == list(list_files([tmp_path / "mine" / "a.csv"]))


def test_options_change_the_files_that_they_apply_to() -> None:
    """A delimiter is for CSV, a split for the files that are named; a named file is read."""
    entries = [entry("d/a.csv"), entry("d/b.json", format="json"), entry("d/c.txt", format="text", skipped=True)]
    options = FileOptions(encoding="latin-1", delimiter="\\t", field="rows", sample_by="file")
    changed = apply_changes(entries, ImportChanges(["c.txt=test", "d/a*=extra"], options))
    assert [("extra", "\t", None), ("train", None, "rows"), ("test", None, None)] == [
        (each["split"], each["delimiter"], each["field"]) for each in changed
    ]
    assert ["latin-1"] * 3 == [each["encoding"] for each in changed]
    assert (False, "file") == (changed[2]["skipped"], changed[2]["sample_by"])


@pytest.mark.parametrize("rule", ["a.csv", "nothing.csv=train"])
def test_a_rule_without_a_file_is_refused(rule: str) -> None:
    """As one without a split is."""
    with pytest.raises(typer.Exit):
        apply_changes([entry("a.csv")], ImportChanges([rule], FileOptions()))


def test_what_is_skipped_is_described_in_short() -> None:
    """Ten files by name, the others by number."""
    assert describe_skipped([entry("a.csv")]) is None
    many = [entry(f"{number}.csv", skipped=True, reason="Why.") for number in range(12)]
    text = describe_skipped(many) or ""
    assert text.startswith("12 files not imported:\n  0.csv: Why.\n")
    assert text.endswith("and 2 more; --dry-run shows all")


def test_the_form_has_no_guess_of_the_text_column() -> None:
    """All rows decide, unless the user did."""
    form = to_form({"config": None}, [entry("a.csv", text_column="text")], {"name": None, "text_column": "body"})
    assert ["text_column", "plan"] == list(form)
    assert '"text_column": null' in form["plan"]
