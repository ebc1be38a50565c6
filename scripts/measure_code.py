"""Measures the lengths of modules and functions, and fails when one of them breaks a limit of CONTRIBUTING.md.

``ast`` parses Python; frontend/scripts/list_functions.mjs parses TypeScript with the front end's compiler. A nested
function counts on its own and as a part of the outer one. Tests are not measured. React components are mostly markup:
they are listed apart, may be as long as any function, and do not count for the 90th percentile.
"""

import argparse
import ast
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_MODULE_LINES = 250
MOST_FUNCTION_LINES = 60
MOST_P90_LINES = 15
LANGUAGES = {"Python": ("backend/src", "bench", "scripts"), "TypeScript": ("frontend/src", "e2e")}
ENDINGS = {"Python": (".py",), "TypeScript": (".ts", ".tsx")}
GENERATED = (".gen.ts",)
TESTS = (".test.ts", ".test.tsx", ".spec.ts")
# Installed packages, test support, and what builds, tests and benchmarks write.
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "data", "web", "test", "test-results", "playwright-report"}
HEADER = """|  | modules | longest | functions | p50 | p90 | longest | components | p50 | p90 | longest |
|---|---|---|---|---|---|---|---|---|---|---|
"""
# Tables: one entry after another, without logic that could be divided.
EXEMPT = {"e2e/design/figures.ts"}


@dataclass(frozen=True)
class Function:
    """A function, and the number of lines from its first to its last."""

    file: str
    line: int
    name: str
    lines: int
    is_component: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name}: {self.lines} lines"


@dataclass(frozen=True)
class Measurement:
    """Modules with their number of lines, and the functions in them."""

    name: str
    modules: dict[str, int]
    functions: list[Function]

    def lengths(self, *, of_components: bool = False) -> list[int]:
        """Return the lengths of the functions, or of the components, the shortest first."""
        return sorted(function.lines for function in self.functions if function.is_component == of_components)

    def row(self) -> str:
        """Return the figures as a row of a Markdown table."""
        figures = [len(self.modules), max(self.modules.values(), default=0)]
        for of_components in (False, True):
            lengths = self.lengths(of_components=of_components)
            figures += [len(lengths), *(percentile(lengths, share) for share in (0.5, 0.9, 1.0))]
        return f"| {self.name} | {' | '.join(map(str, figures))} |"

    def faults(self) -> Iterator[str]:
        """Yield a sentence for each limit that is broken."""
        for file, lines in self.modules.items():
            if lines > MOST_MODULE_LINES and file not in EXEMPT:
                yield f"{file}: {lines} lines, more than {MOST_MODULE_LINES}."
        for function in self.functions:
            if function.lines > MOST_FUNCTION_LINES and function.file not in EXEMPT:
                yield f"{function}, more than {MOST_FUNCTION_LINES}."
        if (p90 := percentile(self.lengths(), 0.9)) > MOST_P90_LINES:
            yield f"{self.name}: the 90th percentile of function lengths is {p90} lines, more than {MOST_P90_LINES}."


def main() -> int:
    """Print the figures and every broken limit; the exit code is 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder to measure instead of this repository")
    root: Path = parser.parse_args().root.resolve()
    sys.stdout.write(HEADER)
    faults = [fault for language in LANGUAGES for fault in report(root, language)]
    sys.stdout.write("\n" + "\n".join(faults or ["No limit is broken."]) + "\n")
    return 1 if faults else 0


def report(root: Path, language: str) -> list[str]:
    """Print a row for each folder of a language and one for all; return the broken limits."""
    parts = [measure(root, folder, language) for folder in LANGUAGES[language]]
    modules = {file: lines for part in parts for file, lines in part.modules.items()}
    total = Measurement(language, modules, [function for part in parts for function in part.functions])
    sys.stdout.writelines(f"{measurement.row()}\n" for measurement in (total, *parts))
    return list(total.faults())


def measure(root: Path, folder: str, language: str) -> Measurement:
    """Measure the modules of one folder."""
    files = sorted(str(path.relative_to(root)) for path in modules_in(root / folder, ENDINGS[language]))
    lines = {file: len((root / file).read_text("utf-8").splitlines()) for file in files}
    return Measurement(folder, lines, FUNCTIONS[language](root, files))


def modules_in(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """Yield the modules of a folder, without tests and generated ones."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            if path.name not in SKIPPED_FOLDERS:
                yield from modules_in(path, endings)
        elif path.name.endswith(endings) and not path.name.endswith((*GENERATED, *TESTS)):
            yield path


def python_functions(root: Path, files: list[str]) -> list[Function]:
    """Return the functions and methods of Python modules."""
    trees = {file: ast.parse((root / file).read_text("utf-8"), file) for file in files}
    return [
        Function(file, node.lineno, node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def typescript_functions(root: Path, files: list[str]) -> list[Function]:
    """Return the functions of TypeScript modules; needs Node and the front end's packages unless there are none."""
    if not files:
        return []
    command = ["node", str(ROOT / "frontend" / "scripts" / "list_functions.mjs"), *files]
    output = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout
    return [Function(*function) for function in json.loads(output)]


def percentile(lengths: list[int], share: float) -> int:
    """Return the length that ``share`` of the sorted lengths do not exceed; 0 if there are none."""
    return lengths[math.ceil(share * len(lengths)) - 1] if lengths else 0


FUNCTIONS: dict[str, Callable[[Path, list[str]], list[Function]]] = {
    "Python": python_functions,
    "TypeScript": typescript_functions,
}

if __name__ == "__main__":
    sys.exit(main())
