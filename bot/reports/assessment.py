"""The self-assessment: an issue after some modules that asks how sure the learner feels."""

from bot import templating
from bot.curriculum.model import Curriculum, Module
from bot.planning.desired_state import DesiredIssue, unit_key
from bot.planning.length_limits import TITLE, one_line
from bot.planning.unit_names import module_name, module_word
from bot.progress.path import LearningPath

# What the numbers mean on the usual scale; of others only the ends are named.
MEANINGS = (
    "new to me",
    "I have seen how it is done",
    "I can do it with help",
    "I can do it alone",
    "I can show it to others",
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
        return tuple(f"{value}: {text}" for value, text in enumerate(MEANINGS, start=1))
    return (f"1: {MEANINGS[0]}", f"{scale}: {MEANINGS[-1]}")


def _issue(path: LearningPath, module: Module, *, seed: bool) -> DesiredIssue:
    last = module.units[-1]
    skills = path.curriculum.rated
    latest = [(skill.title, path.history.rating(skill.id, path.today)) for skill in skills]
    body = templating.render(
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
    return DesiredIssue(
        key=f"assessment:{module.id}",
        aliases=tuple(f"assessment:{alias}" for alias in module.aliases),
        title=one_line(f"How sure do you feel? {module_word(module)}", TITLE),
        body=body,
        labels=("kind:assessment",),
        milestone=unit_key(last),
        seed=seed,
        starter=_starter(path.curriculum),
    )


def _starter(curriculum: Curriculum) -> str:
    lines = [f"- {templating.neutralize(skill.title)}: " for skill in curriculum.rated]
    heading = f"### Your ratings, from 1 to {curriculum.assessment.scale}"
    return "\n".join((heading, "", *lines))
