"""Evidence: links that resolve and approvals by mentors, each looked up once and then logged.

What is found here becomes commands, which the run writes to the log of the issue; so each link is
looked up until it resolves, at growing distances, and never again. Merged pull requests of the
repository that name an issue are not looked up: they are in the snapshot.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple, Protocol

from bot.planning.identity import owns
from bot.planning.length_limits import FieldLimit, one_line
from bot.planning.marker import LEDGER, MEMORY, find
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.ports import Reader
from bot.planning.snapshot import CommentState, IssueState
from bot.progress.command_log import AcceptedCommand
from bot.progress.commands.evidence import Attested, Evidenced
from bot.progress.commands.help_me import HelpMe, HelpOver
from bot.progress.evidence_links import EvidenceCandidate, candidates
from bot.progress.path import LearningPath

OURSELVES = "milepost"
WORK = frozenset({"task", "deliverable", "project"})
RECENT = timedelta(days=3)
MAX_LOOKUPS = 10
MAX_NOTED = 10
MAX_APPROVALS = 20
LINK_TITLE = FieldLimit(120)
PUBLIC_PAGES = "https://github.com"
APPROVALS = frozenset({"+1", "heart", "hooray", "rocket"})


class LinkLookup(Protocol):
    """Looks up pages that are not on this GitHub, and remembers which links led nowhere."""

    def due(self, url: str) -> bool:
        """Return whether to look it up now, here or on GitHub."""
        ...

    def missed(self, url: str) -> None:
        """Remember that it leads nowhere."""
        ...

    def exists(self, url: str) -> str | None:
        """Return the title of the page, "" where it has none; None when there is no such page."""
        ...


Answers = dict[str, Evidenced | None]
"""Links by address, with what was found there."""


class _Link(NamedTuple):
    """A link that a person wrote in an issue, and when (aware)."""

    issue: OurIssue
    candidate: EvidenceCandidate
    at: datetime


def gather(
    path: LearningPath,
    reader: Reader,
    comments: tuple[CommentState, ...],
    outside: LinkLookup | None = None,
    answers: Answers | None = None,
) -> tuple[AcceptedCommand, ...]:
    """Return what to log now: evidence found by Milepost, approvals, and what labels say of help.

    `comments` are those since the last run. Pages outside GitHub are looked up only where
    `features.links` is on and there is an `outside`. `answers` has the links that this run has
    looked up, and gets more. Raises what the reader raises.
    """
    evidence = _EvidenceReader(path, reader, outside, {} if answers is None else answers)
    return (*evidence.commands(comments), *_approvals(path, reader), *_help_changes(path))


class _EvidenceReader:
    def __init__(
        self, path: LearningPath, reader: Reader, outside: LinkLookup | None, answers: Answers
    ) -> None:
        self._reader = reader
        self._observed = path.observed
        self._history = path.history
        self._now = path.now
        self._outside = outside
        self._everywhere = path.settings.features.links and outside is not None
        self._web = web_root(path.observed)
        self._answers = answers

    def commands(self, comments: tuple[CommentState, ...]) -> Iterator[AcceptedCommand]:
        """Yield evidence for each link that resolves: the newest first, up to ten lookups."""
        links = [*self._in_bodies(), *self._in_comments(comments)]
        logged = {key: set(found) for key, found in self._history.evidence.items()}
        for link in sorted(links, key=lambda c: (c.at, -c.issue.state.number), reverse=True):
            known = logged.setdefault(link.issue.key, set())
            if link.candidate.url in known or len(known) >= MAX_NOTED:
                continue
            found = self._find(link.candidate)
            if found is not None:
                known.add(link.candidate.url)
                key = link.issue.key
                yield AcceptedCommand(command=found, key=key, at=self._now, by=OURSELVES)

    def _in_bodies(self) -> Iterator[_Link]:
        for issue in self._observed.issues.values():
            fresh = self._now - issue.state.updated_at <= RECENT
            if fresh and _takes_evidence(issue) and not issue.marked.unchanged_outside:
                yield from self._links(issue, _learner_text(issue), issue.state.updated_at)

    def _in_comments(self, comments: tuple[CommentState, ...]) -> Iterator[_Link]:
        by_number = {issue.state.number: issue for issue in self._observed.issues.values()}
        for comment in comments:
            issue = by_number.get(comment.issue)
            if issue is not None and _takes_evidence(issue):
                at = comment.updated_at or comment.created_at
                links = [*self._links(issue, comment.body, at)]
                yield from links if links and self._from_writer(comment) else ()

    def _from_writer(self, comment: CommentState) -> bool:
        """Return whether a person who may write here wrote it, and not Milepost."""
        if comment.author is None or comment.author_kind == "Bot" or find(comment.body):
            return False
        if owns(self._observed.snapshot, comment):
            return True
        return self._reader.may_write(comment.author, comment.author_id)

    def _links(self, issue: OurIssue, text: str, at: datetime) -> Iterator[_Link]:
        """Yield the links of a text, but for those that the task itself names."""
        ours = issue.marked.region or ""
        repository = self._observed.snapshot.repository
        given = {c.url for c in candidates(ours, self._web, repository)}
        for candidate in candidates(text, self._web, repository):
            if candidate.url not in given:
                yield _Link(issue, candidate, at)

    def _find(self, candidate: EvidenceCandidate) -> Evidenced | None:
        url = candidate.url
        if candidate.place == "elsewhere" and not self._everywhere:
            return None
        if url not in self._answers:
            due = self._outside is None or self._outside.due(url)
            if not due or len(self._answers) >= MAX_LOOKUPS:
                return None
            self._answers[url] = self._request(candidate)
        return self._answers[url]

    def _request(self, candidate: EvidenceCandidate) -> Evidenced | None:
        url = candidate.url
        if candidate.place == "github":
            found = self._reader.find(url)
            if found is None:
                if self._outside is not None:
                    self._outside.missed(url)
                return None
            # Not its title: a personal token may see what readers of this repository may not.
            return Evidenced(kind=found.kind, url=url)
        title = self._outside.exists(url) if self._outside else None
        if title is None:
            return None
        return Evidenced(kind="post", url=url, title=one_line(title, LINK_TITLE))


def _approvals(path: LearningPath, reader: Reader) -> Iterator[AcceptedCommand]:
    """Yield the new approvals of finished issues: the newest first, up to twenty are asked."""
    observed, history, mentors = path.observed, path.history, path.approvers
    label = observed.labels.get("status:attested")
    name = label.name if label else ""
    candidates = sorted(
        (
            issue
            for key, issue in observed.issues.items()
            if mentors
            and key not in history.attested
            and _kind(issue) in WORK
            and issue.state.finished
            and (issue.state.reactions > 0 or _has_label(issue.state, name))
        ),
        key=lambda issue: (issue.state.closed_at or issue.state.updated_at, issue.state.number),
        reverse=True,
    )
    for issue in islice(candidates, MAX_APPROVALS):
        mentor = next(
            (who for who in _approvers(reader, issue.state, name) if who.casefold() in mentors),
            None,
        )
        if mentor is not None:
            yield AcceptedCommand(command=Attested(), key=issue.key, at=path.now, by=mentor)


def _help_changes(path: LearningPath) -> Iterator[AcceptedCommand]:
    """Yield since when help is wanted where a label alone says so, and where it is over."""
    label = path.observed.labels.get("status:blocked")
    wanted = path.history.help_wanted
    for key, issue in path.observed.issues.items():
        # Without the label nothing but closing the issue says that it is over.
        labelled = _has_label(issue.state, label.name) if label else key in wanted
        blocked = labelled and issue.state.state == "open"
        if blocked != (key in wanted):
            command = HelpMe() if blocked else HelpOver()
            yield AcceptedCommand(command=command, key=key, at=path.now, by=OURSELVES)


def _approvers(reader: Reader, issue: IssueState, label: str) -> Iterator[str]:
    """Yield who put the label on, then who reacted; GitHub is asked for each in turn."""
    if _has_label(issue, label):
        who = reader.labelled_by(issue.number, label)
        yield from [who] if who else []
    if issue.reactions > 0:
        for reaction in reader.reactions(issue.number):
            if reaction.content in APPROVALS and reaction.author:
                yield reaction.author


def _has_label(issue: IssueState, label: str) -> bool:
    return bool(label) and label.casefold() in {name.casefold() for name in issue.labels}


def _kind(issue: OurIssue) -> str:
    return issue.key.partition(":")[0]


def _takes_evidence(issue: OurIssue) -> bool:
    """Return whether it is work that is open or done: what was skipped needs no evidence."""
    return _kind(issue) in WORK and (not issue.state.settled or issue.state.finished)


def _learner_text(issue: OurIssue) -> str:
    """Return the body without our region; "" when our region cannot be found."""
    marked = issue.marked
    if marked.region is None:
        return ""
    return MEMORY.sub("", LEDGER.sub("", f"{marked.before}\n\n{marked.after}"))


def web_root(observed: ObservedState) -> str:
    """Return the root of this GitHub's pages, taken from the URL of an issue."""
    for issue in observed.snapshot.issues:
        root = re.match(r"https?://[^/]+", issue.url)
        if root:
            return root[0].lower()
    return PUBLIC_PAGES
