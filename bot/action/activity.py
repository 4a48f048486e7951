"""Which activity an event asks for: one pure function.

An event only says "look again". What is due is found by looking, so a late or lost event does no
harm, and a wrong "yes" here costs a run that changes nothing. Names of events and actions, and the
fields of payloads, are those of GitHub's "Webhook events and payloads"; of `push` Actions leaves
out which files changed (and so may say less than a webhook would).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.action.inputs import Command, Inputs
from bot.planning.marker import find
from bot.planning.snapshot import Frozen

Payload = Mapping[str, Any]

OURS = "github-actions[bot]"  # who writes with GITHUB_TOKEN
ASKED = frozenset({"workflow_dispatch", "repository_dispatch"})
GUIDES = (".md", ".markdown", ".yml", ".yaml")
# Actions that say nothing about the path: who looks after an issue, and how it is shown.
_NO_NEWS = {
    "issues": frozenset(
        ["assigned", "unassigned", "locked", "unlocked", "pinned", "unpinned", "typed", "untyped"]
    ),
    "issue_comment": frozenset({"pinned", "unpinned"}),
}
_PULLS = frozenset({"opened", "synchronize", "reopened", "ready_for_review"})


class Activity(Frozen):
    """What to do (never AUTO; None for nothing), and why in words.

    `pull` is the pull request that gets the plan, made with the settings as it would have them.
    `if_begun`: only in a repository where somebody began a path.
    """

    what: Command | None
    why: str
    pull: int | None = None
    if_begun: bool = False


def activity(event: str, payload: Payload, inputs: Inputs, guide: str | None = None) -> Activity:
    """The activity that this event asks for.

    `guide` is the path of the file that the settings name as curriculum, where that is known; it
    matters for a push. Raises nothing, whatever the payload holds.
    """
    why_not = _why_not(event, payload)
    if why_not is None and inputs.command is Command.AUTO:
        why_not = _no_news(event, payload, inputs.config, guide)
    if why_not is not None:
        return Activity(what=None, why=why_not)
    if_begun = event not in ASKED and _copy(payload)
    if inputs.command in {Command.AUTO, Command.PLAN} and event == "pull_request":
        number = _get(payload, "pull_request", "number")
        return Activity(
            what=Command.PLAN,
            why="A pull request changes the path: this is what merging it would do.",
            pull=number if isinstance(number, int) else None,
            if_begun=if_begun,
        )
    what = Command.SYNC if inputs.command is Command.AUTO else inputs.command
    return Activity(what=what, why=_why(event, payload), if_begun=if_begun)


def _why_not(event: str, payload: Payload) -> str | None:
    """Why nothing is done whatever the workflow asks for, or None."""
    if event == "pull_request_target":
        return "This event lends a stranger our rights; use `pull_request` instead."
    sender = _get(payload, "sender")
    things = [t for t in (_get(payload, name) for name in _THINGS) if t is not None]
    if _word(payload, "action") in {"opened", "created"} and any(
        find(text) for thing in things[:1] for text in _texts(thing)
    ):
        return "Milepost made this itself."
    if event in {"issues", "issue_comment", "milestone", "label"} and _is_ours(sender, things):
        return "Milepost did this itself."
    return None


_THINGS = ("comment", "issue", "milestone", "label")


def _is_ours(sender: Any, things: list[Any]) -> bool:
    """Whether the sender is a bot that also wrote what carries our marker."""
    login = _get(sender, "login")
    if _get(sender, "type") != "Bot" or not isinstance(login, str):
        return False
    return login == OURS or any(
        _get(thing, who, "login") == login and any(find(text) for text in _texts(thing))
        for thing in things
        for who in ("user", "creator")
    )


def _texts(thing: Any) -> Iterator[str]:
    for name in ("body", "description"):
        if isinstance(text := _get(thing, name), str):
            yield text


def _no_news(event: str, payload: Payload, config: str, guide: str | None) -> str | None:
    """Why the event is of no interest to `auto`, or None."""
    action = _word(payload, "action")
    if action in _NO_NEWS.get(event, ()):
        return f"That something was {action} changes nothing on a path."
    if event in {"issues", "issue_comment"} and _get(payload, "issue", "pull_request"):
        return "That is a pull request, not an issue."
    if event == "push":
        return _no_news_in_push(payload, config, guide)
    if event == "pull_request":
        if action not in _PULLS:
            return f"A pull request that was {action} needs no plan."
        base, default = _get(payload, "pull_request", "base", "ref"), _default(payload)
        if base != default and default is not None:
            return f"This pull request does not lead to the default branch, {default}."
    return None


def _no_news_in_push(payload: Payload, config: str, guide: str | None) -> str | None:
    default = _default(payload)
    if default is not None and _get(payload, "ref") != f"refs/heads/{default}":
        return f"What counts is the default branch, {default}."
    files = _pushed(payload)
    if files is None:
        return None

    def counts(file: str) -> bool:
        return file == config or (file == guide if guide else file.casefold().endswith(GUIDES))

    return None if any(map(counts, files)) else "Neither settings nor guide changed."


def _pushed(payload: Payload) -> set[str] | None:
    """The files that a push changed, or None where the payload does not tell."""
    commits = _get(payload, "commits")
    if not isinstance(commits, list) or not commits or _get(payload, "forced"):
        return None
    files: set[str] = set()
    for commit in commits:
        for how in ("added", "modified", "removed"):
            names = _get(commit, how)
            if not isinstance(names, list):
                return None
            files.update(name for name in names if isinstance(name, str))
    return files


def _copy(payload: Payload) -> bool:
    """Whether the repository is a fork or a template: its workflow came without being asked for."""
    repository = _get(payload, "repository")
    return any(_get(repository, name) is True for name in ("fork", "is_template"))


def _default(payload: Payload) -> str | None:
    return _word(payload, "repository", "default_branch")


def _why(event: str, payload: Payload) -> str:
    if event in ASKED:
        return "Somebody asked for it."
    if event == "schedule":
        return "It is time to look."
    action = _word(payload, "action")
    what = event.replace("_", " ")
    return f"Something happened: {what} {action}." if action else f"Something happened: {what}."


def _word(payload: Payload, *names: str) -> str | None:
    """The text at the end of a way, or None."""
    found = _get(payload, *names)
    return found if isinstance(found, str) else None


def _get(thing: Any, *names: str) -> Any:
    """The value at the end of a way through objects, or None."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    return thing
