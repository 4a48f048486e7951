"""The law of an upgrade: a path that an earlier program began goes on as if nothing had happened.

The recordings hold what the earlier program read out of each repository; this one must read the
same. `EDITS` is the only number that a new version may change, and says so by changing it.
"""

import pytest
from upgrade.scenario import CLOSED, NAMES, Scenario, reported

from bot.planning.labels import key_in

EDITS = {
    "all-ahead": 105,
    "built-in-by-the-action": 62,
    "finished": 23,
    "guide-by-the-app": 34,
    "option-switched": 37,
}
"""Edits of texts by the first sync. This version reworded every sentence, so each issue, milestone,
label and file with one of ours is edited once, in place, which notifies nobody."""

DEFINED_ANEW = ("done_hours", "total_hours", "streak")
"""Numbers of the status page with another meaning by now: where few tasks state hours, tasks are
counted, and a streak ends with the path."""


def test_each_kind_of_path_is_recorded() -> None:
    assert NAMES == (
        "all-ahead",
        "built-in-by-the-action",
        "finished",
        "guide-by-the-app",
        "option-switched",
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_first_sync_changes_nothing_and_the_second_writes_nothing(name: str) -> None:
    path = Scenario(name)
    seen, ticks, keys = path.visible(), path.ticks(), path.keys()
    first = path.sync()
    assert (first.created, first.closed) == ((), CLOSED.get(name, ()))
    assert len(set(first.edited)) == len(first.edited) <= EDITS[name]
    assert path.keys() == keys
    # A next step gets a tick once the work that it stands for is done; none is taken away.
    assert ticks.items() <= path.ticks().items()
    for number, issue in path.visible().items():
        before = seen[number] if EDITS[name] == 0 else seen[number] | {"body": issue["body"]}
        if f"#{number} {issue['title']}" in first.closed:
            before |= {"state": ("closed", "completed")}
        assert issue == before
    assert path.sync().writes == ()


@pytest.mark.parametrize("name", NAMES)
def test_only_what_the_learner_changed_is_drift(name: str) -> None:
    path = Scenario(name)
    assert path.sync().drift == tuple((key, field) for key, field in path.recording["drift"])


@pytest.mark.parametrize("name", NAMES)
def test_all_that_the_learner_did_and_said_is_still_read(name: str) -> None:
    path = Scenario(name)
    now = reported(path.sync().view)
    then = {what: path.reported[what] for what in now}
    now["status"] = {field: now["status"][field] for field in then["status"]}
    for field in DEFINED_ANEW:
        del now["status"][field], then["status"][field]
    now["status"], then["status"] = _rounded(now["status"]), _rounded(then["status"])
    assert now == then


@pytest.mark.parametrize("name", NAMES)
def test_what_was_removed_or_renamed_stays_so_for_weeks(name: str) -> None:
    path = Scenario(name)
    before = path.keys()
    made = len(path.issues())
    for _ in range(3):
        path.later(weeks=1)
        path.sync()
    keys = path.keys()
    assert len(keys) == len(set(keys))
    assert set(before) <= set(keys)
    assert not set(path.reported["deleted"]) & set(keys)
    for number, title in path.reported["titles"].items():
        assert path.issues()[int(number)].title == title
    labels = {key_in(x.description or ""): x.name for x in path.home.labels.values()}
    assert path.reported["labels"].items() <= labels.items()
    assert not set(path.reported["removed_labels"]) & set(labels)
    # The window moves on, so issues may be added; none that was there is made once more.
    assert len(path.issues()) - made == len(keys) - len(before)
    assert path.sync().writes == ()


def _rounded(page: dict[str, object]) -> dict[str, object]:
    return {name: round(v, 6) if isinstance(v, float) else v for name, v in page.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_gets_its_new_form_with_the_next_change_and_nothing_is_written_for_it(
    name: str,
) -> None:
    path = Scenario(name)
    old = ledger_of(path)
    assert old.startswith('{"v":1,')
    path.sync()
    assert EDITS[name] or ledger_of(path) == old
    path.later(weeks=1)
    path.sync()
    new = ledger_of(path)
    assert new == old or new.startswith('{"v":2,')
    assert path.sync().writes == ()
    assert ledger_of(path) == new
    assert len(new) <= len(old)


def ledger_of(path: Scenario) -> str:
    """The JSON of the ledger; fails when there is not one."""
    bodies = [issue.body or "" for issue in path.home.issues.values()]
    [found] = [body.split("milepost:ledger ")[1] for body in bodies if "milepost:ledger " in body]
    return found
