"""Errors of the studio itself: its disk, its records, its rules, its jobs."""

from mistudio.core.errors.base import MiStudioError


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
    concerns = "search"


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
