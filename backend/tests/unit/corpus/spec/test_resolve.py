"""Settings are resolved with every default explained, and settings that cannot work are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import BOS, EOS, PAD, FakeSpecial, FakeTemplate, FakeTokenizer
from mistudio.core.errors import UnknownColumn, UnknownSplit, ValidationFailed
from mistudio.core.records import as_json, from_json
from mistudio.corpus.spec.resolve import ResolvedSettings, equivalence_key, hash_settings, resolve_settings
from mistudio.corpus.spec.settings import Slot, TokenizeSettings
from mistudio.corpus.store.manifest import Manifest

SETTINGS = TokenizeSettings(tokenizer="gpt2")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Return a dataset of two splits with columns of text, conversations and numbers."""
    row = {"text": "a", "messages": [{"role": "user", "content": "Hi"}], "n": 1}
    return make_dataset(tmp_path_factory.mktemp("settings") / "ds", {"train": [[row]], "test": [[row]]})


def refused_fields(settings: TokenizeSettings, tokenizer: FakeTokenizer, dataset: Manifest) -> list[str]:
    """Return the fields that the refusal of these settings names."""
    with pytest.raises(ValidationFailed) as caught:
        resolve_settings(settings, tokenizer, dataset=dataset)
    return [problem.field for problem in caught.value.fields]


@pytest.mark.parametrize(
    ("models", "expected"), [(None, 1024), (512, 512), (8192, 8192), (131072, 1024), (10**30, 1024)]
)
def test_the_default_length_is_the_limit_of_the_tokenizer(dataset: Manifest, models: int | None, expected: int) -> None:
    """Up to 8,192; without a limit, or with a higher one, it is 1,024."""
    assert expected == resolve_settings(SETTINGS, FakeTokenizer(model_max_length=models), dataset=dataset).max_length


def test_the_tokenizer_frames_unpacked_rows(dataset: Manifest) -> None:
    """Auto adds nothing; a token that is requested by name occurs once."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))
    assert ((BOS,), (EOS,)) == get_frame(resolve_settings(SETTINGS, tokenizer, dataset=dataset))
    assert ((), ()) == get_frame(
        resolve_settings(replace(SETTINGS, add_special_tokens=False), tokenizer, dataset=dataset)
    )
    settings = replace(SETTINGS, begin_of_row_token="bos", end_of_document_token="eos")
    assert ((BOS,), (EOS,)) == get_frame(resolve_settings(settings, tokenizer, dataset=dataset))
    assert ((BOS,), (EOS,)) == get_frame(
        resolve_settings(replace(settings, add_special_tokens=False), tokenizer, dataset=dataset)
    )


def get_frame(resolved: ResolvedSettings) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return prefix and suffix of each document."""
    return resolved.prefix, resolved.suffix


@pytest.mark.parametrize(
    ("special", "begin", "separator"),
    [(FakeSpecial(), BOS, BOS), (FakeSpecial(bos=None), None, EOS), (FakeSpecial(bos=None, eos=None), None, None)],
)
def test_auto_packs_rows_like_saelens(
    dataset: Manifest, special: FakeSpecial, begin: int | None, separator: int | None
) -> None:
    """BOS begins rows and separates documents; without BOS, EOS separates. Notes say so."""
    resolved = resolve_settings(replace(SETTINGS, packing="concat"), FakeTokenizer(special=special), dataset=dataset)
    assert (begin, separator, None) == (resolved.begin_of_row, resolved.separator, resolved.end_of_document)
    assert 2 == sum(note.startswith(("Rows begin with", "Documents are separated by")) for note in resolved.notes)


def test_an_end_of_document_token_can_be_the_separator(dataset: Manifest) -> None:
    """BOS and EOS of GPT-2 are the same token; the end of a document already separates."""
    special = FakeSpecial(bos=EOS)
    settings = replace(SETTINGS, packing="concat", end_of_document_token="eos")
    resolved = resolve_settings(settings, FakeTokenizer(special=special), dataset=dataset)
    assert (None, (EOS,)) == (resolved.separator, resolved.suffix)


