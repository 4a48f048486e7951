"""What Milepost answers to a comment, where words are needed. Pure: a view gives a text."""

from collections.abc import Sequence

from bot import templating
from bot.planning.desired import SUMMARY_KEY
from bot.planning.intents import Choose, Help, Intent, PauseUntil, Replan, SetPace, TellStatus
from bot.planning.marker import Key, Marker, digest, normal, wrap
from bot.planning.snapshot import Frozen
from bot.progress.parse_command import COMMANDS
from bot.reports.view import View
from bot.reports.where import here, next_checkpoint, resting_until, unit_names

ANSWERED = (Choose, Help, PauseUntil, Replan, SetPace, TellStatus)


class Wrong(Frozen):
    """A command that was not obeyed: as it was written (empty: all of them), and why."""

    line: str
    why: str


def reply_key(comment: int) -> Key:
    """The key of the answer to a comment."""
    return f"reply:{comment}"


def reply(comment: int, obeyed: Sequence[Intent], wrong: Sequence[Wrong], view: View) -> str:
    """The whole comment, with its marker. `view` is the path once all was `obeyed`."""
    parts = [_part(intent, view) for intent in dict.fromkeys(obeyed)]
    if wrong:
        rest_done = bool(obeyed) and all(one.line for one in wrong)
        values = {"wrong": _quotable(wrong), "rest_done": rest_done}
        parts.append(templating.render("replies/misunderstood.md.j2", **values))
    text = "\n\n".join(filter(None, parts))
    return wrap(text, Marker(key=reply_key(comment), title="", body=digest(normal(text))))


def _part(intent: Intent, view: View) -> str:
    match intent:
        case Help():
            return templating.render("replies/help.md.j2", commands=COMMANDS)
        case TellStatus():
            return _status(view)
        case Choose(choice=choice, option=option):
            options = {
                o.id: o for c in view.curriculum.choices() if c.id == choice for o in c.options
            }
            return _told(view, "choose", option=options.get(option))
        case Replan(unit=unit):
            return _told(view, "replan", unit=unit_names(view.curriculum).get(unit, unit))
        case PauseUntil(last=last):
            return _told(view, "pause", until=last)
        case SetPace(hours=hours, months=months):
            return _told(view, "pace", hours=hours, months=months)
        case _:
            return ""


def _told(view: View, name: str, **values: object) -> str:
    return templating.render(f"replies/{name}.md.j2", last=view.dates.last, **values)


def _status(view: View) -> str:
    found = here(view)
    summary = view.observed.issues.get(SUMMARY_KEY)
    return templating.render(
        "replies/status.md.j2",
        unit=unit_names(view.curriculum)[found.unit] if found else "",
        until=found.last if found else view.dates.last,
        over=view.today > view.dates.last,
        first=view.dates.first,
        resting=resting_until(view),
        percent=view.progress.all.percent,
        checkpoint=next_checkpoint(view),
        summary=summary.state if summary else None,
    )


def _quotable(wrong: Sequence[Wrong]) -> list[Wrong]:
    """Without backticks, so that each fits between two of them."""
    return [w.model_copy(update={"line": w.line.replace("`", "'")}) for w in wrong]
