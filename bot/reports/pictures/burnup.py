"""The burn-up: work done over time beside the plan, and the days by which it may all be done."""

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from bot import i18n
from bot.i18n import gettext as _
from bot.i18n import pgettext
from bot.planning.schedule import UnitDates, add_months
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.reports.pictures import canvas
from bot.reports.text_width import fit, width
from bot.settings import Pause

HIGH = 392
LEFT, RIGHT, BOTTOM = 56, 28, 40
LEGEND, SMALL = 12, 11
SHORT = 70
ROWS = 6
APART = 18
DAY = timedelta(days=1)


class Paper(NamedTuple):
    """Width, size of the title, where words and plot begin, in pixels; how many months fit."""

    wide: int
    title_size: int
    edge: int
    top: int
    most_months: int


WIDE = Paper(720, 16, LEFT, 106, 9)
NARROW = Paper(390, 14, 16, 142, 4)  # for a phone, with room for a legend of four lines


class BurnUpPoint(NamedTuple):
    """Hours (or tasks, on a path without hours) by the end of a day."""

    day: date
    amount: float


class BurnUp(FrozenModel):
    """Both lines and the forecast. Amounts are hours, or tasks when `in_hours` is False.

    `done` is known from the days issues were closed, and ends today with ticked boxes counted in;
    `plan` spreads each unit's work over its days of study. `likely` and `careful` are the days by
    which half and 85 of 100 simulated runs end. `today` is None once all is done.
    """

    title: str
    in_hours: bool
    total: float
    done: tuple[BurnUpPoint, ...]
    plan: tuple[BurnUpPoint, ...]
    today: date | None
    planned_today: float
    likely: date | None
    careful: date | None
    rests: tuple[tuple[date, date], ...]

    @property
    def last(self) -> date:
        """The last day shown: the end of plan or forecast, at most thrice the plan's length."""
        first, end = self.plan[0].day, self.plan[-1].day
        forecast = min(self.careful or end, end + 2 * (end - first))
        return max(end, forecast, self.done[-1].day)


def burn_up(path: LearningPath) -> BurnUp:
    """Return the values of the picture on the path's day."""
    progress, outlook = path.progress, path.outlook
    plan = _planned(path)
    finished = path.finished_on is not None
    days = {w.closed_on for w in progress.work if w.counts and w.finished and w.closed_on}
    first = plan[0].day
    done = [
        BurnUpPoint(day, progress.done_by(day)) for day in sorted({first, *days}) if day >= first
    ]
    if not finished and path.today >= first:
        done = [point for point in done if point.day < path.today]
        done.append(BurnUpPoint(path.today, progress.all.done))
    return BurnUp(
        title=path.curriculum.title,
        in_hours=path.effort.in_hours,
        total=progress.all.total,
        done=tuple(done),
        plan=plan,
        today=None if finished or path.today < first else path.today,
        planned_today=_at(plan, path.today),
        likely=outlook.likely,
        careful=outlook.careful,
        rests=tuple((max(p.first, first), p.last) for p in path.settings.pauses if p.last > first),
    )


def description(values: BurnUp) -> str:
    """Return the picture in words, as its text alternative."""
    done = canvas.amount_of(values.done[-1].amount, values.total, in_hours=values.in_hours)
    facts = [_("Done: %(amount)s", amount=done)]
    if values.today:
        facts.append(_("Planned by today: %(amount)s", amount=_planned_amount(values)))
    facts.append(_("Planned end: %(day)s", day=i18n.format_date(values.plan[-1].day)))
    facts += _forecast(values)
    return " · ".join(facts)


def _forecast(values: BurnUp) -> list[str]:
    """Return the forecast in words, or that there is none; nothing when nobody waits for one."""
    if values.likely and values.careful:
        days = i18n.format_dates(values.likely, values.careful)
        return [_("Likely end: %(days)s", days=days)]
    return [_("No forecast yet")] if values.today else []


