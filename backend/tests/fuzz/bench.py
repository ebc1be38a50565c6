"""A studio that is fed with hostile input, one case after the other, and what must hold after each."""

import asyncio
import random
import shutil
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from chaos.faults import FaultyFiles, faulty_library
from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.repositories import add_stories
from harness.log import defects_in
from harness.processes import Figures, figures_of
from harness.studio import ForkedStarts, Studio
from mistudio.api.errors import STATUS
from mistudio.core.config import Settings

# Bounds of one case: of the processor's time, and of time, on a machine that may be busy.
MOST_PROCESSOR_SECONDS: Final = 20.0
MOST_SECONDS: Final = 120.0
MOST_GROWTH_BYTES: Final = 700 << 20
_ANSWER_SECONDS: Final = 100.0
_WATCH_SECONDS: Final = 0.05
# Codes that tell of a defect of ours, whatever was sent.
_DEFECTS: Final = frozenset({"internal_error", "worker_died", "tokens_lost"})
TOKENIZER: Final = "lab/tokenizer"


class Broken(AssertionError):
    """Something that must hold whatever is sent does not; ``several`` where a case found more than one such thing."""

    def __init__(self, *several: str) -> None:
        super().__init__(" | ".join(several))
        self.several = several


@dataclass
class Peak:
    """The most memory that a process held beyond what it had at first, and the processor's time of all."""

    growth: int = 0
    _first: dict[int, Figures] = field(default_factory=dict)
    _last: dict[int, Figures] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The processor's time that all processes used."""
        return sum(last.seconds - self._first[pid].seconds for pid, last in self._last.items())

    async def watch(self, studio: Studio) -> None:
        """Look again and again, until it is too much."""
        while self.growth <= MOST_GROWTH_BYTES:
            for one in studio.members():
                found = figures_of(one.pid)
                if found is not None:
                    first = self._first.setdefault(one.pid, found)
                    self._last[one.pid] = found
                    self.growth = max(self.growth, found.resident - first.resident)
            await asyncio.sleep(_WATCH_SECONDS)


