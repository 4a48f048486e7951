"""Translates the texts of a built-in curriculum; names of books, people and places stay."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from bot.curriculum.base import CurriculumModel
from bot.curriculum.sections import (
    Cloud,
    CommunityEntry,
    LearningMetric,
    Quality,
    Resource,
    Source,
    Target,
)

M = TypeVar("M", bound=CurriculumModel)
Translate = Callable[[str], str]

_TEXTS = frozenset(
    {"title", "description", "done_when", "goals", "specifics", "note", "text", "application"}
    | {"goal", "duration", "summary", "label", "from_role", "target_role", "investment", "focus"}
    | {"name", "aim", "experience", "group"}
)
_MORE = {LearningMetric: {"unit"}, Target: {"unit"}, Quality: {"level"}}
_NAMES = (Resource, CommunityEntry, Cloud)  # whose titles are names


def _is_text(model: CurriculumModel, field: str) -> bool:
    if isinstance(model, Source) or (isinstance(model, _NAMES) and field == "title"):
        return False
    return field in _TEXTS or field in _MORE.get(type(model), ())


def texts(value: Any) -> Iterator[str]:
    """Yield the texts to translate in a curriculum, or in a part of it, each as often as it is."""
    if isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif isinstance(value, CurriculumModel):
        for field in type(value).model_fields:
            found = getattr(value, field)
            if not _is_text(value, field):
                yield from texts(found)
            elif found:
                yield from (found,) if isinstance(found, str) else found


def translated(model: M, translate: Translate) -> M:
    """Return a curriculum, or a part of it, with its texts translated; ids stay as they are."""
    changes: dict[str, Any] = {}
    for field in type(model).model_fields:
        found = getattr(model, field)
        if _is_text(model, field):
            new = translate(found) if isinstance(found, str) and found else found
            new = tuple(map(translate, found)) if isinstance(found, tuple) else new
        elif isinstance(found, CurriculumModel):
            new = translated(found, translate)
        elif isinstance(found, tuple):
            new = tuple(
                translated(one, translate) if isinstance(one, CurriculumModel) else one
                for one in found
            )
        else:
            continue
        changes[field] = new
    return model.model_copy(update=changes)
