"""A built-in curriculum is read from YAML once, and what is kept never outlives its source."""

import sys
from pathlib import Path

import pytest

from bot.curriculum import load
from bot.curriculum.model import Curriculum

NAME = "learn-python-12-weeks"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    text = (load.CATALOG / f"{NAME}.yml").read_text()
    (tmp_path / f"{NAME}.yml").write_text(text)
    monkeypatch.setattr(load, "CATALOG", tmp_path)
    return tmp_path


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are read from YAML from now on."""
    names: list[str] = []
    from_yaml = load.from_yaml

    def counting(text: str, *, name: str) -> Curriculum:
        names.append(name)
        return from_yaml(text, name=name)

    monkeypatch.setattr(load, "from_yaml", counting)
    return names


def read() -> Curriculum:
    load._built_in.cache_clear()
    try:
        return load.from_catalog(NAME)
    finally:
        load._built_in.cache_clear()


@pytest.mark.usefixtures("folder")
def test_it_is_read_from_yaml_once_and_is_the_same_afterwards(parsed: list[str]) -> None:
    first, again = read(), read()
    assert parsed == [f"{NAME}.yml"]
    assert again == first
    assert (again.rated, again.picks, again.relations) == (
        first.rated,
        first.picks,
        first.relations,
    )


def test_a_changed_file_is_read_anew(folder: Path, parsed: list[str]) -> None:
    read()
    file = folder / f"{NAME}.yml"
    file.write_text(file.read_text().replace("version: ", "version: 9", 1))
    assert read().version.startswith("9")
    assert len(parsed) == 2


def test_changed_code_reads_it_anew(
    folder: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read()
    monkeypatch.setattr(load, "__file__", str(folder / "load.py"))
    (folder / "model.py").write_text("another")
    read()
    assert len(parsed) == 2


def test_nothing_is_kept_where_python_keeps_nothing(
    folder: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    read()
    read()
    assert len(parsed) == 2
    assert not (folder / "__pycache__").exists()
