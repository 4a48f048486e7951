"""What can happen in a history, as plain values, and Hypothesis strategies that choose them.

Everything is chosen by numbers, each of which fits whatever it meets, so that a history stays one
when steps are taken out of it. The first of each choice is the simplest: Hypothesis shrinks to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

# What people do, with the weights of each; a rule of the machine for each group.
FINISHING = {"close": 9, "reopen": 5}
MARKING = {"tick": 4, "put_aside": 3, "wear": 3, "take_off": 3}
WRITING = {"note": 5, "title": 4, "inside": 3, "own": 2}
ARRANGING = {
    "move": 3,
    "milestone_title": 2,
    "milestone_note": 2,
    "milestone_due": 2,
    "milestone_delete": 2,
    "milestone_inside": 1,
    "milestone_close": 1,
    "unrelate": 2,
    "unpin": 1,
}
REMOVING = {
    "delete": 3,
    "transfer": 2,
    "label_delete": 2,
    "label_rename": 2,
    "label_colour": 1,
    "label_swap": 2,
    "label_taken": 1,
    "label_prefixed": 2,
    "label_onto_own": 1,
    "delete_comment": 1,
    "delete_ours": 2,
    "summary_close": 1,
    "summary_reopen": 1,
    "summary_delete": 1,
}
COMMANDING = {"command": 9, "command_twice": 4}
SAYING = {"comment": 6, "press": 2, "edit_comment": 2}
OTHERS = {
    "friend_command": 4,
    "mentor_approves": 2,
    "stranger_command": 2,
    "stranger_reacts": 1,
    "stranger_copy": 2,
    "stranger_quote": 1,
    "marker_cut": 1,
    "link": 2,
    "lock": 3,
    "unlock": 1,
}
REFUSING = {
    "pull_command": 4,
    "pull_retest": 1,
    "block": 2,
    "unblock": 1,
    "limit": 2,
    "unlimit": 2,
}
BOTS = {"bot_close": 4, "bot_lock": 1, "bot_label": 1, "bot_edit": 1, "bot_comment": 1}
GROUPS = (
    FINISHING,
    MARKING,
    WRITING,
    ARRANGING,
    REMOVING,
    COMMANDING,
    SAYING,
    OTHERS,
    REFUSING,
    BOTS,
)
LEARNER = {name: weight for group in GROUPS for name, weight in group.items()}
MAINTAINER = (
    "ahead",
    "choice",
    "credit",
    "feature",
    "pace",
    "path",
    "path",
    "pause",
    "prefix",
    "right",
    "rule",
)

SECONDARY = ("secondary-403", "secondary-429")
FAULTS = (
    "500",
    "502",
    "502-after",
    "timeout",
    "timeout-after",
    "reset",
    "reset-after",
    "expired",
    "kill",
    "kill-after",
    "stale",
    *SECONDARY,
)
Kind = Literal["sync", "apply", "plan"]
Place = Literal["comment", "issue"]


@dataclass(frozen=True)
class Setup:
    """Settings of a history: the path began `early` days before the first run.

    `pulls`: a workflow's token may write on pull requests, too. `private`: the repository is an
    organisation's, whose members a workflow's token is not told; both it and the learner's write.
    """

    zone: str = "UTC"
    day: str = "monday"
    early: int = 0
    publish: bool = False
    pulls: bool = False
    private: bool = False


PLAIN = Setup()


@dataclass(frozen=True)
class Act:
    """Something the learner does; `number` picks to what."""

    name: str
    number: int


@dataclass(frozen=True)
class Change:
    """Something the maintainer changes in the settings or the curriculum."""

    name: str
    number: int


@dataclass(frozen=True)
class Fault:
    """Strikes the request number `at` (from 1) of a run, of all or of the writes only.

    `amount` is the seconds of Retry-After (0: no header), or of what a stale list lags.
    """

    kind: str
    at: int
    of: Literal["any", "write"] = "any"
    amount: int = 0


@dataclass(frozen=True)
class ConcurrentChange:
    """An act of the learner's just before the request number `at` of a run."""

    at: int
    act: Act


@dataclass(frozen=True)
class Run:
    """One run of ours, and what happens in it.

    Its clock is so many hours `behind`; `other`: with the other token, if the history has one.
    """

    kind: Kind = "sync"
    faults: tuple[Fault, ...] = ()
    meanwhile: tuple[ConcurrentChange, ...] = ()
    warm: bool = True
    behind: int = 0
    other: bool = False


@dataclass(frozen=True)
class ConcurrentRuns:
    """Two runs at once, by turns of so many requests, over and over."""

    first: Run
    second: Run
    turns: tuple[int, ...] = (1,)


def acts(weights: Mapping[str, int]) -> SearchStrategy[Act]:
    """Some of the learner's acts."""
    names = [name for name, weight in weights.items() for _ in range(weight)]
    return st.builds(Act, name=st.sampled_from(names), number=st.integers(0, 999))


def _near(close: int, far: int) -> SearchStrategy[int]:
    """A place among requests, more often one of the first."""
    return st.integers(1, close) | st.integers(1, far)


@st.composite
def _faults(draw: st.DrawFn) -> Fault:
    kind = draw(st.sampled_from(FAULTS))
    if kind == "stale":
        return Fault(kind, 1, "any", draw(st.sampled_from((5, 60, 600, 3600))))
    amount = draw(st.sampled_from((0, 1, 7, 60, 300))) if kind in SECONDARY else 0
    if draw(st.sampled_from((False, False, True))):
        return Fault(kind, draw(_near(12, 40)), "any", amount)
    return Fault(kind, draw(_near(8, 25)), "write", amount)


def runs(*kinds: Kind) -> SearchStrategy[Run]:
    """A run of one of these kinds."""
    return st.builds(
        Run,
        kind=st.sampled_from(kinds),
        faults=st.lists(_faults(), max_size=3).map(tuple),
        meanwhile=st.lists(MEANWHILE, max_size=3).map(tuple),
        warm=st.sampled_from((True, True, True, True, False)),
        behind=st.sampled_from((0, 0, 0, 0, 0, 3, 30)),
        other=st.sampled_from((False, False, True)),
    )


MEANWHILE = st.builds(ConcurrentChange, at=_near(12, 40), act=acts(LEARNER))
CHANGES = st.builds(Change, name=st.sampled_from(MAINTAINER), number=st.integers(0, 99))
HOURS = st.sampled_from((1, 5, 20, 30, 60, 100, 170))
ANY_RUN = runs("sync", "sync", "sync", "apply")
TURNS = st.lists(_near(4, 20), min_size=1, max_size=6).map(tuple)
TWO = st.builds(ConcurrentRuns, first=ANY_RUN, second=ANY_RUN, turns=TURNS)
SETUPS = st.builds(
    Setup,
    zone=st.sampled_from(("UTC", "UTC", "Pacific/Kiritimati", "America/Los_Angeles")),
    day=st.sampled_from(("monday", "monday", "friday", "sunday")),
    early=st.sampled_from((0, 0, 20, 40, 60)),
    publish=st.sampled_from((False, False, True)),
    pulls=st.booleans(),
    private=st.sampled_from((False, False, True)),
)
PLACES: SearchStrategy[Place] = st.sampled_from(("comment", "comment", "comment", "issue"))
