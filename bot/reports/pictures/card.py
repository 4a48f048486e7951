"""The progress card: where the learner is, on one small card."""

from bot import i18n
from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import module_name, unit_names
from bot.progress.path import LearningPath
from bot.progress.streak import streak
from bot.reports.pictures import canvas
from bot.reports.position import current_unit, next_checkpoint, pause_end
from bot.reports.text_width import fit, lines

WIDE = 480
EDGE = 24
ROOM = WIDE - 2 * EDGE
TITLE, FACT, LINE = 16, 13, 20
MOST_MODULES = 30
STRIP = 32


class CardModule(FrozenModel):
    """A module: its number, percent done, and whether the learner is in it now."""

    number: int
    name: str
    percent: int
    current: bool


class ProgressCard(FrozenModel):
    """The values of the card. `facts` and `outlook` are lines of plain words.

    `facts` change with the plan and the work, `outlook` also with time alone.
    """

    title: str
    percent: int
    amount: str
    parts: tuple[CardModule, ...]
    facts: tuple[str, ...]
    outlook: tuple[str, ...]


def card(path: LearningPath) -> ProgressCard:
    """Return the values of the card on the path's day."""
    whole = path.progress.all
    here = None if path.finished_on else current_unit(path)
    module = path.progress.units[here.unit] if here else None
    return ProgressCard(
        title=path.curriculum.title,
        percent=path.percent(),
        amount=canvas.amount_of(whole.done, whole.total, in_hours=path.effort.in_hours),
        parts=tuple(
            CardModule(
                number=number,
                name=module_name(path.curriculum, m),
                percent=path.progress.of_module(m.id).percent,
                current=m.id == module,
            )
            for number, m in enumerate(path.curriculum.modules(), 1)
        ),
        facts=tuple(_facts(path)),
        outlook=tuple(_outlook(path)),
    )


def description(values: ProgressCard) -> str:
    """Return the card in words, as its text alternative."""
    parts = [f"{part.number}: {i18n.format_percent(part.percent)}" for part in values.parts]
    facts = [
        _("%(percent)s done", percent=i18n.format_percent(values.percent)),
        values.amount,
        *values.facts,
        *values.outlook,
    ]
    if len(parts) > 1:
        facts.append(_("By part: %(parts)s", parts=i18n.format_list(parts)))
    return " · ".join(facts)


def as_svg(values: ProgressCard) -> str:
    """Return the SVG."""
    text_lines = (*values.facts, *values.outlook)
    title = lines(values.title, TITLE * canvas.BOLD, ROOM)
    top = EDGE + TITLE - 2 + (len(title) - 1) * (LINE + 2)
    bar = top + 66
    shows_parts = 1 < len(values.parts) <= MOST_MODULES
    facts = bar + (STRIP + 76 if shows_parts else 40)
    return canvas.render_picture(
        "card",
        wide=WIDE,
        high=facts + (len(text_lines) - 1) * LINE + EDGE - 2,
        title=f"{values.title}: {i18n.format_percent(values.percent)}",
        words=description(values),
        lines=title,
        percent=i18n.format_percent(values.percent),
        amount=values.amount,
        numbers=top + 48,
        bar={"y": bar, "filled": ROOM * values.percent / 100},
        parts=_strip(values, bar + 30) if shows_parts else [],
        facts=[
            {"y": facts + row * LINE, "text": fit(text, FACT, ROOM)}
            for row, text in enumerate(text_lines)
        ],
    )


def _strip(values: ProgressCard, top: float) -> list[dict[str, object]]:
    step = ROOM / len(values.parts)
    wide = step - min(6, step / 4)
    return [
        {
            "x": EDGE + index * step,
            "middle": EDGE + index * step + wide / 2,
            "wide": wide,
            "y": top,
            "filled_y": top + STRIP * (1 - part.percent / 100),
            "filled": STRIP * part.percent / 100,
            "number": part.number,
            "current": part.current,
        }
        for index, part in enumerate(values.parts)
    ]


def _facts(path: LearningPath) -> list[str]:
    if path.finished_on:
        return [_("Finished on %(day)s", day=i18n.format_date(path.finished_on))]
    facts: list[str] = []
    here = current_unit(path)
    if here is None:
        facts.append(_("Starts on %(day)s", day=i18n.format_date(path.dates.first)))
    elif rest := pause_end(path):
        facts.append(_("Paused until %(day)s", day=i18n.format_date(rest)))
    else:
        facts.append(unit_names(path.curriculum)[here.unit])
    if checkpoint := next_checkpoint(path):
        day = i18n.format_date(checkpoint.due)
        facts.append(_("Next checkpoint: %(day)s · %(title)s", day=day, title=checkpoint.title))
    return facts


def _outlook(path: LearningPath) -> list[str]:
    if path.finished_on:
        return []
    lines: list[str] = []
    if (weeks := streak(path.progress, path.as_of)) > 1:
        lines.append(
            ngettext("%(num)s active week in a row", "%(num)s active weeks in a row", weeks)
        )
    outlook = path.outlook
    if outlook.likely and outlook.careful:
        days = i18n.format_dates(outlook.likely, outlook.careful)
        lines.append(_("Likely end: %(days)s", days=days))
    return lines
