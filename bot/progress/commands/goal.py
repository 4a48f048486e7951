"""`/goal add`: a goal of the learner's own, such as a certification, becomes an issue."""

from typing import Self

from bot.curriculum.base import slugify
from bot.curriculum.sections import ResourceKind
from bot.i18n import format_number, gettext_noop
from bot.i18n import gettext as _
from bot.progress import names
from bot.progress.command import Command, CommandContext, CommandError
from bot.progress.learner_history import HistoryBuilder

LONGEST = 100  # characters


class AddGoal(Command):
    """A goal beside the path: its words, or the title of a certification of the guide."""

    form = "/goal add NAME"
    line_format = "/goal add {0.goal}"
    help_line = gettext_noop("Turns a goal of your own, such as a certification, into an issue.")
    position = 145

    goal: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read a certification of the guide or other words; `add` may be left out."""
        first, _space, rest = text.partition(" ")
        goal = names.one_line(rest if first.casefold() == "add" else text)
        if not any(c.isalnum() for c in goal):
            example = _("Run a marathon")
            raise CommandError(_("Name your goal, such as `/goal add %(goal)s`.", goal=example))
        if len(goal) > LONGEST:
            most = format_number(LONGEST)
            raise CommandError(_("Use at most %(most)s characters.", most=most))
        resources = context.path.curriculum.resources
        known = [one for one in resources if one.kind is ResourceKind.CERTIFICATION]
        found = names.matching(goal, names.of_items(known))
        return cls(goal=found[0].title if len(found) == 1 else goal)

    def replay(self, history: HistoryBuilder) -> None:
        if slugify(self.goal) not in map(slugify, history.goals):
            history.goals.append(self.goal)
