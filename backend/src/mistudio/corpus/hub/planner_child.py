"""The planner's child: reads requests from its standard input, one JSON line each, and answers on its standard output.

An answer is a line, too: the request's number, a blank, and JSON, so that large ones can be told apart unread.

Each request has its own thread, so that a slow Hub holds up nobody else; the token comes through the pipe and goes
nowhere. When the pipe closes, its parent is gone, and it ends at once.
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

from mistudio.core.errors import Json, MiStudioError
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import PinnedTokenizer, PlanRequest, TokenizerRequest

log = logging.getLogger(__name__)

_THREADS: Final = 16
# Brought in by the main thread before any request: of two threads that import at once, one may see half a library.
_NEEDED: Final = ("mistudio.corpus.hub.plan", "datasets.load", "datasets.data_files", "datasets.exceptions")


Message = Mapping[str, Any]  # JSON of any kind
Answering = Callable[[Message], Mapping[str, object]]


def _inspect(request: Message) -> dict[str, Json]:
    from mistudio.corpus.hub.plan import inspect

    return as_json(inspect(from_json(PlanRequest, request)))


def _plan(request: Message) -> dict[str, Json]:
    from mistudio.corpus.hub.plan import make_plan

    return as_json(make_plan(from_json(PlanRequest, request)))


def _tokenizer(request: Message) -> dict[str, Json]:
    from mistudio.corpus.hub.tokenizer_files import TokenizerSource, find_files

    asked = from_json(TokenizerRequest, request)
    cache = Path(asked.cache_dir)
    files = find_files(TokenizerSource(asked.name, asked.revision), token=asked.token, cache_dir=cache, root=cache)
    return as_json(PinnedTokenizer(files.name, files.commit or ""))


_ANSWERS: Final[Mapping[str, Callable[[Message], dict[str, Json]]]] = {
    "inspect": _inspect,
    "plan": _plan,
    "tokenizer": _tokenizer,
}


def answer(message: Message) -> dict[str, Json]:
    """The answer to one message: ``{"ok": …}`` or ``{"error": {code, detail, retry_after, extra}}``."""
    try:
        return {"ok": _ANSWERS[message["question"]](message["request"])}
    except MiStudioError as error:
        return {
            "error": {
                "code": error.code,
                "detail": error.detail,
                "retry_after": error.retry_after,
                "extra": error.extra,
            }
        }


def serve(requests: BinaryIO, answers: BinaryIO, *, answering: Answering = answer) -> None:
    """Answer until ``requests`` ends, each in its own time; whatever crashes is answered, too."""
    writing = threading.Lock()

    def work_out(message: Message) -> bytes:
        return json.dumps(answering(message)).encode()

    def send(done: "Future[bytes]", *, number: int) -> None:
        failure = done.exception()
        told = done.result() if failure is None else json.dumps({"defect": _logged(failure)}).encode()
        with writing:
            answers.write(b"%d %b\n" % (number, told))
            answers.flush()

    pool = ThreadPoolExecutor(_THREADS)
    for line in requests:
        message = json.loads(line)
        pool.submit(work_out, message).add_done_callback(partial(send, number=message["id"]))


def _logged(failure: BaseException) -> str:
    """The correlation id under which the log has a defect of ours."""
    correlation_id = uuid4().hex
    log.error("planning crashed, correlation_id=%s", correlation_id, exc_info=failure)
    return correlation_id


def main() -> None:
    """Serve on the standard streams; whatever a library prints goes to standard error."""
    # Ctrl-C and a service manager's stop are for the server; the pipe's end is what ends this process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for name in _NEEDED:
        importlib.import_module(name)
    serve(sys.stdin.buffer, answers)
    # Threads that still wait for the Hub have nobody left to answer.
    os._exit(0)


if __name__ == "__main__":
    main()
