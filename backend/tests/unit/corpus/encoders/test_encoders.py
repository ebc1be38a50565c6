"""Every engine gives the ids of ``tokenizers``, and an untested tokenizer never reaches the fast engine."""

import random
import unicodedata
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, normalizers

from fakes import tokenizers as small
from mistudio.corpus.encoders.choice import (
    Choice,
    GuardedEncoder,
    choose_encoder,
    compare_encoders,
    list_added_tokens,
    try_fast_engine,
)
from mistudio.corpus.encoders.encoders import ReferenceEncoder
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.encoders.probe_texts import edge_case_texts
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer

DOCUMENTS = pa.array(small.SENTENCES)
GIGATOKEN = {"byte-level", "by a pattern", "composing", "SentencePiece", "plain added token"}
BY_WORDS = {"WordPiece", "WordPiece with tokens of all flags", "BPE on words", "WordLevel"}
FAST = GIGATOKEN | BY_WORDS


@pytest.fixture(scope="module")
def chosen() -> dict[str, tuple[LoadedTokenizer, Choice]]:
    """Return every kind of tokenizer with the engine that is chosen for it."""
    tokenizers = {kind: small.load(make()) for kind, make in small.KINDS.items()}
    return {kind: (tokenizer, choose_encoder(tokenizer, DOCUMENTS)) for kind, tokenizer in tokenizers.items()}


@pytest.mark.parametrize("kind", small.KINDS)
def test_ids_are_those_of_the_reference(chosen: dict[str, tuple[LoadedTokenizer, Choice]], kind: str) -> None:
    """On the thorough set; the benchmark has the longest texts, and most texts of kinds that use the reference."""
    tokenizer, choice = chosen[kind]
    short = [text for text in edge_case_texts(list_added_tokens(tokenizer)) if len(text) < 5_000]
    texts = short if kind in GIGATOKEN else short[::6]

    encoded = choice.encoder.encode(pa.array(texts))

    expected = [each.ids for each in tokenizer.reference.encode_batch(texts, add_special_tokens=False)]
    ends = encoded.offsets.tolist()
    ids = encoded.ids.tolist()
    assert expected == [ids[start:stop] for start, stop in pairwise(ends)]


@pytest.mark.parametrize("kind", small.KINDS)
def test_the_fast_engine_is_chosen_for_tested_kinds(
    chosen: dict[str, tuple[LoadedTokenizer, Choice]], kind: str
) -> None:
    """The others use the reference, with a reason."""
    _tokenizer, choice = chosen[kind]
    assert (kind in GIGATOKEN) == choice.engine.startswith("gigatoken"), choice.reason
    assert (kind in BY_WORDS) == choice.engine.endswith("each word once"), choice.reason
    assert choice.reason.endswith(".")


def test_the_reason_names_the_obstacle(chosen: dict[str, tuple[LoadedTokenizer, Choice]]) -> None:
    """The record of a tokenization has it in words."""
    reasons = {kind: choice.reason for kind, (_tokenizer, choice) in chosen.items()}
    refused = "The fast engine was not used: the "
    assert f"{refused}added token fox matches only as a whole word." == reasons["whole-word token"]
    assert f"{refused}model of the tokenizer is Unigram, and the engine supports only BPE." == reasons["Unigram"]
    assert reasons["byte-level"].startswith("Verified against tokenizers 0.23.3 on ")
    assert reasons["byte-level"].endswith(" probe texts and 80 documents.")
    assert "gigatoken 0.10.0 with tokenizers 0.23.3" == chosen["composing"][1].engine


@pytest.mark.parametrize("kind", small.KINDS)
def test_an_earlier_trial_leads_to_the_same_choice(
    chosen: dict[str, tuple[LoadedTokenizer, Choice]], kind: str
) -> None:
    """The same engine for the same reason; after a failed trial no document is read."""
    tokenizer, choice = chosen[kind]
    trial = try_fast_engine(tokenizer)
    read: list[pa.StringArray] = []

    def sample() -> pa.StringArray:
        read.append(DOCUMENTS)
        return DOCUMENTS

    later = choose_encoder(tokenizer, sample, trial=trial)

    assert (choice.engine, choice.reason, kind in FAST) == (later.engine, later.reason, bool(read))


def test_nulls_and_empty_arrays_are_encoded(chosen: dict[str, tuple[LoadedTokenizer, Choice]]) -> None:
    """A null counts as an empty text, no texts give no ids, and a slice encodes only its own texts."""
    for _tokenizer, choice in chosen.values():
        assert 0 == choice.encoder.encode(pa.array([None, ""], pa.string())).lengths.sum()
        assert [0] == choice.encoder.encode(pa.array([], pa.large_string())).offsets.tolist()
        whole, part = (choice.encoder.encode(texts) for texts in (DOCUMENTS, DOCUMENTS.slice(1, 2)))
        assert np.array_equal(whole.ids[whole.offsets[1] : whole.offsets[3]], part.ids)


