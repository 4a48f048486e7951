"""The daily workflow, which GitHub disables in a public repository that nobody pushes to.

GitHub documents the 60 days and how to enable a workflow, and does not say what counts as activity.
By reports enabling one starts its 60 days again, also when it is enabled, for that workflow alone
(liskin/gh-workflow-keepalive, gautamkrishnar/keepalive-workflow#34 and #56). No commit is made for
it: GitHub took down an action that made some (scientific-python/cookie#781).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from bot.errors import GitHubError, NotThereError
from bot.i18n import gettext as _
from bot.planning.base_change import BaseChange
from bot.planning.snapshot import Snapshot

DAILY_PATH = ".github/workflows/milepost-daily.yml"
QUIET = timedelta(days=60)
KEEP_AFTER = timedelta(days=30)  # GitHub writes to people some days before it disables a workflow

ScheduleMode = Literal["none", "restart", "keep"]


class EnableWorkflow(BaseChange):
    """A workflow that is to be enabled: again, or (with `early`) before GitHub disables it."""

    kind = "workflow"
    optional: ClassVar[tuple[type[GitHubError], ...]] = (NotThereError,)
    op: Literal["enable-workflow"] = "enable-workflow"
    path: str
    title: str
    early: bool = False

    @property
    def detail(self) -> str:
        return _("stays enabled") if self.early else _("enabled again")


def read_after(mode: ScheduleMode) -> timedelta | None:
    """Return how long after the last push the workflow's state matters, None for never."""
    return {"none": None, "restart": QUIET, "keep": KEEP_AFTER}[mode]


def enabling(snapshot: Snapshot, mode: ScheduleMode, now: datetime) -> tuple[EnableWorkflow, ...]:
    """Return the change that enables the daily workflow, where it is due; never what a person
    disabled. `now` is aware.
    """
    daily = snapshot.daily
    if daily is None or mode == "none":
        return ()
    change = EnableWorkflow(path=daily.path, title=daily.name)
    if daily.state == "disabled_inactivity":
        return (change,)
    since = _active_since(snapshot)
    if mode == "keep" and daily.state == "active" and since and now - since >= KEEP_AFTER:
        return (change.model_copy(update={"early": True}),)
    return ()


def stops_at(
    snapshot: Snapshot, mode: ScheduleMode, refused: Iterable[str], now: datetime
) -> datetime | None:
    """Return when GitHub stops the schedule, or has, if nothing is pushed before; aware.

    `refused` are the identities of refused changes. None where it does not stop, where a person
    disabled it, where we enable it, and where nobody knows.
    """
    since, daily = _active_since(snapshot), snapshot.daily
    if since is None or (daily and daily.state == "disabled_manually"):
        return None
    if not any(name.startswith("enable-workflow ") for name in refused):
        restarts = daily is not None and daily.state == "disabled_inactivity"
        keeps = mode == "keep" and (daily is not None or now - since < KEEP_AFTER)
        if restarts or keeps:
            return None
    return since + QUIET


def _active_since(snapshot: Snapshot) -> datetime | None:
    """Return from when the 60 days count, None where GitHub stops no schedule."""
    pushed, daily = snapshot.last_push, snapshot.daily
    enabled = daily.updated_at if daily and daily.state == "active" else None
    return max(pushed, enabled) if pushed and enabled else pushed
