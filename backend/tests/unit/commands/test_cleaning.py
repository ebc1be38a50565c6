"""Options of a command as cleaning steps."""

import pytest
import typer
from pydantic import TypeAdapter

from mistudio.commands.cleaning import make_steps
from mistudio.corpus.cleaning import CleaningStep


def test_options_make_steps_that_the_api_accepts() -> None:
    """Cheap steps come first, and exact duplicates go before near ones."""
    steps = make_steps(
        dedup="near",
        threshold=0.9,
        quality="gopher, c4",
        drop_regex="x+",
        decontaminate="ds_other",
        min_characters=5,
        max_words=None,
    )
    assert [
        {"kind": "length", "min_characters": 5},
        {"kind": "drop_regex", "pattern": "x+"},
        {"kind": "dedup_exact"},
        {"kind": "dedup_near", "threshold": 0.9},
        {"kind": "quality", "gopher": {}, "gopher_repetition": {}, "c4": {}},
        {"kind": "decontaminate", "dataset": "ds_other"},
    ] == steps
    checked: TypeAdapter[list[CleaningStep]] = TypeAdapter(list[CleaningStep])
    assert [step["kind"] for step in steps] == [step.kind for step in checked.validate_python(steps)]
    assert make_steps(dedup="exact") == [{"kind": "dedup_exact"}]
    assert make_steps() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dedup": "fuzzy"}, "--dedup takes exact or near"),
        ({"quality": "gopher,c5"}, "--quality does not know “c5”"),
        ({"dedup": "exact", "threshold": 0.9}, "--threshold belongs to --dedup near"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with code 1 and a sentence."""
    with pytest.raises(typer.Exit) as caught:
        make_steps(**options)  # type: ignore[arg-type]
    assert caught.value.exit_code == 1
    assert message in capsys.readouterr().err
