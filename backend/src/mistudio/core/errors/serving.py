"""Errors of the program itself: its disk, its records, its access rules, its jobs."""

from mistudio.core.errors.base import MiStudioError


class DiskFull(MiStudioError):
    """The disk has too little free space; ``extra`` has ``needed_bytes`` and ``free_bytes`` where they are known."""

    code = "disk_full"
    title = "Not enough disk space"


class DiskFailed(MiStudioError):
    """The disk of DATA_DIR reports an error, or does not allow writing."""

    code = "disk_error"
    title = "Disk error"


class DatabaseDamaged(MiStudioError):
    """The database cannot be read; ``mistudio recover`` rebuilds it."""

    code = "database_damaged"
    title = "Database damaged"


class Unavailable(MiStudioError):
    """The database or Redis does not answer."""

    code = "unavailable"
    title = "Part of the server is down"
    retryable = True


class StateError(MiStudioError):
    """The present state does not allow the request."""


class NotFound(StateError):
    """No record has this id."""

    code = "not_found"
    title = "Not found"


class AlreadyExists(StateError):
    """It exists already; ``extra`` has its id."""

    code = "exists"
    title = "Already exists"


class InUse(StateError):
    """Something uses it; ``extra["references"]`` lists what."""

    code = "in_use"
    title = "In use"


class NotReady(StateError):
    """The data cannot be read yet."""

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


class RecipeInvalid(MiStudioError):
    """A recipe is not valid; ``extra`` has the line and the key of each problem."""

    code = "recipe_invalid"
    title = "Invalid recipe"


class ExportFailed(MiStudioError):
    """An export cannot be written."""

    code = "export_failed"
    title = "Export failed"


class InvalidPattern(MiStudioError):
    """RE2 does not accept the regular expression; the detail has RE2's own message."""

    code = "invalid_pattern"
    title = "Invalid regular expression"
    concerns = "search"


class AccessDenied(MiStudioError):
    """The caller may not use this server."""


class Unauthorized(AccessDenied):
    """The server's own API token is missing or wrong."""

    code = "unauthorized"
    title = "Access token required"


class HostNotAllowed(AccessDenied):
    """The request names a host that this server does not serve."""

    code = "host_not_allowed"
    title = "Host not allowed"


class OriginNotAllowed(AccessDenied):
    """A page of another origin sent the request."""

    code = "origin_not_allowed"
    title = "Origin not allowed"


class JobEnded(MiStudioError):
    """A job ended early, without an error of the data or the Hub."""


class JobCancelled(JobEnded):
    """The user cancelled the job; its files so far are kept."""

    code = "cancelled"
    title = "Cancelled"


class WorkerDied(JobEnded):
    """The process that ran the job died three times without progress."""

    code = "worker_died"
    title = "The worker died"


class MemoryLimit(JobEnded):
    """A process took more memory than it may have."""

    code = "memory_limit"
    title = "Too much memory needed"


class InternalError(JobEnded):
    """A defect of this program; the correlation id leads to the log."""

    code = "internal_error"
    title = "Internal error"
