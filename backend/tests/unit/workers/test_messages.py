"""``mistudio.workers.messages``: what one side writes the other side reads, and a malformed line betrays nothing."""

import json
from pathlib import Path

import pytest

from mistudio.core.config import Settings
from mistudio.core.given_settings import GivenSettings
from mistudio.workers.messages import (
    CancelOrder,
    ChildOrder,
    ChildReport,
    EventReport,
    FollowUpReport,
    JobOrder,
    MalformedMessage,
    PreloadOrder,
    ShardOrder,
    ShareReport,
    parse_order,
    parse_report,
    to_line,
)

SETTINGS = GivenSettings(data_dir=Path("/data"), max_downloads=7)
ORDERS = [
    PreloadOrder(tokenizer="gpt2", revision="c0ffee", cache_dir=Path("/cache"), data_dir=Path("/data")),
    PreloadOrder(tokenizer="./tokenizers/mine", revision=None, cache_dir=Path("/cache"), data_dir=Path("/data")),
    JobOrder(job_id="job_1", owner="host:1", settings=SETTINGS, token="hf_x"),
    JobOrder(job_id="job_1", owner="host:1", settings=SETTINGS, token=None),
    ShardOrder(job_id="job_1", shard=3, settings=SETTINGS, token=None),
    CancelOrder(),
]
REPORTS = [
    EventReport(channel="datasets/ds_1/progress", event={"type": "progress", "done": 3, "rate": None, "splits": ["a"]}),
    FollowUpReport(job_id="job_2"),
    ShareReport(shards=4),
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.type)
def test_a_child_reads_what_the_server_wrote(order: ChildOrder) -> None:
    """Every order survives the pipe as one line."""
    line = to_line(order)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert order == parse_order(line)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.type)
def test_the_server_reads_what_a_child_wrote(report: ChildReport) -> None:
    """Every report survives the pipe as one line."""
    line = to_line(report).encode()
    assert line.count(b"\n") == 1
    assert report == parse_report(line)


def test_what_only_the_server_needs_stays_there() -> None:
    """Its access token, its address and the key that seals tokens do not cross the pipe."""
    settings = Settings(host="0.0.0.0", api_token="api secret", secret_key="sealing secret")
    line = to_line(JobOrder(job_id="job_1", owner="me", settings=settings, token=None))
    assert "secret" not in line
    assert {"host", "api_token", "secret_key"}.isdisjoint(json.loads(line)["settings"])


def test_a_child_reads_no_settings_but_the_given_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither ``.env`` nor a variable brings a secret into it."""
    line = to_line(JobOrder(job_id="job_1", owner="me", settings=SETTINGS, token=None))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("MISTUDIO_API_TOKEN=of-the-file\n")
    monkeypatch.setenv("MISTUDIO_SECRET_KEY", "of-the-environment")
    order = parse_order(line)
    assert isinstance(order, JobOrder)
    assert (None, None, 7) == (order.settings.api_token, order.settings.secret_key, order.settings.max_downloads)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hf_secret",
        "[]",
        "{}",
        '{"type": "unknown", "token": "hf_secret"}',
        '{"type": "job", "job_id": "job_1", "owner": "me", "token": "hf_secret"}',
        '{"type": "job", "job_id": "job_1", "owner": "me", "token": {"hf_secret": 1}, "settings": {}}',
        '{"type": "job", "job_id": "job_1", "owner": "me", "token": null, "settings": {"port": "hf_secret"}}',
        '{"type": "cancel", "token": "hf_secret"}',
        '{"type": "job", "token": "hf_secret',
    ],
)
def test_a_malformed_order_is_refused_without_its_content(line: str) -> None:
    """The error says which field is wrong, and repeats no value: it may be a token."""
    with pytest.raises(MalformedMessage) as raised:
        parse_order(line)
    assert str(raised.value)
    assert "hf_secret" not in f"{raised.value!r} {raised.value.__cause__!r}"
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    "line", [b"\xff", b"[null, 4]", b'{"type": "event", "channel": "a", "event": []}', b'{"type": "cancel"}']
)
def test_a_malformed_report_is_refused(line: bytes) -> None:
    """An order is no report either."""
    with pytest.raises(MalformedMessage):
        parse_report(line)


def test_a_token_is_not_shown() -> None:
    """A logged order shows no token."""
    assert "hf_x" not in repr(ORDERS)
