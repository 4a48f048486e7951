"""The one value for the path: read once for each snapshot, its parts worked out once."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config
from sync.sync_runs import SyncRuns

from bot.planning import path as planned
from bot.progress import path as paths
from bot.progress.path import LearningPath, PathReader

NOW = datetime(2026, 1, 12, 9, tzinfo=UTC)


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.apply(SMALL)
    return made


def counted(patch: pytest.MonkeyPatch, calls: Counter[str], module: Any, name: str) -> None:
    work: Callable[..., object] = getattr(module, name)

    def counting(*args: Any, **more: Any) -> object:
        calls[name] += 1
        return work(*args, **more)

    patch.setattr(module, name, counting)


def test_a_run_without_anything_to_do_works_everything_out_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = SyncRuns(SMALL)
    runs.sync()
    runs.sync()
    calls: Counter[str] = Counter()
    for name in ("observe", "read_learner_history", "read_progress", "forecast"):
        counted(monkeypatch, calls, paths, name)
    counted(monkeypatch, calls, planned, "schedule")
    assert runs.writes() == []
    # The first schedule is that of the settings file alone, checked before anything is read.
    assert calls == {
        "observe": 1,
        "read_learner_history": 1,
        "read_progress": 1,
        "forecast": 1,
        "schedule": 2,
    }


def test_the_same_snapshot_is_read_once_and_another_anew(bench: RepositoryFixture) -> None:
    reader = PathReader(SMALL, config(), NOW)
    first, second = bench.edges.snapshot(), bench.edges.snapshot()
    path = reader.path(first)
    assert reader.path(first) is path
    assert path.at(first) is path
    assert reader.path(second) is not path
    assert path.at(second).observed.snapshot is second


def test_what_was_said_holds_and_the_file_stays_at_hand(bench: RepositoryFixture) -> None:
    runs = SyncRuns(SMALL, config())
    runs.sync()
    runs.bench.comment("Your path", "/pause until 2026-02-01")
    runs.sync()
    path = LearningPath.read(SMALL, config(), runs.bench.edges.snapshot(), NOW)
    assert path.file_settings.pauses == ()
    assert [str(pause.last) for pause in path.settings.pauses] == ["2026-02-01"]
    assert path.at(bench.edges.snapshot()).settings.pauses == ()


def test_the_day_is_the_one_in_the_learners_zone(bench: RepositoryFixture) -> None:
    how = config(timezone="Pacific/Kiritimati")
    late = datetime(2026, 1, 12, 10, tzinfo=UTC)
    assert str(LearningPath.read(SMALL, how, bench.edges.snapshot(), late).today) == "2026-01-13"
