"""`/count`: a number that the learner keeps."""

from typing import Self

from pydantic import Field

from bot.i18n import format_number, gettext_noop
from bot.i18n import gettext as _
from bot.progress import names, quantities
from bot.progress.command import Command, CommandContext, CommandError
from bot.progress.learner_history import Counted, HistoryBuilder

MAX_COUNT = 1_000_000


class Count(Command):
    """A number the learner keeps goes up or down; `metric` is a metric's or target's id.

    The number is at least `least` afterwards: 0, or of several added up what their order left.
    """

    form = "/count NAME +3"
    line_format = "/count {0.metric} {0.amount:+}"
    help_line = gettext_noop("Adds to a number you keep.")
    position = 130
    moves_dates = False

    metric: str
    amount: int = Field(ge=-MAX_COUNT, le=MAX_COUNT)
    least: int = Field(default=0, ge=0)

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read the name of a number, then how much, with its sign."""
        known = names.of_counted(context.path.curriculum)
        if not known:
            raise CommandError(_("This path has no numbers to count."))
        words = text.split()
        amount = quantities.signed(words[-1]) if words else None
        if not amount:
            raise CommandError(
                _("Write a number with its sign, such as `/count %(name)s +1`.", name=known[0].id)
            )
        if abs(amount) > MAX_COUNT:
            raise CommandError(_("The maximum is %(most)s.", most=format_number(MAX_COUNT)))
        return cls(metric=names.one(" ".join(words[:-1]), known).id, amount=amount)

    def replay(self, history: HistoryBuilder) -> None:
        history.counts.append(
            Counted(day=history.day, metric=self.metric, amount=self.amount, least=self.least)
        )

    @property
    def sum_key(self) -> str:
        """Each number has its own sum."""
        return self.metric

    def add(self, others: list[Self]) -> Self:
        """Return the sum behind `others`, which may be more than one command takes."""
        amount = least = 0
        for one in (*others, self):
            amount += one.amount
            least = max(one.least, least + one.amount)
        return self.model_copy(update={"amount": amount, "least": least})
