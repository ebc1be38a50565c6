"""The command that makes a subset of a dataset."""

import json as jsonlib
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from mistudio.commands.cleaning import Step, make_steps
from mistudio.commands.connection import Studio
from mistudio.commands.create import create_dataset, follow_dataset
from mistudio.commands.options import AsJson, DataDir, Wanted
from mistudio.commands.output import fail, run, say, say_json, say_table

_RANGE: Final = re.compile(r"(\d+)[:-](\d+)")
_ROWS_HELP: Final = "The first N rows, or the rows FROM to before TO; ranges are repeatable."
_OTHER_HELP: Final = "Drop texts that share n-grams with this dataset."
_ID: Final = re.compile(r"(.+):(\d+)")


def subset(
    wanted: Wanted,
    name: Annotated[str | None, typer.Option(help="Default: from the dataset's name.")] = None,
    split: Annotated[str | None, typer.Option(help="Default: all.")] = None,
    search: Annotated[str | None, typer.Option(help="Words, an exact text, or an RE2 pattern.")] = None,
    mode: Annotated[Literal["words", "exact", "regex"], typer.Option(help="What --search is.")] = "words",
    case: Annotated[bool, typer.Option("--case", help="Search case-sensitively.")] = False,
    min_tokens: Annotated[int | None, typer.Option(min=0, help="Rows with at least this many tokens.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=0, help="Rows with at most this many tokens.")] = None,
    tokenization: Annotated[str | None, typer.Option(help="Of the token counts. Default: the newest.")] = None,
    rows: Annotated[list[str] | None, typer.Option(metavar="N|FROM:TO", help=_ROWS_HELP)] = None,
    share: Annotated[float | None, typer.Option(min=0, max=1, help="This share of the rows, drawn by --seed.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="With --rows N, draws the rows.")] = None,
    row_id: Annotated[list[str] | None, typer.Option("--id", metavar="SPLIT:ROW", help="One row; repeatable.")] = None,
    dedup: Annotated[str | None, typer.Option(metavar="exact|near", help="Drop duplicates.")] = None,
    threshold: Annotated[float | None, typer.Option(help="Of --dedup near: least similarity.")] = None,
    min_characters: Annotated[int | None, typer.Option(min=0, help="Drop shorter texts.")] = None,
    max_characters: Annotated[int | None, typer.Option(min=0, help="Drop longer texts.")] = None,
    quality: Annotated[str | None, typer.Option(metavar="RULES", help="Rules: gopher, c4, or gopher,c4.")] = None,
    drop_regex: Annotated[str | None, typer.Option(help="Drop texts in which this RE2 pattern matches.")] = None,
    decontaminate: Annotated[str | None, typer.Option(metavar="DATASET", help=_OTHER_HELP)] = None,
    validation: Annotated[float | None, typer.Option(min=0, max=1, help="Split off this share as validation.")] = None,
    split_seed: Annotated[int, typer.Option(min=0, help="Of --validation.")] = 0,
    steps: Annotated[Path | None, typer.Option(help="A JSON file with more steps, which come first.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only show what it would have.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make a dataset of some rows of another one: found, drawn, cleaned, split."""
    made = [
        *(_read_steps(steps) if steps else []),
        *make_steps(
            dedup=dedup,
            threshold=threshold,
            quality=quality,
            drop_regex=drop_regex,
            decontaminate=decontaminate,
            min_characters=min_characters,
            max_characters=max_characters,
        ),
        *([] if validation is None else [{"kind": "split", "share": validation, "seed": split_seed}]),
    ]
    request = {"name": name, "split": split, "rows": _parse_rows(rows), "share": share, "seed": seed}
    request |= {"search": search, "mode": mode, "case": case} if search else {}
    request |= {"min_tokens": min_tokens, "max_tokens": max_tokens, "tokenization": tokenization}
    use = partial(_use, wanted, {**request, "ids": _parse_ids(row_id)}, made, dry_run=dry_run, json=json)
    run(use, data_dir=data_dir)


async def _use(
    wanted: str, request: dict[str, Any], steps: list[Step], api: Studio, *, dry_run: bool, json: bool
) -> None:
    path = f"/datasets/{(await api.find(wanted))['id']}/subset"
    body = {**request, "steps": [await _find_reference(api, step) for step in steps]}
    if dry_run:
        _show(await api.call("POST", f"{path}/preview", json=body), json=json)
        return
    ready = await follow_dataset(api, await create_dataset(api, path, json=body), quiet=json)
    for stage in [] if json else list_stages(ready):
        say(f"{stage}.")


async def _find_reference(api: Studio, step: Step) -> Step:
    """Return the step with the id of the dataset that it names."""
    if step.get("kind") != "decontaminate":
        return step
    return {**step, "dataset": (await api.find(str(step["dataset"])))["id"]}


def _read_steps(path: Path) -> list[Step]:
    try:
        found = jsonlib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise fail(f"{path} is not JSON: {error}.") from None
    if not isinstance(found, list) or not all(isinstance(step, dict) for step in found):
        raise fail(f"{path} has no list of steps. Write a JSON list of objects, each with a kind.")
    return found


def _parse_rows(texts: list[str] | None) -> int | list[list[int]] | None:
    if not texts:
        return None
    if len(texts) == 1 and texts[0].isdecimal():
        return int(texts[0])
    found = [_RANGE.fullmatch(text) for text in texts]
    if wrong := [text for text, match in zip(texts, found, strict=True) if match is None]:
        raise fail(f"“{wrong[0]}” is not a range. Write --rows 100 for the first 100 rows, or --rows 100:200.")
    return [[int(match[1]), int(match[2])] for match in found if match]


def _parse_ids(texts: list[str] | None) -> dict[str, list[int]] | None:
    if not texts:
        return None
    ids: dict[str, list[int]] = {}
    for text in texts:
        if (match := _ID.fullmatch(text)) is None:
            raise fail(f"“{text}” is not a row. Write --id SPLIT:ROW, such as train:17.")
        ids.setdefault(match[1], []).append(int(match[2]))
    return ids


def _show(preview: Mapping[str, Any], *, json: bool) -> None:  # JSON
    if json:
        say_json(preview)
        return
    for stage in preview["stages"]:
        say(f"{_describe(stage)}.")
    if preview["steps"]:
        say(f"Steps, on a sample of {preview['sample_rows']:,} rows:")
    for step in preview["steps"]:
        say(f"  {_describe(step['ledger'])}.")
    if preview["note"]:
        say(preview["note"])
    examples = [("kept", row) for row in preview["kept"]] + [("dropped", row) for row in preview["dropped"]]
    if examples:
        say_table(("", "SPLIT", "ROW", "TEXT"), [_to_line(kind, row) for kind, row in examples])


def _to_line(kind: str, row: Mapping[str, Any]) -> tuple[str, str, str, str]:  # JSON
    return kind, row["split"], f"{row['row']:,}", " ".join(row["text"].split())[:60]


def list_stages(dataset: Mapping[str, Any]) -> list[str]:  # a dataset as JSON
    """Return what each stage of a subset kept and dropped, in words; nothing for other datasets."""
    found = dataset["metadata"].get("subset") or {"stages": []}
    return [_describe(stage) for stage in found["stages"]]


def _describe(stage: Mapping[str, Any]) -> str:  # JSON
    dropped = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in stage["dropped"].items())
    kind = stage["kind"].replace("_", " ").capitalize()
    return f"{kind}: {stage['kept']:,} of {stage['rows']:,} rows kept" + (f"; dropped: {dropped}" if dropped else "")
