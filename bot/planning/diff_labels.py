"""Labels: which to create, which to change, and which name to use for each key."""

from bot.planning.changes import CreateLabel, UpdateLabel
from bot.planning.desired_state import DesiredState
from bot.planning.drift import Drift
from bot.planning.labels import DesiredLabel
from bot.planning.marker import Key, digest
from bot.planning.observed_state import ObservedState
from bot.planning.plan import Note
from bot.planning.snapshot import LabelState

FIELDS = ("name", "color", "description")


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
        elif namesake is not None:
            self.names[want.key] = namesake.name
            self.notes.append(
                Note(
                    kind="not-ours",
                    key=want.key,
                    text=f"The label '{namesake.name}' was there already: used as it is.",
                )
            )
        elif self._observed.ledger.has(want.key):
            self.notes.append(
                Note(
                    kind="opted-out",
                    key=want.key,
                    text=f"The label '{want.name}' was deleted and stays deleted.",
                )
            )
        else:
            self.names[want.key] = want.name
            self.prints[want.key] = label_print(want.name, want.color, want.description)
            self.changes.append(
                CreateLabel(
                    key=want.key, name=want.name, color=want.color, description=want.description
                )
            )

    def _free_name(self, want: DesiredLabel, ours: LabelState) -> str:
        """The wanted name, or the one it has when another label has the wanted one."""
        holder = self._observed.snapshot.labels_by_name.get(want.name.casefold(), ours)
        if holder == ours:
            return want.name
        text = f"The label '{ours.name}' keeps its name: '{want.name}' is taken."
        self.notes.append(Note(kind="not-ours", key=want.key, text=text))
        return ours.name

    def _compare(self, want: DesiredLabel, ours: LabelState) -> None:
        current = {"name": ours.name, "color": ours.color, "description": ours.description}
        wanted = {
            "name": self._free_name(want, ours),
            "color": want.color,
            "description": want.description,
        }
        written = self._observed.ledger.labels.get(want.key, "..").split(".")
        changed: list[str] = []
        for field, base in zip(FIELDS, written, strict=True):
            if current[field] == wanted[field]:
                continue
            if base == _short(current[field]):
                changed.append(field)
            else:
                self.drift.append(
                    Drift(
                        key=want.key,
                        what=f"label '{ours.name}'",
                        field=field,
                        ours=wanted[field],
                        theirs=current[field],
                    )
                )
        result = {f: wanted[f] if f in changed else current[f] for f in FIELDS}
        if changed:
            self.names[want.key] = result["name"]
            self.prints[want.key] = ".".join(
                _short(wanted[f]) if f in changed else base
                for f, base in zip(FIELDS, written, strict=True)
            )
            self.changes.append(
                UpdateLabel(
                    key=want.key,
                    name=ours.name,
                    new_name=result["name"],
                    color=result["color"],
                    description=result["description"],
                    fields=tuple(changed),
                )
            )
        elif want.key not in self._observed.ledger.labels and current == wanted:
            self.prints[want.key] = label_print(want.name, want.color, want.description)


def label_print(name: str, color: str, description: str) -> str:
    """Hashes of a label's three fields, for the ledger."""
    return ".".join(_short(part) for part in (name, color, description))


def _short(text: str) -> str:
    return digest(text)[:8]