def test_padding_uses_the_padding_token_else_eos(dataset: Manifest) -> None:
    """Without either, padding is refused: an id must be in the vocabulary."""
    settings = replace(SETTINGS, padding="longest")
    assert PAD == resolve_settings(settings, FakeTokenizer(), dataset=dataset).pad
    without = resolve_settings(settings, FakeTokenizer(special=FakeSpecial(pad=None)), dataset=dataset)
    assert EOS == without.pad
    assert any("no padding token: EOS" in note and "attention_mask masks it" in note for note in without.notes)
    assert ["padding"] == refused_fields(settings, FakeTokenizer(special=FakeSpecial(pad=None, eos=None)), dataset)


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        (replace(SETTINGS, packing="concat", padding="longest"), ["padding"]),
        (replace(SETTINGS, max_length=1), ["max_length"]),
        (replace(SETTINGS, heldout_fraction=1.0, max_length=0), ["max_length", "heldout_fraction"]),
        (replace(SETTINGS, shuffle_seed=-1), ["shuffle_seed"]),
        (replace(SETTINGS, begin_of_row_token=65), ["begin_of_row_token"]),
        (replace(SETTINGS, document_separator_token="sep"), ["document_separator_token"]),
        (replace(SETTINGS, apply_chat_template=True, text_column="messages"), ["apply_chat_template"]),
        (replace(SETTINGS, splits=()), ["splits"]),
    ],
)
def test_settings_that_cannot_work_are_refused_by_field(
    dataset: Manifest, settings: TokenizeSettings, fields: list[str]
) -> None:
    """The refusal names all fields at once."""
    assert fields == refused_fields(settings, FakeTokenizer(), dataset)


@pytest.mark.parametrize(("slot", "special"), [("bos", FakeSpecial(bos=None)), ("eos", FakeSpecial(eos=None))])
def test_a_missing_special_token_is_refused(dataset: Manifest, slot: Slot, special: FakeSpecial) -> None:
    """The message names it."""
    with pytest.raises(ValidationFailed, match=f"no {str(slot).upper()} token"):
        resolve_settings(replace(SETTINGS, begin_of_row_token=slot), FakeTokenizer(special=special), dataset=dataset)


def test_a_row_needs_room_for_text(dataset: Manifest) -> None:
    """Special tokens may not fill an unpacked row that is cut; packed rows need no such room."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))
    assert ["max_length"] == refused_fields(replace(SETTINGS, max_length=2), tokenizer, dataset)
    assert (
        2 == resolve_settings(replace(SETTINGS, max_length=2, packing="concat"), tokenizer, dataset=dataset).max_length
    )


def test_a_chat_template_is_for_conversations_and_frames_them_itself(dataset: Manifest) -> None:
    """The tokenizer's prefix and suffix are not added to its text."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,)), chat_template="{{ messages }}")
    settings = replace(SETTINGS, apply_chat_template=True, text_column="messages")
    assert ((), ()) == get_frame(resolve_settings(settings, tokenizer, dataset=dataset))
    assert ["apply_chat_template"] == refused_fields(replace(settings, text_column=None), tokenizer, dataset)


def test_the_chat_template_counts_where_it_is_applied(dataset: Manifest) -> None:
    """Its hash is part of the key then, and only then."""
    applied = replace(SETTINGS, apply_chat_template=True, text_column="messages")

    def key(settings: TokenizeSettings, chat_hash: str) -> str:
        tokenizer = FakeTokenizer(chat_template="{{ messages }}", chat_hash=chat_hash)
        return equivalence_key(settings, tokenizer, dataset=dataset, dataset_hash="d")

    assert key(applied, "one") == key(applied, "one")
    assert key(applied, "one") != key(applied, "two")
    assert key(SETTINGS, "one") == key(SETTINGS, "two")


