"""Commands that make datasets: from the Hub, from files, and the bundled one."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mistudio.commands.connection import Refused, Studio
from mistudio.commands.options import SAMPLE, AsJson, DataDir, HubToken
from mistudio.commands.output import fail, run, say, say_json, watched
from mistudio.corpus.formats.byte_stream import plain_suffix
from mistudio.corpus.ingest.file_names import FORMATS
from mistudio.utils.file_utils import format_size


async def _request_dataset(api: Studio, path: str, **options: Any) -> Any:  # what httpx takes; a dataset as JSON
    """Ask for a dataset; one that is there or on its way is the answer, too."""
    try:
        return await api.call("POST", path, **options)
    except Refused as refused:
        if refused.problem.get("code") != "exists":
            raise
        return await api.get(f"/datasets/{refused.problem['dataset_id']}")


async def _followed(api: Studio, dataset: dict[str, Any], *, quiet: bool) -> None:  # a dataset as JSON
    """Show how it becomes ready; ends with code 1 where it does not."""
    with watched(dataset["name"], quiet=quiet) as bar:
        dataset = await api.follow(f"/datasets/{dataset['id']}", bar.tell)
    if quiet:
        say_json(dataset)
    elif dataset["status"] == "ready":
        splits = ", ".join(f"{split['name']} {split['num_rows']:,}" for split in dataset["splits"])
        say(
            f"{dataset['name']} is ready: {dataset['num_samples']:,} samples ({splits}), "
            f"{format_size(dataset['size_bytes'])}. Its id is {dataset['id']}."
        )
    if dataset["status"] != "ready":
        raise fail(str(dataset["error_message"]))


def download(
    repo_id: Annotated[str, typer.Argument(help="namespace/name on the Hub, or sample for the bundled one.")],
    config: Annotated[str | None, typer.Option(help="Left out: the card's default, or the only one.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="May be given several times; left out: all.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Left out: chosen from the data.")] = None,
    token: HubToken = None,
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
        if repo_id == SAMPLE:
            dataset = await _request_dataset(api, "/datasets/sample")
        else:
            dataset = await _request_dataset(api, "/datasets/download", json=request)
        await _followed(api, dataset, quiet=json)

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
        total = sum(path.stat().st_size for _label, path in found)
        with ExitStack() as stack:
            bar = stack.enter_context(watched(name or "files", quiet=json))
            opened = [(label, stack.enter_context(path.open("rb"))) for label, path in found]
            files = [("files", (label, bar.counting(file, total=total))) for label, file in opened]
            data = {key: value for key, value in fields.items() if value}
            dataset = await _request_dataset(api, "/datasets/upload", files=files, data=data)
        await _followed(api, dataset, quiet=json)

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
