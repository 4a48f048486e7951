"""README and reference are true: their code runs, and their tables hold all there is."""

import inspect
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from github_sandbox import __main__, control, pytest_plugin
from github_sandbox.server import Sandbox
from github_sandbox.state.faults import KINDS, Fault

HERE = Path(__file__).parents[1]
README = (HERE / "README.md").read_text(encoding="utf-8")
REFERENCE = (HERE / "REFERENCE.md").read_text(encoding="utf-8")


def run(*arguments: str, folder: Path) -> str:
    """What a Python of its own prints; the test fails with its errors when it does."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", *arguments], cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def first_column(page: str, heading: str) -> list[str]:
    """The codes in the first column of the first table below a heading's row."""
    rows = page[page.index(f"| {heading} |") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_a_project_that_installs_it_uses_the_fixture(tmp_path: Path) -> None:
    quick_start, _ = re.findall(r"^```python\n(.+?)^```", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_quick_start.py").write_text(quick_start)
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", folder=tmp_path)
    assert "1 passed" in ran


def test_the_example_in_python_runs(tmp_path: Path) -> None:
    _, example = re.findall(r"^```python\n(.+?)^```", README, re.MULTILINE | re.DOTALL)
    assert "/api/v3" in run("-c", example, folder=tmp_path)


def test_pytest_loads_nothing_heavy_where_no_fixture_is_used(tmp_path: Path) -> None:
    program = (
        "import sys; before = set(sys.modules); import github_sandbox.pytest_plugin;"
        "print({name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    loaded = run("-c", program, folder=tmp_path)
    assert not re.search("fastapi|starlette|uvicorn|jinja2|cryptography|pydantic", loaded)


def test_the_readme_names_all_fixtures() -> None:
    names = [
        name
        for name, value in vars(pytest_plugin).items()
        if type(value).__name__ == "FixtureFunctionDefinition"
    ]
    assert sorted(first_column(README, "fixture")) == sorted(names)


def test_the_readme_names_all_options_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        __main__.main(["--help"])
    usage = capsys.readouterr().out
    shown = set(re.findall(r"^  (--\w+)", usage, re.MULTILINE)) - {"--version"}
    assert set(first_column(README, "option")) == shown
    for option, default in re.findall(r"^\| `(--\w+)` .*\| `(.+)` \|$", README, re.MULTILINE):
        assert re.search(rf"{option}[^-]*\(default:\s+{re.escape(default)}\)", usage), option


def test_the_reference_names_all_faults_and_their_settings() -> None:
    assert sorted(first_column(REFERENCE, "kind")) == sorted(KINDS)
    assert set(first_column(REFERENCE, "setting")) <= set(inspect.signature(Fault).parameters)


def test_the_reference_names_all_control_routes(sandbox: Sandbox) -> None:
    def plain(paths: Iterable[str]) -> set[str]:
        return {re.sub(r"\{\w+\}", "{}", path) for path in paths}

    routes = control.router(sandbox.world, sandbox.webhooks).routes
    codes = first_column(REFERENCE, "route")
    described = plain(match[0] for code in codes if (match := re.search(r"/[^?]+", code)))
    assert described == plain(route.path for route in routes if isinstance(route, APIRoute))
