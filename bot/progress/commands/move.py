"""`/move`: a task, or all that lies ahead, on another day."""

from datetime import timedelta
from typing import Self

from pydantic import Field

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.schedule import unit_by_key
from bot.progress import names, quantities
from bot.progress.command import THIS_ISSUE, Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.templating import render

MOVABLE = frozenset({"task", "deliverable"})
MAX_DAYS = 730


class Move(Command):
    """This task that many days later (or earlier); on the summary issue all that lies ahead."""

    form = "/move +1w"
    line_format = "/move {0.days:+}d"
    help_line = "Moves this task; on the summary issue, everything ahead."
    position = 90
    log_issue = THIS_ISSUE

    days: int = Field(ge=-MAX_DAYS, le=MAX_DAYS)

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read days and weeks."""
        days = quantities.span(text)
        if days is None or not days:
            raise CommandError(
                "By how much? Days and weeks work, such as `/move +1w` or `/move -3d`."
            )
        if abs(days) > MAX_DAYS:
            raise CommandError(f"That is far: {MAX_DAYS} days are the most.")
        if context.key == SUMMARY_KEY and days < 0:
            raise CommandError(
                "The whole path moves only to later days. To be done earlier, take another `/pace`"
                " or bring a stretch forward with `/open`."
            )
        if context.key != SUMMARY_KEY and context.kind not in MOVABLE:
            raise CommandError(
                "`/move` is about a task or a deliverable, or on the summary issue about everything"
                " ahead: please write it there."
            )
        return cls(days=days)

    def replay(self, history: HistoryBuilder) -> None:
        if history.key == SUMMARY_KEY:
            history.pause(history.day, history.day + timedelta(days=self.days - 1))
        else:
            history.moved[history.key] = history.moved.get(history.key, 0) + self.days

    def reply(self, context: ReplyContext) -> str:
        path, key = context.path, context.key or ""
        home = path.places.get(key) or unit_by_key(path.curriculum).get(key)
        units = {unit.id: unit.title for unit in names.of_units(path.curriculum)}
        return render(
            "replies/move.md.j2",
            days=self.days,
            last=path.dates.last,
            unit=units[home] if home else "",
            due=path.dates[home].last if home else None,
        )
