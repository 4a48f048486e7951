"""The reference of reports tells every key of the JSON, and no other."""

import json
import re
from typing import Any, get_args

import pytest
from docs.pages import ROOT, codes, sections
from pydantic import BaseModel
from reports.checkpoints import STATES

from bot.progress.career import Metric
from bot.progress.forecast import Forecast
from bot.progress.journal import JournalEntry
from bot.progress.learner_history import Evidence, Rating
from bot.progress.skills import SkillRating
from bot.reports.checkpoint import CheckpointReport, HoursReport, NextStep, RoleReport, as_json
from bot.reports.checkpoint_evidence import CountFound, EvidencePiece, ItemReport

PAGE = sections(ROOT / "docs" / "reference" / "reports.md")
MODELS: dict[str, type[BaseModel]] = {
    "JSON": CheckpointReport,
    "Item": ItemReport,
    "Piece": EvidencePiece,
    "Evidence found": Evidence,
    "Count": CountFound,
    "Skill": SkillRating,
    "Rating": Rating,
    "Hours": HoursReport,
    "Metric": Metric,
    "Entry": JournalEntry,
    "Role": RoleReport,
    "Forecast": Forecast,
    "Step": NextStep,
}


def reported(section: str) -> list[str]:
    return [key for row in PAGE[section].rows for key in codes(row[0])]


@pytest.mark.parametrize("section", MODELS)
def test_the_keys_of_a_report_are_told(section: str) -> None:
    extra = ["schema"] if section == "JSON" else []
    assert sorted(reported(section)) == sorted([*extra, *MODELS[section].model_fields])


def test_every_part_of_the_json_has_its_table() -> None:
    found: set[type[BaseModel]] = set()
    ahead: list[Any] = [CheckpointReport]
    while ahead:
        one = ahead.pop()
        ahead += get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in found:
            found.add(one)
            ahead += [field.annotation for field in one.model_fields.values()]
    assert found == set(MODELS.values())


def test_the_json_has_the_keys_that_are_told() -> None:
    assert list(json.loads(as_json(STATES["tiny"]()))) == reported("JSON")


def test_the_parts_of_a_report_are_told_by_their_headings() -> None:
    text = (ROOT / "templates" / "checkpoint.md.j2").read_text(encoding="utf-8")
    headings = re.findall(r'^### \{\{ _\("(.+)"\) \}\}$', text, re.MULTILINE)
    assert [row[0] for row in PAGE["The checkpoint report"].rows] == headings
