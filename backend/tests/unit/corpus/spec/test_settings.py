"""What settings come to: every auto and default is told, and what cannot work is refused before it starts."""

from dataclasses import replace

import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import BOS, EOS, PAD, FakeSpecial, FakeTemplate, FakeTokenizer
from mistudio.core.errors import UnknownColumn, UnknownSplit, ValidationFailed
from mistudio.core.records import as_json, from_json
from mistudio.corpus.spec.resolve import ResolvedSettings, equivalence_key, hash_settings, resolve_settings
from mistudio.corpus.spec.settings import Slot, TokenizeSettings
from mistudio.corpus.store.manifest import Manifest

ASKED = TokenizeSettings(tokenizer="gpt2")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Two splits, a text column, one of conversations and one of numbers."""
    row = {"text": "a", "messages": [{"role": "user", "content": "Hi"}], "n": 1}
    return make_dataset(tmp_path_factory.mktemp("settings") / "ds", {"train": [[row]], "test": [[row]]})


def fields_of(settings: TokenizeSettings, tokenizer: FakeTokenizer, dataset: Manifest) -> list[str]:
    """The fields that a refusal names."""
    with pytest.raises(ValidationFailed) as caught:
        resolve_settings(settings, tokenizer, dataset=dataset)
    return [problem.field for problem in caught.value.fields]


@pytest.mark.parametrize(
    ("models", "expected"), [(None, 1024), (512, 512), (8192, 8192), (131072, 1024), (10**30, 1024)]
)
def test_the_default_length_is_the_models_where_that_is_sensible(
    dataset: Manifest, models: int | None, expected: int
) -> None:
    """At most 8,192; a model that takes more, or does not say, gives 1,024."""
    assert expected == resolve_settings(ASKED, FakeTokenizer(model_max_length=models), dataset=dataset).max_length


def test_rows_of_one_document_are_framed_as_the_tokenizer_does(dataset: Manifest) -> None:
    """Auto adds nothing to them; what is asked for by name stands there once."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))
    assert ((BOS,), (EOS,)) == frame(resolve_settings(ASKED, tokenizer, dataset=dataset))
    assert ((), ()) == frame(resolve_settings(replace(ASKED, add_special_tokens=False), tokenizer, dataset=dataset))
    asked = replace(ASKED, begin_of_row_token="bos", end_of_document_token="eos")
    assert ((BOS,), (EOS,)) == frame(resolve_settings(asked, tokenizer, dataset=dataset))
    assert ((BOS,), (EOS,)) == frame(
        resolve_settings(replace(asked, add_special_tokens=False), tokenizer, dataset=dataset)
    )


def frame(resolved: ResolvedSettings) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What stands around each document."""
    return resolved.prefix, resolved.suffix


@pytest.mark.parametrize(
    ("special", "begin", "separator"),
    [(FakeSpecial(), BOS, BOS), (FakeSpecial(bos=None), None, EOS), (FakeSpecial(bos=None, eos=None), None, None)],
)
def test_auto_in_packed_rows_is_what_saelens_does(
    dataset: Manifest, special: FakeSpecial, begin: int | None, separator: int | None
) -> None:
    """BOS at the start of a row and between documents where there is one, else EOS between documents, and told."""
    resolved = resolve_settings(replace(ASKED, packing="concat"), FakeTokenizer(special=special), dataset=dataset)
    assert (begin, separator, None) == (resolved.begin_of_row, resolved.separator, resolved.end_of_document)
    assert 2 == sum(note.startswith(("Rows begin with", "Documents are separated by")) for note in resolved.notes)


def test_an_end_of_document_token_that_is_the_separator_stands_once(dataset: Manifest) -> None:
    """With BOS and EOS the same token, as GPT-2 has them, the end of a document separates already."""
    special = FakeSpecial(bos=EOS)
    asked = replace(ASKED, packing="concat", end_of_document_token="eos")
    resolved = resolve_settings(asked, FakeTokenizer(special=special), dataset=dataset)
    assert (None, (EOS,)) == (resolved.separator, resolved.suffix)


def test_padding_takes_the_padding_token_else_eos_and_says_so(dataset: Manifest) -> None:
    """Never an id that the vocabulary does not have."""
    asked = replace(ASKED, padding="longest")
    assert PAD == resolve_settings(asked, FakeTokenizer(), dataset=dataset).pad
    without = resolve_settings(asked, FakeTokenizer(special=FakeSpecial(pad=None)), dataset=dataset)
    assert EOS == without.pad
    assert any("no padding token: EOS" in note and "attention_mask masks it" in note for note in without.notes)
    assert ["padding"] == fields_of(asked, FakeTokenizer(special=FakeSpecial(pad=None, eos=None)), dataset)


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        (replace(ASKED, packing="concat", padding="longest"), ["padding"]),
        (replace(ASKED, max_length=1), ["max_length"]),
        (replace(ASKED, heldout_fraction=1.0, max_length=0), ["max_length", "heldout_fraction"]),
        (replace(ASKED, shuffle_seed=-1), ["shuffle_seed"]),
        (replace(ASKED, begin_of_row_token=65), ["begin_of_row_token"]),
        (replace(ASKED, document_separator_token="sep"), ["document_separator_token"]),
        (replace(ASKED, apply_chat_template=True, text_column="messages"), ["apply_chat_template"]),
        (replace(ASKED, splits=()), ["splits"]),
    ],
)
def test_what_cannot_work_names_its_fields(dataset: Manifest, settings: TokenizeSettings, fields: list[str]) -> None:
    """All of them at once."""
    assert fields == fields_of(settings, FakeTokenizer(), dataset)


@pytest.mark.parametrize(("slot", "special"), [("bos", FakeSpecial(bos=None)), ("eos", FakeSpecial(eos=None))])
def test_a_special_token_that_is_not_there_is_refused(dataset: Manifest, slot: Slot, special: FakeSpecial) -> None:
    """With a sentence that names it."""
    with pytest.raises(ValidationFailed, match=f"no {str(slot).upper()} token"):
        resolve_settings(replace(ASKED, begin_of_row_token=slot), FakeTokenizer(special=special), dataset=dataset)


def test_there_must_be_room_for_text(dataset: Manifest) -> None:
    """Beside the special tokens of a row, if rows are cut at all."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))
    assert ["max_length"] == fields_of(replace(ASKED, max_length=2), tokenizer, dataset)
    assert 2 == resolve_settings(replace(ASKED, max_length=2, packing="concat"), tokenizer, dataset=dataset).max_length


