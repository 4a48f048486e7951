"""Which activity an event asks for: one pure function.

An event only says "look again". What is due is found by looking, so a late or lost event does no
harm, and a wrong "yes" here costs a run that changes nothing. Names of events and actions, and the
fields of payloads, are those of GitHub's "Webhook events and payloads"; of `push` Actions leaves
out which files changed (and so may say less than a webhook would).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.action.inputs import ActionCommand, Inputs
from bot.i18n import gettext as _
from bot.planning.marker import find
from bot.planning.snapshot import FrozenModel

Payload = Mapping[str, Any]

OURS = "github-actions[bot]"  # who writes with GITHUB_TOKEN
MANUAL_EVENTS = frozenset({"workflow_dispatch", "repository_dispatch"})
GUIDES = (".md", ".markdown", ".yml", ".yaml")
# Actions that say nothing about the path: who looks after an issue, and how it is shown.
_IGNORED_ACTIONS = {
    "issues": frozenset(
        ["assigned", "unassigned", "locked", "unlocked", "pinned", "unpinned", "typed", "untyped"]
    ),
    "issue_comment": frozenset({"pinned", "unpinned"}),
}
_PULLS = frozenset({"opened", "synchronize", "reopened", "ready_for_review"})


class EventActivity(FrozenModel):
    """What to do (never AUTO; None for nothing), and why in words.

    `pull` is the pull request that gets the plan, made with the settings as it would have them.
    `only_if_started`: only in a repository where somebody began a path.
    """

    what: ActionCommand | None
    why: str
    pull: int | None = None
    only_if_started: bool = False


def requested_activity(
    event: str, payload: Payload, inputs: Inputs, guide: str | None = None
) -> EventActivity:
    """Return the activity that this event asks for.

    `guide` is the path of the file that the settings name as curriculum, where that is known; it
    matters for a push. Raises nothing, whatever the payload holds.
    """
    ignored_because = _refused_because(event, payload)
    if ignored_because is None and inputs.command is ActionCommand.AUTO:
        ignored_because = _ignored_because(event, payload, inputs.config, guide)
    if ignored_because is not None:
        return EventActivity(what=None, why=ignored_because)
    only_if_started = event not in MANUAL_EVENTS and _is_copy(payload)
    if inputs.command in {ActionCommand.AUTO, ActionCommand.PLAN} and event == "pull_request":
        number = _value_at(payload, "pull_request", "number")
        return EventActivity(
            what=ActionCommand.PLAN,
            why=_("A pull request changes the path. This is what merging it would do."),
            pull=number if isinstance(number, int) else None,
            only_if_started=only_if_started,
        )
    what = ActionCommand.SYNC if inputs.command is ActionCommand.AUTO else inputs.command
    return EventActivity(what=what, why=_why(event, payload), only_if_started=only_if_started)


def _refused_because(event: str, payload: Payload) -> str | None:
    """Return why nothing is done whatever the workflow asks for, or None."""
    if event == "pull_request_target":
        return _("This event would give strangers write access. Use `pull_request` instead.")
    sender = _value_at(payload, "sender")
    things = [t for t in (_value_at(payload, name) for name in _OBJECTS) if t is not None]
    new = _text_at(payload, "action") in {"opened", "created"}
    marked = new and any(find(text) for thing in things[:1] for text in _texts(thing))
    by_us = event in {"issues", "issue_comment", "milestone", "label"} and _is_ours(sender, things)
    return _("Milepost made this itself.") if marked or by_us else None


_OBJECTS = ("comment", "issue", "milestone", "label")


def _is_ours(sender: Any, things: list[Any]) -> bool:
    login = _value_at(sender, "login")
    if _value_at(sender, "type") != "Bot" or not isinstance(login, str):
        return False
    return login == OURS or any(
        _value_at(thing, who, "login") == login and any(find(text) for text in _texts(thing))
        for thing in things
        for who in ("user", "creator")
    )


def _texts(thing: Any) -> Iterator[str]:
    for name in ("body", "description"):
        if isinstance(text := _value_at(thing, name), str):
            yield text


def _ignored_because(event: str, payload: Payload, config: str, guide: str | None) -> str | None:
    """Return why `auto` ignores the event, or None."""
    action = _text_at(payload, "action")
    if action in _IGNORED_ACTIONS.get(event, ()) or (
        event == "pull_request" and action not in _PULLS
    ):
        return _("The event '%(action)s' doesn't affect a path.", action=action)
    on_pull = event in {"issues", "issue_comment"} and _value_at(payload, "issue", "pull_request")
    if on_pull and not _holds_command(_text_at(payload, "comment", "body") or ""):
        return _("This is on a pull request, and it's no command.")
    if event == "push":
        return _push_ignored_because(payload, config, guide)
    if event == "pull_request":
        base, default = _value_at(payload, "pull_request", "base", "ref"), _default(payload)
        if base != default and default is not None:
            return _(
                "Only pull requests into the default branch (%(branch)s) count.", branch=default
            )
    return None


def _holds_command(text: str) -> bool:
    from bot.progress.parse_command import is_for_us, read_commands

    return any(is_for_us(line, ours=False) for line in read_commands(text))


def _push_ignored_because(payload: Payload, config: str, guide: str | None) -> str | None:
    default = _default(payload)
    if default is not None and _value_at(payload, "ref") != f"refs/heads/{default}":
        return _("Only pushes to the default branch (%(branch)s) count.", branch=default)
    files = _pushed(payload)
    if files is None:
        return None

    def counts(file: str) -> bool:
        return file == config or (file == guide if guide else file.casefold().endswith(GUIDES))

    return None if any(map(counts, files)) else _("Neither the settings nor the guide changed.")


def _pushed(payload: Payload) -> set[str] | None:
    """Return the files that a push changed, or None where the payload lacks them."""
    commits = _value_at(payload, "commits")
    if not isinstance(commits, list) or not commits or _value_at(payload, "forced"):
        return None
    files: set[str] = set()
    for commit in commits:
        for how in ("added", "modified", "removed"):
            names = _value_at(commit, how)
            if not isinstance(names, list):
                return None
            files.update(name for name in names if isinstance(name, str))
    return files


def _is_copy(payload: Payload) -> bool:
    """Return whether the repository is a fork or a template: nobody chose its workflow."""
    repository = _value_at(payload, "repository")
    return any(_value_at(repository, name) is True for name in ("fork", "is_template"))


def _default(payload: Payload) -> str | None:
    return _text_at(payload, "repository", "default_branch")


def _why(event: str, payload: Payload) -> str:
    if event in MANUAL_EVENTS:
        return _("Started by hand.")
    if event == "schedule":
        return _("Scheduled run.")
    action = _text_at(payload, "action")
    what = event.replace("_", " ")
    event_name = f"{what} {action}" if action else what
    return _("Started by an event (%(event)s).", event=event_name)


def _text_at(payload: Payload, *names: str) -> str | None:
    found = _value_at(payload, *names)
    return found if isinstance(found, str) else None


def _value_at(thing: Any, *names: str) -> Any:
    """Return the value at the end of a path through objects, or None."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    return thing
