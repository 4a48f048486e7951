"""A path that an earlier program began, and what a run of this one does to it."""

import gzip
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from chaos.in_memory_http import WEB, InMemoryHttp, MemoryCache, edges
from upgrade.state import load

from bot.planning.marker import find
from bot.progress.command_log import find_logs
from bot.progress.path import LearningPath, PathReader
from bot.reports.status import status
from bot.sync.apply import WriteContext
from bot.sync.file_sources import find_curriculum, find_settings
from bot.sync.sync import Sync, SyncResult
from github_sandbox.api.engine import Engine
from github_sandbox.state.objects import Issue
from github_sandbox.world import REPOSITORY

RECORDINGS = Path(__file__).parent / "e415165"
NAMES = tuple(sorted(f.name.removesuffix(".json.gz") for f in RECORDINGS.glob("*.json.gz")))
CLOSED = {"option-switched": ("#25 Choose a Direction",)}
"""What the first sync closes: the issue of a choice that is made."""
TICKED = re.compile(r"^[ \t>]*- \[x\] ", re.MULTILINE | re.IGNORECASE)
HIDDEN = re.compile(r"\n*<!-- milepost:(?:end|memory|ledger) [^\n]*-->")


@cache
def recording(name: str) -> dict[str, Any]:
    """Return what was recorded under that name."""
    content: dict[str, Any] = json.loads(
        gzip.decompress((RECORDINGS / f"{name}.json.gz").read_bytes())
    )
    return content


@dataclass(frozen=True)
class Run:
    """What one sync did: requests that write, by what they did, and the path afterwards."""

    created: tuple[str, ...]
    closed: tuple[str, ...]
    edited: tuple[str, ...]
    drift: tuple[tuple[str, str], ...]
    view: LearningPath

    @property
    def writes(self) -> tuple[str, ...]:
        return (*self.created, *self.closed, *self.edited)


class Scenario:
    """A recorded repository in a stand-in, at the moment at which its recording ends."""

    def __init__(self, name: str) -> None:
        self.recording = recording(name)
        self.reported: dict[str, Any] = self.recording["reported"]
        now = datetime.fromisoformat(self.recording["now"])
        self.world = load(self.recording["world"], now)
        self.home = self.world.repository()
        self._engine = Engine(self.world, WEB)
        self._cache = MemoryCache()

    def later(self, **span: float) -> None:
        self.world.clock.advance(timedelta(**span))

    def sync(self) -> Run:
        """Run once, as Action and App do, with the rights of the token that was used before."""
        before = self.world.journal.received
        states = {issue.number: issue.state for issue in self.home.issues.values()}
        synced = self._run()
        writes = [
            (entry.method, entry.path)
            for entry in self.world.journal.entries
            if entry.number > before and entry.is_write
        ]
        closed = [
            f"#{issue.number} {issue.title}"
            for issue in self.home.issues.values()
            if issue.state == "closed" != states.get(issue.number, "closed")
        ]
        return Run(
            created=tuple(f"{m} {p}" for m, p in writes if _creates(m, p)),
            closed=tuple(closed),
            edited=tuple(f"{m} {p}" for m, p in writes if not _creates(m, p)),
            drift=tuple(sorted((d.key, d.field) for d in synced.plan.drift)),
            view=synced.path,
        )

    def _run(self) -> SyncResult:
        line = InMemoryHttp(self._engine)
        reader, gateway = edges(
            line, repository=REPOSITORY, token=self.recording["token"], cache=self._cache
        )
        settings, place = find_settings(Path("/nowhere"), reader)
        path = find_curriculum(settings.curriculum, place)
        sync = Sync(PathReader(path, settings, self.world.clock.now()), reader, web=WEB)
        return sync.run(WriteContext(lambda: gateway, line.sleep))

    def issues(self) -> dict[int, Issue]:
        return dict(self.home.issues)

    def keys(self) -> list[str]:
        """Keys of all issues and milestones with our marker, in order."""
        texts = [i.body for i in self.home.issues.values() if not i.is_pull_request]
        texts += [m.description for m in self.home.milestones.values()]
        return sorted(marked.marker.key for text in texts if (marked := find(text or "")))

    def ticks(self) -> dict[int, int]:
        """Return how many boxes are ticked in each issue that has any."""
        counts = {n: len(TICKED.findall(i.body or "")) for n, i in self.home.issues.items()}
        return {number: count for number, count in counts.items() if count}

    def visible(self) -> dict[int, Any]:
        """Return what the learner sees of each issue, and may have edited."""
        return {
            i.number: {
                "title": i.title,
                "state": (i.state, i.state_reason),
                "labels": sorted(label.name for label in i.labels),
                "milestone": i.milestone and i.milestone.title,
                "parent": i.parent and i.parent.number,
                "body": HIDDEN.sub("", i.body or "").strip(),
                "comments": [(c.id, c.body) for c in i.comments],
            }
            for i in self.home.issues.values()
        }


def reported(view: LearningPath) -> dict[str, Any]:
    """What this program reads out of the repository, in the shape of the recording."""
    page = status(view).model_dump(mode="json")
    life = view.history
    return {
        "status": page,
        "entries": {
            key: [[entry.id, entry.n, entry.command.do] for entry in memory.entries]
            for key, memory in find_logs(view.observed).items()
        },
        "ratings": [[r.skill, r.value, r.day.isoformat()] for r in life.ratings],
        "counts": [[c.metric, c.amount, c.day.isoformat()] for c in life.counts],
        "choices": life.choices,
        "pauses": [[p.first.isoformat(), p.last.isoformat()] for p in life.pauses],
        "credited": sorted(life.credited),
        "attested": sorted(life.attested),
        "started": sorted(life.started),
        "evidence": {key: list(found) for key, found in life.evidence.items()},
    }


def _creates(method: str, path: str) -> bool:
    """Whether a request makes something; a commit changes files that are there already."""
    return method in {"POST", "PUT"} and "/git/" not in path and "/contents/" not in path
