"""Labels of a repository and on its issues. Names are compared without regard to case."""

import re

from github_sandbox.state import checks
from github_sandbox.state.checks import Fields
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Actor, Issue, Label, Repository
from github_sandbox.state.refusals import NotFound, invalid
from github_sandbox.world import World

DEFAULT_COLOR = "ededed"
PER_ISSUE = 100


def find(repository: Repository, name: str) -> Label:
    """Raises NotFound."""
    label = repository.labels.get(name.lower())
    if label is None:
        raise NotFound
    return label


def create(world: World, actor: Actor, repository: Repository, fields: Fields) -> Label:
    """From `name`, `color` and `description`. Raises Invalid for a name that is taken."""
    checks.may_push(world, actor, repository)
    name = checks.required_text(fields, "name").strip()
    _check_name(repository, name)
    color = _color(fields) or DEFAULT_COLOR
    description = _description(fields)
    label = Label(world.next_id("label"), name, color, description, world.birth())
    repository.labels[name.lower()] = label
    world.emit(Event("label", "created", actor, repository, subject={"label": label}))
    return label


def edit(world: World, actor: Actor, repository: Repository, label: Label, fields: Fields) -> Label:
    """Change colour, description and, with `new_name`, the name: on the issues too."""
    checks.may_push(world, actor, repository)
    changes: dict[str, dict[str, str]] = {}
    new_name = checks.text(fields, "new_name") or checks.text(fields, "name") or label.name
    new_name = new_name.strip()
    if new_name != label.name:
        if new_name.lower() != label.name.lower():
            _check_name(repository, new_name)
        changes["name"] = {"from": label.name}
        del repository.labels[label.name.lower()]
        label.name = new_name
        repository.labels[new_name.lower()] = label
    color = _color(fields)
    if color and color != label.color:
        changes["color"] = {"from": label.color}
        label.color = color
    if "description" in fields and _description(fields) != label.description:
        changes["description"] = {"from": label.description or ""}
        label.description = _description(fields)
    subject = {"label": label, "changes": changes}
    world.emit(Event("label", "edited", actor, repository, subject=subject))
    return label


def delete(world: World, actor: Actor, repository: Repository, label: Label) -> None:
    """Take it away, from all issues as well."""
    checks.may_push(world, actor, repository)
    del repository.labels[label.name.lower()]
    for issue in repository.issues.values():
        if label in issue.labels:
            issue.labels.remove(label)
    world.emit(Event("label", "deleted", actor, repository, subject={"label": label}))


def named(world: World, actor: Actor, repository: Repository, names: list[str]) -> list[Label]:
    """The labels of these names; missing ones are made, as GitHub does for people with push."""
    found: list[Label] = []
    for name in names:
        label = repository.labels.get(name.strip().lower())
        label = label or create(world, actor, repository, {"name": name})
        if label not in found:
            found.append(label)
    return found


def put_on(
    world: World, actor: Actor, repository: Repository, issue: Issue, wanted: list[Label]
) -> None:
    """Make these the labels of an issue."""
    if len(wanted) > PER_ISSUE:
        raise invalid("Issue", "labels", "custom", f"Cannot have more than {PER_ISSUE} labels")
    added = [label for label in wanted if label not in issue.labels]
    removed = [label for label in issue.labels if label not in wanted]
    if not added and not removed:
        return
    issue.labels = [label for label in issue.labels if label in wanted] + added
    issue.updated_at = world.clock.now()
    for action, labels in (("labeled", added), ("unlabeled", removed)):
        for label in labels:
            subject = {"issue": issue, "label": label}
            world.emit(Event("issues", action, actor, repository, subject=subject))


def _check_name(repository: Repository, name: str) -> None:
    if not name:
        raise invalid("Label", "name", "missing_field")
    checks.not_longer("Label", "name", name, 50)
    if name.lower() in repository.labels:
        raise invalid("Label", "name", "already_exists")


def _color(fields: Fields) -> str | None:
    color = checks.text(fields, "color")
    if color is None:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{6}", color):
        raise invalid("Label", "color", "invalid")
    return color.lower()


def _description(fields: Fields) -> str | None:
    description = checks.text(fields, "description")
    checks.not_longer("Label", "description", description, 100)
    if any(ord(character) > 0xFFFF for character in description or ""):
        # A name may have them. Source: repository-settings/app#672, safe-settings#428.
        message = "description doesn't accept 4-byte Unicode"
        raise invalid("Label", "description", "custom", message)
    return description or None