class Bench:
    """A studio, its Hub, and a client; ``check`` says whether an answer is one that may be given."""

    def __init__(self, folder: Path, **settings: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.hub = Hub().start()
        self.settings = Settings(
            data_dir=folder / "data",
            hf_endpoint=self.hub.url,
            hf_home=folder / "data" / "huggingface_cache",
            retry_backoff_seconds=0.05,
            disk_reserve_bytes=0,
            search_index="off",
            spare_process=False,
        ).model_copy(update=dict(settings))
        self.faults = FaultyFiles(self.settings.data_dir, folder) if faulty_library() else None
        self.starts = ForkedStarts(self.settings, self.faults.environment() if self.faults else None)
        self.log = folder / "studio.log"
        self.studio = Studio(self.settings, self.log, self.starts)
        self.http = httpx2.AsyncClient(timeout=_ANSWER_SECONDS)

    async def start(self) -> None:
        """Start what does not run, with an empty log."""
        if not self.studio.is_running:
            assert await self.studio.start(), self.log.read_text(encoding="utf-8")
            self.http.base_url = self.studio.url

    async def renew(self) -> None:
        """Kill what runs, and begin again with nothing."""
        if self.faults:
            self.faults.arm(None)
        await self.studio.kill("all", random.Random(0))
        shutil.rmtree(self.settings.data_dir, ignore_errors=True)
        self.log.unlink(missing_ok=True)
        await self.start()

    async def close(self) -> None:
        """End everything."""
        await self.http.aclose()
        with suppress(TimeoutError):
            await self.studio.stop()
        self.starts.close()
        self.hub.stop()

    def add_usual(self) -> None:
        """Put a dataset and a tokenizer on the Hub."""
        add_stories(self.hub, "lab/stories", rows=12)
        self.hub.add(TOKENIZER, small.make_files(small.train_byte_level(), config=small.CONFIG), kind="models")

    async def get(self, path: str, **params: object) -> Any:  # JSON of any kind
        """Return a checked answer, None where it is a refusal."""
        answer = await self.http.get(path, params={name: str(one) for name, one in params.items()})
        return check(answer)

    async def post(self, path: str, **what: Any) -> Any:  # what httpx takes; JSON of any kind
        """Return a checked answer, None where it is a refusal."""
        return check(await self.http.post(path, **what))

    async def finished(self, dataset_id: str) -> Mapping[str, Any]:  # a dataset as JSON
        """Return the dataset once its work has ended."""
        while True:
            dataset: Mapping[str, Any] = await self.get(f"/api/datasets/{dataset_id}")
            if dataset["status"] in ("ready", "error"):
                check_record(dataset)
                return dataset
            await asyncio.sleep(0.02)

    async def remove(self, dataset_id: str) -> None:
        """Delete a dataset."""
        check(await self.http.delete(f"/api/datasets/{dataset_id}"))

    async def read_all(self, dataset_id: str) -> None:
        """Ask for everything that can be read of a dataset that is ready."""
        base = f"/api/datasets/{dataset_id}"
        page = await self.get(f"{base}/samples", limit=100)
        if page is None:
            raise Broken("a dataset that is ready cannot be read")
        for sample in page["data"][:3]:
            await self.get(f"{base}/samples/{sample['split']}/{sample['row']}")
        for mode in ("words", "exact", "regex"):
            await self.get(f"{base}/samples", search="a", mode=mode)
        await self.get(f"{base}/statistics")

    def defects(self) -> list[str]:
        """Return what the log tells of defects."""
        return defects_in(self.log)


def check(answer: httpx2.Response) -> Any:  # JSON of any kind
    """Return what was answered, None for a refusal; Broken where the answer is none that may be given."""
    where = f"{answer.request.method} {answer.request.url.path}"
    if answer.is_success:
        is_json = answer.content and "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json else None
    try:
        problem = answer.json()
    except ValueError:
        raise Broken(f"{where}: {answer.status_code} is no problem: {answer.text[:200]}") from None
    code = problem.get("code")
    if code in _DEFECTS:
        raise Broken(f"{where}: {code}: {problem.get('detail')}")
    if code in STATUS and answer.status_code != STATUS[code]:
        raise Broken(f"{where}: {code} with status {answer.status_code}")
    if not problem.get("detail") or "content-type" not in answer.headers:
        raise Broken(f"{where}: an error without a sentence: {problem}")
    return None


def check_record(record: Mapping[str, Any]) -> None:
    """Broken where a dataset or tokenization in error does not say clearly what went wrong."""
    if record["status"] != "error":
        return
    code, message = record["error_code"], record["error_message"]
    if code in _DEFECTS or code not in STATUS or not message:
        raise Broken(f"a record in error says {code}: {message}")
    if len(message) > 4000:
        raise Broken(f"an error of {len(message):,} characters: {message[:100]}")


async def bounded(bench: Bench, case: Coroutine[None, None, None]) -> tuple[float, int]:
    """Await the case; return the processor's time and the growth of memory. Broken where either is too much."""
    peak = Peak()
    running, watching = asyncio.ensure_future(case), asyncio.ensure_future(peak.watch(bench.studio))
    try:
        await asyncio.wait({running, watching}, timeout=MOST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if peak.growth > MOST_GROWTH_BYTES:
            raise Broken(f"memory grows by more than {MOST_GROWTH_BYTES >> 20} MB")
        if not running.done():
            raise Broken(f"takes more than {MOST_SECONDS:.0f} seconds")
        await running
    finally:
        running.cancel()
        watching.cancel()
        await asyncio.gather(running, watching, return_exceptions=True)
    if peak.seconds > MOST_PROCESSOR_SECONDS:
        raise Broken(f"uses the processor for more than {MOST_PROCESSOR_SECONDS:.0f} seconds")
    return peak.seconds, peak.growth
