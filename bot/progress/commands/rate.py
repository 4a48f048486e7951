"""`/rate`: how sure the learner is of a skill."""

from typing import Self

from pydantic import Field

from bot.curriculum.model import Curriculum
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.progress import names
from bot.progress.command import Command, CommandContext, CommandError, LogIssue
from bot.progress.learner_history import HistoryBuilder, Rating


class Rate(Command):
    """A skill rated by the learner; `skill` is an assessed skill's id."""

    form = "/rate SKILL 4"
    line_format = "/rate {0.skill} {0.value}"
    help_line = gettext_noop("Rates how sure you are of a skill.")
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
        curriculum = context.path.curriculum
        scale, skills = curriculum.assessment.scale, names.of_items(curriculum.rated)
        if not skills:
            raise CommandError(_("This path has no skills to rate."))
        words = text.replace(":", " ").replace("=", " ").split()
        number = words[-1].removesuffix(f"/{scale}") if words else ""
        if number not in {str(value) for value in range(1, scale + 1)}:
            example = skills[0].title.lower()
            raise CommandError(
                _(
                    "Rate from 1 to %(most)s, such as `/rate %(skill)s 3`.",
                    most=scale,
                    skill=example,
                )
            )
        name = " ".join(words[:-1])
        found = names.matching(name, names.of_items(curriculum.assessment.skills))
        return cls(skill=names.one(name, skills, found or None).id, value=int(number))

    def replay(self, history: HistoryBuilder) -> None:
        value = min(self.value, history.curriculum.assessment.scale)
        history.ratings.append(Rating(day=history.day, skill=self.skill, value=value))

    def fits(self, curriculum: Curriculum) -> bool:
        return self.skill in {skill.id for skill in curriculum.rated}
