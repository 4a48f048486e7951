"""A learner who renames, paints and deletes labels, and has some of the same name."""

from chaos import markers
from chaos.moderation import Moderation

from github_sandbox.state import labels
from github_sandbox.state.objects import Label


class LabelChanges(Moderation):
    """Acts on the labels of the repository, not on which of them an issue has."""

    def act_label_rename(self, number: int) -> None:
        if label := self._label(number):
            self._rename(label, f"label {self._next()}")

    def act_label_colour(self, number: int) -> None:
        if label := self._label(number):
            key, color = markers.label_key(label), f"{number:06d}"
            labels.edit(self.world, self.me, self.home, label, {"color": color})
            self._about_label(label, key, "color", color)

    def _about_label(self, label: Label, key: str | None, field: str, value: str) -> None:
        def stored() -> str | None:
            now = getattr(label, field)
            return None if now == value else f"label {key} had {field} {value}, now {now}"

        self.promises["label", -1, key, field] = stored

    def act_label_delete(self, number: int) -> None:
        """While a run goes on, issues it makes bring the name back; so it counts without one."""
        if label := self._label(number):
            key, name = markers.label_key(label), label.name
            labels.delete(self.world, self.me, self.home, label)
            self.labels_removed.add(key)
            for slot in [s for s in self.promises if s[0] == "label" and s[2] == key]:
                del self.promises[slot]
            if key in self.settled and not self.scenario.busy:
                self.promises["label gone", -1, key] = lambda: (
                    f"label {key} was deleted and came back"
                    if name in {x.name for x in self.home.labels.values() if not x.description}
                    or key in {markers.label_key(x) for x in self.home.labels.values()}
                    else None
                )

    def act_label_swap(self, number: int) -> None:
        """Two of ours get each other's names."""
        one, other = self._label(number), self._label(number // 7 + 1)
        if one and other and one is not other:
            names = one.name, other.name
            self._rename(other, f"between {self._next()}")
            self._rename(one, names[1])
            self._rename(other, names[0])

    def act_label_taken(self, number: int) -> None:
        """One of ours gets another name, and one of the learner's own its old name."""
        if label := self._label(number):
            name = label.name
            self._rename(label, f"label {self._next()}")
            self._own_label(name)

    def act_label_prefixed(self, number: int) -> None:
        """The learner has a label already of the name that another prefix gives one of ours."""
        if label := self._label(number):
            name = label.name.removeprefix("mp ")
            self._own_label(f"mp {name}" if name == label.name else name)

    def act_label_onto_own(self, number: int) -> None:
        """One of ours gets the name of one of the learner's, which is deleted for it."""
        own = [x for x in self.home.labels.values() if x.name.startswith("mine ")]
        label = self._label(number)
        if own and label:
            old = own[number % len(own)]
            for issue in markers.issues(self.home):
                if old in issue.labels:
                    self.promises.pop(("edit", issue.number, f"wears {old.name}"), None)
            labels.delete(self.world, self.me, self.home, old)
            self._rename(label, old.name)

    def _rename(self, label: Label, name: str) -> None:
        """Issues that a run makes meanwhile bring the old name back."""
        key = markers.label_key(label)
        labels.edit(self.world, self.me, self.home, label, {"new_name": name})
        self.labels_removed |= {key} if self.scenario.busy else set()
        self._about_label(label, key, "name", name)

    def _own_label(self, name: str) -> None:
        fields = {"name": name, "description": f"Mine {self._next()}"}
        made = labels.create(self.world, self.me, self.home, fields)
        before = made.name, made.description
        self.promises["label", -1, f"own {made.id}", "all"] = lambda: (
            None
            if (made.name, made.description) == before and made in self.home.labels.values()
            else f"the learner's own label {name} is not as it was"
        )
