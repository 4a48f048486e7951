"""Where a history happens: a repository, its settings and path, and runs of ours with bad weather.

Time is the world's own and moves only when somebody waits or asks.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import Any

from chaos import markers
from chaos.actions import PLAIN, ConcurrentRuns, Fault, Run, Setup
from chaos.in_memory_http import WEB, InMemoryHttp, MemoryCache, RecordedRequest, edges
from chaos.run_schedule import RunSchedule
from reports.histories import RICH

from bot.curriculum.model import Curriculum
from bot.errors import (
    ChangeRefusedError,
    MilepostError,
    PermissionDeniedError,
    UnknownAccountError,
)
from bot.github.gateway import PyGithubGateway
from bot.github.reader import HttpReader
from bot.progress.path import PathReader
from bot.settings import Settings
from bot.sync.apply import WriteContext
from bot.sync.reconcile import open_session
from bot.sync.sync import Sync, SyncPreview
from github_sandbox.api.engine import Engine
from github_sandbox.state.bots import actions_token
from github_sandbox.state.objects import Permissions, Repository, User
from github_sandbox.world import TOKEN, World

BEGINS = datetime(2026, 1, 5, 9, tzinfo=UTC)
MENTOR = "mona-mentor"
FRIEND = "finn-friend"
PUBLISHED = {"badge": True, "readme": True, "reports": "branch"}
STALE_FOR = 25
"""How many requests a list stays stale for."""

ISSUE = re.compile(r"/repos/[^/]+/[^/]+/issues/(\d+)")
ALONE = re.compile(r".*/(issues|milestones)/\d+")
MODS = ("reword", "rename", "drop", "add", "hours", "unit", "text", "month")


class Killed(BaseException):
    """SIGKILL: nothing of the run goes on."""


@cache
def path(mods: frozenset[str]) -> Curriculum:
    """The path, changed in these ways."""
    data = RICH.model_dump(mode="json", by_alias=True)
    units = [u for p in data["phases"] for m in p["modules"] for u in m["units"]]
    tasks = {task["id"]: task for unit in units for task in unit["tasks"]}
    if "reword" in mods:
        tasks["a1"]["title"] = "a1 in better words"
    if "rename" in mods:
        tasks["b1"] |= {"id": "b1-anew", "aliases": ["b1"], "title": "b1 anew"}
    else:  # also when it gets its old id back: how-to/write-a-curriculum.md asks for that
        tasks["b1"]["aliases"] = ["b1-anew"]
    if "add" in mods:
        units[0]["tasks"].append(dict(tasks["a2"], id="a3", title="a3"))
    if "hours" in mods:
        tasks["e1"]["hours"] = {"low": 8.0, "high": 8.0}
    if "unit" in mods:
        units[1]["title"] = "Another name"
    if "text" in mods:
        tasks["c1"]["description"] = "Now with a description.\n\n- [ ] First\n- [ ] Second"
    if "drop" in mods:
        units[2]["tasks"] = [t for t in units[2]["tasks"] if t["id"] != "c1"]
    if "month" in mods:
        removed = data["phases"][0]["modules"].pop()
        data["checkpoints"] = [c for c in data["checkpoints"] if c["after"] != removed["id"]]
        data["assessment"]["modules"] = [1]
    return Curriculum.model_validate(data)


@dataclass
class Tally:
    """What happened in a history, for the table."""

    steps: int = 0
    runs: int = 0
    requests: int = 0
    acts: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)


class Scenario:
    """A repository with everything around it. `act` does an act of the learner's."""

    def __init__(self, *, app: bool = False, place: str = "comment", setup: Setup = PLAIN) -> None:
        self.world = World(lambda: BEGINS)
        owner = "academy" if setup.private else "learner"
        self.repository = self._repository(owner)
        self.engine = Engine(self.world, WEB)
        self.web = WEB
        self.elsewhere = self.world.add_repository(f"{owner}/elsewhere")
        self.mods: frozenset[str] = frozenset()
        self.how: dict[str, Any] = {
            "start": date(2026, 1, 5) - timedelta(days=setup.early),
            "ahead": "all",
            "timezone": setup.zone,
            "summary": {"as": place, "day": setup.day},
            "mentors": [MENTOR],
            "publish": PUBLISHED if setup.publish else {},
        }
        self.token = TOKEN
        self.app = app
        self.private = setup.private
        self.give_right(pulls=setup.pulls)
        self.caches = {False: MemoryCache(), True: MemoryCache()}
        self.tally = Tally()
        self.act: Callable[[Any], None] = lambda _: None
        self.busy: list[_FaultInjector] = []
        self.errors: list[str] = []
        self.stops: list[str] = []  # runs that one refused thing ended
        self.ran_at = self.now  # when the last run began that nothing disturbed

    def _repository(self, owner: str) -> Repository:
        """The learner's own repository, or an organisation's, where they may do anything."""
        for login in (MENTOR, FRIEND, markers.STRANGER):
            self.world.add_user(login)
        if owner == "learner":
            self.world.repository().collaborators[FRIEND] = "write"
            return self.world.repository()
        self.world.add_user(owner, kind="Organization", owners=["root"])
        self.world.add_member(owner, "learner", public=False, role="admin")
        self.world.add_member(owner, FRIEND, public=False, role="write")
        return self.world.add_repository(f"{owner}/portfolio")

    def give_right(self, *, pulls: bool) -> None:
        """Give a workflow's token the right to write on pull requests, or take it."""
        wanted: Permissions = {"contents": "write", "issues": "write", "metadata": "read"}
        wanted |= {"pull_requests": "write"} if pulls else {}
        workflow = actions_token(self.world, self.repository, permissions=wanted).value
        self.token, self.other_token = (workflow, TOKEN) if self.app else (TOKEN, workflow)

    @property
    def accounts(self) -> list[User]:
        """The accounts that we write as."""
        tokens = (self.token, self.other_token) if self.private else (self.token,)
        return [self.world.authenticate(token).user for token in tokens]

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def local(self, moment: datetime) -> datetime:
        """A moment on the learner's clock."""
        return moment.astimezone(self.settings.zone)

    @property
    def settings(self) -> Settings:
        """What the settings file says now."""
        return Settings.model_validate(self.how)

    @property
    def path(self) -> Curriculum:
        """The curriculum as it is now."""
        return path(self.mods)

    def later(self, hours: float) -> None:
        """Time passes."""
        self.world.clock.advance(timedelta(hours=hours))

    def run(self, run: Run) -> bool:
        """One run; whether it came to its end."""
        faults = _FaultInjector(self, run)
        self.busy = [faults]
        ended = self._guarded(run, faults)
        self.busy = []
        return ended

    def two(self, both: ConcurrentRuns) -> None:
        """Two runs at once, request by request."""
        turns = RunSchedule(both.turns)
        weathers = [_FaultInjector(self, run, turns.pass_on) for run in (both.first, both.second)]
        self.busy = list(weathers)
        turns.go([partial(self._guarded, w.run, w) for w in weathers])
        self.tally.faults["two at once"] += 1
        self.busy = []

    def _guarded(self, run: Run, faults: "_FaultInjector") -> bool:
        """Errors that a person can mend end a run; anything else is an error of ours.

        So is one refused thing that ends a run; but for the dashboard, which everything needs.
        """
        self.tally.runs += 1
        try:
            self._go(run, faults)
        except Killed:
            return False
        except (ChangeRefusedError, PermissionDeniedError, UnknownAccountError) as refused:
            if self._is_stop(refused):
                self.stops.append(str(refused))
            return False
        except MilepostError:
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, it is found
            self.errors.append(f"{type(error).__name__}: {error}")
            return False
        finally:
            faults.over = True
            if faults in self.busy:
                self.busy.remove(faults)
        return True

    def _is_stop(self, refused: MilepostError) -> bool:
        """Whether an account is not known although no list lags, or the dashboard is there."""
        if isinstance(refused, UnknownAccountError):
            return all(fault.kind != "stale" for fault in self.world.faults.waiting)
        return bool(markers.by_key(self.repository).get(markers.SUMMARY))

    def _go(self, run: Run, faults: "_FaultInjector") -> None:
        behind = timedelta(hours=run.behind)
        line = InMemoryHttp(self.engine, before=faults.before, after=faults.after, behind=behind)
        line.on_sleep = faults.sleeps
        reader, gateway = self._edges(line, other=run.other and self.private, warm=run.warm)
        paths = PathReader(self.path, self.settings, self.now - behind)
        if run.kind == "sync":
            Sync(paths, reader, web=WEB).run(
                WriteContext(lambda: gateway, line.sleep),
                allow_removals=faults.removes,
            )
            return
        session = open_session(paths, reader)
        plan = session.plan()
        if run.kind == "apply":
            if not faults.removes:
                plan.check_safe()
            session.apply(plan, WriteContext(lambda: gateway, line.sleep))

    def _edges(
        self, line: InMemoryHttp, *, other: bool = False, warm: bool = True
    ) -> tuple[HttpReader, PyGithubGateway]:
        token = self.other_token if other else self.token
        cache = self.caches[other] if warm else None
        return edges(line, repository=self.repository.full_name, token=token, cache=cache)

    def _sync(self, reader: Any) -> Sync:
        return Sync(PathReader(self.path, self.settings, self.now), reader, web=WEB)

    def calm_run(self) -> list[str]:
        """One run that nothing disturbs: what it wrote. Raises whatever goes wrong."""
        line = InMemoryHttp(self.engine)
        self.ran_at = self.now
        reader, gateway = self._edges(line)
        before = self.world.journal.received
        self._sync(reader).run(
            WriteContext(lambda: gateway, line.sleep),
            allow_removals=True,
        )
        return [
            f"{e.method} {e.path}"
            for e in self.world.journal.entries
            if e.number > before and e.is_write
        ]

    def foreseen(self, *, other: bool = False) -> SyncPreview:
        """What one more run would do, perhaps with the other token."""
        reader, _ = self._edges(InMemoryHttp(self.engine), other=other, warm=False)
        return self._sync(reader).foresee()


