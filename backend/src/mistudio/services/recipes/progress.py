"""Finds out how far the steps of a recipe are, from the records that they make."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import Json
from mistudio.models import Dataset, Recipe, Tokenization
from mistudio.schemas import recipe as shapes

DATASETS: Final = "datasets"
TOKENIZATIONS: Final = "tokenizations"
_STATES: Final[Mapping[str, shapes.StepState]] = {
    "ready": "ready",
    "error": "failed",
    "cancelled": "failed",
}


def step_key(kind: str, name: str) -> str:
    """Return the key of a step in the record."""
    return f"{kind}.{name}"


async def list_steps(session: AsyncSession, record: Recipe, recipe: shapes.Recipe) -> list[shapes.RecipeStep]:
    """Return the steps in the order of the recipe."""
    made = [await _show(session, Dataset, record, DATASETS, name, step.kind) for name, step in recipe.datasets.items()]
    return made + [
        await _show(session, Tokenization, record, TOKENIZATIONS, name, "tokenize") for name in recipe.tokenizations
    ]


async def _show(
    session: AsyncSession,
    table: type[Dataset] | type[Tokenization],
    record: Recipe,
    group: str,
    name: str,
    kind: shapes.StepKind,
) -> shapes.RecipeStep:
    noted = record.steps.get(step_key(group, name))
    noted = noted if isinstance(noted, dict) else {}
    target: Dataset | Tokenization | None = None
    if noted.get("id"):
        target = await session.get(table, str(noted["id"]))
    if target is None:
        code, message = noted.get("error_code"), noted.get("error_message")
        state: shapes.StepState = "failed" if code else "waiting"
        return _make_step(name, kind, state, None, 0.0, code, message)
    state = _STATES.get(target.status.value, "running")
    return _make_step(name, kind, state, target.id, target.progress, target.error_code, target.error_message)


def _make_step(
    name: str,
    kind: shapes.StepKind,
    state: shapes.StepState,
    target: str | None,
    progress: float,
    code: Json,
    message: Json,
) -> shapes.RecipeStep:
    return shapes.RecipeStep(
        name=name,
        kind=kind,
        state=state,
        id=target,
        progress=100.0 if state == "ready" else progress,
        error_code=str(code) if code else None,
        error_message=str(message) if message else None,
    )


def to_response(record: Recipe, steps: list[shapes.RecipeStep]) -> shapes.RecipeResponse:
    """Return the recipe as the API shows it."""
    made = [step for step in steps if step.id]
    return shapes.RecipeResponse.model_validate(
        {
            "id": record.id,
            "name": record.name,
            "state": record.state,
            "datasets": {step.name: step.id for step in made if step.kind != "tokenize"},
            "tokenizations": {step.name: step.id for step in made if step.kind == "tokenize"},
            "steps": steps,
            "error_code": record.error_code,
            "error_message": record.error_message,
            "created_at": record.created_at,
            "finished_at": record.finished_at,
        }
    )