def as_svg(values: BurnUp, paper: Paper = WIDE) -> str:
    """Return the SVG on paper of that size."""
    plot = _Plot(values, paper)
    end = plot.done[-1]
    likely, careful = (plot.course(day) for day in (values.likely, values.careful))
    return canvas.render_picture(
        "burn-up",
        wide=paper.wide,
        high=HIGH,
        title=_("Work done over time: %(path)s", path=values.title),
        words=description(values),
        heading=fit(
            _("Work done over time"),
            paper.title_size * canvas.BOLD,
            paper.wide - paper.edge - min(RIGHT, paper.edge),
        ),
        title_size=paper.title_size,
        edge=paper.edge,
        plot={
            "left": LEFT,
            "right": paper.wide - RIGHT,
            "top": paper.top,
            "bottom": HIGH - BOTTOM,
            "wide": paper.wide - LEFT - RIGHT,
            "high": HIGH - paper.top - BOTTOM,
        },
        legend=_legend(values, paper),
        rows=plot.rows(),
        months=plot.months(),
        rests=plot.rests(),
        plan=canvas.line_path(plot.at(*point) for point in values.plan),
        done=canvas.step_path(plot.done),
        end=dict(zip("xy", end, strict=True)),
        cone=[
            canvas.line_path(side) for side in ((*likely, *careful[:0:-1]), likely, careful) if side
        ],
        today=plot.today(),
    )


class _Plot:
    """Days and amounts -> pixels."""

    def __init__(self, values: BurnUp, paper: Paper) -> None:
        self._paper = paper
        self._values = values
        self._first = values.plan[0].day
        self._days = max(1, (values.last - self._first).days)
        self.done = [self.at(*point) for point in values.done]

    def x(self, day: date) -> float:
        return LEFT + (self._paper.wide - LEFT - RIGHT) * (day - self._first).days / self._days

    def y(self, amount: float) -> float:
        share = amount / self._values.total if self._values.total else 0.0
        return HIGH - BOTTOM - (HIGH - self._paper.top - BOTTOM) * share

    def at(self, day: date, amount: float) -> tuple[float, float]:
        return self.x(day), self.y(amount)

    def course(self, end: date | None) -> list[tuple[float, float]]:
        """Return the line from the work done to all of it on the day `end`: level in pauses."""
        if end is None:
            return []
        day, done = self._values.done[-1]
        ahead = [day + index * DAY for index in range(1, (end - day).days + 1)]
        rests = self._values.rests
        studied = [one for one in ahead if not any(f <= one <= last for f, last in rests)]
        edges = {one for rest in rests for one in (rest[0] - DAY, rest[1]) if day < one < end}
        rate = (self._values.total - done) / max(1, len(studied))
        turns = [(one, done + rate * sum(s <= one for s in studied)) for one in sorted(edges)]
        return [
            self.at(day, done),
            *(self.at(*turn) for turn in turns),
            self.at(end, self._values.total),
        ]

    def today(self) -> dict[str, object] | None:
        """Return the line of today, and where its name fits on the paper."""
        if self._values.today is None:
            return None
        x, name = self.x(self._values.today), pgettext("picture", "today")
        half = width(name, SMALL) / 2
        return {"x": x, "text_x": min(max(x, half), self._paper.wide - half), "text": name}

    def rows(self) -> list[dict[str, object]]:
        """Return lines across at round amounts and at the total, none so close that texts touch."""
        total = self._values.total
        step = _round_step(total / ROWS) if total else 1.0
        amounts = [index * step for index in range(ROWS * 2 + 1)]
        spaced = [amount for amount in amounts if self.y(amount) - self.y(total) >= APART]
        return [
            {"y": self.y(amount), "text": i18n.format_number(amount)}
            for amount in ([*spaced, total] if total else [0.0])
        ]

    def months(self) -> list[dict[str, object]]:
        """Return ticks at the firsts of months, so few that names fit; at weeks of a short path."""
        if self._days <= SHORT:
            starts = range(1, self._days + 1, 7)
            return self._ticks([self._first + index * DAY for index in starts], with_year=False)
        months = self._days / 30.4
        step = next(
            s for s in (1, 2, 3, 6, 12, 24, 60, 120, 600) if months / s <= self._paper.most_months
        )
        day = add_months(self._first.replace(day=1), 0 if self._first.day == 1 else 1)
        if step > 1 and 12 % step == 0:
            while (day.month - 1) % step:
                day = add_months(day, 1)
        days = []
        while day <= self._values.last:
            days.append(day)
            day = add_months(day, step)
        return self._ticks(days, with_year=True)

    def _ticks(self, days: list[date], *, with_year: bool) -> list[dict[str, object]]:
        ticks: list[dict[str, object]] = []
        for day in days:
            name = i18n.format_month_year(day) if with_year else i18n.format_days(day, day)
            if self.x(day) + width(name, SMALL) / 2 <= self._paper.wide - 4:
                ticks.append({"x": self.x(day), "text": name})
        return ticks

    def rests(self) -> list[dict[str, object]]:
        shown = [(f, min(last, self._values.last)) for f, last in self._values.rests]
        return [
            {"x": self.x(f - DAY), "wide": self.x(last) - self.x(f - DAY)}
            for f, last in shown
            if last >= f
        ]


