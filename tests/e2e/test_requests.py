"""How many requests a run may cost. `make bench` counts the same on the whole built-in path."""

from cli.terminal import Terminal
from planning.paths import LONG

# Four lists, again for the dashboard's links; who writes; the pin, the dashboard, the ledger and a
# look before it.
OVERHEAD = 13
MARGIN = 1.05
IDLE = 5


def test_a_first_apply_costs_little_more_than_a_request_for_each_object(terminal: Terminal) -> None:
    terminal.follow(LONG)
    assert terminal("apply", "--yes").code == 0
    world = terminal.sandbox.world
    made = world.repository()
    relations = sum(issue.parent is not None for issue in made.issues.values())
    objects = len(made.labels) + len(made.milestones) + len(made.issues) + relations
    assert objects > 20
    assert len(world.journal.entries) <= MARGIN * (objects + OVERHEAD)


def test_nothing_to_do_costs_a_handful_of_conditional_requests(terminal: Terminal) -> None:
    terminal.follow(LONG)
    terminal("apply", "--yes")
    terminal("plan")
    journal = terminal.sandbox.world.journal
    journal.forget()
    assert terminal("apply", "--yes").code == 0
    assert 0 < len(journal.entries) <= IDLE
    assert all(entry.conditional and entry.status == 304 for entry in journal.entries)


def test_a_learners_edit_costs_one_list_read_again(terminal: Terminal) -> None:
    terminal.follow(LONG)
    terminal("apply", "--yes")
    terminal("plan")
    terminal.github("PATCH", f"/issues/{terminal.issue('a1')['number']}", title="mine")
    journal = terminal.sandbox.world.journal
    journal.forget()
    terminal("plan")
    assert sorted(entry.status for entry in journal.entries) == [200, 304, 304, 304]
