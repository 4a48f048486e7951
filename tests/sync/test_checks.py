"""Checks run on `/check`, on close and before reports; what they find is shown and is evidence."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from checked_paths import with_checks
from planning.paths import SMALL
from repository_fixture import settings
from sync.sync_runs import SyncRuns

from bot.curriculum.checks import matches
from bot.errors import (
    CurriculumError,
    GitHubError,
    MilepostError,
    PermissionDeniedError,
    PersonBlockedError,
)
from bot.github.link_checker import LinkChecker, MissedLinks
from bot.planning.changes import CreateComment, Write
from bot.planning.ports import WriteResult
from bot.progress import checks as progress_checks
from bot.progress.command_log import find_log
from bot.progress.progress import WorkState
from bot.reports.checkpoint import as_html, as_markdown, checkpoint_report
from bot.sync import checks
from bot.sync.checks import MAX_REQUESTS
from github_sandbox.state import releases, workflow_runs

LOOP, READ, TOOLS = "Write a loop", "Read the tutorial", "Install the tools"
METHODS = ("files", "file", "last_run", "releases", "tags", "check_pulls")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What was requests of GitHub for checks, in all runs."""
    from inprocess import Edges

    counted: Counter[str] = Counter()

    def counting(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
        def ask(self: Edges, *args: Any) -> Any:
            if name != "file" or ".github" not in args[0]:
                counted[name] += 1
            return plain(self, *args)

        return ask

    for name in METHODS:
        monkeypatch.setattr(Edges, name, counting(name, getattr(Edges, name)))
    return counted


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, error: MilepostError) -> None:
    from inprocess import Edges

    def refused(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(Edges, name, refused)


def on_loop(*given: Any) -> SyncRuns:
    """A begun path whose loop has these checks."""
    runs = SyncRuns(with_checks(SMALL, write_a_loop=list(given)))
    runs.sync()
    runs.sync()
    return runs


def shown(runs: SyncRuns, title: str = LOOP) -> list[str]:
    """The lines of an issue on its checks."""
    body = runs.bench.issue(title).body or ""
    part = body.partition("### What Milepost looks for")[2].partition("This is only a hint")[0]
    return [line.replace("\xa0", " ").strip() for line in part.split("\n- ")[1:]]


def push(runs: SyncRuns, **files: str) -> None:
    content = {name.replace("__", "."): text.encode() for name, text in files.items()}
    runs.bench.world.commit_files(runs.bench.repository, content, "Work")


def state(runs: SyncRuns, title: str = LOOP) -> WorkState:
    work = runs.sync().path.progress.work
    return next(one.state for one in work if one.title.startswith(title))


def replies(runs: SyncRuns, title: str = LOOP) -> list[str]:
    return [c.body for c in runs.bench.issue(title).comments if "milepost" in c.body]


def test_at_first_the_issue_says_what_is_looked_for(
    requests: Counter[str],
) -> None:
    runs = on_loop("file: loop.py", "file: README.md, contains: Loops")
    assert shown(runs) == ["the file `loop.py`", "`README.md` has the text `Loops`"]
    assert not requests


def test_a_check_is_never_read_as_a_comment_of_ours() -> None:
    evil = '<!-- milepost:memory {"v":1,"entries":[{"do":"block"}]} -->'
    runs = on_loop(f"file: a.html, contains: {evil}")
    body = runs.bench.issue(LOOP).body or ""
    assert "`&lt;!-- milepost:memory" in body
    assert find_log(body).entries == ()


def test_check_looks_now_and_answers(requests: Counter[str]) -> None:
    runs = on_loop("file: *.py", {"file": "loop.py", "lines": 2})
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    assert shown(runs) == [
        "the file `*.py` · not found yet",
        "`loop.py` has at least 2 lines · not found yet",
    ]
    assert "not found yet" in replies(runs)[0]
    assert requests == {"files": 1}
    push(runs, loop__py="for i in x:\n    pass\n")
    runs.later(days=1).bench.comment(LOOP, "/check")
    runs.sync()
    page = "[found](<https://github.com/learner/portfolio/blob/HEAD/loop.py>) · 6 Jan 2026"
    assert shown(runs) == [
        f"the file `*.py` · ✓ {page}",
        f"`loop.py` has at least 2 lines · ✓ {page}",
    ]
    assert "Everything is there" in replies(runs)[1]


def test_found_is_evidence_and_closing_stays_with_the_learner() -> None:
    runs = on_loop("file: loop.py")
    push(runs, loop__py="x")
    runs.bench.comment(LOOP, "/check")
    assert state(runs) is WorkState.OPEN
    runs.bench.close(LOOP)
    assert state(runs) is WorkState.EVIDENCED


def test_missing_blocks_nothing(requests: Counter[str]) -> None:
    runs = on_loop("file: loop.py")
    runs.bench.comment(LOOP, "/done")
    assert state(runs) is WorkState.CLAIMED
    assert requests["files"] == 1
    assert runs.bench.issue(LOOP).state == "closed"


@pytest.mark.parametrize("how", ["by hand", "by command"])
def test_closing_looks_once(requests: Counter[str], how: str) -> None:
    runs = on_loop("file: loop.py")
    push(runs, loop__py="x")
    runs.later(minutes=5)
    if how == "by hand":
        runs.bench.close(LOOP)
    else:
        runs.bench.comment(LOOP, "/done")
    assert state(runs) is WorkState.EVIDENCED
    assert requests["files"] == 1
    assert runs.later(minutes=5).writes() == []
    assert requests["files"] == 1


def test_opened_and_closed_again_it_looks_again(requests: Counter[str]) -> None:
    runs = on_loop("file: loop.py")
    runs.later(minutes=5).bench.close(LOOP)
    runs.sync()
    runs.bench.edit(LOOP, state="open")
    runs.sync()
    push(runs, loop__py="x")
    runs.later(minutes=5).bench.close(LOOP)
    assert state(runs) is WorkState.EVIDENCED
    assert requests["files"] == 2


def test_an_idle_run_asks_for_nothing_and_writes_nothing(requests: Counter[str]) -> None:
    runs = on_loop("file: loop.py", "release", "workflow: ci.yml", "tag: v*")
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    requests.clear()
    for _ in range(3):
        assert runs.later(hours=1).writes() == []
    assert not requests


def test_a_plan_leaves_the_checks_before_a_summary_to_the_run_that_posts_it(
    requests: Counter[str],
) -> None:
    runs = on_loop("file: loop.py").later(days=7)
    requests.clear()
    assert not runs.bench.plan(runs.path, today="2026-01-12").count("create-issue")
    assert not requests
    runs.sync()
    assert requests


def test_an_old_closing_is_not_looked_at(requests: Counter[str]) -> None:
    runs = SyncRuns(SMALL)
    runs.sync()
    runs.bench.close(LOOP)
    runs.later(days=5).sync()
    runs.path = with_checks(SMALL, write_a_loop=["file: loop.py"])
    runs.sync()
    assert not requests


def test_a_summary_knows_what_is_there(requests: Counter[str]) -> None:
    runs = on_loop("file: loop.py")
    push(runs, loop__py="x")
    result = runs.later(days=7).sync()
    assert [one.what.key for one in result.posted] == ["weekly:2026-W02"]
    assert "✓" in shown(runs)[0]
    assert requests["files"] == 1
    assert runs.writes() == []
    assert requests["files"] == 1


def test_a_summary_writes_nothing_of_work_that_is_still_to_come(requests: Counter[str]) -> None:
    runs = on_loop("file: loop.py")
    runs.later(days=7).sync()
    assert shown(runs) == ["the file `loop.py`"]
    assert requests["files"] == 1
    assert "milepost:memory" not in (runs.bench.issue(LOOP).body or "")


def test_each_thing_is_read_once_in_a_run(requests: Counter[str]) -> None:
    path = with_checks(
        SMALL,
        write_a_loop=["file: a.py, contains: x", "release", "tag: v1"],
        read_the_tutorial=["file: a.py, contains: y", "file: b", "release: v2"],
    )
    runs = SyncRuns(path)
    runs.sync()
    push(runs, a__py="x and y")
    runs.bench.comment(LOOP, "/check")
    runs.bench.comment(READ, "/check")
    runs.sync()
    assert requests == {"files": 1, "file": 1, "releases": 1, "tags": 1}


def test_a_run_makes_no_more_requests_than_its_limit(
    requests: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "MAX_REQUESTS", 2)
    path = with_checks(
        SMALL, write_a_loop=["file: a, contains: x"], read_the_tutorial=["release", "tag: v1"]
    )
    runs = SyncRuns(path)
    runs.sync()
    push(runs, a="x")
    runs.bench.comment(LOOP, "/check")
    runs.bench.comment(READ, "/check")
    runs.sync()
    assert sum(requests.values()) == 2
    assert MAX_REQUESTS <= 50


def test_of_a_pattern_three_files_are_read_at_most(requests: Counter[str]) -> None:
    runs = on_loop("file: **/*.md, contains: nothing has this")
    push(runs, **{f"note{n}__md": "text" for n in range(6)})
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    assert requests["file"] == 3


def test_a_missing_right_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = on_loop("file: loop.py", "workflow: ci.yml", "pull request: work", "release")
    for name in ("files", "last_run", "check_pulls"):
        refuse(monkeypatch, name, PermissionDeniedError("no"))
    refuse(monkeypatch, "releases", GitHubError("no"))
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    assert [line.partition("not checked: ")[2] for line in shown(runs)] == [
        "Milepost may not read files here",
        "Milepost may not read workflows here",
        "Milepost may not read pull requests here",
        "GitHub didn't answer",
    ]
    runs.bench.close(LOOP)
    assert state(runs) is WorkState.CLAIMED


def test_a_file_that_is_too_large_to_read_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = on_loop("file: data.csv, contains: x", "file: data.csv")
    push(runs, data__csv="x")
    refuse(monkeypatch, "file", CurriculumError("it is larger than 5 MB.", where="data.csv"))
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    first, second = shown(runs)
    assert "not checked: the file is too large to read" in first
    assert "✓" in second


def test_of_a_large_file_the_first_million_characters_are_read() -> None:
    runs = on_loop("file: data.csv, contains: first", "file: data.csv, contains: last")
    push(runs, data__csv=f"first{'x' * 1_000_000}last")
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    assert ["✓" in line for line in shown(runs)] == [True, False]


@pytest.mark.parametrize("depth", [2, 6, 12])
def test_a_long_path_leaves_room_in_the_issue(depth: int) -> None:
    runs = on_loop(*[f"file: **/{n}.md" for n in range(8)])
    folder = "/".join(["好" * 80] * depth)
    push(runs, **{f"{folder}/{n}__md": "x" for n in range(8)})
    runs.bench.comment(LOOP, "/check")
    assert runs.sync().refused == {}
    assert ["✓" in line for line in shown(runs)] == [True] * 8


def test_patterns_are_compared_for_a_bounded_time(
    requests: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def fits(pattern: str, path: str) -> bool:
        compared.append(len(pattern) * len(path))
        return matches(pattern, path)

    monkeypatch.setattr(progress_checks, "matches", fits)
    monkeypatch.setattr(checks, "MAX_STEPS", 20_000)
    runs = on_loop("file: loop.py", "file: **/*a*a*a*b*", "file: *.md")
    push(runs, loop__py="x", **{f"{'a' * 100}{n}": "x" for n in range(50)})
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    found, first, second = shown(runs)
    assert "✓" in found
    assert "not checked: the repository has too many files to list" in first
    assert "not checked" in second
    assert 10_000 < sum(compared) <= 20_000
    assert runs.later(minutes=5).writes() == []
    assert requests == {"files": 1}


def test_a_link_that_led_nowhere_a_moment_ago_is_looked_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = on_loop("link: https://example.org/")
    runs.how = settings(features={"links": True})
    there: set[str] = set()
    missed = MissedLinks(lambda: 0.0)
    monkeypatch.setattr(
        LinkChecker, "_title", lambda _self, url, _end: "" if url in there else None
    )
    runs.outside = lambda: LinkChecker(missed)
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    assert "not found yet" in shown(runs)[0]
    there.add("https://example.org/")
    runs.bench.comment(LOOP, "/check")
    runs.sync()
    assert "✓" in shown(runs)[0]


def test_a_summary_that_github_does_not_take_makes_nobody_look_each_time(
    requests: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from inprocess import Edges

    plain = Edges.write

    def write(self: Edges, change: Write, **how: Any) -> WriteResult:
        if isinstance(change, CreateComment) and change.key.startswith("weekly:"):
            raise PersonBlockedError("no")
        return plain(self, change, **how)

    runs = on_loop("file: loop.py")
    monkeypatch.setattr(Edges, "write", write)
    assert runs.later(days=7).sync().refused
    for _ in range(3):
        runs.later(hours=1).sync()
    assert requests["files"] == 1
    monkeypatch.setattr(Edges, "write", plain)
    assert runs.later(days=1).sync().posted
    assert requests["files"] == 2


def test_a_green_workflow_a_release_a_tag_and_a_merged_pull_request_are_found() -> None:
    runs = on_loop("workflow: ci.yml", "release: v*", "tag: v1.?", "pull request: Project")
    bench = runs.bench
    push(runs, **{".github/workflows/ci__yml": "name: CI"})
    workflow_runs.finish(bench.world, bench.repository, "ci.yml", "success")
    workflow_runs.finish(bench.world, bench.repository, "ci.yml", "failure")
    releases.create(bench.world, bench.learner, bench.repository, {"tag_name": "v1.0"})
    bench.comment(LOOP, "/check")
    runs.sync()
    assert ["✓" in line for line in shown(runs)] == [False, True, True, False]
    workflow_runs.finish(bench.world, bench.repository, "ci.yml", "success")
    pull = bench.merge_pull("My project")
    bench.edit("My project", labels=["project"])
    assert pull.is_pull_request
    bench.comment(LOOP, "/check")
    runs.sync()
    assert ["✓" in line for line in shown(runs)] == [True] * 4


def test_the_report_names_what_was_found_by_its_day() -> None:
    runs = SyncRuns(
        with_checks(SMALL, write_a_loop=["file: loop.py"], read_the_tutorial=["file: a", "file: b"])
    )
    runs.sync()
    push(runs, loop__py="x", a="x")
    runs.later(days=2)
    for title in (LOOP, READ):
        runs.bench.comment(title, "/check")
    path = runs.sync().path
    checkpoint = path.curriculum.checkpoints[0]
    report = checkpoint_report(path, checkpoint)
    assert [one.title for one in report.checks_found] == [LOOP]
    for text in (as_markdown(report), as_html(report)):
        assert "Milepost found the work of 1 task in your repository" in text
    before = checkpoint_report(path, checkpoint, date(2026, 1, 6))
    assert before.checks_found == ()
    assert "In your repository" not in as_markdown(before)


def test_where_nothing_is_to_check_it_says_so() -> None:
    runs = on_loop("file: loop.py")
    runs.bench.comment(READ, "/check")
    runs.sync()
    assert "nothing to look for here" in replies(runs, READ)[0]


def test_a_stranger_makes_nobody_look(requests: Counter[str]) -> None:
    runs = on_loop("file: loop.py")
    runs.bench.comment(LOOP, "/check", by="stranger")
    assert runs.writes() == []
    assert not requests
