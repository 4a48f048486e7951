"""A server that is killed at each place between the receipt of a delivery and its end.

By default at a few of them; all when MILEPOST_EVERY_PLACE=1.
"""

import contextlib
import os
import signal
import subprocess
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from server.dying import VARIABLE
from server.hosting import eventually
from server.test_server_kill import Machine, machine

from bot.planning.intents import Log
from bot.planning.memory import find_memory
from bot.sandbox.state import comments
from bot.sandbox.state.objects import Comment, Issue
from bot.server.store.tables import agenda

__all__ = ["machine"]
MOST = 200  # more than there are
STEP = 1 if os.environ.get("MILEPOST_EVERY_PLACE") else 40


def issue(machine: Machine) -> Issue:
    found = machine.world.repository().issues.values()
    return next(i for i in found if i.title.startswith("Read"))


def say(machine: Machine) -> Comment:
    world = machine.world
    with world.lock:
        home, told = world.repository(), {"body": "/log 1h"}
        return comments.create(world, world.actor(), home, issue(machine), told)


def over(process: subprocess.Popen[bytes], machine: Machine) -> bool:
    """Waits until there is nothing left to do, or nobody left to do it: then it says yes."""
    machine.sandbox.webhooks.settle()

    passed = time.monotonic()

    def ended() -> bool:
        nonlocal passed
        if time.monotonic() > passed + 5:  # not more often, or GitHub asks for patience
            passed = time.monotonic()
            let_time_pass(machine)
        return process.poll() is not None or machine.at_rest()

    eventually(ended)
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(0.3) == -signal.SIGKILL
    return False


def let_time_pass(machine: Machine) -> None:
    """Who died at its work counts as having failed: the next try comes later each time."""
    later = sa.update(agenda).where(agenda.c.tries > 0, agenda.c.holder.is_(None))
    with machine.engine.begin() as connection:
        connection.execute(later.values(tries=0, due_at=datetime.now(UTC)))


def logged(machine: Machine) -> list[int]:
    """The comments whose hours are remembered, each as often as it is."""
    with machine.world.lock:
        entries = find_memory(issue(machine).body or "").entries
    return sorted(entry.id for entry in entries if isinstance(entry.intent, Log))


def test_each_delivery_takes_effect_once_wherever_the_server_dies(machine: Machine) -> None:
    """What was not acknowledged is found by looking; what was is found in the inbox."""
    with machine.serving():
        machine.install()
        eventually(machine.at_rest)
    said: list[Comment] = []
    deaths = 0
    for place in range(1, MOST, STEP):
        with machine.serving(None, **{VARIABLE: str(place)}) as process:
            # GitHub is asked to send again what did not arrive: it may die of that, too.
            if not over(process, machine):
                said.append(say(machine))
                if not over(process, machine):
                    break
            deaths += 1
    else:
        pytest.fail("it never came to its end")
    with machine.serving() as process:
        assert not over(process, machine)
        eventually(lambda: len(logged(machine)) >= len(said), "something was lost")
        assert not over(process, machine)
    assert deaths > (40 if STEP == 1 else 1)
    assert logged(machine) == sorted(comment.id for comment in said)
    assert [len(comment.reactions) for comment in said] == [1] * len(said)
    print(f"killed at {deaths} places")  # noqa: T201 - for whoever asks for all of them
