"""The JSON Schema that editors check curricula with agrees with the loader."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.curriculum import load
from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError

CHECKER = Draft202012Validator(load.schema())


def written(**unit: Any) -> dict[str, Any]:
    """Return the smallest curriculum, with `unit` as it is written in YAML."""
    module = {"title": "M", "number": 1, "units": [{"title": "U", **unit}]}
    return {"title": "T", "phases": [{"title": "P", "modules": [module]}]}


def accepted(data: dict[str, Any]) -> bool:
    try:
        load.from_yaml(yaml.safe_dump(data), name="test.yml")
    except CurriculumError:
        return False
    return True


@pytest.mark.parametrize("name", load.catalog_names())
def test_the_built_in_files_fit_it_as_they_are_written(name: str) -> None:
    data = yaml.safe_load((load.CATALOG / f"{name}.yml").read_text(encoding="utf-8"))
    assert [error.message for error in CHECKER.iter_errors(data)] == []


@pytest.mark.parametrize(
    ("unit", "good"),
    [
        ({"hours": 5}, True),
        ({"hours": 2.5}, True),
        ({"hours": "3-5"}, True),
        ({"hours": "3 – 5"}, True),
        ({"hours": {"low": 3, "high": 5}}, True),
        ({"hours": "a lot"}, False),
        ({"hours": -1}, False),
        ({"hours": {"low": 3}}, False),
        ({"weeks": 2}, True),
        ({"weeks": 0}, False),
        ({"weeks": 143}, False),
        ({"days": 14}, True),
        ({"wekks": 2}, False),
        ({"tasks": [{"title": "Read", "kind": "reading", "optional": True}]}, True),
        ({"tasks": [{"title": "Read", "kind": "rading"}]}, False),
        ({"tasks": [{"titel": "Read"}]}, False),
    ],
)
def test_it_takes_what_the_loader_takes(unit: dict[str, Any], good: bool) -> None:
    data = written(**unit)
    assert accepted(data) is good
    assert CHECKER.is_valid(data) is good


def test_a_model_written_out_in_full_fits_it_too() -> None:
    found = load.from_catalog("learn-python-12-weeks")
    data = found.model_dump(mode="json", exclude_none=True)
    assert CHECKER.is_valid(data)
    assert Curriculum.model_validate(data) == found
