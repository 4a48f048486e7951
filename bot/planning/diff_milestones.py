"""Milestones: which to create, change or close, and which one each unit's issues go into."""

from typing import Literal

from bot.i18n import gettext as _
from bot.planning.base_change import named
from bot.planning.changes import CreateMilestone, UpdateMilestone
from bot.planning.desired_state import DesiredMilestone, DesiredState
from bot.planning.drift import Drift, compare_fields
from bot.planning.length_limits import distinct_title
from bot.planning.marker import Key, Marker, digest, normalized, wrap
from bot.planning.observed_state import ObservedState, OurMilestone
from bot.planning.plan import Note
from bot.planning.snapshot import MilestoneState


class MilestoneDiff:
    """The difference in milestones.

    `numbers` maps a unit's key to the number of its milestone, or None while it is still to be
    created; a key that is missing there was removed by the learner. `removals` counts closings.
    """

    def __init__(self, desired: DesiredState, observed: ObservedState) -> None:
        self.changes: list[CreateMilestone | UpdateMilestone] = []
        self.drift: list[Drift] = []
        self.notes: list[Note] = []
        self.numbers: dict[Key, int | None] = {}
        self.removals = 0
        self._observed = observed
        self._writers = tuple(sorted(observed.snapshot.trust.recorded))
        self._holders = {m.title: m.number for m in observed.snapshot.milestones}
        self._foreign = {
            milestone.title: milestone
            for milestone in observed.snapshot.milestones
            if milestone.number not in observed.unit_of_milestone
        }
        self._titles = {want.title for want in desired.milestones}
        wanted = {key for want in desired.milestones for key in (want.key, *want.aliases)}
        # A unit that got another id but kept its title: GitHub takes no second one of that title.
        self._orphans = {
            ours.state.title: key for key, ours in observed.milestones.items() if key not in wanted
        }
        matched: set[Key] = set()
        for want in desired.milestones:
            matched.update(self._one(want))
        for key, ours in observed.milestones.items():
            if key not in matched:
                self._no_longer_wanted(ours)
        self._record_writers()

    def _one(self, want: DesiredMilestone) -> set[Key]:
        keys = (want.key, *want.aliases)
        found = next((key for key in keys if key in self._observed.milestones), None)
        found = found or self._orphans.get(want.title)
        if found is not None:
            ours = self._observed.milestones[found]
            self.numbers[want.key] = ours.state.number
            self._compare(want, ours)
            return {found}
        foreign = self._foreign.get(want.title)
        if foreign and self._takes_issues(foreign):
            self.numbers[want.key] = foreign.number
            text = _(
                "The milestone '%(title)s' was there already. It's used as it is.", title=want.title
            )
            self.notes.append(Note(kind="not-ours", key=want.key, text=text))
        elif any(self._observed.ledger.has(key) for key in keys):
            text = _("The milestone '%(title)s' was deleted and stays deleted.", title=want.title)
            self.notes.append(Note(kind="opted-out", key=want.key, text=text))
        else:
            self.numbers[want.key] = None
            title = distinct_title(want.title, self._holders.keys() | (self._titles - {want.title}))
            if title != want.title:
                text = _(
                    "A closed milestone '%(title)s' was there already. Ours is '%(other)s'.",
                    title=want.title,
                    other=title,
                )
                self.notes.append(Note(kind="not-ours", key=want.key, text=text))
            wanted = want.model_copy(update={"title": title})
            self.changes.append(_creation(wanted, self._writers))
        return set()

    def _takes_issues(self, foreign: MilestoneState) -> bool:
        """Return whether to use a milestone of the learner's: it is open, or issues are in it."""
        issues = self._observed.issues.values()
        return foreign.state == "open" or any(i.state.milestone == foreign.number for i in issues)

    def _compare(self, want: DesiredMilestone, ours: OurMilestone) -> None:
        marker, region = ours.marked.marker, ours.marked.region
        current = {
            "title": ours.state.title,
            "description": normalized(region or ""),
            "due date": ours.state.due_on.isoformat() if ours.state.due_on else "",
        }
        wanted = {
            "title": self._free_title(want, ours),
            "description": normalized(want.description),
            "due date": want.due_on.isoformat(),
        }
        base = {"title": marker.title, "description": marker.body, "due date": marker.due or ""}
        what = named("milestone", f"'{ours.state.title}'")
        changed, drift = compare_fields(want.key, what, current, wanted, base)
        self.drift += drift
        reopened = marker.state == "closed" and ours.state.state == "closed"
        fields = (*changed, *(("state",) if reopened else ()))
        opened = marker.state == "closed" and ours.state.state == "open"
        if not fields and marker.key == want.key and not opened:
            return
        # What we want of the fields that agree, what we last wrote of the others.
        names = {"title": "title", "description": "body", "due date": "due"}
        agreed = wanted.keys() - {one.field for one in drift}
        written = {names[name]: digest(wanted[name]) for name in agreed}
        update = {"key": want.key, "state": "open", "writers": self._writers, **written}
        renewed = marker.model_copy(update=update)
        description = (
            ours.marked.with_region(want.description, renewed)
            if "description" in changed
            else ours.marked.with_marker(renewed)
        )
        self.changes.append(
            UpdateMilestone(
                key=want.key,
                number=ours.state.number,
                title=wanted["title"] if "title" in changed else ours.state.title,
                description=description,
                due_on=want.due_on if "due date" in changed else ours.state.due_on,
                due_before=ours.state.due_on,
                state="open" if reopened else ours.state.state,
                fields=fields or ("marker",),
            )
        )

    def _free_title(self, want: DesiredMilestone, ours: OurMilestone) -> str:
        """Return the wanted title, or the present one when another milestone has that."""
        holder = self._holders.get(want.title, ours.state.number)
        if holder == ours.state.number:
            return want.title
        text = _(
            "The milestone '%(title)s' keeps its title, because there's another '%(wanted)s'.",
            title=ours.state.title,
            wanted=want.title,
        )
        self.notes.append(Note(kind="not-ours", key=want.key, text=text))
        return ours.state.title

    def _record_writers(self) -> None:
        """Write to one milestone which accounts the path is written by, where none has this one.

        It comes before the issues: cut off anywhere, what was made is known again.
        """
        there = [ours.marked.marker for ours in self._observed.milestones.values()]
        known = {writer for marker in there for writer in marker.writers}
        viewer = self._observed.snapshot.trust.viewer
        if self.changes or not there or viewer is None or viewer in known:
            return
        ours = next(iter(self._observed.milestones.values()))
        marker = ours.marked.marker.model_copy(update={"writers": self._writers})
        self.changes.append(_remark(ours, marker, "marker", ours.state.state))

    def _no_longer_wanted(self, ours: OurMilestone) -> None:
        """Close the milestone of a unit that left the curriculum, and remember that it was us.

        Once: when somebody opens it again, it is theirs.
        """
        if ours.state.state == "closed" or ours.marked.marker.state == "closed":
            return
        self.removals += 1
        written = {"state": "closed", "writers": self._writers}
        marker = ours.marked.marker.model_copy(update=written)
        self.changes.append(_remark(ours, marker, "state", "closed"))


def _remark(
    ours: OurMilestone, marker: Marker, field: str, state: Literal["open", "closed"]
) -> UpdateMilestone:
    """Return a change of a milestone's marker and state; all else stays as it is there."""
    return UpdateMilestone(
        key=marker.key,
        number=ours.state.number,
        title=ours.state.title,
        description=ours.marked.with_marker(marker),
        due_on=ours.state.due_on,
        state=state,
        fields=(field,),
    )


def _creation(want: DesiredMilestone, writers: tuple[int, ...]) -> CreateMilestone:
    marker = Marker(
        key=want.key,
        title=digest(want.title),
        body=digest(normalized(want.description)),
        due=digest(want.due_on.isoformat()),
        writers=writers,
    )
    text = wrap(want.description, marker)
    return CreateMilestone(key=want.key, title=want.title, description=text, due_on=want.due_on)
