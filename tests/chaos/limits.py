"""Seeds a whole path while the sandbox counts: how long that took, and what was refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from builders import curriculum
from chaos import markers
from chaos.in_memory_http import LATENCY, WEB, InMemoryHttp, edges
from chaos.scenario import Scenario

from bot.curriculum.model import Curriculum
from bot.github.retry import WaitPolicy
from bot.progress.path import PathReader
from bot.settings import Settings
from bot.sync.apply import WriteContext
from bot.sync.sync import Sync
from github_sandbox.state.journal import Entry
from github_sandbox.world import REPOSITORY

PATIENT = WaitPolicy(max_wait=86_400.0)
# GitHub advises a pause of a second between two writes; it begins when the first is answered.
APART = timedelta(seconds=1) + LATENCY
A_MINUTE, AN_HOUR = 80, 500

VAST = curriculum(
    "Phase: All\n"
    + "\n".join(
        f"Month {n}: M{n}\nWeek 1-4: W{n}\n" + "\n".join(f"- t{n}-{k} (1h)" for k in range(45))
        for n in range(1, 13)
    )
)


class Seeding:
    """A path with `ahead: all` in a repository with limits on; without numbers GitHub's own."""

    def __init__(
        self, path: Curriculum, *, per_minute: int = A_MINUTE, per_hour: int = AN_HOUR
    ) -> None:
        self.scenario = Scenario()
        self.path = path
        limits = self.scenario.world.limits
        limits.secondary = True
        limits.created_per_minute, limits.created_per_hour = per_minute, per_hour
        self._settings = Settings.model_validate({"start": "2026-01-05", "ahead": "all"})
        creating = {(r.method, r.path) for _, r in self.scenario.engine._routes if r.creates}
        self._creating = creating

    def run(self) -> int:
        """One patient run; how many requests it wrote."""
        line = InMemoryHttp(self.scenario.engine)
        reader, gateway = edges(
            line, repository=REPOSITORY, policy=PATIENT, token=self.scenario.token
        )
        before = self.scenario.world.journal.received
        Sync(PathReader(self.path, self._settings, self.scenario.now), reader, web=WEB).run(
            WriteContext(lambda: gateway, line.sleep)
        )
        return sum(e.is_write for e in self.entries() if e.number > before)

    def entries(self) -> list[Entry]:
        """All requests."""
        return list(self.scenario.world.journal.entries)

    @property
    def refusals(self) -> list[Entry]:
        """Those that met a limit."""
        return [e for e in self.entries() if e.status in {403, 429}]

    @property
    def writes(self) -> list[bool]:
        """For each write, in order, whether it made something new."""
        return [(e.method, e.route) in self._creating for e in self.entries() if e.is_write]

    @property
    def seconds(self) -> float:
        """From the first write to the last."""
        at = [e.at for e in self.entries() if e.is_write]
        return (at[-1] - at[0]).total_seconds()

    @property
    def keys(self) -> list[str]:
        """Of all issues of ours."""
        every = markers.by_key(self.scenario.repository)
        return [key for key, issues in every.items() for _ in issues]


def least_seconds(
    writes: Sequence[bool], per_minute: int = A_MINUTE, per_hour: int = AN_HOUR
) -> float:
    """The least time from the first write to the last that the limits and the advice allow."""
    now = datetime(2026, 1, 1)  # noqa: DTZ001 - any moment will do
    first, made = now, list[datetime]()
    for n, creates in enumerate(writes):
        now += APART if n else timedelta()
        if creates:
            for most, span in ((per_minute, timedelta(minutes=1)), (per_hour, timedelta(hours=1))):
                if len(made) >= most:
                    now = max(now, made[-most] + span)
            made.append(now)
    return (now - first).total_seconds()


def table() -> tuple[str, bool]:
    """Seeding under GitHub's limits and under stricter ones, as Markdown; whether all is well."""
    rows = ["| limits | writes | refused | seconds | least |", "|---|---:|---:|---:|---:|"]
    well = True
    for name, per_minute, per_hour in (
        ("published", A_MINUTE, AN_HOUR),
        ("20 a minute, 150 an hour", 20, 150),
    ):
        seeding = Seeding(VAST, per_minute=per_minute, per_hour=per_hour)
        seeding.run()
        least = least_seconds(seeding.writes, per_minute, per_hour)
        refused, writes = len(seeding.refusals), len(seeding.writes)
        rows.append(f"| {name} | {writes} | {refused} | {seeding.seconds:,.0f} | {least:,.0f} |")
        if per_hour == AN_HOUR:
            well = refused == 0 and seeding.seconds <= 1.05 * least
        well = well and seeding.run() == 0
    return "\n".join(rows), well
