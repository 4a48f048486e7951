"""Milestones. GitHub keeps a due date as a day and answers with midnight in US Pacific time."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from github_sandbox.state import checks
from github_sandbox.state.checks import Fields
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Actor, Milestone, Repository
from github_sandbox.state.refusals import NotFound, invalid, wrong_shape
from github_sandbox.world import World

PACIFIC = ZoneInfo("America/Los_Angeles")
STATES = ("open", "closed")


def due_on(day: date) -> datetime:
    """The time GitHub shows for a due day: midnight Pacific, as UTC (07:00 or 08:00)."""
    return datetime.combine(day, time(), PACIFIC).astimezone(UTC)


def find(repository: Repository, number: int) -> Milestone:
    """Raises NotFound."""
    if number not in repository.milestones:
        raise NotFound
    return repository.milestones[number]


def create(world: World, actor: Actor, repository: Repository, fields: Fields) -> Milestone:
    """From `title`, `state`, `description`, `due_on`. Raises Invalid for a title that is taken."""
    checks.may_push(world, actor, repository)
    title = _title(repository, checks.required_text(fields, "title"))
    state = checks.one_of(fields, "state", STATES) if "state" in fields else "open"
    description = checks.text(fields, "description")
    due = _due(fields)
    repository.last_milestone += 1
    birth = world.birth()
    milestone = Milestone(
        world.next_id("milestone"),
        repository.last_milestone,
        title,
        description,
        state,
        due,
        actor.user,
        birth,
        birth.at,
        birth.at if state == "closed" else None,
    )
    repository.milestones[milestone.number] = milestone
    subject = {"milestone": milestone}
    world.emit(Event("milestone", "created", actor, repository, subject=subject))
    return milestone


def edit(
    world: World, actor: Actor, repository: Repository, milestone: Milestone, fields: Fields
) -> Milestone:
    """Change what is named in `fields`; null clears description and due date."""
    checks.may_push(world, actor, repository)
    changes: dict[str, dict[str, str]] = {}
    if "title" in fields:
        title = checks.required_text(fields, "title")
        if title.strip() != milestone.title:
            changes["title"] = {"from": milestone.title}
            milestone.title = _title(repository, title)
    if "description" in fields:
        description = checks.text(fields, "description")
        if description != milestone.description:
            changes["description"] = {"from": milestone.description or ""}
            milestone.description = description
    if "due_on" in fields and (due := _due(fields)) != milestone.due:
        changes["due_on"] = {"from": _written(milestone.due)}
        milestone.due = due
    now = world.clock.now()
    subject = {"milestone": milestone, "changes": changes}
    if changes:
        milestone.updated_at = now
        world.emit(Event("milestone", "edited", actor, repository, subject=subject))
    if "state" in fields and checks.one_of(fields, "state", STATES) != milestone.state:
        milestone.state = str(fields["state"])
        milestone.closed_at = now if milestone.state == "closed" else None
        milestone.updated_at = now
        action = "closed" if milestone.state == "closed" else "opened"
        world.emit(Event("milestone", action, actor, repository, subject=subject))
    return milestone


def delete(world: World, actor: Actor, repository: Repository, milestone: Milestone) -> None:
    """Take it away; its issues stay, without a milestone."""
    checks.may_push(world, actor, repository)
    del repository.milestones[milestone.number]
    for issue in repository.issues.values():
        if issue.milestone is milestone:
            issue.milestone = None
    subject = {"milestone": milestone}
    world.emit(Event("milestone", "deleted", actor, repository, subject=subject))


def _title(repository: Repository, title: str) -> str:
    title = title.strip()
    if not title:
        raise invalid("Milestone", "title", "missing_field")
    if any(other.title == title for other in repository.milestones.values()):
        raise invalid("Milestone", "title", "already_exists")
    return title


def _due(fields: Fields) -> date | None:
    value = checks.text(fields, "due_on")
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise wrong_shape("due_on", value, "a date-time") from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return at.astimezone(PACIFIC).date()


def _written(day: date | None) -> str:
    return due_on(day).strftime("%Y-%m-%dT%H:%M:%SZ") if day else ""
