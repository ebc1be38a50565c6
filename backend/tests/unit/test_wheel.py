"""What the wheel asks pip for: the locked versions, and nothing that may break them."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

BACKEND = Path(__file__).parents[2]


def next_breaking(version: Version) -> Version:
    """The first version after this one that may break what worked: the next major, before 1.0 the next minor one."""
    return Version(f"0.{version.minor + 1}") if version.major == 0 else Version(str(version.major + 1))


def test_a_dependency_ends_before_the_version_that_may_break_it() -> None:
    """Counted from the locked version, which the tests ran with; that one is allowed."""
    project = tomllib.loads((BACKEND / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (BACKEND / "requirements.lock").read_text(encoding="utf-8")
    locked: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", lines, re.MULTILINE):
        locked.setdefault(name, []).append(Version(version))
    for requirement in map(Requirement, project["dependencies"]):
        newest = max(locked[requirement.name.lower().replace("_", "-")])
        assert newest in requirement.specifier, requirement
        bounds = [Version(part.version) for part in requirement.specifier if part.operator == "<"]
        assert [next_breaking(newest)] == bounds, requirement
