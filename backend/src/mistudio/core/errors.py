"""Every error a user can meet, as a tree.

    MiStudioError
    ├── HubError                what the Hugging Face Hub refused or could not give
    │   ├── RepositoryNotFound    not_found
    │   ├── AuthRequired          auth_required
    │   ├── Gated                 gated
    │   ├── BadToken              bad_token
    │   ├── RepositoryDisabled    repository_disabled
    │   ├── HubUnreachable        hub_unreachable   (retryable)
    │   └── RateLimited           rate_limited      (retryable)
    ├── ChoiceError             a config, split, revision or column that is not there
    │   ├── ConfigRequired        config_required
    │   ├── UnknownConfig         unknown_config
    │   ├── UnknownSplit          unknown_split
    │   ├── UnknownColumn         unknown_column
    │   └── UnknownRevision       unknown_revision
    ├── DataError               the data itself
    │   ├── NoData                no_data
    │   ├── LoadingScript         loading_script
    │   ├── UnsupportedFormat     unsupported_format
    │   ├── UnsupportedFile       unsupported_file
    │   ├── TooLarge              too_large
    │   ├── InvalidData           invalid_data
    │   ├── CorruptFile           corrupt_file      (retryable)
    │   ├── SourceChanged         source_changed
    │   ├── DataMissing           data_missing
    │   ├── UnsupportedVersion    unsupported_version
    │   └── TokensLost            tokens_lost
    ├── TokenizerError          a tokenizer that cannot be used
    │   ├── NoTokenizer           no_tokenizer
    │   ├── UnsupportedTokenizer  unsupported_tokenizer
    │   └── ChatTemplateFailed    chat_template_failed
    ├── DiskFull                  disk_full
    ├── Unavailable               unavailable       (retryable)
    ├── StateError              what the present state does not allow
    │   ├── NotFound              not_found
    │   ├── AlreadyExists         exists
    │   ├── InUse                 in_use
    │   ├── NotReady              not_ready
    │   └── InvalidTransition     invalid_transition
    ├── ValidationFailed          validation_error
    ├── InvalidPattern            invalid_pattern
    ├── AccessDenied            who may speak to this server
    │   ├── Unauthorized          unauthorized
    │   ├── HostNotAllowed        host_not_allowed
    │   └── OriginNotAllowed      origin_not_allowed
    └── JobEnded                how a job ended
        ├── JobCancelled          cancelled
        ├── WorkerDied            worker_died
        └── InternalError         internal_error

The classes carry data and know nothing of HTTP; ``mistudio.api.errors`` maps a code to a status. ``retryable`` says
that the same thing may pass later without anybody changing anything: the job runner tries those again by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from pydantic import JsonValue

Json: TypeAlias = JsonValue


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    message: str


class MiStudioError(Exception):
    """Base of all errors that are shown to a user.

    ``detail`` is one sentence that a person can act on; ``retry_after`` is in seconds; ``fields`` names the
    request fields at fault; ``extra`` is machine-readable data that the error's code documents (an id,
    the choices, bytes needed).
    """

    code: ClassVar[str]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        retry_after: float | None = None,
        fields: Sequence[FieldError] = (),
        extra: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.fields = tuple(fields)
        self.extra = dict(extra or {})


class HubError(MiStudioError):
    """The Hub refused, or could not be reached."""


class RepositoryNotFound(HubError):
    """There is no such repository, or it is private and the token may not see it."""

    code = "not_found"
    title = "Repository not found"


class AuthRequired(HubError):
    """The repository needs a token and none was given."""

    code = "auth_required"
    title = "Access token required"


class Gated(HubError):
    """The token is good, but its owner has not been granted access."""

    code = "gated"
    title = "Access must be requested"


class BadToken(HubError):
    """The Hub does not accept the token."""

    code = "bad_token"
    title = "Access token not accepted"


class RepositoryDisabled(HubError):
    """The Hub has disabled the repository."""

    code = "repository_disabled"
    title = "Repository disabled"


class HubUnreachable(HubError):
    """The Hub does not answer, answers with a server error, or drops the connection."""

    code = "hub_unreachable"
    title = "Hub unreachable"
    retryable = True


class RateLimited(HubError):
    """The Hub asks for a pause; ``retry_after`` says how long, where the Hub said it."""

    code = "rate_limited"
    title = "Rate limited by the Hub"
    retryable = True


class ChoiceError(MiStudioError):
    """Something was named that is not there; ``extra["choices"]`` lists what is."""


class ConfigRequired(ChoiceError):
    """The repository has several configs and no default."""

    code = "config_required"
    title = "Choose a config"


class UnknownConfig(ChoiceError):
    """The repository has no such config."""

    code = "unknown_config"
    title = "Unknown config"


class UnknownSplit(ChoiceError):
    """The config or dataset has no such split."""

    code = "unknown_split"
    title = "Unknown split"


class UnknownColumn(ChoiceError):
    """The data has no such column, or it holds no text."""

    code = "unknown_column"
    title = "Unknown column"


class UnknownRevision(ChoiceError):
    """The repository has no such branch, tag or commit."""

    code = "unknown_revision"
    title = "Unknown revision"


class DataError(MiStudioError):
    """The data is missing, damaged, or of a kind that cannot be read."""


class NoData(DataError):
    """The repository, config or file holds no data."""

    code = "no_data"
    title = "No data"


class LoadingScript(DataError):
    """The repository can only be read by running its code, which is never done."""

    code = "loading_script"
    title = "Needs a loading script"


class UnsupportedFormat(DataError):
    """The files are of a format that is not text data."""

    code = "unsupported_format"
    title = "Unsupported format"


class UnsupportedFile(DataError):
    """A file that was sent is of a kind that is not imported, or no file was sent as one."""

    code = "unsupported_file"
    title = "Unsupported file"


class TooLarge(DataError):
    """What is sent is larger than the server takes; ``extra`` has ``limit_bytes``."""

    code = "too_large"
    title = "Too large"


class InvalidData(DataError):
    """A file cannot be parsed; the detail names the file and, where known, the line."""

    code = "invalid_data"
    title = "Invalid data"


class CorruptFile(DataError):
    """A file's checksum differs from what the Hub promises."""

    code = "corrupt_file"
    title = "Checksum mismatch"
    retryable = True


