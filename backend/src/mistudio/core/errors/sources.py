"""Errors of the sources: the Hub, its data, local files, tokenizers."""

from mistudio.core.errors.base import MiStudioError


class HubError(MiStudioError):
    """The Hub refused, or could not be reached."""


class RepositoryNotFound(HubError):
    """The repository does not exist, or it is private and the token has no access."""

    code = "not_found"
    title = "Repository not found"
    concerns = "repo_id"


class AuthRequired(HubError):
    """The repository needs a token, and the request has none."""

    code = "auth_required"
    title = "Access token required"
    concerns = "access_token"


class Gated(HubError):
    """The token is valid, but its owner has no access to the repository."""

    code = "gated"
    title = "Access must be requested"
    concerns = "access_token"


class BadToken(HubError):
    """The Hub does not accept the token."""

    code = "bad_token"
    title = "Access token not accepted"
    concerns = "access_token"


class RepositoryDisabled(HubError):
    """The Hub has disabled the repository."""

    code = "repository_disabled"
    title = "Repository disabled"
    concerns = "repo_id"


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
    """The request names something that does not exist; ``extra["choices"]`` lists what does."""


class ConfigRequired(ChoiceError):
    """The repository has several configs and no default."""

    code = "config_required"
    title = "Choose a config"
    concerns = "config"


class UnknownConfig(ChoiceError):
    """The repository has no such config."""

    code = "unknown_config"
    title = "Unknown config"
    concerns = "config"


class UnknownSplit(ChoiceError):
    """The config or dataset has no such split."""

    code = "unknown_split"
    title = "Unknown split"
    concerns = "splits"


class UnknownColumn(ChoiceError):
    """The data has no such column, or the column holds no text."""

    code = "unknown_column"
    title = "Unknown column"
    concerns = "text_column"


class UnknownRevision(ChoiceError):
    """The repository has no such branch, tag or commit."""

    code = "unknown_revision"
    title = "Unknown revision"
    concerns = "revision"


class DataError(MiStudioError):
    """The data is missing, damaged, or of a kind that cannot be read."""


class NoData(DataError):
    """The repository, config or file holds no data."""

    code = "no_data"
    title = "No data"
    concerns = "repo_id"


class LoadingScript(DataError):
    """The repository can only be read by running its code, and miStudio never runs it."""

    code = "loading_script"
    title = "Needs a loading script"
    concerns = "repo_id"


class UnsupportedFormat(DataError):
    """The files have a format that is not text data."""

    code = "unsupported_format"
    title = "Unsupported format"
    concerns = "repo_id"


class InvalidRepository(DataError):
    """The repository's description, card or file names cannot be read; ``extra`` names the ``field``."""

    code = "invalid_repository"
    title = "Invalid repository"
    concerns = "repo_id"


class UnsupportedFile(DataError):
    """A file has a kind that miStudio does not import, or the upload holds no file."""

    code = "unsupported_file"
    title = "Unsupported file"
    concerns = "files"


class TooLarge(DataError):
    """The request is larger than the server accepts; ``extra`` has ``limit_bytes``."""

    code = "too_large"
    title = "Too large"


class InvalidData(DataError):
    """A file cannot be parsed; the detail names the file and, where known, the line."""

    code = "invalid_data"
    title = "Invalid data"


class CorruptFile(DataError):
    """A file's checksum differs from the one that the Hub gives."""

    code = "corrupt_file"
    title = "Checksum mismatch"
    retryable = True


class SourceChanged(DataError):
    """A pinned file is no longer what it was when the download was planned."""

    code = "source_changed"
    title = "Source changed"


class ParentMissing(DataError):
    """A dataset that this one is made from is gone or has changed."""

    code = "parent_missing"
    title = "Parent dataset missing"


class DataMissing(DataError):
    """Files that the database lists are not on disk."""

    code = "data_missing"
    title = "Data missing on disk"


class UnsupportedVersion(DataError):
    """A newer version of miStudio wrote a file on disk."""

    code = "unsupported_version"
    title = "Written by a newer version"


class TokensLost(DataError):
    """A tokenization does not account for every token. This is a defect of miStudio, and nothing of it is kept."""

    code = "tokens_lost"
    title = "The ledger does not balance"


class TokenizerError(MiStudioError):
    """The tokenizer is missing or cannot be used."""


class NoTokenizer(TokenizerError):
    """The repository, commit or folder has no tokenizer.json."""

    code = "no_tokenizer"
    title = "No tokenizer"
    concerns = "tokenizer"


class UnsupportedTokenizer(TokenizerError):
    """The tokenizer's files cannot be read or converted, or its ids would differ each time."""

    code = "unsupported_tokenizer"
    title = "Tokenizer cannot be used"
    concerns = "tokenizer"


class UnknownText(TokenizerError):
    """A text has a word or character that the vocabulary lacks, and the tokenizer has no token for unknown text."""

    code = "unknown_text"
    title = "Text outside the vocabulary"
    concerns = "tokenizer"


class ChatTemplateFailed(TokenizerError):
    """The tokenizer has no chat template, or the template refuses a conversation."""

    code = "chat_template_failed"
    title = "Chat template failed"
    concerns = "apply_chat_template"
