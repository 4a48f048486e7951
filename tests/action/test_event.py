"""From an event to an activity: a table, and laws over payloads of any kind."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pseudo_language import pseudo_language

from bot.action.event import OURS, requested_activity
from bot.action.inputs import ActionCommand, Inputs
from bot.planning.marker import Marker, wrap

HOME = {"default_branch": "main", "fork": False, "is_template": False}
LEARNER = {"login": "learner", "type": "User"}
ROBOT = {"login": "robot[bot]", "type": "Bot"}
APP = {"login": "milepost[bot]", "type": "Bot"}
MARKED = wrap("A task", Marker(key="task:m01-a", title="", body=""))
EVENTS = [
    *("issues", "issue_comment", "milestone", "label", "schedule", "workflow_dispatch", "push"),
    *("pull_request", "repository_dispatch", "release"),
]


def came(action: str | None = None, **more: Any) -> dict[str, Any]:
    """A payload: the learner did something in their own repository."""
    return {"repository": HOME, "sender": LEARNER} | ({"action": action} if action else {}) | more


def pushed(*files: str, ref: str = "refs/heads/main", **more: Any) -> dict[str, Any]:
    """A push of one commit that changed these files."""
    commit = {"added": [], "modified": list(files), "removed": []}
    return came(ref=ref, commits=[commit], **more)


def pull(base: str = "main") -> dict[str, Any]:
    return {"number": 7, "base": {"ref": base}}


OUR_TASK = {"body": MARKED, "user": APP}
ON_PULL = {"body": "", "user": LEARNER, "pull_request": {"url": "..."}}

TABLE: list[tuple[str, dict[str, Any], str | None]] = [
    ("issues", came("closed", issue=OUR_TASK), "sync"),
    ("issues", came("edited", issue=OUR_TASK), "sync"),
    ("issues", came("opened", issue={"body": "Mine", "user": LEARNER}), "sync"),
    ("issues", came("closed", issue=OUR_TASK, sender=ROBOT), "sync"),
    ("issues", came("closed", issue=OUR_TASK, sender=APP), None),
    ("issues", came("opened", issue=OUR_TASK, sender=APP), None),
    ("issues", came("opened", issue={"body": MARKED, "user": LEARNER}), None),
    ("issues", came("labeled", issue=OUR_TASK, sender={"login": OURS, "type": "Bot"}), None),
    ("issues", came("assigned", issue=OUR_TASK), None),
    ("issues", came("closed", issue={"body": "", "pull_request": {}}), "sync"),
    ("issues", came("closed", issue={"body": "", "pull_request": {"url": "..."}}), None),
    ("issue_comment", came("created", issue=ON_PULL, comment={"body": "Well.\n/done"}), "sync"),
    ("issue_comment", came("created", issue=ON_PULL, comment={"body": "/retest"}), None),
    ("issue_comment", came("created", issue=ON_PULL, comment={"body": "/skip"}), None),
    ("issue_comment", came("created", issue=ON_PULL, comment={"body": "Well done."}), None),
    ("issue_comment", came("created", issue=ON_PULL, comment={"body": 7}), None),
    ("issue_comment", came("created", issue=OUR_TASK, comment={"body": "/done"}), "sync"),
    ("issue_comment", came("edited", issue=OUR_TASK, comment={"body": None}), "sync"),
    ("issue_comment", came("created", issue=OUR_TASK, comment={"body": MARKED}), None),
    (
        "issue_comment",
        came("created", issue=OUR_TASK, comment={"body": "Hello", "user": ROBOT}, sender=ROBOT),
        "sync",
    ),
    ("milestone", came("closed", milestone={"description": MARKED}), "sync"),
    ("milestone", came("created", milestone={"description": MARKED, "creator": APP}), None),
    (
        "milestone",
        came("edited", milestone={"description": MARKED, "creator": APP}, sender=APP),
        None,
    ),
    ("label", came("edited", label={"name": "skill: python", "description": None}), "sync"),
    ("schedule", {"schedule": "17 7 * * *"}, "sync"),
    ("workflow_dispatch", came(inputs={}), "sync"),
    ("repository_dispatch", came("milepost"), "sync"),
    ("push", pushed("README.md", "guide.md"), "sync"),
    ("push", pushed(".github/milepost.yml"), "sync"),
    ("push", pushed("src/a.py"), None),
    ("push", pushed("guide.md", ref="refs/heads/idea"), None),
    ("push", pushed("src/a.py", forced=True), "sync"),
    ("push", came(ref="refs/heads/main", commits=[{"id": "1f"}]), "sync"),
    ("push", came(ref="refs/heads/main", commits=[]), "sync"),
    ("pull_request", came("opened", pull_request=pull()), "plan"),
    ("pull_request", came("synchronize", pull_request=pull()), "plan"),
    ("pull_request", came("closed", pull_request=pull()), None),
    ("pull_request", came("opened", pull_request=pull("other")), None),
    ("pull_request_target", came("opened", pull_request=pull()), None),
    ("release", came("published"), "sync"),
]


@pytest.mark.parametrize(("event", "payload", "expected"), TABLE)
def test_what_an_event_asks_for(event: str, payload: dict[str, Any], expected: str | None) -> None:
    found = requested_activity(event, payload, Inputs())
    assert found.what == expected
    assert found.why.endswith(".")
    assert found.pull == (7 if expected == "plan" else None)


def test_why_is_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    with pseudo_language(monkeypatch):
        for event, payload, _ in TABLE:
            assert requested_activity(event, payload, Inputs()).why.startswith("⟦")


def test_a_push_is_held_against_the_guide_that_the_settings_name() -> None:
    assert requested_activity("push", pushed("notes.md"), Inputs(), "guide.md").what is None
    assert (
        requested_activity("push", pushed("guide.md"), Inputs(), "guide.md").what
        is ActionCommand.SYNC
    )
    other = Inputs(config="path/settings.yml")
    assert (
        requested_activity("push", pushed("path/settings.yml"), other, "guide.md").what
        is ActionCommand.SYNC
    )
    assert (
        requested_activity("push", pushed(".github/milepost.yml"), other, "guide.md").what is None
    )


@pytest.mark.parametrize("copy", ["fork", "is_template"])
@pytest.mark.parametrize("event", EVENTS)
def test_a_copy_of_a_repository_waits_until_it_is_asked(event: str, copy: str) -> None:
    payload = came("opened", pull_request=pull(), repository=HOME | {copy: True})
    requested = event in {"workflow_dispatch", "repository_dispatch"}
    found = requested_activity(event, payload | {"ref": "refs/heads/main"}, Inputs())
    assert (found.what is not None, found.only_if_started) == (True, not requested)


@pytest.mark.parametrize("command", [c for c in ActionCommand if c is not ActionCommand.AUTO])
def test_a_command_is_obeyed_whatever_came(command: ActionCommand) -> None:
    for event in EVENTS:
        found = requested_activity(
            event, came("assigned", pull_request=pull()), Inputs(command=command)
        )
        assert found.what is command
        assert (found.pull is not None) == (
            event == "pull_request" and command is ActionCommand.PLAN
        )


@pytest.mark.parametrize("command", list(ActionCommand))
def test_no_command_makes_us_answer_ourselves(command: ActionCommand) -> None:
    payload = came("edited", issue=OUR_TASK, sender=APP)
    for event in ("issues", "issue_comment"):
        assert requested_activity(event, payload, Inputs(command=command)).what is None


KEYS = (
    *("action", "sender", "login", "type", "issue", "comment", "body", "user", "creator", "number"),
    *("milestone", "description", "repository", "default_branch", "fork", "ref", "commits", "base"),
    *("added", "modified", "removed", "forced", "pull_request"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(MARKED),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(EVENTS) | st.text(max_size=10),
    json_values.filter(lambda value: isinstance(value, dict)),
    st.sampled_from(ActionCommand),
)
def test_no_payload_upsets_it(event: str, payload: dict[str, Any], command: ActionCommand) -> None:
    found = requested_activity(event, payload, Inputs(command=command))
    assert found.what is not ActionCommand.AUTO
    assert found.why
    assert found.pull is None or (event, found.what) == ("pull_request", ActionCommand.PLAN)
