"""What is documented is what is there."""

import re
from pathlib import Path

import pytest
import typer
from pydantic import AliasChoices, BaseModel
from typer.core import TyperGroup

from mistudio.api.errors import STATUS
from mistudio.cli import app
from mistudio.core.config import Settings
from mistudio.core.errors import error_classes, is_retryable
from mistudio.schemas.event import (
    CompletedEvent,
    DatasetChanged,
    DatasetCreated,
    DatasetDeleted,
    ErrorEvent,
    ProgressEvent,
)

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENTS = sorted([*DOCS.parent.glob("*.md"), *DOCS.parent.glob("*/*.md"), *DOCS.glob("*/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def rows(page: str, section: str = "") -> list[list[str]]:
    """The rows of the page's tables, a list of cells each: above the first section, or in the one that is named."""
    parts = (DOCS / page).read_text(encoding="utf-8").split("\n## ")
    text = next(part for part in parts[1:] if part.startswith(section)) if section else parts[0]
    lines = text.splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[-1]) if isinstance(alias, AliasChoices) else f"MISTUDIO_{name.upper()}"


def test_every_error_code_is_documented_with_its_status() -> None:
    """docs/errors.md, the classes and the HTTP statuses list the same codes."""
    documented = {row[0].strip("`"): (int(row[1]), row[3] == "yes") for row in rows("errors.md")}
    code = {error.code: (STATUS[error.code], is_retryable(error.code)) for error in error_classes()}
    assert code == documented
    assert STATUS.keys() == code.keys()


def test_the_field_of_every_error_code_is_documented() -> None:
    """docs/errors.md names the request field that errors of a code concern, as their classes do."""
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows("errors.md", "Fields")}
    assert {error.code: error.concerns for error in error_classes() if error.concerns} == documented


def test_every_setting_is_documented() -> None:
    """docs/settings.md lists exactly the settings, each with its description."""
    documented = {row[0].strip("`"): row[2] for row in rows("settings.md")}
    assert {variable(name): field.description for name, field in Settings.model_fields.items()} == documented


def test_the_example_names_real_settings() -> None:
    """backend/.env.example sets nothing that is unknown."""
    example = (DOCS.parent / "backend" / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) <= {variable(name) for name in Settings.model_fields}


def test_listening_beyond_loopback_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token such settings are refused, with a sentence that says what to set."""
    monkeypatch.delenv("MISTUDIO_API_TOKEN", raising=False)
    with pytest.raises(ValueError, match="MISTUDIO_API_TOKEN"):
        Settings(host="0.0.0.0")
    assert not Settings(host="0.0.0.0", api_token="a secret").is_loopback


@pytest.mark.parametrize("name", ["data_dir", "hf_endpoint", "max_downloads"])
def test_settings_come_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each variable is read under its documented name."""
    value = {"data_dir": str(tmp_path), "hf_endpoint": "http://hub.test", "max_downloads": "7"}[name]
    monkeypatch.setenv(variable(name), value)
    assert value == str(getattr(Settings(), name))


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("progress", ProgressEvent),
        ("completed", CompletedEvent),
        ("error", ErrorEvent),
        ("created", DatasetCreated),
        ("changed", DatasetChanged),
        ("deleted", DatasetDeleted),
    ],
)
def test_every_event_is_documented_with_its_fields(kind: str, model: type[BaseModel]) -> None:
    """docs/events.md lists exactly the fields of each event."""
    text = (DOCS / "events.md").read_text(encoding="utf-8").split(f"### `{kind}`\n")[1].split("\n#")[0]
    assert set(model.model_fields) == set(re.findall(r"`(\w+)`", text))


def test_every_command_is_documented_with_its_options() -> None:
    """docs/cli.md lists exactly the commands of the program."""
    commands = typer.main.get_command(app)
    assert isinstance(commands, TyperGroup)
    found = {
        f"mistudio {name}": {
            option for item in command.params for option in item.opts if option.startswith("--") and option != "--help"
        }
        for name, command in commands.commands.items()
    }
    assert found == {row[0].strip("`"): set(re.findall(r"`(--[\w-]+)`", row[1])) for row in rows("cli.md")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    """Links to other sites are left out."""
    links = [link for link in LINK.findall(document.read_text("utf-8")) if "://" not in link]
    assert [] == [link for link in links if not (document.parent / link).exists()]
