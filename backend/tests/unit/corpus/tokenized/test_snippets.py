"""The snippets are Python that loads the tokenization, whatever its names are."""

import ast
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.snippets import write_snippets

PACKED = TokenizeSettings(tokenizer="fake", max_length=16, packing="concat")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits with documents of many lengths."""
    return make_varied_dataset(tmp_path_factory.mktemp("snippets") / "ds")


def run(dataset: Path, folder: Path, settings: TokenizeSettings) -> TokenizedManifest:
    """Tokenize, and return the manifest."""
    return tokenize_into(dataset, folder, settings, batch_bytes=None, part_bytes=2_000)


class Runner:
    """Stands for the runner of SAELens, and keeps the calls."""

    calls: ClassVar[list[dict[str, Any]]] = []  # keywords of the call, of any kind

    def __init__(self, cfg: dict[str, Any], **given: Any) -> None:  # as above
        self.given = {"cfg": cfg, **given}

    def run(self) -> None:
        """Keep the call."""
        self.calls.append(self.given)


@pytest.mark.parametrize("held_out", [0.0, 0.3])
def test_saelens_gets_rows_of_its_context_size(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held_out: float
) -> None:
    """All rows are as long as its context; the held-out split is for evaluation."""
    manifest = run(dataset, tmp_path, replace(PACKED, heldout_fraction=held_out))
    module = types.ModuleType("sae_lens")
    vars(module).update(LanguageModelSAERunnerConfig=dict, LanguageModelSAETrainingRunner=Runner)
    monkeypatch.setitem(sys.modules, "sae_lens", module)
    code = next(snippet.code for snippet in write_snippets(tmp_path / "tok", manifest) if snippet.title == "SAELens")
    exec(code, {})  # noqa: S102 (the snippet is what is tested)
    given = Runner.calls.pop()
    handed = [given[name] for name in ("override_dataset", "override_eval_dataset") if name in given]
    assert [split.rows for split in manifest.splits if split.source == "train"] == [len(rows) for rows in handed]
    for rows in handed:
        assert {given["cfg"]["context_size"]} == {len(row["input_ids"]) for row in rows}


def test_a_snippet_names_the_model_of_the_tokenizer(dataset: Path, tmp_path: Path) -> None:
    """The user must fill in the model of a local tokenizer."""
    manifest = run(dataset, tmp_path, PACKED)
    for commit, line in (
        ("0" * 40, "model_name = 'ada/gpt'\n"),
        (None, 'model_name = ""  # of the model that the tokenizer ./mine belongs to\n'),
    ):
        tokenizer = replace(manifest.tokenizer, repo="ada/gpt", name="./mine", commit=commit)
        found = write_snippets(tmp_path / "tok", replace(manifest, tokenizer=tokenizer))
        assert [False, True, True] == [line in snippet.code for snippet in found]


def test_a_name_cannot_inject_code_into_a_snippet(dataset: Path, tmp_path: Path) -> None:
    """Names of splits and tokenizers may contain line breaks and quotes, from a link or an older record."""
    manifest = run(dataset, tmp_path, replace(PACKED, heldout_fraction=0.3))
    odd = 'x"]\nraise SystemExit\n\\'
    tokenizer = replace(manifest.tokenizer, name=odd, commit=None)
    splits = tuple(replace(split, name=odd) for split in manifest.splits)
    for snippet in write_snippets(tmp_path / "tok", replace(manifest, tokenizer=tokenizer, splits=splits)):
        tree = ast.parse(snippet.code)
        assert [] == [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
        assert odd in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def test_the_snippets_are_python(dataset: Path, tmp_path: Path) -> None:
    """All compile, and the first loads the rows; the one for SAELens needs packed rows."""
    manifest = run(dataset, tmp_path, replace(PACKED, heldout_fraction=0.3))
    found = write_snippets(tmp_path / "tok", manifest)
    assert ["datasets", "SAELens", "TransformerLens"] == [snippet.title for snippet in found]
    for snippet in found:
        compile(snippet.code, snippet.title, "exec")
    namespace: dict[str, object] = {}
    exec(found[0].code, namespace)  # noqa: S102 (the snippet is what is tested)
    assert manifest.split("train").rows == len(namespace["rows"])  # type: ignore[arg-type]