class SourceChanged(DataError):
    """A pinned file is no longer what it was when the download was planned."""

    code = "source_changed"
    title = "Source changed"


class DataMissing(DataError):
    """Files that the database knows of are not on disk."""

    code = "data_missing"
    title = "Data missing on disk"


class UnsupportedVersion(DataError):
    """A file on disk was written by a newer version of this program."""

    code = "unsupported_version"
    title = "Written by a newer version"


class TokensLost(DataError):
    """A tokenization does not account for every token; a defect of this program, and nothing of it was kept."""

    code = "tokens_lost"
    title = "The books do not balance"


class TokenizerError(MiStudioError):
    """The tokenizer is missing, or cannot do what is asked of it."""


class NoTokenizer(TokenizerError):
    """The repository, commit or folder has no tokenizer.json."""

    code = "no_tokenizer"
    title = "No tokenizer"


class UnsupportedTokenizer(TokenizerError):
    """The tokenizer.json cannot be read, or its ids would not be the same each time."""

    code = "unsupported_tokenizer"
    title = "Tokenizer cannot be used"


class ChatTemplateFailed(TokenizerError):
    """The tokenizer has no chat template, or it refuses a conversation."""

    code = "chat_template_failed"
    title = "Chat template failed"


class DiskFull(MiStudioError):
    """There is not enough room; ``extra`` has ``needed_bytes`` and ``free_bytes`` where they are known."""

    code = "disk_full"
    title = "Not enough disk space"


class Unavailable(MiStudioError):
    """A part that the server stands on, such as its database, does not answer."""

    code = "unavailable"
    title = "Part of the server is down"
    retryable = True


class StateError(MiStudioError):
    """The present state does not allow it."""


class NotFound(StateError):
    """No record has this id."""

    code = "not_found"
    title = "Not found"


class AlreadyExists(StateError):
    """It is there already; ``extra`` has the id."""

    code = "exists"
    title = "Already exists"


class InUse(StateError):
    """Something depends on it; ``extra["references"]`` lists what."""

    code = "in_use"
    title = "In use"


class NotReady(StateError):
    """Its data cannot be read yet."""

    code = "not_ready"
    title = "Not ready"


class InvalidTransition(StateError):
    """The record's status does not allow this step."""

    code = "invalid_transition"
    title = "Not possible now"


class ValidationFailed(MiStudioError):
    """Fields of a request are missing or wrong; ``fields`` says which."""

    code = "validation_error"
    title = "Invalid request"


class InvalidPattern(MiStudioError):
    """A regular expression cannot be understood; the detail has RE2's own words."""

    code = "invalid_pattern"
    title = "Invalid regular expression"


class AccessDenied(MiStudioError):
    """The caller may not speak to this server."""


class Unauthorized(AccessDenied):
    """The server's own access token is missing or wrong."""

    code = "unauthorized"
    title = "Access token required"


class HostNotAllowed(AccessDenied):
    """The request names a host that this server does not answer for."""

    code = "host_not_allowed"
    title = "Host not allowed"


class OriginNotAllowed(AccessDenied):
    """A page of another origin sent the request."""

    code = "origin_not_allowed"
    title = "Origin not allowed"


class JobEnded(MiStudioError):
    """How a job came to its end without an error of the data or the Hub."""


class JobCancelled(JobEnded):
    """A person cancelled the job; what it had is kept."""

    code = "cancelled"
    title = "Cancelled"


class WorkerDied(JobEnded):
    """The process that ran the job died three times without getting further."""

    code = "worker_died"
    title = "The worker died"


class InternalError(JobEnded):
    """A defect of this program; the correlation id leads to the log."""

    code = "internal_error"
    title = "Internal error"


def error_classes(root: type[MiStudioError] = MiStudioError) -> Iterator[type[MiStudioError]]:
    """Every class of the tree that has a code of its own."""
    for child in root.__subclasses__():
        if "code" in child.__dict__:
            yield child
        yield from error_classes(child)


def is_retryable(code: str) -> bool:
    """Whether an error of this code may pass by itself."""
    return any(error.retryable for error in error_classes() if error.code == code)
