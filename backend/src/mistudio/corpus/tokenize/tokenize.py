"""Tokenizes a dataset: reads, encodes and writes at the same time, in flat memory, and lets the result appear at once.

Everything happens in a staging folder, by ``mistudio.corpus.tokenize.run``; other processes may help.
"""

import shutil
from pathlib import Path

from mistudio.core.disk import translate_disk_full
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.run import SCRATCH, TokenizeRun
from mistudio.corpus.tokenize.shards import Sharing
from mistudio.corpus.tokenized.manifest import (
    TOKENIZED_MANIFEST,
    TokenizedManifest,
    read_tokenized_manifest,
    write_tokenized_manifest,
)
from mistudio.utils.file_utils import ensure_dir, fsync_directory
from mistudio.utils.locks import forget_owner, owned_folder


def tokenize_dataset(order: TokenizeOrder, target: Path, *, sharing: Sharing | None = None) -> TokenizedManifest:
    """Carry out the order, and let the result appear as ``target``, on the same disk as the order's staging folder.

    Goes on where an earlier call was cut off; once ``target`` is there, only its manifest is read. Reports rows of the
    source in the phases ``tokenizing`` and ``finish``. ``sharing``, by which other processes help, changes nothing in
    the result.

    Raises ValidationFailed and ChoiceErrors of the settings, DataMissing, DiskFull, TokensLost, and whatever the
    order's ``work.checkpoint`` raises. One caller at a time works in the staging folder, the next one waits for it.
    """
    staging = order.staging
    if (target / TOKENIZED_MANIFEST).exists():
        return read_tokenized_manifest(target)
    with owned_folder(staging, order.monitor.checkpoint):
        if (target / TOKENIZED_MANIFEST).exists():
            # Whoever was waited for has brought it to its end.
            shutil.rmtree(staging)
            return read_tokenized_manifest(target)
        if not (staging / TOKENIZED_MANIFEST).exists():
            with translate_disk_full():
                write_tokenized_manifest(staging, TokenizeRun(order).run(sharing))
        return _publish(staging, target)


def _publish(staging: Path, target: Path) -> TokenizedManifest:
    """Leave only what belongs to the tokenization, and rename it into place; its lock goes with it, and goes last."""
    shutil.rmtree(staging / SCRATCH, ignore_errors=True)
    ensure_dir(target.parent)
    staging.rename(target)
    forget_owner(target)
    fsync_directory(target.parent)
    return read_tokenized_manifest(target)


def help_tokenize(order: TokenizeOrder, *, begin: int) -> int:
    """Make shards for whoever calls ``tokenize_dataset`` with the same order; how many were made.

    None are where it does not do the same: another engine was chosen, or other settings. Raises EngineBrokeOff,
    FileNotFoundError once the work was finished or given up, and whatever ``work.checkpoint`` raises.
    """
    return TokenizeRun(order).encode_missing(begin)
