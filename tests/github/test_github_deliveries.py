"""The sweep for webhook deliveries that never arrived: what it picks, and what it asks GitHub."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from timeline import Timeline

from bot.github import deliveries
from bot.github.answer import UnreadableAnswerError
from bot.github.app import AppAuth
from bot.github.deliveries import HookDelivery, Missed, missed, sweep
from bot.github.errors import AppRefusedError
from bot.github.retry import WaitPolicy
from github_sandbox import InstalledApp, WebhookInbox
from github_sandbox.state import apps, labels
from github_sandbox.state.hooks import Delivery as Sent
from github_sandbox.world import World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = apps.key_pair()[0]
pytestmark = pytest.mark.httpx2(base_url="https://api.github.com")


def attempt(
    number: int, guid: str = "a", status: str = "OK", minutes: int | None = None
) -> HookDelivery:
    """One attempt; without `minutes` it is as late as its number says."""
    return HookDelivery(
        id=number,
        guid=guid,
        delivered_at=NOON + timedelta(minutes=number if minutes is None else minutes),
        status=status,
        status_code=202 if status == "OK" else 502,
        event="issues",
    )


class TestSelection:
    def test_nothing_is_missed_when_all_arrived(self) -> None:
        assert missed([]) == Missed((), 0, 0)
        assert missed([attempt(1), attempt(2, "b")]) == Missed((), 2, 0)

    def test_an_attempt_that_arrived_stands_for_all_of_its_guid(self) -> None:
        tries = [attempt(1, status="timed out"), attempt(2), attempt(3, status="timed out")]
        assert missed(tries) == Missed((), 1, 0)

    def test_the_newest_attempt_of_what_never_arrived_is_repeated(self) -> None:
        tries = [attempt(n, "a", "failed to connect to host") for n in (4, 1, 2)]
        assert missed([*tries, attempt(3, "b"), attempt(5, "c", "x")]).again == (4, 5)

    def test_what_was_tried_often_is_given_up(self) -> None:
        tries = [attempt(n, status="Invalid HTTP Response: 400") for n in range(5)]
        assert missed(tries) == Missed((), 0, given_up=1)
        assert missed(tries[:4]).again == (3,)
        assert missed([*tries[:4], tries[3]]).again == (3,), "listed twice is tried once"

    @pytest.mark.parametrize(("code", "arrived"), [(202, True), (204, True), (302, False)])
    def test_a_yes_is_a_yes_in_whatever_words(self, code: int, arrived: bool) -> None:
        one = attempt(1, status="Accepted").model_copy(update={"status_code": code})
        assert one.arrived is arrived

    @given(
        st.lists(
            st.builds(
                attempt,
                st.integers(1, 40),
                st.sampled_from("abcdef"),
                st.sampled_from(["OK", "timed out"]),
                st.integers(0, 9),
            ),
            unique_by=lambda one: one.id,
        ),
        st.randoms(use_true_random=False),
    )
    def test_its_laws(self, tries: list[HookDelivery], random: Random) -> None:
        plan = missed(tries)
        shuffled = [*tries, *tries[:3]]
        random.shuffle(shuffled)
        assert missed(shuffled) == plan
        by_id = {one.id: one for one in tries}
        repeated = [by_id[number].guid for number in plan.again]
        arrived = {one.guid for one in tries if one.status == "OK"}
        assert len(set(repeated)) == len(repeated)
        assert not arrived & set(repeated)
        assert len(arrived) == plan.arrived
        assert len(repeated) + plan.arrived + plan.given_up == len({one.guid for one in tries})
        for number in plan.again:
            of_it = [one for one in tries if one.guid == by_id[number].guid]
            assert by_id[number].delivered_at == max(one.delivered_at for one in of_it)


@pytest.fixture
def auth(sandbox_app: InstalledApp, timeline: Timeline) -> Iterator[AppAuth]:
    made = AppAuth(
        sandbox_app.app.client_id,
        SecretStr(sandbox_app.app.private_key),
        api_url=sandbox_app.sandbox.api_url,
        policy=WaitPolicy(timeline.clock, timeline.sleep, max_wait=60),
    )
    yield made
    made.close()


def make_label(world: World, name: str) -> None:
    with world.lock:
        labels.create(world, world.actor(), world.repository(), {"name": name, "color": "aabbcc"})


def guids(inbox: WebhookInbox) -> list[str]:
    """GUIDs as they arrived, of labels only."""
    return [
        one.headers["x-github-delivery"]
        for one in inbox.received
        if one.headers["x-github-event"] == "label"
    ]


class TestSweep:
    def test_what_did_not_arrive_comes_again_once(
        self,
        auth: AppAuth,
        sandbox_app: InstalledApp,
        webhook_inbox: WebhookInbox,
        timeline: Timeline,
    ) -> None:
        sandbox = sandbox_app.sandbox
        make_label(sandbox.world, "well")
        sandbox.webhooks.settle()
        webhook_inbox.status = 500
        make_label(sandbox.world, "lost")
        sandbox.webhooks.settle()
        webhook_inbox.status = 202

        done = sweep(auth, now=timeline.clock())
        sandbox.webhooks.settle()
        again = sweep(auth, now=timeline.clock())

        assert (done.requested, done.refused, done.given_up) == (1, 0, 0)
        first, lost, repeated = guids(webhook_inbox)
        assert first != lost == repeated
        assert (again.requested, again.arrived) == (0, done.arrived + 1)

    def test_an_unreachable_server_is_caught_up_with(
        self,
        auth: AppAuth,
        sandbox_app: InstalledApp,
        webhook_inbox: WebhookInbox,
        timeline: Timeline,
    ) -> None:
        sandbox, hook = sandbox_app.sandbox, sandbox_app.app.hook
        assert hook is not None
        sandbox.webhooks.settle()
        hook.url = "http://127.0.0.1:1/hooks"
        for name in ("one", "two", "three"):
            make_label(sandbox.world, name)
        sandbox.webhooks.settle()
        hook.url = webhook_inbox.url

        assert sweep(auth, now=timeline.clock()).requested == 3
        sandbox.webhooks.settle()
        assert len(set(guids(webhook_inbox))) == 3

    def test_it_ends_with_what_never_will(
        self,
        auth: AppAuth,
        sandbox_app: InstalledApp,
        webhook_inbox: WebhookInbox,
        timeline: Timeline,
    ) -> None:
        sandbox = sandbox_app.sandbox
        sandbox.webhooks.settle()
        webhook_inbox.status = 400
        make_label(sandbox.world, "odd")
        requested = []
        for _ in range(6):
            sandbox.webhooks.settle()
            timeline.sleep(3600)
            requested.append(sweep(auth, now=timeline.clock()))
        assert [one.requested for one in requested] == [1, 1, 1, 1, 0, 0]
        assert requested[-1].given_up == 1
        assert len(guids(webhook_inbox)) == deliveries.ATTEMPTS

    def test_long_lists_are_read_back_to_three_days_and_no_further(
        self, auth: AppAuth, sandbox_app: InstalledApp, timeline: Timeline
    ) -> None:
        world, hook = sandbox_app.sandbox.world, sandbox_app.app.hook
        assert hook is not None
        sandbox_app.sandbox.webhooks.settle()
        fill(world, sandbox_app, 250, "timed out")
        timeline.sleep(timedelta(days=3, minutes=1).total_seconds())
        fill(world, sandbox_app, 130, "OK")
        world.journal.forget()

        done = sweep(auth, now=timeline.clock())

        assert (done.attempts, done.arrived, done.requested) == (130, 130, 0)
        assert len(world.journal.entries) == 2
        world.journal.forget()
        assert sweep(auth, now=timeline.clock(), reach=timedelta(days=9)).attempts == 130
        world.journal.forget()

    def test_a_shorter_reach_looks_less_far(
        self, auth: AppAuth, sandbox_app: InstalledApp, timeline: Timeline
    ) -> None:
        sandbox_app.sandbox.webhooks.settle()
        fill(sandbox_app.sandbox.world, sandbox_app, 2, "timed out")
        timeline.sleep(7200)
        hour = timedelta(hours=1)
        assert sweep(auth, now=timeline.clock(), reach=hour).attempts == 0
        assert sweep(auth, now=timeline.clock()).requested == 2

    def test_another_key_is_told(self, sandbox_app: InstalledApp, timeline: Timeline) -> None:
        other = AppAuth("Iv1.other", SecretStr(KEY), api_url=sandbox_app.sandbox.api_url)
        with pytest.raises(AppRefusedError):
            sweep(other, now=timeline.clock())
        other.close()


def fill(world: World, app: InstalledApp, count: int, status: str) -> None:
    """So many deliveries of now that nobody really sent."""
    assert app.app.hook is not None
    with world.lock:
        for _ in range(count):
            number = world.next_id("delivery")
            sent = Sent(
                number, f"g{number}", app.app.hook, "label", "created", {}, world.clock.now()
            )
            sent.status, sent.status_code = status, 202 if status == "OK" else 504
            world.deliveries.append(sent)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_github_has_no_more_is_counted(httpx2_mock: respx.Router, status: int) -> None:
    lost = [attempt(n, f"g{n}", "timed out").model_dump(mode="json") for n in range(3)]
    httpx2_mock.get("/app/hook/deliveries").respond(json=lost)
    for n in range(3):
        removed = {"message": "Delivery not found"}
        httpx2_mock.post(f"/app/hook/deliveries/{n}/attempts").respond(status, json=removed)
    done = sweep(AppAuth("x", SecretStr(KEY)), now=NOON + timedelta(hours=1))
    assert (done.requested, done.refused) == (0, 3)


def test_a_refusal_of_the_app_ends_the_sweep(httpx2_mock: respx.Router) -> None:
    lost = [attempt(n, f"g{n}", "timed out").model_dump(mode="json") for n in (1, 2)]
    httpx2_mock.get("/app/hook/deliveries").respond(json=lost)
    refused = httpx2_mock.post(path__regex=r"/app/hook/deliveries/\d/attempts").respond(
        401, json={}
    )
    with pytest.raises(AppRefusedError):
        sweep(AppAuth("x", SecretStr(KEY)), now=NOON + timedelta(hours=1))
    assert refused.call_count == 1


@pytest.mark.parametrize("listed", [{}, [{"id": 1}], [7]])
def test_what_is_no_list_of_deliveries_is_told(httpx2_mock: respx.Router, listed: Any) -> None:
    httpx2_mock.get("/app/hook/deliveries").respond(json=listed)
    with pytest.raises(UnreadableAnswerError):
        sweep(AppAuth("x", SecretStr(KEY)), now=NOON)
