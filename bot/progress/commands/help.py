"""`/help`: what can be written in a comment."""

from bot.progress.command import NOWHERE, Command, ReplyContext
from bot.templating import render


class Help(Command):
    """Replies with the table of commands."""

    form = "/help"
    help_line = "Shows this table."
    position = 910
    log_issue = NOWHERE

    def reply(self, context: ReplyContext) -> str:
        return render("replies/help.md.j2", commands=context.commands)
