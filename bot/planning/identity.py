"""Identifies whose text counts, by what does not depend on who asks: ids of accounts, and rights.

GitHub's `author_association` does: a member of an organisation whose membership is private reads as
a stranger to an App (reports: openwisp/openwisp-utils#732, qiskit-community/qiskit-bot#28).

What anchors the trust: only those who may push can write a milestone, and each of ours holds the
ids of the accounts that the path was written by (`writers` in its marker; the dashboard's ledger
has them, too). So a marker in an issue or comment counts when one of these accounts wrote it, or
the owner of the repository, or the account that we write as. A path that was begun before the ids
were recorded is adopted once, by the rights of the authors.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol

from bot.errors import UnknownAccountError
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.labels import key_in
from bot.planning.ledger import find_ledger
from bot.planning.marker import MarkedBody, find
from bot.planning.snapshot import (
    CommentState,
    IssueState,
    MilestoneState,
    PullState,
    Snapshot,
    Trust,
)

FORMS = frozenset({"kind:journal", "kind:assessment", "kind:application"})
GHOST = "ghost"
"""The login under which GitHub shows what a deleted account wrote."""

_MARK = "<!-- milepost:end "
# "#12" as GitHub links it: not inside a word, not another repository's.
_NAMED = re.compile(r"(?<![\w/&])#(\d{1,9})\b")


class People(Protocol):
    """Answers about accounts. Every method may raise GitHubError or UnavailableError."""

    def may_write(self, login: str, account: int) -> bool:
        """Return whether the account with this login and id may push to the repository."""
        ...

    def viewer(self) -> int | None:
        """Return the id of the account that we write as; None when nobody is signed in."""
        ...


def identify(snapshot: Snapshot, people: People, viewer: int | None = None) -> Trust:
    """Return whose text counts in a repository; `viewer` is the account we write as, once known.

    GitHub is asked about authors only where the answer matters, which in a path that is under way
    is almost never. Raises UnknownAccountError where a path stands that nobody known here began,
    though its author may write: to seed it again would double it.
    """
    marked: dict[int, list[IssueState]] = defaultdict(list)
    milestones = {m.number: found for m in snapshot.milestones if (found := find(m.description))}
    orphans = []
    for issue in snapshot.issues:
        if _MARK in issue.body and issue.author in {None, GHOST}:
            orphans += [issue] if _is_arranged(issue, snapshot, milestones) else []
        elif _MARK in issue.body:
            marked[issue.author_id].append(issue)
    recorded = {writer for ours in milestones.values() for writer in ours.marker.writers}
    known = recorded | {i.author_id for each in marked.values() for i in each if owns(snapshot, i)}
    known |= set() if viewer is None else {viewer}
    recorded |= _recorded(orphans)
    for writer in known & marked.keys():
        recorded |= _recorded(marked[writer])
    known |= recorded
    if not recorded:
        known |= {w for w in marked.keys() - known if _adopts(marked[w], milestones, people)}
    if marked and not orphans and not known & marked.keys():
        known |= _ourselves(marked, people, begun=bool(recorded))
    ours = {issue.number for issues in marked.values() for issue in issues}
    return Trust(
        accounts=frozenset(known),
        orphans=frozenset(issue.number for issue in orphans),
        writers=frozenset(_writers(snapshot, ours, people)),
        viewer=viewer,
    )


def owns(snapshot: Snapshot, written: IssueState | PullState | CommentState) -> bool:
    """Return whether the owner of the repository wrote it; no two accounts have one login."""
    return owned_by(written.author, snapshot.repository)


def owned_by(login: str | None, repository: str) -> bool:
    """Return whether a repository (OWNER/NAME) is that account's own."""
    return (login or "").casefold() == repository.partition("/")[0].casefold()


def recorded_writers(milestones: Iterable[MilestoneState]) -> frozenset[int]:
    """Return the ids of the accounts that the path was written by, as our milestones hold them."""
    found = (find(milestone.description) for milestone in milestones)
    return frozenset(writer for ours in found if ours for writer in ours.marker.writers)


def named_issues(pull: PullState) -> frozenset[int]:
    """Return the numbers of issues of this repository that a pull request names."""
    return frozenset(int(number) for number in _NAMED.findall(f"{pull.title}\n{pull.body}"))


def _is_arranged(
    issue: IssueState, snapshot: Snapshot, milestones: Mapping[int, MarkedBody]
) -> bool:
    """Return whether somebody who may write gave it a milestone or label of ours.

    Strangers can set neither, but for the labels of a form.
    """
    found = ((x.name.casefold(), key_in(x.description)) for x in snapshot.labels)
    labels = {name for name, key in found if key is not None and key not in FORMS}
    return issue.milestone in milestones or not labels.isdisjoint(map(str.casefold, issue.labels))


def _recorded(issues: list[IssueState]) -> frozenset[int]:
    """Return the accounts that the dashboards among these issues have recorded."""
    dashboards = (issue.body for issue in issues if f'"key":"{SUMMARY_KEY}"' in issue.body)
    return frozenset[int]().union(*(find_ledger(body).writers for body in dashboards))


def _adopts(issues: list[IssueState], milestones: Mapping[int, MarkedBody], people: People) -> bool:
    """Return whether the author of these issues began a path before accounts were recorded.

    A person who may write did. So did an App one of whose issues is in a milestone of ours: it
    takes write access to put it there, and a copy stays outside.
    """
    author = issues[0]
    if _recorded(issues):
        return False
    if author.author_kind == "Bot":
        return any(issue.milestone in milestones for issue in issues)
    return people.may_write(author.author or GHOST, author.author_id)


def _ourselves(
    marked: Mapping[int, list[IssueState]], people: People, *, begun: bool
) -> frozenset[int]:
    """Return the account that we write as, when it wrote one of the issues.

    Else raises UnknownAccountError when one of the authors began a path here and may write.
    """
    viewer = people.viewer()
    if viewer is not None and viewer in marked:
        return frozenset({viewer, *_recorded(marked[viewer])})
    for issues in marked.values():
        author = issues[0]
        if not begun and author.author_id not in _recorded(issues):
            continue
        is_app = author.author_kind == "Bot"
        if is_app or people.may_write(author.author or GHOST, author.author_id):
            raise UnknownAccountError(
                f"issue #{author.number} belongs to a path that {author.author} began, and nothing "
                "in this repository says that they still write for it.",
                where=author.url or None,
                hint="Run it once as that account, or close the issue and take the hidden comment "
                "at its end out. Nothing was written.",
            )
    return frozenset()


def _writers(snapshot: Snapshot, ours: AbstractSet[int], people: People) -> Iterator[int]:
    """Yield the ids of those who may write, among the authors of forms and of merged work.

    `ours` are the numbers of issues with a marker.
    """
    forms = {x.name.casefold() for x in snapshot.labels if key_in(x.description) in FORMS}
    candidates: list[PullState | IssueState] = [
        p for p in snapshot.pulls if p.merged_at and not ours.isdisjoint(named_issues(p))
    ]
    candidates += [
        i for i in snapshot.labelled if not forms.isdisjoint(map(str.casefold, i.labels))
    ]
    for account, written in {one.author_id: one for one in candidates if one.author}.items():
        if owns(snapshot, written) or people.may_write(written.author or GHOST, account):
            yield account
