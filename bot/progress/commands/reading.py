"""Another reading of the guide, by a button: there is nothing to write in a comment."""

from typing import TYPE_CHECKING, Self

from bot.progress.command import Command

if TYPE_CHECKING:
    from bot.progress.path import LearningPath


class AcceptReading(Command):
    """The path goes on with the reading of its guide that has this digest."""

    do = "reading"
    line_format = "another reading of the guide"
    has_button = True

    digest: str

    def pressed(self, path: "LearningPath") -> Self | None:
        offered = path.reading.offered
        return self if offered is not None and offered.digest == self.digest else None
