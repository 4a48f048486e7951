"""`/choose`: the learner takes an option of a choice."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from bot.curriculum.base import Item
from bot.curriculum.model import Choice, Curriculum, Option
from bot.curriculum.picks import Pick
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.marker import Key
from bot.progress import names
from bot.progress.command import Command, CommandContext, CommandError, LogIssue, ReplyContext
from bot.progress.learner_history import HistoryBuilder
from bot.templating import render

if TYPE_CHECKING:
    from bot.progress.path import LearningPath


class Choose(Command):
    """An option taken. `was` is the option in the settings file then: a later edit of it wins."""

    form = "/choose A"
    line_format = "/choose {0.choice} {0.option}"
    help_line = gettext_noop("Chooses an option.")
    position = 80
    log_issue = LogIssue("the choice's issue, else the summary issue", frozenset({"choice"}))

    choice: str
    option: str
    was: str = ""

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Read an option of the choice whose issue this is, or of any: then named by both."""
        every = list(context.path.curriculum.choices())
        here = (context.key or "").removeprefix("choice:")
        choices = [c for c in every if context.kind == "choice" and here in (c.id, *c.aliases)]
        choices = choices or every
        picks = context.path.curriculum.picks
        if not (choices or picks):
            raise CommandError(_("This path has no choices."))
        picked = _picked(text, picks) if choices == every else None
        if picked and not any(names.matching(text, names.of_options(one)) for one in choices):
            choice, option = picked
        else:
            choice, option = _option(text, choices)
        was = context.path.file_settings.choices.get(choice, "")
        return cls(choice=choice, option=option, was=was)

    def pressed(self, path: "LearningPath") -> Self | None:
        """Return it with what the file says now, as long as there is such an option."""
        was = path.file_settings.choices.get(self.choice, "")
        return self.model_copy(update={"was": was}) if self.fits(path.curriculum) else None

    def replay(self, history: HistoryBuilder) -> None:
        if history.settings.choices.get(self.choice, "") == self.was:
            history.choices[self.choice] = self.option

    def fits(self, curriculum: Curriculum) -> bool:
        return self.option in {**self._options(curriculum), **self._pick_options(curriculum)}

    def reply(self, context: ReplyContext) -> str:
        curriculum = context.path.curriculum
        option = self._options(curriculum).get(self.option)
        picked = self._pick_options(curriculum).get(self.option)
        last = context.path.dates.last
        return render("replies/choose.md.j2", last=last, option=option, picked=picked)

    def issues_made(self, curriculum: Curriculum) -> tuple[Key, ...]:
        option = self._options(curriculum).get(self.option)
        return tuple(f"task:{task.id}" for task in option.tasks) if option else ()

    def _options(self, curriculum: Curriculum) -> Mapping[str, Option]:
        found = (choice.options for choice in curriculum.choices() if choice.id == self.choice)
        return {option.id: option for options in found for option in options}

    def _pick_options(self, curriculum: Curriculum) -> Mapping[str, Item]:
        found = (pick.options for pick in curriculum.picks if pick.id == self.choice)
        return {option.id: option for options in found for option in options}


def _picked(text: str, picks: tuple[Pick, ...]) -> tuple[str, str] | None:
    """Return the ids of a pick and its option that `text` names, alone or behind the pick's id."""
    first, _space, second = text.partition(" ")
    found = [
        (pick.id, option.id)
        for pick in picks
        for option in names.matching(
            second if first == pick.id else text, names.of_items(pick.options)
        )
    ]
    return found[0] if len(found) == 1 else None


def _option(text: str, choices: list[Choice]) -> tuple[str, str]:
    """Return the ids of choice and option: named both, or only the option."""
    first, _space, second = text.partition(" ")
    for choice in choices:
        if first == choice.id and second.strip() in {option.id for option in choice.options}:
            return choice.id, second.strip()
    fitting = [
        (choice.id, option.id)
        for choice in choices
        for option in names.matching(text, names.of_options(choice))
    ]
    if len(fitting) == 1:
        return fitting[0]
    if len(choices) == 1:
        return choices[0].id, names.one(text, names.of_options(choices[0])).id
    chosen = names.matching(first, names.of_items(choices))
    if len(chosen) == 1:
        choice = next(c for c in choices if c.id == chosen[0].id)
        return choice.id, names.one(second, names.of_options(choice)).id
    among = names.listed(names.of_items(choices))
    raise CommandError(
        _("Write `/choose` on the issue of the choice that you mean: %(titles)s.", titles=among)
    )
