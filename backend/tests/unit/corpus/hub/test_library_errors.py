"""Whatever the ``datasets`` library raises becomes an error with its reason, and blames no card that is not there."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mistudio.core.errors import InvalidRepository, MiStudioError, NoData, UnsupportedFormat
from mistudio.corpus.hub.layout import read_layout
from mistudio.corpus.hub.library_errors import translate_library_errors


def read_all(folder: Path, paths: list[str], card: str | None) -> None:
    """Read every config of a repository."""
    made = folder / "mistudio-plan-x"
    made.mkdir()
    declarations = {} if card is None else {"README.md": f"---\n{card}\n---\n".encode()}
    layout = read_layout("ada/tales", [*paths, *declarations], declarations, made)
    for config in layout.configs:
        layout.read(config)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The reason is the library's own."""
    card = "configs:\n- config_name: default\n  data_files: missing.csv"
    with pytest.raises(NoData, match=r"The card of ada/tales \(README\.md\) names files .*missing\.csv"):
        read_all(tmp_path, ["train.csv"], card)


def test_the_card_is_not_blamed_where_there_is_none(tmp_path: Path) -> None:
    """Splits of two formats."""
    with pytest.raises(UnsupportedFormat, match="Couldn't infer the same data file format") as refused:
        read_all(tmp_path, ["train.csv", "test.jsonl"], None)
    assert "card" not in refused.value.detail


def test_the_librarys_reason_reaches_the_user(tmp_path: Path) -> None:
    """The field is the file that declares it."""
    with pytest.raises(InvalidRepository, match="Expected data_files in YAML to be either") as refused:
        read_all(tmp_path, ["train.csv"], "configs:\n- config_name: default\n  data_files: 7")
    assert {"field": "README.md"} == refused.value.extra


@pytest.mark.parametrize(("path", "kind"), [("train.zip", "zip"), ("data/train.tar", "tar"), ("train.tar.gz", "tar")])
@pytest.mark.parametrize("others", [[], ["test.csv"]])
def test_archives_are_refused(tmp_path: Path, path: str, kind: str, others: list[str]) -> None:
    """Before a byte of data comes."""
    with pytest.raises(UnsupportedFormat, match=f"{kind} archives are not read"):
        read_all(tmp_path, [path, *others], None)


@pytest.mark.parametrize(
    "card",
    [
        "- 1",
        "configs: 7",
        "configs: [1]",
        "configs: [{config_name: {a: 1}}]",
        "configs: [{config_name: a, data_files: [{split: train}]}]",
        "configs: [{config_name: a, data_files: {train: [x]}}]",
        "configs: [{config_name: a, data_files: train.csv, default: [1]}]",
        "configs: [{config_name: a, data_dir: {a: 1}}]",
        "configs: [{config_name: a, data_files: '[', sep: 7}]",
        "dataset_info: 7",
        "dataset_info: [1]",
        "dataset_info: {features: 7}",
        "dataset_info: {features: [{name: text, dtype: {a: {b: [1]}}}]}",
        "dataset_info: {splits: 7}",
        "dataset_info: {splits: [{name: train, num_examples: -1.5}]}",
        f"dataset_info: {{features: [{{name: text, dtype: '{'s' * 300}'}}]}}",
    ],
)
def test_an_odd_card_is_an_error_of_ours_or_none(tmp_path: Path, card: str) -> None:
    """Whatever type a field has; the detail stays short and does not name the planning folder."""
    detail = ""
    try:
        read_all(tmp_path, ["train.csv"], card)
    except MiStudioError as error:
        detail = error.detail
    assert len(detail) < 700
    assert str(tmp_path) not in detail


def translate(error: Exception, declared: Sequence[str] = (), archive: str | None = None) -> MiStudioError:
    """Return what an error of the library becomes."""
    root = Path("/plans/x")
    with pytest.raises(MiStudioError) as raised, translate_library_errors("ada/tales", root, declared, archive):
        raise error
    return raised.value


def test_a_reason_is_one_short_line_without_the_planning_folder() -> None:
    """An error that says only a name has its class before it."""
    found = translate(ValueError("cannot read /plans/x/data/a.csv\n  of /plans/x.\x1b"))
    assert "one format: cannot read data/a.csv of the repository.\\x1b. Choose" in found.detail
    assert "one format: KeyError: 'split'. Choose" in translate(KeyError("split")).detail
    assert "one format: AssertionError. Choose" in translate(AssertionError()).detail
    assert "x" * 300 + ". Choose" in translate(ValueError("x" * 5_000)).detail


def test_an_archive_is_the_reason_whatever_the_library_says() -> None:
    """Even where a card declares something."""
    found = translate(FileNotFoundError("a.csv"), ["README.md"], "zip")
    assert isinstance(found, UnsupportedFormat)
    assert "zip archives are not read" in found.detail
    assert isinstance(translate(FileNotFoundError("a.csv")), NoData)


def test_a_defect_of_this_program_is_not_translated() -> None:
    """It is no fault of the repository."""
    with pytest.raises(ZeroDivisionError), translate_library_errors("ada/tales", Path("/plans/x"), (), None):
        raise ZeroDivisionError
