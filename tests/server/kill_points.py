"""In the process of a server that is to die: SIGKILL at the n-th place where it waits.

Such a place is where work leaves the process, or comes back: before and after each statement that
writes to the database, each commit, each request to GitHub, each job that is put into a queue,
taken from it or done with, and each part of the answer to a delivery. Heartbeats are left out: how
many there are is a matter of time. Counting begins with the first delivery that is brought.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

Asgi = Callable[[Any, Any, Any], Awaitable[None]]
VARIABLE = "MILEPOST_TEST_DIES_AT"


class KillPoints:
    """Counts, and ends the process when it is there."""

    def __init__(self, last: int) -> None:
        self._left = last
        self._armed = False

    def reach(self, *_: object, **__: object) -> None:
        """One more place."""
        if self._armed:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, app: Asgi) -> Asgi:
        """The server, with all its places seen."""
        import httpx2
        from procrastinate.manager import JobManager

        from bot.server.store import inbox

        sa.event.listen(Engine, "before_cursor_execute", self._statement)
        sa.event.listen(Engine, "after_cursor_execute", self._statement)
        sa.event.listen(Engine, "commit", self.reach)
        for backend in ("into_sqlite", "into_postgresql"):  # past SQLAlchemy
            self._around(inbox, backend)
        for handle in ("batch_defer_jobs_async", "fetch_job", "finish_job_by_id_async"):
            self._around_job(JobManager, handle)
        self._around(httpx2.HTTPTransport, "handle_request")

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["method"] != "POST":
                await app(scope, receive, send)
                return
            self._armed = True

            async def received() -> Any:
                self.reach()
                return await receive()

            async def reported(message: Any) -> None:
                self.reach()
                await send(message)
                self.reach()

            await app(scope, received, reported)

        return watched

    def _statement(self, *text: Any) -> None:
        if text[2].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "WITH")):
            self.reach()

    def _around(self, owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def counted(*given: Any, **named: Any) -> Any:
            self.reach()
            answer = real(*given, **named)
            self.reach()
            return answer

        setattr(owner, name, counted)

    def _around_job(self, owner: Any, name: str) -> None:
        """As `_around`, of a coroutine. To find no job is no place: it is tried ever again."""
        real = getattr(owner, name)

        async def counted(*given: Any, **named: Any) -> Any:
            if name != "fetch_job":
                self.reach()
            answer = await real(*given, **named)
            if name != "fetch_job" or answer is not None:
                self.reach()
            return answer

        setattr(owner, name, counted)


def with_kill_points(app: Asgi) -> Asgi:
    """The server as it is, unless the environment says that it dies."""
    last = int(os.environ.get(VARIABLE, "0"))
    return KillPoints(last).watch(app) if last else app
