"""Curricula from where they are kept: the built-in catalog, a YAML text, or a file on disk."""

from functools import cache
from importlib import resources
from typing import Any

from bot import yaml_file
from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError

CATALOG = resources.files("bot.curriculum") / "catalog"


def catalog_names() -> list[str]:
    """Names of the built-in curricula, sorted."""
    return sorted(
        entry.name.removesuffix(".yml")
        for entry in CATALOG.iterdir()
        if entry.name.endswith(".yml")
    )


def from_catalog(name: str) -> Curriculum:
    """The built-in curriculum `name`. Raises CurriculumError naming those there are."""
    if name not in catalog_names():
        raise CurriculumError(
            f"there is no built-in curriculum '{name}'.",
            hint=f"Built in: {', '.join(catalog_names())}. For your own guide give its path.",
        )
    return _built_in(name)


@cache
def _built_in(name: str) -> Curriculum:
    """Kept, for a server needs it with every look, and to read it takes a fifth of that."""
    text = (CATALOG / f"{name}.yml").read_text(encoding="utf-8")
    return from_yaml(text, name=f"{name}.yml")


def from_yaml(text: str, *, name: str) -> Curriculum:
    """A curriculum from YAML; `name` is what errors call the file. Raises CurriculumError."""
    return yaml_file.parse(text, Curriculum, name=name, error=CurriculumError)


def schema() -> dict[str, Any]:
    """JSON Schema of a curriculum file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Curriculum.model_json_schema(),
        "title": "Milepost curriculum",
    }
