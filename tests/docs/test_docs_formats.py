"""The reference of files and formats names every key of the models, and no other."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from docs.pages import ROOT, codes, fences, name_of, sections
from pydantic import BaseModel

from bot.action.activities import KEY as PLAN_KEY
from bot.curriculum import load
from bot.curriculum.base import Item
from bot.curriculum.model import Curriculum, Task, WorkItem
from bot.planning import changes
from bot.planning.desired_state import desired_state
from bot.planning.diff import make_plan, pin_key, relation_key
from bot.planning.diff_issues import NEVER_CLOSED
from bot.planning.labels import key_in
from bot.planning.ledger import Ledger, find_ledger
from bot.planning.marker import BUTTON, Marker, find
from bot.planning.path import PlannedPath
from bot.planning.plan import Note, Plan
from bot.planning.snapshot import Snapshot
from bot.progress.command import Command
from bot.progress.command_log import CommandLog, Entry, find_log
from bot.progress.commands import read_stored
from bot.progress.commands.log import Log
from bot.progress.commands.pause import PauseUntil
from bot.progress.path import LearningPath
from bot.reports.digest import digest_key
from bot.reports.due_checkpoints import report_key
from bot.reports.due_weeks import Week, weekly_key
from bot.reports.finish import FINISH_KEY
from bot.server.pages.help_answer import answer_comment
from bot.settings import Settings
from bot.sync.default_branch import README_KEY
from bot.sync.files import ReportFiles
from bot.sync.reconcile import REPORTS, texts
from bot.sync.run_commands import reply_key

REFERENCE = ROOT / "docs" / "reference"
CURRICULUM = sections(REFERENCE / "curriculum.md")


def _models(root: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield root
    for field in root.model_fields.values():
        for model in _inside(field.annotation):
            yield from _models(model)


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _inside(inner)


MODELS: list[type[BaseModel]] = list(dict.fromkeys([Item, WorkItem, *_models(Curriculum)]))


def _base(model: type[BaseModel]) -> type[BaseModel] | None:
    return next((kind for kind in model.__mro__[1:] if kind in {Item, WorkItem}), None)


def _title(model: type[BaseModel]) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", model.__name__).capitalize()


def test_every_part_of_a_curriculum_has_a_section() -> None:
    assert set(CURRICULUM) - {"", "Curriculum files"} == {_title(model) for model in MODELS}


@pytest.mark.parametrize("model", MODELS, ids=_title)
def test_the_keys_of_a_part_are_told(model: type[BaseModel]) -> None:
    base = _base(model)
    inherited = set(base.model_fields) if base else set()
    section = CURRICULUM[_title(model)]
    reported = {codes(row[0])[0]: row[1] for row in section.rows}
    assert set(reported) == set(model.model_fields) - inherited
    for key, default in reported.items():
        field = model.model_fields[key]
        assert (default == "needed") is field.is_required(), key
        if default.startswith("`"):
            wanted = field.default
            assert default == f"`{json.dumps(wanted) if wanted is False else wanted}`", key
    if base is Item and model is not WorkItem:
        assert section.text.startswith("An item")
    if base is WorkItem:
        assert section.text.startswith("A work item")


@pytest.mark.parametrize("model", MODELS, ids=_title)
def test_the_words_that_a_key_may_hold_are_told(model: type[BaseModel]) -> None:
    rows = {codes(row[0])[0]: row[2] for row in CURRICULUM[_title(model)].rows}
    schema = model.model_json_schema()
    schema = next((part for part in schema.get("anyOf", ()) if "properties" in part), schema)
    for key, meaning in rows.items():
        for wanted in _words(schema["properties"][key], schema.get("$defs", {})):
            assert wanted in codes(meaning), f"{key}: {wanted}"


def _words(schema: dict[str, Any], defs: dict[str, Any]) -> list[str]:
    for part in (schema, *schema.get("anyOf", ())):
        found = defs[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        if "enum" in found:
            return list(found["enum"])
    return []


def test_every_change_is_told_with_its_keys() -> None:
    reported = {
        codes(row[0])[0]: codes(row[1])
        for row in sections(REFERENCE / "plan-format.md")["Changes"].rows
    }
    kinds = get_args(get_args(changes.Change)[0])
    wanted = {
        kind.model_fields["op"].default: [
            k for k, f in kind.model_fields.items() if k != "op" and not f.exclude
        ]
        for kind in kinds
    }
    assert reported == wanted


def test_the_example_of_a_plan_is_one() -> None:
    (example,) = fences(REFERENCE / "plan-format.md", "json")
    shown = json.loads(example.text)
    reported = {
        codes(r[0])[0] for r in sections(REFERENCE / "plan-format.md")["The plan as JSON"].rows
    }
    assert set(shown) == reported
    counted = {"notifications": shown.pop("notifications")}
    plan = Plan.model_validate(shown)
    assert counted == {"notifications": plan.notifications}
    assert plan.model_dump(mode="json", exclude={"milestones", "issues"}) == shown


def test_the_kinds_of_notes_are_told() -> None:
    rows = sections(REFERENCE / "plan-format.md")["Drift and notes"].rows
    kinds = get_args(Note.model_fields["kind"].annotation)
    assert [codes(row[0])[0] for row in rows] == list(kinds)


MARKERS = sections(REFERENCE / "markers.md")


def test_the_examples_of_markers_are_markers() -> None:
    region, label, memory, button, ledger = (
        fence.text for fence in fences(REFERENCE / "markers.md", "text")
    )
    marked = find(region)
    assert marked
    assert marked.region == "What Milepost wrote."
    assert marked.marker.key == "task:m01-ml-course"
    assert key_in(label.strip()) == "kind:course"
    assert find_ledger(ledger).labels.keys() == {"kind:course"}
    assert find_ledger(ledger).seen == date(2026, 1, 9)
    (entry,) = find_log(memory).entries
    assert entry.command == Log(hours=2.5)
    pressed = BUTTON.search(button)
    assert pressed
    assert read_stored(json.loads(pressed[1])) == PauseUntil(last=date(2026, 1, 18))


@pytest.mark.parametrize(
    ("title", "model"),
    [("The region and its marker", Marker), ("The memory", CommandLog), ("The ledger", Ledger)],
)
def test_the_fields_of_markers_are_told(title: str, model: type[BaseModel]) -> None:
    table = MARKERS[title].tables[0][1:]
    # What a memory or a ledger cannot read stands among its entries or fields.
    fields = [name for name in model.model_fields if name not in {"unread", "more"}]
    assert [codes(row[0])[0] for row in table] == fields


def test_the_fields_of_a_memory_s_entry_are_told() -> None:
    fields = [name for name in Entry.model_fields if name != "command"]
    table = MARKERS["The memory"].tables[1][1:]
    assert [codes(row[0])[0] for row in table] == [*fields, "do"]


def test_everything_that_is_remembered_is_told_with_its_values() -> None:
    reported = {
        do: set(codes(row[1]))
        for row in MARKERS["The memory"].tables[2][1:]
        for do in codes(row[0])
    }
    stored = [kind for kind in Command.registry.values() if kind.log_issue.stored]
    wanted = {kind.do: set(kind.model_fields) for kind in stored}
    assert reported == wanted


def test_every_kind_of_key_is_told() -> None:
    things, only_known = (
        {kind for row in table[1:] for kind in codes(row[0]) if ":" not in kind}
        for table in MARKERS["Keys"].tables
    )
    assert things == {"unit", "event", *NEVER_CLOSED, *REPORTS} | _kinds_of_what_is_made()
    pull = ReportFiles(id="month-3", title="", files={}).key
    known = {relation_key("a", "b"), pin_key("a"), README_KEY, pull}
    known |= {"form:journal.yml", "tick:task:a"}
    assert only_known == {key.partition(":")[0] for key in known}


def _kinds_of_what_is_made() -> set[str]:
    comments = {weekly_key(Week.parse("2026-W07")), reply_key(1), PLAN_KEY}
    answer = find(answer_comment("Look at page 3.", "mona"))
    assert answer
    comments |= {
        FINISH_KEY,
        answer.marker.key,
        digest_key(Week.parse("2026-W08")),
        *(report_key(c) for c in load.from_catalog("devops-to-mlops").checkpoints),
    }
    used = {key.partition(":")[0] for key in comments}
    for name in load.catalog_names():
        settings = Settings(curriculum=name, start=date(2026, 1, 5), ahead="all")
        desired = desired_state(PlannedPath.at_start(load.from_catalog(name), settings))
        keys = {label.key for label in desired.labels}
        keys |= {milestone.key for milestone in desired.milestones}
        keys |= {issue.key for issue in desired.issues}
        used |= {key.partition(":")[0] for key in keys}
    return used


def test_the_readme_counts_what_the_built_in_path_makes() -> None:
    settings = Settings(start=date(2026, 1, 5), ahead="all")
    curriculum = load.from_catalog(settings.curriculum)
    empty, now = Snapshot(repository="learner/portfolio"), datetime(2026, 1, 5, 12, tzinfo=UTC)
    path = LearningPath.read(curriculum, settings, empty, now)
    plan = make_plan(desired_state(path, texts(path)), path.observed)
    made = {kind: plan.count(f"create-{kind}") for kind in ("label", "milestone", "issue")}
    relations = plan.count("add-sub-issue")
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    counts = (
        f"{made['label']} labels, {made['milestone']} milestones, {made['issue']} issues "
        f"and {relations} relations"
    )
    assert counts in text


def test_every_room_of_the_house_is_told_in_the_order_of_imports() -> None:
    """The contract in pyproject.toml is exhaustive: it names every module there is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    ranks = {
        name: rank
        for rank, layer in enumerate(reversed(layers))
        for name in re.findall(r"\w+", layer)
    }
    rows = sections(ROOT / "docs" / "architecture.md")["The rooms"].rows
    reported = [Path(codes(row[0])[0]) for row in rows]
    assert all((ROOT / place).exists() for place in reported)
    rooms = [place.stem for place in reported if place.parent.name == "bot"]
    assert set(rooms) == set(ranks)
    assert rooms == sorted(rooms, key=ranks.__getitem__)


