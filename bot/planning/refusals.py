"""Refusals: changes that GitHub did not take. Each concerns one thing, and all others go on.

They are values: the ledger keeps them, the dashboard tells them in one line. A change is tried
again after 1, 2, 4, ... 28 days, and at once when its text is another one or the lock is off. What
depends on it waits.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from bot.errors import ChangeRefusedError, InvalidChangeError, PullRequestPermissionError
from bot.i18n import format_date
from bot.i18n import gettext as _
from bot.planning.changes import (
    AddSubIssue,
    Change,
    CreateComment,
    CreateIssue,
    CreateMilestone,
    React,
    UpdateIssue,
    Write,
)
from bot.planning.ledger import RefusedChange
from bot.planning.marker import Key, digest
from bot.planning.observed_state import ObservedState
from bot.planning.plan import Note
from bot.planning.snapshot import Snapshot

MOST_REFUSED = 50
MOST_TRIES = 5  # over two weeks; then the comment that a reply or mark is for is read no more
REPORTS = tuple(f"create-comment {kind}:" for kind in ("weekly", "report", "finish"))
FILES = ("commit-files ", "put-file ", "open-pull-request ")
OPTIONAL = frozenset({"react", "pin-issue", "add-sub-issue", "put-file"})
"""What no learner misses: marks, the pin, relations; a file, which goes by a pull request then."""


Refusals = Mapping[str, RefusedChange]
"""By the identity of the change."""
Refused = tuple[Write, ChangeRefusedError]
"""What GitHub refused in a run, and why."""


class RefusalLog(NamedTuple):
    """What GitHub refused in a run on `today` (the learner's day), and what waits because of it."""

    refused: list[Refused]
    today: date

    def holds(self, change: Write, observed: ObservedState) -> bool:
        """Return whether a change waits for its next try, after this run or earlier ones."""
        refusals = noted(observed.ledger.refused, self.refused, self.today)
        return is_held(refusals, change, observed.snapshot, self.today)


def noted(before: Refusals, refused: Iterable[Refused], today: date) -> dict[str, RefusedChange]:
    """Return the refusals with those of a run on `today`; one that has them already is itself."""
    found = dict(before)
    for change, error in refused:
        old = found.get(change.identity)
        if old is not None and old.tried == today:
            continue
        found[change.identity] = RefusedChange(
            what=change.describe().name,
            why=" ".join(filter(None, (error.what, error.hint))),
            tries=old.tries + 1 if old else 1,
            tried=today,
            text=_text(change) if isinstance(error, InvalidChangeError) else "",
            locked=error.issue,
            pull=_pull(change, error),
            first=old.first if old else today,
        )
    return dict(list(found.items())[-MOST_REFUSED:])


def is_held(refusals: Refusals, change: Write, snapshot: Snapshot, today: date) -> bool:
    """Return whether a change waits for its next try."""
    found = refusals.get(change.identity)
    same = found is not None and found.text in {"", _text(change)}
    return found is not None and same and _waits(found, snapshot, today)


def held_reports(refusals: Refusals, snapshot: Snapshot, today: date) -> frozenset[Key]:
    """Return the keys of summaries and reports that wait for their next try."""
    waiting = (name for name, one in refusals.items() if _waits(one, snapshot, today))
    return frozenset(name.split()[1] for name in waiting if name.startswith(REPORTS))


def _waits(found: RefusedChange, snapshot: Snapshot, today: date) -> bool:
    held = not found.locked or found.locked in snapshot.locked
    return held and found.next_try > today


def are_given_up(refusals: Refusals, first: Iterable[Change], last: Iterable[Change]) -> bool:
    """Return whether GitHub refused all of `last` so often that nothing waits for it any more.

    A mark in it is given up with what it waits for, in `first` or `last`.
    """
    last = tuple(last)
    tried = {c.identity for c in (*first, *last)} & {
        name for name, one in refusals.items() if one.tries >= MOST_TRIES
    }
    missing = {key for c in (*first, *last) if c.identity in tried for key in created(c)}
    return all(change.identity in tried or waits_for(change, missing) for change in last)


def waits_for(change: Change, missing: set[str]) -> bool:
    """Return whether a change needs something that is not there, since it was refused."""
    match change:
        case CreateIssue(milestone=milestone):
            return milestone in missing
        case AddSubIssue(parent=parent, child=child):
            return parent in missing or child in missing
        case UpdateIssue(number=None, key=key):
            return key in missing
        case React(comment=comment):  # once it is marked nobody reads the comment again
            return any(_comment_of(key) == str(comment) for key in missing)
        case _:
            return False


def created(change: Change) -> set[Key]:
    """Return the key of what a change makes, for others to name; empty when it makes nothing."""
    if isinstance(change, CreateMilestone | CreateIssue | CreateComment):
        return {change.key}
    return set()


def _comment_of(key: Key) -> str:
    """Return the id of the comment that a reply answers or an issue is made for."""
    return key.partition(":")[2].partition("-")[0]


class HeldChanges:
    """Lets changes pass but for those that wait. `notes` tell of these.

    `retries` says that some are tried again.
    """

    def __init__(self, refusals: Refusals, snapshot: Snapshot, today: date) -> None:
        self.notes: list[Note] = []
        self.retries = False
        self._refusals = refusals
        self._snapshot = snapshot
        self._today = today
        self._wanted: set[str] = set()
        self._missing: set[Key] = set()

    def passing(self, changes: Iterable[Change]) -> list[Change]:
        """Return the changes that do not wait."""
        return [change for change in changes if self._passes(change)]

    def _passes(self, change: Change) -> bool:
        found = self._refusals.get(change.identity)
        self._wanted.add(change.identity)
        if is_held(self._refusals, change, self._snapshot, self._today) and found is not None:
            again = _("Next try: %(day)s.", day=format_date(found.next_try))
            text = f"{_sentence(found)} {again}"
            self.notes.append(Note(kind="refused", key=change.identity, text=text))
        elif not waits_for(change, self._missing):
            self.retries = self.retries or found is not None
            return True
        self._missing |= created(change)
        return False

    def left(self) -> dict[str, RefusedChange]:
        """Return the refusals of changes that are still wanted, and of reports and files.

        No plan has those: the sync that publishes them settles what is due no more.
        """
        return {
            name: one
            for name, one in self._refusals.items()
            if name in self._wanted or name.startswith((*FILES, *REPORTS))
        }


def to_report(refusals: Refusals) -> tuple[RefusedChange, ...]:
    """Return the refusals that nothing else tells of.

    A pull request tells of the files that it brings, the weekly summary of commands on others.
    """
    return tuple(
        one for name, one in refusals.items() if not (one.pull or name.startswith("put-file "))
    )


def sentences(refusals: Refusals) -> tuple[str, ...]:
    """Return a sentence for each refusal: what was not written, why, and what to do."""
    return tuple(map(_sentence, to_report(refusals)))


def matter(refusals: Refusals) -> bool:
    """Return whether one of these is due to the learner, and no mark, pin or relation.

    On pull requests commands are obeyed without an answer where the token may not write.
    """
    return any(
        identity.partition(" ")[0] not in OPTIONAL and not one.pull
        for identity, one in refusals.items()
    )


def _sentence(refused: RefusedChange) -> str:
    text = _("Not written: %(what)s.", what=refused.what)
    return f"{text} {refused.why}"


def _pull(change: Write, error: ChangeRefusedError) -> int:
    on_pull = isinstance(error, PullRequestPermissionError)
    return getattr(change, "number", 0) if on_pull else 0


def _text(change: Write) -> str:
    return digest(change.model_dump_json(exclude={"number", "milestone_number"}))
