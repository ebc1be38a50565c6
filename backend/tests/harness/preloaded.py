"""Imports everything that a server, its jobs and its planner import, for a process that forks all three.

As in each of them, pyarrow does not find pandas, which only the planner's library needs.
"""

import importlib
import sys
from pathlib import Path

from mistudio.utils.imports import hide_packages

# What is forked runs in the folder of whoever asked for it.
sys.path.append(str(Path(__file__).parents[1]))

with hide_packages("pandas", "aiohttp"):
    for name in (
        "mistudio.cli",
        "mistudio.server",
        "mistudio.workers.child.main",
        "mistudio.services.tokenizations.run",
        "mistudio.workers.jobs.preloaded",
        "mistudio.workers.jobs.index_handler",
        "mistudio.core.migrations",
        "gigatoken",
        "awkward",
        "tantivy",
        "fakes.forked_starts",
    ):
        importlib.import_module(name)
for name in ("mistudio.corpus.hub.plan", "datasets.load", "datasets.data_files", "datasets.exceptions"):
    importlib.import_module(name)

# Of a process with threads a fork has one only; the allocator's own begins anew by itself.
threads = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
assert [] == [name for name in threads if name not in ("python", "jemalloc_bg_thd")][1:], threads
