"""A clock for tests of what waits: it stands still until somebody sleeps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from github_sandbox.world import World


@dataclass
class Timeline:
    """Sleeping moves `now` on, and the sandbox's clock with it; sleeps and tidings are kept."""

    world: World
    now: datetime
    slept: list[float] = field(default_factory=list)
    reported: list[tuple[float, str]] = field(default_factory=list)
    before_sleep: Callable[[], object] = lambda: None

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.before_sleep()
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        self.world.clock.advance(timedelta(seconds=seconds))

    def on_wait(self, seconds: float, why: str) -> None:
        self.reported.append((seconds, why))
