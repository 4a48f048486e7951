"""`/rate`: how sure the learner is of a skill."""

from datetime import date
from typing import Self

from pydantic import Field

from bot.planning.marker import Key
from bot.progress import names
from bot.progress.command import Command, CommandContext, LogIssue, NotUnderstoodError
from bot.progress.learner_history import HistoryBuilder, Rating


class Rate(Command):
    """A skill rated by the learner; `skill` is an assessed skill's id."""

    form = "/rate SKILL 4"
    help_line = "Rates how sure you are of a skill."
    position = 70
    log_issue = LogIssue(
        "an assessment or checkpoint issue, else the summary issue",
        frozenset({"assessment", "checkpoint"}),
    )
    moves_dates = False

    skill: str
    value: int = Field(ge=1)

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read the name of a skill, then a number on the path's scale."""
        scale = context.curriculum.assessment.scale
        skills = names.of_items(context.curriculum.assessment.skills)
        if not skills:
            raise NotUnderstoodError("This path has no skills to rate.")
        words = text.replace(":", " ").replace("=", " ").split()
        number = words[-1].removesuffix(f"/{scale}") if words else ""
        if number not in {str(value) for value in range(1, scale + 1)}:
            raise NotUnderstoodError(
                f"A rating is a whole number from 1 to {scale}, such as"
                f" `/rate {skills[0].title.lower()} 3`."
            )
        return cls(skill=names.one("skill", " ".join(words[:-1]), skills).id, value=int(number))

    def format_command(self) -> str:
        """Return skill and value."""
        return f"/rate {self.skill} {self.value}"

    def replay(self, history: HistoryBuilder, day: date, key: Key, by: str) -> None:
        """Add the rating, within the scale, where the curriculum still has the skill."""
        assessment = history.curriculum.assessment
        if self.skill in {skill.id for skill in assessment.skills}:
            value = min(self.value, assessment.scale)
            history.ratings.append(Rating(day=day, skill=self.skill, value=value))
