"""A guide used as it is: a path goes on with the reading that it began with."""

import re
from collections.abc import Callable
from hashlib import sha256

import pytest
from repository_fixture import settings
from sync.sync_runs import SyncRuns

from bot.curriculum import importer
from bot.curriculum.model import Curriculum
from bot.errors import RefusedError
from bot.planning import reading_record
from bot.planning.ledger import Ledger, find_ledger, with_ledger
from bot.planning.plan import Plan
from bot.progress.guide_file import GuideFile
from bot.sync.apply import WriteContext
from github_sandbox.state.objects import Issue

GUIDE = """# Learn Rust

## Week 1: Set up

- [ ] Install the toolchain
- [ ] Write a small program

## Week 2: Ownership

- [ ] Solve ten exercises on ownership
- [ ] Explain borrowing in a post
"""
# As a newer importer reads it: a task less, two more, another title.
OTHERWISE = """# Learn Rust

## Week 1: Set up

- [ ] Install the whole toolchain
- [ ] Write a small program

## Week 2: Ownership

- [ ] Solve ten exercises on ownership
- [ ] Draw a picture of the heap
- [ ] Answer a question of somebody else
"""
SENTENCE = "This version of Milepost reads your guide differently. 2 tasks are new. 1 task goes."
TICK = re.compile(r"- \[ \](?=[^\n]*\"do\":\"reading\")")


def read_text(text: str) -> Callable[[str], Curriculum]:
    return lambda units: importer.read(text.encode(), name="guide.md", prefer=units).curriculum


def importer_must_rest(_: str) -> Curriculum:
    raise AssertionError("the guide is imported")


