"""The badge for a README: one number of the learner's choice, as SVG or for Shields' endpoint.

Flat, in calm colours that do not judge; the number is written out, so colour is never the only
sign. The widths of letters are those of one font, and `textLength` makes every viewer keep to them.
Where they are guesses it would bend the letters, so there the text stands as wide as it is.
"""

import json
from typing import Literal, NamedTuple

from bot import i18n, templating
from bot.curriculum.model import ModuleKind
from bot.i18n import gettext as _
from bot.i18n import gettext_noop, ngettext
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.progress.streak import streak
from bot.reports import text_width

BLUE = "1f6feb"
GREEN = "1a7f37"
GREY = "57606a"
PADDING = 6
MAX_LABEL = 60
_POSITIONS = {
    ModuleKind.MONTH: gettext_noop("month %(number)s of %(total)s"),
    ModuleKind.WEEK: gettext_noop("week %(number)s of %(total)s"),
    ModuleKind.DAY: gettext_noop("day %(number)s of %(total)s"),
    ModuleKind.MODULE: gettext_noop("module %(number)s of %(total)s"),
    ModuleKind.PART: gettext_noop("part %(number)s of %(total)s"),
}

BadgeKind = Literal["percent", "month", "streak"]


class Badge(FrozenModel):
    """The texts of a badge. `color` is six hex digits."""

    label: str
    message: str
    color: str


def badge(kind: BadgeKind, path: LearningPath, *, label: str | None = None) -> Badge:
    """Return the badge for the path's day; `label` replaces the curriculum's title."""
    name = text_width.plain(label or path.curriculum.title)[:MAX_LABEL]
    if path.finished_on:
        return Badge(label=name, message=_("finished"), color=GREEN)
    words, started = _words(kind, path)
    return Badge(label=name, message=words, color=BLUE if started else GREY)


def badge_of(path: LearningPath) -> Badge:
    """Return the badge that the settings ask for."""
    settings = path.settings.badge
    return badge(settings.kind, path, label=settings.label)


def _words(kind: BadgeKind, path: LearningPath) -> tuple[str, bool]:
    """Return the number in words, and whether there is any progress in it."""
    if kind == "percent":
        percent = path.percent()
        return i18n.format_percent(percent), percent > 0
    if kind == "streak":
        weeks = streak(path.progress, path.as_of)
        return ngettext("%(num)s active week", "%(num)s active weeks", weeks), weeks > 0
    current = path.dates.current(path.today)
    if current is None:
        return _("from %(day)s", day=i18n.format_date(path.dates.first)), False
    modules = list(path.curriculum.modules())
    here = next(m for m in modules if m.id == path.progress.units[current.unit])
    number, total = modules.index(here) + 1, len(modules)
    return _(_POSITIONS[here.kind], number=number, total=total), True


def as_svg(made: Badge) -> str:
    """Return an SVG without script, style sheet or reference to anything outside."""
    label, message = _text(made.label), _text(made.message)
    return templating.render("badge.svg.j2", badge=made, label=label, message=message) + "\n"


class _Text(NamedTuple):
    """A text of the badge, its width, and that of its box."""

    text: str
    width: int
    box: int
    is_known: bool
    runs_left: bool


def _text(text: str) -> _Text:
    wide = round(text_width.width(text)) or 1
    known, leftwards = text_width.is_known(text), text_width.runs_left(text)
    return _Text(text, wide, wide + 2 * PADDING, known, leftwards)


def as_shields(made: Badge) -> str:
    """Return JSON for https://shields.io/badges/endpoint-badge (schema version 1)."""
    content = {
        "schemaVersion": 1,
        "label": made.label,
        "message": made.message,
        "color": made.color,
    }
    return json.dumps(content, ensure_ascii=False)
