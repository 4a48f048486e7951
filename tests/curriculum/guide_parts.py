"""A curriculum with everything in it, what a learner sees of one, and what changes with each field.

A field is seen where something changes once it is left out or has another value.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from reports.histories import HistoryLearner
from repository_fixture import RepositoryFixture, settings

from bot import templating
from bot.curriculum.model import Curriculum
from bot.planning.desired_state import SUMMARY_KEY, desired_state
from bot.planning.snapshot import Snapshot
from bot.progress.commands.project import StartProject
from bot.progress.path import LearningPath
from bot.reports import checkpoint, finish, issue_forms, weekly
from bot.reports.due_weeks import Week
from bot.sync.reconcile import texts

# Names and versions of the format itself; lists that are nothing without what is in them.
NOT_SEEN = {"id", "aliases", "schema_version"}  # by which the program finds its way
HOW = settings("2026-01-05", ahead="all", choices={"way": "web"})
DURING = datetime(2026, 2, 6, 9, tzinfo=UTC)
AFTER = datetime(2026, 3, 31, 9, tzinfo=UTC)
Path = tuple[str | int, ...]

WHOLE: dict[str, Any] = {
    "title": "From kitchen to bakery",
    "version": "2.3",
    "language": "fr",
    "source": {
        "name": "The bakery guide",
        "url": "https://example.org/guide",
        "note": "With thanks.",
        "reading": "week",
    },
    "overview": {
        "summary": "A short path with everything in it.",
        "from_role": "Cook",
        "target_role": "Baker",
        "months": [3, 4],
        "hours_per_week": "4-6",
        "investment": "Early mornings",
        "benefits": [{"name": "Smell", "text": "Bread smells good"}],
    },
    "transferable_skills": [
        {"id": "knives", "title": "Knives", "application": "Scoring loaves"},
    ],
    "skills": [
        {"id": "dough", "title": "Dough", "specifics": ["Kneading"], "priority": "high"},
        {"id": "oven", "title": "Oven", "specifics": ["Steam"], "priority": "low"},
    ],
    "phases": [
        {
            "id": "one",
            "title": "Foundations",
            "goal": "Bake one loaf.",
            "modules": [
                {
                    "id": "m1",
                    "title": "January",
                    "number": 1,
                    "kind": "month",
                    "label": "Mois 1",
                    "units": [
                        {
                            "id": "u1",
                            "title": "Flour",
                            "description": "Flour keeps for a year.",
                            "label": "Week 1-2",
                            "kind": "week",
                            "days": 14,
                            "goals": ["Know flours"],
                            "hours": "5-7",
                            "tasks": [
                                {
                                    "id": "read",
                                    "title": "Read about flour",
                                    "kind": "reading",
                                    "hours": "2-3",
                                    "hours_from": "guide",
                                    "description": "Why gluten matters.",
                                    "done_when": ["You can name three flours"],
                                    "skills": ["dough"],
                                    "resources": ["flour-book"],
                                    "checks": [
                                        {"file": "flour.md", "contains": "gluten"},
                                        {"file": "notes/*.md", "lines": 3},
                                        {"workflow": "bake.yml"},
                                        {"release": "bread-*"},
                                        {"tag": "dough-1"},
                                        {"pull_request": "baked"},
                                        {"link": "https://example.org/bread"},
                                    ],
                                },
                                {"id": "score", "title": "Score loaves with knives", "hours": 3},
                                {
                                    "id": "bakers",
                                    "title": "Meet other bakers",
                                    "kind": "networking",
                                    "optional": True,
                                    "hours": 1,
                                },
                                {"id": "known", "title": "Boil water", "done": True, "hours": 1},
                            ],
                        },
                        {
                            "id": "u2",
                            "title": "Ways",
                            "kind": "day",
                            "days": 14,
                            "tasks": [],
                            "choice": {
                                "id": "way",
                                "title": "Choose your way",
                                "description": "Both are good.",
                                "options": [
                                    {
                                        "id": "web",
                                        "title": "Rolls",
                                        "label": "Option A",
                                        "description": "Small and quick.",
                                        "roles": ["baker"],
                                        "tasks": [{"title": "Bake rolls", "hours": 4}],
                                    },
                                    {
                                        "id": "loaf",
                                        "title": "Loaves",
                                        "tasks": [{"title": "Bake loaves", "hours": 6}],
                                    },
                                ],
                            },
                        },
                    ],
                    "deliverables": [
                        {
                            "id": "bread",
                            "title": "Three breads for the portfolio",
                            "count": 3,
                            "unit": "u1",
                            "hours": 4,
                            "hours_from": "guide",
                            "description": "Each of another flour.",
                            "done_when": ["All three were eaten"],
                            "skills": ["oven"],
                            "resources": ["oven-docs"],
                            "checks": ["file: breads.md"],
                        }
                    ],
                },
                {
                    "id": "m2",
                    "title": "February",
                    "number": 2,
                    "units": [
                        {
                            "id": "u3",
                            "title": "Shop",
                            "days": 28,
                            "hours": 5,
                            "tasks": [
                                {
                                    "id": "apply",
                                    "title": "Apply to bakeries",
                                    "kind": "job-search",
                                }
                            ],
                        }
                    ],
                },
            ],
        }
    ],
    "checkpoints": [
        {
            "id": "first",
            "title": "One month in",
            "after": "m1",
            "unit": "u1",
            "items": [{"id": "can-bake", "title": "You bake bread", "evidence": ["bread"]}],
        }
    ],
    "actions": [
        {
            "id": "apron",
            "title": "Buy an apron",
            "horizon": "week",
            "description": "A white one.",
            "done_when": ["It fits"],
            "hours": 1,
            "hours_from": "guide",
            "skills": ["oven"],
            "resources": ["oven-docs"],
        },
        {
            "id": "flours",
            "title": "Know your flours",
            "horizon": "month",
            "stands_for": ["read"],
        },
    ],
    "resources": [
        {
            "id": "flour-book",
            "title": "The flour book",
            "kind": "book",
            "url": "https://example.org/flour",
            "author": "A. Miller",
            "platform": "Paper",
            "duration": "300 pages",
            "focus": "Gluten",
            "priority": "high",
            "rank": 2,
            "note": "Essential.",
        },
        {"id": "rye-book", "title": "The rye book", "kind": "book", "rank": 1, "priority": "high"},
        {"id": "oven-docs", "title": "Oven manual", "kind": "documentation", "path": "oven.md"},
        {"id": "master", "title": "Master baker", "kind": "certification"},
    ],
    "tools": [{"title": "Mixers", "group": "Kitchen", "tools": ["Hand", "Stand mixer"]}],
    "clouds": [
        {"title": "Gas", "services": ["Steam", "Stone"]},
        {"title": "Wood", "services": ["Smoke"]},
    ],
    "roles": [
        {
            "id": "baker",
            "title": "Baker",
            "level": "entry",
            "experience": "1 year",
            "salary": [30000, 40000],
            "currency": "EUR",
            "skills": ["dough"],
        }
    ],
    "companies": [
        {"title": "Big ovens", "tier": 1, "companies": ["Crumb & Co"]},
        {"title": "Small ovens", "tier": 2, "companies": ["Loaf"]},
    ],
    "projects": [
        {
            "id": "cake",
            "title": "Wedding cake",
            "level": "advanced",
            "hours": 9,
            "hours_from": "guide",
            "description": "Three floors.",
            "done_when": ["It was cut"],
            "skills": ["oven"],
            "resources": ["oven-docs"],
            "checks": ["file: cake.md"],
        }
    ],
    "community": [
        {
            "title": "Bread forum",
            "kind": "community",
            "note": "Friendly",
            "url": "https://example.org/forum",
        },
        {"title": "Bread fair", "kind": "event", "note": "Loud", "on": "2026-02-14"},
        {"title": "Ada Crust", "kind": "person", "note": "Sourdough"},
    ],
    "metrics": [
        {"id": "courses", "title": "Courses completed", "unit": "courses", "of_total": True},
        {"id": "loaves", "title": "Loaves", "unit": "pieces"},
        {"id": "projects", "title": "Projects finished"},
    ],
    "assessment": {
        "scale": 4,
        "modules": [2],
        "skills": [{"id": "rated", "title": "Kneading", "skills": ["dough"], "aim": "Easy"}],
    },
    "journal": [{"id": "date", "title": "Day", "kind": "date"}, {"title": "Learned"}],
    "reflection": [{"title": "Reached", "kind": "list"}],
    "success": {
        "quantitative": [
            {
                "id": "network",
                "title": "Network",
                "low": 5,
                "high": 8,
                "unit": "bakers",
                "text": "5 to 8 bakers",
            }
        ],
        "qualitative": [{"id": "calm", "title": "Calm at the oven", "level": "Steady"}],
    },
}


def dated() -> dict[str, Any]:
    """The same, with the days of each unit."""
    data = deepcopy(WHOLE)
    days = [
        ("2026-01-05", "2026-01-18"),
        ("2026-01-19", "2026-02-01"),
        ("2026-02-09", "2026-03-08"),
    ]
    units = [u for p in data["phases"] for m in p["modules"] for u in m["units"]]
    for unit, (first, last) in zip(units, days, strict=True):
        unit |= {"first": first, "last": last}
    return data


@cache
def learner(language: str = "en") -> tuple[Snapshot, Snapshot]:
    """The repository during the path, and after it."""
    how = HOW.model_copy(update={"language": language})
    one = HistoryLearner(Curriculum.model_validate(WHOLE), how)
    one.contains(StartProject(idea="cake"), "2026-01-06").apply("2026-01-20")
    one.done(Read_about_flour="2026-01-08").counts("network", 5, "2026-01-09")
    one.counts("loaves", 3, "2026-01-09").rates("rated", 2, "2026-01-10")
    during = one.view("2026-02-06").observed.snapshot
    for title in ("Score loaves", "Bake rolls", "Three breads", "Apply"):
        [issue] = [i for i in one.bench.repository.issues.values() if title in i.title]
        one.bench.close(issue.title)
        issue.closed_at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    return during, one.view("2026-03-31").observed.snapshot


@cache
def nobody() -> tuple[Snapshot, Snapshot]:
    """An empty repository, twice."""
    empty = RepositoryFixture().edges.snapshot()
    return empty, empty


def surfaces(
    curriculum: Curriculum, repository: Callable[[], tuple[Snapshot, Snapshot]]
) -> dict[str, str]:
    """What a learner sees of a curriculum, by where they see it."""
    during, after = repository()
    chosen = {c.id: HOW.choices[c.id] for c in curriculum.choices() if c.id in HOW.choices}
    how = HOW.model_copy(update={"choices": chosen})
    path = LearningPath.read(curriculum, how, during, DURING)
    done = LearningPath.read(curriculum, how, after, AFTER)
    end = LearningPath.read(curriculum, how, after, AFTER.replace(year=2028))
    desired = desired_state(path, texts(end))
    shown = {
        "labels": "\n".join(f"{x.key} {x.name} {x.color} {x.description}" for x in desired.labels),
        "milestones": "\n".join(
            f"{m.title} {m.due_on} {m.description}" for m in desired.milestones
        ),
        "dashboard": texts(path).dashboard,
        "weekly summary": weekly.as_markdown(
            weekly.weekly(path, Week.of(DURING.date(), HOW.summary.day))
        ),
        "checkpoint report": "\n".join(
            f"{checkpoint.as_markdown(report)}\n{checkpoint.as_json(report)}"
            for one in curriculum.checkpoints
            for report in [checkpoint.checkpoint_report(done, one)]
        ),
        "`curriculum show`": templating.render("curriculum.txt.j2", curriculum=curriculum),
    }
    found = finish.finish(done)
    shown["finish"] = finish.as_markdown(found) if found else ""
    names = {label.key: label.name for label in desired.labels}
    shown["forms"] = "\n---\n".join(issue_forms.form_files(curriculum, HOW, names).values())
    shown["issues"] = "\n".join(
        f"{i.title}\n{'' if i.key == SUMMARY_KEY else i.body}\n{i.starter}\n"
        f"{i.labels} {i.milestone} {i.parent}"
        for i in desired.issues
    )
    return shown


def fields(model: BaseModel, at: Path = ()) -> Iterator[tuple[type[BaseModel], str, Path]]:
    """Every field that is set, with where it is."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name in NOT_SEEN or name not in model.model_fields_set or value in ((), None):
            continue
        yield type(model), name, (*at, name)
        parts = value if isinstance(value, tuple) else (value,)
        for n, part in enumerate(parts):
            if isinstance(part, BaseModel):
                yield from fields(part, (*at, name, n) if isinstance(value, tuple) else (*at, name))


