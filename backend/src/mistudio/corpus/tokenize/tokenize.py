"""Tokenize a dataset: read, encode and write at the same time in flat memory, then publish the result in one step.

All work happens in a staging folder (``mistudio.corpus.tokenize.run``); other processes may help.
"""

import shutil
from pathlib import Path

from mistudio.core.disk import translate_disk_errors
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.run import TokenizeRun
from mistudio.corpus.tokenize.shards import ShardPolicy
from mistudio.corpus.tokenize.staging import Staging
from mistudio.corpus.tokenized.manifest import (
    TOKENIZED_MANIFEST,
    TokenizedManifest,
    read_tokenized_manifest,
    write_tokenized_manifest,
)
from mistudio.utils.file_utils import ensure_dir, fsync_directory
from mistudio.utils.locks import lock_folder, remove_lock


def tokenize_dataset(order: TokenizeOrder, target: Path, *, sharing: ShardPolicy | None = None) -> TokenizedManifest:
    """Carry out the order, and publish the result as ``target``, on the same disk as the order's staging folder.

    Continues after an earlier, interrupted call; if ``target`` exists, only reads its manifest. Reports rows of the
    source in the phases ``tokenizing`` and ``finish``. ``sharing`` lets other processes help; it does not affect the
    result. One caller at a time works in the staging folder; the next one waits for it.

    Raises ValidationFailed, UnknownSplit and UnknownColumn for the settings, DataMissing, DiskFull, TokensLost, and
    what the order's ``monitor.checkpoint`` raises.
    """
    staging = order.staging
    if (target / TOKENIZED_MANIFEST).exists():
        # An earlier process died after the rename. The staging folder of this call has nothing.
        shutil.rmtree(staging, ignore_errors=True)
        remove_lock(target)
        return read_tokenized_manifest(target)
    with lock_folder(staging, order.monitor.checkpoint):
        if (target / TOKENIZED_MANIFEST).exists():
            # The caller that had the folder before has published the result.
            shutil.rmtree(staging)
            return read_tokenized_manifest(target)
        if not (staging / TOKENIZED_MANIFEST).exists():
            with translate_disk_errors():
                write_tokenized_manifest(staging, TokenizeRun(order).run(sharing))
        return _publish(Staging(staging), target)


def _publish(staging: Staging, target: Path) -> TokenizedManifest:
    """Rename the staging folder to ``target`` without its scratch files; its lock moves along and is removed last."""
    staging.remove_scratch()
    ensure_dir(target.parent)
    staging.folder.rename(target)
    remove_lock(target)
    fsync_directory(target.parent)
    return read_tokenized_manifest(target)


def help_tokenize(order: TokenizeOrder, *, begin: int) -> int:
    """Encode shards for the process that runs ``tokenize_dataset`` with the same order, and return their number.

    The number is 0 if that process does other work: with another engine, or with other settings. Raises EngineFailed,
    FileNotFoundError after the work was finished or given up, and what ``monitor.checkpoint`` raises.
    """
    return TokenizeRun(order).encode_missing(begin)
