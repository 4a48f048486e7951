"""State as GitHub's JSON: installations, their tokens, hook deliveries."""

from github_sandbox.api.repository_shapes import repository
from github_sandbox.api.shapes import JSON, Shapes, written
from github_sandbox.state.hooks import Delivery
from github_sandbox.state.objects import Installation, Token


def selection(found: Installation) -> str:
    """ "all" or "selected"."""
    return "all" if found.repositories is None else "selected"


def settings_page(found: Installation) -> str:
    """The path of an installation's settings."""
    whose = f"/organizations/{found.account.login}" if found.account.kind == "Organization" else ""
    return f"{whose}/settings/installations/{found.id}"


def installation(shapes: Shapes, found: Installation) -> JSON:
    return {
        "id": found.id,
        "client_id": found.app.client_id,
        "account": shapes.user(found.account),
        "repository_selection": selection(found),
        "access_tokens_url": f"{shapes.api}/app/installations/{found.id}/access_tokens",
        "repositories_url": f"{shapes.api}/installation/repositories",
        "html_url": shapes.web + settings_page(found),
        "app_id": found.app.id,
        "app_slug": found.app.slug,
        "target_id": found.account.id,
        "target_type": found.account.kind,
        "permissions": dict(found.permissions),
        "events": list(found.app.events),
        "created_at": written(found.created_at),
        "updated_at": written(found.suspended_at or found.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": shapes.user(found.suspended_by) if found.suspended_by else None,
        "suspended_at": written(found.suspended_at),
    }


def token(shapes: Shapes, made: Token, *, named: bool) -> JSON:
    """`named` lists the repositories, as GitHub does when the request named some."""
    shape: JSON = {
        "token": made.value,
        "expires_at": written(made.expires_at),
        "permissions": dict(made.permissions),
        "repository_selection": "all" if made.repositories is None else "selected",
    }
    if named:
        shape["repositories"] = [repository(shapes, repo) for repo in made.repositories or []]
    return shape


def delivery_item(delivery: Delivery) -> JSON:
    """A delivery as lists show it."""
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": written(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.duration, 2),
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }


def delivery(found: Delivery) -> JSON:
    """A delivery with what was sent and what came back."""
    return {
        **delivery_item(found),
        "url": found.hook.url,
        "request": {"headers": found.request_headers, "payload": found.payload},
        "response": {
            "headers": found.response_headers,
            "payload": found.response_body or "null",
        },
    }
