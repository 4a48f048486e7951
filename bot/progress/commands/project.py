"""`/project start`: a project idea becomes an issue."""

from typing import Self

from bot.curriculum.model import Curriculum
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.marker import Key
from bot.progress import names
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.templating import render


class StartProject(Command):
    """A project idea becomes an issue."""

    form = "/project start NAME"
    line_format = "/project start {0.idea}"
    help_line = gettext_noop("Turns a project idea into an issue.")
    position = 140

    idea: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read the name of an idea; `start` may be left out."""
        ideas = names.of_items(context.path.curriculum.projects)
        if not ideas:
            raise CommandError(_("This path has no project ideas."))
        first, _space, name = text.partition(" ")
        if first.casefold() == "start" and (name.strip() or not names.matching(text, ideas)):
            text = name
        return cls(idea=names.one(text, ideas).id)

    def replay(self, history: HistoryBuilder) -> None:
        if self.idea not in history.projects:
            history.projects.append(self.idea)

    def reply(self, context: ReplyContext) -> str:
        ideas = {idea.id: idea.title for idea in context.path.curriculum.projects}
        return render("replies/project.md.j2", title=ideas.get(self.idea, self.idea))

    def issues_made(self, curriculum: Curriculum) -> tuple[Key, ...]:
        return (f"project:{self.idea}",)

    def fits(self, curriculum: Curriculum) -> bool:
        return self.idea in {idea.id for idea in curriculum.projects}
