"""Load curricula from the built-in catalog or from YAML."""

import pickle
from functools import cache
from hashlib import sha256
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any

from pydantic import VERSION

from bot.compiled_file import read_compiled, write_compiled
from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError
from bot.i18n import ENGLISH, read_catalogue

CATALOG = Path(__file__).parent / "catalog"


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
        return _compiled(CATALOG / f"{name}.yml")
    curriculum, sentences = _built_in(name, ENGLISH), CATALOG / f"{name}.{language}.mo.gz"
    if not sentences.is_file():
        return curriculum
    from bot.curriculum.translation import translated

    made = translated(curriculum, read_catalogue(sentences).gettext)
    return made.model_copy(update={"language": language})


def _compiled(file: Path) -> Curriculum:
    """Return a built-in curriculum with what is found in it, read from YAML only once.

    What is kept holds while the file, Python, pydantic and the code of this folder stay the same.
    """
    content = file.read_bytes()
    made_of = sha256(MAGIC_NUMBER + VERSION.encode() + content)
    for code in sorted(Path(__file__).parent.glob("*.py")):
        made_of.update(code.read_bytes())
    place, checksum = cache_from_source(f"{file}.py"), made_of.hexdigest()
    stored = read_compiled(place, checksum)
    if stored is not None:
        found: Curriculum = pickle.loads(stored)  # noqa: S301 - trusted as a .pyc beside it is
        return found
    made = from_yaml(content.decode(), name=file.name)
    _ = made.rated, made.picks, made.relations  # kept with it
    write_compiled(place, checksum, pickle.dumps(made))
    return made


def from_yaml(text: str, *, name: str) -> Curriculum:
    """Return the curriculum of a YAML text. Raise CurriculumError, which calls the file `name`."""
    from bot import yaml_file

    return yaml_file.parse(text, Curriculum, name=name, error=CurriculumError)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a curriculum file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Curriculum.model_json_schema(),
        "title": "Milepost curriculum",
    }
