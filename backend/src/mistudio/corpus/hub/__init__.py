"""Reads what a Hub repository holds, in a child process."""

from mistudio.corpus.hub.plan_types import (
    DownloadPlan,
    Format,
    Inspection,
    Options,
    PinnedTokenizer,
    PlanRequest,
    RemoteFile,
    Sizes,
    SplitFiles,
    TokenizerRequest,
)

__all__ = [
    "DownloadPlan",
    "Format",
    "Inspection",
    "Options",
    "PinnedTokenizer",
    "PlanRequest",
    "RemoteFile",
    "Sizes",
    "SplitFiles",
    "TokenizerRequest",
]