def test_every_file_that_architecture_names_is_there() -> None:
    """A bare name is one of a file in `bot/`."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    known = {file.name for file in (ROOT / "bot").rglob("*.py")}
    names = re.findall(r"`([\w./-]+(?:\.(?:py|yml)|/))`", text)
    assert len(names) > 50
    inner = {"importer/", "pictures/", ".github/milepost.yml"}
    missing = [n for n in names if not (ROOT / n).exists() and n not in known | inner]
    assert missing == []


def test_the_words_of_drift_are_those_of_the_plan() -> None:
    source = (ROOT / "bot" / "planning" / "diff_issues.py").read_text(encoding="utf-8")
    rows = sections(ROOT / "docs" / "how-to" / "read-drift.md")["Read drift"].rows
    reported = [words for row in rows for words in codes(row[1])]
    assert reported
    for words in reported:
        assert f'"{words.replace("kind: reading", "%(label)s")}"' in source


PAGES_WITH_YAML = [
    page
    for page in [*sorted((ROOT / "docs" / "how-to").glob("*.md")), REFERENCE / "settings.md"]
    if fences(page, "yaml")
]


@pytest.mark.parametrize("page", PAGES_WITH_YAML, ids=name_of)
def test_pieces_of_yaml_are_what_they_show(page: Path) -> None:
    for fence in fences(page, "yaml"):
        shown = yaml.safe_load(fence.text)
        if isinstance(shown, list):
            tasks = [Task.model_validate(one) for one in shown]
            assert [task.model_dump(mode="json", exclude_unset=True) for task in tasks] == shown
        elif shown and not fence.name:
            settings = Settings.model_validate({"start": date(2026, 1, 5)} | shown)
            assert settings.model_fields_set == {"start", *shown}
            curriculum = load.from_catalog("devops-to-mlops")
            desired = desired_state(PlannedPath.at_start(curriculum, settings))
            assert len(desired.milestones) == len(list(curriculum.units()))
