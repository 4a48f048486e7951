"""`/goal add`: a goal of the learner's own, such as a certification, becomes an issue."""

from typing import Self

from bot.curriculum.base import slugify
from bot.curriculum.sections import ResourceKind
from bot.progress import names
from bot.progress.command import Command, CommandContext, CommandError
from bot.progress.learner_history import HistoryBuilder

LONGEST = 100  # characters


class AddGoal(Command):
    """A goal beside the path: its words, or the title of a certification of the guide."""

    form = "/goal add NAME"
    line_format = "/goal add {0.goal}"
    help_line = "Makes an issue of a goal of your own, such as a certification."
    position = 145

    goal: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read a certification of the guide or other words; `add` may be left out."""
        first, _, rest = text.partition(" ")
        goal = names.one_line(rest if first.casefold() == "add" else text)
        if not any(c.isalnum() for c in goal):
            raise CommandError(
                "Which goal? Its name is enough, such as `/goal add Run a marathon`."
            )
        if len(goal) > LONGEST:
            raise CommandError(f"A goal has up to {LONGEST} characters.")
        resources = context.path.curriculum.resources
        known = [one for one in resources if one.kind is ResourceKind.CERTIFICATION]
        found = names.matching(goal, names.of_items(known))
        return cls(goal=found[0].title if len(found) == 1 else goal)

    def replay(self, history: HistoryBuilder) -> None:
        if slugify(self.goal) not in map(slugify, history.goals):
            history.goals.append(self.goal)
