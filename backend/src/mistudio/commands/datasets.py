"""Commands that list, show, verify, rebuild and delete datasets and tokenizations."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mistudio.commands.connection import Studio
from mistudio.commands.derive import list_stages
from mistudio.commands.edit import describe_text, follow_index
from mistudio.commands.mix import list_shares
from mistudio.commands.options import AsJson, DataDir, Wanted
from mistudio.commands.output import count_texts, fail, load_settings, run, say, say_json, say_table
from mistudio.commands.parts import rebuild_raw_files
from mistudio.commands.token_facts import facts as facts_of_tokens
from mistudio.commands.tokenizations import rebuild_tokenization
from mistudio.core.config import Settings
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import verify as differences_of
from mistudio.corpus.tokenized.manifest import TOKENIZED_MANIFEST
from mistudio.corpus.tokenized.manifest import find_differences as token_differences_of
from mistudio.utils.file_utils import format_size
from mistudio.utils.text import escape_controls, format_count

WantedOrTokens = Annotated[str, typer.Argument(help="Id, name or repository id of a dataset, or id of a tokenization.")]
_TOKENS = "tok_"
_SOURCES = {"huggingface": "the Hub", "local": "local files", "derived": "other datasets"}


def ls(
    search: Annotated[str | None, typer.Option(help="Part of a name or repository id.")] = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the datasets, newest first."""

    async def use(api: Studio) -> None:
        found = (await api.get("/datasets", search=search, limit=100))["data"]
        if json:
            say_json(found)
            return
        say_table(("ID", "NAME", "STATUS", "SAMPLES", "SIZE"), [_table_row(dataset) for dataset in found])

    run(use, data_dir=data_dir)


def _table_row(dataset: dict[str, Any]) -> list[str]:  # a dataset as JSON
    status = dataset["status"] if dataset["status"] in {"ready", "error"} else f"{dataset['progress']:.0f} %"
    rows, size = dataset["num_samples"], dataset["size_bytes"]
    return [
        dataset["id"],
        dataset["name"],
        status,
        "" if rows is None else f"{rows:,}",
        "" if size is None else format_size(size),
    ]


