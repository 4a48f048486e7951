"""Until when a repository is quiet: no sync before that moment has anything to write."""

from datetime import datetime, timedelta

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

SECOND = timedelta(seconds=1)


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


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
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


@pytest.mark.parametrize("curriculum", [RICH, LONG], ids=["rich", "long"])
def test_most_nights_of_an_idle_path_are_quiet(curriculum: Curriculum) -> None:
    """From the first day to months after the end: at most three nights a week are not."""
    runs = SyncRuns(curriculum, config(publish=EVERYTHING))
    runs.sync()
    until, quiet, nights = runs.now, 0, 0
    end = runs.sync().path.dates.last + timedelta(days=90)
    while runs.now.date() < end:
        runs.later(days=1)
        nights += 1
        if runs.now < until:
            quiet += 1
            continue
        done = runs.sync()
        if not done.wrote:
            until = checked(runs, done, (0.1, 0.4, 0.7, 1))
    assert quiet >= nights * 4 / 7
