"""A maintainer who changes settings and curriculum whenever they like."""

from datetime import timedelta

from chaos.actions import Change
from chaos.scenario import MODS, Scenario

from github_sandbox.state import moderation

AHEAD: tuple[int | str, ...] = ("all", 2, 4, "all")
BRANCHES = ("main", "milepost", "milepost*", "*")
FEATURES = ("deliverables", "checkpoints", "sub_issues", "assessments")


class Maintainer:
    """Edits the settings of a house, and which path it follows."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def does(self, change: Change) -> None:
        """One change."""
        getattr(self, f"change_{change.name}")(change.number)

    def change_ahead(self, number: int) -> None:
        self.scenario.how["ahead"] = AHEAD[number % len(AHEAD)]

    def change_choice(self, number: int) -> None:
        if number % 3 == 2:
            self.scenario.how.pop("choices", None)
        else:
            self.scenario.how["choices"] = {"choose-your-way": ("web", "data")[number % 3]}

    def change_credit(self, number: int) -> None:
        self.scenario.how["credits"] = ["a2"] if number % 2 else []

    def change_feature(self, number: int) -> None:
        """One feature off, or all on."""
        name = FEATURES[number % len(FEATURES)]
        self.scenario.how["features"] = {name: False} if number % 3 else {}

    def change_pace(self, number: int) -> None:
        for key in ("pace", "hours_per_week"):
            self.scenario.how.pop(key, None)
        if number % 3:
            key = "pace" if number % 3 == 1 else "hours_per_week"
            self.scenario.how[key] = 2 + number % 5 if key == "pace" else 5 + number % 9

    def change_path(self, number: int) -> None:
        self.scenario.mods ^= {MODS[number % len(MODS)]}

    def change_pause(self, number: int) -> None:
        first = self.scenario.now.date() + timedelta(days=number % 10)
        pause = {"from": first, "to": first + timedelta(days=number % 7)}
        self.scenario.how["pauses"] = [pause] if number % 3 else []

    def change_prefix(self, number: int) -> None:
        self.scenario.how["label_prefix"] = "mp " if number % 2 else ""

    def change_right(self, number: int) -> None:
        """A workflow's token may write on pull requests from now on, or no longer."""
        self.scenario.give_right(pulls=number % 2 == 0)

    def change_rule(self, number: int) -> None:
        """Branches change by pull requests only, or again as anybody likes."""
        repository = self.scenario.repository
        if number % 4 == 3:
            repository.branch_rules.clear()
        else:
            kind: moderation.Rule = "ruleset" if number % 2 else "branch protection"
            moderation.protect(repository, BRANCHES[number // 4 % len(BRANCHES)], kind)

    def lift(self) -> None:
        """No branch is protected any more, and a workflow may write on pull requests."""
        self.scenario.repository.branch_rules.clear()
        self.scenario.give_right(pulls=True)
