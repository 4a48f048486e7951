"""`/drop optional` and `/keep optional`: whether optional tasks become issues."""

from datetime import date
from typing import Self

from bot.curriculum.model import Curriculum
from bot.planning.marker import Key
from bot.progress.command import Command, CommandContext, NotUnderstoodError
from bot.progress.learner_history import HistoryBuilder
from bot.settings import Settings


class DropOptional(Command):
    """Optional tasks are no longer seeded."""

    do = "drop-optional"
    form = "/drop optional"
    alias = "drop-optional"
    help_line = "Makes no more issues for optional tasks."
    position = 180

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Check that optional tasks are meant."""
        if not text.casefold().startswith("optional"):
            raise NotUnderstoodError("Only optional tasks can be dropped: `/drop optional`.")
        return cls()

    def pressed(self, curriculum: Curriculum, settings: Settings, today: date) -> Self | None:
        """Return it."""
        return self

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Go on without optional tasks."""
        history.without_optional = True


class KeepOptional(Command):
    """Optional tasks are seeded again."""

    do = "keep-optional"
    form = "/keep optional"
    help_line = "Makes issues for optional tasks again."
    position = 190

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Check that optional tasks are meant."""
        if not text.casefold().startswith("optional"):
            raise NotUnderstoodError("Only optional tasks can be kept: `/keep optional`.")
        return cls()

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Go on with optional tasks."""
        history.without_optional = False
