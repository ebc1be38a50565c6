"""What deploy/ says is what the program understands: no engine that would build the images runs where tests run."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]  # PyYAML ships no types
from pydantic import AliasChoices
from typer.core import TyperGroup

from mistudio.cli import app
from mistudio.core.celery_app import QUEUES
from mistudio.core.config import Settings

DEPLOY = Path(__file__).parents[3] / "deploy"


@pytest.fixture(scope="session")
def ours() -> dict[str, Any]:  # YAML of any kind
    """The services of compose.yaml that run our image."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return {name: service for name, service in services.items() if service["image"] == "mistudio"}


def variables() -> set[str]:
    """The environment variables of all settings."""
    aliases = {name: field.validation_alias for name, field in Settings.model_fields.items()}
    return {
        str(alias.choices[-1]) if isinstance(alias, AliasChoices) else f"MISTUDIO_{name.upper()}"
        for name, alias in aliases.items()
    }


def test_services_set_what_is_a_setting(ours: dict[str, Any]) -> None:
    """A misspelt variable would be left out in silence."""
    assert [] == [(name, key) for name, one in ours.items() for key in one["environment"] if key not in variables()]
    image = set(re.findall(r"\b((?:DATA_DIR|HF_HOME|MISTUDIO_\w+))=", (DEPLOY / "Dockerfile").read_text("utf-8")))
    assert image <= variables()


def test_services_run_commands_that_exist(ours: dict[str, Any]) -> None:
    """Each starts a command of the program, with options that it has."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    for service in ours.values():
        program, command, *options = service["command"]
        known = {option for item in root.commands[command].params for option in item.opts}
        assert ("mistudio", set()) == (program, {option for option in options if option.startswith("--")} - known)


def test_every_queue_has_a_worker(ours: dict[str, Any]) -> None:
    """A queue that nobody serves would keep its jobs for ever."""
    served = [
        queue
        for service in ours.values()
        if "--queues" in service["command"]
        for queue in service["command"][service["command"].index("--queues") + 1].split(",")
    ]
    assert sorted(QUEUES) == sorted(served)


def test_every_service_waits_and_is_watched(ours: dict[str, Any]) -> None:
    """Databases come first; the image says how to ask whether a server lives, workers say it themselves."""
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert ["mistudio"] == re.findall(r"^USER (\w+)$", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
    for service in ours.values():
        assert {"postgres", "redis"} == set(service["depends_on"])
        assert "worker" not in service["command"] or "healthcheck" in service
