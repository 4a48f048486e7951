"""The self-assessment: an issue after some modules that asks how sure the learner feels."""

from bot import templating
from bot.curriculum.model import Curriculum, Module
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.desired_state import DesiredIssue, unit_key
from bot.planning.length_limits import TITLE, one_line
from bot.planning.unit_names import module_name, module_word
from bot.progress.path import LearningPath

# What the numbers mean on the usual scale; of others only the ends are named.
MEANINGS = (
    gettext_noop("new to me"),
    gettext_noop("I've seen it done"),
    gettext_noop("I can do it with help"),
    gettext_noop("I can do it on my own"),
    gettext_noop("I can teach it"),
)


def assessment_issues(path: LearningPath) -> tuple[DesiredIssue, ...]:
    """Return an issue for each assessed module, seeded in the module's last days.

    Where the guide names no modules, those with a checkpoint are.

    Its region tells how to rate and how the skills were rated last; the learner's part has a line
    for each skill. None when the settings switch them off.
    """
    if not path.settings.features.assessments or not path.curriculum.rated:
        return ()
    after = {checkpoint.after for checkpoint in path.curriculum.checkpoints}
    numbers = path.curriculum.assessment.modules
    return tuple(
        _issue(path, module, seed=path.is_ending(module))
        for module in path.curriculum.modules()
        if (module.number in numbers if numbers else module.id in after)
    )


def meanings(scale: int) -> tuple[str, ...]:
    """Return the meaning of each number from 1 to `scale`, such as `1: new to me`."""
    if scale == len(MEANINGS):
        return tuple(f"{value}: {_(text)}" for value, text in enumerate(MEANINGS, start=1))
    return (f"1: {_(MEANINGS[0])}", f"{scale}: {_(MEANINGS[-1])}")


def _issue(path: LearningPath, module: Module, *, seed: bool) -> DesiredIssue:
    keys = [f"assessment:{name}" for name in (module.id, *module.aliases)]
    return DesiredIssue(
        key=keys[0],
        aliases=tuple(keys[1:]),
        title=one_line(_("How sure do you feel? %(module)s", module=module_word(module)), TITLE),
        body=_text(path, module) if path.observed.is_drawn(keys, seed) else "",
        labels=("kind:assessment",),
        milestone=unit_key(module.units[-1]),
        seed=seed,
        starter=_starter(path.curriculum),
    )


def _text(path: LearningPath, module: Module) -> str:
    skills = path.curriculum.rated
    latest = [(skill.title, path.history.rating(skill.id, path.today)) for skill in skills]
    return templating.render(
        "issues/assessment.md.j2",
        module=module_name(path.curriculum, module),
        scale=path.curriculum.assessment.scale,
        meanings=meanings(path.curriculum.assessment.scale),
        example=skills[0].title,
        form=path.settings.publish.forms,
        report=path.settings.features.checkpoints and bool(path.curriculum.checkpoints),
        aims=[skill for skill in skills if skill.aim],
        rated=[{"title": title, "rating": rating} for title, rating in latest if rating],
    )


def _starter(curriculum: Curriculum) -> str:
    lines = [f"- {templating.neutralize(skill.title)}: " for skill in curriculum.rated]
    heading = _("Your ratings, from 1 to %(scale)s", scale=curriculum.assessment.scale)
    return "\n".join((f"### {heading}", "", *lines))
