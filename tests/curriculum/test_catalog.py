"""The built-in curricula: complete, fit to be read by a learner, and steady in their ids."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from pytest_regressions.file_regression import FileRegressionFixture

from bot.curriculum.load import CATALOG, catalog_names, from_catalog
from bot.curriculum.model import Curriculum, Horizon, ProjectLevel, Unit, UnitKind, WorkItem

DEVOPS, PYTHON = "devops-to-mlops", "learn-python-12-weeks"
every_catalog = pytest.mark.parametrize("name", catalog_names())


@pytest.fixture(scope="module")
def devops() -> Curriculum:
    return from_catalog(DEVOPS)


def work(curriculum: Curriculum) -> list[WorkItem]:
    """Return everything that can be done."""
    return [
        *curriculum.tasks(),
        *curriculum.deliverables(),
        *curriculum.actions,
        *curriculum.projects,
    ]


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a YAML value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def titled(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping with a title in a YAML value."""
    if isinstance(value, dict):
        if "title" in value:
            yield value
        for inner in value.values():
            yield from titled(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from titled(inner)


def raw(name: str) -> Any:
    return yaml.safe_load((CATALOG / f"{name}.yml").read_text(encoding="utf-8"))


def hours_of(unit: Unit) -> list[float]:
    """Return the hours of the unit with each of its options, optional tasks left out."""
    own = sum(task.hours.middle for task in unit.tasks if task.hours and not task.optional)
    if unit.choice is None:
        return [own]
    return [
        own + sum(task.hours.middle for task in option.tasks if task.hours)
        for option in unit.choice.options
    ]


def test_there_are_two_curricula() -> None:
    assert catalog_names() == [DEVOPS, PYTHON]


def test_the_timeline_is_the_whole_year(devops: Curriculum) -> None:
    assert len(devops.phases) == 4
    assert [m.number for m in devops.modules()] == list(range(1, 13))
    assert {m.kind for m in devops.modules()} == {"month"}
    weeks = [u for u in devops.units() if u.kind is UnitKind.WEEK]
    assert len(weeks) == 22
    assert {u.days for u in weeks} == {14}
    assert [u.label for u in weeks] == ["Week 1-2", "Week 3-4"] * 11
    assert len(list(devops.tasks())) == 75
    assert sum(u.days for u in devops.units()) == 48 * 7


def test_month_ten_is_a_choice_of_three(devops: Curriculum) -> None:
    (unit,) = [u for u in devops.units() if u.kind is UnitKind.MONTH]
    assert (unit.days, unit.tasks) == (28, ())
    assert unit.choice is not None
    assert [len(option.tasks) for option in unit.choice.options] == [3, 3, 3]
    assert all(option.roles for option in unit.choice.options)


def test_months_one_to_nine_leave_something_behind(devops: Curriculum) -> None:
    left = [(m.number, d.count) for m in devops.modules() for d in m.deliverables]
    assert left == [(1, 2), (2, 5), (3, None), (4, 3), *((n, None) for n in range(5, 10))]


def test_a_checkpoint_closes_each_quarter(devops: Curriculum) -> None:
    number = {module.id: module.number for module in devops.modules()}
    assert [number[c.after] for c in devops.checkpoints] == [3, 6, 9, 12]
    assert [len(c.items) for c in devops.checkpoints] == [4, 4, 4, 4]


def test_only_what_the_guide_has_no_work_for_goes_without_evidence(devops: Curriculum) -> None:
    bare = {i.id for c in devops.checkpoints for i in c.items if not i.evidence}
    assert bare == {"month-6-open-source", "month-12-applications"}


LAST_MONTH = {Horizon.WEEK: 1, Horizon.MONTH: 1, Horizon.QUARTER: 3}


@every_catalog
def test_evidence_can_be_there_when_its_checkpoint_comes(name: str) -> None:
    curriculum = from_catalog(name)
    month = {
        item.id: module.number
        for module in curriculum.modules()
        for item in [*module.deliverables, *(t for u in module.units for t in u.all_tasks())]
    }
    month |= {action.id: LAST_MONTH[action.horizon] for action in curriculum.actions}
    number = {module.id: module.number for module in curriculum.modules()}
    late = [
        (line.id, proof)
        for checkpoint in curriculum.checkpoints
        for line in checkpoint.items
        for proof in line.evidence
        if month[proof] > number[checkpoint.after]
    ]
    assert late == []


def test_what_stands_around_the_timeline_is_all_there(devops: Curriculum) -> None:
    kinds = [r.kind.value for r in devops.resources]
    assert len([r for r in devops.resources if r.kind == "book"]) == 5
    assert len([r for r in devops.resources if r.kind == "course" and r.duration]) == 5
    assert kinds.count("certification") == 4
    assert [len([a for a in devops.actions if a.horizon is h]) for h in Horizon] == [5, 5, 5]
    assert [len([p for p in devops.projects if p.level is x]) for x in ProjectLevel] == [3, 3, 3]
    assert (len(devops.transferable_skills), len(devops.overview.benefits)) == (8, 4)
    assert (len(devops.metrics), len(devops.roles), len(devops.clouds)) == (5, 9, 3)
    assert all(role.salary and role.skills for role in devops.roles)
    assert [len(tier.companies) for tier in devops.companies] == [9, 7, 6]
    groups = [category.group for category in devops.tools]
    assert (len(groups), len(set(groups))) == (10, 2)
    assert [c.kind for c in devops.community] == ["community"] * 4 + ["event"] * 4 + ["person"] * 4
    assert (len(devops.journal), len(devops.reflection)) == (4, 5)
    assert [len(x) for x in (devops.success.quantitative, devops.success.qualitative)] == [5, 5]
    assert devops.overview.months == (12, 18)


def test_the_guides_eight_skills_come_first_and_three_of_ours_follow(devops: Curriculum) -> None:
    assert all(skill.specifics for skill in devops.skills)
    assert [skill.priority.value for skill in devops.skills[:8]] == [
        *("high", "high", "high", "high", "medium", "high", "medium", "medium")
    ]
    assert [skill.id for skill in devops.skills[8:]] == [
        *("model-deployment", "cloud-ml", "professional-presence")
    ]


def test_seven_skills_are_rated_four_times_from_one_to_five(devops: Curriculum) -> None:
    rated = devops.assessment
    assert (len(rated.skills), rated.modules, rated.scale) == (7, (3, 6, 9, 12), 5)
    assert all(skill.skills for skill in rated.skills)


def test_only_three_tasks_have_their_hours_from_the_guide(devops: Curriculum) -> None:
    given = {t.id: t.hours.middle for t in devops.tasks() if t.hours and t.hours_from == "guide"}
    assert given == {"m01-ml-course": 20, "m01-pandas-numpy": 15, "m02-tensorflow-keras": 20}


def test_the_hours_stated_at_the_top_are_the_sum(devops: Curriculum) -> None:
    text = (CATALOG / f"{DEVOPS}.yml").read_text(encoding="utf-8")
    stated = re.search(r"^# Hours: (\d+) over 48 weeks", text, re.MULTILINE)
    assert stated is not None
    units = sum(hours_of(unit)[0] for unit in devops.units())
    total = units + sum(d.hours.middle for d in devops.deliverables() if d.hours)
    assert total == int(stated[1])
    assert 8 <= total / 48 <= 12


def test_every_unit_asks_for_a_sane_amount(devops: Curriculum) -> None:
    amounts = {unit.id: hours_of(unit) for unit in devops.units()}
    assert {k: v for k, v in amounts.items() if not 8 <= min(v) <= max(v) <= 36} == {}
    assert len(set(amounts["m10-specialization"])) == 1, "no option is the cheap one"


def test_the_hours_of_a_python_week_are_the_sum_of_its_tasks() -> None:
    for unit in from_catalog(PYTHON).units():
        counted = [task.hours for task in unit.tasks if task.hours and not task.optional]
        low, high = sum(h.low for h in counted), sum(h.high for h in counted)
        assert unit.hours is not None
        assert (unit.id, unit.hours.low, unit.hours.high) == (unit.id, low, high)


def test_the_python_course_is_modules_of_single_weeks() -> None:
    course = from_catalog(PYTHON)
    assert [(m.kind, len(m.units)) for m in course.modules()] == [("module", 4)] * 3
    assert {(u.kind, u.days, u.choice) for u in course.units()} == {(UnitKind.WEEK, 7, None)}
    assert all(3 <= len(unit.tasks) <= 5 for unit in course.units())
    assert [task.id for task in course.tasks() if task.optional] == ["w07-inheritance"]
    assert [c.after for c in course.checkpoints] == [m.id for m in course.modules()]


@every_catalog
def test_every_task_can_be_understood_and_finished(name: str) -> None:
    for task in [*from_catalog(name).tasks(), *from_catalog(name).deliverables()]:
        assert task.hours, task.id
        assert task.skills, task.id
        assert 1 <= len(task.done_when) <= 4, task.id
        sentences = re.findall(r"[.?](?=\s|$)", task.description)
        assert 2 <= len(sentences) <= 4, task.id


@every_catalog
def test_every_task_of_the_year_has_two_checks_or_more(name: str) -> None:
    least = 2 if name == DEVOPS else 1
    assert [t.id for t in from_catalog(name).tasks() if len(t.done_when) < least] == []


@every_catalog
def test_every_unit_has_a_goal_and_every_kind_is_written_out(name: str) -> None:
    assert [u.id for u in from_catalog(name).units() if not 1 <= len(u.goals) <= 3] == []
    tasks = [item for item in titled(raw(name)["phases"]) if "hours" in item and "days" not in item]
    timeline = {task.id for task in from_catalog(name).tasks()}
    assert [t["id"] for t in tasks if t["id"] in timeline and "kind" not in t] == []


@every_catalog
def test_titles_are_short_and_unlike_each_other(name: str) -> None:
    titles = [item.title for item in [*from_catalog(name).tasks(), *from_catalog(name).actions]]
    assert [t for t in titles if len(t) > 80 or t.endswith(".")] == []
    assert len(titles) == len({t.casefold() for t in titles})


@every_catalog
def test_no_text_calls_a_person_or_an_issue_on_github(name: str) -> None:
    """GitHub would turn a name after an at sign, or a number after a hash, into a link."""
    wrong = [t for t in strings(raw(name)) if re.search(r"(?<!\w)@\w|#\d|\bGH-\d", t)]
    assert wrong == []


@every_catalog
def test_texts_are_plain_undamaged_and_kind(name: str) -> None:
    text = "\n".join(strings(raw(name)))
    odd = {c for c in text if ord(c) > 126}
    assert odd <= {"é"}
    assert re.findall(r"(?i)\b(?:fall behind|you failed|milestones?|guru|ninja)\b|!", text) == []


@every_catalog
def test_addresses_are_whole_and_https(name: str) -> None:
    addresses = [t for t in strings(raw(name)) if "://" in t]
    assert addresses
    for address in addresses:
        parts = urlsplit(address)
        assert parts.scheme == "https", address
        assert "." in (parts.hostname or ""), address
        assert re.fullmatch(r"[!-~]+", address), address
        assert not parts.query, address


@every_catalog
def test_every_resource_and_skill_serves_some_work(name: str) -> None:
    curriculum = from_catalog(name)
    named = {resource for item in work(curriculum) for resource in item.resources}
    may_stand_alone = {"book", "course", "certification"}
    idle = {r.id: r.kind for r in curriculum.resources if r.id not in named}
    assert [id_ for id_, kind in idle.items() if kind not in may_stand_alone] == []
    trained = {skill for task in curriculum.tasks() for skill in task.skills}
    assert [s.id for s in curriculum.skills if s.id not in trained] == []


@every_catalog
def test_every_id_is_written_out(name: str) -> None:
    assert [item["title"] for item in titled(raw(name)) if not item.get("id")] == []


@every_catalog
def test_ids_stay_as_they_were(name: str, file_regression: FileRegressionFixture) -> None:
    """Markers in learners' issues hold these ids. Add new ones; never change an old one."""
    ids = [item["id"] for item in titled(raw(name))]
    file_regression.check("\n".join(ids) + "\n", basename=f"ids-{name}")
