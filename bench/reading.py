"""Measures what reading costs: a path under way, other people's issues, old commands, the ledger.

Processor time of the thread that syncs, or counts. `python -m bench.worst_repository` measures the
memory.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from statistics import median

from bench.figure import NEEDS_BASELINE, Figure
from bench.year import FIRST, YearRun, year_run
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.ledger import Ledger
from bot.planning.marker import Marker, wrap
from bot.planning.observed_state import ObservedState, observe
from bot.planning.snapshot import CommentState, IssueState, Snapshot, Trust
from bot.progress.command_log import CommandLog, Entry, with_log
from bot.progress.commands import read_stored
from bot.sync.comment_inbox import read_inbox
from github_sandbox.state import issues

ROOT = Path(__file__).parents[1]
WEEKS = 16
FOREIGN, SIZE = 2_000, 1_000
OBEYED, A_LOG = 2_000, 25
TASKS = 10_000
TIMES = 9
OF_BASELINE, OF_NONE, INBOX_MS, BODY = 0.55, 1.2, 160, 65_536


def learned_weeks(baseline: Path | None) -> Iterator[Figure]:
    """Yield what an idle sync after weeks of learning takes, and how much of the baseline's."""
    trees = [ROOT] if baseline is None else [ROOT, baseline]
    probe = ROOT / "bench/learned_weeks.py"
    started = [
        subprocess.Popen(
            [tree / ".venv/bin/python", "-P", probe, str(WEEKS)],
            cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, stdout=subprocess.PIPE, text=True,
        )
        for tree in trees
    ]  # fmt: skip
    found = [json.loads(one.communicate()[0])["least"] for one in started]
    yield Figure(f"idle sync after {WEEKS} weeks, ms", found[0])
    ratio, why = (found[0] / found[1], "") if baseline else (None, NEEDS_BASELINE)
    yield Figure("  of the time of e415165", ratio, OF_BASELINE, why=why)


def foreign_issues() -> Iterator[Figure]:
    """Yield how much longer an idle sync takes with other people's issues."""
    with year_run({}) as alone, year_run({}) as crowded:
        world = crowded._world  # noqa: SLF001 - as the probe does
        alone.sync()
        crowded.sync()
        world.add_user("stranger")
        home, body = world.repository(), ("worse than it looks. " * SIZE)[:SIZE]
        with world.lock:
            for number in range(FOREIGN):
                given = {"title": f"{number}", "body": body}
                issues.create(world, world.actor("stranger"), home, given)
        taken = [(_idle(alone), _idle(crowded)) for _ in range(TIMES)][2:]
        requests = crowded.sync()
    ratio = min(many for _, many in taken) / min(none for none, _ in taken)
    yield Figure(f"idle sync with {FOREIGN:,} foreign issues, of one with none", ratio, OF_NONE)
    yield Figure("  its requests that count", requests.total - requests.not_modified, 0)


def _idle(life: YearRun) -> float:
    started = time.thread_time()
    life.sync()
    return time.thread_time() - started


class _Comments:
    """A reader of comments alone, all by the owner and with our mark."""

    def __init__(self, comments: tuple[CommentState, ...]) -> None:
        self._comments = comments

    def comments_since(self, since: datetime) -> tuple[CommentState, ...]:
        del since
        return self._comments

    def deleted(self, comments: object) -> frozenset[int]:
        del comments
        return frozenset()


def obeyed_comments() -> Iterator[Figure]:
    """Yield what it takes to see that comments whose commands are logged ask for nothing."""
    observed, comments = _obeyed()
    reader, taken = _Comments(comments), list[float]()
    for _ in range(TIMES):
        started = time.thread_time()
        inbox = read_inbox(reader, observed)  # type: ignore[arg-type]
        taken.append(time.thread_time() - started)
    if len(inbox.comments) != OBEYED:
        raise RuntimeError("not all comments were read")
    yield Figure(f"inbox with {OBEYED:,} obeyed comments, ms", median(taken) * 1000, INBOX_MS)


def _obeyed() -> tuple[ObservedState, tuple[CommentState, ...]]:
    made: list[IssueState] = []
    command = read_stored({"do": "log", "hours": 1})
    for number in range(1, OBEYED // A_LOG + 2):
        key = SUMMARY_KEY if number == 1 else f"task:{number}"
        body = wrap("Text", Marker(key=key, title="", body=""))
        entries = tuple(
            Entry(id=(number - 2) * A_LOG + n, at=FIRST, by="learner", command=command)
            for n in range(A_LOG if number > 1 else 0)
        )
        body = with_log(body, CommandLog(entries=entries))
        made.append(
            IssueState(
                number=number, id=number, title=key, body=body, author="learner", author_id=1,
                created_at=FIRST, updated_at=FIRST,
            )
        )  # fmt: skip
    trust = Trust(accounts=frozenset({1}), writers=frozenset({1}))
    snapshot = Snapshot(repository="learner/path", issues=tuple(made), trust=trust)
    comments = tuple(
        CommentState(
            id=n, issue=n // A_LOG + 2, body="/log 1h", author="learner", author_id=1,
            created_at=FIRST, updated_at=FIRST, reactions={"rocket": 1},
        )
        for n in range(OBEYED)
    )  # fmt: skip
    return observe(snapshot), comments


def ledger() -> Iterator[Figure]:
    """Yield how long the ledger of the longest path is, each id as long as may be."""
    keys = [f"task:{number:0>80}" for number in range(TASKS)]
    keys += [f"relation:deliverable:{number:0>80}>{key}" for number, key in enumerate(keys)]
    keys += [f"unit:{number:0>80}" for number in range(TASKS // 5)]
    full = Ledger().adding(keys, {}, date(2026, 1, 5))
    yield Figure(f"ledger of {TASKS:,} tasks, characters", len(full.comment()), BODY)
