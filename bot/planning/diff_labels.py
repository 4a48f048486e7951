"""Labels: which to create, which to change, and which name to use for each key."""

from bot.i18n import gettext as _
from bot.planning.base_change import named
from bot.planning.changes import CreateLabel, UpdateLabel
from bot.planning.desired_state import DesiredState
from bot.planning.drift import Drift, compare_fields
from bot.planning.labels import DesiredLabel
from bot.planning.marker import Key, digest
from bot.planning.observed_state import ObservedState
from bot.planning.plan import Note
from bot.planning.snapshot import LabelState

NO_COLOR = "ededed"  # of a label that GitHub made for an issue; source: github/docs#35718


class LabelDiff:
    """The difference in labels.

    `names` maps each usable key to the name the label has (or will have) in the repository; a key
    that is missing there was removed by the learner. `prints` is what the ledger should remember.
    """

    def __init__(self, desired: DesiredState, observed: ObservedState) -> None:
        self.changes: list[CreateLabel | UpdateLabel] = []
        self.drift: list[Drift] = []
        self.notes: list[Note] = []
        self.names: dict[Key, str] = {}
        self.prints: dict[Key, str] = {}
        self._observed = observed
        for label in desired.labels:
            self._one(label)

    def _one(self, want: DesiredLabel) -> None:
        ours = self._observed.labels.get(want.key)
        namesake = self._observed.snapshot.labels_by_name.get(want.name.casefold())
        if ours is not None:
            self.names[want.key] = ours.name
            self._compare(want, ours)
        elif namesake is not None and self._made_by_issue(want, namesake):
            self.names[want.key] = want.name
            self.prints[want.key] = label_print(want.name, want.color, want.description)
            self.changes.append(CreateLabel(**want.model_dump(), made_by_issue=True))
        elif namesake is not None:
            self.names[want.key] = namesake.name
            text = _(
                "The label '%(name)s' was there already. It's used as it is.", name=namesake.name
            )
            self.notes.append(Note(kind="not-ours", key=want.key, text=text))
        elif self._observed.ledger.has(want.key):
            text = _("The label '%(name)s' was deleted and stays deleted.", name=want.name)
            self.notes.append(Note(kind="opted-out", key=want.key, text=text))
        else:
            self.names[want.key] = want.name
            self.prints[want.key] = label_print(want.name, want.color, want.description)
            self.changes.append(CreateLabel(**want.model_dump()))

    def _made_by_issue(self, want: DesiredLabel, there: LabelState) -> bool:
        """Return whether a run that was cut off left it: GitHub made it for an issue of ours.

        The ledger of a new dashboard says which labels that will do: one that stood there before,
        grey or not, is somebody else's.
        """
        ledger = self._observed.ledger
        untouched = (there.name, there.color, there.description) == (want.name, NO_COLOR, "")
        return untouched and want.key in ledger.labels and not ledger.has(want.key)

    def _free_name(self, want: DesiredLabel, ours: LabelState) -> str:
        """Return the wanted name, or its present one when another label has the wanted one."""
        holder = self._observed.snapshot.labels_by_name.get(want.name.casefold(), ours)
        if holder == ours:
            return want.name
        text = _(
            "The label '%(name)s' keeps its name, because there's another '%(wanted)s'.",
            name=ours.name,
            wanted=want.name,
        )
        self.notes.append(Note(kind="not-ours", key=want.key, text=text))
        return ours.name

    def _compare(self, want: DesiredLabel, ours: LabelState) -> None:
        current = {"name": ours.name, "color": ours.color, "description": ours.description}
        name = self._free_name(want, ours)
        wanted = {"name": name, "color": want.color, "description": want.description}
        prints = self._observed.ledger.labels.get(want.key, "..").split(".")
        written = dict(zip(wanted, prints, strict=True))
        what = named("label", f"'{ours.name}'")
        changed, drift = compare_fields(want.key, what, current, wanted, written)
        self.drift += drift
        if changed:
            result = current | {field: wanted[field] for field in changed}
            self.names[want.key] = new_name = result.pop("name")
            written |= {field: _short(wanted[field]) for field in changed}
            self.prints[want.key] = ".".join(written.values())
            update = UpdateLabel(
                key=want.key, name=ours.name, new_name=new_name, **result, fields=tuple(changed)
            )
            self.changes.append(update)
        elif want.key not in self._observed.ledger.labels and current == wanted:
            self.prints[want.key] = label_print(want.name, want.color, want.description)


def label_print(name: str, color: str, description: str) -> str:
    """Return the hashes of a label's three fields, for the ledger."""
    return ".".join(_short(part) for part in (name, color, description))


def _short(text: str) -> str:
    return digest(text)[:8]
