"""`/status`: where the learner is."""

from bot.i18n import gettext_noop
from bot.progress.command import NOWHERE, Command, ReplyContext
from bot.templating import render


class ShowStatus(Command):
    """Replies with the learner's position."""

    form = "/status"
    help_line = gettext_noop("Shows where you are.")
    position = 900
    log_issue = NOWHERE

    def reply(self, context: ReplyContext) -> str:
        return render("replies/status.md.j2", **context.status())
