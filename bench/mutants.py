"""Measures whether the tests notice small wrong changes of the code, in a sample chosen by a seed.

Run by `make mutants`, or for one room: `make mutants ROOM=planning COUNT=20 SEED=7`. One run of the
tests notes which of them run which line. Then each change is made alone, in a copy of the tree, and
the tests that run its line are tried until one fails, those that run least first; at last the type
checker. What does not end counts as a failure. What survives is printed as a line before and after;
a reader says whether it changes anything that a person could see.
"""

import argparse
import ast
import copy
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).parents[1]
TIMEOUT = 3_600  # seconds that a run of tests may take
# Whole processes, whose lines no test is noted for, and what measures or takes minutes.
LEFT_OUT = ("attack", "chaos", "e2e", "upgrade")
PYTEST = ("pytest", "-q", "-p", "no:cacheprovider")
FEW = 20  # tests that are not worth a second process
OPPOSITES = ("Lt LtE", "Gt GtE", "Eq NotEq", "In NotIn", "Is IsNot", "Add Sub", "Mult Div")
OPERATORS = {
    getattr(ast, one): getattr(ast, other)
    for pair in map(str.split, OPPOSITES)
    for one, other in (pair, pair[::-1])
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "ceil": "round"}
SILENT = (ast.JoinedStr, ast.Raise)  # what they hold is told, not decided
UNTRIED = {"annotation", "returns", "decorator_list", "bases", "format_spec"}


@dataclass(frozen=True)
class Mutant:
    """One changed expression or statement of a file, from `start` to `end` in its bytes."""

    path: str
    statement: int  # the first line of the statement that it is part of
    line: int
    start: int
    end: int
    new: str

    def apply(self, text: bytes) -> bytes:
        """Return the file with the change."""
        return text[: self.start] + self.new.encode() + text[self.end :]


def mutants(path: str, text: bytes) -> list[Mutant]:
    """Return every change that there is for a file, in its order."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, statement in _nodes(ast.parse(text)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        found += [Mutant(path, statement, node.lineno, start, end, new) for new in _changed(node)]
    return sorted(found, key=lambda one: (one.start, one.end, one.new))


def _nodes(node: ast.AST, statement: int = 0) -> Iterator[tuple[ast.expr | ast.stmt, int]]:
    """Yield what may be changed, with the line of its statement: no texts, types, decorators."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, SILENT) and name not in UNTRIED:
                first = child.lineno if isinstance(child, ast.stmt) else statement
                if isinstance(child, ast.expr | ast.stmt):
                    yield child, first
                yield from _nodes(child, first)


def _changed(node: ast.expr | ast.stmt) -> Iterator[str]:
    """Yield the ways to write this node wrongly."""
    other = copy.deepcopy(node)
    match other:
        case ast.Compare(ops=[op]) if type(op) in OPERATORS:
            other.ops = [OPERATORS[type(op)]()]
            yield f"({ast.unparse(other)})"
        case ast.BoolOp(values=values):
            for left_out in range(len(values)):
                other.values = values[:left_out] + values[left_out + 1 :]
                yield f"({ast.unparse(other if len(values) > 2 else other.values[0])})"
        case ast.UnaryOp(op=ast.Not()):
            yield f"({ast.unparse(other.operand)})"
        case ast.BinOp(op=op) if type(op) in OPERATORS and not _is_text(other):
            other.op = OPERATORS[type(op)]()
            yield f"({ast.unparse(other)})"
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value)):
            yield f"({value + 1})"
        case ast.IfExp():
            yield from (f"({ast.unparse(other.body)})", f"({ast.unparse(other.orelse)})")
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            other.func = ast.Name(CALLS[name])
            yield ast.unparse(other)
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue():
            yield "pass"


def _is_text(node: ast.BinOp) -> bool:
    ends = [getattr(x, "value", getattr(x, "values", 0)) for x in (node.left, node.right)]
    return any(isinstance(x, str | list) for x in ends)  # a list is the parts of an f-string


