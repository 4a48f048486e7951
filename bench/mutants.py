"""Measures whether the tests notice small wrong changes of the code, in a sample chosen by a seed.

Run by `make mutants`, or for one room: `make mutants ROOM=planning COUNT=20 SEED=7`. Each change is
made alone, in a copy of the tree. The tests of its room run until one fails: first the files that
name the changed module, then the others; at last the type checker. What does not end counts as a
failure. What survives is printed as a line before and after; a reader says whether it changes
anything that a person could see.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
TIMEOUT = 1_800  # seconds that the tests of one change may take
ROOMS = {
    "planning": ("tests/planning", "tests/sync"),
    "progress": ("tests/progress", "tests/reports", "tests/sync"),
    "reports": ("tests/reports", "tests/sync"),
    "sync": ("tests/sync", "tests/hostile", "tests/action"),
    "github": ("tests/github", "tests/hostile"),
    "curriculum": ("tests/curriculum", "tests/cli", "tests/hostile"),
    "server": ("tests/server", "tests/hostile"),
    "cli": ("tests/cli", "tests/docs"),
    "action": ("tests/action", "tests/docs"),
}
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
    for node in _nodes(ast.parse(text)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        found += [Mutant(path, node.lineno, start, end, new) for new in _changed(node)]
    return sorted(found, key=lambda one: (one.start, one.end, one.new))


def _nodes(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield what may be changed: no texts, no types, no decorators, no errors."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, SILENT) and name not in UNTRIED:
                yield from (child,) if isinstance(child, ast.expr | ast.stmt) else ()
                yield from _nodes(child)


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


def tests_of(tree: Path, path: str) -> list[list[str]]:
    """Return the test files of a module's room: those that name the module, then the others."""
    room, stem = path.split("/")[1], Path(path).stem
    found: dict[bool, list[str]] = {True: [], False: []}
    for file in (file for folder in ROOMS[room] for file in (tree / folder).glob("test_*.py")):
        is_near = stem in file.stem or f".{stem} import" in file.read_text()
        found[is_near].append(str(file.relative_to(tree)))
    return [sorted(files) for files in found.values() if files]


def noticed(tree: Path, mutant: Mutant) -> str:
    """Return what failed with the change, of the room's tests and the type checker; "" if none."""
    file = tree / mutant.path
    text = file.read_bytes()
    paths = os.pathsep.join(map(str, (tree, tree / "github-sandbox")))
    pytest = ("pytest", "-qx", "-n", "auto", "-p", "no:cacheprovider")
    commands = [*([*pytest, *files] for files in tests_of(tree, mutant.path)), ["mypy", "bot"]]
    file.write_bytes(mutant.apply(text))
    try:
        for command in commands:
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
    finally:
        file.write_bytes(text)
    return ""


def main() -> None:
    """Print survivors and the table by room; exit with 1 when more survive than `--most`."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--room", choices=ROOMS)
    parser.add_argument("--minutes", type=float, default=300, help="begin no further one after it")
    parser.add_argument("--most", type=float, default=0.1, help="share that may survive")
    options = parser.parse_args()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    files = [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]
    rooms = tuple(f"bot/{room}/" for room in ROOMS if options.room in {room, None})
    modules = [name for name in files if name.startswith(rooms) and name.endswith(".py")]
    every = [one for name in modules for one in mutants(name, (ROOT / name).read_bytes())]
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))
    began, tried, survived = time.monotonic(), Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, tree], check=True)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        for name in files:
            shutil.copy2(ROOT / name, tree / name)
        for mutant in chosen:
            if time.monotonic() > began + 60 * options.minutes:
                break
            room = mutant.path.split("/")[1]
            same = replace(mutant, end=mutant.start, new="")
            if not tried[room] and (error := noticed(tree, same)):
                sys.exit(f"The tests of {room} fail without any change: {error}")
            tried[room] += 1
            if not noticed(tree, mutant):
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