class GuideRuns(SyncRuns):
    """Runs on a guide; `use` changes the guide, `upgrade` the importer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(read_text(GUIDE)(""), settings(ahead="all"))
        self._patch = monkeypatch
        self.use(GUIDE)
        self.sync()
        self.sync()

    def use(self, text: str, read: Callable[[str], Curriculum] | None = None) -> None:
        self.guide = GuideFile(text.encode(), read or read_text(text))

    def upgrade(self, text: str, version: str = "newer") -> None:
        """From now on the importer reads the guide as the former did `text`."""
        self._patch.setattr("bot.progress.guide_file.importer_version", lambda: version)
        self.use(GUIDE, read_text(text))

    def dashboard(self) -> Issue:
        return next(i for i in self.issues() if i.title.startswith("Your path"))

    def plan(self) -> Plan:
        return self.foresee().plan

    def tick(self) -> None:
        """The learner accepts the reading that is offered."""
        body = self.dashboard().body or ""
        assert TICK.search(body)
        self.bench.edit("Your path", body=TICK.sub("- [x]", body))

    def work(self) -> dict[str, tuple[int, str]]:
        """Number and state of each task, by title."""
        return {
            i.title: (i.number, i.state_reason or i.state)
            for i in self.issues()
            if '"key":"task:' in (i.body or "")
        }

    def rewrite_ledger(self, change: Callable[[Ledger], Ledger]) -> None:
        issue = self.dashboard()
        issue.body = with_ledger(issue.body or "", change(find_ledger(issue.body or "")))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> GuideRuns:
    return GuideRuns(monkeypatch)


def test_a_run_with_the_guide_as_it_was_imports_nothing(runs: GuideRuns) -> None:
    runs.use(GUIDE, importer_must_rest)
    assert runs.writes() == []
    runs.later(weeks=1).sync()
    assert runs.writes() == []


def test_a_newer_importer_changes_nothing_by_itself_and_the_dashboard_offers_it(
    runs: GuideRuns,
) -> None:
    before = runs.contents()
    runs.upgrade(OTHERWISE)
    assert [n.text for n in runs.plan().notes if n.kind == "reading"] == [
        f"{SENTENCE} Tick the box on the dashboard to use it."
    ]
    runs.sync()
    after = runs.contents()
    changed = [i for i in after["issues"] if i not in before["issues"]]
    assert [issue["title"] for issue in changed] == ["Your path: Learn Rust"]
    assert f"- [ ] {SENTENCE}" in changed[0]["body"]
    assert {**after, "issues": 0} == {**before, "issues": 0}
    assert runs.writes() == []
    runs.later(weeks=1).sync()
    assert set(runs.work()) == {task.title for task in read_text(GUIDE)("").tasks()}


def test_an_accepted_reading_is_planned_once_and_finished_work_stays(runs: GuideRuns) -> None:
    runs.bench.close("Install the toolchain")
    runs.bench.close("Explain borrowing in a post")
    before = runs.work()
    runs.upgrade(OTHERWISE)
    runs.sync()
    runs.tick()
    done = runs.sync()
    after = runs.work()
    assert {title: after[title] for title in before} == before
    new = {"Draw a picture of the heap", "Answer a question of somebody else"}
    assert set(after) - set(before) == new
    finished = {w.title for w in done.path.progress.work if w.finished}
    assert finished == {"Install the toolchain"}  # its issue keeps the title it was closed with
    assert TICK.search(runs.dashboard().body or "") is None
    assert runs.writes() == []
    runs.use(GUIDE, importer_must_rest)
    assert runs.writes() == []


def test_what_an_accepted_reading_removes_is_not_limited(runs: GuideRuns) -> None:
    short = "# Learn Rust\n\n## Week 1: Set up\n\n- [ ] Write a small program\n"
    runs.upgrade(short)
    runs.sync()
    runs.tick()
    runs.sync()
    states = {title: state for title, (_, state) in runs.work().items()}
    assert states.pop("Write a small program") == "open"
    assert set(states.values()) == {"not_planned"}
    assert runs.writes() == []


def test_a_newer_importer_that_reads_alike_is_only_noted(runs: GuideRuns) -> None:
    before = runs.dashboard().body or ""
    runs.upgrade(GUIDE)
    assert len(runs.writes()) == 1
    after = runs.dashboard().body or ""
    assert after.partition("milepost:ledger")[0] == before.partition("milepost:ledger")[0]
    runs.use(GUIDE, importer_must_rest)
    assert runs.writes() == []
    more = f"{GUIDE}- [ ] Give a talk\n"
    runs.use(more)
    runs.sync()
    assert "Give a talk" in runs.work()


def test_what_changes_in_the_guide_changes_just_that(runs: GuideRuns) -> None:
    runs.bench.close("Write a small program")
    runs.sync()
    before = runs.work()
    line = "- [ ] Write a small program\n"
    moved = GUIDE.replace(line, "").replace(
        "- [ ] Explain", f"{line}- [ ] Give a talk\n- [ ] Explain"
    )
    runs.use(moved.replace("Install the toolchain", "Install the newest toolchain"))
    runs.sync()
    after = runs.work()
    assert after.pop("Give a talk")[1] == "open"
    assert after.pop("Install the newest toolchain") == before.pop("Install the toolchain")
    assert after == before
    assert runs.writes() == []


def test_a_guide_that_changed_under_a_newer_importer_waits(runs: GuideRuns) -> None:
    before = runs.work()
    runs.upgrade(OTHERWISE)
    runs.use(f"{GUIDE}\nMore.\n", read_text(OTHERWISE))
    runs.sync()
    assert runs.work() == before
    assert "Your guide has changed, and this version" in (runs.dashboard().body or "")
    runs.tick()
    runs.sync()
    assert len(runs.work()) == len(before) + 2


def test_a_tick_for_a_reading_that_is_no_longer_offered_does_nothing(runs: GuideRuns) -> None:
    before = runs.work()
    runs.upgrade(OTHERWISE)
    runs.sync()
    runs.tick()
    runs.upgrade(OTHERWISE.replace("Draw a picture of the heap", "Read about lifetimes"), "newest")
    runs.sync()
    assert runs.work() == before
    body = runs.dashboard().body or ""
    assert TICK.search(body)
    assert "milepost:memory" not in body


def test_what_was_accepted_once_is_no_yes_to_the_next(runs: GuideRuns) -> None:
    runs.upgrade(OTHERWISE)
    runs.sync()
    runs.tick()
    runs.sync()
    before = runs.work()
    runs.upgrade(GUIDE, "newest")
    runs.sync()
    assert runs.work() == before
    assert TICK.search(runs.dashboard().body or "")


def test_a_changed_guide_is_read_by_the_same_units_and_a_newer_importer_is_free(
    runs: GuideRuns,
) -> None:
    preferred: list[str] = []

    def read(units: str) -> Curriculum:
        preferred.append(units)
        return read_text(GUIDE)(units)

    runs.use(f"{GUIDE}\nMore.\n", read)
    runs.sync()
    assert preferred == ["week"]
    runs.upgrade(GUIDE)
    runs.use(GUIDE, read)
    runs.sync()
    assert preferred == ["week", ""]


def test_a_path_without_a_record_gets_one_and_nothing_else(runs: GuideRuns) -> None:
    record = find_ledger(runs.dashboard().body or "").reading
    assert record
    assert record.units == "week"
    runs.rewrite_ledger(lambda ledger: ledger.model_copy(update={"reading": None}))
    before = runs.work()
    assert len(runs.writes()) == 1
    assert runs.work() == before
    assert find_ledger(runs.dashboard().body or "").reading == record
    assert runs.writes() == []


def test_a_damaged_curriculum_is_read_and_recorded_again(runs: GuideRuns) -> None:
    before = runs.contents()

    def damaged(ledger: Ledger) -> Ledger:
        assert ledger.reading
        broken = ledger.reading.model_copy(update={"packed": "一" * 9})
        return ledger.model_copy(update={"reading": broken})

    runs.rewrite_ledger(damaged)
    runs.sync()
    assert runs.contents() == before


def test_a_reading_that_is_too_long_to_keep_stops_the_run_of_a_newer_importer(
    runs: GuideRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_record, "MOST", 10)
    runs.rewrite_ledger(lambda ledger: ledger.model_copy(update={"reading": None}))
    runs.sync()
    assert runs.writes() == []
    before = runs.contents()
    runs.upgrade(OTHERWISE)
    with pytest.raises(RefusedError, match="reads your guide differently"):
        runs.sync()
    assert runs.contents() == before
    run = runs._sync()
    run.run(WriteContext(lambda: runs.bench.edges, runs.bench.waits.append), allow_removals=True)
    assert len(runs.work()) > len(read_text(GUIDE)("").phases[0].modules[0].units) * 2
    assert runs.writes() == []


def test_a_curriculum_that_finds_no_room_in_the_issue_is_left_out(runs: GuideRuns) -> None:
    runs.rewrite_ledger(lambda ledger: ledger.model_copy(update={"reading": None}))
    body = runs.dashboard().body or ""
    runs.bench.edit("Your path", body=f"{'x' * (65_300 - len(body))}\n\n{body}")
    runs.sync()
    record = find_ledger(runs.dashboard().body or "").reading
    assert record
    assert record.packed == ""
    assert runs.writes() == []


@pytest.mark.parametrize("command", ["", "/log 3h"])
def test_the_curriculum_makes_way_for_the_dashboard_and_for_commands(
    runs: GuideRuns, command: str
) -> None:
    more = (f"- [ ] Read {sha256(bytes([n])).hexdigest()}" for n in range(250))
    runs.use("\n".join((GUIDE, *more)))
    runs.sync()
    record = find_ledger(runs.dashboard().body or "").reading
    assert record
    assert record.packed
    body = runs.dashboard().body or ""
    runs.bench.edit("Your path", body=f"{'x' * (65_500 - len(body))}\n\n{body}")
    if command:
        runs.bench.comment("Your path", command)
    runs.later(weeks=1).sync()
    after = runs.dashboard().body or ""
    assert ('"do":"log","hours":3.0' in after) == bool(command)
    assert "Updated on 12 Jan" in after.replace("\N{NO-BREAK SPACE}", " ")
    assert len(after) <= 65_536
    left = find_ledger(after).reading
    assert left
    assert (left.digest, left.packed) == (record.digest, "")
    assert runs.writes() == []


def test_a_box_is_ticked_in_the_guide_whatever_the_task_was_called_before(runs: GuideRuns) -> None:
    guide = GUIDE.replace("Install the toolchain", "Install the newest toolchain")
    publish = {"writeback": True}
    runs.how = settings(ahead="all", curriculum="guide.md", publish=publish)
    world, home = runs.bench.world, runs.bench.repository
    world.commit_files(home, {"guide.md": guide.encode()}, "Begin")
    runs.use(guide)
    runs.sync()
    runs.bench.close("Install the newest toolchain")
    runs.sync()
    head = home.git.head(home.default_branch)
    assert head
    ticked = head.files["guide.md"].decode()
    assert ticked == guide.replace("[ ] Install", "[x] Install")
    before = runs.work()
    runs.use(ticked)
    runs.sync()
    assert runs.work() == before
    assert runs.writes() == []
