"""Decides how much each part of a mixture contributes, in tokens, rows or bytes of text, in exact fractions."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from mistudio.core.errors import ValidationFailed

Unit: TypeAlias = Literal["tokens", "rows", "bytes"]

MAX_REPEATS: Final = 100
# A share that is written with fewer digits, such as 0.333, still counts as a third part of a whole.
_TOLERANCE: Final = Fraction(1, 100)


@dataclass(frozen=True)
class PartWish:
    """What is wanted of one part: a share, or an amount in the mixture's unit. ``name`` is for messages."""

    name: str
    share: Fraction | None = None
    amount: int | None = None
    max_repeats: int = 1


def compute_targets(
    wishes: Sequence[PartWish], available: Sequence[int], *, unit: Unit, total: int | None
) -> list[int]:
    """Return how many units each part contributes.

    Without a total, parts with shares contribute as much as the scarcest allows. With one, the targets add up to it
    exactly. Raises ValidationFailed if a part has too little, and says how much would be possible.
    """
    _check_wishes(wishes, total)
    _require_some(wishes, available, unit)
    shares = normalize_shares(wishes)
    if not shares:
        targets = [wish.amount or 0 for wish in wishes]
    else:
        most = _find_largest_total(wishes, shares, available)
        targets = _split_total(min(total, most) if total else most, shares)
        if total is not None and total > most:
            _refuse_total(wishes, shares, available, unit=unit, total=total, most=most)
    for wish, target, amount in zip(wishes, targets, available, strict=True):
        _require_enough(wish, target, amount, unit)
    return targets


def normalize_shares(wishes: Sequence[PartWish]) -> list[Fraction]:
    """Return the shares, which add up to 1; none if the parts have amounts."""
    given = [wish.share for wish in wishes if wish.share is not None]
    whole = sum(given, Fraction())
    return [share / whole for share in given]


def _check_wishes(wishes: Sequence[PartWish], total: int | None) -> None:
    if len(wishes) < 2:
        raise ValidationFailed("A mixture has at least two parts. To take rows of one dataset, make a subset.")
    shares = [wish.share for wish in wishes if wish.share is not None]
    if shares and len(shares) < len(wishes):
        raise ValidationFailed("Give each part a share, or each an amount: shares and amounts do not mix.")
    if shares and abs(sum(shares, Fraction()) - 1) > _TOLERANCE:
        raise ValidationFailed(f"The shares add up to {float(sum(shares, Fraction())):g}. They have to add up to 1.")
    if not shares and total is not None:
        raise ValidationFailed("A total is for shares. Leave it out, because each part has an amount.", field="total")


def _require_some(wishes: Sequence[PartWish], available: Sequence[int], unit: Unit) -> None:
    for wish, amount in zip(wishes, available, strict=True):
        if not amount:
            raise ValidationFailed(f"{wish.name} has no {unit}. Leave it out.")


def _find_largest_total(wishes: Sequence[PartWish], shares: Sequence[Fraction], available: Sequence[int]) -> int:
    return min(
        int(amount * wish.max_repeats / share) for wish, share, amount in zip(wishes, shares, available, strict=True)
    )


def _split_total(total: int, shares: Sequence[Fraction]) -> list[int]:
    """Return whole numbers in these shares that add up to ``total``: the largest remainders are rounded up."""
    targets = [int(total * share) for share in shares]
    remainders = [total * share - target for share, target in zip(shares, targets, strict=True)]
    by_remainder = sorted(range(len(shares)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: total - sum(targets)]:
        targets[index] += 1
    return targets


def _refuse_total(
    wishes: Sequence[PartWish],
    shares: Sequence[Fraction],
    available: Sequence[int],
    *,
    unit: Unit,
    total: int,
    most: int,
) -> None:
    index = min(range(len(wishes)), key=lambda index: available[index] * wishes[index].max_repeats / shares[index])
    wish, wanted = wishes[index], int(total * shares[index])
    raise ValidationFailed(
        f"{wish.name} has {available[index]:,} {unit}, and this total needs {wanted:,} of it. Choose a total of at "
        f"most {most:,}, or let the part repeat (max_repeats is {wish.max_repeats}).",
        field="total",
        extra={"largest_total": most},
    )


def _require_enough(wish: PartWish, target: int, available: int, unit: Unit) -> None:
    if not target:
        raise ValidationFailed(f"{wish.name} would have no {unit} in the mixture. Raise its share or the total.")
    if target > available * wish.max_repeats:
        raise ValidationFailed(
            f"{wish.name} has {available:,} {unit}, and {target:,} are wanted. Choose at most "
            f"{available * wish.max_repeats:,}, or let the part repeat (max_repeats is {wish.max_repeats})."
        )
