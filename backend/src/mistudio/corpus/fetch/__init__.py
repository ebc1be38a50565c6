"""Bytes from the Hub to disk: resumable, verified, parallel."""

from mistudio.corpus.fetch.download import fetch_files
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import FetchedFile

__all__ = ["FetchSettings", "FetchedFile", "fetch_files"]
