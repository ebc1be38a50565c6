"""Transfers ranges of one file from the Hub to a sparse file on the disk."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

from mistudio.core.errors import CorruptFile
from mistudio.corpus.fetch.partial_file import Segment
from mistudio.corpus.fetch.range_file import RangeFile
from mistudio.corpus.fetch.remote_file import RangeReader
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import FetchedFile, Progress, Transfer
from mistudio.corpus.hub.errors import interrupted_error
from mistudio.corpus.hub.part_types import FilePart
from mistudio.corpus.hub.plan_types import RemoteFile


class PartTransfer(Transfer):
    """Ranges of one file on their way; used as its base class is.

    The result is verified against the source's checksum if every byte of the file came, else by whoever decodes it.
    """

    def __init__(
        self,
        source: RemoteFile,
        remote: RangeReader,
        destination: Path,
        *,
        progress: Progress,
        settings: FetchSettings,
        checkpoint: Callable[[], None],
    ) -> None:
        super().__init__(source, remote, destination, progress=progress, settings=settings, checkpoint=checkpoint)
        self._file = RangeFile(source, source.part or FilePart(((0, source.size),)), destination)
        self._partial = self._file

    def open(self) -> None:
        """Resume what an earlier run left."""
        kept = self._file.open_ranges(max(1, self._settings.split_bytes // 2), self._checkpoint)
        with self._lock:
            self._waiting = deque(self._file.segments)
        if kept:
            self._progress.add(kept)

    def _store(self, segment: Segment, data: memoryview) -> None:
        self._file.write(data, segment.position)
        with self._lock:
            self._file.commit(segment, len(data))
            self._fetched += len(data)
        self._progress.add(len(data))

    def _give_up_ranges(self, _segment: Segment) -> None:
        """Fail once the server has ignored ranges too often: a part cannot be fetched without them."""
        with self._lock:
            self.restarts += 1
        if self.is_given_up:
            raise interrupted_error(self.source.path)

    def finish(self) -> FetchedFile:
        """Compute the checksum of what came. Raises CorruptFile for a whole file that fails its own."""
        sha256 = self._file.hash_ranges(self._checkpoint)
        if self.source.fetch_bytes == self.source.size:
            self._verify(sha256)
        self.close()
        return FetchedFile(self.source, self._file.final_path, sha256, self._fetched)

    def _verify(self, sha256: str) -> None:
        expected, found = self.source.sha256, sha256
        if expected is None and self.source.git_sha1 is not None:
            header = b"blob %d\0" % self.source.size
            expected = self.source.git_sha1
            found = self._file.hash_ranges(self._checkpoint, prefix=header, algorithm="sha1")
        if expected is not None and found != expected:
            self._progress.add(-self.source.fetch_bytes)
            self._file.abandon()
            raise CorruptFile(
                f"{self.source.path} failed its checksum. Retry later, or report it to the repository's owner.",
                extra={"path": self.source.path},
            )
