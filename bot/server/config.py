"""Reads the server's configuration from environment variables, once, when it starts.

docs/reference/server.md lists the same variables; a test compares.
"""

from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigError
from bot.settings import DEFAULT_API_URL


class ServerConfig(BaseModel):
    """Describes how the server runs. Secrets are in no repr; URLs have no slash at the end."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path = Field(alias="MILEPOST_DATA_DIR")
    database_url: SecretStr = Field(alias="MILEPOST_DATABASE_URL")
    public_url: str | None = Field(None, alias="MILEPOST_PUBLIC_URL")
    app_id: int | None = Field(None, alias="MILEPOST_APP_ID", gt=0)
    client_id: str | None = Field(
        None, alias="MILEPOST_CLIENT_ID", pattern=r"^[A-Za-z0-9._-]{4,64}$"
    )
    private_key: SecretStr | None = Field(None, alias="MILEPOST_PRIVATE_KEY")
    private_key_file: Path | None = Field(None, alias="MILEPOST_PRIVATE_KEY_FILE")
    client_secret: SecretStr | None = Field(None, alias="MILEPOST_CLIENT_SECRET")
    webhook_secret: SecretStr | None = Field(None, alias="MILEPOST_WEBHOOK_SECRET")
    webhook_secret_old: SecretStr | None = Field(None, alias="MILEPOST_WEBHOOK_SECRET_OLD")
    api_url: str = Field(DEFAULT_API_URL, alias="GITHUB_API_URL")
    graphql_url: str | None = Field(None, alias="GITHUB_GRAPHQL_URL")
    secret_key: SecretStr | None = Field(None, alias="MILEPOST_SECRET_KEY", min_length=32)
    trusted_proxies: str = Field("127.0.0.1", alias="MILEPOST_TRUSTED_PROXIES")
    # Pages that each client may request in a minute.
    page_limit: int = Field(120, alias="MILEPOST_PAGE_LIMIT", ge=1, le=1_000_000)
    metrics_token: SecretStr | None = Field(None, alias="MILEPOST_METRICS_TOKEN", min_length=16)
    work: str | None = Field(None, alias="MILEPOST_WORK")  # accepted, without effect
    threads: int = Field(8, alias="MILEPOST_THREADS", ge=0, le=128)  # jobs at once
    # Seconds to wait for more events before a repository is synced.
    settle: float = Field(2.0, alias="MILEPOST_SETTLE", ge=0, le=60)
    # The least seconds between two writes of a run.
    write_interval: float = Field(1.0, alias="MILEPOST_WRITE_INTERVAL", ge=0, le=600)

    @property
    def https(self) -> bool:
        """Return whether people reach the server by https."""
        return (self.public_url or "").startswith("https:")

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """Return the secrets that a delivery may be signed with, the present one first."""
        known = (self.webhook_secret, self.webhook_secret_old)
        return tuple(secret.get_secret_value().encode() for secret in known if secret is not None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return all secrets in the clear, to cut them out of logs."""
        secrets = (value for value in dict(self).values() if isinstance(value, SecretStr))
        password = urlsplit(self.database_url.get_secret_value()).password
        more = [unquote(password)] if password else []
        return (*(one.get_secret_value() for one in secrets), *more)

    @property
    def issuer(self) -> str | None:
        """Return the `iss` of the App's tokens: its client id where it is known, else its id."""
        return self.client_id or (str(self.app_id) if self.app_id is not None else None)


PREFIX = "MILEPOST_"
# What the command line and compose.yaml read.
_OTHERS = tuple(
    PREFIX + name
    for name in ("CACHE_DIR", "DOCS_URL", "MAX_WAIT", "MEMORY", "PORT", "WEBHOOK", "WORKERS")
)
# The field of `ServerConfig` that each variable fills.
VARIABLES = {str(info.alias): name for name, info in ServerConfig.model_fields.items()}


