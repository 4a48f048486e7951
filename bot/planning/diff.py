"""The plan: the desired state against what is there, as ordered changes. Pure, and total.

Order: extras, labels, milestones, issues, relations, and last the ledger, so that an apply that is
cut off anywhere leaves nothing the next plan would not see by itself.
"""

from itertools import product

from bot.planning.changes import (
    AddSubIssue,
    Change,
    CloseIssue,
    CreateComment,
    CreateIssue,
    DeleteComment,
    PinIssue,
    React,
    UpdateIssue,
)
from bot.planning.desired_state import SUMMARY_KEY, DesiredState
from bot.planning.diff_issues import IssueDiff
from bot.planning.diff_labels import LabelDiff
from bot.planning.diff_milestones import MilestoneDiff
from bot.planning.duplicate_issues import DuplicateIssueDiff
from bot.planning.duplicate_labels import DuplicateLabelDiff
from bot.planning.ledger import Ledger, with_ledger
from bot.planning.marker import Key
from bot.planning.observed_state import ObservedState, observe
from bot.planning.plan import Plan
from bot.planning.snapshot import IssueRef


def make_plan(desired: DesiredState, observed: ObservedState) -> Plan:
    """What to change so that `observed` becomes `desired`; what was found and is left alone."""
    repository = observed.snapshot.repository
    extras = DuplicateLabelDiff(observed.snapshot)
    if extras.changes:
        observed = observe(extras.rest)
    labels = LabelDiff(desired, observed)
    milestones = MilestoneDiff(desired, observed)
    issues = IssueDiff(desired, observed, label_names=labels.names, milestones=milestones.numbers)
    relations = _relations(desired, observed, issues)
    pins = _pins(desired, observed, issues)
    changes: list[Change] = [
        *extras.changes,
        *labels.changes,
        *milestones.changes,
        *issues.changes,
        *relations,
        *pins,
    ]
    duplicates = DuplicateIssueDiff(
        observed, {x.name.casefold(): key for key, x in observed.labels.items()}
    )
    changes = _ledger_change(changes, desired, observed, issues, labels.prints)
    # Behind the ledger: what they remember stands elsewhere by then.
    changes += duplicates.changes
    return Plan(
        repository=repository,
        changes=tuple(changes),
        drift=(*labels.drift, *milestones.drift, *issues.drift),
        notes=(*labels.notes, *milestones.notes, *issues.notes, *duplicates.notes),
        removals=milestones.removals + issues.removals,
        existing=sum(ours.state.state == "open" for ours in observed.issues.values())
        + sum(ours.state.state == "open" for ours in observed.milestones.values()),
        milestones={key: n for key, n in milestones.numbers.items() if n is not None},
        issues={
            key: IssueRef(ours.state.number, ours.state.id)
            for key, ours in issues.present.items()
            if ours is not None
        },
    )


def with_command_changes(first: tuple[Change, ...], plan: Plan, last: tuple[Change, ...]) -> Plan:
    """`plan`, made from the repository as it is once `first` is done, with `first` in it.

    Two changes of one issue become one, where the plan has it: its body was made from the other's.
    So the ledger stays last. `last` are replies and marks, which tell that all else is done.
    """
    updates = {c.number: c for c in plan.changes if isinstance(c, UpdateIssue) and c.number}
    before = [c for c in first if not (isinstance(c, UpdateIssue) and c.number in updates)]
    earlier = {c.number: c for c in first if isinstance(c, UpdateIssue) and c.number in updates}
    changes = [
        _merge_updates(earlier[c.number], c)
        if isinstance(c, UpdateIssue) and c.number in earlier
        else c
        for c in plan.changes
    ]
    return plan.model_copy(update={"changes": (*before, *changes, *last)})


def _merge_updates(first: UpdateIssue, second: UpdateIssue) -> UpdateIssue:
    update: dict[str, object] = {
        "fields": tuple(dict.fromkeys((*first.fields, *second.fields))),
        "why": "; ".join(filter(None, (first.why, second.why))),
    }
    if "state" in first.fields and "state" not in second.fields:
        update |= {"state": first.state, "state_reason": first.state_reason}
    return second.model_copy(update=update)


def relation_key(parent: Key, child: Key) -> Key:
    """What the ledger remembers of a relation, so that one the learner undid is not made again."""
    return f"relation:{parent}>{child}"


def pin_key(key: Key) -> Key:
    """What the ledger remembers of a pin, so that one the learner took off stays off."""
    return f"pinned:{key}"