class _FaultInjector:
    """What happens to one run, request by request."""

    def __init__(
        self, scenario: Scenario, run: Run, pass_on: Callable[[], None] = lambda: None
    ) -> None:
        self.run = run
        self.over = False
        self.blinks = False
        self.removes = run.warm
        self._scenario = scenario
        self._pass_on = pass_on
        self._waiting = list(run.faults)
        self._meanwhile = list(run.meanwhile)
        self._requested = Counter[str]()
        self._dies = False
        self._opens = False

    def before(self, requested: RecordedRequest) -> None:
        self._pass_on()
        scenario = self._scenario
        scenario.tally.requests += 1
        self._requested["any"] += 1
        writes = requested.method != "GET"
        self._requested["write"] += writes
        self._let_live()
        for fault in [f for f in self._waiting if self._strikes(f, writes=writes)]:
            self._waiting.remove(fault)
            self._strike(fault, requested)

    def after(self, requested: RecordedRequest) -> None:
        self._scenario.world.faults.waiting = [
            f for f in self._scenario.world.faults.waiting if f.kind == "stale"
        ]
        runner = requested.method == "GET" and ALONE.fullmatch(requested.path) is not None
        if requested.method != "GET":
            self._opens = self._opened(requested)
        self.blinks = runner or self._opens
        if self._dies:
            raise Killed

    def sleeps(self) -> None:
        self._pass_on()

    def _opened(self, requested: RecordedRequest) -> bool:
        """Whether this opened an issue; perhaps only to close it for another reason."""
        found = ISSUE.fullmatch(requested.path)
        issue = self._scenario.repository.issues.get(int(found[1])) if found else None
        last = issue.events[-1] if issue and issue.events else None
        return last is not None and (last.kind, last.at) == ("reopened", self._scenario.now)

    def _let_live(self) -> None:
        """The learner goes on meanwhile; but not in the blink between a look and its write.

        Nor while an issue is open for a moment only, to be closed for another reason.
        """
        if any(other.blinks for other in self._scenario.busy):
            return
        due = [m for m in self._meanwhile if m.at <= self._requested["any"]]
        for one in due:
            self._meanwhile.remove(one)
            self._scenario.tally.faults["learner in between"] += 1
            self._scenario.act(one.act)

    def _strikes(self, fault: Fault, *, writes: bool) -> bool:
        return self._requested[fault.of] == fault.at and (writes or fault.of == "any")

    def _strike(self, fault: Fault, requested: RecordedRequest) -> None:
        scenario, kind = self._scenario, fault.kind
        scenario.tally.faults[kind] += 1
        if kind == "kill":
            raise Killed
        if kind == "kill-after":
            self._dies = True
            return
        faults = scenario.world.faults
        if kind == "stale":
            faults.add(kind, method="GET", times=STALE_FOR, seconds=fault.amount)
            return
        if kind.startswith("secondary") and requested.path == "/graphql":
            kind = "secondary-graphql"
        after = fault.amount or None
        made = faults.add(kind, method=requested.method, retry_after=after)
        # First in line, for a stale list would answer in its place.
        faults.waiting.remove(made)
        faults.waiting.insert(0, made)


def dumped(scenario: Scenario) -> str:
    """What is in the repository, for a person who looks for the reason of something."""
    lines = [
        json.dumps(
            {
                "number": i.number,
                "title": i.title,
                "state": f"{i.state} {i.state_reason or ''}",
                "milestone": i.milestone and i.milestone.title,
                "labels": [x.name for x in i.labels],
                "body": i.body,
                "comments": [(c.id, c.body) for c in i.comments],
            },
            indent=1,
        )
        for i in scenario.repository.issues.values()
    ]
    return "\n".join(lines)
