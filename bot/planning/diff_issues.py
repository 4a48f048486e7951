"""Issues: which to create, change, close or reopen, field by field, the learner's edits kept."""

from unicodedata import category

from bot.i18n import gettext as _
from bot.planning.base_change import named
from bot.planning.changes import CreateIssue, UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY, DesiredIssue, DesiredState
from bot.planning.drift import Drift, compare_fields, label_digest
from bot.planning.ledger import Ledger, spare_room, with_ledger
from bot.planning.length_limits import BODY
from bot.planning.marker import Key, Marker, count_ticks, digest, normalized, wrap
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.plan import Note
from bot.planning.snapshot import IssueState

# What is made once and then belongs to its time: no plan asks for it for ever.
NEVER_CLOSED = frozenset(
    {"cohort", "journal", "weekly", "assessment", "reflection", "project", "goal"}
)


class IssueDiff:
    """The difference in issues.

    `label_names` and `milestones` say which labels and milestones can be used, by key; `label_keys`
    and `unit_of` give the keys of case-folded names and of numbers. `present` maps the keys of
    issues that are there, or will be, to the one that is there (or None while it is to be created),
    `staying_closed` are those of them that no change opens. `removals` counts closings that no
    choice of the learner explains.
    """

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        *,
        label_names: dict[Key, str],
        milestones: dict[Key, int | None],
    ) -> None:
        self.changes: list[CreateIssue | UpdateIssue] = []
        self.drift: list[Drift] = []
        self.notes: list[Note] = []
        self.present: dict[Key, OurIssue | None] = {}
        self.staying_closed: set[Key] = set()
        self.removals = 0
        self._observed = observed
        self._set_aside = desired.set_aside
        self.label_names = label_names
        self.milestones = milestones
        self.label_keys = {name.casefold(): key for key, name in label_names.items()}
        self.label_keys |= {label.name.casefold(): key for key, label in observed.labels.items()}
        self.unit_of: dict[int | None, Key] = {
            number: key for key, number in milestones.items() if number is not None
        }
        matched: set[Key] = set()
        for want in desired.issues:
            matched.update(self._one(want))
        for key, ours in observed.issues.items():
            if key not in matched and key.partition(":")[0] not in NEVER_CLOSED:
                self._no_longer_wanted(ours)

    def report_full(self, ours: OurIssue) -> None:
        """Report once that an issue has no room for what we would write."""
        what = named("issue", f"#{ours.state.number} '{ours.state.title}'")
        theirs = _("there's no room for our part of the text")
        found = Drift(key=ours.key, what=what, field="text", ours="", theirs=theirs)
        if found not in self.drift:
            self.drift.append(found)

    def _one(self, want: DesiredIssue) -> set[Key]:
        keys = (want.key, *want.aliases)
        found = next((key for key in keys if key in self._observed.issues), None)
        if found is not None:
            ours = self._observed.issues[found]
            self.present[want.key] = ours
            self._compare(want, ours)
            return {found}
        if any(self._observed.ledger.has(key) for key in keys):
            text = _("The issue '%(title)s' was deleted and stays deleted.", title=want.title)
            self.notes.append(Note(kind="opted-out", key=want.key, text=text))
        elif want.seed:
            self.present[want.key] = None
            self.changes.append(self._creation(want))
        return set()

    def _creation(self, want: DesiredIssue) -> CreateIssue:
        labels = [key for key in want.labels if key in self.label_names]
        milestone = want.milestone if want.milestone in self.milestones else None
        marker = Marker(
            key=want.key,
            title=digest(want.title),
            body=digest(normalized(want.body)),
            labels=_label_digests(labels),
            milestone=milestone,
            starter=digest(normalized(want.starter)) if want.starter else None,
            ticks=count_ticks(want.body),
        )
        body = wrap(want.body, marker)
        if want.starter:
            body = f"{body}\n\n{want.starter}"
        return CreateIssue(
            key=want.key,
            title=want.title,
            body=with_ledger(body, Ledger()) if want.key == SUMMARY_KEY else body,
            labels=tuple(self.label_names[key] for key in labels),
            milestone=milestone,
        )

    def _compare(self, want: DesiredIssue, ours: OurIssue) -> None:
        marker, state = ours.marked.marker, ours.state
        closed_by_us = state.state == "closed" and marker.state == "closed"
        reopening = closed_by_us and state.state_reason == "not_planned"
        # The learner may close the dashboard; a bot that closes it takes the summaries away.
        reopening = reopening or (want.key == SUMMARY_KEY and bool(state.closed_by_bot))
        # Opened by the learner it stays open, for another choice.
        answered = want.answer != marker.answer
        reopening = reopening or (closed_by_us and answered and not want.answer)
        closing = state.state == "open" and answered and bool(want.answer)
        if state.state == "closed" and not reopening:
            self.staying_closed.add(want.key)
            if not answered:
                return
        update = _Update(self, want, ours)
        is_true = marker.key == want.key and marker.state == state.state
        if update.fields or reopening or closing or answered or not is_true:
            self.changes.append(update.change(reopening=reopening, closing=closing))

    def _no_longer_wanted(self, ours: OurIssue) -> None:
        """Close as not planned what left the curriculum, or is of a branch not taken.

        Once: when somebody opens it again, it is theirs.
        """
        if ours.state.state == "closed" or ours.marked.marker.state == "closed":
            return
        if ours.key not in self._set_aside:
            self.removals += 1
        marker = ours.marked.marker.model_copy(update={"state": "closed"})
        self.changes.append(
            UpdateIssue(
                key=ours.key,
                number=ours.state.number,
                title=ours.state.title,
                body=ours.marked.with_marker(marker),
                labels=ours.state.labels,
                milestone=self.unit_of.get(ours.state.milestone),
                state="closed",
                state_reason="not_planned",
                fields=("state",),
                why=_("no longer part of the plan"),
            )
        )


