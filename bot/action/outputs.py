"""What a run of the Action leaves for people and for later steps: a page, and outputs."""

from pathlib import Path

from bot import templating
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.snapshot import Checked, FrozenModel
from bot.planning.unit_names import unit_names
from bot.progress.path import LearningPath
from bot.reports.position import current_unit
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
    path: Checked[LearningPath] | None = None
    changes: int = 0
    lines: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    due: tuple[DueComment, ...] = ()


def outputs(result: ActivityResult, badge: Path | None) -> dict[str, str]:
    """Return the outputs by name, "" where unknown; `forecast` is an interval of ISO 8601."""
    path = result.path
    values = {"percent": "", "unit": "", "summary-url": "", "forecast": ""}
    if path is not None:
        outlook, current = path.outlook, current_unit(path)
        ours = path.observed.issues.get(SUMMARY_KEY)
        known = outlook.likely is not None and outlook.careful is not None
        values = {
            "percent": str(path.progress.all.percent),
            "unit": unit_names(path.curriculum)[current.unit] if current else "",
            "summary-url": ours.state.url if ours else "",
            "forecast": f"{outlook.likely}/{outlook.careful}" if known else "",
        }
    return values | {"changes": str(result.changes), "badge-path": str(badge or "")}


def summary(result: ActivityResult) -> str:
    """Return the page of the step's summary, as Markdown."""
    known = outputs(result, None)
    unit, dashboard = known["unit"], known["summary-url"]
    return templating.render("action-summary.md.j2", r=result, unit=unit, dashboard=dashboard)


def draw_badge(path: LearningPath, folder: Path) -> Path:
    """Write the badge that the settings ask for to `folder`; returns the file."""
    from bot.reports import badge

    file = folder / BADGE
    file.write_text(badge.as_svg(badge.badge_of(path)), encoding="utf-8")
    return file
