"""The planner's child process: its answers on the pipe, and its end."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping

from fakes.timing import TIMEOUT, block_until
from mistudio.core.records import as_json
from mistudio.corpus.hub.plan_types import PlanRequest
from mistudio.corpus.hub.planner_child import answer_message, serve


def test_an_answer_that_json_lacks_is_a_defect() -> None:
    """The answer has the id under which the log has the defect; other requests are answered."""
    answers = io.BytesIO()
    requests = [b'{"id": 7, "is": "wrong"}\n', b'{"id": 8, "is": "right"}\n', b'{"id": 9}\n']

    def answer(message: Mapping[str, object]) -> Mapping[str, object]:
        return {"ok": object() if message["is"] == "wrong" else {}}

    serve(io.BytesIO(b"".join(requests)), answers, answer=answer)

    block_until(lambda: answers.getvalue().count(b"\n") == 3)
    found = {line[:2]: json.loads(line[2:]) for line in answers.getvalue().splitlines()}
    assert {"ok": {}} == found[b"8 "]
    assert [32, 32] == [len(found[number]["defect"]) for number in (b"7 ", b"9 ")]


def test_an_error_is_answered_with_its_code_and_text() -> None:
    """An invalid name needs no Hub."""
    answer = answer_message({"question": "plan", "request": as_json(PlanRequest("ada/../tales"))})

    error = answer["error"]
    assert isinstance(error, dict)
    assert ("validation_error", None, {}) == (error["code"], error["retry_after"], error["extra"])
    assert "ada/../tales" in str(error["detail"])


def test_the_child_ends_with_its_parent() -> None:
    """Its pipe closes, and it ends, even while it starts."""
    child = subprocess.Popen([sys.executable, "-m", "mistudio.corpus.hub.planner_child"], stdin=subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.close()

    assert child.wait(timeout=TIMEOUT) == 0
