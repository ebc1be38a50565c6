"""Commands that create datasets: from the Hub, from files, and the bundled one."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mistudio.commands.amounts import make_amount
from mistudio.commands.connection import Refused, Studio
from mistudio.commands.import_plan import (
    ImportChanges,
    apply_changes,
    ask_plan,
    describe_skipped,
    list_files,
    show_plan,
    to_form,
)
from mistudio.commands.options import SAMPLE, AsJson, DataDir, HubToken, TextTemplate, Wanted, unescape_template
from mistudio.commands.output import count_texts, fail, run, say, say_json, warn
from mistudio.commands.progress import progress_bar
from mistudio.corpus.formats.file_options import FileOptions
from mistudio.utils.file_utils import format_size


async def create_dataset(api: Studio, path: str, **options: Any) -> Any:  # what httpx takes; a dataset as JSON
    """Create a dataset, or return the one that exists already."""
    try:
        return await api.call("POST", path, **options)
    except Refused as refused:
        if refused.problem.get("code") != "exists":
            raise
        return await api.get(f"/datasets/{refused.problem['dataset_id']}")


async def follow_dataset(api: Studio, dataset: dict[str, Any], *, quiet: bool) -> Any:  # datasets as JSON
    """Show the progress until the dataset is ready, and return it; ends with code 1 if it fails."""
    with progress_bar(dataset["name"], quiet=quiet) as bar:
        dataset = await api.follow(f"/datasets/{dataset['id']}", bar.show)
    if quiet:
        say_json(dataset)
    elif dataset["status"] == "ready":
        _say_ready(dataset)
    if dataset["status"] != "ready":
        raise fail(str(dataset["error_message"]))
    return dataset


def _say_ready(dataset: dict[str, Any]) -> None:  # a dataset as JSON
    splits = ", ".join(f"{split['name']} {split['num_rows']:,}" for split in dataset["splits"])
    for notice in dataset["notices"]:
        say(notice)
    say(
        f"{dataset['name']} is ready: {dataset['num_samples']:,} samples ({splits}), "
        f"{format_size(dataset['size_bytes'])}. {count_texts(dataset)} Its id is {dataset['id']}."
    )


def download(
    repo_id: Annotated[str, typer.Argument(help="namespace/name on the Hub, or sample for the bundled one.")],
    config: Annotated[str | None, typer.Option(help="Default: the card's default, or the only one.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="Can be repeated. Default: all.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit. Default: the main branch.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Default: detected automatically.")] = None,
    text_template: TextTemplate = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Take this many rows. Default: all.")] = None,
    max_size: Annotated[str | None, typer.Option(help="Take about this much of the source, such as 2GB.")] = None,
    sample: Annotated[Literal["first", "random"], typer.Option(help="random: drawn by --seed.")] = "first",
    seed: Annotated[int, typer.Option(min=0, help="Of --sample random; the same seed takes the same rows.")] = 0,
    column: Annotated[list[str] | None, typer.Option(help="Keep this column. Can be repeated. Default: all.")] = None,
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Download a dataset from the Hub, or create the bundled sample; run it again to continue."""
    request = {
        "repo_id": repo_id,
        "config": config,
        "splits": split or None,
        "revision": revision,
        "text_column": text_column,
        "text_template": unescape_template(text_template),
        "access_token": token,
        "amount": make_amount(rows, max_size),
        "order": sample,
        "seed": seed,
        "columns": column or None,
    }

    async def use(api: Studio) -> None:
        if repo_id == SAMPLE:
            dataset = await create_dataset(api, "/datasets/sample")
        else:
            dataset = await create_dataset(api, "/datasets/download", json=request)
        await follow_dataset(api, dataset, quiet=json)

    run(use, data_dir=data_dir)


def extend(
    wanted: Wanted,
    rows: Annotated[int | None, typer.Option(min=1, help="Total number of rows.")] = None,
    max_size: Annotated[str | None, typer.Option(help="Approximate total size of the source, such as 4GB.")] = None,
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Take more of the same repository and reuse the files that are here. Without an amount, take everything."""
    request = {"amount": make_amount(rows, max_size), "access_token": token}

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        await follow_dataset(
            api, await create_dataset(api, f"/datasets/{dataset['id']}/extend", json=request), quiet=json
        )

    run(use, data_dir=data_dir)


def import_files(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders of files.")],
    name: Annotated[str | None, typer.Option(help="Default: from the files' names.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Default: detected automatically.")] = None,
    text_template: TextTemplate = None,
    config: Annotated[str | None, typer.Option(help="A config of the folder's card. Default: the card's own.")] = None,
    split: Annotated[
        list[str] | None, typer.Option(metavar="FILE=NAME", help="Read these files as this split. Can be repeated.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of text files, as latin-1. Default: detected.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of CSV files, as ';' or '\\t'. Default: detected.")] = None,
    field: Annotated[str | None, typer.Option(help="The key of a JSON object that holds the records.")] = None,
    sample_by: Annotated[
        Literal["line", "paragraph", "file"] | None,
        typer.Option(help="What a sample of a .txt file is. Default: line, or what the card says."),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only show what each file would be.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Import local files by their card, else by their names, as the Hub does. Your files are not changed."""
    found = list_files(paths)
    if not found:
        raise fail("There is no file here. Choose files, or a folder that has some.")
    options = FileOptions(encoding=encoding, delimiter=delimiter, field=field, sample_by=sample_by)
    fields = {"name": name, "text_column": text_column, "text_template": unescape_template(text_template)}

    async def use(api: Studio) -> None:
        plan = await ask_plan(api, found, config)
        entries = apply_changes(plan["files"], ImportChanges(split or [], options))
        if dry_run:
            say_json({**plan, "files": entries}) if json else show_plan(plan, entries)
            return
        if (skipped := describe_skipped(entries)) is not None:
            warn(skipped)
        form = to_form(plan, entries, fields)
        taken = {entry["file"]: found[entry["file"]] for entry in entries if not entry["skipped"]}
        await follow_dataset(
            api, await _send_files(api, taken, form, bar_for=name or plan["name"], quiet=json), quiet=json
        )

    run(use, data_dir=data_dir)


async def _send_files(api: Studio, files: dict[str, Path], form: dict[str, str], *, bar_for: str, quiet: bool) -> Any:
    """Upload the files and return their dataset, as JSON."""
    total = sum(path.stat().st_size for path in files.values())
    with ExitStack() as stack:
        bar = stack.enter_context(progress_bar(bar_for, quiet=quiet))
        opened = [(label, stack.enter_context(path.open("rb"))) for label, path in files.items()]
        sent = [("files", (label, bar.count_reads(file, total=total))) for label, file in opened]
        return await create_dataset(api, "/datasets/upload", files=sent or None, data=form)
