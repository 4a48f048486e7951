"""Finds what another bot closed: that's no decision of the learner's.

Stale bots close issues that nobody touched (reports: rundeck/rundeck#10517, actions/stale#76).
GitHub's lists don't say who closed an issue (octokit/octokit.net#1353), its events do. They're
requested once for each issue of ours that was closed since; the ledger remembers up to when, and
what bots closed. A workflow's bots share one account with us: what that account closes is ours
where our marker or log says so.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.identity import named_issues
from bot.planning.ledger import Ledger, find_ledger
from bot.planning.marker import find
from bot.planning.snapshot import BY_ISSUES, Closing, Closings, IssueState, Snapshot
from bot.progress.command_log import find_log

CLOSED_BY_US = frozenset({"weekly", "journal"})  # in any case, and no work is in them
# In a path that was begun before closings were read, what was closed earlier stays as it counted.
RECENT = timedelta(days=3)


class Events(Protocol):
    """Answers about events. Every method may raise GitHubError or UnavailableError."""

    def closing(self, number: int) -> Closing | None:
        """Return the last closing of an issue; None when nobody is known to have closed it."""
        ...


def with_closings(snapshot: Snapshot, events: Events) -> Snapshot:
    """Return a snapshot whose issues say which bot closed them; `trust` has to be known."""
    ours = [i for i in snapshot.issues if "<!-- milepost:" in i.body and snapshot.trust.counts(i)]
    dashboard = next((i for i in ours if f'"key":"{SUMMARY_KEY}"' in i.body), None)
    if not ours:
        return snapshot
    ledger = find_ledger(dashboard.body) if dashboard else Ledger()
    newest = snapshot.changed_at or ours[0].updated_at
    since = ledger.closed or newest - RECENT
    if dashboard and not ledger.made:  # a first run that was cut off: everything since is known
        since = min(since, dashboard.created_at)
    closed = {i.number: i.closed_at for i in ours if i.state == "closed" and i.closed_at}
    candidates = [i for i in ours if i.number in ledger.bots or closed.get(i.number, since) > since]
    bots = dict(_bots(snapshot, candidates, ledger.bots, since, events))
    until = max([ledger.closed or newest, *closed.values()])
    known = snapshot.copy_keeping(BY_ISSUES, {"closings": Closings(until=until, bots=bots)})
    if not bots:
        return known
    issues = (
        i.model_copy(update={"closed_by_bot": bots[i.number]})
        if i.number in bots and i.state == "closed"
        else i
        for i in snapshot.issues
    )
    return known.model_copy(update={"issues": tuple(issues)})


def _bots(
    snapshot: Snapshot,
    candidates: list[IssueState],
    known: dict[int, str],
    since: datetime,
    events: Events,
) -> Iterator[tuple[int, str]]:
    """Yield the numbers of issues that a bot closed, and its login.

    One that shows open as it was before `since` is from a list that lags: it stays known.
    """
    merged = {number for p in snapshot.pulls if p.merged_at for number in named_issues(p)}
    for issue in candidates:
        if issue.state == "open" and issue.number in known and issue.updated_at <= since:
            yield issue.number, known[issue.number]
        if issue.state == "open" or issue.closed_at is None or _by_us(issue):
            continue
        if issue.closed_at <= since:
            yield issue.number, known[issue.number]
            continue
        closing = events.closing(issue.number)
        if closing is None or not closing.is_bot or _by_command(issue, closing, snapshot):
            continue
        # A commit or pull request that says "closes #12" is the learner's, whoever merged it.
        if not closing.by_commit and issue.number not in merged:
            yield issue.number, closing.login


def _by_us(issue: IssueState) -> bool:
    """Return whether we closed it, and no command said so."""
    marked = find(issue.body)
    if marked is None:
        return True
    return marked.marker.state == "closed" or marked.marker.key.partition(":")[0] in CLOSED_BY_US


def _by_command(issue: IssueState, closing: Closing, snapshot: Snapshot) -> bool:
    """Return whether we closed it because a command said so; no other bot's closing is that."""
    ours = closing.account in snapshot.trust.accounts
    return ours and find_log(issue.body).closing is not None
