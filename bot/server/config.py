"""What the environment says about the server: one value, checked when the server starts.

`VARIABLES` is the one list of names; docs/reference/server.md says the same, and a test compares.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.errors import ConfigError
from bot.settings import DEFAULT_API_URL

KEY_MARK = "PRIVATE KEY-----"


class Variable(NamedTuple):
    """A variable of the environment: its name, and the field of `ServerConfig` that it fills."""

    name: str
    field: str


VARIABLES = (
    Variable("MILEPOST_DATA_DIR", "data_dir"),
    Variable("MILEPOST_DATABASE_URL", "database_url"),
    Variable("MILEPOST_PUBLIC_URL", "public_url"),
    Variable("MILEPOST_APP_ID", "app_id"),
    Variable("MILEPOST_CLIENT_ID", "client_id"),
    Variable("MILEPOST_PRIVATE_KEY", "private_key"),
    Variable("MILEPOST_PRIVATE_KEY_FILE", "private_key_file"),
    Variable("MILEPOST_CLIENT_SECRET", "client_secret"),
    Variable("MILEPOST_WEBHOOK_SECRET", "webhook_secret"),
    Variable("MILEPOST_WEBHOOK_SECRET_OLD", "webhook_secret_old"),
    Variable("GITHUB_API_URL", "api_url"),
    Variable("GITHUB_GRAPHQL_URL", "graphql_url"),
    Variable("MILEPOST_SECRET_KEY", "secret_key"),
    Variable("MILEPOST_TRUSTED_PROXIES", "trusted_proxies"),
    Variable("MILEPOST_PAGE_LIMIT", "page_limit"),
    Variable("MILEPOST_METRICS_TOKEN", "metrics_token"),
    Variable("MILEPOST_WORK", "work"),
    Variable("MILEPOST_THREADS", "threads"),
    Variable("MILEPOST_SETTLE", "settle"),
    Variable("MILEPOST_WRITE_INTERVAL", "write_interval"),
)
_NAMES = {variable.field: variable.name for variable in VARIABLES}


class ServerConfig(BaseModel):
    """How the server runs. Secrets show in no repr; addresses are without a slash at the end.

    `settle` is how long to wait for more events before a repository is synced, `write_interval`
    the least time between two writes of a run, both in seconds. `threads` is how many repositories
    are worked on at once, none with 0. `work` does nothing any more. `client_secret` signs people
    in; from `secret_key` comes what seals cookies and makes addresses unguessable. Addresses of
    clients are believed from `trusted_proxies`; each may ask for `page_limit` pages a minute.
    Whoever has `metrics_token` may ask for measures, nobody without one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path
    database_url: SecretStr
    public_url: str | None = None
    app_id: int | None = Field(default=None, gt=0)
    client_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{4,64}$")
    private_key: SecretStr | None = None
    client_secret: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    webhook_secret_old: SecretStr | None = None
    api_url: str = DEFAULT_API_URL
    graphql_url: str | None = None
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    trusted_proxies: str = "127.0.0.1"
    page_limit: int = Field(default=120, ge=1, le=1_000_000)
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    work: str | None = None
    threads: int = Field(default=8, ge=0, le=128)
    settle: float = Field(default=2.0, ge=0, le=60)
    write_interval: float = Field(default=1.0, ge=0, le=600)

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """The secrets that a delivery may be signed with, the present one first."""
        known = (self.webhook_secret, self.webhook_secret_old)
        return tuple(secret.get_secret_value().encode() for secret in known if secret is not None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that nobody may see, in the clear: for what takes it out of logs."""
        secrets = (value for value in dict(self).values() if isinstance(value, SecretStr))
        password = urlsplit(self.database_url.get_secret_value()).password
        return (
            *(one.get_secret_value() for one in secrets),
            *([unquote(password)] if password else []),
        )

    @property
    def issuer(self) -> str | None:
        """Who signs our requests as an App: the client id where it is known, else the App's id."""
        return self.client_id or (str(self.app_id) if self.app_id is not None else None)


def read(environ: Mapping[str, str]) -> ServerConfig:
    """The configuration. Empty variables count as unset. Raises ConfigError that names one."""
    values: dict[str, Any] = {
        variable.field: environ[variable.name].strip()
        for variable in VARIABLES
        if environ.get(variable.name, "").strip()
    }
    folder = Path(values.get("data_dir") or _default_folder())
    values["data_dir"] = folder
    values.setdefault("database_url", f"sqlite:///{folder / 'milepost.sqlite3'}")
    values["database_url"] = _database(values["database_url"])
    if (key := _private_key(values)) is not None:
        values["private_key"] = key
    for field in ("public_url", "api_url", "graphql_url"):
        if field in values:
            values[field] = _address(values[field], _NAMES[field])
    if urlsplit(values.get("public_url", "")).path:
        raise ConfigError(
            "this has a path.",
            where=_NAMES["public_url"],
            hint="Give the server a host name of its own: its pages begin at the host's root.",
        )
    _check_whole(values)
    try:
        return ServerConfig.model_validate(values)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False)[0]
        name = _NAMES[str(first["loc"][0])]
        raise ConfigError(f"{_sentence(first['msg'])}.", where=name) from None


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _default_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("milepost", appauthor=False)


