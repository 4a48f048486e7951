"""Paths with checks on some of their work."""

from typing import Any

from bot.curriculum.model import Curriculum


def with_checks(path: Curriculum, **checks: list[Any]) -> Curriculum:
    """The path with checks on tasks and deliverables, by the id with _ for -."""
    data = path.model_dump()
    for item in _items(data):
        if found := checks.get(item["id"].replace("-", "_")):
            item["checks"] = found
    return Curriculum.model_validate(data)


def _items(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, dict):
        own = [part] if "done_when" in part else []
        return own + [one for value in part.values() for one in _items(value)]
    return (
        [one for value in part for one in _items(value)] if isinstance(part, list | tuple) else []
    )
