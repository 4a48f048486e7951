"""Answers load balancers and orchestrators: whether the process lives, and whether it can work.

What is found out is found out in a thread of its own and kept: the endpoints run in the event loop,
take no lock and wait for nothing, so neither pages nor deliveries nor the database delay them.
"""

import logging
import threading
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

LIVENESS = "/healthz"
READINESS = "/readyz"
METRICS = "/metrics"
INTERVAL = 5.0  # seconds between two checks
MAX_AGE = 20.0  # seconds after which a check that has not come back counts as failed


class HealthMonitor:
    """Calls `check` again and again, which returns why the process cannot work, or ""."""

    def __init__(
        self,
        check: Callable[[], str],
        *,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._check = check
        self._interval = interval
        self._clock = clock
        self._result = "it has not started", clock()  # replaced whole: readers need no lock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    @property
    def ready(self) -> bool:
        """Return whether the last check found nothing wrong, and is not too old."""
        problem, at = self._result
        return not problem and self._clock() - at < MAX_AGE

    def start(self) -> None:
        """Check once, and from then on in the background."""
        self.check()
        self._thread.start()

    def stop(self) -> None:
        """Check no more. A check that hangs is left to itself after a while."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(INTERVAL)

    def check(self) -> None:
        """Check now, and log when the result is another than before."""
        try:
            problem = self._check()
        except Exception as broken:
            log.exception("internal error")
            problem = type(broken).__name__
        if problem != self._result[0]:
            log.log(logging.WARNING if problem else logging.INFO, problem or "ready")
        self._result = problem, self._clock()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self.check()


def live(_: Request) -> Response:
    """Answer while the process lives."""
    return JSONResponse({"status": "ok"})


def readiness(monitor: HealthMonitor) -> Callable[[Request], Response]:
    """Return the endpoint that answers 200 while the process can work, else 503."""

    def ready(_: Request) -> Response:
        good = monitor.ready
        return JSONResponse({"status": "ok" if good else "not ready"}, 200 if good else 503)

    return ready


def in_event_loop(respond: Callable[[Request], Response]) -> ASGIApp:
    """Return the application that answers GET and HEAD at once, past threads and all layers."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        wrong = Response(status_code=405, headers={"Allow": "GET, HEAD"})
        is_read = scope["method"] in {"GET", "HEAD"}
        await (respond(Request(scope)) if is_read else wrong)(scope, receive, send)

    return answer