def _legend(values: BurnUp, paper: Paper) -> list[dict[str, object]]:
    done = canvas.amount_of(values.done[-1].amount, values.total, in_hours=values.in_hours)
    plan = _("Planned by today: %(amount)s", amount=_planned_amount(values))
    entries = [
        ("done", _("Done: %(amount)s", amount=done)),
        ("plan", plan if values.today else pgettext("picture", "Plan")),
        *(("cone" if values.likely else "", text) for text in _forecast(values)),
    ]
    if values.rests:
        entries.append(("rest", pgettext("picture", "Pause")))
    made: list[dict[str, object]] = []
    x, y = float(paper.edge), 54
    for kind, whole in entries:
        mark = 30 if kind else 0
        text = fit(whole, LEGEND, paper.wide - paper.edge - mark)
        wide = mark + width(text, LEGEND) + 18
        if x + wide > paper.wide and x > paper.edge:
            x, y = paper.edge, y + 18
        made.append({"kind": kind, "x": x, "y": y, "text_x": x + mark, "text": text})
        x += wide
    return made


def _planned_amount(values: BurnUp) -> str:
    """Return a whole number, for a plan is no measurement."""
    return canvas.amount(round(values.planned_today), in_hours=values.in_hours)


def _round_step(least: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ..."""
    size = 1.0
    while True:
        for factor in (1, 2, 5):
            if factor * size >= least:
                return factor * size
        size *= 10


def _planned(path: LearningPath) -> tuple[BurnUpPoint, ...]:
    """Return each unit's work spread evenly over its days of study; level in pauses."""
    amounts = {path.dates.first - DAY: 0.0}
    before = 0.0
    for dates in path.dates.units:
        weight = path.progress.of_unit(dates.unit).total
        for day, share in _shares(dates, path.settings.pauses):
            amounts[day] = before + weight * share
        before += weight
    return tuple(BurnUpPoint(day, amounts[day]) for day in sorted(amounts))


def _shares(dates: UnitDates, pauses: tuple[Pause, ...]) -> list[tuple[date, float]]:
    """Return the planned share of a unit by its ends, and by those of each pause in it."""
    inside = [p for p in pauses if dates.first <= p.last and p.first <= dates.last]
    edges = {
        dates.first - DAY,
        dates.last,
        *(p.first - DAY for p in inside),
        *(p.last for p in inside),
    }
    every = [dates.first + index * DAY for index in range(dates.days)]
    studied = [day for day in every if not any(p.first <= day <= p.last for p in inside)]
    return [
        (day, sum(d <= day for d in studied) / len(studied) if studied else 1.0)
        for day in sorted(edges)
        if dates.first - DAY <= day <= dates.last
    ]


def _at(plan: tuple[BurnUpPoint, ...], day: date) -> float:
    if day <= plan[0].day:
        return 0.0
    for before, after in pairwise(plan):
        if day <= after.day:
            share = (day - before.day) / (after.day - before.day)
            return before.amount + share * (after.amount - before.amount)
    return plan[-1].amount
