"""Writes deliveries by group commit: those that come during a transaction share the next one."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.server.store.rows import WebhookDelivery

log = logging.getLogger(__name__)
GROUP_SIZE = 500  # deliveries in one transaction

Write = Callable[[list[WebhookDelivery]], object]
OnWritten = Callable[[list[WebhookDelivery]], object]


class DeliveryWriter:
    """Gives groups of deliveries to `write`, which runs in a thread and stores them.

    It belongs to one event loop, in which `on_written` gets stored deliveries. An error of `write`
    is raised for each delivery of the group.
    """

    def __init__(self, write: Write, on_written: OnWritten = lambda _deliveries: None) -> None:
        self._write_group = write
        self._on_written = on_written
        self._waiting: list[tuple[WebhookDelivery, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def receive(self, delivery: WebhookDelivery) -> None:
        """Return when the delivery is stored."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await written

    async def close(self) -> None:
        """Wait until all deliveries are stored."""
        if self._writer is not None:
            await self._writer
        self._thread.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP_SIZE], self._waiting[GROUP_SIZE:]
            deliveries = [one for one, _ in group]
            try:
                await loop.run_in_executor(self._thread, self._write_group, deliveries)
            except Exception as broken:
                log.exception("deliveries not written")
                for _, written in group:
                    if not written.done():
                        written.set_exception(broken)
            else:
                for _, written in group:
                    if not written.done():
                        written.set_result(None)
                self._on_written(deliveries)
        self._writer = None
