"""`/drop optional` and `/keep optional`: whether optional tasks become issues."""

from typing import Self

from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.progress.command import Command, CommandContext, CommandError
from bot.progress.learner_history import HistoryBuilder


class DropOptional(Command):
    """Optional tasks are no longer seeded."""

    do = "drop-optional"
    form = "/drop optional"
    help_line = gettext_noop("Stops creating issues for optional tasks.")
    position = 180
    has_button = True

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Check that optional tasks are meant."""
        _check(text, "drop optional")
        return cls()

    def replay(self, history: HistoryBuilder) -> None:
        history.without_optional = True


class KeepOptional(Command):
    """Optional tasks are seeded again."""

    do = "keep-optional"
    form = "/keep optional"
    help_line = gettext_noop("Creates issues for optional tasks again.")
    position = 190

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Check that optional tasks are meant."""
        _check(text, "keep optional")
        return cls()

    def replay(self, history: HistoryBuilder) -> None:
        history.without_optional = False


def _check(text: str, command: str) -> None:
    if not text.casefold().startswith("optional"):
        raise CommandError(_("Did you mean `/%(command)s`?", command=command))
