"""Every error that a user can meet, as a tree.

    MiStudioError
    ├── HubError                the Hugging Face Hub refused, or could not be reached
    │   ├── RepositoryNotFound    not_found
    │   ├── AuthRequired          auth_required
    │   ├── Gated                 gated
    │   ├── BadToken              bad_token
    │   ├── RepositoryDisabled    repository_disabled
    │   ├── HubUnreachable        hub_unreachable   (retryable)
    │   └── RateLimited           rate_limited      (retryable)
    ├── ChoiceError             a config, split, revision or column that does not exist
    │   ├── ConfigRequired        config_required
    │   ├── UnknownConfig         unknown_config
    │   ├── UnknownSplit          unknown_split
    │   ├── UnknownColumn         unknown_column
    │   └── UnknownRevision       unknown_revision
    ├── DataError               the data is missing, damaged or of the wrong kind
    │   ├── NoData                no_data
    │   ├── LoadingScript         loading_script
    │   ├── UnsupportedFormat     unsupported_format
    │   ├── InvalidRepository     invalid_repository
    │   ├── UnsupportedFile       unsupported_file
    │   ├── TooLarge              too_large
    │   ├── InvalidData           invalid_data
    │   ├── CorruptFile           corrupt_file      (retryable)
    │   ├── SourceChanged         source_changed
    │   ├── DataMissing           data_missing
    │   ├── ParentMissing         parent_missing
    │   ├── UnsupportedVersion    unsupported_version
    │   └── TokensLost            tokens_lost
    ├── TokenizerError          a tokenizer that cannot be used
    │   ├── NoTokenizer           no_tokenizer
    │   ├── UnsupportedTokenizer  unsupported_tokenizer
    │   ├── UnknownText           unknown_text
    │   └── ChatTemplateFailed    chat_template_failed
    ├── DiskFull                  disk_full
    ├── DiskFailed                disk_error
    ├── DatabaseDamaged           database_damaged
    ├── Unavailable               unavailable       (retryable)
    ├── StateError              the present state does not allow the request
    │   ├── NotFound              not_found
    │   ├── AlreadyExists         exists
    │   ├── InUse                 in_use
    │   ├── NotReady              not_ready
    │   └── InvalidTransition     invalid_transition
    ├── ValidationFailed          validation_error
    ├── RecipeInvalid             recipe_invalid
    ├── ExportFailed              export_failed
    ├── InvalidPattern            invalid_pattern
    ├── AccessDenied            the caller may not use this server
    │   ├── Unauthorized          unauthorized
    │   ├── HostNotAllowed        host_not_allowed
    │   └── OriginNotAllowed      origin_not_allowed
    └── JobEnded                a job ended early
        ├── JobCancelled          cancelled
        ├── MemoryLimit           memory_limit
        ├── WorkerDied            worker_died
        └── InternalError         internal_error

The classes carry data and know nothing of HTTP; ``mistudio.api.errors`` maps a code to a status. ``retryable`` means
that the same request may succeed later without a change: the job runner retries such errors by itself.
"""

from mistudio.core.errors.base import (
    FieldError,
    Json,
    MiStudioError,
    error_classes,
    is_retryable,
)
from mistudio.core.errors.serving import (
    AccessDenied,
    AlreadyExists,
    DatabaseDamaged,
    DiskFailed,
    DiskFull,
    ExportFailed,
    HostNotAllowed,
    InternalError,
    InUse,
    InvalidPattern,
    InvalidTransition,
    JobCancelled,
    JobEnded,
    MemoryLimit,
    NotFound,
    NotReady,
    OriginNotAllowed,
    RecipeInvalid,
    StateError,
    Unauthorized,
    Unavailable,
    ValidationFailed,
    WorkerDied,
)
from mistudio.core.errors.sources import (
    AuthRequired,
    BadToken,
    ChatTemplateFailed,
    ChoiceError,
    ConfigRequired,
    CorruptFile,
    DataError,
    DataMissing,
    Gated,
    HubError,
    HubUnreachable,
    InvalidData,
    InvalidRepository,
    LoadingScript,
    NoData,
    NoTokenizer,
    ParentMissing,
    RateLimited,
    RepositoryDisabled,
    RepositoryNotFound,
    SourceChanged,
    TokenizerError,
    TokensLost,
    TooLarge,
    UnknownColumn,
    UnknownConfig,
    UnknownRevision,
    UnknownSplit,
    UnknownText,
    UnsupportedFile,
    UnsupportedFormat,
    UnsupportedTokenizer,
    UnsupportedVersion,
)

__all__ = [
    "AccessDenied",
    "AlreadyExists",
    "AuthRequired",
    "BadToken",
    "ChatTemplateFailed",
    "ChoiceError",
    "ConfigRequired",
    "CorruptFile",
    "DataError",
    "DataMissing",
    "DatabaseDamaged",
    "DiskFailed",
    "DiskFull",
    "ExportFailed",
    "FieldError",
    "Gated",
    "HostNotAllowed",
    "HubError",
    "HubUnreachable",
    "InUse",
    "InternalError",
    "InvalidData",
    "InvalidPattern",
    "InvalidRepository",
    "InvalidTransition",
    "JobCancelled",
    "JobEnded",
    "Json",
    "LoadingScript",
    "MemoryLimit",
    "MiStudioError",
    "NoData",
    "NoTokenizer",
    "NotFound",
    "NotReady",
    "OriginNotAllowed",
    "ParentMissing",
    "RateLimited",
    "RecipeInvalid",
    "RepositoryDisabled",
    "RepositoryNotFound",
    "SourceChanged",
    "StateError",
    "TokenizerError",
    "TokensLost",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "UnknownColumn",
    "UnknownConfig",
    "UnknownRevision",
    "UnknownSplit",
    "UnknownText",
    "UnsupportedFile",
    "UnsupportedFormat",
    "UnsupportedTokenizer",
    "UnsupportedVersion",
    "ValidationFailed",
    "WorkerDied",
    "error_classes",
    "is_retryable",
]
