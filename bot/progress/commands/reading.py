"""Another reading of the guide, by a button: there is nothing to write in a comment."""

from typing import TYPE_CHECKING, Self

from bot.i18n import gettext as _
from bot.progress.command import Command

if TYPE_CHECKING:
    from bot.progress.path import LearningPath


class AcceptReading(Command):
    """The path goes on with the reading of its guide that has this digest."""

    do = "reading"
    has_button = True

    digest: str

    def format_command(self) -> str:
        """Return the words for it."""
        return _("another reading of the guide")

    def pressed(self, path: "LearningPath") -> Self | None:
        offered = path.reading.offered
        return self if offered is not None and offered.digest == self.digest else None
