"""Reads the body of a webhook, up to the size that GitHub sends."""

from starlette.types import Receive

MAX_BODY = 25 * 1024 * 1024  # bytes; GitHub sends nothing larger


def is_too_long(content_length: bytes) -> bool:
    """Return whether the header announces more than `MAX_BODY` bytes."""
    return content_length.isdigit() and (len(content_length) > 12 or int(content_length) > MAX_BODY)


async def read_body(receive: Receive) -> bytes | bytearray | None:
    """Return the whole body; None when it is too long or the caller went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk: bytes = message.get("body", b"")
        if not message.get("more_body", False) and not body:
            return chunk if len(chunk) <= MAX_BODY else None
        body += chunk
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body
