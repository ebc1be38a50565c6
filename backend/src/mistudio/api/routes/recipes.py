"""Routes of recipes: build one, watch it, and the recipe of what is here."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import PlainTextResponse

from mistudio.api.deps import DatasetId, ServicesDep, TokenizationId
from mistudio.api.problems import refusals
from mistudio.core.errors import Json
from mistudio.schemas.common import HubToken, OneLine
from mistudio.schemas.recipe import Recipe, RecipeResponse

router = APIRouter(prefix="/api", tags=["recipes"])
RecipeId = Annotated[OneLine, Path(description="Id of a recipe, rcp_…", max_length=64)]
# Of what the YAML or JSON says.
_SCHEMA: dict[str, Json] = {"schema": {"type": "object", "additionalProperties": True}}
_BODY = {"required": True, "content": {"application/yaml": _SCHEMA, "application/json": _SCHEMA}}
_YAML: dict[int | str, dict[str, object]] = {200: {"content": {"application/yaml": _SCHEMA}}, **refusals(404, 409, 410)}


class YamlResponse(PlainTextResponse):
    """YAML."""

    media_type = "application/yaml"


@router.post(
    "/recipes",
    status_code=202,
    operation_id="buildRecipe",
    responses=refusals(409, 413, 422),
    openapi_extra={"requestBody": _BODY},
)
async def build_recipe(
    request: Request,
    services: ServicesDep,
    token: Annotated[HubToken, Header(alias="X-HF-Token", description="Held in memory for this recipe.")] = None,
) -> RecipeResponse:
    """Build a recipe in the background. Again, it goes on where it failed; complete or running, it is a 409."""
    return await services.recipes.create(await request.body(), token)


@router.get("/recipes/schema", operation_id="getRecipeSchema")
async def get_recipe_schema() -> dict[str, Json]:
    """Get the JSON Schema of recipes."""
    schema: dict[str, Json] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**schema, **Recipe.model_json_schema(by_alias=True)}


@router.get("/recipes/{recipe_id}", operation_id="getRecipe", responses=refusals(404))
async def get_recipe(recipe_id: RecipeId, services: ServicesDep) -> RecipeResponse:
    """Get a recipe with the state of each step."""
    return await services.recipes.get(recipe_id)


@router.post("/recipes/{recipe_id}/cancel", operation_id="cancelRecipe", responses=refusals(404, 409))
async def cancel_recipe(recipe_id: RecipeId, services: ServicesDep) -> RecipeResponse:
    """Stop a recipe and the steps that run. What is ready stays; the same recipe again goes on."""
    return await services.recipes.cancel(recipe_id)


@router.get(
    "/datasets/{dataset_id}/recipe",
    operation_id="describeDataset",
    response_class=YamlResponse,
    responses=_YAML,
)
async def describe_dataset(dataset_id: DatasetId, services: ServicesDep) -> str:
    """Get the recipe that makes this dataset again, as YAML."""
    return await services.recipes.describe_dataset(dataset_id)


@router.get(
    "/tokenizations/{tokenization_id}/recipe",
    operation_id="describeTokenization",
    response_class=YamlResponse,
    responses=_YAML,
)
async def describe_tokenization(tokenization_id: TokenizationId, services: ServicesDep) -> str:
    """Get the recipe that makes this tokenization and its dataset again, as YAML."""
    return await services.recipes.describe_tokenization(tokenization_id)
