"""A copy of a model keeps nothing that was computed from the original's values."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property

import pytest
from planning.paths import SMALL
from pydantic import BaseModel
from repository_fixture import settings as config

import bot
from bot.curriculum.base import FrozenBase
from bot.planning.path import PlannedPath


def every_model(of: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    """All models below this one."""
    for model in of.__subclasses__():
        yield model
        yield from every_model(model)


def test_a_model_with_a_cached_property_forgets_it_in_copies() -> None:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)
    caching = {
        model.__qualname__
        for model in every_model()
        if model.__module__.startswith("bot.")
        and any(isinstance(value, cached_property) for value in vars(model).values())
        and not (issubclass(model, FrozenBase) and model.model_copy is FrozenBase.model_copy)
    }
    assert caching == set()


def test_a_copy_with_other_settings_has_dates_of_its_own() -> None:
    path = PlannedPath.at_start(SMALL, config())
    first = path.dates.first
    later = config((first + timedelta(days=7)).isoformat())
    assert path.model_copy(update={"settings": later}).dates.first == first + timedelta(days=7)
    assert path.dates.first == first


def test_what_does_not_use_the_other_fields_is_computed_once_for_both() -> None:
    path = PlannedPath.at_start(SMALL, config())
    other = path.copy_keeping(("dates",), {"today": path.today + timedelta(days=1)})
    assert other.dates is path.dates
    assert "language" not in vars(other)


def test_a_value_for_a_property_is_refused() -> None:
    path = PlannedPath.at_start(SMALL, config())
    with pytest.raises(TypeError, match="no fields of PlannedPath: dates"):
        path.model_copy(update={"dates": None})