class _Update:
    """Compares one issue field by field and gathers what to write."""

    def __init__(self, diff: IssueDiff, want: DesiredIssue, ours: OurIssue) -> None:
        self._diff = diff
        self._want = want
        self._ours = ours
        self._marker = ours.marked.marker
        state, title = ours.state, self._marker.title
        # The path has the name that it began with: a later importer may leave out its emoji.
        if want.key == SUMMARY_KEY and _without_emoji(want.title) == _without_emoji(state.title):
            want = self._want = want.model_copy(update={"title": state.title})
        self._what = named("issue", f"#{state.number} '{state.title}'")
        self.fields, drift = compare_fields(
            want.key, self._what, {"title": state.title}, {"title": want.title}, {"title": title}
        )
        diff.drift += drift
        self._title_print = title if drift else digest(want.title)
        self._region = self._compare_body()
        self._labels, self._label_base = self._merge_labels()
        self._milestone, self._milestone_base = self._compare_milestone()

    def change(self, *, reopening: bool, closing: bool) -> UpdateIssue:
        """Return the change that writes what differs."""
        want, old, state = self._want, self._marker, self._ours.state
        if reopening or closing:
            self.fields.append("state")
        region = self._region
        open_now = reopening or (state.state == "open" and not closing)
        written = {
            "key": want.key,
            "title": self._title_print,
            "body": digest(normalized(region)) if region is not None else old.body,
            "labels": self._label_base,
            "milestone": self._milestone_base,
            "state": "open" if open_now else "closed" if closing else old.state,
            "answer": want.answer,
            "ticks": count_ticks(want.body) if region is not None else old.ticks,
        }
        marker = old.model_copy(update=written)
        marked = self._ours.marked
        whole = marked.with_marker(marker) if region is None else marked.with_region(region, marker)
        why = _("you chose") if closing else ""
        if reopening:
            why = _("the choice is open again") if old.answer else _reopened_because(state)
        return UpdateIssue(
            key=want.key,
            number=state.number,
            title=want.title if "title" in self.fields else state.title,
            body=whole,
            labels=self._labels,
            milestone=self._milestone,
            state="open" if open_now else "closed",
            state_reason="reopened" if reopening else "completed" if closing else None,
            fields=tuple(self.fields) or ("marker",),
            why=why,
        )

    def _drift(self, field: str, ours: str, theirs: str) -> None:
        key, what = self._want.key, self._what
        self._diff.drift.append(Drift(key=key, what=what, field=field, ours=ours, theirs=theirs))

    def _compare_body(self) -> str | None:
        """Return the region to write, or None when the one that is there stays."""
        region = self._ours.marked.region
        current = normalized(region or "")
        if current == normalized(self._want.body):
            return region
        if region is None:
            self._drift("text", "", _("the line that begins our part of the text is gone"))
            return None
        body = self._ours.state.body
        room = BODY.most - len(body) + len(region)
        room += spare_room(body) if self._want.key == SUMMARY_KEY else 0
        if len(self._want.body) + 1_000 > room:
            self._diff.report_full(self._ours)
            return None
        if digest(current) == self._marker.body:
            self.fields.append("text")
            return self._want.body
        self._drift("text", "", _("our part of the text was rewritten"))
        return None

    def _merge_labels(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the labels to send, and the digests to remember as put on by us.

        Three ways: what we put on last time, what is on now, what should be. A label the learner
        took off stays off, one they put on stays on.
        """
        keys, names = self._diff.label_keys, self._diff.label_names
        current = {name: keys.get(name.casefold()) for name in self._ours.state.labels}
        base = set(self._marker.labels)
        wanted = [key for key in self._want.labels if key in names]
        added: list[Key] = []
        for key in wanted:
            if key in current.values():
                continue
            if label_digest(key) in base:
                self._drift("labels", names[key], _("'%(label)s' was taken off", label=names[key]))
            else:
                added.append(key)
        removed = {
            name
            for name, key in current.items()
            if key and label_digest(key) in base and key not in self._want.labels
        }
        if added or removed:
            self.fields.append("labels")
        remaining = [key or name for name, key in current.items() if name not in removed]
        result = (names.get(key, key) for key in (*remaining, *added))
        # What is not among the labels now is no news for this issue when it is there again: the
        # list may lag, or the label was deleted, and what made that known is gone.
        missing = {key for key in self._want.labels if label_digest(key) in base}
        return tuple(result), _label_digests(sorted({*wanted, *missing}))

    def _compare_milestone(self) -> tuple[Key | None, Key | None]:
        """Return the unit whose milestone to send, and the one to remember as written by us."""
        current = self._diff.unit_of.get(self._ours.state.milestone)
        elsewhere = self._ours.state.milestone is not None and current is None
        base = self._marker.milestone
        wanted = self._want.milestone if self._want.milestone in self._diff.milestones else None
        if current == wanted and not elsewhere:
            return wanted, wanted
        if current != base or elsewhere:
            self._drift("milestone", str(wanted), _("the milestone was changed"))
            return current, base
        self.fields.append("milestone")
        return wanted, wanted


def _without_emoji(title: str) -> str:
    joins = "\N{VARIATION SELECTOR-16}\N{ZERO WIDTH JOINER} "
    return "".join(c for c in title if category(c) not in {"So", "Sk"} and c not in joins)


def _reopened_because(state: IssueState) -> str:
    if state.closed_by_bot:
        return _("%(bot)s closed it, not you", bot=state.closed_by_bot)
    return _("part of the plan again")


def _label_digests(keys: list[Key]) -> tuple[str, ...]:
    return tuple(sorted(label_digest(key) for key in keys))
