"""Checks on what a client sends, with GitHub's complaints."""

from collections.abc import Mapping
from typing import Any

from github_sandbox.state.objects import Actor, Repository
from github_sandbox.state.refusals import Forbidden, Invalid, invalid, not_supplied, wrong_shape
from github_sandbox.world import World

BODY_LIMIT = 65_536
TITLE_LIMIT = 256
Fields = Mapping[str, Any]


def text(fields: Fields, name: str, *, null: bool = True) -> str | None:
    """A string, or None where null is allowed. Raises Invalid for any other type."""
    value = fields.get(name)
    if isinstance(value, str) or (value is None and null):
        return value
    raise wrong_shape(name, value, "a string")


def required_text(fields: Fields, name: str) -> str:
    """A string that must be there, though it may be empty."""
    if name not in fields:
        raise not_supplied(name)
    value = text(fields, name, null=False)
    return value or ""


def whole_number(fields: Fields, name: str) -> int:
    """An integer that must be there."""
    if name not in fields:
        raise not_supplied(name)
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_shape(name, value, "an integer")
    return value


def flag(fields: Fields, name: str, present: bool) -> bool:
    """A truth value, `present` without one."""
    value = fields.get(name, present)
    if not isinstance(value, bool):
        raise wrong_shape(name, value, "a boolean")
    return value


def one_of(fields: Fields, name: str, allowed: tuple[str, ...]) -> str:
    """A word out of a list."""
    value = fields.get(name)
    if value not in allowed:
        raise wrong_shape(name, value, f"a member of {list(allowed)}")
    return str(value)


def not_longer(resource: str, name: str, value: str | None, limit: int) -> None:
    """Raises Invalid when a text has more than `limit` characters."""
    if value is not None and len(value) > limit:
        message = f"{name} is too long (maximum is {limit} characters)"
        raise invalid(resource, name, "custom", message)


def writable(repository: Repository) -> None:
    """Raises Forbidden for an archived repository."""
    if repository.archived:
        raise Forbidden("Repository was archived so is read-only.")


def may_push(world: World, actor: Actor, repository: Repository) -> None:
    """Raises Forbidden for someone whose role does not reach for the repository's own objects."""
    if not world.has_role(actor, repository, "triage"):
        raise Forbidden("Must have admin rights to Repository.")


def may_write(world: World, actor: Actor, repository: Repository) -> None:
    """Raises Forbidden for someone whose role does not reach for files and branches."""
    if not world.has_role(actor, repository, "write"):
        raise Forbidden("Must have admin rights to Repository.")


def names(values: object, field: str) -> list[str]:
    """Names out of a list of strings or of objects with a `name`."""
    if not isinstance(values, list):
        raise wrong_shape(field, values, "an array")
    found = [value.get("name") if isinstance(value, dict) else value for value in values]
    if not all(isinstance(name, str) for name in found):
        raise Invalid(f"Invalid request.\n\nFor 'properties/{field}/items', not a string.")
    return [str(name) for name in found]