def test_rows_beyond_the_limit_are_noted_and_warnings_do_not_count(dataset: Manifest) -> None:
    """The hash of a tokenization does not depend on what is installed."""
    plain, warned = FakeTokenizer(model_max_length=8), FakeTokenizer(model_max_length=8, warnings=("Other ids.",))
    settings = replace(SETTINGS, max_length=9)
    resolved = resolve_settings(settings, warned, dataset=dataset)
    assert "Max length 9 exceeds the model's limit of 8 tokens." in resolved.notes
    assert ("Other ids.",) == resolved.warnings
    keys = {equivalence_key(settings, each, dataset=dataset, dataset_hash="d") for each in (plain, warned)}
    assert 1 == len(keys)


def test_missing_splits_and_columns_are_refused_with_the_choices(dataset: Manifest) -> None:
    """The client can offer the choices."""
    with pytest.raises(UnknownSplit) as split:
        resolve_settings(replace(SETTINGS, splits=("dev",)), FakeTokenizer(), dataset=dataset)
    with pytest.raises(UnknownColumn) as column:
        resolve_settings(replace(SETTINGS, text_column="n"), FakeTokenizer(), dataset=dataset)
    assert [["train", "test"], ["text", "messages"]] == [caught.value.extra["choices"] for caught in (split, column)]


def test_equal_settings_have_equal_hashes(dataset: Manifest) -> None:
    """The tokenizer's name, explicit defaults and the order of splits make no difference."""

    def digest(settings: TokenizeSettings, fingerprint: str = "f") -> str:
        tokenizer = FakeTokenizer(fingerprint=fingerprint)
        resolved = resolve_settings(settings, tokenizer, dataset=dataset)
        return hash_settings(settings, resolved, tokenizer=tokenizer, dataset_hash="d")

    packed = replace(SETTINGS, packing="concat")
    assert digest(packed) == digest(
        replace(
            packed,
            tokenizer="openai/gpt2",
            revision="main",
            max_length=1024,
            splits=("test", "train"),
            text_column="text",
            begin_of_row_token="bos",
            document_separator_token=BOS,
        )
    )
    others = [
        replace(packed, max_length=512),
        replace(packed, shuffle_seed=0),
        replace(packed, splits=("train",)),
        replace(packed, verify="full"),
    ]
    assert 6 == len({digest(packed), digest(packed, "g"), *map(digest, others)})


PACKED = replace(SETTINGS, packing="concat")
PADDED = replace(SETTINGS, padding="longest")
WHOLE = replace(SETTINGS, truncation=False)
FRAMED = FakeTokenizer(template=FakeTemplate((BOS,)))
TALK = replace(SETTINGS, apply_chat_template=True, text_column="messages")


@pytest.mark.parametrize(
    ("settings", "other", "tokenizer", "is_same"),
    [
        (SETTINGS, replace(SETTINGS, keep_last_partial=True), FRAMED, True),
        (PACKED, replace(PACKED, keep_last_partial=True), FRAMED, False),
        (PACKED, replace(PACKED, truncation=False), FRAMED, True),
        (SETTINGS, WHOLE, FRAMED, False),
        (WHOLE, replace(WHOLE, max_length=16), FRAMED, True),
        (replace(PADDED, truncation=False), replace(PADDED, truncation=False, max_length=16), FRAMED, True),
        (replace(WHOLE, padding="max_length"), replace(WHOLE, padding="max_length", max_length=16), FRAMED, False),
        (replace(PACKED, truncation=False), replace(PACKED, truncation=False, max_length=16), FRAMED, False),
        (SETTINGS, replace(SETTINGS, return_attention_mask=False), FRAMED, True),
        (PADDED, replace(PADDED, return_attention_mask=False), FRAMED, False),
        (SETTINGS, replace(SETTINGS, document_separator_token="eos"), FRAMED, True),
        (SETTINGS, replace(SETTINGS, add_special_tokens=False), FakeTokenizer(), True),
        (SETTINGS, replace(SETTINGS, add_special_tokens=False), FRAMED, False),
        (TALK, replace(TALK, add_special_tokens=False), replace(FRAMED, chat_template="{{ messages }}"), True),
        (SETTINGS, replace(SETTINGS, verify="full"), FRAMED, False),
        (SETTINGS, replace(SETTINGS, shuffle_seed=0), FRAMED, False),
    ],
)
def test_a_field_without_effect_does_not_change_the_key(
    dataset: Manifest, settings: TokenizeSettings, other: TokenizeSettings, tokenizer: FakeTokenizer, is_same: bool
) -> None:
    """Whether a field has an effect follows from the others and from the tokenizer."""
    keys = {equivalence_key(each, tokenizer, dataset=dataset, dataset_hash="d") for each in (settings, other)}
    assert (1 if is_same else 2) == len(keys)


