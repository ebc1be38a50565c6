"""YAML of a repository: its values within the limits, else a reason with its line."""

import pytest

from mistudio.corpus.hub.yaml_limits import load_yaml
from mistudio.utils.hf_answers import MAX_DEPTH, MAX_NODES, InvalidAnswer


def refuse(text: str) -> str:
    """Return the reason for which ``text`` is refused."""
    with pytest.raises(InvalidAnswer) as raised:
        load_yaml(text, "README.md")
    assert "README.md" == raised.value.field
    return raised.value.reason


def test_values_and_aliases_are_loaded() -> None:
    """An alias may be used often."""
    assert {"a": [1, "x"], "b": [1, "x"]} == load_yaml("a: &one [1, x]\nb: *one\n", "README.md")


def test_an_alias_counts_as_what_it_stands_for() -> None:
    """Nine lines that mean a billion values are refused before anything is built."""
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert f"its YAML has more than {MAX_NODES:,} values, aliases counted as often as used" == refuse("\n".join(lines))
    assert "its YAML refers to itself (*a)" == refuse("a: &a [*a]")


def test_the_limits_are_exact() -> None:
    """The document's list is a value and a level itself."""
    assert MAX_NODES - 1 == len(load_yaml("[" + "1," * (MAX_NODES - 1) + "]", "README.md"))
    assert "more than" in refuse("[" + "1," * MAX_NODES + "]")
    load_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "README.md")
    assert f"its YAML is nested more than {MAX_DEPTH} deep" == refuse("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: 1\nb: [\n", "line 3 of its YAML: "),
        ("a: *none", "line 1 of its YAML: found undefined alias"),
        ("a: 1\n\nb: !!python/object:os.system x", "line 3 of its YAML: "),
        ("a: 2024-13-41", "month must be in 1..12"),
        ("? [a]\n: 1", "line 1 of its YAML: found unhashable key"),
        (f"a: {'9' * 5000}", "Exceeds the limit"),
    ],
)
def test_other_damage_is_refused_with_the_librarys_reason(text: str, part: str) -> None:
    """On one line of at most 200 characters."""
    reason = refuse(text)
    assert part in reason
    assert "\n" not in reason
    assert len(reason) <= 200
