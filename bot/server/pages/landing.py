"""The first page: what this is, and the way in."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.server.pages.frame import Frame


def add(app: FastAPI, frame: Frame) -> None:
    """The page at `/`."""

    def landing(request: Request) -> Response:
        return frame.page(
            request, "landing.html.j2", index=True, registered=frame.config.registered
        )

    app.add_route("/", landing, methods=["GET"])
