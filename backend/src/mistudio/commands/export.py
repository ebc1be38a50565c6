"""The command that exports a dataset or a tokenization into a folder."""

import errno
import os
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from mistudio.commands.connection import Studio
from mistudio.commands.options import AsJson, DataDir
from mistudio.commands.output import fail, run, say, say_json
from mistudio.commands.progress import progress_bar
from mistudio.corpus.export.plan import DATASET_FORMATS, TOKEN_FORMATS
from mistudio.utils.file_utils import ensure_dir, format_size

_FORMATS_HELP = f"Tokenizations: {', '.join(TOKEN_FORMATS)}. Datasets: {', '.join(DATASET_FORMATS)}."


def export(
    wanted: Annotated[str, typer.Argument(help="Id of a tokenization, or id, name or repository id of a dataset.")],
    folder: Annotated[Path, typer.Argument(help="A folder that is empty or not there yet.")],
    to: Annotated[str, typer.Option(metavar="FORMAT", help=_FORMATS_HELP)],
    column: Annotated[list[str] | None, typer.Option(help="Can be repeated. Default: all that fit.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="Can be repeated. Default: all.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only show how large it would be.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Write a dataset or a tokenization in the format of another program."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise fail(f"{folder} is not empty. Give a folder that is empty or not there yet.")
    request = {"format": to, "columns": column or None, "splits": split or None}
    run(partial(_use, wanted, folder, request, dry_run=dry_run, json=json), data_dir=data_dir)


async def _use(
    wanted: str, folder: Path, request: Mapping[str, Any], api: Studio, *, dry_run: bool, json: bool
) -> None:
    path = await _find_path(api, wanted)
    if dry_run:
        _show_estimate(await api.get(f"{path}/export", **request), json=json)
        return
    started = await api.call("POST", f"{path}/export", json=request)
    await _follow(api, started["id"], wanted, quiet=json)
    made = await api.get(f"/exports/{started['id']}")
    if made["state"] == "succeeded":
        _copy(made, folder)
    await api.call("DELETE", f"/exports/{started['id']}")
    if made["state"] != "succeeded":
        raise fail(str(made["error_message"]))
    _show_made(made, folder, json=json)


async def _follow(api: Studio, job_id: str, name: str, *, quiet: bool) -> None:
    with progress_bar(name, quiet=quiet) as bar:

        def has_ended(job: Mapping[str, Any]) -> bool:
            bar.show({"job": job})
            return job["state"] not in ("queued", "running")

        await api.poll(f"/jobs/{job_id}", has_ended)


async def _find_path(api: Studio, wanted: str) -> str:
    if wanted.startswith("tok_"):
        return f"/tokenizations/{wanted}"
    return f"/datasets/{(await api.find(wanted))['id']}"


def _copy(made: Mapping[str, Any], folder: Path) -> None:
    """Bring the files into the folder: by hard links on one disk, else by copies."""
    source = Path(made["path"])
    try:
        for file in made["files"]:
            ensure_dir((folder / file["path"]).parent)
            _link(source / file["path"], folder / file["path"])
    except OSError as error:
        raise fail(f"The files cannot be written to {folder}: {error.strerror}.") from None


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        shutil.copyfile(source, target)


def _show_estimate(found: Mapping[str, Any], *, json: bool) -> None:
    if json:
        say_json(found)
        return
    about = "" if found["is_exact"] else "about "
    say(f"{found['rows']:,} rows, {about}{format_size(found['bytes'])}. Columns: {', '.join(found['columns'])}.")
    if found["left_out"]:
        say(f"Left out, because the format does not hold them: {', '.join(found['left_out'])}.")


def _show_made(made: Mapping[str, Any], folder: Path, *, json: bool) -> None:
    if json:
        say_json({**made, "path": str(folder.absolute())})
        return
    for note in made["notes"]:
        say(note)
    say(f"{made['rows']:,} rows in {len(made['files'])} files, {format_size(made['bytes'])}, are in {folder}.")
