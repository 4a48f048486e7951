"""Finds webhook deliveries that GitHub could not hand over, and asks for them again.

After "Handling failed webhook deliveries" and "REST API endpoints for GitHub App webhooks": GitHub
tries once, lists every attempt, newest first, and sends again on request for three days. Attempts
of one delivery share their GUID, and one that arrived has the status OK. Losing one is never a
loss of data: the sweep only makes things quicker than the daily look at every repository.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.github.api_client import pages
from bot.github.app import AppAuth
from bot.github.errors import app_error
from bot.github.response_parser import ApiModel, items, read

REACH = timedelta(days=3)  # GitHub Enterprise Server keeps seven days; three do
ATTEMPTS = 5
PATH = "/app/hook/deliveries"
_NO_REDELIVERY = {400, 404, 422}  # it can be asked for no more


class HookDelivery(ApiModel):
    """Describe an attempt to deliver. `status` is OK or what went wrong; code 0 is no answer."""

    id: int
    guid: str
    delivered_at: AwareDatetime
    status: str
    status_code: int
    event: str

    @property
    def arrived(self) -> bool:
        """Return whether we confirmed that we have it."""
        return self.status == "OK" or 200 <= self.status_code < 300


class Missed(NamedTuple):
    """Plan a sweep: ids of attempts to repeat, oldest first, and how it came to them."""

    again: tuple[int, ...]
    arrived: int
    given_up: int


class Swept(NamedTuple):
    """Count what a sweep did. `requested` were asked for again, `refused` GitHub has no more."""

    attempts: int
    arrived: int
    requested: int
    refused: int
    given_up: int


def missed(deliveries: Iterable[HookDelivery]) -> Missed:
    """Return the newest attempt of each delivery that never arrived, for attempts in any order.

    One that was tried `ATTEMPTS` times is given up: something about it will not do.
    """
    found: dict[str, list[HookDelivery]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.guid, []).append(delivery)
    lost = [tries for tries in found.values() if not any(one.arrived for one in tries)]
    # GitHub may list one attempt on two pages, when new ones come in between.
    hopeful = [tries for tries in lost if len({one.id for one in tries}) < ATTEMPTS]
    newest = (max(tries, key=lambda one: (one.delivered_at, one.id)) for tries in hopeful)
    return Missed(
        again=tuple(sorted(one.id for one in newest)),
        arrived=len(found) - len(lost),
        given_up=len(lost) - len(hopeful),
    )


def sweep(auth: AppAuth, *, now: datetime, reach: timedelta = REACH) -> Swept:
    """Ask once for each delivery since `now - reach` that never arrived.

    A busy App may look less far back than three days, so long as it reaches over several sweeps.
    Raises what `AppAuth.as_app` raises; what was asked for until then stays asked for.
    """
    since = now - min(reach, REACH)
    deliveries = [one for one in listed(auth, since) if one.delivered_at >= since]
    plan = missed(deliveries)
    taken = sum(_redeliver(auth, number) for number in plan.again)
    return Swept(
        attempts=len(deliveries),
        arrived=plan.arrived,
        requested=taken,
        refused=len(plan.again) - taken,
        given_up=plan.given_up,
    )


def listed(auth: AppAuth, since: datetime) -> Iterator[HookDelivery]:
    """Yield attempts from the newest back to the page with one older than `since` (aware)."""
    for answer in pages(lambda query: auth.as_app(PATH, query), PATH):
        found = [read(HookDelivery, item, PATH) for item in items(answer.json(), PATH)]
        yield from found
        if not found or found[-1].delivered_at < since:
            return


def _redeliver(auth: AppAuth, number: int) -> bool:
    """Return whether GitHub took the request; it sends a little later."""
    answer = auth.signed("POST", f"{PATH}/{number}/attempts")
    if answer.status in _NO_REDELIVERY:
        return False
    if answer.status >= 400:
        raise app_error(answer, auth.issuer)
    return True
