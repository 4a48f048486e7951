"""Every part of a guide reaches the learner, and the page that says where is what is found."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from curriculum import guide_parts
from docs.pages import ROOT
from pydantic import BaseModel

from bot.curriculum import importer, load
from bot.curriculum.model import Curriculum

PAGE = ROOT / "docs" / "reference" / "guide-parts.md"
GUIDE = ROOT / "tests" / "curriculum" / "guides" / "whole-guide.md"
# What a reader of the guide calls each part, and where it is in a curriculum.
PARTS = {
    "Executive summary": ("overview",),
    "Skills you have": ("transferable_skills",),
    "Skills to develop": ("skills",),
    "Books, courses, documentation, links, certifications": ("resources",),
    "Tools": ("tools",),
    "Clouds": ("clouds",),
    "Roles": ("roles",),
    "Companies": ("companies",),
    "Checkpoints": ("checkpoints",),
    "Project ideas": ("projects",),
    "Communities, events, people": ("community",),
    "Learning metrics": ("metrics",),
    "Skill assessment": ("assessment",),
    "Action items": ("actions",),
    "Journal": ("journal",),
    "Reflection": ("reflection",),
    "Quantitative success": ("success", "quantitative"),
    "Qualitative success": ("success", "qualitative"),
}
REFERENCES = {"skills", "resources", "roles", "stands_for", "evidence"}
Field = tuple[type[BaseModel], str]


@cache
def fields_seen() -> dict[Field, tuple[str, ...]]:
    """Where each field of a curriculum with everything in it is seen."""
    found: dict[Field, tuple[str, ...]] = {}
    for raw in (guide_parts.WHOLE, guide_parts.dated()):
        whole = Curriculum.model_validate(raw)
        data = whole.model_dump(mode="json", exclude_unset=True)
        base = guide_parts.surfaces(whole, guide_parts.learner)
        for model, name, at in guide_parts.fields(whole):
            if found.get((model, name)):
                continue
            other = guide_parts.without(data, at, model)
            if other is not None:
                shown = guide_parts.surfaces(other, guide_parts.learner)
                found[model, name] = guide_parts.seen(base, shown)
    return found


def guide_as_it_is() -> Curriculum:
    return importer.read(GUIDE.read_bytes(), name="guide.md").curriculum


def built_in() -> Curriculum:
    return load.from_catalog("devops-to-mlops")


@cache
def parts_seen(made: Callable[[], Curriculum]) -> dict[str, tuple[str, ...]]:
    """Where each part of a curriculum is seen."""
    curriculum = made()
    base = guide_parts.surfaces(curriculum, guide_parts.nobody)
    found: dict[str, tuple[str, ...]] = {}
    for part, at in PARTS.items():
        data = curriculum.model_dump(mode="json", exclude_unset=True)
        place: Any = data
        for step in at[:-1]:
            place = place[step]
        del place[at[-1]]
        other = Curriculum.model_validate(_without_references(data, at[-1]))
        found[part] = guide_parts.seen(base, guide_parts.surfaces(other, guide_parts.nobody))
    return found


def _without_references(data: Any, part: str) -> Any:
    """The same without lists of ids of a part."""
    if isinstance(data, list):
        return [_without_references(one, part) for one in data]
    if not isinstance(data, dict):
        return data
    gone = {"actions": REFERENCES}.get(part, {part}) & REFERENCES
    rest = {k: v for k, v in data.items() if k not in gone or not _are_ids(v)}
    return {name: _without_references(value, part) for name, value in rest.items()}


def _are_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def every_field() -> set[Field]:
    """All fields of the model, but for its own names and for what only holds other parts."""
    found: set[Field] = set()
    ahead: list[Any] = [Curriculum]
    seen: set[Any] = set()
    while ahead:
        one = ahead.pop()
        ahead += get_args(one)
        if not (isinstance(one, type) and issubclass(one, BaseModel)) or one in seen:
            continue
        seen.add(one)
        for name, field in one.model_fields.items():
            ahead.append(field.annotation)
            holds = any(
                isinstance(inner, type) and issubclass(inner, BaseModel)
                for inner in get_args(field.annotation)
            )
            if name not in guide_parts.NOT_SEEN and not holds:
                found.add((one, name))
    return found


def test_each_field_of_a_curriculum_is_seen_by_the_learner() -> None:
    found = fields_seen()
    unseen = {f"{m.__name__}.{name}" for m, name in every_field() if not found.get((m, name))}
    assert unseen == set()


@pytest.mark.parametrize("made", [built_in, guide_as_it_is])
def test_each_part_of_a_whole_guide_is_seen(made: Callable[[], Curriculum]) -> None:
    assert [part for part, places in parts_seen(made).items() if not places] == []


def page() -> str:
    """The page as it should be."""
    head = PAGE.read_text(encoding="utf-8").partition("<!-- found -->")[0]
    built, own = parts_seen(built_in), parts_seen(guide_as_it_is)
    lines = [
        "<!-- found -->",
        "",
        "## Parts",
        "",
        "| part | in the built-in path | in a guide used as it is |",
        "|---|---|---|",
        *(f"| {part} | {', '.join(built[part])} | {', '.join(own[part])} |" for part in PARTS),
        "",
        "## Fields",
        "",
        "| part | field | seen in |",
        "|---|---|---|",
        *(
            f"| {model.__name__} | `{name}` | {', '.join(places)} |"
            for (model, name), places in sorted(
                fields_seen().items(), key=lambda one: (one[0][0].__name__, one[0][1])
            )
        ),
        "",
    ]
    return head + "\n".join(lines)


def test_the_page_says_where(request: pytest.FixtureRequest) -> None:
    wanted = page()
    if request.config.getoption("--force-regen"):
        Path(PAGE).write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted
