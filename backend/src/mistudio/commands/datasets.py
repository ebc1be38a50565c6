"""Commands that make, show and remove datasets."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mistudio.commands.connection import Refused, Studio
from mistudio.commands.doctor import doctor
from mistudio.commands.output import fail, out, run, say_json, say_table, settings_of, watched
from mistudio.corpus.local_names import FORMATS
from mistudio.corpus.manifest import verify as differences_of
from mistudio.corpus.sources import plain_suffix
from mistudio.utils.file_utils import format_size

DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Wanted = Annotated[str, typer.Argument(help="Id, name or repository id of a dataset.")]
_SAMPLE = "sample"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(download)
    app.command(name="import")(import_files)
    app.command()(ls)
    app.command()(show)
    app.command()(samples)
    app.command()(verify)
    app.command()(rebuild)
    app.command()(rm)
    app.command()(doctor)


async def _made(api: Studio, path: str, *, quiet: bool, **options: Any) -> None:  # what httpx takes
    """Ask for a dataset and follow it to its end; one that is there or on its way is followed instead."""
    try:
        dataset = await api.call("POST", path, **options)
    except Refused as refused:
        if refused.problem.get("code") != "exists":
            raise
        dataset = await api.get(f"/datasets/{refused.problem['dataset_id']}")
    with watched(dataset["name"], quiet=quiet) as tell:
        dataset = await api.follow(dataset["id"], tell)
    if quiet:
        say_json(dataset)
    elif dataset["status"] == "ready":
        splits = ", ".join(f"{split['name']} {split['num_rows']:,}" for split in dataset["splits"])
        out.print(
            f"{dataset['name']} is ready: {dataset['num_samples']:,} samples ({splits}), "
            f"{format_size(dataset['size_bytes'])}. Its id is {dataset['id']}.",
            markup=False,
        )
    if dataset["status"] == "error":
        raise fail(str(dataset["error_message"]))


def download(
    repo_id: Annotated[str, typer.Argument(help="namespace/name on the Hub, or sample for the bundled one.")],
    config: Annotated[str | None, typer.Option(help="Left out: the card's default, or the only one.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="May be given several times; left out: all.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Left out: chosen from the data.")] = None,
    token: Annotated[str | None, typer.Option(envvar="HF_TOKEN", show_envvar=False, help="For this job only.")] = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Get a dataset from the Hub, or the bundled sample; run again, it goes on where it stopped."""
    request = {
        "repo_id": repo_id,
        "config": config,
        "splits": split or None,
        "revision": revision,
        "text_column": text_column,
        "access_token": token,
    }

    async def use(api: Studio) -> None:
        if repo_id == _SAMPLE:
            await _made(api, "/datasets/sample", quiet=json)
        else:
            await _made(api, "/datasets/download", quiet=json, json=request)

    run(use, data_dir=data_dir)


