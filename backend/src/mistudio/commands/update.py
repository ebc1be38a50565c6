"""The command that asks for newer commits of repositories."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mistudio.commands.connection import Studio
from mistudio.commands.create import create_dataset, follow_dataset
from mistudio.commands.options import AsJson, DataDir, HubToken, Wanted
from mistudio.commands.output import run, say, say_json, say_table
from mistudio.utils.file_utils import format_size
from mistudio.utils.text import format_count


def update(
    wanted: Wanted,
    check: Annotated[bool, typer.Option("--check", help="Only show what the newest commit changes.")] = False,
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Download the newest commit of a dataset's repository as a new dataset; unchanged files are shared."""
    headers = {"X-HF-Token": token} if token else {}

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        path = f"/datasets/{dataset['id']}/update"
        found = await api.call("GET", path, headers=headers)
        if check and json:
            say_json(found)
        elif check or not (found["is_newer"] or json):
            _show(dataset, found)
        else:
            made = await create_dataset(api, path, json={"access_token": token})
            await follow_dataset(api, made, quiet=json)

    run(use, data_dir=data_dir)


def _show(dataset: Mapping[str, Any], found: Mapping[str, Any]) -> None:  # answers as JSON
    """Say which files the newest commit changes."""
    if not found["is_newer"]:
        say(f"{dataset['name']} is at the newest commit, {found['commit'][:12]}.")
        return
    size = "" if found["fetch_bytes"] is None else f" An update fetches {format_size(found['fetch_bytes'])}."
    say(
        f"A newer commit is there: {found['commit'][:12]}. {format_count(found['changed_files'], 'file')} changed, "
        f"{found['unchanged_files']:,} unchanged.{size}"
    )
    rows = [[file["change"], file["path"], format_size(file["size_bytes"])] for file in found["files"]]
    say_table(("CHANGE", "FILE", "SIZE"), rows)