def test_a_chat_template_is_for_conversations_and_frames_them_itself(dataset: Manifest) -> None:
    """The tokenizer's own frame would be a second one."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,)), chat_template="{{ messages }}")
    asked = replace(ASKED, apply_chat_template=True, text_column="messages")
    assert ((), ()) == frame(resolve_settings(asked, tokenizer, dataset=dataset))
    assert ["apply_chat_template"] == fields_of(replace(asked, text_column=None), tokenizer, dataset)


def test_what_the_dataset_lacks_is_refused_with_the_choices(dataset: Manifest) -> None:
    """Splits and columns."""
    with pytest.raises(UnknownSplit) as split:
        resolve_settings(replace(ASKED, splits=("dev",)), FakeTokenizer(), dataset=dataset)
    with pytest.raises(UnknownColumn) as column:
        resolve_settings(replace(ASKED, text_column="n"), FakeTokenizer(), dataset=dataset)
    assert [["train", "test"], ["text", "messages"]] == [caught.value.extra["choices"] for caught in (split, column)]


def test_equal_settings_have_equal_hashes(dataset: Manifest) -> None:
    """However they are spelled: the tokenizer's name, defaults that are written out, splits in another order."""

    def digest(settings: TokenizeSettings, fingerprint: str = "f") -> str:
        resolved = resolve_settings(settings, FakeTokenizer(), dataset=dataset)
        return hash_settings(settings, resolved, fingerprint=fingerprint, dataset_hash="d")

    packed = replace(ASKED, packing="concat")
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


PACKED = replace(ASKED, packing="concat")
PADDED = replace(ASKED, padding="longest")
WHOLE = replace(ASKED, truncation=False)
FRAMED = FakeTokenizer(template=FakeTemplate((BOS,)))
TALK = replace(ASKED, apply_chat_template=True, text_column="messages")


@pytest.mark.parametrize(
    ("settings", "other", "tokenizer", "is_same"),
    [
        (ASKED, replace(ASKED, keep_last_partial=True), FRAMED, True),
        (PACKED, replace(PACKED, keep_last_partial=True), FRAMED, False),
        (PACKED, replace(PACKED, truncation=False), FRAMED, True),
        (ASKED, WHOLE, FRAMED, False),
        (WHOLE, replace(WHOLE, max_length=16), FRAMED, True),
        (replace(PADDED, truncation=False), replace(PADDED, truncation=False, max_length=16), FRAMED, True),
        (replace(WHOLE, padding="max_length"), replace(WHOLE, padding="max_length", max_length=16), FRAMED, False),
        (replace(PACKED, truncation=False), replace(PACKED, truncation=False, max_length=16), FRAMED, False),
        (ASKED, replace(ASKED, return_attention_mask=False), FRAMED, True),
        (PADDED, replace(PADDED, return_attention_mask=False), FRAMED, False),
        (ASKED, replace(ASKED, document_separator_token="eos"), FRAMED, True),
        (ASKED, replace(ASKED, add_special_tokens=False), FakeTokenizer(), True),
        (ASKED, replace(ASKED, add_special_tokens=False), FRAMED, False),
        (TALK, replace(TALK, add_special_tokens=False), replace(FRAMED, chat_template="{{ messages }}"), True),
        (ASKED, replace(ASKED, verify="full"), FRAMED, False),
        (ASKED, replace(ASKED, shuffle_seed=0), FRAMED, False),
    ],
)
def test_a_field_without_effect_makes_no_other_settings(
    dataset: Manifest, settings: TokenizeSettings, other: TokenizeSettings, tokenizer: FakeTokenizer, is_same: bool
) -> None:
    """Whether a field has one follows from the others and from the tokenizer."""
    keys = {equivalence_key(each, tokenizer, dataset=dataset, dataset_hash="d") for each in (settings, other)}
    assert (1 if is_same else 2) == len(keys)


def test_settings_and_what_they_come_to_survive_json(dataset: Manifest) -> None:
    """As records and manifests keep them."""
    asked = replace(ASKED, splits=("train",), begin_of_row_token=7, shuffle_seed=3)
    resolved = resolve_settings(asked, FakeTokenizer(), dataset=dataset)
    assert asked == from_json(TokenizeSettings, as_json(asked))
    assert resolved == from_json(ResolvedSettings, as_json(resolved))