def show(wanted: WantedOrTokens, json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show a dataset with its source, splits, columns, tokenizations and state, or a tokenization."""

    async def use(api: Studio) -> None:
        is_tokens = wanted.startswith(_TOKENS)
        found = await (api.get(f"/tokenizations/{wanted}") if is_tokens else api.find(wanted))
        if json:
            say_json(found)
        else:
            say_table(("", ""), (facts_of_tokens if is_tokens else _list_facts)(found))

    run(use, data_dir=data_dir)


def _list_facts(dataset: Mapping[str, Any]) -> list[tuple[str, str]]:  # a dataset as JSON
    commit = f" at {dataset['revision']}" if dataset["revision"] else ""
    return [
        ("Name", dataset["name"]),
        ("Id", dataset["id"]),
        ("Source", f"{dataset['hf_repo_id'] or _SOURCES[dataset['source']]}{commit}"),
        ("Status", dataset["error_message"] or dataset["status"]),
        ("Text", describe_text(dataset)),
        ("Texts", count_texts(dataset).removeprefix("Texts: ")),
        *(("Tags", ", ".join(tags)) for tags in [dataset["tags"]] if tags),
        *(("Note", note) for note in [dataset["note"]] if note),
        *(("Notice", notice) for notice in dataset["notices"]),
        *(("Part", share) for share in list_shares(dataset)),
        *(("Parent", parent["name"]) for parent in (dataset["metadata"].get("subset") or {"parents": []})["parents"]),
        *(("Rows", stage) for stage in list_stages(dataset)),
        ("Folder", dataset["raw_path"] or ""),
        *((f"Split {split['name']}", f"{split['num_rows'] or 0:,} samples") for split in dataset["splits"]),
        *((f"Column {column['name']}", column["type"]) for column in dataset["columns"]),
        *((record["id"], f"{record['tokenizer']}, {record['status']}") for record in dataset["tokenizations"]),
    ]


def samples(
    wanted: Wanted,
    search: Annotated[str | None, typer.Option(help="Words, an exact text, or an RE2 pattern.")] = None,
    mode: Annotated[Literal["words", "exact", "regex"], typer.Option(help="What --search is.")] = "words",
    case: Annotated[bool, typer.Option("--case", help="Search case-sensitively.")] = False,
    split: Annotated[str | None, typer.Option(help="Default: all.")] = None,
    page: Annotated[int, typer.Option(min=1, help="Counts from 1.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Samples per page.")] = 10,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show samples of a dataset, or search them."""

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        query = {"search": search, "mode": mode, "case": case} if search else {}
        found = await api.get(f"/datasets/{dataset['id']}/samples", split=split, page=page, limit=limit, **query)
        if json:
            say_json(found)
            return
        for sample in found["data"]:
            say(f"── {sample['split']} {sample['row']:,}", style="dim")
            say(sample["text"], lines=True)
        at_least = "" if found["search"]["exact_total"] else "at least "
        say(f"Page {page} of {at_least}{found['pagination']['total']:,} samples.", style="dim")

    run(use, data_dir=data_dir)


def verify(wanted: WantedOrTokens, json: AsJson = False, data_dir: DataDir = None) -> None:
    """Compare a dataset and its tokenizations with their manifests, byte for byte; exit code 1 if they differ."""
    differences: list[str] = []

    async def use(api: Studio) -> None:
        if wanted.startswith(_TOKENS):
            record = await api.get(f"/tokenizations/{wanted}")
            folder = DatasetLayout(_dataset_folder(record["dataset_id"], data_dir)).tokenized(wanted)
            differences.extend(await asyncio.to_thread(token_differences_of, folder))
        else:
            dataset = await api.find(wanted)
            differences.extend(await asyncio.to_thread(_find_all_differences, _dataset_folder(dataset["id"], data_dir)))

    run(use, data_dir=data_dir)
    if json:
        say_json({"differences": differences})
    elif not differences:
        say("Every file is as it was stored.")
    if differences:
        raise fail("\n".join(differences))


def _rebuild(folder: Path, settings: Settings, *, json: bool) -> None:
    _say_rebuilt(rebuild_tokenization(folder, settings), json=json)


def _say_rebuilt(mended: list[str], *, json: bool) -> None:
    if json:
        say_json({"identical": True, "mended": mended})
    else:
        say("Rebuilt with the same bytes." + (" Damaged files were replaced." if mended else ""))


def _dataset_folder(dataset_id: str, data_dir: Path | None) -> Path:
    return load_settings(data_dir=data_dir).datasets_dir / dataset_id


def _find_all_differences(folder: Path) -> list[str]:
    found = differences_of(folder)
    for manifest in sorted(DatasetLayout(folder).tokenizations.glob(f"*/{TOKENIZED_MANIFEST}")):
        found += [f"{manifest.parent.name}: {difference}" for difference in token_differences_of(manifest.parent)]
    return found


def rebuild(
    wanted: WantedOrTokens,
    raw: Annotated[bool, typer.Option("--raw", help="Fetch the raw files of a part again.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Build the search index of a dataset again; by its manifest, with the same bytes, a part or a tokenization."""

    async def use(api: Studio) -> None:
        if wanted.startswith(_TOKENS):
            record = await api.get(f"/tokenizations/{wanted}")
            folder = DatasetLayout(_dataset_folder(record["dataset_id"], data_dir)).tokenized(wanted)
            await asyncio.to_thread(_rebuild, folder, load_settings(data_dir=data_dir), json=json)
            return
        dataset = await api.find(wanted)
        if raw:
            folder, settings = _dataset_folder(dataset["id"], data_dir), load_settings(data_dir=data_dir)
            _say_rebuilt(await asyncio.to_thread(rebuild_raw_files, folder, settings), json=json)
            return
        path = f"/datasets/{dataset['id']}"
        await api.call("DELETE", f"{path}/index")
        await api.call("POST", f"{path}/index")
        dataset = await follow_index(api, dataset, quiet=json)
        if json:
            say_json(dataset["index"])
        if dataset["index"]["state"] != "ready":
            raise fail("The index could not be built; the log says why. Word searches read the data meanwhile.")
        if not json:
            say(f"The index of {dataset['name']} is rebuilt.")

    run(use, data_dir=data_dir)


def rm(
    wanted: WantedOrTokens,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete a dataset and everything made from it, or one tokenization; asks first."""

    async def use(api: Studio) -> None:
        if wanted.startswith(_TOKENS):
            record = await api.get(f"/tokenizations/{wanted}")
            path, name = f"/tokenizations/{wanted}", f"The tokenization by {record['tokenizer']}"
            _confirm(f"Delete {wanted}, {format_size(record['size_bytes'] or 0)}?", yes=yes)
        else:
            dataset = await api.find(wanted)
            path, name = f"/datasets/{dataset['id']}", dataset["name"]
            preview = await api.call("DELETE", path, params={"dry_run": True})
            size, tokenizations = (
                format_size(preview["freed_bytes"]),
                format_count(len(preview["tokenizations"]), "tokenization"),
            )
            # A dataset in use is refused in any case, so there is nothing to confirm.
            _confirm(f"Delete {name}, {size} with {tokenizations}?", yes=yes or not preview["allowed"])
        await api.call("DELETE", path)
        say(f"{name} is deleted.")

    run(use, data_dir=data_dir)


def _confirm(question: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(escape_controls(question), abort=True, err=True)
