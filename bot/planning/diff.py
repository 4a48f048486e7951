"""The plan: the desired state against what is there, as ordered changes. Pure, and total.

Order: extras, what changes of labels and milestones, the dashboard, the first week's issues, all
others, relations, and last the ledger, so that an apply that is cut off anywhere leaves nothing the
next plan would not see by itself. A new label or milestone comes right before the first issue that
wears it: the learner has something to do after a few writes.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from bot.planning.changes import (
    AddSubIssue,
    Change,
    CloseIssue,
    CreateComment,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    DeleteComment,
    PinIssue,
    React,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
)
from bot.planning.daily_workflow import EnableWorkflow
from bot.planning.desired_state import SUMMARY_KEY, DesiredState
from bot.planning.diff_issues import IssueDiff
from bot.planning.diff_labels import LabelDiff
from bot.planning.diff_milestones import MilestoneDiff
from bot.planning.duplicate_issues import DuplicateIssueDiff
from bot.planning.duplicate_labels import DuplicateLabelDiff
from bot.planning.ledger import Ledger, with_ledger
from bot.planning.length_limits import BODY
from bot.planning.marker import Key
from bot.planning.observed_state import ObservedState, observe
from bot.planning.plan import Plan
from bot.planning.refusals import HeldChanges
from bot.planning.snapshot import IssueRef


def make_plan(
    desired: DesiredState, observed: ObservedState, held: HeldChanges | None = None
) -> Plan:
    """Return what to change so that `observed` becomes `desired`, and what is left alone.

    What `held` does not let pass is not part of it, nor noted in the ledger.
    """
    extras = DuplicateLabelDiff(observed.snapshot)
    if extras.changes:
        observed = observe(extras.rest)
    labels = LabelDiff(desired, observed)
    milestones = MilestoneDiff(desired, observed)
    issues = IssueDiff(desired, observed, label_names=labels.names, milestones=milestones.numbers)
    relations = _relations(desired, observed, issues)
    pins = _pins(desired, observed, issues)
    changes: list[Change] = [*extras.changes]
    tasks = (want for want in desired.issues if want.seed and want.key.startswith("task:"))
    first = next((want.milestone for want in tasks), None)
    changes += _first_week_first(first, labels.changes, milestones.changes, issues.changes)
    changes = _with_labels_to_come(changes, labels.prints)
    changes += [*relations, *pins]
    label_keys = {label.name.casefold(): key for key, label in observed.labels.items()}
    duplicates = DuplicateIssueDiff(observed, label_keys)
    changes = held.passing(changes) if held is not None else changes
    changes = _ledger_change(changes, desired, observed, issues, labels.prints)
    # Behind the ledger: what they remember stands elsewhere by then.
    changes += held.passing(duplicates.changes) if held is not None else duplicates.changes
    states = [ours.state.state for ours in observed.issues.values()]
    states += [ours.state.state for ours in observed.milestones.values()]
    return Plan(
        repository=observed.snapshot.repository,
        changes=tuple(changes),
        drift=(*labels.drift, *milestones.drift, *issues.drift),
        notes=(*labels.notes, *milestones.notes, *issues.notes, *duplicates.notes),
        removals=milestones.removals + issues.removals,
        existing=states.count("open"),
        milestones={key: n for key, n in milestones.numbers.items() if n is not None},
        issues={k: IssueRef(o.state.number, o.state.id) for k, o in issues.present.items() if o},
    )


def _first_week_first(
    first: Key | None,
    labels: Iterable[CreateLabel | UpdateLabel],
    milestones: Iterable[CreateMilestone | UpdateMilestone],
    issues: list[CreateIssue | UpdateIssue],
) -> Iterator[Change]:
    """Yield the changes in an order in which a person soon has something to do.

    `first` is the milestone of the first unit that has issues now. It comes before all else that is
    new: it says which accounts write the path, should the run be cut off. What an issue wears comes
    right before it, what none wears at the end; only the labels of the dashboard and the first week
    come behind a new dashboard and them, for GitHub makes them with those.
    """
    new_labels = {one.name.casefold(): one for one in labels if isinstance(one, CreateLabel)}
    new_milestones = {one.key: one for one in milestones if isinstance(one, CreateMilestone)}
    yield from (one for one in labels if isinstance(one, UpdateLabel))
    yield from (one for one in milestones if isinstance(one, UpdateMilestone))
    new = [one for one in issues if one.op == "create-issue"]
    opening = next(iter(new_milestones), None) if first is None else first
    if opening in new_milestones:
        yield new_milestones.pop(opening)
    dashboard = [one for one in new if one.key == SUMMARY_KEY]
    soon = [one for one in new if one.key.startswith("task:") and one.milestone == first]
    if dashboard:
        yield from (*dashboard, *soon)
        in_use = {name.casefold() for issue in (*dashboard, *soon) for name in issue.labels}
        for name in [name for name in new_labels if name in in_use]:
            yield new_labels.pop(name).model_copy(update={"made_by_issue": True})
    early = {issue.key for issue in (*dashboard, *soon)}
    rest = [one for one in issues if one.key not in early]
    for issue in rest if dashboard else (*soon, *rest):
        if issue.milestone in new_milestones:
            yield new_milestones.pop(issue.milestone)
        worn = (name.casefold() for name in issue.labels)
        yield from (new_labels.pop(name) for name in worn if name in new_labels)
        yield issue
    yield from new_labels.values()
    yield from new_milestones.values()


def _with_labels_to_come(changes: list[Change], prints: dict[Key, str]) -> list[Change]:
    """Return the changes; a new dashboard's ledger has the labels that GitHub makes with issues.

    Cut off before they got their look, they are known by that.
    """
    made = [c.key for c in changes if isinstance(c, CreateLabel) and c.made_by_issue]
    ledger = Ledger(labels={key: prints[key] for key in made})

    def noting(change: Change) -> Change:
        if not (isinstance(change, CreateIssue) and change.key == SUMMARY_KEY):
            return change
        return change.model_copy(update={"body": with_ledger(change.body, ledger)})

    return [noting(change) for change in changes] if made else changes


def with_command_changes(first: tuple[Change, ...], plan: Plan, last: tuple[Change, ...]) -> Plan:
    """Return `plan`, made from the repository as it is once `first` is done, with `first` in it.

    Two changes of one issue become one, where the plan has it: its body was made from the other's.
    So the ledger stays last. `last` are replies and marks, which tell that all else is done.
    """
    updates = {c.number for c in plan.changes if isinstance(c, UpdateIssue) and c.number}
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
        "why": " · ".join(filter(None, (first.why, second.why))),
    }
    if "state" in first.fields and "state" not in second.fields:
        update |= {"state": first.state, "state_reason": first.state_reason}
    return second.model_copy(update=update)


def relation_key(parent: Key, child: Key) -> Key:
    """Return the key under which the ledger remembers a relation, so that it is made once."""
    return f"relation:{parent}>{child}"


def pin_key(key: Key) -> Key:
    """Return the key under which the ledger remembers a pin, so that it is made once."""
    return f"pinned:{key}"


def _pins(desired: DesiredState, observed: ObservedState, issues: IssueDiff) -> list[PinIssue]:
    """Return the pins to make: a new issue has no node id yet, so the next sync pins it."""
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
        child, parent = issues.present[want.key], want.parent
        once = (relation_key(*pair) for pair in product(names[parent], names[want.key]))
        if (
            (child is not None and child.state.parent is not None)
            or {want.key, parent} & issues.staying_closed
            or any(observed.ledger.has(key) for key in once)
        ):
            continue
        title, above = want.title, titles[parent]
        wanted.append(AddSubIssue(parent=parent, child=want.key, parent_title=above, title=title))
    return wanted


def _ledger_change(
    changes: list[Change],
    desired: DesiredState,
    observed: ObservedState,
    issues: IssueDiff,
    prints: dict[Key, str],
) -> list[Change]:
    """`changes` with the ledger brought up to date at the end, in the summary issue."""
    if SUMMARY_KEY not in issues.present:
        return changes
    made = observed.keys() | desired.texts.reported
    for change in changes:
        match change:
            case AddSubIssue():
                made.add(relation_key(change.parent, change.child))
            case PinIssue():
                made.add(pin_key(change.key))
            case CloseIssue() | CreateComment() | DeleteComment() | React() | EnableWorkflow():
                pass
            case _:
                made.add(change.key)
    made |= _standing_relations(desired, observed, issues)
    ledger = observed.ledger.adding(made, prints, desired.texts.seen)
    refused = desired.texts.refused
    update = {
        "writers": observed.snapshot.trust.recorded,
        "refused": ledger.refused if refused is None else refused,
        **_standing_closings(observed, changes),
        "reading": desired.texts.reading,
        "started": desired.texts.started,
    }
    own = [c for c in changes if isinstance(c, UpdateIssue) and c.key == SUMMARY_KEY]
    summary = own[0] if own else _empty_summary_change(changes, issues)
    ledger = _with_room(ledger.model_copy(update=update), summary.body)
    # Newer days and accounts alone wait for another change of the issue, which comes each week: a
    # run right behind one with commands has nothing to write, however long nothing ran before.
    waits = {name: getattr(observed.ledger, name) for name in ("seen", "writers", "closed")}
    can_wait = ledger.model_copy(update=waits) == observed.ledger and not own
    if ledger == observed.ledger or can_wait:
        return changes
    written = {"body": with_ledger(summary.body, ledger), "fields": (*summary.fields, "ledger")}
    rest = [change for change in changes if change is not summary]
    return [*rest, summary.model_copy(update=written)]


def _with_room(ledger: Ledger, body: str) -> Ledger:
    """Return the ledger without the curriculum where that does not fit into the issue."""
    if ledger.reading is None or len(with_ledger(body, ledger)) <= BODY.most:
        return ledger
    return ledger.model_copy(update={"reading": ledger.reading.model_copy(update={"packed": ""})})


def _standing_closings(observed: ObservedState, changes: list[Change]) -> dict[str, object]:
    """Return until when closings are known, and the bots whose closings stand after the plan.

    Nothing, where they were found by an older ledger than the one that counts: lists lag.
    """
    until, bots = observed.snapshot.closings.until, observed.snapshot.closings.bots
    known = observed.ledger.closed
    if until is None or (known and until < known):
        return {}
    opened = {c.number for c in changes if isinstance(c, UpdateIssue) and "state" in c.fields}
    # A command that was obeyed in this run has opened it, or closed it anew.
    closed = {i.number: i.closed_at for i in observed.snapshot.issues if i.number in bots}
    standing = (n for n, at in closed.items() if (not at or at <= until) and n not in opened)
    return {"closed": until, "bots": {number: bots[number] for number in standing}}


def _empty_summary_change(changes: list[Change], issues: IssueDiff) -> UpdateIssue:
    """Return a change of the summary issue, there or to be created, that changes nothing yet."""
    ours = issues.present[SUMMARY_KEY]
    created = (c for c in changes if isinstance(c, CreateIssue) and c.key == SUMMARY_KEY)
    source = ours.state if ours else next(created)
    number = ours.state.number if ours else None
    title, body = source.title, source.body
    return UpdateIssue(key=SUMMARY_KEY, number=number, title=title, body=body, fields=())


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
