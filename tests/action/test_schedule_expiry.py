"""When GitHub stops the schedule: what an event tells of the last push, and where that ends up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from action.action_runner import NOW, ActionRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.action.context import last_push

PUSHED = datetime(2026, 1, 5, 10, tzinfo=UTC)
REPORTED = "2026-01-05T10:00:00Z"


def home(*, private: object = False, pushed_at: object = REPORTED) -> dict[str, Any]:
    return {"repository": {"private": private, "pushed_at": pushed_at}}


@pytest.mark.parametrize(
    ("payload", "when"),
    [
        (home(), PUSHED),
        (home(pushed_at=int(PUSHED.timestamp())), PUSHED),
        (home(pushed_at="2026-01-05T12:00:00+02:00"), PUSHED),
        (home(private=True), None),
        (home(private=None), None),
        (home(pushed_at=None), None),
        (home(pushed_at="lately"), None),
        (home(pushed_at=10**30), None),
        ({"schedule": "6 7 * * *"}, None),
        ({}, None),
    ],
)
def test_what_an_event_tells(payload: dict[str, Any], when: datetime | None) -> None:
    assert last_push(payload) == when


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(pushed_at=ANYTHING | st.datetimes().map(str), repository=ANYTHING)
def test_no_payload_is_too_odd(pushed_at: object, repository: object) -> None:
    last_push({"repository": repository})
    found = last_push(home(pushed_at=pushed_at))
    assert found is None or found.utcoffset() == timedelta(0)


def dashboard(stage: ActionRunner) -> str:
    return str(stage.terminal.issue("Your path")["body"]).replace("\N{NO-BREAK SPACE}", " ")


def test_the_dashboard_says_the_day_and_asks_for_nothing_more(stage: ActionRunner) -> None:
    stage.follow()
    payload = stage.event()
    payload["repository"] |= {"private": False, "pushed_at": REPORTED}
    stage.run("workflow_dispatch", payload)
    assert (
        "GitHub stops the daily run on 6 Mar 2026 unless you push something before then"
        in dashboard(stage)
    )
    journal = stage.sandbox.world.journal
    before = len(journal.entries)
    assert stage.run("schedule", payload).outputs["changes"] == "0"
    assert len(journal.entries) - before <= 6  # settings, curriculum, three lists, comments
    assert stage.run("schedule", payload, now=NOW + timedelta(days=70)).code == 0
    assert "GitHub may have stopped the daily run on 6 Mar 2026, as nothing" in dashboard(stage)
    payload["repository"]["private"] = True
    stage.run("schedule", payload, now=NOW + timedelta(days=70))
    assert "daily run" not in dashboard(stage)
