"""Load curricula from the built-in catalog or from YAML."""

from functools import cache
from importlib import resources
from typing import Any

from bot import yaml_file
from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError
from bot.i18n import ENGLISH, read_catalogue

CATALOG = resources.files("bot.curriculum") / "catalog"


def catalog_names() -> list[str]:
    """Return the names of the built-in curricula, sorted."""
    return sorted(
        entry.name.removesuffix(".yml")
        for entry in CATALOG.iterdir()
        if entry.name.endswith(".yml")
    )


def from_catalog(name: str, language: str = ENGLISH) -> Curriculum:
    """Return the built-in curriculum `name`, translated where there is a catalogue beside it.

    Raise CurriculumError with the names that exist.
    """
    if name not in catalog_names():
        raise CurriculumError(
            f"there is no built-in curriculum '{name}'.",
            hint=f"Built in: {', '.join(catalog_names())}. For your own guide give its path.",
        )
    return _built_in(name, language)


@cache
def _built_in(name: str, language: str) -> Curriculum:
    """Return a built-in curriculum, cached: reading it takes a fifth of a sync."""
    if language == ENGLISH:
        text = (CATALOG / f"{name}.yml").read_text(encoding="utf-8")
        return from_yaml(text, name=f"{name}.yml")
    curriculum, sentences = _built_in(name, ENGLISH), CATALOG / f"{name}.{language}.mo.gz"
    if not sentences.is_file():
        return curriculum
    from bot.curriculum.translation import translated

    made = translated(curriculum, read_catalogue(sentences).gettext)
    return made.model_copy(update={"language": language})


def from_yaml(text: str, *, name: str) -> Curriculum:
    """Return the curriculum of a YAML text. Raise CurriculumError, which calls the file `name`."""
    return yaml_file.parse(text, Curriculum, name=name, error=CurriculumError)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a curriculum file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Curriculum.model_json_schema(),
        "title": "Milepost curriculum",
    }