def test_settings_survive_json(dataset: Manifest) -> None:
    """So do resolved settings: records and manifests contain both."""
    settings = replace(SETTINGS, splits=("train",), begin_of_row_token=7, shuffle_seed=3)
    resolved = resolve_settings(settings, FakeTokenizer(), dataset=dataset)
    assert settings == from_json(TokenizeSettings, as_json(settings))
    assert resolved == from_json(ResolvedSettings, as_json(resolved))


TEMPLATE = "{text} ({n})"


def test_a_template_is_resolved_in_place_of_the_column(dataset: Manifest) -> None:
    """It is checked against the columns, and it makes texts, so no chat template applies."""
    settings = replace(SETTINGS, text_template=TEMPLATE)
    resolved = resolve_settings(settings, FakeTokenizer(), dataset=dataset)
    assert (resolved.text_column, resolved.text_template) == (None, TEMPLATE)
    with pytest.raises(UnknownColumn, match=r"There is no column “none”\. Columns: text, messages, n") as unknown:
        resolve_settings(replace(SETTINGS, text_template="{none}"), FakeTokenizer(), dataset=dataset)
    assert [problem.field for problem in unknown.value.fields] == ["text_template"]
    chat = FakeTokenizer(chat_template="{{ messages }}")
    assert refused_fields(replace(settings, apply_chat_template=True), chat, dataset) == ["apply_chat_template"]


def test_texts_that_differ_are_different_tokenizations(dataset: Manifest) -> None:
    """Column and template are part of the identity; settings without a template keep the hash that they had."""
    texts = [("text", None), ("messages", None), (None, "{text}"), (None, TEMPLATE)]
    settings = [replace(SETTINGS, text_column=column, text_template=template) for column, template in texts]
    keys = [equivalence_key(each, FakeTokenizer(), dataset=dataset, dataset_hash="d") for each in settings]
    assert len(set(keys)) == 4
    assert keys[0] == equivalence_key(SETTINGS, FakeTokenizer(), dataset=dataset, dataset_hash="d")
    assert keys[0] == "ff2424dd51960bbabf52d8433d3a6a8247c8222ee86b66bba8741777f0cf34c0"


def test_tools_are_passed_to_the_chat_template(tmp_path: Path) -> None:
    """From the column of that name, which the notes name and which counts for the identity."""
    row = {"messages": [{"role": "user", "content": "Hi"}]}
    plain = make_dataset(tmp_path / "plain", {"train": [[row]]})
    tools = make_dataset(tmp_path / "tools", {"train": [[{**row, "tools": "[]"}]]})
    settings, chat = replace(SETTINGS, apply_chat_template=True), FakeTokenizer(chat_template="{{ messages }}")
    without, resolved = (resolve_settings(settings, chat, dataset=dataset) for dataset in (plain, tools))
    assert (without.tools_column, resolved.tools_column) == (None, "tools")
    assert "Tools for the chat template: column “tools”." in resolved.notes
    assert hash_settings(settings, without, tokenizer=chat, dataset_hash="d") != hash_settings(
        settings, resolved, tokenizer=chat, dataset_hash="d"
    )
    off = resolve_settings(replace(SETTINGS, text_column="messages"), chat, dataset=tools)
    assert off.tools_column is None
