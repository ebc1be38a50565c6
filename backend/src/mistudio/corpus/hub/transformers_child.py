"""Load a tokenizer with transformers, in a process of its own and without remote code.

The request on standard input is JSON: ``folder``, and ``texts`` to encode. The answer on standard output is ``made_by``
with ``tokenizer`` (a tokenizer.json) and ``ids`` (one list per text), or ``error``. The process needs no network.
"""

import json
import os
import sys
from typing import Any, Final

# What transformers raises for files that it cannot load; anything else is a defect, and ends with a traceback.
_REFUSALS: Final = (OSError, ValueError, TypeError, KeyError, AttributeError, ImportError, RuntimeError, IndexError)


def answer_request(request: dict[str, Any]) -> dict[str, Any]:  # JSON
    """Return the answer to one request."""
    import transformers

    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(request["folder"], trust_remote_code=False)
    except _REFUSALS as error:
        lines = str(error).strip().splitlines()
        return {"error": lines[0] if lines else type(error).__name__}
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return {"error": f"{type(tokenizer).__name__} is not based on the library tokenizers"}
    return {
        "made_by": f"transformers {transformers.__version__} ({type(tokenizer).__name__})",
        "tokenizer": "" if request["texts"] else backend.to_str(),
        "ids": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]],
    }


def main() -> None:
    """Answer the request on standard input; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    json.dump(answer_request(json.load(sys.stdin)), answers)
    answers.close()


if __name__ == "__main__":
    main()
