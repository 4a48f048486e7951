"""Next steps: the action items of the guide, each done by a tick, by its issue, or by its work."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from bot.curriculum.model import ActionItem, Horizon
from bot.planning.marker import Box, boxes_in, carry_ticks
from bot.planning.observed_state import OurIssue
from bot.progress.command_log import closed_at
from bot.progress.path import LearningPath
from bot.progress.progress import Work
from bot.templating import neutralize

_KINDS = ("task", "deliverable")
_HEAD = re.compile(r"\*\*(.*?)\*\*(?=[: ]|$)")


class ActionState(NamedTuple):
    """An action item: `url` is its issue's, empty without one.

    `work` is what it stands for, as far as that is on the path; once all of it is done, so is the
    item. `closed_on` is the day in the learner's zone, None where only a tick shows it.
    """

    action: ActionItem
    done: bool
    url: str = ""
    work: tuple[Work, ...] = ()
    closed_on: date | None = None

    @property
    def done_by_work(self) -> bool:
        """Whether the work that it stands for is done."""
        return bool(self.work) and all(work.done for work in self.work)


def action_states(path: LearningPath, until: date | None = None) -> Iterator[ActionState]:
    """Yield the action items in the curriculum's order, as of the end of `until` (None: now).

    Ticks have no day, so they are those of now.
    """
    stands = path.curriculum.relations.stands
    work = {w.key: w for w in path.progress.work}
    issues = {horizon: path.observed.issues.get(f"actions:{horizon}") for horizon in Horizon}
    ticked = set(_ticked_ids(path.curriculum.actions, issues))
    for action in path.curriculum.actions:
        ours = issues[action.horizon]
        closed = closed_at(ours.state) if ours and ours.state.finished else None
        on = path.day_of(closed) if closed else None
        keys = (f"{k}:{name}" for name in stands.get(action.id, ()) for k in _KINDS)
        meant = tuple(work[key] for key in keys if key in work)
        by_work = bool(meant) and all(w.done_by(until) for w in meant)
        closed_by = on is not None and (until is None or on <= until)
        if by_work:
            on = max((w.closed_on for w in meant if w.closed_on), default=None)
        yield ActionState(
            action=action,
            done=by_work or closed_by or action.id in ticked,
            url=ours.state.url if ours else "",
            work=meant,
            closed_on=on if by_work or closed_by else None,
        )


def ticked_boxes(ours: OurIssue | None, titles: Sequence[str]) -> list[bool]:
    """Return for each title whether the box of the issue that means it is ticked.

    What stands in bold before a box's other words is its title.
    """
    if ours is None:
        return [False] * len(titles)
    region = ours.marked.region
    boxes = boxes_in(ours.state.body.replace("\r\n", "\n") if region is None else region)
    heads = ((_HEAD.match(text), text, ticked) for text, ticked in boxes)
    boxes = [Box(_one_line(head[1] if head else text), ticked) for head, text, ticked in heads]
    return carry_ticks(boxes, [_one_line(neutralize(title)) for title in titles])


def _ticked_ids(
    actions: Sequence[ActionItem], issues: Mapping[Horizon, OurIssue | None]
) -> Iterator[str]:
    for horizon, ours in issues.items():
        those = [action for action in actions if action.horizon == horizon]
        ticks = ticked_boxes(ours, [action.title for action in those])
        yield from (action.id for action, ticked in zip(those, ticks, strict=True) if ticked)


def _one_line(text: str) -> str:
    return " ".join(text.split())
