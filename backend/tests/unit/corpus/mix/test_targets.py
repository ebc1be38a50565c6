"""How much each part of a mixture contributes."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.mix.targets import PartWish, Unit, compute_targets


def wish(name: str, share: str | None = None, amount: int | None = None, repeats: int = 1) -> PartWish:
    """A part with a share, or with an amount."""
    return PartWish(name, Fraction(share) if share else None, amount, repeats)


def refusal(wishes: list[PartWish], available: list[int], total: int | None = None, unit: Unit = "rows") -> str:
    """The message of the refusal."""
    with pytest.raises(ValidationFailed) as caught:
        compute_targets(wishes, available, unit=unit, total=total)
    return caught.value.detail


SHARES = [wish("web", "0.6"), wish("pile", "0.3"), wish("chat", "0.1")]


def test_a_total_is_met_exactly() -> None:
    """Also where shares do not divide it."""
    assert [60, 30, 10] == compute_targets(SHARES, [1_000] * 3, unit="rows", total=100)
    thirds = [wish("a", "1/3"), wish("b", "1/3"), wish("c", "1/3")]
    assert [34, 33, 33] == compute_targets(thirds, [100] * 3, unit="rows", total=100)


def test_without_a_total_the_scarcest_decides() -> None:
    """With its repeats."""
    assert [300, 150, 50] == compute_targets(SHARES, [10_000, 10_000, 50], unit="rows", total=None)
    repeated = [*SHARES[:2], wish("chat", "0.1", repeats=3)]
    assert [900, 450, 150] == compute_targets(repeated, [10_000, 10_000, 50], unit="rows", total=None)


def test_amounts() -> None:
    """Taken as they are."""
    wishes = [wish("a", amount=10), wish("b", amount=25, repeats=3)]
    assert [10, 25] == compute_targets(wishes, [10, 10], unit="tokens", total=None)


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 10_000), st.integers(1, 5)), min_size=2, max_size=6))
def test_targets_are_possible_and_exact(parts: list[tuple[int, int, int]]) -> None:
    """No part contributes more than it has, and none is more than one unit from its share."""
    whole = sum(share for share, _, _ in parts)
    wishes = [PartWish(str(index), Fraction(share, whole), None, most) for index, (share, _, most) in enumerate(parts)]
    available = [amount for _, amount, _ in parts]
    try:
        targets = compute_targets(wishes, available, unit="rows", total=None)
    except ValidationFailed as error:
        assume("would have no rows" not in error.detail)
        raise
    for part, target in zip(wishes, targets, strict=True):
        assert target <= available[int(part.name)] * part.max_repeats
        assert abs(target - (part.share or Fraction()) * sum(targets)) < 1


def test_refusals_say_what_is_possible() -> None:
    """What is wrong, of which part, and what to do."""
    assert "pile has 10 rows, and this total needs 30 of it. Choose a total of at most 33, or let the part repeat" in (
        refusal(SHARES, [100, 10, 100], total=100)
    )
    assert "The shares add up to 0.5. They have to add up to 1." == refusal(
        [wish("a", "0.2"), wish("b", "0.3")], [9, 9]
    )
    assert "b has 5 tokens, and 12 are wanted. Choose at most 10" in refusal(
        [wish("a", amount=1), wish("b", amount=12, repeats=2)], [9, 5], unit="tokens"
    )
    assert "b has no bytes. Leave it out." == refusal([wish("a", "0.5"), wish("b", "0.5")], [9, 0], unit="bytes")
    assert "shares and amounts do not mix" in refusal([wish("a", "0.5"), wish("b", amount=3)], [9, 9])
    assert "at least two parts" in refusal([wish("a", "1")], [9])
    assert "A total is for shares" in refusal([wish("a", amount=3), wish("b", amount=3)], [9, 9], total=6)
    assert "chat would have no rows in the mixture" in refusal(SHARES, [100] * 3, total=2)
