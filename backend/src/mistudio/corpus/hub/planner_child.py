"""The planner's child process: reads requests from its standard input and answers on its standard output.

A request is a line of JSON. An answer is a line with the request's number, a blank and JSON, so that the reader can
assign a large answer before parsing it.

Each request has its own thread, so that a slow Hub delays no other request. The token comes through the pipe and goes
nowhere else. The pipe closes when the parent ends; then the child ends at once.
"""

import importlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import uuid4

from mistudio.core.child_environment import InheritedLogSettings
from mistudio.core.disk import translate_disk_errors
from mistudio.core.error_records import to_error_record
from mistudio.core.errors import Json, MiStudioError
from mistudio.core.logging import configure_logging
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import LayoutRequest, PinnedTokenizer, PlanRequest, TokenizerRequest

log = logging.getLogger(__name__)

_THREADS: Final = 16
# The main thread imports them before any request: of two threads that import at once, one may see half a library.
_PRELOADED: Final = ("mistudio.corpus.hub.plan", "datasets.load", "datasets.data_files", "datasets.exceptions")
# It reads footers with the fetcher, which is above this package: named, so that nothing here depends on it.
_ESTIMATOR: Final = "mistudio.corpus.ingest.part_estimate"

Message = Mapping[str, Any]  # JSON of any kind
Answerer = Callable[[Message], Mapping[str, object]]


def _inspect(request: Message) -> dict[str, Json]:
    from mistudio.corpus.hub.plan import inspect

    return as_json(inspect(from_json(PlanRequest, request)))


def _make_plan(request: Message) -> dict[str, Json]:
    from mistudio.corpus.hub.plan import make_plan

    return as_json(make_plan(from_json(PlanRequest, request)))


def _lay_out_files(request: Message) -> dict[str, Json]:
    from mistudio.corpus.hub.local_layout import lay_out_files

    return as_json(lay_out_files(from_json(LayoutRequest, request)))


def _pin_tokenizer(request: Message) -> dict[str, Json]:
    from mistudio.corpus.hub.tokenizer_files import TokenizerSource, find_files

    wanted = from_json(TokenizerRequest, request)
    cache = Path(wanted.cache_dir)
    source = TokenizerSource(wanted.name, wanted.revision)
    files = find_files(source, token=wanted.token, cache_dir=cache, root=cache)
    return as_json(PinnedTokenizer(files.name, files.commit or ""))


def _estimate(request: Message) -> dict[str, Json]:
    found: dict[str, Json] = importlib.import_module(_ESTIMATOR).answer(request)
    return found


_HANDLERS: Final[Mapping[str, Callable[[Message], dict[str, Json]]]] = {
    "inspect": _inspect,
    "plan": _make_plan,
    "estimate": _estimate,
    "layout": _lay_out_files,
    "tokenizer": _pin_tokenizer,
}


def answer_message(message: Message) -> dict[str, Json]:
    """Answer one request with ``{"ok": …}`` or ``{"error": {code, detail, …}}``."""
    try:
        with translate_disk_errors(is_kept=False):
            return {"ok": _HANDLERS[message["question"]](message["request"])}
    except MiStudioError as error:
        return {"error": to_error_record(error)}


def serve(requests: BinaryIO, answers: BinaryIO, *, answer: Answerer = answer_message) -> None:
    """Answer ``requests`` until they end, each as soon as it is done; a crash is answered with ``{"defect": id}``."""
    write_lock = threading.Lock()

    def encode_answer(message: Message) -> bytes:
        return json.dumps(answer(message)).encode()

    def send(done: "Future[bytes]", *, number: int) -> None:
        failure = done.exception()
        line = done.result() if failure is None else json.dumps({"defect": _log_defect(failure)}).encode()
        with write_lock:
            answers.write(b"%d %b\n" % (number, line))
            answers.flush()

    pool = ThreadPoolExecutor(_THREADS)
    for line in requests:
        message = json.loads(line)
        pool.submit(encode_answer, message).add_done_callback(partial(send, number=message["id"]))


def _log_defect(failure: BaseException) -> str:
    """Log a defect of this program and return its correlation id."""
    correlation_id = uuid4().hex
    log.error("planning crashed, correlation_id=%s", correlation_id, exc_info=failure)
    return correlation_id


def main() -> None:
    """Serve on the standard streams; what libraries print goes to standard error."""
    # Ctrl-C and a service manager's stop are for the server; this process ends with the pipe.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    configure_logging(InheritedLogSettings.from_environment())
    for name in _PRELOADED:
        importlib.import_module(name)
    serve(sys.stdin.buffer, answers)
    # Nobody reads the answers of threads that still wait for the Hub.
    os._exit(0)


if __name__ == "__main__":
    main()
