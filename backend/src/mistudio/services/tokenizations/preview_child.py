"""The process that makes previews: reads requests from its standard input, one a line, and answers each with a line.

It keeps a few tokenizers loaded, because people try one text after another. A text or tokenizer that takes it too long
ends this process, not the server.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final

from cachetools import LRUCache

from mistudio.core.child_environment import InheritedLogSettings
from mistudio.core.error_records import to_error_record
from mistudio.core.errors import Json, MiStudioError
from mistudio.core.logging import configure_logging
from mistudio.corpus.hub.tokenizer_files import TokenizerSource, find_files
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, read_tokenizer
from mistudio.schemas.tokenizer import PreviewRequest
from mistudio.services.tokenizations.token_views import make_preview

_MOST_LOADED: Final = 2

Tokenizers = LRUCache[tuple[TokenizerSource, str], LoadedTokenizer]


def answer_message(message: dict[str, Any], loaded: Tokenizers) -> dict[str, Json]:
    """Answer a request with ``{"ok": preview}`` or ``{"error": …}``."""
    try:
        source = TokenizerSource(message["tokenizer"], message["revision"])
        files = find_files(source, token=None, cache_dir=Path(message["cache_dir"]), root=Path(message["data_dir"]))
        # A local file may have changed: it is read each time, and loaded again only then.
        key = (source, files.digest if source.is_local else "")
        if key not in loaded:
            loaded[key] = read_tokenizer(files)
        preview = make_preview(loaded[key], PreviewRequest.model_validate(message["request"]))
        return {"ok": preview.model_dump(mode="json")}
    except MiStudioError as error:
        return {"error": to_error_record(error)}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until they end."""
    loaded: Tokenizers = LRUCache(_MOST_LOADED)
    for line in requests:
        answers.write(json.dumps(answer_message(json.loads(line), loaded)).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Serve on the standard streams; what libraries print goes to standard error."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    configure_logging(InheritedLogSettings.from_environment())
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
