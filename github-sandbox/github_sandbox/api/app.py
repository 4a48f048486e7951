"""GitHub Apps: the App itself, installations, tokens, manifests, hook deliveries.

https://docs.github.com/rest/apps, https://docs.github.com/rest/apps/webhooks
"""

from github_sandbox.api import app_shapes as shape
from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.api.repository_shapes import repository
from github_sandbox.api.shapes import JSON
from github_sandbox.state import apps, grants
from github_sandbox.state.hooks import Delivery
from github_sandbox.state.objects import Actor, Installation
from github_sandbox.state.refusals import Forbidden, Invalid, Malformed, NotFound

routes = Routes()
INSTALLATION = "/app/installations/{installation_id}"
DELIVERY = "/app/hook/deliveries/{delivery_id}"


@routes("GET", "/app", access="app")
def get_app(call: Call) -> Answer:
    count = sum(found.app is call.jwt_app for found in call.world.installations.values())
    return Answer(data={**call.shapes.app(call.jwt_app), "installations_count": count})


@routes("GET", "/app/installations", access="app")
def list_installations(call: Call) -> Answer:
    found = [one for one in call.world.installations.values() if one.app is call.jwt_app]
    return call.listing(found, lambda one: shape.installation(call.shapes, one))


@routes("GET", INSTALLATION, access="app")
def get_installation(call: Call) -> Answer:
    return Answer(data=shape.installation(call.shapes, _found(call)))


@routes("DELETE", INSTALLATION, access="app")
def delete_installation(call: Call) -> Answer:
    apps.uninstall(call.world, Actor(call.jwt_app.bot), _found(call))
    return Answer(204)


@routes("POST", INSTALLATION + "/access_tokens", access="app")
def create_token(call: Call) -> Answer:
    fields = call.fields
    made = apps.issue_token(call.world, _found(call), fields)
    named = bool(fields.get("repositories") or fields.get("repository_ids"))
    return Answer(201, shape.token(call.shapes, made, named=named))


@routes("PUT", INSTALLATION + "/suspended", access="app")
def suspend_installation(call: Call) -> Answer:
    apps.suspend(call.world, Actor(call.jwt_app.bot), _found(call))
    return Answer(204)


@routes("DELETE", INSTALLATION + "/suspended", access="app")
def unsuspend_installation(call: Call) -> Answer:
    apps.unsuspend(call.world, Actor(call.jwt_app.bot), _found(call))
    return Answer(204)


@routes("GET", "/repos/{owner}/{repo}/installation", access="app")
def get_repository_installation(call: Call) -> Answer:
    found = apps.find_on(call.world, call.jwt_app, call.repository)
    return Answer(data=shape.installation(call.shapes, found))


@routes("GET", "/users/{username}/installation", access="app")
def get_user_installation(call: Call) -> Answer:
    for found in call.world.installations.values():
        same = found.account.login.lower() == call.params["username"].lower()
        if found.app is call.jwt_app and same:
            return Answer(data=shape.installation(call.shapes, found))
    raise NotFound


@routes("GET", "/installation/repositories", access="installation")
def list_reachable(call: Call) -> Answer:
    token = call.actor.token
    if token is None or token.installation is None:
        raise NotFound
    found = token.repositories
    if found is None:
        found = apps.covered(call.world, token.installation)
    page = call.listing(found, lambda repo: repository(call.shapes, repo, call.actor))
    selection = "all" if token.repositories is None else "selected"
    data = {
        "total_count": len(found),
        "repository_selection": selection,
        "repositories": page.data,
    }
    return Answer(data=data, headers=page.headers)


@routes("GET", "/user/installations", access="signed-in")
def list_seen_installations(call: Call) -> Answer:
    found = apps.seen_by(call.world, call.user_app, call.actor.user)
    page = call.listing(found, lambda one: shape.installation(call.shapes, one))
    return Answer(
        data={"total_count": len(found), "installations": page.data}, headers=page.headers
    )


