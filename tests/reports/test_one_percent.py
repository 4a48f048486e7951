"""One percent everywhere: whatever was done, all that shows it says the same number."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

from hypothesis import given, settings
from reports.histories import HistoryLearner
from reports.random_histories import HOW, PATHS, histories

from bot.progress.path import LearningPath
from bot.reports import badge, checkpoint, cohort, dashboard, readme_block, status, weekly
from bot.reports.due_weeks import Week
from bot.reports.pictures import card
from bot.server.showing import packed, showing, unpacked

PERCENT = re.compile(r"(\d+)\s?%")


def shown(path: LearningPath) -> Iterator[tuple[str, str]]:
    """Yield each place and the number that it shows first."""
    week = Week.of(path.today).before
    report = checkpoint.checkpoint_report(path, path.curriculum.checkpoints[0])
    made = badge.badge("percent", path)
    page = unpacked(packed(showing(path, path.now)))
    assert page is not None
    texts = {
        "dashboard": dashboard.as_markdown(dashboard.dashboard(path)).partition("How far")[2],
        "summary": weekly.as_markdown(weekly.weekly(path, week)),
        "badge": badge.as_svg(made),
        "badge for programs": json.loads(badge.as_shields(made))["message"],
        "card": card.as_svg(card.card(path)),
        "README": readme_block.as_markdown(path, web="https://github.com"),
        "terminal": status.as_text(status.status(path)),
        "report": checkpoint.as_markdown(report),
        "page of a report": checkpoint.as_html(report).partition('class="percent"')[2],
        **({"summary on the page": weekly.as_markdown(page.week)} if page.week else {}),
    }
    for place, text in texts.items():
        found = PERCENT.search(text)
        yield place, found[1] if found else "finished" if "finished" in text else "nothing"
    yield "JSON", str(json.loads(checkpoint.as_json(report))["percent"])
    yield "page", str(page.dashboard.numbers.percent)
    yield "cohort", str(cohort.member(path).percent)


@settings(max_examples=15, deadline=None)
@given(histories())
def test_all_that_shows_the_percent_agrees(history: tuple[HistoryLearner, date]) -> None:
    learner, today = history
    path = learner.view(str(today))
    numbers = dict(shown(path))
    assert set(numbers.values()) <= {
        str(path.progress.all.percent),
        *({"finished"} if path.finished_on else ()),
    }, numbers


@settings(max_examples=15, deadline=None)
@given(histories())
def test_a_finished_path_says_the_same_for_ever(history: tuple[HistoryLearner, date]) -> None:
    learner, today = history
    for title in ("a1", "b1", "c1", "d1", "e1"):
        if title in learner.bench.titles():
            learner.done(**{title: str(today)})
    if learner.view(str(today)).finished_on is None:
        return

    def texts(day: date) -> list[str]:
        path = learner.view(str(day))
        return [
            dashboard.as_markdown(dashboard.dashboard(path)),
            status.as_text(status.status(path)),
            readme_block.as_markdown(path, web="https://github.com"),
            card.as_svg(card.card(path)),
            *(badge.badge(kind, path).message for kind in ("percent", "month", "streak")),
        ]

    after = max(today, date(2026, 4, 30))  # once the last issues to look back with are there
    assert texts(after) == texts(after + timedelta(days=1)) == texts(after + timedelta(weeks=60))


def test_ticked_boxes_count_on_all_sides() -> None:
    learner = HistoryLearner(PATHS[True], HOW).ticks("c1", 2).done(a1="2026-01-08")
    numbers = dict(shown(learner.view("2026-01-12")))
    assert set(numbers.values()) == {str(int(100 * (7 + 13 * 2 / 3) / 38))}
