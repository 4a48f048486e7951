"""The last push, read from the event: it decides how long GitHub runs the schedule.

In a public repository GitHub switches a schedule off after 60 days without activity ("Disabling and
enabling a workflow"). Every payload holds the repository, that of `schedule` since September 2022
(GitHub's changelog), so knowing costs no request.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.github.reader import HttpReader
from bot.planning.snapshot import Snapshot


class LastPushReader(HttpReader):
    """A reader whose snapshots hold `last_push` (aware), where it is known."""

    last_push: datetime | None = None

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """Return the snapshot with the last push."""
        seen = super().snapshot(fresh=fresh)
        return seen.model_copy(update={"last_push": self.last_push}) if self.last_push else seen


def last_push(payload: Mapping[str, Any]) -> datetime | None:
    """Return when a public repository was pushed to last, aware; None when unknown or private.

    Raises nothing, whatever the payload holds.
    """
    home = payload.get("repository")
    if not isinstance(home, Mapping) or home.get("private") is not False:
        return None
    pushed_at = home.get("pushed_at")
    try:
        if isinstance(pushed_at, int):  # so it is in the payload of a push: seconds since 1970
            return datetime.fromtimestamp(pushed_at, UTC)
        return (
            datetime.fromisoformat(pushed_at).astimezone(UTC)
            if isinstance(pushed_at, str)
            else None
        )
    except (ValueError, OverflowError, OSError):
        return None