def read(environ: Mapping[str, str]) -> ServerConfig:
    """Return the configuration. Empty variables count as unset. Raises ConfigError."""
    values: dict[str, Any] = {
        name: value for name in VARIABLES if (value := environ.get(name, "").strip())
    }
    folder = Path(values.get("MILEPOST_DATA_DIR") or user_data_path("milepost", appauthor=False))
    values["MILEPOST_DATA_DIR"] = folder
    url = values.get("MILEPOST_DATABASE_URL") or f"sqlite:///{folder / 'milepost.sqlite3'}"
    values["MILEPOST_DATABASE_URL"] = _database_url(url)
    if (key := _private_key(values)) is not None:
        values["MILEPOST_PRIVATE_KEY"] = key
    for name in ("MILEPOST_PUBLIC_URL", "GITHUB_API_URL", "GITHUB_GRAPHQL_URL"):
        if name in values:
            values[name] = _http_url(values[name], name)
    if urlsplit(values.get("MILEPOST_PUBLIC_URL", "")).path:
        raise ConfigError(
            "this has a path.",
            where="MILEPOST_PUBLIC_URL",
            hint="Give the server a host name of its own: its pages begin at the host's root.",
        )
    _check_proxies(values.get("MILEPOST_TRUSTED_PROXIES", "*"))
    _check_app(values)
    try:
        return ServerConfig.model_validate(values)
    except ValidationError as invalid:
        wrong = [_wrong_value(error) for error in invalid.errors(include_input=False)]
        first, *others = wrong
        raise (ConfigError(" ".join(map(str, wrong))) if others else first) from None


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable of our prefix that nobody reads."""
    known = (*VARIABLES, *_OTHERS)
    unknown = [name for name in environ if name.startswith(PREFIX) and name not in known]
    sentences = []
    for name in sorted(unknown):
        near = get_close_matches(name, known, n=1, cutoff=0.8)
        advice = f" Did you mean {near[0]}?" if near else ""
        sentences.append(f"{name} is no setting and has no effect.{advice}")
    return sentences


def _wrong_value(error: ErrorDetails) -> ConfigError:
    """Return what may stand in a variable, after pydantic found that something else does."""
    name = str(error["loc"][0])
    bounds = {
        key: value
        for part in ServerConfig.model_fields[VARIABLES[name]].metadata
        for key in ("gt", "ge", "le", "min_length")
        if (value := getattr(part, key, None)) is not None
    }
    if "min_length" in bounds:
        text = f"this is too short: write at least {bounds['min_length']} characters."
    elif "le" in bounds:
        text = f"write a number from {bounds['ge']:,} to {bounds['le']:,}."
    elif "gt" in bounds:
        text = "write a whole number, as it stands in the App's settings on GitHub."
    else:
        text = (
            "this isn't a client id: it has 4 to 64 letters, digits, dots, dashes and underscores."
        )
    return ConfigError(text, where=name)


def _check_proxies(value: str) -> None:
    """Raise ConfigError for a proxy that is no address and no network."""
    for proxy in value.split(",") if value != "*" else ():
        try:
            ip_network(proxy.strip())
        except ValueError:
            raise ConfigError(
                f"'{proxy.strip()}' is no address and no network.",
                where="MILEPOST_TRUSTED_PROXIES",
                hint="Write such as 127.0.0.1,10.0.0.0/8, or * for everybody.",
            ) from None


def _database_url(url: str) -> str:
    """Return the URL with the driver that we use. Raises ConfigError for other databases."""
    scheme, mark, rest = url.partition("://")
    if mark and scheme in {"sqlite", "sqlite+pysqlite"}:
        return f"sqlite://{rest}"
    with suppress(ValueError):  # of an address in brackets, or of a port
        known = scheme in {"postgres", "postgresql", "postgresql+psycopg"}
        if mark and known and urlsplit(url).port != 0:
            return f"postgresql+psycopg://{rest}"
    raise ConfigError(
        "this isn't the URL of a database that Milepost can use.",
        where="MILEPOST_DATABASE_URL",
        hint="Write sqlite:////path/to/file or postgresql://USER:PASSWORD@HOST/NAME.",
    )


def _private_key(values: Mapping[str, str]) -> str | None:
    """Return the key in PEM, from the variable or the file. Raises ConfigError."""
    name, file_name = "MILEPOST_PRIVATE_KEY", "MILEPOST_PRIVATE_KEY_FILE"
    key, file = values.get(name), values.get(file_name)
    if file is not None and key is not None:
        raise ConfigError(f"this and {file_name} both hold the key: keep one.", where=name)
    if file is not None:
        name = file_name
        try:
            key = Path(file).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as broken:
            why = broken.strerror if isinstance(broken, OSError) else "it isn't a text file"
            raise ConfigError(f"the key cannot be read ({why}).", where=name) from None
    if key is None:
        return None
    # Where a variable can hold one line only, its line breaks are written as \n.
    key = key.replace("\\n", "\n").strip() + "\n"
    if "PRIVATE KEY-----" not in key:
        hint = "It is the .pem file that GitHub gave when the key was made."
        raise ConfigError("this isn't a private key.", where=name, hint=hint)
    return key


def _http_url(url: str, name: str) -> str:
    """Return the URL without a slash at its end. Raises ConfigError."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or parts.query or parts.fragment:
        hint = "Write it as https://HOST or https://HOST/PATH."
        raise ConfigError("this isn't a valid URL.", where=name, hint=hint)
    return url.rstrip("/")


def _check_app(values: Mapping[str, str]) -> None:
    """Raise ConfigError for an App that is set in part: each delivery would be refused."""
    parts = {
        "MILEPOST_APP_ID or MILEPOST_CLIENT_ID": {"MILEPOST_APP_ID", "MILEPOST_CLIENT_ID"},
        "MILEPOST_PRIVATE_KEY or MILEPOST_PRIVATE_KEY_FILE": {"MILEPOST_PRIVATE_KEY"},
        "MILEPOST_WEBHOOK_SECRET": {"MILEPOST_WEBHOOK_SECRET"},
    }
    missing = [text for text, names in parts.items() if names.isdisjoint(values)]
    if missing and len(missing) < len(parts):
        raise ConfigError(
            "of the App's id, its private key and its webhook secret only a part is set.",
            where=missing[0],
            hint="Set all three, or none to register an App.",
        )
    if "MILEPOST_WEBHOOK_SECRET_OLD" in values and "MILEPOST_WEBHOOK_SECRET" not in values:
        raise ConfigError(
            "the old secret is set, but not the new one.", where="MILEPOST_WEBHOOK_SECRET"
        )
