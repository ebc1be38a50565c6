"""Commands that create datasets: from the Hub, from files, and the bundled one."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mistudio.commands.connection import Refused, Studio
from mistudio.commands.options import SAMPLE, AsJson, DataDir, HubToken, TextTemplate, unescape_template
from mistudio.commands.output import fail, run, say, say_json
from mistudio.commands.progress import progress_bar
from mistudio.corpus.formats.byte_stream import plain_suffix
from mistudio.corpus.ingest.file_names import FORMATS
from mistudio.utils.file_utils import format_size


async def _create_dataset(api: Studio, path: str, **options: Any) -> Any:  # what httpx takes; a dataset as JSON
    """Create a dataset, or return the one that exists already."""
    try:
        return await api.call("POST", path, **options)
    except Refused as refused:
        if refused.problem.get("code") != "exists":
            raise
        return await api.get(f"/datasets/{refused.problem['dataset_id']}")


async def _follow(api: Studio, dataset: dict[str, Any], *, quiet: bool) -> None:  # a dataset as JSON
    """Show the progress until the dataset is ready; ends with code 1 if it fails."""
    with progress_bar(dataset["name"], quiet=quiet) as bar:
        dataset = await api.follow(f"/datasets/{dataset['id']}", bar.show)
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
    config: Annotated[str | None, typer.Option(help="Default: the card's default, or the only one.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="Can be repeated. Default: all.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit. Default: the main branch.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Default: detected automatically.")] = None,
    text_template: TextTemplate = None,
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
    }

    async def use(api: Studio) -> None:
        if repo_id == SAMPLE:
            dataset = await _create_dataset(api, "/datasets/sample")
        else:
            dataset = await _create_dataset(api, "/datasets/download", json=request)
        await _follow(api, dataset, quiet=json)

    run(use, data_dir=data_dir)


def import_files(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders of files.")],
    name: Annotated[str | None, typer.Option(help="Default: from the files' names.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Default: detected automatically.")] = None,
    text_template: TextTemplate = None,
    sample_by: Annotated[
        Literal["line", "file"], typer.Option(help="Whether a sample of a .txt file is a line or the whole file.")
    ] = "line",
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Import local files; their names give the splits. The files stay as they are."""
    found = list(_find_files(paths))
    if not found:
        raise fail("No file here can be imported. Supported: .csv .tsv .json .jsonl .txt .parquet .arrow.")
    template = unescape_template(text_template)
    fields = {"name": name, "text_column": text_column, "text_template": template, "sample_by": sample_by}

    async def use(api: Studio) -> None:
        total = sum(path.stat().st_size for _label, path in found)
        with ExitStack() as stack:
            bar = stack.enter_context(progress_bar(name or "files", quiet=json))
            opened = [(label, stack.enter_context(path.open("rb"))) for label, path in found]
            files = [("files", (label, bar.count_reads(file, total=total))) for label, file in opened]
            data = {key: value for key, value in fields.items() if value}
            dataset = await _create_dataset(api, "/datasets/upload", files=files, data=data)
        await _follow(api, dataset, quiet=json)

    run(use, data_dir=data_dir)


def _find_files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Yield each file with the name that it is sent under; files of a folder begin with the folder's name."""
    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        folder = path.resolve()
        for file in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if file.is_file() and not hidden and plain_suffix(file.name) in FORMATS:
                yield f"{folder.name}/{file.relative_to(folder).as_posix()}", file
