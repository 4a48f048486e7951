"""How far the first run of a repository is, told from its row. Pure but for the answer."""

from datetime import UTC, datetime
from typing import Literal

from starlette.responses import JSONResponse, Response

from bot.planning.snapshot import FrozenModel
from bot.server.store.rows import RepositoryRow
from bot.templating import plural

Word = Literal["waiting", "working", "done", "trouble"]
LATEST = 1 << 53  # milliseconds


class SetupProgress(FrozenModel):
    """What a person is told. `again` is whether it goes on by itself."""

    state: Word
    told: str
    more: str = ""
    written: int = 0
    to_write: int = 0

    @property
    def again(self) -> bool:
        """Whether asking again may bring something new."""
        return self.state in {"waiting", "working"}


def moment(text: str) -> datetime | None:
    """Milliseconds since 1970 as an aware time; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 16) or int(text) > LATEST:
        return None
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (OverflowError, ValueError):
        return None


def state(
    row: RepositoryRow | None, *, since: datetime | None, due: datetime | None
) -> SetupProgress:
    """How things are. What a look found that began before `since` is not what was asked for.

    `due` is when the repository is looked at next, as far as that is known.
    """
    if row is None or row.state == "gone":
        return SetupProgress(state="waiting", told="GitHub is telling us about this repository.")
    if row.to_write:
        return SetupProgress(
            state="working",
            told=f"{row.written} of {plural(row.to_write, 'change')} written.",
            written=row.written,
            to_write=row.to_write,
        )
    if row.synced_at is None or (since is not None and row.synced_at < since):
        return SetupProgress(state="waiting", told="It begins in a moment.")
    match row.result:
        case "synced":
            return SetupProgress(state="done", told="All is written.")
        case "waiting":
            at = f" at {due.astimezone(UTC):%H:%M} UTC" if due is not None else ""
            return SetupProgress(
                state="waiting",
                told=f"GitHub asks for patience. It goes on by itself{at}.",
                more=row.message,
            )
        case "unset":
            return SetupProgress(
                state="trouble", told="There are no settings yet.", more=row.message
            )
        case "wrong":
            return SetupProgress(
                state="trouble", told="The settings cannot be used yet.", more=row.message
            )
    return SetupProgress(state="trouble", told="GitHub did not let it go on.", more=row.message)


def answer(now: SetupProgress) -> Response:
    """For the script on the page."""
    return JSONResponse({**now.model_dump(), "again": now.again})