def test_the_reference_finds_texts_with_marks_to_compose(
    chosen: dict[str, tuple[LoadedTokenizer, Choice]],
) -> None:
    """A text in any script that its normalizer leaves unchanged is composed; so is a null."""
    reference = ReferenceEncoder(chosen["composing"][0].reference)
    texts = {"plain": True, "é 日本語 각 ẞ": True, "e\u0301": False, "\u1100\u1161": False, "\u212b": False, "": True}
    assert [*texts.values(), True] == reference.is_composed(pa.array([*texts, None], pa.string())).tolist()


def test_marks_of_all_scripts_are_encoded_equally(chosen: dict[str, tuple[LoadedTokenizer, Choice]]) -> None:
    """Composed and decomposed, beside letters and beside each other, by both engines."""
    tokenizer, choice = chosen["composing"]
    points = [chr(point) for point in range(0x30000) if unicodedata.combining(chr(point)) or point < 0x250]
    chance = random.Random(4)
    raw = ["".join(chance.choices(points, k=chance.randint(1, 20))) for _text in range(3_000)]
    for texts in (raw, [unicodedata.normalize("NFC", text) for text in raw]):
        assert 0 == compare_encoders(choice.encoder, ReferenceEncoder(tokenizer.reference), pa.array(texts)).differences


@pytest.mark.parametrize("kind", sorted(GIGATOKEN))
def test_characters_of_newer_unicode_are_encoded_equally(
    chosen: dict[str, tuple[LoadedTokenizer, Choice]], kind: str
) -> None:
    """Letters, marks and digits that Unicode added after 16.0, and code points that it may add, in many contexts."""
    tokenizer, choice = chosen[kind]
    newer = "\u088f\ua7ce\u1acf\u1ae0\U00010940\U00011de0\U0001f6d8\U000323b0\U00033479\u0295\u0378\U000e0fff"
    contexts = ("{}", "a{}", " {}", "{}1", "{}'t", "Aa{}Ba", "{0}{0}", "\n{} ", "the {}don't")
    texts = pa.array([context.format(character) for character in newer for context in contexts] + ["plain", "é"])
    reference = ReferenceEncoder(tokenizer.reference)
    assert () == compare_encoders(choice.encoder, reference, texts).differing
    assert () == compare_encoders(choice.encoder, reference, texts.slice(3, 5)).differing


def test_a_difference_is_found_at_its_position(chosen: dict[str, tuple[LoadedTokenizer, Choice]]) -> None:
    """Equal engines have none."""
    reference = chosen["byte-level"][0].reference
    lowering = Tokenizer.from_str(reference.to_str())
    lowering.normalizer = normalizers.Lowercase()
    mine, other = ReferenceEncoder(reference), ReferenceEncoder(lowering)
    assert (1,) == compare_encoders(mine, other, pa.array(["fox", "FOX", "dog"])).differing
    assert 0 == compare_encoders(mine, mine, DOCUMENTS).differences


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(st.text(max_size=60), max_size=12))
def test_any_texts_are_encoded_equally(chosen: dict[str, tuple[LoadedTokenizer, Choice]], texts: list[str]) -> None:
    """Any Unicode in any batch; two engines that share a batch keep its order."""
    for kind in sorted(FAST):
        tokenizer, choice = chosen[kind]
        assert (
            0
            == compare_encoders(
                choice.encoder, ReferenceEncoder(tokenizer.reference), pa.array(texts, pa.string())
            ).differences
        )


class Failing:
    """An engine that raises ``error``."""

    name = "failing"

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def encode(self, texts: pa.StringArray) -> TokenIds:
        """Raise the error."""
        raise self._error


def test_the_reference_encodes_a_batch_on_which_the_fast_engine_fails(
    chosen: dict[str, tuple[LoadedTokenizer, Choice]],
) -> None:
    """After errors and panics of the library; a cancel of the job and our own defects are raised."""
    reference = ReferenceEncoder(chosen["byte-level"][0].reference)
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})
    for error in (RuntimeError("no"), panic("index out of range")):
        guarded = GuardedEncoder(Failing(error), reference)
        assert None is guarded.failure
        assert 0 == compare_encoders(guarded, reference, DOCUMENTS).differences
        assert guarded.failure
    for other in (KeyboardInterrupt(), TypeError("ours")):
        with pytest.raises(type(other)):
            GuardedEncoder(Failing(other), reference).encode(DOCUMENTS)
