"""The files in deploy/ match the program; tests cannot build the images themselves."""

import json
import re
import tomllib
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

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="session")
def ours() -> dict[str, Any]:  # YAML of any kind
    """The services of compose.yaml that run our image."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return {name: service for name, service in services.items() if service["image"] == "mistudio"}


def variables() -> set[str]:
    """Return the environment variables of all settings."""
    aliases = {name: field.validation_alias for name, field in Settings.model_fields.items()}
    return {
        str(alias.choices[-1]) if isinstance(alias, AliasChoices) else f"MISTUDIO_{name.upper()}"
        for name, alias in aliases.items()
    }


def test_services_set_known_variables_only(ours: dict[str, Any]) -> None:
    """A misspelt variable would be ignored without a message."""
    assert [] == [(name, key) for name, one in ours.items() for key in one["environment"] if key not in variables()]
    image = set(re.findall(r"\b((?:DATA_DIR|HF_HOME|MISTUDIO_\w+))=", (DEPLOY / "Dockerfile").read_text("utf-8")))
    assert image <= variables()


def test_services_run_commands_that_exist(ours: dict[str, Any]) -> None:
    """Each service starts a command of the program with options of that command."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    for service in ours.values():
        program, command, *options = service["command"]
        known = {option for item in root.commands[command].params for option in item.opts}
        assert ("mistudio", set()) == (program, {option for option in options if option.startswith("--")} - known)


def test_every_queue_has_a_worker(ours: dict[str, Any]) -> None:
    """A queue without a worker would keep its jobs for ever."""
    served = [
        queue
        for service in ours.values()
        if "--queues" in service["command"]
        for queue in service["command"][service["command"].index("--queues") + 1].split(",")
    ]
    assert sorted(QUEUES) == sorted(served)


def test_the_image_is_made_by_the_commands_of_make() -> None:
    """The Dockerfile uses the same locks, the same build, existing files, and the panel's folder."""
    dockerfile, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("deploy/Dockerfile", "Makefile"))
    for command in ("npm ci --no-audit --no-fund", "install --require-hashes -r", "install --no-deps"):
        assert command in makefile
    ran = dockerfile.replace("install --no-cache-dir", "install")
    for command in ("npm ci --no-audit --no-fund", "npm run build", "install --require-hashes -r", "install --no-deps"):
        assert command in ran
    assert "build" in json.loads((ROOT / "frontend/package.json").read_text(encoding="utf-8"))["scripts"]
    built = re.findall(r"^WEB := (\S+)/index.html$", makefile, re.MULTILINE)
    assert built == re.findall(r"^COPY --from=panel /src/(\S+) ", dockerfile, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    assert [] == [name for line in copied for name in line.split() if not (ROOT / name).exists()]


def test_the_images_have_supported_versions() -> None:
    """Python and Node in the image are at least the versions that the packages require."""
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "backend/pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = version(project["requires-python"])
    used = {version(found) for found in re.findall(r"^FROM python:([\d.]+)", dockerfile, re.MULTILINE)}
    assert [True] == [found >= least for found in used]
    package = json.loads((ROOT / "frontend/package.json").read_text(encoding="utf-8"))
    assert version(re.findall(r"^FROM node:(\d+)", dockerfile, re.MULTILINE)[0]) >= version(package["engines"]["node"])


def version(text: str) -> tuple[int, ...]:
    """Return the numbers of the first version in the text."""
    return tuple(int(number) for number in re.findall(r"[\d.]+", text)[0].split("."))


def test_every_service_waits_and_has_a_health_check(ours: dict[str, Any]) -> None:
    """Databases start first; the image has the health check of a server, and workers have their own."""
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"--uid (\d+)", dockerfile) == re.findall(r"^USER (\d+)$", dockerfile, re.MULTILINE) != []
    assert "HEALTHCHECK" in dockerfile
    for service in ours.values():
        assert {"postgres", "redis"} == set(service["depends_on"])
        assert "worker" not in service["command"] or "healthcheck" in service
