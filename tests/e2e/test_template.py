"""What becomes of a template: copies start by their first push, the template itself never does."""

from datetime import date
from pathlib import Path

import pytest
from cli.terminal import Terminal
from e2e.act_runner import NEEDS_ACT, milepost
from e2e.template_stage import TemplateStage

from bot.planning.ledger import find_ledger
from github_sandbox.state import templates

__all__ = ["milepost"]
pytestmark = NEEDS_ACT


@pytest.fixture
def stage(terminal: Terminal, milepost: Path) -> TemplateStage:
    return TemplateStage(terminal, milepost)


def test_the_first_push_of_a_copy_starts_the_path_and_later_ones_start_no_job(
    stage: TemplateStage,
) -> None:
    learner = stage.world.actor()
    with stage.world.lock:
        copy = templates.generate(stage.world, learner, stage.template, {"name": "my-path"})
    event = stage.event(stage.pushes[0])

    job = stage.run(copy, event)
    assert (job.code, job.errors, job.warnings) == (0, (), ())
    dashboard = next(i for i in copy.issues.values() if i.title.startswith("Your path"))
    assert find_ledger(dashboard.body or "").started == date(2026, 11, 24)
    first = min(copy.milestones.values(), key=lambda one: one.number)
    assert first.due
    assert first.due > date(2026, 11, 24)
    head = copy.git.head("main")
    assert head
    assert "0% done" in head.files["README.md"].decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "badge.svg" in head.files["README.md"].decode()

    made = len(copy.issues)
    again = stage.run(copy, event)
    assert (again.code, again.outputs["changes"]) == (0, "0")
    later = event | {"created": False, "before": head.sha}
    later["head_commit"] = event["head_commit"] | {"message": "Write notes"}
    skipped = stage.run(copy, later)
    assert (skipped.code, skipped.outputs, skipped.printed) == (0, {}, "")
    assert len(copy.issues) == made


def test_in_the_template_itself_nothing_begins(stage: TemplateStage) -> None:
    with stage.world.lock:
        learner = stage.world.actor()
        templates.generate(stage.world, learner, stage.template, {"name": "copy"})
    event = stage.event(stage.pushes[0])
    event["repository"] |= {"full_name": stage.template.full_name, "is_template": True}
    job = stage.run(stage.template, event)
    assert (job.code, job.errors) == (0, ())
    assert "This is a fork or a template." in job.printed
    assert stage.template.issues == {}
