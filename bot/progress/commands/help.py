"""`/help`: what can be written in a comment."""

import re

from bot.i18n import current_language, gettext_noop, pgettext, pgettext_noop
from bot.i18n import gettext as _
from bot.progress.command import NOWHERE, Command, ReplyContext
from bot.progress.command_aliases import alias
from bot.templating import render

# NOTE: Words of the forms of commands, such as `/log 2h30m [note]`, for what a learner fills in.
_PLACES = (
    pgettext_noop("command", "NAME"),
    pgettext_noop("command", "SKILL"),
    pgettext_noop("command", "TEXT"),
    pgettext_noop("command", "UNIT"),
    pgettext_noop("command", "note"),
    pgettext_noop("command", "why"),
    pgettext_noop("command", "words"),
)
_PLACE = re.compile(rf"\b(?:{'|'.join(_PLACES)})\b")


class Help(Command):
    """Replies with the table of commands."""

    form = "/help"
    help_line = gettext_noop("Shows this table.")
    position = 910
    log_issue = NOWHERE

    def reply(self, context: ReplyContext) -> str:
        rows = [(*_forms(kind), _(kind.help_line)) for kind in context.commands]
        return render("replies/help.md.j2", rows=rows)


def _forms(kind: type[Command]) -> tuple[str, str]:
    """Return the form of a command, and its beginning in the language in use, if that is another.

    What stands for the learner's own words is in that language in both.
    """
    form = _PLACE.sub(lambda found: pgettext("command", found[0]), kind.form)
    word = alias(kind.do, current_language())
    return form, f"/{word}" if word else ""
