"""The messages between a server and its child processes: one JSON object a line, tagged by its ``type``.

Both sides are of one installation, so an unknown type or field is a defect and never a newer version. Errors name the
fields at fault and never their values, because an order may carry a Hugging Face token.
"""

from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, TypeAdapter, ValidationError

from mistudio.core.config import Settings
from mistudio.core.errors import Json
from mistudio.core.given_settings import GivenSettings

# A child does not listen, checks no access and decrypts no token.
_SERVER_ONLY: Final = {"api_token", "host", "secret_key"}


def _dump_settings(settings: Settings) -> dict[str, Json]:
    return settings.model_dump(mode="json", exclude=_SERVER_ONLY)


def _load_settings(given: object) -> Settings:
    """Return the settings in an order as they are: a child reads neither ``.env`` nor its environment."""
    return given if isinstance(given, Settings) else GivenSettings.model_validate(given)


ChildSettings: TypeAlias = Annotated[Settings, PlainValidator(_load_settings), PlainSerializer(_dump_settings)]


class MalformedMessage(ValueError):
    """A line that is no message of the protocol."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PreloadOrder(_Message):
    """Load this tokenizer: a tokenization by it may follow."""

    type: Literal["preload"] = "preload"
    tokenizer: str
    revision: str | None
    cache_dir: Path
    data_dir: Path


class JobOrder(_Message):
    """Run this job, claimed in the name of ``owner``."""

    type: Literal["job"] = "job"
    job_id: str
    owner: str
    settings: ChildSettings
    token: str | None = Field(repr=False)


class ShardOrder(_Message):
    """Help another child with the shards of this job, from number ``shard`` on."""

    type: Literal["shard"] = "shard"
    job_id: str
    shard: int
    settings: ChildSettings
    token: str | None = Field(repr=False)


class CancelOrder(_Message):
    """Stop the job at its next checkpoint."""

    type: Literal["cancel"] = "cancel"


class EventReport(_Message):
    """Publish this event on this channel."""

    type: Literal["event"] = "event"
    channel: str
    event: dict[str, Json]


class FollowUpReport(_Message):
    """Enqueue this job, which follows from the one that ended."""

    type: Literal["follow_up"] = "follow_up"
    job_id: str


class ShareReport(_Message):
    """Call other workers for help with this many shards of the job."""

    type: Literal["share"] = "share"
    shards: int


ChildOrder: TypeAlias = PreloadOrder | JobOrder | ShardOrder | CancelOrder
ChildReport: TypeAlias = EventReport | FollowUpReport | ShareReport

_Parsed = TypeVar("_Parsed")
_ORDERS: Final[TypeAdapter[ChildOrder]] = TypeAdapter(Annotated[ChildOrder, Field(discriminator="type")])
_REPORTS: Final[TypeAdapter[ChildReport]] = TypeAdapter(Annotated[ChildReport, Field(discriminator="type")])


def to_line(message: ChildOrder | ChildReport) -> str:
    """Return the message as one line, with its line break."""
    return f"{message.model_dump_json()}\n"


def parse_order(line: str) -> ChildOrder:
    """Return the order in a line from the server. Raises MalformedMessage."""
    return _parse(_ORDERS, line)


def parse_report(line: bytes) -> ChildReport:
    """Return the report in a line from a child. Raises MalformedMessage."""
    return _parse(_REPORTS, line)


def _parse(messages: TypeAdapter[_Parsed], line: str | bytes) -> _Parsed:
    try:
        return messages.validate_json(line)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        what = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'line'}: {fault['msg']}" for fault in faults)
        # The cause would bring the line itself into the log.
        raise MalformedMessage(what) from None
