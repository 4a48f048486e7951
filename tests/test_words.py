"""Names: technical nouns that people grep for, one class for each class name, nothing twice."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_EQUAL_LINES = 9  # in a row, in two places

# Metaphors, past participles as nouns and verbs as nouns, each with what to say instead.
BANNED = {
    "agenda": "job_table, jobs",
    "asked": "requested, or what it is: command, query",
    "book": "rate_limit_state, or the table's name",
    "books": "the plural of what is meant",
    "deed": "command",
    "deeds": "commands",
    "door": "endpoint",
    "hands": "worker",
    "hear": "receive, observe",
    "heap": "queue, backlog",
    "heard": "received, observed",
    "house": "scenario",
    "knock": "send_load, request",
    "knocker": "load connection",
    "knocking": "webhook_load",
    "kept": "stored, cached, remaining",
    "lane": "rate_limited_client",
    "letter": "character",
    "letters": "text_width, characters",
    "lively": "random learner",
    "look": "sync, load, check, attempt",
    "looked": "result, synced",
    "looks": "jobs, syncs",
    "mended": "repaired",
    "said": "text, message, values",
    "say": "print, write, comment",
    "says": "contains",
    "shelf": "page_cache",
    "spoken": "readable, named",
    "tell": "print, report, on_event",
    "tended": "synced",
    "tending": "sync_repository",
    "told": "reported, stated, detail, output",
    "town": "server_fixture",
    "twin": "duplicate",
    "twins": "duplicates",
    "waking": "startup",
    "weather": "faults",
    "wish": "request, due job",
    "wished": "requested, configured",
    "wishes": "requests",
}

# Identifiers that have such a word all the same, and why.
ALLOWED = {
    "BOOK": "a kind of resource in a curriculum: a real book",
    "book_resources": "real books, in a guide's section on them",
}

# Public class names that more than one module of bot/ has, and why.
SHARED_NAMES: dict[str, str] = {}


def python_files(*folders: str) -> Iterator[Path]:
    """Yield the Python files below these folders of the project, in order.

    Those that run with the program of another commit use its names, and are left out.
    """
    for folder in folders:
        yield from (f for f in sorted((ROOT / folder).rglob("*.py")) if "e415165" not in f.parts)


@cache
def tree_of(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_bytes())


def words_of(identifier: str) -> list[str]:
    """Split `snake_case` and `CamelCase` into words in lower case."""
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)]


def identifiers(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of what a file defines; names of tests are sentences and left out."""
    yield 0, file.stem if not file.stem.startswith("test_") else ""
    for node in ast.walk(tree_of(file)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not name.startswith("test_"):
                    yield node.lineno, name
            case ast.ClassDef(name=name):
                if not name.startswith("Test"):
                    yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield node.lineno, name


@pytest.mark.parametrize("folder", ["bot", "tests", "bench"])
def test_no_name_has_a_banned_word(folder: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line} {name} (instead of '{word}': {BANNED[word]})"
        for file in python_files(folder)
        for line, name in identifiers(file)
        if name not in ALLOWED
        for word in words_of(name)
        if word in BANNED
    ]
    assert not found, "\n" + "\n".join(found)


def test_every_exception_is_needed() -> None:
    names = {name for f in python_files("bot", "tests", "bench") for _, name in identifiers(f)}
    assert set(ALLOWED) <= names


def test_one_class_name_is_one_class() -> None:
    places = defaultdict(list)
    for file in python_files("bot"):
        for node in tree_of(file).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(file.relative_to(ROOT)))
    shared = {name: files for name, files in places.items() if len(files) > 1}
    assert set(shared) == set(SHARED_NAMES), shared


def test_no_run_of_ten_lines_stands_twice() -> None:
    seen: dict[tuple[str, ...], str] = {}
    twice = []
    for file in python_files("bot"):
        if "migrations" in file.parts:
            continue  # a migration is a copy of the tables of its day, and never changes
        lines = [(n, t) for n, t in code_lines(file) if t]
        for start in range(len(lines) - MOST_EQUAL_LINES):
            run = tuple(text for _, text in lines[start : start + MOST_EQUAL_LINES + 1])
            here = f"{file.relative_to(ROOT)}:{lines[start][0]}"
            if run in seen:
                twice.append(f"{here} is {seen[run]}")
            seen.setdefault(run, here)
    assert not twice, "\n" + "\n".join(twice)


def code_lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield number and stripped text of each line that is no import."""
    imports = {
        line
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if number not in imports:
            yield number, text.strip()