def _pins(desired: DesiredState, observed: ObservedState, issues: IssueDiff) -> list[PinIssue]:
    """A pin needs the issue's node id, so what is created now is pinned by the next look."""
    wanted: list[PinIssue] = []
    for want in desired.issues:
        ours = issues.present.get(want.key) if want.pinned else None
        if ours is None or not ours.state.node_id or ours.state.state == "closed":
            continue
        if not observed.ledger.has(pin_key(want.key)):
            pin = PinIssue(key=want.key, node_id=ours.state.node_id, title=ours.state.title)
            wanted.append(pin)
    return wanted


def _relations(
    desired: DesiredState, observed: ObservedState, issues: IssueDiff
) -> list[AddSubIssue]:
    titles = {want.key: want.title for want in desired.issues}
    names = {want.key: (want.key, *want.aliases) for want in desired.issues}
    wanted: list[AddSubIssue] = []
    for want in desired.issues:
        if want.parent is None or not {want.key, want.parent} <= issues.present.keys():
            continue
        child = issues.present[want.key]
        if child is not None and child.state.parent is not None:
            continue
        if {want.key, want.parent} & issues.staying_closed:
            continue
        once = (relation_key(*pair) for pair in product(names[want.parent], names[want.key]))
        if any(observed.ledger.has(key) for key in once):
            continue
        wanted.append(
            AddSubIssue(
                parent=want.parent,
                child=want.key,
                parent_title=titles[want.parent],
                title=want.title,
            )
        )
    return wanted


def _ledger_change(
    changes: list[Change],
    desired: DesiredState,
    observed: ObservedState,
    issues: IssueDiff,
    prints: dict[Key, str],
) -> list[Change]:
    """`changes` with the ledger brought up to date at the end, in the summary issue."""
    written: set[Key] = set()
    related: set[Key] = set()
    for change in changes:
        match change:
            case AddSubIssue():
                related.add(relation_key(change.parent, change.child))
            case PinIssue():
                related.add(pin_key(change.key))
            case CloseIssue() | CreateComment() | DeleteComment() | React():
                pass
            case _:
                written.add(change.key)
    related |= _standing_relations(desired, observed, issues)
    ledger = observed.ledger.adding(
        observed.keys() | written | related | desired.reported, prints, desired.seen
    )
    if SUMMARY_KEY not in issues.present or not _changes_ledger(ledger, observed.ledger, changes):
        return changes
    rest = [c for c in changes if not (isinstance(c, UpdateIssue) and c.key == SUMMARY_KEY)]
    return [*rest, _with_ledger(_summary_change(changes, issues), ledger)]


def _changes_ledger(new: Ledger, old: Ledger, changes: list[Change]) -> bool:
    """Whether to write the ledger: a newer day alone waits for company, which comes each week.

    So a run that follows right behind one with commands has nothing to write, however long nothing
    ran before.
    """
    if new == old or new.model_copy(update={"seen": old.seen}) != old:
        return new != old
    return any(isinstance(c, UpdateIssue) and c.key == SUMMARY_KEY for c in changes)


def _summary_change(changes: list[Change], issues: IssueDiff) -> UpdateIssue:
    """What this plan does to the summary issue anyway, or a change that changes nothing yet."""
    created = None
    for change in changes:
        if isinstance(change, UpdateIssue) and change.key == SUMMARY_KEY:
            return change
        if isinstance(change, CreateIssue) and change.key == SUMMARY_KEY:
            created = change
    ours = issues.present[SUMMARY_KEY]
    title, body = (created.title, created.body) if created else ("", "")
    if ours is not None:
        title, body = ours.state.title, ours.state.body
    number = ours.state.number if ours else None
    return UpdateIssue(key=SUMMARY_KEY, number=number, title=title, body=body, fields=())


def _with_ledger(change: UpdateIssue, ledger: Ledger) -> UpdateIssue:
    fields = (*change.fields, "ledger")
    return change.model_copy(update={"body": with_ledger(change.body, ledger), "fields": fields})


def _standing_relations(
    desired: DesiredState, observed: ObservedState, issues: IssueDiff
) -> set[Key]:
    """Relations that are there: made in a run that was cut off before it could note them."""
    numbers = {key: ours.state.number for key, ours in observed.issues.items()}
    standing: set[Key] = set()
    for want in desired.issues:
        child = issues.present.get(want.key)
        if want.parent and child and child.state.parent == numbers.get(want.parent, -1):
            standing.add(relation_key(want.parent, want.key))
    return standing
