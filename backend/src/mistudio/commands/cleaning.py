"""The cleaning steps that the options of a command describe."""

from typing import Any, Final

from mistudio.commands.output import fail

Step = dict[str, Any]  # a request as JSON

_SETS: Final = {
    "gopher": ("gopher", "gopher_repetition"),
    "gopher_quality": ("gopher",),
    "gopher_repetition": ("gopher_repetition",),
    "c4": ("c4",),
}


def make_steps(
    *,
    dedup: str | None = None,
    threshold: float | None = None,
    quality: str | None = None,
    drop_regex: str | None = None,
    decontaminate: str | None = None,
    **bounds: int | None,
) -> list[Step]:
    """Return the steps, cheap ones first; ``bounds`` are those of length. Ends with code 1 if an option is wrong."""
    if threshold is not None and dedup != "near":
        raise fail("--threshold belongs to --dedup near.")
    lengths = {name: bound for name, bound in bounds.items() if bound is not None}
    steps: list[Step] = [{"kind": "length", **lengths}] if lengths else []
    if drop_regex is not None:
        steps.append({"kind": "drop_regex", "pattern": drop_regex})
    if dedup is not None:
        steps += _make_dedup_steps(dedup, threshold)
    if quality is not None:
        steps.append(_make_quality_step(quality))
    if decontaminate is not None:
        steps.append({"kind": "decontaminate", "dataset": decontaminate})
    return steps


def _make_dedup_steps(dedup: str, threshold: float | None) -> list[Step]:
    """Return the steps; exact duplicates go before near ones are sought, which takes longer."""
    if dedup not in ("exact", "near"):
        raise fail(f"--dedup takes exact or near, not “{dedup}”.")
    if dedup == "exact":
        return [{"kind": "dedup_exact"}]
    near: Step = {"kind": "dedup_near"} | ({"threshold": threshold} if threshold is not None else {})
    return [{"kind": "dedup_exact"}, near]


def _make_quality_step(names: str) -> Step:
    chosen = [name.strip() for name in names.split(",")]
    if unknown := [name for name in chosen if name not in _SETS]:
        raise fail(f"--quality does not know “{unknown[0]}”. Choose of {', '.join(_SETS)}, separated by commas.")
    return {"kind": "quality", **{name: {} for choice in chosen for name in _SETS[choice]}}
