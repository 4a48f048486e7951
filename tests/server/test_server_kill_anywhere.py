"""A server that is killed at each place between the receipt of a delivery and its end.

By default at a few of them; at all when MILEPOST_EVERY_PLACE=1.
"""

import os
import time
from multiprocessing.context import ForkServerProcess

import pytest
from server.kill_points import VARIABLE
from server.server_fixture import eventually
from server.server_processes import Machine, killed, machine, shared

from bot.progress.command_log import find_log
from bot.progress.commands.log import Log
from github_sandbox.state import comments
from github_sandbox.state.objects import Comment, Issue

__all__ = ["machine", "shared"]
MOST = 400  # more than there are
EVERY = bool(os.environ.get("MILEPOST_EVERY_PLACE"))
MANY = 50  # fewer than there are
A_WHILE = 1.0  # seconds


@pytest.fixture(params=["machine", "shared"])
def mortal(request: pytest.FixtureRequest) -> Machine:
    """With SQLite and threads; with PostgreSQL and a queue."""
    made: Machine = request.getfixturevalue(request.param)
    return made


def issue(machine: Machine) -> Issue:
    found = machine.world.repository().issues.values()
    return next(i for i in found if i.title.startswith("Read"))


def write(machine: Machine) -> Comment:
    world = machine.world
    with world.lock:
        home, reported = world.repository(), {"body": "/log 1h"}
        return comments.create(world, world.actor(), home, issue(machine), reported)


def over(process: ForkServerProcess, machine: Machine) -> bool:
    """Waits until there is nothing left to do, or nobody left to do it: then it says yes."""
    machine.sandbox.webhooks.settle()
    hurried = time.monotonic()

    def ended() -> bool:
        nonlocal hurried
        if time.monotonic() > hurried + A_WHILE:
            hurried = time.monotonic()
            machine.hurry()
        return process.exitcode is not None or machine.at_rest()

    eventually(ended)
    return killed(process, within=0.3)


def logged(machine: Machine) -> list[int]:
    """The comments whose hours are remembered, each as often as it is."""
    with machine.world.lock:
        entries = find_log(issue(machine).body or "").entries
    return sorted(entry.id for entry in entries if isinstance(entry.command, Log))


def test_each_delivery_takes_effect_once_wherever_the_server_dies(mortal: Machine) -> None:
    """What was not acknowledged is found by looking; what was is found in the inbox."""
    with mortal.serving():
        mortal.install()
        eventually(mortal.at_rest)
    text: list[Comment] = []
    deaths = 0
    for place in range(1, MOST, 1 if EVERY else MANY):
        mortal.bury()
        with mortal.serving(None, **{VARIABLE: str(place)}) as process:
            # GitHub is asked to send again what did not arrive: it may die of that, too.
            if not over(process, mortal):
                text.append(write(mortal))
                if not over(process, mortal):
                    break
            deaths += 1
    else:
        pytest.fail("it never came to its end")
    mortal.bury()
    with mortal.serving() as process:
        assert not over(process, mortal)
        eventually(lambda: len(logged(mortal)) >= len(text), "something was lost")
        assert not over(process, mortal)
    assert deaths > (MANY if EVERY else 1)
    assert logged(mortal) == sorted(comment.id for comment in text)
    assert [len(comment.reactions) for comment in text] == [1] * len(text)
    print(f"killed at {deaths} places")  # noqa: T201 - for whoever asks for all of them
