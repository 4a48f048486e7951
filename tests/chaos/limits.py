"""Seeds a whole path while the sandbox counts: how long that took, and what was refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chaos import marks
from chaos.house import House
from chaos.lines import LATENCY, WEB, Line, edges

from bot.curriculum.model import Curriculum
from bot.github.pacing import Pacing
from bot.sandbox.state.journal import Entry
from bot.sandbox.world import REPOSITORY
from bot.settings import Settings
from bot.usecases.sync import Sync

PATIENT = Pacing(max_wait=86_400.0)
# GitHub advises a pause of a second between two writes; it begins when the first is answered.
APART = timedelta(seconds=1) + LATENCY
A_MINUTE, AN_HOUR = 80, 500


class Seeding:
    """A path with `ahead: all` in a repository with limits on; without numbers GitHub's own."""

    def __init__(
        self, path: Curriculum, *, per_minute: int = A_MINUTE, per_hour: int = AN_HOUR
    ) -> None:
        self.house = House()
        self.path = path
        limits = self.house.world.limits
        limits.secondary = True
        limits.created_per_minute, limits.created_per_hour = per_minute, per_hour
        self._settings = Settings.model_validate({"start": "2026-01-05", "ahead": "all"})
        creating = {(r.method, r.path) for _, r in self.house.engine._routes if r.creates}
        self._creating = creating

    def run(self) -> int:
        """One patient run; how many requests it wrote."""
        line = Line(self.house.engine)
        reader, gateway = edges(line, repository=REPOSITORY, pacing=PATIENT, token=self.house.token)
        before = self.house.world.journal.received
        Sync(self.path, self._settings, self.house.now, reader, web=WEB).run(
            gateway=lambda: gateway, sleep=line.sleep, progress=lambda *_: None
        )
        return sum(e.is_write for e in self.entries() if e.number > before)

    def entries(self) -> list[Entry]:
        """All requests."""
        return list(self.house.world.journal.entries)

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
        every = marks.by_key(self.house.repository)
        return [key for key, issues in every.items() for _ in issues]


def least_seconds(writes: Sequence[bool]) -> float:
    """The least time from the first write to the last that the published limits allow."""
    now = datetime(2026, 1, 1)  # noqa: DTZ001 - any moment will do
    first, made = now, list[datetime]()
    for n, creates in enumerate(writes):
        now += APART if n else timedelta()
        if creates:
            for most, span in ((A_MINUTE, timedelta(minutes=1)), (AN_HOUR, timedelta(hours=1))):
                if len(made) >= most:
                    now = max(now, made[-most] + span)
            made.append(now)
    return (now - first).total_seconds()
