"""No test and no part of the program reads the real date without saying why it may.

A test that does is green on some days only. Where it must, "real clock:" and the reason stand in a
comment on the line or the one before.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLOCKS = {
    "bot/clock.py",
    "github-sandbox/github_sandbox/state/clock.py",
}  # the program's and the sandbox's
READS = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "time": {"ctime", "gmtime", "localtime", "time", "time_ns"},
}
FOLDERS = ("tests", "bench", "bot", "github-sandbox")
REASON = "# real clock: "


def reads(source: str) -> Iterator[int]:
    """Yield the line of each read of the real date for which no reason is given."""
    lines = ["", *source.split("\n")]
    for node in ast.walk(ast.parse(source)):
        if _reads(node) and not any(REASON in line for line in _around(lines, node)):
            yield node.lineno  # type: ignore[attr-defined] # what reads has a line


def _around(lines: list[str], node: ast.AST) -> list[str]:
    at: int = node.lineno  # type: ignore[attr-defined] # what reads has a line
    return lines[at - 1 : at + 1]


def _reads(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="utc_now", ctx=ast.Load()):
            return True
        case ast.Attribute(attr=name, value=ast.Name(id=owner) | ast.Attribute(attr=owner)):
            return name in READS.get(owner, ())
        case ast.ImportFrom(module="time", names=names):
            return any(imported.name in READS["time"] for imported in names)
    return False


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_real_date_is_read_with_a_reason(folder: str) -> None:
    found = []
    for file in sorted((ROOT / folder).rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        source = file.read_text(encoding="utf-8")
        if folder == "bot":  # where `utc_now` is the default of an argument
            source = source.replace("utc_now", "clock")
        if name not in CLOCKS:
            found += [f"{name}:{line}" for line in reads(source)]
    assert found == [], f"Take a clock as an argument, or say why not: {REASON}REASON"


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "datetime.utcnow()",
        "date.today()",
        "dt.date.today()",
        "time.time()",
        "clock = time.time",
        "time.localtime()",
        "from time import time",
        "run(clock=utc_now)",
        "first = 1\nday = date.today()",
    ],
)
def test_such_reads_are_found(source: str) -> None:
    assert list(reads(source)) == [source.count("\n") + 1]


@pytest.mark.parametrize(
    "source",
    [
        "time.monotonic()",
        "world.clock.now()",
        "datetime.now(UTC)  # real clock: OpenSSL does, too",
        "# real clock: OpenSSL does, too\ndatetime.now(UTC)",
        "from bot.clock import utc_now",
    ],
)
def test_and_these_may_be(source: str) -> None:
    assert list(reads(source)) == []
