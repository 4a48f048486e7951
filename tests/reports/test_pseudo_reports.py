"""Nothing that a report says escapes the catalogue: each is rendered in a language that is none.

What the guide and the learner wrote is put in capitals first, which are not looked for.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pytest
from pseudo_language import escapes, pseudo_language
from pydantic import BaseModel
from reports.checkpoints import REPORTED, three_months
from reports.checkpoints import STATES as CHECKPOINTS
from reports.histories import RICH, HistoryLearner
from reports.test_finish import finished
from reports.test_status import STATES as PAGES
from reports.test_weekly import STATES as WEEKS
from reports.test_weekly import reported
from sync.test_digest import COHORT, TODAY

from bot.action.outputs import ActivityResult, summary
from bot.progress.career import metrics
from bot.reports import checkpoint, cohort, digest, finish, status, weekly
from bot.sync.publish import DueComment
from bot.templating import render

Model = TypeVar("Model", bound=BaseModel)
Text = Callable[[], str]
# The fields of reports that hold words of the guide, of the learner or of GitHub.
THEIRS = (
    *("title", "name", "path", "module", "unit", "text", "basis", "aim", "experience", "covered"),
    *("missing", "unsure", "piece", "words", "next_checkpoint", "attested_by", "repository"),
    *("who", "where", "planned", "highlight", "checkpoint"),
)
# What is no text: the frame of a page, and commands.
FRAME = re.compile(
    r"<!doctype[^>]*>|<style>.*?</style>|<code>.*?</code>|^  /\w+ \w*", re.DOTALL | re.MULTILINE
)


def in_capitals(values: Model) -> Model:
    """Return a report with all words that are not ours in capitals."""

    def changed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: changed(one, str(name)) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [changed(one, key) for one in value]
        return value.upper() if isinstance(value, str) and key in THEIRS else value

    return type(values).model_validate(changed(values.model_dump()))


def week(name: str) -> Text:
    learner, number, today = WEEKS[name]
    made = learner()
    return lambda: weekly.as_markdown(in_capitals(reported(made, number, today)))


def checkpoints(name: str) -> Text:
    report = in_capitals(CHECKPOINTS[name]())
    return lambda: checkpoint.as_markdown(report) + checkpoint.as_html(report)


def page(name: str) -> Text:
    learner, today = PAGES[name]
    made = learner()
    return lambda: status.as_text(in_capitals(status.status(made.view(today))))


def totals() -> Text:
    values = finish.finish(finished().view("2026-01-30"))
    assert values is not None
    shown = in_capitals(values)
    return lambda: finish.as_markdown(shown) + finish.as_html(shown)


def mentors() -> Text:
    group = in_capitals(COHORT)
    return lambda: (
        cohort.as_markdown(group)
        + cohort.as_text(group)
        + digest.as_markdown(group, TODAY)
        + digest.as_chat(group, TODAY, "")
    )


def job() -> Text:
    path = HistoryLearner(RICH).view("2026-01-07")
    due = DueComment(key="weekly:2026-W02", title="X", text="Y")
    wrong = [{"message": "X", "file": "a.yml", "line": 1}]
    return lambda: (
        summary(ActivityResult(title="X", path=path, due=(due,)))
        + render("action-stopped.md.j2", wrong=wrong)
        + render("action-pull.md.j2", plan=None, closing="", run="https://x/1")
    )


def numbers() -> Text:
    path = three_months().view(REPORTED)
    return lambda: "\n".join(
        f"{m.basis} {m.text if m.low is None else ''}" for m in metrics(path, path.today)
    )


# What is said is made ready in English, and said in the other language.
TEXTS: dict[str, Callable[[], Text]] = {
    **{f"week: {name}": partial(week, name) for name in WEEKS},
    **{f"checkpoint: {name}": partial(checkpoints, name) for name in CHECKPOINTS},
    **{f"terminal: {name}": partial(page, name) for name in PAGES},
    **{made.__name__: made for made in (totals, mentors, job, numbers)},
}
# The labels of the guide's units, in the settings of the job's page.
UNITS = {"Month", "Week"}


@pytest.mark.parametrize("name", TEXTS)
def test_no_word_of_a_report_escapes_the_catalogue(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = TEXTS[name]()
    with pseudo_language(monkeypatch):
        text = FRAME.sub("", made())
    assert {word for word in escapes(text) if not word.isupper()} - UNITS == set()
