"""Finds out how far the steps of a recipe are, from the records that they make."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import Json
from mistudio.models import Dataset, Recipe, Tokenization
from mistudio.schemas import recipe as shapes

DATASETS: Final = "datasets"
TOKENIZATIONS: Final = "tokenizations"
_OWN_FIELDS: Final = ("id", "name", "state", "error_code", "error_message", "created_at", "finished_at")
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
    return _make_step(name, kind, noted) if target is None else _show_target(name, kind, target)


def _make_step(name: str, kind: shapes.StepKind, noted: dict[str, Json]) -> shapes.RecipeStep:
    """Return a step that has made nothing; an error says why it could not begin."""
    errors = {key: noted.get(key) for key in ("error_code", "error_message")}
    state = "failed" if errors["error_code"] else "waiting"
    return shapes.RecipeStep.model_validate(
        {"name": name, "kind": kind, "state": state, "id": None, "progress": 0.0, **errors}
    )


def _show_target(name: str, kind: shapes.StepKind, target: Dataset | Tokenization) -> shapes.RecipeStep:
    state = _STATES.get(target.status.value, "running")
    return shapes.RecipeStep(
        name=name,
        kind=kind,
        state=state,
        id=target.id,
        progress=100.0 if state == "ready" else target.progress,
        error_code=target.error_code,
        error_message=target.error_message,
    )


def to_response(record: Recipe, steps: list[shapes.RecipeStep]) -> shapes.RecipeResponse:
    """Return the recipe as the API shows it."""
    made = [step for step in steps if step.id]
    return shapes.RecipeResponse.model_validate(
        {
            **{name: getattr(record, name) for name in _OWN_FIELDS},
            "datasets": {step.name: step.id for step in made if step.kind != "tokenize"},
            "tokenizations": {step.name: step.id for step in made if step.kind == "tokenize"},
            "steps": steps,
        }
    )
