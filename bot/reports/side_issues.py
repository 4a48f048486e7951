"""Issues beside the path: events of the guide with a known date, and goals of the learner's own."""

from collections.abc import Iterator
from datetime import date

from bot import templating
from bot.curriculum.base import slugify
from bot.curriculum.sections import CommunityEntry, ResourceKind
from bot.i18n import gettext as _
from bot.planning.desired_state import DesiredIssue, unit_key
from bot.planning.length_limits import TITLE, one_line
from bot.progress.path import LearningPath


def event_issues(path: LearningPath) -> tuple[DesiredIssue, ...]:
    """Return an issue for each event with a date on the path, in the milestone of that day."""
    window = path.units_with_issues(path.today, path.settings.ahead)
    return tuple(
        DesiredIssue(
            key=f"event:{event.id}",
            aliases=tuple(f"event:{alias}" for alias in event.aliases),
            title=one_line(_("Event: %(title)s", title=event.title), TITLE),
            body=templating.render("issues/event.md.j2", event=event),
            labels=("kind:networking",),
            milestone=unit_key(unit),
            seed=unit in window and on >= path.today,
        )
        for event, on, unit in events_on_path(path)
    )


def events_on_path(path: LearningPath) -> Iterator[tuple[CommunityEntry, date, str]]:
    """Yield the events whose day lies in a unit, with that day and the id of the unit."""
    for event in path.curriculum.community:
        unit = path.dates.current(event.on) if event.kind == "event" and event.on else None
        if event.on is not None and unit is not None and unit.first <= event.on <= unit.last:
            yield event, event.on, unit.unit


def goal_issues(path: LearningPath) -> tuple[DesiredIssue, ...]:
    """Return an issue for each goal that the learner added."""
    known = {
        slugify(resource.title): resource
        for resource in path.curriculum.resources
        if resource.kind is ResourceKind.CERTIFICATION
    }
    return tuple(
        DesiredIssue(
            key=f"goal:{slugify(goal)}",
            title=one_line(_("Goal: %(title)s", title=goal), TITLE),
            body=templating.render("issues/goal.md.j2", resource=known.get(slugify(goal))),
            labels=("kind:goal",),
        )
        for goal in path.overrides.goals
    )
