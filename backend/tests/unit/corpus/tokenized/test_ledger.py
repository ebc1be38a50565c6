"""A ledger balances only if every token and every position is accounted for once."""

from dataclasses import replace

import pytest

from mistudio.core.errors import TokensLost
from mistudio.corpus.tokenized.ledger import Ledger

LEDGER = Ledger(
    documents=4,
    source_tokens=100,
    data_tokens=80,
    truncated=10,
    dropped=5,
    held_out=5,
    special_tokens=8,
    padding=12,
    positions=100,
)


@pytest.mark.parametrize(
    "name",
    [
        "source_tokens",
        "data_tokens",
        "truncated",
        "dropped",
        "filtered",
        "held_out",
        "special_tokens",
        "padding",
        "positions",
    ],
)
def test_one_token_too_many_anywhere_unbalances_it(name: str) -> None:
    """The refusal names the split and all figures."""
    LEDGER.require_balance("train")
    wrong = replace(LEDGER, **{name: getattr(LEDGER, name) + 1})
    assert not wrong.balances
    with pytest.raises(
        TokensLost, match=f"The ledger of split “train” does not balance.*{name} {getattr(wrong, name)}"
    ):
        wrong.require_balance("train")


def test_the_total_of_balanced_ledgers_balances() -> None:
    """Every figure is the sum; without ledgers all are zero."""
    total = Ledger.total([LEDGER, LEDGER])
    assert (200, 160, True) == (total.source_tokens, total.data_tokens, total.balances)
    assert Ledger.total([]) == Ledger()


def test_json_says_whether_it_balances() -> None:
    """The stored form has the figures and the verdict."""
    assert {"source_tokens": 100, "balances": True}.items() <= LEDGER.to_json().items()
    assert False is replace(LEDGER, padding=0).to_json()["balances"]
