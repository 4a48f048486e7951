"""Compiled templates are kept as Python keeps compiled modules, and never outlive their source."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest

from bot.curriculum.load import catalog_names
from bot.template_cache import TemplateCache, TemplateEnvironment
from bot.templating import templates_root

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "a.md.j2").write_text("first {% include 'both.j2' %}")
    (tmp_path / "both.j2").write_text("{{ 'x' }}")
    return tmp_path


def environment(folder: Path, ending: str = "md.j2", recipe: bytes = b"") -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        bytecode_cache=TemplateCache(ending, recipe),
        finalize=(lambda value: f"<{value}>") if ending == "html.j2" else None,
        autoescape=False,
    )


def stored(folder: Path) -> list[str]:
    return sorted(file.name.split(".cpython")[0] for file in folder.glob("__pycache__/*"))


def compilations(made: jinja2.Environment, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Names of the templates that `made` compiles from now on."""
    names: list[str | None] = []
    compile_it = made.compile

    def counting(source: str, name: str | None = None, filename: str | None = None) -> object:
        names.append(name)
        return compile_it(source, name, filename)

    monkeypatch.setattr(made, "compile", counting)
    return names


def test_a_template_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(folder).get_template("a.md.j2").render() == "first x"
    again = environment(folder)
    compiled = compilations(again, monkeypatch)
    assert again.get_template("a.md.j2").render() == "first x"
    assert compiled == []


def test_a_changed_template_or_recipe_is_compiled_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(folder).get_template("a.md.j2")
    (folder / "a.md.j2").write_text("second")
    assert environment(folder).get_template("a.md.j2").render() == "second"
    other = environment(folder, recipe=b"other rules")
    compiled = compilations(other, monkeypatch)
    other.get_template("a.md.j2")
    assert compiled == ["a.md.j2"]


def test_what_two_environments_share_is_kept_for_each(folder: Path) -> None:
    assert environment(folder).get_template("both.j2").render() == "x"
    assert environment(folder, "html.j2").get_template("both.j2").render() == "<x>"
    assert environment(folder).get_template("both.j2").render() == "x"
    assert stored(folder) == ["both.j2.html.j2", "both.j2.md.j2"]


def test_nothing_is_kept_where_python_keeps_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert environment(folder).get_template("a.md.j2").render() == "first x"
    assert stored(folder) == []


def test_a_place_that_cannot_be_written_costs_only_time(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file in the way")
    assert environment(folder).get_template("a.md.j2").render() == "first x"


def test_all_of_them_compile_at_once(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(
        [sys.executable, "-m", "bot.action.compile_templates"], cwd=ROOT, env=environ, check=True
    )
    cached_files = [file.name for file in tmp_path.rglob("*.md.j2.cpython*")]
    read = [file for file in templates_root().rglob("*.md.j2") if file.parent.name != "server"]
    assert len(cached_files) >= len(read)
    assert {file.name.split(".")[0] for file in tmp_path.rglob("*.yml.cpython*")} == {
        *catalog_names()
    }


def test_a_thread_that_compiles_meanwhile_hands_values_to_the_sentences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = TemplateEnvironment()
    made.globals["gettext"] = lambda message, **values: f"{message}: {values}"
    add = made.add_extension
    found: list[str] = []

    def meanwhile(extension: Any) -> None:
        add(extension)
        found.append(made.from_string("{% trans x=1 %}a\n {{ x }}{% endtrans %}").render())

    monkeypatch.setattr(made, "add_extension", meanwhile)
    made.from_string("first")
    assert found == ["a %(x)s: {'x': 1}"]
