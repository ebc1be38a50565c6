"""What ``make measure-code`` finds too long."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def measure(root: Path, **modules: list[str]) -> tuple[int, str]:
    """The exit code and the output for a tree with these modules, each named by its path with ``__`` for ``/``."""
    for name, lines in modules.items():
        path = root / f"{name.replace('__', '/')}.{'py' if name.startswith('bench') else 'ts'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "measure_code.py"), "--root", str(root)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def function(name: str, lines: int) -> list[str]:
    """A Python function of so many lines."""
    return [f"def {name}():", *["    pass"] * (lines - 1)]


def test_code_within_the_limits_passes(tmp_path: Path) -> None:
    """A module of 250 lines and a function of 60 among short ones break no limit."""
    short = [line for number in range(19) for line in function(f"short_{number}", 10)]
    code, output = measure(tmp_path, bench__long=[*short, *function("longest", 60)])
    assert (0, True) == (code, "No limit is broken." in output)
    assert "| bench | 1 | 250 | 20 | 10 | 10 | 60 | 0 | 0 | 0 | 0 |" in output


def test_a_long_module_and_a_long_function_are_named(tmp_path: Path) -> None:
    """Each is named with its place and length, and the exit code is 1."""
    code, output = measure(tmp_path, bench__module=["x = 1"] * 251, bench__function=["", *function("long", 61)])
    assert code == 1
    assert "bench/module.py: 251 lines, more than 250." in output
    assert "bench/function.py:2 long: 61 lines, more than 60." in output


def test_many_functions_of_medium_length_break_a_limit(tmp_path: Path) -> None:
    """The 90th percentile of the lengths is at most 15."""
    code, output = measure(tmp_path, bench__ten=[line for name in "abcdefghij" for line in function(name, 16)])
    assert code == 1
    assert "Python: the 90th percentile of function lengths is 16 lines, more than 15." in output


def test_generated_modules_and_tests_are_not_measured(tmp_path: Path) -> None:
    """Their length is no fault."""
    long = ["export const x = 1;"] * 251
    modules = {"frontend__src__types__api.gen": long, "frontend__src__a.test": long, "frontend__src__test__b": long}
    code, _output = measure(tmp_path, **modules)
    assert code == 0


@pytest.mark.skipif(not (ROOT / "frontend/node_modules/typescript").is_dir(), reason="needs the front end's packages")
def test_every_kind_of_typescript_function_is_measured(tmp_path: Path) -> None:
    """Declarations, methods, callbacks and arrow functions count, but not an arrow function without braces."""
    body = ["  f();"] * 59
    lines = [
        *("export function declared() {", *body, "}"),
        *("const arrow = () => {", *body, "};"),
        *("class A {", "  method() {", *body, "  }", "}"),
        *("test('it', () => {", *body, "});"),
        "const short = () => 1;",
    ]
    code, output = measure(tmp_path, e2e__all=lines)
    assert code == 1
    assert "| e2e | 1 | 247 | 4 | 61 | 61 | 61 |" in output
    for place in ("1 declared", "62 arrow", "124 method", "186 argument of test"):
        assert f"e2e/all.ts:{place}: 61 lines, more than 60." in output