def without(data: dict[str, Any], at: Path, model: type[BaseModel]) -> Curriculum | None:
    """The curriculum without a field, or with another value; None where neither is one."""
    for change in (_left_out, _altered):
        changed = deepcopy(data)
        place: Any = changed
        for step in at[:-1]:
            place = place[step]
        if change(place, str(at[-1]), model):
            try:
                return Curriculum.model_validate(changed)
            except ValidationError:
                continue  # such as an id that nothing has; without another value it is unseen
    return None


def _left_out(place: dict[str, Any], name: str, model: type[BaseModel]) -> bool:
    field = model.model_fields[name]
    if field.is_required() or place[name] == field.get_default():
        return False
    del place[name]
    return True


def _altered(place: dict[str, Any], name: str, model: type[BaseModel]) -> bool:
    value = place[name]
    kinds = [k for k in _types(model.model_fields[name].annotation) if issubclass(k, Enum)]
    if kinds or isinstance(value, Enum):
        place[name] = next(other.value for other in kinds[0] if other.value != value)
    elif isinstance(value, bool):
        place[name] = not value
    elif isinstance(value, int | float):
        place[name] = value + 1
    elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        place[name] = str(date.fromisoformat(value) + timedelta(days=1))
    elif isinstance(value, str):
        others = get_args(model.model_fields[name].annotation)
        words = [one for one in others if isinstance(one, str) and one != value]
        place[name] = (
            words[0]
            if words
            else "m2"
            if name == "after"
            else f"{value}{'' if name == 'link' else ' '}anew"
        )
    elif isinstance(value, list) and value and isinstance(value[0], str):
        place[name] = [f"{value[0]} anew", *value[1:]]
    else:
        return False
    return True


def _types(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for inner in get_args(annotation):
        yield from _types(inner)


def seen(base: dict[str, str], other: dict[str, str]) -> tuple[str, ...]:
    """Where two curricula look differently."""
    return tuple(sorted(place for place, text in base.items() if text != other[place]))
