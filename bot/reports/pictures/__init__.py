"""Pictures of progress: values from a path, geometry in Python, SVG by templates.

Each module holds one picture: its values, `words` (its text alternative) and `as_svg`. A picture
depends on the day, never on the hour, so that equal days give equal bytes. It has no script, no
reference to anything outside, a paper of its own, and colours for light and dark.
"""

from bot.progress.path import LearningPath

NAMES = ("card", "burn-up", "skills", "activity")


def picture(name: str, path: LearningPath) -> str:
    """Return the SVG of one of NAMES. Raises KeyError for any other name."""
    from bot.reports.pictures import activity, burnup, card, skills

    match name:
        case "card":
            return card.as_svg(card.card(path))
        case "burn-up":
            return burnup.as_svg(burnup.burn_up(path))
        case "skills":
            return skills.as_svg(skills.skills(path))
        case "activity":
            return activity.as_svg(activity.activity(path))
    raise KeyError(name)
