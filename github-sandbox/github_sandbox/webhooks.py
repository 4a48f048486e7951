"""Sends webhooks in the background, signed as GitHub signs them, and writes down what came back.

One thread sends one delivery after another. What may go wrong on the way (held back, lost, sent
twice, out of order) is set in `world.webhook_faults` or asked for here.
"""

import hashlib
import hmac
import json
import queue
import threading
import time
import uuid
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Literal
from urllib.parse import urlsplit

from github_sandbox.api.shapes import Shapes
from github_sandbox.api.webhook_shapes import payload
from github_sandbox.state.events import Event
from github_sandbox.state.hooks import Delivery, receivers
from github_sandbox.world import World

PATIENCE = 10.0  # seconds GitHub waits for an answer


class Webhooks:
    """The sender of one world. `close` ends its thread."""

    def __init__(self, world: World, web: str) -> None:
        self.world = world
        self.web = web
        self._held: list[Delivery] = []
        self._queue: queue.Queue[Delivery | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        world.listeners.append(self._on_event)
        world.redeliverers.append(self.redeliver)

    def close(self) -> None:
        """Stop listening and end the thread after the delivery it is at."""
        self.world.listeners.remove(self._on_event)
        self.world.redeliverers.remove(self.redeliver)
        if self._thread:
            self._queue.put(None)
            self._thread.join(PATIENCE)

    def redeliver(self, delivery: Delivery) -> Delivery:
        """Send again: same GUID and payload, a new entry in the list."""
        again = Delivery(
            self.world.next_id("delivery"),
            delivery.guid,
            delivery.hook,
            delivery.event,
            delivery.action,
            delivery.payload,
            self.world.clock.now(),
            delivery.installation_id,
            delivery.repository_id,
            redelivery=True,
        )
        self._enqueue(again)
        return again

    def release(self, order: Literal["sent", "reversed"] = "sent") -> int:
        """Let go what was held back; returns how many. Later events are no longer held."""
        with self.world.lock:
            self.world.webhook_faults.held = False
            known = self.world.deliveries  # a reset forgets what was held
            held, self._held = [one for one in self._held if one in known], []
        for delivery in held if order == "sent" else reversed(held):
            self._queue.put(delivery)
        return len(held)

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until nothing is on its way. Raises TimeoutError."""
        end = time.monotonic() + timeout
        with self._queue.all_tasks_done:
            while self._queue.unfinished_tasks:
                if not self._queue.all_tasks_done.wait(end - time.monotonic()):
                    raise TimeoutError("webhooks are still on their way")

    def _on_event(self, event: Event) -> None:
        world = self.world
        shapes = Shapes(world, self.web)
        for hook, through in receivers(world, event):
            number = world.next_id("delivery")
            delivery = Delivery(
                number,
                str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.web}/deliveries/{number}")),
                hook,
                event.name,
                event.action,
                payload(shapes, event, through),
                world.clock.now(),
                through.id if through else None,
                event.repository.id if event.repository else None,
            )
            if world.webhook_faults.lose > 0:
                world.webhook_faults.lose -= 1
                continue
            for _ in range(world.webhook_faults.copies):
                self._enqueue(delivery)

    def _enqueue(self, delivery: Delivery) -> None:
        if delivery not in self.world.deliveries:
            self.world.deliveries.append(delivery)
        if self.world.webhook_faults.held:
            self._held.append(delivery)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
            self._thread.start()
        self._queue.put(delivery)

    def _run(self) -> None:
        while True:
            delivery = self._queue.get()
            try:
                if delivery is None:
                    return
                self._send(delivery)
            finally:
                self._queue.task_done()

    def _send(self, delivery: Delivery) -> None:
        body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
        delivery.request_headers = _headers(delivery, body)
        started = time.perf_counter()
        try:
            _post(delivery, body)
        except TimeoutError:
            delivery.status, delivery.status_code = "timed out", 504
        except (OSError, HTTPException, ValueError):  # ValueError: a URL that cannot be one
            delivery.status, delivery.status_code = "failed to connect to host", 502
        delivery.duration = time.perf_counter() - started


def _post(delivery: Delivery, body: bytes) -> None:
    """Send and record the answer. Follows no redirect and heeds no proxy."""
    url = urlsplit(delivery.hook.url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError(delivery.hook.url)
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    with closing(kind(url.hostname, url.port, timeout=PATIENCE)) as connection:
        target = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        connection.request("POST", target, body, delivery.request_headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    delivery.status = "OK" if answer.status < 400 else f"Invalid HTTP Response: {answer.status}"
    delivery.status_code = answer.status
    delivery.response_headers = {name.lower(): value for name, value in answer.getheaders()}
    delivery.response_body = text


def _headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    hook = delivery.hook
    target = hook.repository.id if hook.repository else hook.app.id if hook.app else 0
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/sandbox",
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-Type": "repository"
        if hook.repository
        else "integration",
        "X-GitHub-Hook-Installation-Target-ID": str(target),
    }
    if hook.secret:
        digest = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
        headers["X-Hub-Signature-256"] = f"sha256={digest}"
    return headers
