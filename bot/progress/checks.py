"""Evaluates checks: whether what a task names is in the learner's repository. Pure.

A check is advice. Found means evidenced; missing changes nothing; what could not be looked up is
unknown, and says why.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol
from urllib.parse import quote

from bot.curriculum.checks import Check, Kind, matches, name_matches
from bot.curriculum.model import Curriculum, Deliverable, ProjectIdea, Task
from bot.planning.marker import Key
from bot.planning.snapshot import FileList, NamedPage, WorkflowRun
from bot.progress.learner_history import CheckState, LearnerHistory
from bot.progress.progress import item_keys

MAX_ADDRESS = 1_000  # of a file: issue and log show it, and have room for eight of them
MAX_TEXTS = 3  # files that are read for one check with a pattern


class NotCheckedError(Exception):
    """Says why something cannot be looked up.

    That is a right that is missing (`contents`, `actions`, `pull-requests`), `links` where links
    are not looked up, `files` where there are too many to list or compare, `size` where one is too
    large to read, `answer` where GitHub gave none.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Facts(Protocol):
    """What is in a repository. Each method may raise NotCheckedError.

    `web` is the address of the repository's page. `compare` is called before patterns are compared
    with paths, which takes time in proportion to `steps`.
    """

    web: str

    def files(self) -> FileList: ...
    def compare(self, steps: int) -> None: ...
    def text(self, path: str) -> str: ...
    def last_run(self, workflow: str) -> WorkflowRun | None: ...
    def releases(self) -> Sequence[NamedPage]: ...
    def tags(self, start: str) -> Sequence[str]: ...
    def merged_pull(self, label: str) -> str | None: ...
    def link(self, url: str) -> str | None: ...


def find(check: Check, facts: Facts) -> str | None:
    """Return the address of what a check names; None when it is not there.

    Raises NotCheckedError.
    """
    match check.kind:
        case "file":
            return _file(check, facts)
        case "workflow":
            run = facts.last_run(check.value)
            return run.url if run and run.green else None
        case "release":
            found = (one.url for one in facts.releases() if name_matches(check.value, one.name))
            return next(found, None)
        case "tag":
            start = check.value.partition("*")[0].partition("?")[0]
            named = (tag for tag in facts.tags(start) if name_matches(check.value, tag))
            return next((f"{facts.web}/tree/{quote(tag)}" for tag in named), None)
        case "pull_request":
            return facts.merged_pull(check.value)
        case "link":
            return facts.link(check.value)


def _file(check: Check, facts: Facts) -> str | None:
    """Return the first file, in order of the names, that has what the check asks for."""
    listed = facts.files()
    texts = 0
    for path in _paths(check.value, listed.paths, facts):
        if check.contains or check.lines:
            if texts == MAX_TEXTS:
                break
            texts += 1
            if not _has(check, facts.text(path)):
                continue
        page = f"{facts.web}/blob/HEAD/{quote(path)}"
        return page if len(page) <= MAX_ADDRESS else f"{facts.web}/tree/HEAD"
    if listed.truncated:
        raise NotCheckedError("files")
    return None


def _paths(pattern: str, paths: Sequence[str], facts: Facts) -> Iterator[str]:
    """Yield the paths that fit; most are passed over by their ends."""
    facts.compare(len(paths))
    start, end = pattern.partition("*")[0], pattern.rpartition("*")[2]
    start, end = start.partition("?")[0].casefold(), end.rpartition("?")[2].casefold()
    for path in paths:
        folded = path.casefold()
        if not (folded.startswith(start) and folded.endswith(end)):
            continue
        facts.compare(len(pattern) * len(path))
        if matches(pattern, path):
            yield path


def _has(check: Check, text: str) -> bool:
    if check.contains:
        return check.contains.casefold() in text.casefold()
    return len(text.splitlines()) >= (check.lines or 0)


def checked_items(curriculum: Curriculum) -> Iterator[tuple[str, Task | Deliverable | ProjectIdea]]:
    """Yield the kind of issue and the item of each piece of work that has checks."""
    every: tuple[tuple[str, Iterator[Task | Deliverable | ProjectIdea]], ...] = (
        ("task", curriculum.tasks()),
        ("deliverable", curriculum.deliverables()),
        ("project", iter(curriculum.projects)),
    )
    return ((kind, item) for kind, items in every for item in items if item.checks)


def check_kinds(curriculum: Curriculum) -> frozenset[Kind]:
    """Return the kinds of all checks of a curriculum."""
    return frozenset(check.kind for _, item in checked_items(curriculum) for check in item.checks)


class CheckLine(NamedTuple):
    """A check, as an issue shows it: `url` and `day` where it was found, `why` it is unknown."""

    check: Check
    state: str
    url: str = ""
    day: date | None = None
    why: str = ""


def check_lines(checks: Sequence[Check], state: CheckState | None) -> tuple[CheckLine, ...]:
    """Return a line for each check; one that was never run is "new"."""
    return tuple(_line(check, state or CheckState()) for check in checks)


def _line(check: Check, state: CheckState) -> CheckLine:
    name = str(check)
    if name in state.found:
        found = state.found[name]
        return CheckLine(check, "found", found.url, found.day)
    if name in state.unknown:
        return CheckLine(check, "unknown", why=state.unknown[name])
    return CheckLine(check, "missing" if name in state.missing else "new")


def lines_by_key(
    curriculum: Curriculum, history: LearnerHistory
) -> Mapping[Key, tuple[CheckLine, ...]]:
    """Return the lines of all work that has checks, by each key that its issue may have."""
    lines: dict[Key, tuple[CheckLine, ...]] = {}
    for kind, item in checked_items(curriculum):
        keys = item_keys(kind, item)
        state = next((history.checks[key] for key in keys if key in history.checks), None)
        lines |= dict.fromkeys(keys, check_lines(item.checks, state))
    return lines
