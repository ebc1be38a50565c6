"""The form of texts in which words are compared."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.searching import words_of
from mistudio.corpus.search.folding import fold, fold_array, fold_with_origins


@settings(deadline=None)
@given(st.lists(st.none() | st.text(max_size=30), max_size=8), st.integers(0, 3))
def test_the_form_of_an_array_has_the_forms_of_its_texts(texts: list[str | None], skipped: int) -> None:
    """The form of null is empty, slices work, and the form of joined texts is their joined forms."""
    array = pa.array(texts, pa.string()).slice(skipped)
    expected = [fold(text or "") for text in texts[skipped:]]
    assert expected == fold_array(array).to_pylist()
    assert expected == fold_array(array.cast(pa.large_string())).to_pylist()
    assert "".join(expected) == fold("".join(text or "" for text in texts[skipped:]))


def test_a_text_longer_than_a_block_is_folded() -> None:
    """The ends of blocks leave no trace."""
    long = "naïve 日本 ﬁn e\u0301 " * 60_000
    assert "naive  日  本  fin e " * 60_000 == fold(long)
    assert [fold("ä"), fold(long), "b"] == fold_array(pa.array(["ä", long, "b"])).to_pylist()


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cn", "Co", "Cs"]), max_size=20))
def test_case_never_matters(text: str) -> None:
    """A character's form is that of its other case, so the index misses no row of a pattern that ignores case."""
    single = [character for character in text if len(character.upper()) == len(character.lower()) == 1]
    assert [fold(character.upper()) for character in single] == [fold(character.lower()) for character in single]


def test_letters_of_every_script_are_words() -> None:
    """Accents and points are dropped, parts of letters stay, scripts without blanks give single characters."""
    forms = {
        "İstanbul ĐØ": "istanbul do",
        "Ελλάς": "ελλασ",
        "Ёлка": "елка",
        "مَرْحَبًا": "مرحبا",
        "שָׁלוֹם": "שלום",
        "क्या": "क्या",
        "ＡＢＣ①": "abc1",
        "co\u00adop": "coop",
    }
    assert list(forms.values()) == [fold(text).strip() for text in forms]
    assert [["ส", "ว", "ั"], ["한", "국"]] == [fold(text).split() for text in ("สวั", "한국")]
    assert words_of("Foo_bar2, 3.14") == fold("Foo_bar2, 3.14").split()


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_every_character_of_a_form_has_an_origin(text: str) -> None:
    """Its origin folds to a string that contains it, and origins never go back."""
    form, origins = fold_with_origins(text)
    assert fold(text) == form
    assert len(form) == len(origins)
    assert sorted(origins.tolist()) == origins.tolist()
    assert all(character in fold(text[origin]) for character, origin in zip(form, origins.tolist(), strict=True))
