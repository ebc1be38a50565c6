"""Reads a recipe and checks it; every error has the line and the key."""

import hashlib
import json
from collections.abc import Sequence

from pydantic import ValidationError

from mistudio.core.errors import Json
from mistudio.corpus.recipes.document import Document, Place, Problem, parse_document
from mistudio.schemas.recipe import Recipe


def parse_recipe(data: bytes) -> Recipe:
    """Return the recipe in YAML or JSON. Raises RecipeInvalid."""
    document = parse_document(data)
    try:
        recipe = Recipe.model_validate(document.value)
    except ValidationError as error:
        problems = [
            Problem(_find_place(document, found["loc"]), _to_sentence(found["msg"]))
            for found in error.errors(include_url=False)
        ]
        raise document.refuse(problems) from error
    if unknown := list(recipe.list_unknown()):
        listed = ", ".join(recipe.datasets)
        problems = [
            Problem(place, f"There is no dataset “{name}” in this recipe. Its datasets: {listed}.")
            for place, name in unknown
        ]
        raise document.refuse(problems)
    if (name := recipe.find_circle()) is not None:
        raise document.refuse([Problem(("datasets", name), "This dataset is made of itself. Remove the circle.")])
    return recipe


def to_json(recipe: Recipe) -> dict[str, Json]:
    """Return the recipe as it is stored."""
    made: dict[str, Json] = recipe.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    return made


def make_recipe_key(recipe: Recipe) -> str:
    """Return the hash of all that the recipe makes; its name is not part of it."""
    content = {**to_json(recipe), "name": None}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _find_place(document: Document, found: Sequence[str | int]) -> Place:
    """Return the place without the names that the validator adds for alternatives; a missing key is its last part."""
    value: Json = document.value
    place: Place = ()
    for part in found:
        if isinstance(value, dict) and part in value:
            value, place = value[str(part)], (*place, part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value, place = value[part], (*place, part)
        elif part == found[-1] and isinstance(value, dict):
            place = (*place, part)
    return place


def _to_sentence(message: str) -> str:
    return f"{message.removeprefix('Value error, ').rstrip('.')}."
