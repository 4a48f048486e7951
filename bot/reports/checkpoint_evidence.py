"""The evidence for each line of a checkpoint: finished work, links, ticks and counts.

A line is shown by the tasks, deliverables and next steps that the guide names for it, by the tick
that the learner set in the checkpoint's issue, and by a number the learner keeps when the line
speaks of the thing that is counted. Nothing is guessed beyond that: else it says so.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from bot.curriculum.model import Checkpoint, CheckpointItem
from bot.i18n import gettext as _
from bot.planning.marker import Key
from bot.planning.snapshot import FrozenModel
from bot.progress.career import Application, Metric
from bot.progress.learner_history import Evidence
from bot.progress.next_steps import ActionState, action_states, ticked_boxes
from bot.progress.path import LearningPath
from bot.progress.progress import Work

STEM = 6
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
        title=work.name,
        url=work.url,
        state=state,
        done=done,
        closed_on=work.closed_on if done else None,
        evidence=tuple(found for found in work.evidence if found.day <= day),
        attested_by=work.attested_by,
    )


def found_by_checks(path: LearningPath, day: date) -> Iterator[EvidencePiece]:
    """Yield the work whose checks all found something by the end of `day`."""
    for work in path.progress.work:
        lines = path.checks.get(work.key, ())
        if lines and all(line.day is not None and line.day <= day for line in lines):
            yield piece(work, day)


def item_reports(
    path: LearningPath,
    checkpoint: Checkpoint,
    day: date,
    metrics: tuple[Metric, ...],
    applications: tuple[Application, ...],
) -> Iterator[ItemReport]:
    """Yield a report on each line of the checkpoint, in its order."""
    ours = path.issue_of("checkpoint", checkpoint)
    ticks = ticked_boxes(ours, [item.title for item in checkpoint.items])
    numbers = [
        *(
            CountFound(title=m.title, value=m.value, unit=m.unit or "", basis=m.basis)
            for m in metrics
        ),
        *_applied(applications),
    ]
    for item, is_ticked in zip(checkpoint.items, ticks, strict=True):
        pieces = tuple(_pieces(path, item, day))
        counts = tuple(_counts_in_line(item.title, numbers))
        shown = any(p.done or p.evidence for p in pieces)
        yield ItemReport(
            id=item.id,
            title=item.title,
            ticked=is_ticked,
            named=item.id in path.curriculum.relations.evidence,
            found=is_ticked or shown or bool(counts),
            pieces=pieces,
            counts=counts,
        )


def _pieces(path: LearningPath, item: CheckpointItem, day: date) -> Iterator[EvidencePiece]:
    """Yield the work that the guide names for a line, without options that were not taken."""
    work = {w.key: w for w in path.progress.work}
    steps = {step.action.id: step for step in action_states(path, day)}
    for name in path.curriculum.relations.evidence.get(item.id, ()):
        for key in (f"task:{name}", f"deliverable:{name}"):
            if key in work:
                yield piece(work[key], day)
        if name in steps:
            yield _next_step(steps[name])


def _next_step(step: ActionState) -> EvidencePiece:
    return EvidencePiece(
        key=f"action:{step.action.id}",
        title=step.action.title,
        url=step.url,
        state="claimed" if step.done else "open" if step.url else "to come",
        done=step.done,
        closed_on=step.closed_on,
        evidence=(),
        attested_by=None,
    )


def _applied(applications: tuple[Application, ...]) -> Iterator[CountFound]:
    # The guide may be in English, or in the language of the report.
    for unit in dict.fromkeys((_("applications"), "applications") if applications else ()):
        yield CountFound(
            title=_("Job applications"),
            value=len(applications),
            unit=unit,
            basis=_("issues filed as applications"),
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
