"""The command that mixes datasets."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import typer

from mistudio.commands.connection import Studio
from mistudio.commands.create import create_dataset, follow_dataset
from mistudio.commands.options import AsJson, DataDir, HubToken
from mistudio.commands.output import fail, run, say, say_json, say_table

# NAME=SHARE or NAME:SPLIT=SHARE, with xN for repeats: web=0.6, ds_…:train=60%x3, chat=1000.
_PART: Final = re.compile(
    r"(?P<name>.+?)(?::(?P<split>[^:=]+))?=(?P<much>[\d._]+)(?P<percent>%)?(?:x(?P<repeats>\d+))?"
)


def mix(
    parts: Annotated[
        list[str],
        typer.Argument(
            metavar="DATASET[:SPLIT]=SHARE[xREPEATS]…",
            help="A share such as 0.6 or 60%, or a whole number: that many units. x3: its rows may occur three times.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Default: from the parts' names.")] = None,
    by: Annotated[Literal["tokens", "rows", "bytes"], typer.Option(help="The unit of shares and numbers.")] = "rows",
    tokenizer: Annotated[str | None, typer.Option(help="Counts the tokens: a Hub model ID or a path.")] = None,
    tokenization: Annotated[str | None, typer.Option(help="By its tokenizer: tok_…")] = None,
    total: Annotated[int | None, typer.Option(min=1, help="Units in all. Default: what the scarcest allows.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same rows in the same order.")] = 0,
    dry_run: Annotated[bool, typer.Option(help="Only show what each part would contribute.")] = False,
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Mix datasets into one, in shares of tokens, rows or bytes."""
    wanted = [_parse_part(text, by) for text in parts]
    request: dict[str, object] = {
        "name": name,
        "by": by,
        "tokenizer": tokenizer,
        "tokenization": tokenization,
        "total": total,
        "seed": seed,
        "access_token": token,
    }

    async def use(api: Studio) -> None:
        found = [{**part, "dataset": (await api.find(part["dataset"]))["id"]} for part in wanted]
        if dry_run:
            _show(await api.call("POST", "/datasets/mix/preview", json={**request, "parts": found}), json=json)
            return
        dataset = await create_dataset(api, "/datasets/mix", json={**request, "parts": found})
        ready = await follow_dataset(api, dataset, quiet=json)
        for share in [] if json else list_shares(ready):
            say(f"{share}.")

    run(use, data_dir=data_dir)


def _parse_part(text: str, unit: str) -> dict[str, Any]:  # a part as JSON
    found = _PART.fullmatch(text)
    if found is None:
        raise fail(f"“{text}” is not a part. Write NAME=SHARE, such as web=0.6, web:train=60% or chat=1000x3.")
    number = float(found["much"].replace("_", "")) if found["much"].count(".") <= 1 else 0.0
    is_share = bool(found["percent"]) or number < 1
    amount = {"share": round(number / 100, 12) if found["percent"] else number} if is_share else {unit: int(number)}
    repeats = {"max_repeats": int(found["repeats"])} if found["repeats"] else {}
    return {"dataset": found["name"], "split": found["split"], **amount, **repeats}


def _show(preview: Mapping[str, Any], *, json: bool) -> None:  # JSON
    if json:
        say_json(preview)
        return
    rows = [_to_cells(part) for part in preview["parts"]]
    say_table(("PART", "SPLIT", f"{preview['by'].upper()} THERE", "TAKEN", "ROWS, ABOUT", "SHARE"), rows)
    if preview["total"] is None:
        say(f"The {preview['by']} of a part are not counted yet: the job counts them.")


def _to_cells(part: Mapping[str, Any]) -> list[str]:  # JSON
    counts = [_count(part[key]) for key in ("available", "target", "rows")]
    return [part["label"], part["split"], *counts, "" if part["share"] is None else f"{part['share']:.2%}"]


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def list_shares(dataset: Mapping[str, Any]) -> list[str]:  # a dataset as JSON
    """Return what each part of a mixture contributed, in words; nothing for other datasets."""
    mixture = dataset["metadata"].get("mixture") or {"parts": []}
    return [
        f"{part['label']} ({part['split']}): {part['share']:.2%}, {part['amount']:,} {mixture['by']} in "
        f"{part['rows']:,} rows, {part['repeats']:.2f} times what it has"
        for part in mixture["parts"]
    ]
