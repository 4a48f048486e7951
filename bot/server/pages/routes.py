"""Adds all pages to the application."""

from typing import TYPE_CHECKING

from fastapi import FastAPI

from bot.server.pages import (
    badge,
    cohort,
    error_pages,
    landing,
    path,
    register,
    setup,
    setup_progress,
    sign_in,
)
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame
from bot.server.pages.response_headers import SecurityHeaders

if TYPE_CHECKING:
    from bot.server.server import Server


def add_pages(app: FastAPI, server: "Server") -> Frame:
    """Add the pages of `server`, which they read anew for each request; return their frame."""
    frame = Frame(server)
    access = Access(frame)
    frame.assets.add(app)
    landing.add(app, frame)
    path.add(app, frame, access)
    cohort.add(app, frame, access)
    badge.add(app, frame, access)
    register.add(app, frame)
    sign_in.add(app, frame)
    setup.add(app, frame, access)
    setup_progress.add(app, frame, access)
    error_pages.add(app, frame)
    app.add_middleware(SecurityHeaders, https=frame.https)
    return frame
