"""Group commit: deliveries that come while one transaction is written share the next one."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.server.store.rows import Delivery

log = logging.getLogger(__name__)
MOST = 500  # deliveries in one transaction

Keep = Callable[[list[Delivery]], object]
Tell = Callable[[list[Delivery]], object]


class Receiver:
    """Hands deliveries to `keep`, which runs in a thread and returns when they are safe.

    Belongs to one event loop, which `tell` is called in with those that are safe. When `keep`
    raises, each delivery of that group does.
    """

    def __init__(self, keep: Keep, tell: Tell = lambda _kept: None) -> None:
        self._keep = keep
        self._tell = tell
        self._waiting: list[tuple[Delivery, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def receive(self, delivery: Delivery) -> None:
        """Return when it is safe."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, kept))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await kept

    async def close(self) -> None:
        """Wait until all that came is safe."""
        if self._writer is not None:
            await self._writer
        self._thread.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            deliveries = [one for one, _ in group]
            try:
                await loop.run_in_executor(self._thread, self._keep, deliveries)
            except Exception as broken:
                log.exception("deliveries could not be kept")
                for _, kept in group:
                    if not kept.done():
                        kept.set_exception(broken)
            else:
                for _, kept in group:
                    if not kept.done():
                        kept.set_result(None)
                self._tell(deliveries)
        self._writer = None
