"""What requirements/action.txt installs is enough for the Action, and is no more than it needs."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from clean_environment import ROOT, make_environment

ROOTS = ("bot.action.__main__", "bot.action.compile_templates")
PROGRAM = """\
import importlib, importlib.util, sys
from bot.curriculum.importer.repair import repair
from bot.github.connection import Connection
from bot.github.repository_client import RepositoryClient
RepositoryClient(Connection(repository="a/b", token="token"))._pygithub()
print(ascii(repair("caf\\u00c3\\u00a9".encode(), name="a.md").text))
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
LEFT_OUT = {
    "annotated-doc", "anyio", "cffi", "cryptography", "pycparser", "pygments", "pynacl",
    "shellingham", "typer", "tzlocal", "wcwidth",
}  # fmt: skip


def test_it_runs_all_that_the_action_may_load(tmp_path: Path) -> None:
    names = loaded() - set(ROOTS)
    assert {"github.Issue", "pydantic", "bot.action.run", "bot.sync.apply"} <= names
    python = make_environment(tmp_path / "environment", "action") / "python"
    ran = subprocess.run(
        [python, "-c", PROGRAM, *sorted(names)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (ran.stdout, ran.returncode) == ("'caf\\xe9'\n", 0), ran.stderr


def test_what_the_action_never_calls_is_not_installed() -> None:
    locked = (ROOT / "requirements/action.txt").read_text()
    assert LEFT_OUT.isdisjoint(line.partition("==")[0] for line in locked.split("\n"))


def test_it_loads_nothing_of_the_folders_that_action_yml_leaves_out() -> None:
    removed = re.findall(r'"\$site/bot/(server|cli|assistant)"', (ROOT / "action.yml").read_text())
    assert removed == ["server", "cli", "assistant"]
    away = tuple(f"bot.{folder}" for folder in removed)
    assert [name for name in loaded() if name.startswith(away)] == []


def loaded() -> set[str]:
    """The modules that the Action may load: what ours import, inside functions too."""
    found: set[str] = set()
    left = set(ROOTS)
    while left:
        name = left.pop()
        found.add(name)
        if file := source(name):
            left |= {one for one in imports(ast.parse(file.read_text("utf-8"))) if one not in found}
    return {name for name in found if source(name) or not name.startswith("bot")}


def source(name: str) -> Path | None:
    """The file of a module of ours."""
    place = ROOT.joinpath(*name.split("."))
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in files if name.startswith("bot") and file.exists()), None)


def imports(node: ast.AST) -> Iterator[str]:
    """The modules that are imported at run time below a node; a name of ours may be one, too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.ImportFrom) and child.module:
            yield child.module
            if child.module.startswith("bot"):
                yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        yield from imports(child)
