"""Hostile files: each case is one upload, or a download of the same file, which is then read in every way."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from fuzz.bench import Bench, check
from fuzz.files_columnar import columnar_files
from fuzz.files_packed import packed_files
from fuzz.files_text import text_files

Content = Callable[[], bytes]
_CUTS: Final = (0.1, 0.5, 0.9, 0.99)


@dataclass(frozen=True)
class FileCase:
    """A file of this name and content, that comes as an upload or, with ``is_remote``, from the Hub."""

    name: str
    file: str
    content: Content
    is_remote: bool = False

    async def run(self, bench: Bench, number: int) -> None:
        """Bring the file in, read what it has become, and delete it."""
        made = await (self._download(bench, number) if self.is_remote else self._upload(bench, number))
        if made is None:
            return
        dataset = await bench.finished(made)
        if dataset["status"] == "ready":
            await bench.read_all(made)
        await bench.remove(made)

    async def _upload(self, bench: Bench, number: int) -> str | None:
        files = {"files": (self.file, self.content())}
        made = check(await bench.http.post("/api/datasets/upload", files=files, data={"name": f"case {number}"}))
        return None if made is None else str(made["id"])

    async def _download(self, bench: Bench, number: int) -> str | None:
        repo_id = f"lab/file-{number}"
        bench.hub.faults.clear()
        bench.hub.add(repo_id, {self.file: self.content()})
        made = await bench.post("/api/datasets/download", json={"repo_id": repo_id})
        return None if made is None else str(made["id"])


def _cut(name: str, file: str, content: Content, chance: random.Random) -> Iterator[tuple[str, str, Content]]:
    """The file cut short, and with bytes of it changed."""
    for part in _CUTS:
        yield f"{name}, cut to {part:.0%}", file, partial(_beginning, content, part)
    for times in (1, 20):
        seed = chance.randrange(1 << 30)
        yield f"{name}, {times} bytes changed", file, partial(_changed, content, times, seed)


def _beginning(content: Content, part: float) -> bytes:
    whole = content()
    return whole[: int(len(whole) * part)]


def _changed(content: Content, times: int, seed: int) -> bytes:
    chance, changed = random.Random(seed), bytearray(content())
    for _time in range(times if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def file_cases(chance: random.Random) -> list[FileCase]:
    """Return every case; what is changed at random is drawn by ``chance``."""
    whole = [*text_files(), *columnar_files(), *packed_files()]
    broken = [one for name, file, content in whole if "sound" in name for one in _cut(name, file, content, chance)]
    uploads = [FileCase(name, file, content) for name, file, content in [*whole, *broken]]
    remote = [FileCase(f"{name}, from the Hub", file, content, is_remote=True) for name, file, content in whole]
    return [*uploads, *remote]
