"""Undo as a plan: close or delete what we made and nobody touched, and say what stays and why.

Issues cannot be deleted by an app, so ours are closed as not planned, without labels or milestone.
The ledger is written first: what is about to go must not look as if the learner had removed it.
"""

from bot.i18n import format_list, gettext_noop
from bot.i18n import gettext as _
from bot.planning.changes import Change, DeleteLabel, DeleteMilestone, UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.diff_labels import label_print
from bot.planning.drift import HAS_COMMENTS, issue_touched, milestone_touched
from bot.planning.ledger import Ledger, with_ledger
from bot.planning.observed_state import ObservedState, OurIssue, observe
from bot.planning.plan import Note, Plan
from bot.planning.snapshot import Snapshot


def make_undo(snapshot: Snapshot) -> Plan:
    """Return the plan that takes back what is ours in `snapshot`. It needs no curriculum."""
    observed = observe(snapshot)
    label_keys = {label.name.casefold(): key for key, label in observed.labels.items()}
    notes: list[Note] = []
    closing: list[OurIssue] = []
    for key, ours in observed.issues.items():
        unit = observed.unit_of_milestone.get(ours.state.milestone or 0)
        touched = issue_touched(ours, label_keys, unit)
        if key == SUMMARY_KEY:  # the comments on it are weekly summaries, and closing loses none
            touched = [sign for sign in touched if sign != HAS_COMMENTS]
        if touched:
            text = _(
                "Issue #%(number)s '%(title)s' stays: %(reasons)s.",
                number=ours.state.number,
                title=ours.state.title,
                reasons=format_list(map(_, touched)),
            )
            notes.append(Note(kind="left", key=key, text=text))
        elif ours.state.state == "open":
            closing.append(ours)
    going = {ours.state.number for ours in closing}
    milestones = _milestones(observed, going, notes)
    labels = _labels(observed, going, notes)
    deleted = {label.key for label in labels} | {milestone.key for milestone in milestones}
    ledger = observed.ledger.without(deleted)
    changes: list[Change] = [*_closings(closing, observed, ledger), *milestones, *labels]
    return Plan(
        repository=snapshot.repository,
        purpose="undo",
        changes=tuple(changes),
        notes=tuple(notes),
        removals=len(closing) + len(labels) + len(milestones),
        existing=len(observed.keys()),
    )


def _closings(
    closing: list[OurIssue], observed: ObservedState, ledger: Ledger
) -> list[UpdateIssue]:
    """Return the closings, the summary issue first, for it carries the ledger."""
    changes = [_closed(ours) for ours in closing if ours.key != SUMMARY_KEY]
    summary = observed.issues.get(SUMMARY_KEY)
    if summary is None:
        return changes
    if summary in closing:
        first = _closed(summary)
    elif ledger != observed.ledger:
        first = UpdateIssue(
            key=SUMMARY_KEY,
            number=summary.state.number,
            title=summary.state.title,
            body=summary.state.body,
            fields=("ledger",),
        )
    else:
        return changes
    return [first.model_copy(update={"body": with_ledger(first.body, ledger)}), *changes]


def _closed(ours: OurIssue) -> UpdateIssue:
    marker = ours.marked.marker.model_copy(
        update={"state": "closed", "labels": (), "milestone": None}
    )
    return UpdateIssue(
        key=ours.key,
        number=ours.state.number,
        title=ours.state.title,
        body=ours.marked.with_marker(marker),
        state="closed",
        state_reason="not_planned",
        fields=("labels", "milestone", "state"),
    )


def _labels(observed: ObservedState, going: set[int], notes: list[Note]) -> list[DeleteLabel]:
    left = [issue for issue in observed.snapshot.issues if issue.number not in going]
    used = {name.casefold() for issue in left for name in issue.labels}
    deleted: list[DeleteLabel] = []
    for key, label in observed.labels.items():
        written = observed.ledger.labels.get(key)
        if label.name.casefold() in used:
            reason = gettext_noop("other issues have it")
        elif written != label_print(label.name, label.color, label.description):
            reason = gettext_noop("it was changed")
        else:
            deleted.append(DeleteLabel(key=key, name=label.name))
            continue
        text = _("Label '%(name)s' stays: %(reason)s.", name=label.name, reason=_(reason))
        notes.append(Note(kind="left", key=key, text=text))
    return deleted


def _milestones(
    observed: ObservedState, going: set[int], notes: list[Note]
) -> list[DeleteMilestone]:
    used = {i.milestone for i in observed.snapshot.issues if i.number not in going}
    deleted: list[DeleteMilestone] = []
    for key, ours in observed.milestones.items():
        reasons = milestone_touched(ours)
        if ours.state.number in used:
            reasons = [gettext_noop("other issues are in it"), *reasons]
        if reasons:
            text = _(
                "Milestone '%(title)s' stays: %(reasons)s.",
                title=ours.state.title,
                reasons=format_list(map(_, reasons)),
            )
            notes.append(Note(kind="left", key=key, text=text))
        else:
            state = ours.state
            deleted.append(DeleteMilestone(key=key, number=state.number, title=state.title))
    return deleted
