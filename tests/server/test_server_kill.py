"""A server that is killed, by SIGKILL, in a process of its own: nothing lost, nothing doubled."""

import os
import signal
from collections import Counter
from datetime import timedelta

import sqlalchemy as sa
from ports import free_port
from server.server_fixture import PATIENCE, eventually
from server.server_processes import Machine, killed, machine, shared

from bot.server.store.tables import inbox

__all__ = ["machine", "shared"]
PATH = "/repos/learner/portfolio/*"
WHOLE = 8  # issues of the small path
INTERVAL = 0.05  # seconds from one write to the next
LATE = 6


def test_killed_again_and_again(machine: Machine) -> None:
    """Between receipt and work, and twice in the middle of a sync; then it is let be."""
    with machine.serving(MILEPOST_SETTLE="60") as process:
        machine.install()
        machine.sandbox.webhooks.settle()
        received = sa.select(sa.func.count()).select_from(inbox)
        with machine.engine.connect() as connection:
            assert connection.execute(received).scalar() == 1
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
    assert machine.keys() == []
    for write in (5, 20):
        machine.world.faults.clear()
        machine.world.faults.add(
            "call", method="WRITE", path=PATH, nth=write, call=machine.kill_the_writer
        )
        with machine.serving() as process:
            assert killed(process, PATIENCE)
    with machine.serving():
        eventually(machine.at_rest)
    assert max(Counter(machine.keys()).values()) == 1
    assert len(machine.keys()) == WHOLE


def test_one_of_two_is_killed_in_the_middle_of_a_sync(shared: Machine) -> None:
    with shared.serving() as one, shared.serving(free_port()) as other:
        shared.world.faults.add(
            "call", method="WRITE", path=PATH, nth=12, call=shared.kill_the_writer
        )
        shared.install()
        eventually(lambda: shared.killed)
        assert shared.killed[0] in {one.pid, other.pid}
        eventually(shared.at_rest)
    assert max(Counter(shared.keys()).values()) == 1
    assert len(shared.keys()) == WHOLE


def test_two_workers_share_the_limits_of_an_installation(shared: Machine) -> None:
    """Of two repositories of one account, written to at once; and one of the workers is killed."""
    world = shared.world
    other = world.add_repository("learner/notes")
    shared.environ["MILEPOST_WRITE_INTERVAL"] = str(INTERVAL)
    world.commit_files(other, shared.files, "Begin")
    with shared.serving(), shared.serving(free_port()):
        world.faults.add("call", method="WRITE", path=PATH, nth=12, call=shared.kill_the_writer)
        shared.install()
        eventually(lambda: shared.killed and shared.at_rest() and len(other.issues) == WHOLE)
    writes = [entry for entry in world.journal.writes if entry.path.startswith("/repos/learner")]
    assert {entry.path.split("/")[3] for entry in writes} == {"portfolio", "notes"}
    for first in writes:
        span = timedelta(seconds=20 * INTERVAL)
        lately = [entry for entry in writes if first.at <= entry.at < first.at + span]
        # A request may be late on its way, and the next one on time.
        assert len(lately) <= 20 + LATE
