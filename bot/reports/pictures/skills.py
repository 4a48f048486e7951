"""The skill picture: how much of each skill's work is done, beside the learner's own rating.

A radar for three to eight skills; bars for fewer, for more, or where names leave it no room.
"""

from math import cos, pi, sin
from typing import Any

from bot.i18n import gettext as _
from bot.i18n import ngettext, pgettext
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.progress.skills import calibration, coverage
from bot.reports.pictures import canvas
from bot.reports.text_width import fit, lines, width

WIDE = 600
EDGE = 24
FEWEST, MOST = 3, 8
MOST_BARS = 16
RADIUS, AWAY = 112, 14
TOP = 90
TITLE, TEXT, LABEL, SMALL = 16, 13, 12, 11
NAMES, BARS = 200, 160
ROW = 34
RINGS = 4
Spot = tuple[float, float]


class SkillAxis(FrozenModel):
    """A skill: pieces of work done of all that build it, and the newest rating, 1 to `scale`."""

    title: str
    done: int
    total: int
    rating: int | None
    scale: int

    @property
    def covered(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def rated(self) -> float | None:
        """0 to 1, or None without a rating."""
        return None if self.rating is None else self.rating / self.scale


class SkillPicture(FrozenModel):
    """All axes, in the order of the guide."""

    title: str
    axes: tuple[SkillAxis, ...]

    @property
    def is_radar(self) -> bool:
        """Whether a radar shows them well."""
        return FEWEST <= len(self.axes) <= MOST

    @property
    def is_rated(self) -> bool:
        """Whether the learner rated any."""
        return any(axis.rating is not None for axis in self.axes)


def skills(path: LearningPath) -> SkillPicture:
    """Return the skills that the learner rates, else those that the guide wants developed."""
    curriculum = path.curriculum
    axes = [
        SkillAxis(
            title=rated.title,
            done=rated.done,
            total=rated.total,
            rating=rated.ratings[-1].value if rated.ratings else None,
            scale=curriculum.assessment.scale,
        )
        for rated in calibration(path, path.today)
        if not rated.aim
    ] or [
        SkillAxis(title=one.title, done=one.done, total=one.total, rating=None, scale=1)
        for one in coverage(path)
        if one.total
    ]
    return SkillPicture(title=curriculum.title, axes=tuple(axes))


def description(values: SkillPicture) -> str:
    """Return the picture in words, as its text alternative."""
    if not values.axes:
        return _("This path lists no skills.")
    return "; ".join(f"{axis.title}: {_numbers(axis)}" for axis in values.axes)


def as_svg(values: SkillPicture) -> str:
    """Return the SVG."""
    high, drawn = _radar(values) if values.is_radar else _bars(values)
    return canvas.render_picture(
        "skills",
        wide=WIDE,
        high=high,
        title=_("Skills: %(path)s", path=values.title),
        words=description(values),
        heading=fit(_("Skills"), TITLE * canvas.BOLD, WIDE - 2 * EDGE),
        legend=_legend(values),
        empty=fit(_("This path lists no skills."), TEXT, WIDE - 2 * EDGE),
        **drawn,
    )


def _numbers(axis: SkillAxis) -> str:
    numbers = _("no work on it yet")
    if axis.total:
        numbers = _("%(done)s of %(total)s done", done=axis.done, total=axis.total)
    if axis.rating is None:
        return numbers
    rating = _("rated %(value)s of %(scale)s", value=axis.rating, scale=axis.scale)
    return f"{numbers} · {rating}"


def _legend(values: SkillPicture) -> list[dict[str, object]]:
    """Return the names of both marks, side by side; nothing without skills."""
    texts = [pgettext("picture", "work done")] if values.axes else []
    if values.is_rated:
        texts.append(pgettext("picture", "your rating"))
    made: list[dict[str, object]] = []
    x = float(EDGE)
    for text in texts:
        shown = fit(text, LABEL, WIDE / 2 - EDGE - 30)
        made.append({"x": x, "text_x": x + 30, "text": shown})
        x += 30 + width(shown, LABEL) + 24
    return made


def _radar(values: SkillPicture) -> tuple[float, dict[str, object]]:
    axes = values.axes
    centre = (WIDE / 2, TOP + 42 + RADIUS)

    def at(index: int, share: float, away: float = 0.0) -> Spot:
        angle = 2 * pi * index / len(axes) - pi / 2
        reach = RADIUS * share + away
        return centre[0] + reach * cos(angle), centre[1] + reach * sin(angle)

    every = range(len(axes))
    covered = [at(i, axis.covered) for i, axis in enumerate(axes)]
    rated = [at(i, axis.rated) for i, axis in enumerate(axes) if axis.rated is not None]
    labels = [_label(axis, at(i, 1.0, AWAY), centre) for i, axis in enumerate(axes)]
    return canvas.round_to_tenth(max(label["lines"][-1][1] for label in labels)) + EDGE, {
        "bars": [],
        "rings": [
            canvas.line_path(at(i, (ring + 1) / RINGS) for i in every) for ring in range(RINGS)
        ],
        "spokes": [canvas.line_path((centre, at(i, 1.0))) for i in every],
        "covered": canvas.line_path(covered),
        "covered_dots": covered,
        "rating": canvas.line_path(rated) if len(rated) == len(axes) else None,
        "rating_dots": rated,
        "labels": labels,
    }


def _label(axis: SkillAxis, point: Spot, centre: Spot) -> dict[str, Any]:
    """Return the lines of name and numbers beside the end of an axis, away from the middle."""
    x, y = point
    side = x - centre[0]
    anchor = "middle" if abs(side) < 1 else "start" if side > 0 else "end"
    room = WIDE - 2 * EDGE if anchor == "middle" else WIDE / 2 - abs(side) - EDGE / 2
    texts = [*lines(axis.title, LABEL, room), fit(_numbers(axis), SMALL, room)]
    height = len(texts) * 15
    above = centre[1] - y
    if anchor == "middle":
        first = y - height + 15 if above > 0 else y + 10
    else:
        first = y - height / 2 + 11
    spots = [(x, first + row * 15, text) for row, text in enumerate(texts)]
    return {"anchor": anchor, "lines": spots}


def _bars(values: SkillPicture) -> tuple[float, dict[str, object]]:
    shown = values.axes[:MOST_BARS]
    left = EDGE + NAMES + 16
    bars = [
        {
            "y": TOP + row * ROW,
            "text": fit(axis.title, LABEL, NAMES),
            "covered": BARS * axis.covered,
            "rated": None if axis.rated is None else left + BARS * axis.rated,
            "numbers": fit(_numbers(axis), SMALL, WIDE - left - BARS - 24),
        }
        for row, axis in enumerate(shown)
    ]
    more = len(values.axes) - len(shown)
    high = TOP + (len(shown) + bool(more)) * ROW if shown else TOP
    return high, {
        "bars": bars,
        "left": left,
        "bar_wide": BARS,
        "more": ngettext("%(num)s more skill", "%(num)s more skills", more) if more else "",
        "more_y": TOP + len(shown) * ROW + 4,
    }
