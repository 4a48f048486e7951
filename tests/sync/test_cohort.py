"""A mentor's table: those who share, as they want to be named, and nothing about anybody else."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
import yaml
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import ALL, RICH, HistoryLearner
from repository_fixture import settings

from bot.curriculum.model import Curriculum
from bot.errors import AuthenticationError, MilepostError, RepositoryMovedError, UnavailableError
from bot.planning.snapshot import Snapshot
from bot.progress.commands.help_me import HelpMe
from bot.reports.cohort import (
    Cohort,
    Member,
    arranged,
    as_csv,
    as_json,
    as_markdown,
    as_text,
)
from bot.settings import CONFIG_PATH, Settings
from bot.sync.cohort import (
    CONCURRENCY,
    CohortReading,
    MentorReader,
    NotShown,
    cohort,
    listed,
)

NOW = datetime(2026, 2, 16, 8, tzinfo=UTC)
SHARED: dict[str, Any] = {"share": True}


class RenamedReader:
    """A reader of one repository of the world, under a name of its own."""

    def __init__(self, name: str, learner: HistoryLearner, files: dict[str, str]) -> None:
        self._name = name
        self._edges = learner.bench.edges
        self._files = files
        self.requested: list[str] = []

    def login(self) -> str:
        self.requested.append("login")
        return "Ada"

    def file(self, path: str) -> str | None:
        self.requested.append(path)
        return self._files.get(path)

    def snapshot_at_once(self) -> Snapshot:
        self.requested.append("snapshot")
        found = self._edges.snapshot()
        home = f"https://github.com/{self._name}"
        issues = tuple(
            issue.model_copy(update={"url": f"{home}/issues/{issue.number}"})
            for issue in found.issues
        )
        return found.model_copy(update={"repository": self._name, "issues": issues})


class World:
    """Repositories by name; an error stands for one that cannot be read."""

    def __init__(self) -> None:
        self.shelves: dict[str, RenamedReader | MilepostError] = {}

    def joins(
        self,
        repository: str,
        learner: HistoryLearner | None = None,
        path: Curriculum = LONG,
        how: Settings = ALL,
        mentors: Sequence[str] = ("bea", "ada"),
        **cohort: Any,
    ) -> RenamedReader:
        """A repository whose settings contain this about the cohort."""
        own = how.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        own |= {"curriculum": "path.yml", "cohort": cohort or SHARED, "ahead": "all"}
        own |= {"mentors": list(mentors)}
        drawn = path.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        files = {CONFIG_PATH: yaml.safe_dump(own), "path.yml": yaml.safe_dump(drawn)}
        page_cache = RenamedReader(repository, learner or HistoryLearner(path, how), files)
        self.shelves[repository] = page_cache
        return page_cache

    @contextmanager
    def open(self, name: str) -> Iterator[MentorReader]:
        page_cache = self.shelves[name]
        if isinstance(page_cache, MilepostError):
            raise page_cache
        yield page_cache  # type: ignore[misc] # the three methods that are needed

    def read(self, *names: str) -> CohortReading:
        return cohort(names or tuple(self.shelves), self.open, NOW)

    def table(self, *names: str) -> Cohort:
        return self.read(*names).table


@pytest.fixture
def world() -> World:
    return World()


def only(table: Cohort) -> Member:
    (found,) = table.learners
    return found


def test_a_row_says_where_somebody_is(world: World) -> None:
    learner = HistoryLearner().done(a1="2026-01-14", b1="2026-02-04", c1="2026-02-11")
    learner.logs(2, "2026-02-15").label("d1", "status: blocked")
    world.joins("mia/path", learner)
    row = only(world.table())
    assert (row.who, row.repository, row.percent, row.active_weeks) == ("mia", "mia/path", 50, 2)
    assert (row.where, row.planned) == ("Month 2, Week 3-4", "Month 2, Week 3-4")
    # Two of the six were finished within a week; nobody has approved any of the three.
    assert (row.change, row.awaiting) == (17, 3)
    assert (row.checkpoint, str(row.checkpoint_on)) == ("The end", "2026-03-29")
    assert str(row.last_activity) == "2026-02-15"
    number = learner.bench.issue("d1").number
    (inputs,) = row.asking
    assert (row.asks, inputs.title, inputs.since) == (1, "d1", None)
    assert inputs.url == f"https://github.com/mia/path/issues/{number}"


def test_who_goes_by_another_name_is_not_given_away(world: World) -> None:
    learner = HistoryLearner().label("d1", "status: blocked")
    learner.bench.edit("d1", title="mia's own d1")
    learner.contains(HelpMe(words="what is a pod?"), "2026-02-13", "mia's")
    world.joins("mia/path", learner, share=True, name="Blue Heron")
    table = world.table()
    row = only(table)
    assert (row.who, row.repository, row.asks) == ("Blue Heron", None, 1)
    (asking,) = row.asking
    assert (asking.title, asking.url, asking.words) == ("d1", "", "what is a pod?")
    for shape in (as_text, as_markdown, as_json, as_csv):
        reported = shape(table)
        assert "mia" not in reported
        assert "Blue Heron" in reported


@pytest.mark.parametrize("how", [{"share": False}, {"share": False, "name": "Blue Heron"}])
def test_of_who_does_not_share_only_the_settings_are_read(
    world: World, how: dict[str, Any]
) -> None:
    page_cache = world.joins("mia/path", **how)
    reading = world.read()
    assert reading.not_shown == (NotShown("mia/path", "does not share with you"),)
    assert (reading.table.learners, reading.table.not_shown) == ((), 1)
    assert page_cache.requested == [CONFIG_PATH]


@pytest.mark.parametrize("mentors", [[], ["bea"], ["ad", "adam"]])
def test_who_does_not_name_this_mentor_shares_nothing_with_them(
    world: World, mentors: list[str]
) -> None:
    page_cache = world.joins("mia/path", mentors=mentors)
    assert world.read().not_shown == (NotShown("mia/path", "does not share with you"),)
    assert "snapshot" not in page_cache.requested


def test_sharing_is_off_by_default(world: World) -> None:
    page_cache = world.joins("mia/path")
    page_cache._files[CONFIG_PATH] = "start: 2026-01-05\nmentors: [ada]\n"
    assert world.table() == Cohort(learners=(), not_shown=1)


def test_leaving_takes_effect_with_the_next_run(world: World) -> None:
    world.joins("mia/path")
    assert len(world.table().learners) == 1
    world.joins("mia/path", share=False)
    assert world.table().learners == ()


def test_the_order_is_as_given_and_nobody_stands_twice(world: World) -> None:
    for name in ("zoe/path", "ada/path", "mia/path"):
        world.joins(name)
    table = world.table("zoe/path", "mia/path", "ada/path", "Zoe/Path")
    assert [row.who for row in table.learners] == ["zoe", "mia", "ada"]


def test_one_bad_repository_does_not_stop_the_others(world: World) -> None:
    world.shelves["gone/path"] = RepositoryMovedError("it is called new/path now.")
    world.shelves["slow/path"] = UnavailableError("GitHub did not answer.", where="GitHub")
    world.joins("wrong/path")._files[CONFIG_PATH] = "begin: today\n"
    world.joins("empty/path")._files.clear()
    world.joins("lost/path")._files.pop("path.yml")
    world.joins("mia/path")
    table, not_shown, _ = world.read()
    assert [row.who for row in table.learners] == ["mia"]
    reasons = {row.repository: row.reason for row in not_shown}
    assert {row.repository: row.exit_code for row in not_shown} == {
        "gone/path": 6,
        "slow/path": 8,
        "wrong/path": 3,
        "empty/path": 3,
        "lost/path": 4,
    }
    assert world.read().exit_code == 6
    assert reasons["gone/path"] == "it is called new/path now."
    assert reasons["slow/path"] == "GitHub: GitHub did not answer."
    assert "begin" in reasons["wrong/path"]
    assert "there is no .github/milepost.yml" in reasons["empty/path"]
    assert "there is no file 'path.yml'" in reasons["lost/path"]


def test_a_token_that_opens_nothing_is_said_once(world: World) -> None:
    world.shelves["mia/path"] = AuthenticationError("The token is wrong.")
    with pytest.raises(AuthenticationError):
        world.table()


def test_help_is_asked_for_by_open_issues_only_whatever_the_label_s_name(world: World) -> None:
    learner = HistoryLearner().label("d1", "status: blocked").label("e1", "status: blocked")
    learner.bench.edit_label("status: blocked", new_name="Help!")
    learner.bench.close("e1")
    world.joins("mia/path", learner)
    assert [inputs.title for inputs in only(world.table()).asking] == ["d1"]


@pytest.mark.parametrize(
    ("how", "planned", "paused_until"),
    [
        ({"start": "2026-03-02"}, "Starts on 2 Mar 2026", None),
        ({"start": "2025-06-02"}, "Ended on 24 Aug 2025", None),
        (
            {"pauses": [{"from": "2026-02-14", "to": "2026-02-20"}]},
            "Month 2, Week 1-2",
            date(2026, 2, 20),
        ),
    ],
)
def test_the_plan_stands_beside_the_work_before_after_and_in_a_pause(
    world: World, how: dict[str, Any], planned: str, paused_until: date | None
) -> None:
    config = settings(**{"start": "2026-01-05", "ahead": "all", **how})
    world.joins("mia/path", how=config)
    row = only(world.table())
    assert row.planned.replace("\N{NO-BREAK SPACE}", " ") == planned
    assert (row.where, row.paused_until) == ("Month 1, Week 1-2", paused_until)


def test_neither_what_was_left_behind_nor_what_is_done_early_moves_the_work_far(
    world: World,
) -> None:
    left = HistoryLearner().done(b1="2026-01-14", c1="2026-01-20", d1="2026-02-10")
    world.joins("left/behind", left)
    world.joins("far/ahead", HistoryLearner().done(f1="2026-01-14"))
    assert [row.where for row in world.table().learners] == [
        "Month 2, Week 3-4",
        "Month 1, Week 3-4",
    ]


def test_rows_are_sorted_and_chosen_where_that_is_asked_for(world: World) -> None:
    busy = HistoryLearner().done(a1="2026-01-14", b1="2026-02-14")
    world.joins("mia/path", busy, share=True, group="Spring")
    asking = HistoryLearner().done(a1="2026-01-20").label("d1", "status: blocked")
    world.joins("zoe/path", asking, share=True, group="autumn")
    world.joins("ada/path", share=True, group="spring")
    rests = settings("2026-01-05", ahead="all", pauses=[{"from": "2026-02-01", "to": "2026-03-01"}])
    world.joins("ida/path", HistoryLearner(how=rests), how=rests)
    table = world.table()

    def names(**how: Any) -> str:
        return " ".join(one.who for one in arranged(table, NOW.date(), **how).learners)

    assert names() == "mia zoe ada ida"
    assert names(sort="name") == "ada ida mia zoe"
    assert names(sort="done") == "mia zoe ada ida"
    assert names(sort="week") == "mia zoe ada ida"
    assert names(sort="active") == "ada ida zoe mia"
    assert names(only="help") == "zoe"
    assert names(only="approve") == "mia zoe"
    assert names(only="inactive") == "zoe ada"
    assert names(group="SPRING", sort="name") == "ada mia"
    assert names(group="winter") == ""


def test_a_checkpoint_that_was_reached_has_a_result(world: World) -> None:
    done = HistoryLearner(RICH).ticks("Checkpoint after Month 1")
    world.joins("mia/path", done, RICH)
    (result,) = only(world.table()).results
    assert (result.title, str(result.on)) == ("One month in", "2026-02-01")
    assert (result.found, result.points) == (1, 1)


def test_a_spreadsheet_takes_no_name_for_a_formula(world: World) -> None:
    world.joins("mia/path", share=True, name='=HYPERLINK("x")', group="@sum")
    world.joins("zoe/path")
    head, row, other = csv.reader(io.StringIO(as_csv(world.table())))
    found = dict(zip(head, row, strict=True))
    assert (found["who"], found["group"]) == ('\'=HYPERLINK("x")', "'@sum")
    assert (found["repository"], found["percent"], found["last_activity"]) == ("", "0", "")
    assert dict(zip(head, other, strict=True))["repository"] == "zoe/path"


def test_eight_are_read_at_a_time(world: World) -> None:
    together = Barrier(CONCURRENCY)
    readers = [world.joins(f"u{number}/path") for number in range(CONCURRENCY)]
    opened = world.open

    @contextmanager
    def open_together(name: str) -> Iterator[MentorReader]:
        together.wait(20)  # breaks when fewer are read at once
        with opened(name) as reader:
            yield reader

    seen = list[tuple[int, int, str]]()
    reading = cohort(world.shelves, open_together, NOW, lambda *read: seen.append(read))
    assert [row.who for row in reading.table.learners] == [f"u{n}" for n in range(CONCURRENCY)]
    assert [(done, of) for done, of, _ in seen] == [(n + 1, CONCURRENCY) for n in range(8)]
    assert {name for *_, name in seen} == set(world.shelves)
    # Who reads is asked for once, not for each.
    assert sum(one.requested.count("login") for one in readers) == 1


def test_all_done_is_said(world: World) -> None:
    days = dict.fromkeys(["a1", "b1", "c1", "d1", "e1", "f1"], "2026-02-10")
    world.joins("mia/path", HistoryLearner().done(**days))
    row = only(world.table())
    assert (row.where, row.percent) == ("All done", 100)


def group(world: World) -> Cohort:
    learner = HistoryLearner(RICH).done(a1="2026-01-14", b1="2026-02-11")
    learner.label("c1", "status: blocked").label("e1", "status: blocked")
    learner.bench.edit("c1", title="What | now? <b>@you</b> #1")
    world.joins("mia/path", learner, RICH)
    world.joins("quiet/path")
    hidden = HistoryLearner().done(a1="2026-02-11").label("d1", "status: blocked")
    world.joins("secret/path", hidden, share=True, name="Blue | Heron")
    world.joins("shy/path", share=False)
    world.shelves["gone/path"] = RepositoryMovedError("it is called new/path now.")
    return world.table()


@pytest.mark.parametrize("shape", [as_text, as_markdown, as_json, as_csv])
def test_the_table(world: World, file_regression: FileRegressionFixture, shape: Any) -> None:
    ending = {as_text: ".txt", as_markdown: ".md", as_json: ".json", as_csv: ".csv"}[shape]
    file_regression.check(f"{shape(group(world))}\n", extension=ending, encoding="utf-8")


@pytest.mark.parametrize("shape", [as_text, as_markdown])
def test_a_table_of_nobody_has_no_heads(world: World, shape: Any) -> None:
    world.joins("shy/path", share=False)
    assert shape(world.table()).strip() == "1 path isn't shown."


@pytest.mark.parametrize("shape", [as_text, as_markdown, as_json, as_csv])
def test_a_table_that_is_handed_on_names_nobody_who_does_not_share(
    world: World, shape: Any
) -> None:
    reported = shape(group(world))
    assert not any(name in reported for name in ("shy", "gone", "secret"))


def test_json_is_the_same_table(world: World) -> None:
    table = group(world)
    assert json.loads(as_json(table)) == table.model_dump(mode="json")
    assert Cohort.model_validate_json(as_json(table)) == table


def test_a_file_lists_one_repository_a_line() -> None:
    text = "# spring\n\nmia/path\n  zoe/path  # from May\r\n#ada/path\n"
    assert listed(text) == ["mia/path", "zoe/path"]