class CoveringTests:
    """Which tests run a line: measured once, by all tests of the tree."""

    def __init__(self, tree: Path) -> None:
        ignored = [f"--ignore=tests/{folder}" for folder in LEFT_OUT]
        measured = ("coverage", "run", "--rcfile=bench/coverage.toml", "-m", *PYTEST, "-n", "auto")
        plugin = ("-p", "bench.coverage_contexts")
        # Measured, everything takes twice as long: what fails by that is left out.
        output = _failure(tree, *measured, "--maxfail=10", *plugin, *ignored, "tests")
        failed = set(re.findall(r"^FAILED ([^\s\[]+)", output, re.MULTILINE))
        if output and not 0 < len(failed) < 10:
            sys.exit(f"The tests fail without any change: {output}")
        self._left_out = {"", *failed}
        _failure(tree, "coverage", "combine", "--rcfile=bench/coverage.toml")
        data = CoverageData(str(tree / ".coverage"))
        data.read()
        files = {Path(name).relative_to(tree).as_posix(): name for name in data.measured_files()}
        self._tests = {path: data.contexts_by_lineno(name) for path, name in files.items()}
        self._lines = Counter(
            test for lines in self._tests.values() for tests in lines.values() for test in tests
        )

    def of(self, mutant: Mutant) -> list[str]:
        """Return the tests that run it (or its module, at import), those that run least first."""
        lines = self._tests.get(mutant.path, {})
        found: set[str] = set()
        for line in range(mutant.line, mutant.statement - 1, -1):
            found = found or set(lines.get(line, ())) - self._left_out
        found = found or {test for tests in lines.values() for test in tests} - self._left_out
        return sorted(found, key=lambda test: (self._lines[test], test))


def noticed(tree: Path, mutant: Mutant, tests: list[str]) -> str:
    """Return what failed with the change, of these tests and the type checker; "" if nothing."""
    file = tree / mutant.path
    text = file.read_bytes()
    few, many = tests[:FEW], tests[FEW:]
    file.write_bytes(mutant.apply(text))
    try:
        return (
            (few and _failure(tree, *PYTEST, "-x", *few))
            or (many and _failure(tree, *PYTEST, "-x", "-n", "auto", *many))
            or _failure(tree, "mypy", "bot")
        )
    finally:
        file.write_bytes(text)


def _failure(tree: Path, *command: str) -> str:
    """Run a module of Python there; return how it failed, or ""."""
    paths = os.pathsep.join(map(str, (tree, tree / "github-sandbox")))
    try:
        subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=True,
            timeout=TIMEOUT,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return f"{error}\n{(error.stdout or b'').decode()[-2_000:]}"
    return ""


def main() -> None:
    """Print survivors and the table by room; exit with 1 when more survive than `--most`."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--room", help="a folder of bot/")
    parser.add_argument("--minutes", type=float, default=300, help="begin no further one after it")
    parser.add_argument("--most", type=float, default=0.1, help="share that may survive")
    options = parser.parse_args()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    files = [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]
    room = f"bot/{options.room}/" if options.room else "bot/"
    modules = [name for name in files if name.startswith(room) and name.endswith(".py")]
    every = [one for name in modules for one in mutants(name, (ROOT / name).read_bytes())]
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))
    began, tried, survived = time.monotonic(), Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, tree], check=True)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        for name in files:
            shutil.copy2(ROOT / name, tree / name)
        covering = CoveringTests(tree)
        for mutant in chosen:
            if time.monotonic() > began + 60 * options.minutes:
                break
            room = mutant.path.split("/")[1]
            tried[room] += 1
            if not noticed(tree, mutant, covering.of(mutant)):
                survived[room] += 1
                text = (ROOT / mutant.path).read_bytes()[mutant.start : mutant.end].decode()
                print(f"{mutant.path}:{mutant.line}")
                print(f"  - {' '.join(text.split())}\n  + {mutant.new}", flush=True)
    print(f"\nSeed {options.seed}; {len(every):,} changes are possible.\n")
    print("| room | changes | not noticed |\n|---|---:|---:|")
    for room in sorted(tried):
        print(f"| {room} | {tried[room]} | {survived[room]} |")
    print(f"| all | {tried.total()} | {survived.total()} |")
    sys.exit(survived.total() > options.most * tried.total())


if __name__ == "__main__":
    main()