def _database(url: str) -> str:
    """The address with the driver that we use. Raises ConfigError for other databases."""
    scheme, mark, rest = url.partition("://")
    if mark and scheme in {"sqlite", "sqlite+pysqlite"}:
        return f"sqlite://{rest}"
    if mark and scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}"
    raise ConfigError(
        "this is no address of a database that Milepost can use.",
        where="MILEPOST_DATABASE_URL",
        hint="Write sqlite:////path/to/file or postgresql://USER:PASSWORD@HOST/NAME.",
    )


def _private_key(values: dict[str, Any]) -> str | None:
    """The key in PEM, from the variable or the file; takes the file's name out of `values`."""
    file: str | None = values.pop("private_key_file", None)
    key: str | None = values.get("private_key")
    name = _NAMES["private_key"]
    if file is not None and key is not None:
        raise ConfigError(f"this and {name}_FILE both hold the key: keep one.", where=name)
    if file is not None:
        name = _NAMES["private_key_file"]
        try:
            key = Path(file).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as wrong:
            why = wrong.strerror if isinstance(wrong, OSError) else "it is no text"
            raise ConfigError(f"the key cannot be read ({why}).", where=name) from None
    if key is None:
        return None
    # Where a variable can hold one line only, its line breaks are written as \n.
    key = key.replace("\\n", "\n").strip() + "\n"
    if KEY_MARK not in key:
        raise ConfigError(
            "this is no private key.",
            where=name,
            hint="It is the .pem file that GitHub gave when the key was made.",
        )
    return key


def _address(url: str, name: str) -> str:
    """Without a slash at its end. Raises ConfigError."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigError(
            "this is no address.", where=name, hint="Write it as https://HOST or https://HOST/PATH."
        )
    return url.rstrip("/")


def _check_whole(values: dict[str, Any]) -> None:
    """All of an App or nothing: with half of it the server would refuse every delivery."""
    parts = {
        "MILEPOST_APP_ID or MILEPOST_CLIENT_ID": "app_id" in values or "client_id" in values,
        "MILEPOST_PRIVATE_KEY or MILEPOST_PRIVATE_KEY_FILE": "private_key" in values,
        "MILEPOST_WEBHOOK_SECRET": "webhook_secret" in values,
    }
    missing = [name for name, there in parts.items() if not there]
    if missing and len(missing) < len(parts):
        raise ConfigError(
            "of the App's id, its private key and its webhook secret only a part is set.",
            where=missing[0],
            hint="Set all three, or none to register an App.",
        )
    if "webhook_secret_old" in values and "webhook_secret" not in values:
        raise ConfigError(
            "the old secret is set, but not the new one.", where="MILEPOST_WEBHOOK_SECRET"
        )
