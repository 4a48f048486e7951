"""What a run of the Action leaves for people and for later steps: a page, and outputs."""

from pathlib import Path

from bot import templating
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.reports.position import current_unit, unit_names
from bot.sync.publish import DueComment

BADGE = "milepost-badge.svg"


class ActivityResult(FrozenModel):
    """The result of an activity.

    `why` says why it ran. `path` is the path afterwards, None where nothing was looked at.
    `changes` counts what was written or, when nothing may be written, what would be. `lines` are
    single sentences, `pages` Markdown that was made safe, `due` comments that were not posted.
    """

    title: str
    why: str = ""
    path: LearningPath | None = None
    changes: int = 0
    lines: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    due: tuple[DueComment, ...] = ()


class SummaryRow(FrozenModel):
    """A row of the page's table."""

    name: str
    value: str
    url: str | None = None


def outputs(result: ActivityResult, badge: Path | None) -> dict[str, str]:
    """Return the outputs by name, "" where unknown; `forecast` is an interval of ISO 8601."""
    path = result.path
    values = {"percent": "", "unit": "", "summary-url": "", "forecast": ""}
    if path is not None:
        outlook = path.outlook
        known = outlook.likely is not None and outlook.careful is not None
        values = {
            "percent": str(path.progress.all.percent),
            "unit": _unit(path) or "",
            "summary-url": _dashboard(path) or "",
            "forecast": f"{outlook.likely}/{outlook.careful}" if known else "",
        }
    return values | {"changes": str(result.changes), "badge-path": str(badge or "")}


def summary(result: ActivityResult) -> str:
    """Return the page of the step's summary, as Markdown."""
    return templating.render(
        "action-summary.md.j2",
        title=result.title,
        why=result.why,
        facts=summary_rows(result.path) if result.path is not None else (),
        lines=result.lines,
        pages=result.pages,
        due=result.due,
    )


def summary_rows(path: LearningPath) -> tuple[SummaryRow, ...]:
    """Return where the learner is, in a few rows."""
    found = [SummaryRow(name="Done", value=f"{path.progress.all.percent} %")]
    if unit := _unit(path):
        found.append(SummaryRow(name="Now", value=unit))
    outlook = path.outlook
    if outlook.likely is not None and outlook.careful is not None:
        days = templating.day(outlook.likely), templating.day(outlook.careful)
        value = days[0] if days[0] == days[1] else f"between {days[0]} and {days[1]}"
        found.append(SummaryRow(name="May end", value=value))
    if url := _dashboard(path):
        found.append(SummaryRow(name="Dashboard", value="Your path", url=url))
    return tuple(found)


def draw_badge(path: LearningPath, folder: Path) -> Path:
    """Write the badge that the settings ask for to `folder`; returns the file."""
    from bot.reports import badge

    file = folder / BADGE
    file.write_text(badge.as_svg(badge.badge_of(path)), encoding="utf-8")
    return file


def _unit(path: LearningPath) -> str | None:
    current = current_unit(path)
    return unit_names(path.curriculum)[current.unit] if current else None


def _dashboard(path: LearningPath) -> str | None:
    ours = path.observed.issues.get(SUMMARY_KEY)
    return ours.state.url if ours else None
