"""Until when a repository is quiet: no sync before that moment has anything to write."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from planning.paths import LONG
from reports.histories import RICH
from repository_fixture import settings as config
from sync.random_learner import MENTOR, RandomLearner
from sync.sync_runs import SyncRuns, local
from sync.test_sync_laws import CLOCKS, EVERYTHING, STORY

from bot.curriculum.model import Curriculum
from bot.progress.path import PathReader
from bot.server.showing import packed, showing
from bot.sync.quiet import quiet_until
from bot.sync.sync import Sync, SyncResult

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def at(runs: SyncRuns, moment: datetime) -> Sync:
    """A sync of the repository as it is, at another moment."""
    paths = PathReader(runs.path, runs.how, moment)
    return Sync(paths, runs.bench.edges, web="https://github.com")


def checked(runs: SyncRuns, done: SyncResult, places: tuple[float, ...] = (0.5, 1)) -> datetime:
    """Up to when it is quiet; fails when something is written, or shown otherwise, before that."""
    until = quiet_until(done.path, done.refused)
    page = packed(showing(done.path, runs.now))
    for moment in (runs.now + (until - SECOND - runs.now) * place for place in places):
        if moment > runs.now:
            seen = at(runs, moment).foresee()
            assert (seen.plan.changes, seen.due, seen.files.writes) == ((), (), ()), moment
            path = PathReader(runs.path, runs.how, moment).path(runs.bench.edges.snapshot())
            assert packed(showing(path, runs.now)) == page, moment
    return until


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    STORY,
    st.sampled_from(CLOCKS),
    st.sampled_from([0, 1, 2, "all"]),
    st.sampled_from([{}, EVERYTHING]),
    st.sampled_from(["comment", "issue"]),
)
def test_nothing_is_due_before_the_moment(
    story: list[tuple[list[tuple[str, int]], int, bool]],
    clock: tuple[str, str],
    ahead: int | str,
    publish: dict[str, object],
    place: str,
) -> None:
    zone, begins = clock
    how = config(
        begins[:10],
        timezone=zone,
        ahead=ahead,
        publish=publish,
        summary=place,
        mentors=[MENTOR],
    )
    runs = SyncRuns(RICH, how, local(zone, begins))
    runs.sync()
    learner = RandomLearner(runs)
    for acts, hours, _ in story:
        for name, number in acts:
            learner.does(name, number)
        runs.later(hours=hours).sync()
        done = runs.sync()
        if not done.wrote:
            checked(runs, done)


PAUSED = {"pauses": [{"from": "2026-02-06", "to": "2026-02-10"}]}


@pytest.mark.parametrize(
    ("curriculum", "how"),
    [(RICH, {}), (RICH, PAUSED | {"publish": EVERYTHING}), (LONG, {"ahead": 3})],
    ids=["rich", "paused", "long"],
)
def test_most_nights_of_an_idle_path_are_quiet(
    curriculum: Curriculum, how: dict[str, object]
) -> None:
    """From the first day to months after the end, and months after all was done.

    Units begin on a Wednesday and summaries are due on Mondays, so each has nights of its own.
    """
    runs = SyncRuns(curriculum, config("2026-01-07", **how))
    runs.sync()
    last = runs.sync().path.dates.last
    for days in (90, 110):
        quiet, nights = idle_nights(runs, datetime.combine(last, time(), UTC) + days * DAY)
        assert quiet >= nights * 0.6
        for issue in runs.issues():
            runs.bench.close(issue.title)


def idle_nights(runs: SyncRuns, end: datetime) -> tuple[int, int]:
    """Live up to a moment; how many nights end early, and how many there are."""
    until, quiet, nights = runs.now, 0, 0
    while runs.now < end:
        runs.later(days=1)
        nights += 1
        if runs.now < until:
            quiet += 1
            continue
        done = runs.sync()
        done = runs.sync() if done.wrote else done
        if not done.wrote:
            until = checked(runs, done, (0.3, 1))
    return quiet, nights
