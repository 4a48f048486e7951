"""Makes a history that goes wrong as small as it can be while it still goes wrong in that way."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from chaos.story import History, Run, Step, Two

PATIENCE = 400
"""Histories to try at most."""


def shrink(history: History, fails: Callable[[History], bool]) -> History:
    """The smallest history found; `fails` says whether one still goes wrong."""
    tries = 0
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(history):
            tries += 1
            if tries > PATIENCE:
                return history
            if fails(smaller):
                history, progress = smaller, True
                break
    return history


def _smaller(history: History) -> Iterator[History]:
    steps = history.steps
    size = len(steps) // 2
    while size:
        for start in range(0, len(steps), size):
            yield replace(history, steps=steps[:start] + steps[start + size :])
        size //= 2
    for n, step in enumerate(steps):
        for simpler in _simpler(step):
            yield replace(history, steps=(*steps[:n], simpler, *steps[n + 1 :]))
    if history.app:
        yield replace(history, app=False)


def _simpler(step: Step) -> Iterator[Step]:
    if isinstance(step, Two):
        yield step.first
        yield step.second
        for run in _simpler(step.first):
            yield replace(step, first=run)  # type: ignore[arg-type]
        for run in _simpler(step.second):
            yield replace(step, second=run)  # type: ignore[arg-type]
    if isinstance(step, Run):
        if step != Run(step.kind):
            yield Run(step.kind)
        for field in ("faults", "meanwhile"):
            every = getattr(step, field)
            for n in range(len(every)):
                yield replace(step, **{field: every[:n] + every[n + 1 :]})
        if not step.warm:
            yield replace(step, warm=True)
