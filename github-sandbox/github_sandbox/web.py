"""The part of the sandbox that FastAPI serves: pages for people, control routes for tests."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from github_sandbox import control
from github_sandbox.api.access import STATUS
from github_sandbox.pages import (
    app_registration,
    consent,
    file_editor,
    file_pages,
    forms,
    installations,
    issue_form_pages,
    new_repository,
    repository_pages,
    sign_in,
    workflow_pages,
)
from github_sandbox.pages.rendering import missing
from github_sandbox.state.refusals import Refusal
from github_sandbox.webhooks import Webhooks
from github_sandbox.world import World


def build(world: World, webhooks: Webhooks) -> FastAPI:
    """Pages at /, control routes at /_sandbox, their description at /openapi.json."""
    app = FastAPI(title="GitHub sandbox", docs_url=None, redoc_url=None)
    app.include_router(control.router(world, webhooks), prefix="/_sandbox")
    for account_pages in (sign_in, app_registration, installations, consent, new_repository):
        app.include_router(account_pages.router(world))
    app.include_router(repository_pages.router(world))
    for more_pages in (issue_form_pages, file_pages, file_editor, workflow_pages, forms):
        app.include_router(more_pages.router(world))
    app.add_exception_handler(Refusal, _refused_page)
    return app


async def _refused_page(_: Request, refusal: Exception) -> Response:
    """What a form was refused for, as a page. The REST API answers for itself."""
    if not isinstance(refusal, Refusal):
        raise refusal
    details = [str(one.get("message") or one["code"]) for one in refusal.errors or []]
    return missing("; ".join([refusal.message, *details]), STATUS.get(type(refusal), 400))
