"""The evidence for each line of a checkpoint: finished work, links, ticks and counts.

A line is shown by the tasks, deliverables and next steps that the guide names for it, by the tick
that the learner set in the checkpoint's issue, and by a number the learner keeps when the line
speaks of the thing that is counted. Nothing is guessed beyond that: else it says so.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from bot.curriculum.model import ActionItem, Checkpoint, CheckpointItem
from bot.planning.marker import BOX, Key
from bot.planning.snapshot import FrozenModel
from bot.progress.career import Application, Metric
from bot.progress.command_log import closed_at
from bot.progress.learner_history import Evidence
from bot.progress.path import LearningPath
from bot.progress.progress import Work
from bot.templating import neutralize

STEM = 6
PREFIX = "Deliverable: "  # as the titles of their issues begin
_WORD = re.compile(r"[^\W\d_]{4,}")

PieceState = Literal[
    "to come",
    "open",
    "in progress",
    "blocked",
    "claimed",
    "evidenced",
    "attested",
    "credited",
    "set aside",
]
_STATES: dict[str, PieceState] = {
    "ahead": "to come",
    "skipped": "set aside",
    "removed": "set aside",
}


class EvidencePiece(FrozenModel):
    """A task, deliverable or next step on the day of the report; `url` is empty without an issue.

    `closed_on` is the day in the learner's zone, `evidence` what was found by the day of the report
    and `attested_by` the mentor who approved it.
    """

    key: Key
    title: str
    url: str
    state: PieceState
    done: bool
    closed_on: date | None
    evidence: tuple[Evidence, ...]
    attested_by: str | None


class CountFound(FrozenModel):
    """A number that a line of the checkpoint speaks of, and how it was counted."""

    title: str
    value: float
    unit: str
    basis: str


class ItemReport(FrozenModel):
    """A line of the checkpoint and the evidence for it.

    `pieces` is the work the guide names for it, done or not; `named` says whether it names any.
    `found` is whether anything at all was found.
    """

    id: str
    title: str
    ticked: bool
    named: bool
    found: bool
    pieces: tuple[EvidencePiece, ...]
    counts: tuple[CountFound, ...]


def piece(work: Work, day: date) -> EvidencePiece:
    """Return a task or deliverable as of the end of `day`, as far as closed issues tell."""
    later = bool(work.finished and work.closed_on and work.closed_on > day)
    done = work.done and not later
    state = "open" if later else _STATES.get(work.state.value, work.state.value)
    return EvidencePiece(
        key=work.key,
        title=work.title.removeprefix(PREFIX if work.key.startswith("deliverable:") else ""),
        url=work.url,
        state=state,
        done=done,
        closed_on=work.closed_on if done else None,
        evidence=tuple(found for found in work.evidence if found.day <= day),
        attested_by=work.attested_by,
    )


def item_reports(
    path: LearningPath,
    checkpoint: Checkpoint,
    day: date,
    metrics: tuple[Metric, ...],
    applications: tuple[Application, ...],
) -> Iterator[ItemReport]:
    """Yield a report on each line of the checkpoint, in its order."""
    ours = path.issue_of("checkpoint", checkpoint)
    ticked = ticked_lines(ours.state.body) if ours else frozenset()
    numbers = [
        *(
            CountFound(title=m.title, value=m.value, unit=m.unit or "", basis=m.basis)
            for m in metrics
        ),
        *_applied(applications),
    ]
    for item in checkpoint.items:
        pieces = tuple(_pieces(path, item, day))
        counts = tuple(_counts_in_line(item.title, numbers))
        is_ticked = as_line(item.title) in ticked
        shown = any(p.done or p.evidence for p in pieces)
        yield ItemReport(
            id=item.id,
            title=item.title,
            ticked=is_ticked,
            named=bool(item.evidence),
            found=is_ticked or shown or bool(counts),
            pieces=pieces,
            counts=counts,
        )


def ticked_lines(body: str) -> frozenset[str]:
    """Return the text behind every ticked box of an issue."""
    text = body.replace("\r\n", "\n")
    return frozenset(as_line(m[3]) for m in BOX.finditer(text) if m[2] != " ")


def as_line(text: str) -> str:
    """Return the text as it stands behind a box: neutralized, with single spaces."""
    return " ".join(neutralize(text).split())


def _pieces(path: LearningPath, item: CheckpointItem, day: date) -> Iterator[EvidencePiece]:
    """Yield the work that the guide names for a line, without options that were not taken."""
    work = {w.key: w for w in path.progress.work}
    actions = {action.id: action for action in path.curriculum.actions}
    for name in item.evidence:
        for key in (f"task:{name}", f"deliverable:{name}"):
            if key in work:
                yield piece(work[key], day)
        if name in actions:
            yield _next_step(path, actions[name], day)


def _next_step(path: LearningPath, action: ActionItem, day: date) -> EvidencePiece:
    """Return a next step, done when its line is ticked or the issue of its horizon is closed."""
    ours = path.observed.issues.get(f"actions:{action.horizon}")
    closed = closed_at(ours.state) if ours and ours.state.finished else None
    closed_on = path.day_of(closed) if closed else None
    line = as_line(f"**{action.title}**")
    ticked = ours is not None and any(
        found == line or found.startswith(f"{line}:") for found in ticked_lines(ours.state.body)
    )
    done = ticked or (closed_on is not None and closed_on <= day)
    return EvidencePiece(
        key=f"action:{action.id}",
        title=action.title,
        url=ours.state.url if ours else "",
        state="claimed" if done else "open" if ours else "to come",
        done=done,
        closed_on=closed_on if done else None,
        evidence=(),
        attested_by=None,
    )


def _applied(applications: tuple[Application, ...]) -> Iterator[CountFound]:
    if applications:
        yield CountFound(
            title="Job applications",
            value=len(applications),
            unit="applications",
            basis="issues filed as applications",
        )


def _counts_in_line(line: str, numbers: list[CountFound]) -> Iterator[CountFound]:
    """Yield the number that a line is about: its unit and most of its words stand there."""
    words = _stems(line)
    fitting = [n for n in numbers if _stems(n.unit) and _stems(n.unit) <= words]
    best = max(fitting, key=lambda n: len(_stems(n.title) & words), default=None)
    if best is not None and best.value > 0:
        yield best


def _stems(text: str) -> set[str]:
    """Return the beginnings of longer words, so that "projects" and "project" are equal."""
    return {word.casefold()[:STEM] for word in _WORD.findall(text)}


def open_pieces(item: ItemReport) -> Iterable[EvidencePiece]:
    """Return the pieces that the guide names for a line and that are still to be done."""
    return (p for p in item.pieces if not p.done and p.state != "set aside")