def import_files(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders of files.")],
    name: Annotated[str | None, typer.Option(help="Left out: from the files' names.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Left out: chosen from the data.")] = None,
    sample_by: Annotated[
        Literal["line", "file"], typer.Option(help="Whether a .txt file is a sample per line, or one sample.")
    ] = "line",
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make a dataset of local files; splits are told from their names. The files themselves stay as they are."""
    found = list(_files(paths))
    if not found:
        raise fail("There is no file of a kind that can be imported: .csv .tsv .json .jsonl .txt .parquet .arrow.")
    fields = {"name": name, "text_column": text_column, "sample_by": sample_by}

    async def use(api: Studio) -> None:
        with ExitStack() as stack:
            files = [("files", (label, stack.enter_context(path.open("rb")))) for label, path in found]
            data = {key: value for key, value in fields.items() if value}
            await _made(api, "/datasets/upload", quiet=json, files=files, data=data)

    run(use, data_dir=data_dir)


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """The files with the names that they are sent under: those of a folder with the folder's name before them."""
    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        folder = path.resolve()
        for file in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if file.is_file() and not hidden and plain_suffix(file.name) in FORMATS:
                yield f"{folder.name}/{file.relative_to(folder).as_posix()}", file


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
        header = ("ID", "NAME", "STATUS", "SAMPLES", "SIZE")
        say_table(header, [_line(dataset) for dataset in found])

    run(use, data_dir=data_dir)


def _line(dataset: dict[str, Any]) -> list[str]:  # a dataset as JSON
    status = dataset["status"] if dataset["status"] in {"ready", "error"} else f"{dataset['progress']:.0f} %"
    rows, size = dataset["num_samples"], dataset["size_bytes"]
    return [
        dataset["id"],
        dataset["name"],
        status,
        "" if rows is None else f"{rows:,}",
        "" if size is None else format_size(size),
    ]


def show(wanted: Wanted, json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show what a dataset is: where it came from, its splits, columns and state."""

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        if json:
            say_json(dataset)
            return
        commit = f" at {dataset['revision']}" if dataset["revision"] else ""
        facts = [
            ("Name", dataset["name"]),
            ("Id", dataset["id"]),
            ("Source", f"{dataset['hf_repo_id'] or 'local files'}{commit}"),
            ("Status", dataset["error_message"] or dataset["status"]),
            ("Text column", dataset["text_column"] or ""),
            ("Folder", dataset["raw_path"] or ""),
            *((f"Split {split['name']}", f"{split['num_rows'] or 0:,} samples") for split in dataset["splits"]),
            *((f"Column {column['name']}", column["type"]) for column in dataset["columns"]),
        ]
        say_table(("", ""), facts)

    run(use, data_dir=data_dir)


def samples(
    wanted: Wanted,
    search: Annotated[str | None, typer.Option(help="Words, an exact text, or a pattern.")] = None,
    mode: Annotated[Literal["words", "exact", "regex"], typer.Option(help="What the search is.")] = "words",
    case: Annotated[bool, typer.Option("--case", help="Tell capitals apart.")] = False,
    split: Annotated[str | None, typer.Option(help="Left out: all.")] = None,
    page: Annotated[int, typer.Option(min=1, help="Counts from 1.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Samples per page.")] = 10,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show samples of a dataset, all or those found."""

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        query = {"search": search, "mode": mode, "case": case} if search else {}
        found = await api.get(f"/datasets/{dataset['id']}/samples", split=split, page=page, limit=limit, **query)
        if json:
            say_json(found)
            return
        for sample in found["data"]:
            out.rule(f"{sample['split']} {sample['row']:,}", align="left")
            out.print(sample["text"], markup=False)
        more = "" if found["search"]["exact_total"] else " at least"
        out.print(f"Page {page}, of{more} {found['pagination']['total']:,} samples.", style="dim")

    run(use, data_dir=data_dir)


def verify(wanted: Wanted, json: AsJson = False, data_dir: DataDir = None) -> None:
    """Compare a dataset's files with its manifest, byte for byte; exit code 1 where they differ."""
    differences: list[str] = []

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        differences.extend(differences_of(settings_of(data_dir=data_dir).datasets_dir / dataset["id"]))

    run(use, data_dir=data_dir)
    if json:
        say_json({"differences": differences})
    elif not differences:
        out.print("Every file is as it was stored.")
    if differences:
        raise fail("\n".join(differences))


def rebuild(wanted: Wanted, json: AsJson = False, data_dir: DataDir = None) -> None:
    """Make the search index of a dataset anew, and wait until it stands."""

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        path = f"/datasets/{dataset['id']}"
        await api.call("DELETE", f"{path}/index")
        await api.call("POST", f"{path}/index")
        dataset = await api.until(dataset["id"], lambda now: all(job["kind"] != "index" for job in now["jobs"]))
        if json:
            say_json(dataset["index"])
        if dataset["index"]["state"] != "ready":
            raise fail("The index could not be built; words are found by reading meanwhile. The log says why.")
        if not json:
            out.print(f"The index of {dataset['name']} is new.", markup=False)

    run(use, data_dir=data_dir)


def rm(
    wanted: Wanted,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete a dataset and all that was made of it, after saying what that takes with it."""

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        path = f"/datasets/{dataset['id']}"
        preview = await api.call("DELETE", path, params={"dry_run": True})
        if not yes and preview["allowed"]:
            size, tokenizations = format_size(preview["freed_bytes"]), len(preview["tokenizations"])
            typer.confirm(f"Delete {dataset['name']}, {size} with {tokenizations} tokenizations?", abort=True, err=True)
        await api.call("DELETE", path)
        out.print(f"{dataset['name']} is deleted.", markup=False)

    run(use, data_dir=data_dir)
