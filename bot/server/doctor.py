"""Finds what is wrong with a server, and what to do about it, whether it runs or not.

It reads the environment, the data folder, the database and GitHub, and writes nothing.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import errors
from bot.clock import Clock, utc_now
from bot.github import deliveries
from bot.github.app import AppAuth, AppInfo
from bot.github.http_session import open_httpx2_client
from bot.github.rate_limit_headers import server_time
from bot.github.response_parser import read as read_item
from bot.github.retry import WaitPolicy
from bot.github.rights import LEAST, REACH, Reach, events
from bot.server import config as configuration
from bot.server.app import WEBHOOKS
from bot.server.config import ServerConfig
from bot.server.server import CREDENTIALS, app_auth, with_credentials
from bot.server.store.engine import open_engine, read_only
from bot.server.store.inbox import DeliveryInbox
from bot.server.store.job_table import JobTable
from bot.server.store.migrate import schema_state
from bot.sync.doctor_findings import Finding, ok, warning
from bot.templating import plural

MAX_SKEW = timedelta(seconds=30)  # GitHub accepts signatures that are up to a minute off
PATIENCE = 5.0  # seconds that one check waits for GitHub at most
LATE = timedelta(minutes=5)
LATELY = timedelta(days=1)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

Check = tuple[str, Callable[[], Iterator[Finding]]]


class ServerDoctor:
    """Checks a server, in order. Those that an earlier failure makes impossible are left out."""

    def __init__(self, environ: Mapping[str, str], *, clock: Clock = utc_now) -> None:
        self._environ = environ
        self._clock = clock
        self._config: ServerConfig | None = None
        self._auth: AppAuth | None = None
        self._engine: Engine | None = None

    def steps(self) -> Iterator[Check]:
        """Yield each check, to be run before the next one. It may raise MilepostError."""
        yield "configuration", self._configuration
        if (config := self._config) is None:
            return
        yield "data folder", lambda: _data_folder(config.data_dir)
        yield "database", lambda: self._database(config)
        if (engine := self._engine) is not None:
            yield "work", lambda: _work(engine, self._clock())
        try:
            yield "App", lambda: self._app(config)
            if (auth := self._auth) is not None:
                yield "webhooks", lambda: _webhooks(config, auth)
            if (public_url := config.public_url) is not None:
                yield "address", lambda: _address(public_url)
            if auth is not None:
                yield "deliveries", lambda: _deliveries(auth, self._clock())
        finally:
            if self._auth is not None:
                self._auth.close()

    def _configuration(self) -> Iterator[Finding]:
        self._config = configuration.read(self._environ)
        yield ok("configuration", "can be read")
        for unknown in configuration.unknown_variables(self._environ):
            yield warning("configuration", unknown, "Correct its name, or remove it.")
        # This may raise for the App's file; the rest can be checked all the same.
        self._config = config = with_credentials(self._config)
        url = config.public_url
        if url is None:
            text = "none is set, so GitHub and people don't know where the server is."
            yield warning("public address", text, "Set MILEPOST_PUBLIC_URL.")
        elif not url.startswith("https:"):
            text = f"{url} isn't https: others can read cookies and pages on the way."
            yield warning("public address", text, "Put a proxy with TLS before the server.")

    def _database(self, config: ServerConfig) -> Iterator[Finding]:
        url = config.database_url.get_secret_value()
        file = url.removeprefix("sqlite:///").partition("?")[0]
        if file != url and not Path(file).exists():
            yield warning("database", "there is no SQLite file yet; the server makes it.")
            return
        engine = open_engine(url, connections=1)
        try:
            with read_only(engine) as connection:
                found = schema_state(connection)
        except SQLAlchemyError as broken:
            raise errors.ConfigError(
                f"the database does not answer ({type(broken).__name__}).",
                where="MILEPOST_DATABASE_URL",
                hint="Check its URL, its password, and whether it runs.",
            ) from None
        finally:
            engine.dispose()
        if found == "newer":
            raise errors.ConfigError(
                "the database was written by a newer version.",
                where="MILEPOST_DATABASE_URL",
                hint="Use that version, or a newer one.",
            )
        if found == "current":
            self._engine = engine
            name = engine.dialect.name
            yield ok("database", f"{name} answers, and its tables are those of this version")
        else:
            what = "has no tables yet" if found == "empty" else "has older tables"
            yield warning("database", f"it {what}; the next start brings them up to date.")

    def _app(self, config: ServerConfig) -> Iterator[Finding]:
        auth = app_auth(config, WaitPolicy(self._clock, max_wait=PATIENCE))
        if auth is None:
            text = f"there is none yet, neither in the environment nor in {CREDENTIALS}."
            advice = "Start the server: its log has the address where you register one."
            yield warning("App", text, advice)
            return
        self._auth = auth
        try:
            auth.check_key()
            answer = auth.as_app("/app")
        except errors.MilepostError:
            auth.close()
            self._auth = None
            raise
        info = read_item(AppInfo, answer.json(), "/app")
        yield ok("App", f"'{info.name}' is known to {config.api_url}, and its key signs")
        yield _skew(server_time(answer.headers), self._clock())
        yield from _reach(info)
        if config.client_secret is None:
            yield warning("sign-in", "nobody can sign in.", "Set MILEPOST_CLIENT_SECRET.")


def _work(engine: Engine, now: datetime) -> Iterator[Finding]:
    try:
        due, since = JobTable(engine).overdue(now)
        waiting, first = DeliveryInbox(engine).waiting()
    finally:
        engine.dispose()
    late = max((now - at for at in (since, first) if at is not None), default=timedelta())
    text = f"{plural(due, 'job')} due, {plural(waiting, 'delivery', 'deliveries')} waiting"
    if late > LATE:
        text += f", the oldest for {round(late / timedelta(minutes=1))} minutes."
        advice = "Is the server running, with MILEPOST_THREADS above 0? Its log shows what fails."
        yield warning("work", text, advice)
    else:
        yield ok("work", text)


def _data_folder(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        yield warning("data folder", f"there is no {folder} yet; the server makes it.")
        return
    if not folder.is_dir():
        raise errors.ConfigError("this isn't a folder.", where=str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise errors.ConfigError("the server can't write there.", where=str(folder))
    if os.name == "posix" and folder.stat().st_mode & _OTHERS:
        text = f"others on this machine can read {folder}."
        yield warning("data folder", text, f"Run `chmod 700 {folder}`.")
    else:
        yield ok("data folder", f"{folder}, only for its owner")


def _webhooks(config: ServerConfig, auth: AppAuth) -> Iterator[Finding]:
    try:
        hook_config = auth.as_app("/app/hook/config").json()
    except errors.NotThereError:
        yield warning("webhooks", "the App has none: the server syncs once a day only.")
        return
    found = hook_config if isinstance(hook_config, dict) else {}
    url = str(found.get("url", ""))
    if not config.webhook_secrets or not found.get("secret"):
        raise errors.ConfigError(
            "there is no secret to sign deliveries with, so each is refused.",
            where="MILEPOST_WEBHOOK_SECRET",
            hint="Set the same one here and in the App's settings on GitHub.",
        )
    if config.public_url is not None and url != config.public_url + WEBHOOKS:
        raise errors.ConfigError(
            f"GitHub sends deliveries to {url or 'nowhere'}, not to "
            f"{config.public_url + WEBHOOKS}.",
            where="MILEPOST_PUBLIC_URL",
            hint="Change the webhook address in the App's settings on GitHub, or this.",
        )
    if found.get("content_type") != "json":
        raise errors.ConfigError(
            "GitHub sends deliveries as forms, not as JSON.",
            hint="Set the content type application/json in the App's settings on GitHub.",
        )
    yield ok("webhooks", f"GitHub sends them to {url}")


def _address(public_url: str) -> Iterator[Finding]:
    url = public_url + WEBHOOKS
    try:
        with open_httpx2_client(url) as client:
            # The endpoint takes only POST, and says so: that is enough to recognise it.
            status = client.get(url, timeout=PATIENCE, follow_redirects=False).status_code
    except httpx2.HTTPError as broken:
        raise errors.UnavailableError(
            f"{url} does not answer from here ({type(broken).__name__}).",
            hint="Is the server running, and does the proxy lead to it?",
        ) from None
    if status != 405:
        raise errors.UnavailableError(
            f"{url} is answered by something else (status {status}).",
            hint="The proxy has to lead all of the address to the server.",
        )
    yield ok("address", f"{public_url} leads to a server")


def _deliveries(auth: AppAuth, now: datetime) -> Iterator[Finding]:
    since = now - LATELY
    try:
        tries = [one for one in deliveries.listed(auth, since) if one.delivered_at >= since]
    except errors.NotThereError:
        return  # an App without webhooks: reported above
    found = deliveries.missed(tries)
    lost = len(found.again) + found.given_up
    text = f"{found.arrived} arrived since yesterday, {lost} did not"
    if not lost:
        yield ok("deliveries", text)
        return
    newest = next(one for one in tries if not one.arrived)
    advice = "The server asks GitHub for them again every ten minutes while it runs."
    yield warning("deliveries", f"{text}; the last one that did not: {newest.status}.", advice)


def _skew(theirs: datetime | None, ours: datetime) -> Finding:
    if theirs is None:
        return warning("clock", "GitHub didn't send its time.")
    skew = abs(ours - theirs)
    if skew > MAX_SKEW:
        text = f"this machine is {skew.total_seconds():.0f} s off GitHub's time."
        advice = "Correct the clock: GitHub refuses signatures from the future."
        return warning("clock", text, advice)
    return ok("clock", "agrees with GitHub's")


def _reach(info: AppInfo) -> Iterator[Finding]:
    """Check the App's permissions, and whether it subscribes to all events that they need."""
    fitting = [one for one in Reach if _covers(info.permissions, REACH[one].permissions)]
    if not fitting:
        raise errors.PermissionDeniedError(
            "the App may not write issues.",
            where=info.name,
            hint="Add 'Issues: read and write' to its permissions in its settings on GitHub.",
        )
    reach = fitting[-1]
    yield ok("permissions", f"enough for '{reach.value}'")
    most = REACH[reach].permissions.keys() | LEAST.permissions.keys()
    if more := sorted(info.permissions.keys() - most):
        text = f"the App has more permissions than it needs: {', '.join(more)}."
        yield warning("permissions", text, "Remove them in its settings on GitHub.")
    if missing := [one for one in events(reach) if one not in info.events]:
        text = f"the App doesn't subscribe to: {', '.join(missing)}."
        hint = "Subscribe to them in its settings on GitHub; until then the daily sync finds them."
        yield warning("events", text, hint)
    else:
        yield ok("events", "the App subscribes to all that it needs")


def _covers(granted: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    levels = ("read", "write", "admin")
    return all(
        name in granted and levels.index(granted[name]) >= levels.index(level)
        for name, level in wanted.items()
    )
