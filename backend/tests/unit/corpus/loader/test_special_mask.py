"""The mask of positions without data, by what was written and not by the ids."""

from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import BOS, WORDS, tokenize_into
from mistudio.core.errors import DataMissing, UnknownSplit
from mistudio.corpus.loader.special_mask import make_special_tokens_mask
from mistudio.corpus.spec import TokenizeSettings


def tokenize(folder: Path, settings: TokenizeSettings) -> Path:
    """Tokenize two texts, and return the folder."""
    make_dataset(folder / "ds", {"train": [[{"text": "abcde"}, {"text": "f"}]]})
    tokenize_into(folder / "ds", folder, settings)
    return folder / "tok"


def test_rows_of_one_length_give_a_table(tmp_path: Path) -> None:
    """The inserted token and the padding are marked."""
    settings = TokenizeSettings(tokenizer="fake", max_length=4, padding="max_length", begin_of_row_token="bos")
    mask = make_special_tokens_mask(tokenize(tmp_path, settings), "train")
    assert [[True, False, False, False], [True, False, True, True]] == mask.tolist()


def test_rows_of_different_lengths_give_a_flat_mask(tmp_path: Path) -> None:
    """One value per position."""
    folder = tokenize(tmp_path, TokenizeSettings(tokenizer="fake", max_length=4, begin_of_row_token="bos"))
    assert [True, False, False, False, True, False] == make_special_tokens_mask(folder, "train").tolist()


def test_a_special_token_in_a_text_is_data(tmp_path: Path) -> None:
    """Here the inserted token is the one that encodes the text's second letter."""
    token = ord("b") % WORDS
    assert token != BOS
    folder = tokenize(tmp_path, TokenizeSettings(tokenizer="fake", max_length=4, begin_of_row_token=token))
    assert [True, False, False, False, True, False] == make_special_tokens_mask(folder, "train").tolist()


def test_an_unknown_split_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    """The first message lists the splits."""
    folder = tokenize(tmp_path, TokenizeSettings(tokenizer="fake", max_length=4))
    with pytest.raises(UnknownSplit, match="Splits: train"):
        make_special_tokens_mask(folder, "dev")
    next(folder.glob("train/*.arrow")).unlink()
    with pytest.raises(DataMissing):
        make_special_tokens_mask(folder, "train")
