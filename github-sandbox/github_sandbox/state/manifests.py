"""Manifests of Apps: what GitHub finds wrong with one, and whether its name is free.

Fields after "Registering a GitHub App from a manifest". The complaints are worded as people report
them: probot/probot issue 806, handarbeit/fabrik issue 1711, lemma-work/lemma-platform pull 600.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from github_sandbox.state import apps
from github_sandbox.state.hooks import ALWAYS, NEEDS
from github_sandbox.state.objects import User
from github_sandbox.world import World

LONGEST_NAME = 34
MOST_CALLBACKS = 10
LEVELS = ("read", "write", "admin")
# Events to subscribe to, with the permission each needs; a good part of GitHub's.
EVENTS = {
    **NEEDS,
    "create": "contents",
    "delete": "contents",
    "fork": "contents",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "release": "contents",
    "star": "metadata",
    "watch": "metadata",
}
_TEXTS = ("name", "url", "redirect_url", "setup_url", "description")
_FLAGS = ("public", "setup_on_update", "request_oauth_on_install")


def read(text: str) -> tuple[dict[str, Any], list[str]]:
    """A manifest as it was posted, and everything that is wrong with it."""
    try:
        data = json.loads(text)
    except ValueError:
        return {}, ["The manifest is not JSON"]
    if not isinstance(data, dict):
        return {}, ["The manifest is not an object"]
    wrong = [*_shapes(data), *_hook(data.get("hook_attributes"))]
    return data, wrong or [*_addresses(data), *_events(data)]


def name_problem(world: World, owner: User, name: str) -> str | None:
    """Why an App cannot have this name, if so. It is taken by an App, and by anybody's login but
    the owner's own."""
    slug = apps.slug_of(name)
    if not slug:
        return "Name can't be blank"
    if len(name) > LONGEST_NAME:
        return f"Name is too long (maximum is {LONGEST_NAME} characters)"
    waiting = {apps.slug_of(str(one.data.get("name"))) for one in world.manifests.values()}
    login = world.users.get(slug)
    if slug in waiting | {app.slug for app in world.apps.values()}:
        return "Name has already been taken"
    return "Name is already in use" if login is not None and login is not owner else None


def _shapes(data: Mapping[str, Any]) -> list[str]:
    wrong = [] if "url" in data else ['"url" wasn\'t supplied']
    wrong += [_not_a(name, data[name], "string") for name in _TEXTS if not _is(data, name, str)]
    wrong += [_not_a(name, data[name], "boolean") for name in _FLAGS if not _is(data, name, bool)]
    for name in ("callback_urls", "default_events"):
        if not _is(data, name, list):
            wrong.append(_not_a(name, data[name], "array"))
        elif not all(isinstance(one, str) for one in data.get(name, [])):
            wrong.append(_not_a(name, data[name], "list of strings"))
    if not _is(data, "default_permissions", dict):
        return [*wrong, _not_a("default_permissions", data["default_permissions"], "object")]
    for name, level in data.get("default_permissions", {}).items():
        if level not in LEVELS:
            wrong.append(f"Default permission records {name} has no level {level!r}")
    if len(data.get("callback_urls", [])) > MOST_CALLBACKS:
        wrong.append(f"Callback urls are too many (maximum is {MOST_CALLBACKS})")
    return wrong


def _hook(hook: Any) -> list[str]:
    if hook is None:
        return []
    if not isinstance(hook, dict):
        return [_not_a("hook_attributes", hook, "object")]
    # The complaint does not say of which "url" it speaks.
    return [] if isinstance(hook.get("url"), str) else ['"url" wasn\'t supplied']


def _addresses(data: Mapping[str, Any]) -> list[str]:
    hook = data.get("hook_attributes", {})
    given = {name: data.get(name) for name in ("url", "redirect_url", "setup_url")}
    given["hook_url"] = hook.get("url")
    given |= {f"callback_urls {at}": one for at, one in enumerate(data.get("callback_urls", []))}
    named = {name: url for name, url in given.items() if url is not None}
    return [f"{name} must be a valid URL" for name, url in named.items() if not _is_address(url)]


def _events(data: Mapping[str, Any]) -> list[str]:
    asked = data.get("default_events", [])
    granted = {"metadata", *data.get("default_permissions", {})}
    unknown = [name for name in asked if name in ALWAYS or name not in EVENTS]
    deaf = [name for name in asked if name in EVENTS and EVENTS[name] not in granted]
    wrong = [f"Default events unsupported: {' and '.join(unknown)}"] if unknown else []
    if unknown or deaf:
        names = " and ".join([*unknown, *deaf])
        wrong.append(f"Default events are not supported by permissions: {names}")
    return wrong


def _is(data: Mapping[str, Any], name: str, kind: type) -> bool:
    return name not in data or isinstance(data[name], kind)


def _not_a(name: str, value: object, kind: str) -> str:
    return f"For 'properties/{name}', {value!r} is not a {kind}"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
