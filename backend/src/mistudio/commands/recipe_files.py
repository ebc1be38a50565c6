"""Imports the local files of a recipe, whose checksums are compared first."""

from contextlib import ExitStack
from pathlib import Path

from mistudio.commands.connection import Studio
from mistudio.commands.create import create_dataset
from mistudio.commands.import_plan import ask_plan, to_form
from mistudio.commands.output import fail
from mistudio.schemas.recipe import RecipeImport
from mistudio.utils.file_utils import sha256_file


async def import_recipe_files(api: Studio, name: str, step: RecipeImport, folder: Path) -> None:
    """Import the files of a step from the folder of the recipe; ends with a sentence if one differs."""
    paths = {file.path: folder / file.path for file in step.files}
    for file in step.files:
        path = paths[file.path]
        if not path.is_file():
            raise fail(f"Step {name}: {path} is not there. Put it beside the recipe.")
        if (found := sha256_file(path)) != file.sha256:
            raise fail(f"Step {name}: {path} is another file: its SHA-256 is {found}, not {file.sha256}.")
    plan = await ask_plan(api, paths, None)
    wanted = {file.path: file.model_dump(exclude={"path", "sha256"}, exclude_none=True) for file in step.files}
    entries = [{**entry, **wanted.get(entry["file"], {})} for entry in plan["files"]]
    fields = {"name": name, "text_column": step.text_column, "text_template": step.text_template}
    form = to_form(plan, entries, {**fields, "sample_by": step.sample_by})
    with ExitStack() as stack:
        sent = [("files", (label, stack.enter_context(path.open("rb")))) for label, path in paths.items()]
        dataset = await create_dataset(api, "/datasets/upload", files=sent, data=form)
    ready = await api.follow(f"/datasets/{dataset['id']}", lambda _now: None)
    if ready["status"] != "ready":
        raise fail(f"Step {name}: {ready['error_message']}")
