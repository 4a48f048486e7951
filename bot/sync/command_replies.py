"""The reply to a comment with commands. Pure: a view gives a text."""

from collections.abc import Sequence

from bot import templating
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import Key, Marker, digest, normalized, wrap
from bot.planning.snapshot import FrozenModel
from bot.progress.command import Command, ReplyContext
from bot.progress.commands import slash_commands
from bot.progress.path import LearningPath
from bot.reports.position import current_unit, next_checkpoint, pause_end, unit_names


class RejectedCommand(FrozenModel):
    """A command that does not run: as it was written (empty: all of them), and why."""

    line: str
    why: str


def reply_key(comment: int) -> Key:
    """Return the key of the reply to a comment."""
    return f"reply:{comment}"


def reply(
    comment: int,
    accepted: Sequence[Command],
    rejected: Sequence[RejectedCommand],
    view: LearningPath,
) -> str:
    """Return the reply, with its marker. `view` is the path once all `accepted` have run."""
    context = ReplyContext(
        path=view, commands=slash_commands().values(), status=lambda: _status(view)
    )
    parts = [command.reply(context) for command in dict.fromkeys(accepted)]
    if rejected:
        rest_done = bool(accepted) and all(one.line for one in rejected)
        values = {"wrong": _quotable(rejected), "rest_done": rest_done}
        parts.append(templating.render("replies/misunderstood.md.j2", **values))
    text = "\n\n".join(filter(None, parts))
    return wrap(text, Marker(key=reply_key(comment), title="", body=digest(normalized(text))))


def _status(view: LearningPath) -> dict[str, object]:
    found = current_unit(view)
    summary = view.observed.issues.get(SUMMARY_KEY)
    return {
        "unit": unit_names(view.curriculum)[found.unit] if found else "",
        "until": found.last if found else view.dates.last,
        "over": view.today > view.dates.last,
        "first": view.dates.first,
        "resting": pause_end(view),
        "percent": view.progress.all.percent,
        "checkpoint": next_checkpoint(view),
        "summary": summary.state if summary else None,
    }


def _quotable(rejected: Sequence[RejectedCommand]) -> list[RejectedCommand]:
    """Return the lines without backticks, so that each fits between two of them."""
    return [w.model_copy(update={"line": w.line.replace("`", "'")}) for w in rejected]
