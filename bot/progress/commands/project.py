"""`/project start`: a project idea becomes an issue."""

from datetime import date
from typing import Self

from bot.planning.marker import Key
from bot.progress import names
from bot.progress.command import Command, CommandContext, NotUnderstoodError
from bot.progress.learner_history import HistoryBuilder


class StartProject(Command):
    """A project idea becomes an issue."""

    form = "/project start NAME"
    help_line = "Makes an issue of a project idea."
    position = 140

    idea: str

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read the name of an idea; `start` may be left out."""
        ideas = names.of_items(context.curriculum.projects)
        if not ideas:
            raise NotUnderstoodError("This path has no project ideas.")
        first, _, name = text.partition(" ")
        if first.casefold() == "start" and (name.strip() or not names.matching(text, ideas)):
            text = name
        return cls(idea=names.one("project", text, ideas).id)

    def format_command(self) -> str:
        """Return the idea."""
        return f"/project start {self.idea}"

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Start the project, where the curriculum still has the idea."""
        if self.idea in {idea.id for idea in history.curriculum.projects}:
            history.projects.setdefault(self.idea)
