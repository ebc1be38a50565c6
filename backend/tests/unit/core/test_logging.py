"""``mistudio.core.logging``: one format for all logs, without secrets."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog
from pydantic import SecretStr

from mistudio.core.config import Settings
from mistudio.core.logging import configure_logging


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """The logging of the test process is restored afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def read_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the JSON lines on standard error; standard output must be empty."""
    written = capsys.readouterr()
    assert "" == written.out
    return [json.loads(line) for line in written.err.splitlines()]


def test_our_logs_and_those_of_libraries_have_one_format(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line has its level, logger and time, and the ids that are bound to its context."""
    configure_logging(Settings(log_format="json"))
    with structlog.contextvars.bound_contextvars(job_id="job_1"):
        structlog.get_logger("mistudio.ours").info("started", rows=3)
    logging.getLogger("library").warning("slow: %s", "disk")
    ours, foreign = read_lines(capsys)
    assert ("started", "info", "mistudio.ours", "job_1", 3) == tuple(
        ours[name] for name in ("event", "level", "logger", "job_id", "rows")
    )
    assert ("slow: disk", "warning", "library") == tuple(foreign[name] for name in ("event", "level", "logger"))
    assert str(ours["timestamp"]).endswith("Z")


@pytest.mark.parametrize("key", ["token", "access_token", "Authorization", "X-HF-Token"])
def test_a_value_under_a_secret_key_is_hidden(capsys: pytest.CaptureFixture[str], key: str) -> None:
    """An empty value stays as it is: it shows that there was no secret."""
    configure_logging(Settings(log_format="json"))
    structlog.get_logger().info("request", **{key: "hf_secret"})
    structlog.get_logger().info("request", **{key: None})
    assert ["***", None] == [line[key] for line in read_lines(capsys)]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_local_variable(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """A token may be one."""
    configure_logging(Settings.model_validate({"log_format": form}))
    secret = "hf_" + "secret"
    try:
        list[str]().pop()
    except IndexError:
        structlog.get_logger().exception("failed")
    written = capsys.readouterr().err
    assert "IndexError" in written
    assert secret not in written


def test_the_level_is_a_setting_and_chatty_libraries_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Their information is left out at every level."""
    configure_logging(Settings(log_format="json", log_level="debug"))
    structlog.get_logger("mistudio").debug("ours")
    logging.getLogger("alembic").info("theirs")
    configure_logging(Settings(log_format="json", log_level="error"))
    structlog.get_logger("mistudio").warning("ours again")
    assert ["ours"] == [line["event"] for line in read_lines(capsys)]


@pytest.mark.parametrize(
    "line",
    [
        "< Authorization: Bearer api-secret",
        '< TEXT \'40{"token":"api-secret"}\' [30 bytes]',
        "connecting to postgresql+psycopg://studio:api-secret@db/studio",
        "sent hf_abcdefghijklmnop",
        "headers={'x-hf-token': 'another'}",
        "[(b'authorization', b'Bearer another')]",
    ],
)
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_secret_inside_the_text_of_a_library_is_hidden(
    capsys: pytest.CaptureFixture[str], form: Literal["json", "console"], line: str
) -> None:
    """The server's own secrets, Hub tokens, and what is named as a token."""
    configure_logging(Settings(log_format=form, log_level="debug", api_token=SecretStr("api-secret")))
    logging.getLogger("library").debug(line)
    written = capsys.readouterr().err
    assert "***" in written
    assert not any(secret in written for secret in ("api-secret", "abcdefgh", "another"))


def test_words_about_tokens_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """Tokens of text are what this program is about."""
    configure_logging(Settings(log_format="json"))
    logging.getLogger("library").warning("wrote 12 tokens; token_id=7; tokenizer: gpt2")
    assert ["wrote 12 tokens; token_id=7; tokenizer: gpt2"] == [line["event"] for line in read_lines(capsys)]
