"""Error messages about the files of a tokenization that several modules raise."""

from typing import Final

FILES_MISSING: Final = "The tokenization's files are not on disk: delete it and tokenize again."
FILE_DAMAGED: Final = "A file of the tokenization is damaged: delete it and tokenize again."
