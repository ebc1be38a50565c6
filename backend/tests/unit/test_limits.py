"""docs/limits.md has a row for each route."""

import re
from pathlib import Path

from mistudio.core.config import Settings
from mistudio.main import create_app

PAGE = Path(__file__).parents[3] / "docs" / "limits.md"


def test_each_route_has_a_row_with_its_bounds(tmp_path: Path) -> None:
    """No row is of a route that is not there, and none leaves a bound out."""
    document = create_app(Settings(data_dir=tmp_path)).openapi()
    routes = [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]
    rows = re.findall(r"^\| `([A-Z]+ /\S+)` \| (.+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(routes) == sorted(route for route, _answer, _cost in rows)
    assert all(answer.strip() and cost.strip() for _route, answer, cost in rows)