@routes("GET", "/user/installations/{installation_id}/repositories", access="signed-in")
def list_shared_repositories(call: Call) -> Answer:
    person = call.actor.user
    number = call.number("installation_id")
    for installation in apps.seen_by(call.world, call.user_app, person):
        if installation.id == number:
            break
    else:
        raise NotFound
    if installation.suspended_at:
        raise Forbidden("This installation has been suspended")
    found = apps.shared(call.world, installation, person)
    page = call.listing(found, lambda repo: repository(call.shapes, repo, call.actor))
    data = {
        "total_count": len(found),
        "repository_selection": shape.selection(installation),
        "repositories": page.data,
    }
    return Answer(data=data, headers=page.headers)


@routes("DELETE", "/installation/token", access="installation")
def revoke_token(call: Call) -> Answer:
    if call.actor.token:
        del call.world.tokens[call.actor.token.value]
    return Answer(204)


@routes("DELETE", "/applications/{client_id}/token", access="client")
def end_sign_in(call: Call) -> Answer:
    """GitHub does not say how it refuses a token that is none: here it is not found."""
    app, value = call.client, call.fields.get("access_token")
    if app is None or app.client_id != call.params["client_id"]:
        raise NotFound
    if not isinstance(value, str):
        raise Invalid("Validation Failed", [{"resource": "OauthAccess", "code": "missing_field"}])
    grants.end(call.world, app, value)
    return Answer(204)


@routes("POST", "/app-manifests/{code}/conversions")
def convert_manifest(call: Call) -> Answer:
    app = apps.convert(call.world, call.params["code"])
    secret = app.hook.secret if app.hook else None
    data = {
        **call.shapes.app(app),
        "client_secret": app.client_secret,
        "webhook_secret": secret,
        "pem": app.private_key,
    }
    return Answer(201, data)


@routes("GET", "/app/hook/config", access="app")
def get_hook_config(call: Call) -> Answer:
    return Answer(data=_config(call))


@routes("PATCH", "/app/hook/config", access="app")
def edit_hook_config(call: Call) -> Answer:
    hook = call.jwt_app.hook
    if hook is None:
        raise NotFound
    hook.url = call.fields.get("url", hook.url)
    hook.secret = call.fields.get("secret", hook.secret)
    return Answer(data=_config(call))


def _config(call: Call) -> JSON:
    hook = call.jwt_app.hook
    if hook is None:
        raise NotFound
    secret = "********" if hook.secret else None
    shown: JSON = {"url": hook.url, "content_type": "json", "insecure_ssl": "0"}
    return shown | ({"secret": secret} if secret else {})


@routes("GET", "/app/hook/deliveries", access="app")
def list_deliveries(call: Call) -> Answer:
    """Newest first. The cursor is the id of the last delivery of the page before."""
    wanted = call.query.get("status")
    per_page = call.per_page
    cursor = call.query.get("cursor")
    if cursor is not None and not cursor.isdecimal():
        raise Malformed("Invalid cursor")
    found = [
        delivery
        for delivery in reversed(_deliveries(call))
        if (cursor is None or delivery.id < int(cursor))
        and wanted in {None, "success" if delivery.status_code < 400 else "failure"}
    ]
    headers = {}
    if len(found) > per_page:
        after = f"{call.shapes.api}{call.path}?per_page={per_page}&cursor={found[per_page - 1].id}"
        headers["Link"] = f'<{after}>; rel="next"'
    return Answer(data=[shape.delivery_item(one) for one in found[:per_page]], headers=headers)


@routes("GET", DELIVERY, access="app")
def get_delivery(call: Call) -> Answer:
    return Answer(data=shape.delivery(_delivery(call)))


@routes("POST", DELIVERY + "/attempts", access="app")
def redeliver(call: Call) -> Answer:
    delivery = _delivery(call)
    for repeat in call.world.redeliverers:
        repeat(delivery)
    return Answer(202, {})


def _found(call: Call) -> Installation:
    return apps.find(call.world, call.jwt_app, call.number("installation_id"))


def _deliveries(call: Call) -> list[Delivery]:
    """What was tried; what still waits is not there yet."""
    return [
        delivery
        for delivery in call.world.deliveries
        if delivery.hook is call.jwt_app.hook and delivery.status != "pending"
    ]


def _delivery(call: Call) -> Delivery:
    wanted = call.number("delivery_id")
    for delivery in _deliveries(call):
        if delivery.id == wanted:
            return delivery
    raise Invalid("Delivery not found")
