"""Commands that describe datasets for other programs, and that build recipes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from mistudio.commands.connection import Refused, Studio
from mistudio.commands.options import AsJson, DataDir, HubToken, Wanted
from mistudio.commands.output import fail, run, say, say_json
from mistudio.commands.progress import step_bars
from mistudio.commands.recipe_files import import_recipe_files


def croissant(wanted: Wanted, data_dir: DataDir = None) -> None:
    """Print the Croissant metadata of a dataset (JSON-LD); saved in its folder, Croissant readers load the rows."""

    async def use(api: Studio) -> None:
        say_json(await api.get(f"/datasets/{(await api.find(wanted))['id']}/croissant"))

    run(use, data_dir=data_dir)


def recipe(
    wanted: Annotated[
        str, typer.Argument(help="Id, name or repository id of a dataset, or id of a tokenization or a recipe.")
    ],
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel the recipe rcp_…; what is ready stays.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Print the recipe that makes a dataset or a tokenization again, as YAML; or cancel a recipe that runs."""

    async def use(api: Studio) -> None:
        if cancel:
            made = await api.call("POST", f"/recipes/{wanted}/cancel")
            say(f"Recipe {made['id']} is cancelled. What is ready stays; build it again to continue.")
            return
        if wanted.startswith("tok_"):
            path = f"/tokenizations/{wanted}/recipe"
        else:
            path = f"/datasets/{(await api.find(wanted))['id']}/recipe"
        typer.echo(await api.read(path), nl=False)

    run(use, data_dir=data_dir)


def build(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The recipe, YAML or JSON.")],
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Build a recipe: what is here is used, what failed is tried again; run it again to continue."""
    content = file.read_bytes()

    async def use(api: Studio) -> None:
        recipe_id = await _send(api, content, token)
        if not json:
            say(f"Recipe {recipe_id}.")
        made = await _follow(api, recipe_id, quiet=json)
        if await _import_missing(api, made, content, file.parent):
            made = await _follow(api, await _send(api, content, token), quiet=json)
        if json:
            say_json(made)
        if made["state"] == "cancelled":
            raise fail("The recipe was cancelled. Build it again to continue.")
        if made["state"] != "succeeded":
            raise fail(str(made["error_message"]))
        if not json:
            for step in made["steps"]:
                say(f"{step['name']} is ready. Its id is {step['id']}.")

    run(use, data_dir=data_dir)


async def _send(api: Studio, content: bytes, token: str | None) -> str:
    """Build the recipe, and return its id; one that is here already or runs is followed."""
    headers = {"X-HF-Token": token} if token else {}
    try:
        return str((await api.call("POST", "/recipes", content=content, headers=headers))["id"])
    except Refused as refused:
        if refused.problem.get("code") != "exists":
            raise
        return str(refused.problem["recipe_id"])


async def _follow(api: Studio, recipe_id: str, *, quiet: bool) -> Any:  # a recipe as JSON
    """Show the progress of each step until the recipe has ended, and return it."""
    with step_bars(quiet=quiet) as bars:

        def has_ended(found: Mapping[str, Any]) -> bool:  # a recipe as JSON
            bars.show(found["steps"])
            return bool(found["state"] != "running")

        return await api.poll(f"/recipes/{recipe_id}", has_ended)


async def _import_missing(api: Studio, made: Mapping[str, Any], content: bytes, folder: Path) -> bool:
    """Import the files of the steps that lack them; return whether there were any."""
    from mistudio.services.recipes.parse import parse_recipe

    steps = parse_recipe(content).datasets
    missing = [step["name"] for step in made["steps"] if step["error_code"] == "data_missing" and not step["id"]]
    for name in missing:
        if (files := steps[name].files) is not None:
            await import_recipe_files(api, name, files, folder)
    return bool(missing)
