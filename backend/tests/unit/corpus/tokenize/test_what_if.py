"""What-if equals the real run; a trace leads back to the characters; a manifest makes the same bytes again."""

import ast
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import (
    BOS,
    EOS,
    FakeTemplate,
    FakeTokenizer,
    fake_engines,
    token_of,
    tokenized,
)
from mistudio.core.errors import SourceChanged
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenize.rebuild import rebuild_from_manifest
from mistudio.corpus.tokenize.what_if import WhatIfLayout, calculate_what_if, read_lengths, wrap_sample
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.snippets import write_snippets
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.corpus.tokenized.trace import trace_position

ASKED = TokenizeSettings(tokenizer="fake", max_length=16)
TOKENIZERS = [FakeTokenizer(), FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits of documents of many lengths."""
    folder = tmp_path_factory.mktemp("whatif") / "ds"
    chance = np.random.default_rng(3)
    texts = [None if n % 19 == 5 else f"{n} " * int(size) for n, size in enumerate(chance.integers(0, 12, 300))]
    rows = [{"text": text} for text in texts]
    make_dataset(folder, {"train": [rows[:120], rows[120:250]], "test": [rows[250:]]})
    return folder


def run(dataset: Path, folder: Path, settings: TokenizeSettings, tokenizer: FakeTokenizer) -> TokenizedManifest:
    """The real run."""
    return tokenized(dataset, folder, settings, tokenizer=tokenizer, batch_bytes=None, part_bytes=2_000)


def figures_of(manifest: TokenizedManifest) -> dict[str, int]:
    """What a run came to, in the words of what-if."""
    ledger = manifest.ledger
    names = ("positions", "data_tokens", "special_tokens", "padding", "truncated", "dropped")
    rows = sum(split.rows for split in manifest.splits if not split.is_held_out)
    return {"rows": rows, **{name: getattr(ledger, name) for name in names}}


def without_size(layout: WhatIfLayout) -> dict[str, int]:
    """The figures that are exact."""
    return {name: value for name, value in vars(layout).items() if name != "size_bytes"}


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=["bare", "framed"])
@pytest.mark.parametrize(
    "settings", [replace(ASKED, max_length=4), replace(ASKED, heldout_fraction=0.4, keep_last_partial=True)], ids=str
)
def test_what_if_equals_the_real_run(
    dataset: Path, tmp_path: Path, settings: TokenizeSettings, tokenizer: FakeTokenizer
) -> None:
    """Ragged, padded and packed, for several lengths, from the lengths of a run with other settings."""
    first = run(dataset, tmp_path / "first", settings, tokenizer)
    lengths = read_lengths(tmp_path / "first" / "tok", first)
    asked = [3, 7, 16, 100]
    told = calculate_what_if(lengths, asked, settings=settings, tokenizer=tokenizer, dataset=read_manifest(dataset))
    layouts = {"ragged": {}, "padded": {"padding": "max_length"}, "packed": {"packing": "concat"}}
    for option in told.options:
        for name, changes in layouts.items():
            wanted = replace(settings, max_length=option.max_length, **changes)  # type: ignore[arg-type]
            real = run(dataset, tmp_path / f"{name}{option.max_length}", wanted, tokenizer)
            assert figures_of(real) == without_size(getattr(option, name))


def test_a_sample_is_scaled_to_all(dataset: Path) -> None:
    """Of ten documents of five tokens, counted on two of them."""
    told = calculate_what_if(
        wrap_sample(np.array([5, 5], np.int64)),
        [4],
        settings=ASKED,
        tokenizer=FakeTokenizer(),
        dataset=read_manifest(dataset),
        documents=10,
    )
    ragged = told.options[0].ragged
    assert (10, 2, 50) == (told.documents, told.documents_counted, told.source_tokens)
    assert (10, 40, 10) == (ragged.rows, ragged.positions, ragged.truncated)


@pytest.mark.parametrize("packing", ["off", "concat"])
def test_every_position_leads_back_to_its_character(dataset: Path, tmp_path: Path, packing: str) -> None:
    """Packed or not: the character there is the one that the token was made of; the rest is special."""
    tokenizer = TOKENIZERS[1]
    settings = replace(ASKED, packing="concat" if packing == "concat" else "off")
    manifest = run(dataset, tmp_path, settings, tokenizer)
    store, reader = TokenizedStore.open(tmp_path / "tok"), TextReader(DatasetStore(dataset), "text")
    data = 0
    for row in store.rows("train", offset=5, limit=12):
        for position, token in enumerate(row.ids):
            found = trace_position(
                row,
                position,
                split="train",
                manifest=manifest,
                dataset=read_manifest(dataset),
                reader=reader,
                find_characters=lambda text: [(index, index + 1) for index in range(len(text))],
            )
            if found.source is None:
                assert ("special", True) == (found.kind, int(token) in (BOS, EOS))
                continue
            data += 1
            source = found.source
            text = source.text[source.char_start - source.text_start : source.char_end - source.text_start]
            (whole,) = reader.rows("train", [source.row])
            assert whole[source.char_start : source.char_end] == text
            assert token_of(text) == token
            assert source.source is not None
    assert data > 50


def test_a_manifest_makes_the_same_bytes_again(dataset: Path, tmp_path: Path) -> None:
    """And a tokenizer that is another one is refused."""
    settings = replace(ASKED, packing="concat", shuffle_seed=4, heldout_fraction=0.2)
    manifest = run(dataset, tmp_path / "one", settings, TOKENIZERS[0])
    places = (tmp_path / "two" / "staging", tmp_path / "two" / "tok")

    def again(tokenizer: FakeTokenizer) -> TokenizedManifest:
        return rebuild_from_manifest(
            dataset, manifest, *places, tokenizer=tokenizer, engines=fake_engines(), monitor=NullMonitor()
        )

    with pytest.raises(SourceChanged):
        again(replace(TOKENIZERS[0], fingerprint="other"))
    assert manifest.splits == again(TOKENIZERS[0]).splits


class Runner:
    """What SAELens has under this name, as far as it takes a data set: the calls are kept."""

    calls: ClassVar[list[dict[str, Any]]] = []  # keywords of the call, of any kind

    def __init__(self, cfg: dict[str, Any], **given: Any) -> None:  # as above
        self.given = {"cfg": cfg, **given}

    def run(self) -> None:
        """Keep the call."""
        self.calls.append(self.given)


@pytest.mark.parametrize("held_out", [0.0, 0.3])
def test_saelens_is_handed_rows_of_its_context_size(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held_out: float
) -> None:
    """Tokens in the column that it looks for, all rows as long as its context; the held-out split to evaluate on."""
    manifest = run(dataset, tmp_path, replace(ASKED, packing="concat", heldout_fraction=held_out), TOKENIZERS[0])
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


def test_a_snippet_names_the_model_where_the_tokenizer_does(dataset: Path, tmp_path: Path) -> None:
    """That of a repository; whose a tokenizer of this machine is only the user knows, and is to write."""
    manifest = run(dataset, tmp_path, replace(ASKED, packing="concat"), TOKENIZERS[0])
    for commit, line in (
        ("0" * 40, "model_name = 'ada/gpt'\n"),
        (None, 'model_name = ""  # of the model that the tokenizer ./mine belongs to\n'),
    ):
        tokenizer = replace(manifest.tokenizer, repo="ada/gpt", name="./mine", commit=commit)
        found = write_snippets(tmp_path / "tok", replace(manifest, tokenizer=tokenizer))
        assert [False, True, True] == [line in snippet.code for snippet in found]


def test_no_name_gets_out_of_its_place_in_a_snippet(dataset: Path, tmp_path: Path) -> None:
    """Line breaks and quotes of splits and tokenizers, which a link or an older record may bring in."""
    manifest = run(dataset, tmp_path, replace(ASKED, packing="concat", heldout_fraction=0.3), TOKENIZERS[0])
    odd = 'x"]\nraise SystemExit\n\\'
    tokenizer = replace(manifest.tokenizer, name=odd, commit=None)
    splits = tuple(replace(split, name=odd) for split in manifest.splits)
    for snippet in write_snippets(tmp_path / "tok", replace(manifest, tokenizer=tokenizer, splits=splits)):
        tree = ast.parse(snippet.code)
        assert [] == [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
        assert odd in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def test_the_snippets_are_python(dataset: Path, tmp_path: Path) -> None:
    """SAELens's is for packed rows, which all have its context size."""
    manifest = run(dataset, tmp_path, replace(ASKED, packing="concat", heldout_fraction=0.3), TOKENIZERS[0])
    found = write_snippets(tmp_path / "tok", manifest)
    assert ["datasets", "SAELens", "TransformerLens"] == [snippet.title for snippet in found]
    for snippet in found:
        compile(snippet.code, snippet.title, "exec")
    namespace: dict[str, object] = {}
    exec(found[0].code, namespace)  # noqa: S102 (the snippet is what is tested)
    assert manifest.split("train").rows == len(namespace["rows"])  # type: ignore[arg-type]
