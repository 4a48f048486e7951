"""What requirements/action.txt installs is enough for the Action, and has no cryptography."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from clean_environment import ROOT, make_environment

ROOTS = ("bot.action.__main__", "bot.action.compile_templates")
PROGRAM = """\
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from github import Auth, Github
Github(auth=Auth.Token("token"))
try:
    import cryptography
except ModuleNotFoundError:
    print("none")
"""


def test_it_loads_all_that_the_action_imports_without_cryptography(tmp_path: Path) -> None:
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
    assert (ran.stdout, ran.returncode) == ("none\n", 0), ran.stderr


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
