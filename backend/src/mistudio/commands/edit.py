"""The command that changes a dataset's name, tags, note and text, and the texts of options that name a text."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mistudio.commands.connection import Studio
from mistudio.commands.options import AsJson, DataDir, TextTemplate, Wanted, unescape_template
from mistudio.commands.output import fail, run, say, say_json
from mistudio.commands.progress import progress_bar


def describe_text(record: Mapping[str, Any]) -> str:  # a dataset or the settings of a tokenization, as JSON
    """Return the column or template that texts are read from, and for a dataset the reason why."""
    if record.get("text_template"):
        return f"template “{record['text_template']}”"
    if not record.get("text_column"):
        return ""
    reason = (record.get("metadata") or {}).get("text_column_reason")
    return f"column “{record['text_column']}”" + (f" ({reason.rstrip('.')})" if reason else "")


async def follow_index(api: Studio, dataset: Mapping[str, Any], *, quiet: bool) -> Any:  # both are datasets as JSON
    """Show the progress of the dataset's index job, if there is one, and return the dataset once it has ended."""
    with progress_bar(dataset["name"], quiet=quiet) as bar:

        def has_ended(now: Mapping[str, Any]) -> bool:  # a dataset as JSON
            active = next((job for job in now["jobs"] if job["kind"] == "index"), None)
            bar.show({"job": active})
            return active is None

        return await api.poll(f"/datasets/{dataset['id']}", has_ended)


def edit(
    wanted: Wanted,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Can be repeated; replaces all tags. '' removes them.")] = None,
    note: Annotated[str | None, typer.Option(help="Replaces the note. '' removes it.")] = None,
    text_column: Annotated[
        str | None, typer.Option(help="For viewing and search. '' goes back to the one chosen at first.")
    ] = None,
    text_template: TextTemplate = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Change a dataset's name, tags, note, or the text that is viewed and searched; tokenizations keep theirs."""
    changes: dict[str, object] = {}
    if name is not None:
        changes["name"] = name
    if tag:
        changes["tags"] = [each for each in tag if each]
    if note is not None:
        changes["note"] = note
    if text_column is not None:
        changes["text_column"] = text_column or None
    if text_template is not None:
        changes["text_template"] = unescape_template(text_template)
    if not changes:
        raise fail("Nothing to change: give at least one option, such as --name. See mistudio edit --help.")

    async def use(api: Studio) -> None:
        path = f"/datasets/{(await api.find(wanted))['id']}"
        dataset = await api.call("PATCH", path, json=changes)
        if "text_column" in changes or "text_template" in changes:
            # Without a server, the index and the counts are made by this command.
            dataset = await follow_index(api, dataset, quiet=json)
        if json:
            say_json(dataset)
        else:
            say(f"{dataset['name']} is changed. Its text: {describe_text(dataset)}.")

    run(use, data_dir=data_dir)
