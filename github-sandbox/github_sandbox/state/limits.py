"""Rate limits: primary always, secondary by switch.

Numbers and wording after GitHub's "Rate limits for the REST API" page: 5,000 requests an hour for a
person (60 for nobody); 900 points a minute, where GET costs 1 and a write 5; 80 content-creating
requests a minute and 500 an hour.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Window:
    """A bucket of the primary limit, which fills up again an hour after its first use."""

    limit: int
    resets_at: datetime
    used: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


@dataclass
class Recent:
    """What one actor did lately, for the secondary limits: when, and its points."""

    points: deque[tuple[datetime, int]] = field(default_factory=deque)
    created: deque[datetime] = field(default_factory=deque)


class Limits:
    """Budgets per actor and resource ("core", "graphql"). All numbers can be changed."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Full budgets, GitHub's numbers, secondary limits off."""
        self.primary = 5_000
        self.anonymous = 60
        self.secondary = False
        self.points_per_minute = 900
        self.created_per_minute = 80
        self.created_per_hour = 500
        self.secondary_status = 403
        self.smaller: dict[str, int] = {}  # by actor, where GitHub gives less than `primary`
        self._windows: dict[tuple[str, str], Window] = {}
        self._recent: dict[str, Recent] = {}

    def window(self, actor: str, resource: str, now: datetime) -> Window:
        """The current window of an actor; `actor` is "" for nobody."""
        key = (actor, resource)
        window = self._windows.get(key)
        if window is None or window.resets_at <= now:
            most = self.primary if actor else self.anonymous
            limit = min(most, self.smaller.get(actor, most))
            window = self._windows[key] = Window(limit, now + HOUR)
        return window

    def exhaust(self, actor: str, now: datetime, resource: str = "core") -> None:
        """Leave nothing of an actor's primary budget."""
        window = self.window(actor, resource, now)
        window.used = window.limit

    def count(self, actor: str, now: datetime, *, write: bool, creates: bool) -> int | None:
        """Count a request against the secondary limits.

        Returns None when it may pass, else the seconds to wait. A refused request counts too.
        """
        recent = self._recent.setdefault(actor, Recent())
        while recent.points and recent.points[0][0] <= now - MINUTE:
            recent.points.popleft()
        while recent.created and recent.created[0] <= now - HOUR:
            recent.created.popleft()
        recent.points.append((now, 5 if write else 1))
        if creates:
            recent.created.append(now)
        if not self.secondary:
            return None
        return self._wait(recent, now, creates=creates)

    def _wait(self, recent: Recent, now: datetime, *, creates: bool) -> int | None:
        lately = sum(at > now - MINUTE for at in recent.created)
        if creates and len(recent.created) > self.created_per_hour:
            return _seconds(recent.created[0] + HOUR - now)
        if creates and lately > self.created_per_minute:
            return 60
        if sum(points for _, points in recent.points) > self.points_per_minute:
            return _seconds(recent.points[0][0] + MINUTE - now)
        return None


def _seconds(span: timedelta) -> int:
    return max(1, -(-span // timedelta(seconds=1)))
