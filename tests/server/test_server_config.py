"""What the environment may say about the server, and what is told of what it may not."""

import re
from pathlib import Path

import pytest
from docs.pages import ROOT, codes, sections

from bot.errors import ConfigError
from bot.server import config

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIcanary\n-----END RSA PRIVATE KEY-----\n"
APP = {
    "MILEPOST_CLIENT_ID": "Iv1.0123456789abcdef",
    "MILEPOST_PRIVATE_KEY": KEY,
    "MILEPOST_WEBHOOK_SECRET": "canary-new",
}


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    found = config.read({"MILEPOST_DATA_DIR": str(tmp_path)})
    assert found.issuer is None
    assert found.database_url.get_secret_value() == f"sqlite:///{tmp_path}/milepost.sqlite3"


def test_empty_counts_as_not_set() -> None:
    assert config.read(dict.fromkeys(config.VARIABLES, " ")) == config.read({})


def test_an_app_is_told_by_three_variables() -> None:
    found = config.read(APP)
    assert found.issuer == "Iv1.0123456789abcdef"
    assert config.read({**APP, "MILEPOST_CLIENT_ID": "", "MILEPOST_APP_ID": "7"}).issuer == "7"


@pytest.mark.parametrize("missing", APP)
def test_half_of_an_app_is_refused(missing: str) -> None:
    with pytest.raises(ConfigError, match=r"only a part is set"):
        config.read({**APP, missing: ""})


def test_both_secrets_open_while_they_are_changed() -> None:
    found = config.read({**APP, "MILEPOST_WEBHOOK_SECRET_OLD": "canary-old"})
    assert found.webhook_secrets == (b"canary-new", b"canary-old")


def test_the_key_comes_from_a_file_or_on_one_line(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(KEY)
    by_file = {**APP, "MILEPOST_PRIVATE_KEY": "", "MILEPOST_PRIVATE_KEY_FILE": str(file)}
    on_one_line = {**APP, "MILEPOST_PRIVATE_KEY": KEY.replace("\n", "\\n")}
    for environ in (APP, by_file, on_one_line):
        key = config.read(environ).private_key
        assert key is not None
        assert key.get_secret_value() == KEY


def test_secrets_show_nowhere() -> None:
    database = "postgresql://milepost:canary@db/milepost"
    found = config.read({**APP, "MILEPOST_DATABASE_URL": database})
    assert "canary" not in f"{found!r} {found}"
    assert found.database_url.get_secret_value() == database.replace("://", "+psycopg://", 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MILEPOST_DATABASE_URL", "mysql://canary@db/x"),
        ("MILEPOST_DATABASE_URL", "canary"),
        ("MILEPOST_DATABASE_URL", "postgresql://[canary/x"),
        ("MILEPOST_DATABASE_URL", "postgresql://milepost@db:canary/x"),
        ("MILEPOST_PUBLIC_URL", "canary.example"),
        ("MILEPOST_PUBLIC_URL", "https://example.org/canary"),
        ("MILEPOST_PUBLIC_URL", "https://user:canary@example.org"),
        ("GITHUB_API_URL", "https://example.org:canary"),
        ("MILEPOST_APP_ID", "canary"),
        ("MILEPOST_APP_ID", "-1"),
        ("MILEPOST_CLIENT_ID", "can ary"),
        ("MILEPOST_PRIVATE_KEY", "canary"),
        ("MILEPOST_PRIVATE_KEY_FILE", "/nowhere/canary"),
        ("MILEPOST_WEBHOOK_SECRET_OLD", "canary"),
        ("MILEPOST_THREADS", "-1"),
        ("MILEPOST_SETTLE", "canary"),
        ("MILEPOST_WRITE_INTERVAL", "-1"),
        ("MILEPOST_METRICS_TOKEN", "canary"),
        ("MILEPOST_SECRET_KEY", "canary"),
    ],
)
def test_what_is_wrong_is_told_by_its_variable_and_not_shown(name: str, value: str) -> None:
    app = {} if "PRIVATE" in name or "SECRET" in name else APP
    with pytest.raises(ConfigError) as reported:
        config.read({**app, name: value})
    assert reported.value.where is not None
    assert name.removesuffix("_OLD") in reported.value.where
    assert "canary" not in str(reported.value)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("MILEPOST_THREADS", "many", "write a number from 0 to 128."),
        ("MILEPOST_SETTLE", "nan", "write a number from 0 to 60."),
        ("MILEPOST_PAGE_LIMIT", "0", "write a number from 1 to 1,000,000."),
        ("MILEPOST_METRICS_TOKEN", "short", "this is too short: write at least 16 characters."),
        ("MILEPOST_SECRET_KEY", "short", "this is too short: write at least 32 characters."),
        ("MILEPOST_TRUSTED_PROXIES", "proxy", "'proxy' is no address and no network."),
        ("MILEPOST_TRUSTED_PROXIES", "10.0.0.0/8,10.1.2.3/8", "'10.1.2.3/8' is no address"),
        ("MILEPOST_TRUSTED_PROXIES", "127.0.0.1,*", "'*' is no address and no network."),
        ("MILEPOST_TRUSTED_PROXIES", "127.0.0.1,", "'' is no address and no network."),
    ],
)
def test_what_is_wrong_is_put_in_our_words(name: str, value: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name}: {re.escape(text)}"):
        config.read({name: value})


@pytest.mark.parametrize("value", ["*", "127.0.0.1", "10.0.0.0/8, 2001:db8::/32 ,192.0.2.1"])
def test_proxies_are_addresses_and_networks(value: str) -> None:
    assert config.read({"MILEPOST_TRUSTED_PROXIES": value}).trusted_proxies == value


def test_all_wrong_values_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as reported:
        config.read({"MILEPOST_THREADS": "x", "MILEPOST_SETTLE": "y"})
    assert str(reported.value) == (
        "MILEPOST_THREADS: write a number from 0 to 128."
        " MILEPOST_SETTLE: write a number from 0 to 60."
    )


def test_a_name_that_nobody_reads_is_told_with_the_nearest() -> None:
    environ = {"MILEPOST_TRUSTED_PROXY": "x", "MILEPOST_COFFEE": "x", "OTHER": "x"}
    coffee, proxy = config.unknown_variables(environ)
    assert coffee == "MILEPOST_COFFEE is no setting and has no effect."
    assert proxy == (
        "MILEPOST_TRUSTED_PROXY is no setting and has no effect."
        " Did you mean MILEPOST_TRUSTED_PROXIES?"
    )


@pytest.mark.parametrize("page", ["compose.yaml", "docs/reference/environment.md"])
def test_a_name_that_others_read_is_no_mistake(page: str) -> None:
    """The file .env is for compose.yaml and for the server alike."""
    names = re.findall(r"MILEPOST_[A-Z_]+", (ROOT / page).read_text())
    assert names
    assert not config.unknown_variables(dict.fromkeys((*config.VARIABLES, *names), "x"))


def test_two_keys_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="keep one"):
        config.read({**APP, "MILEPOST_PRIVATE_KEY_FILE": str(tmp_path)})


def test_the_reference_tells_every_variable_and_its_default() -> None:
    table = sections(ROOT / "docs" / "reference" / "server.md")["Environment"].tables[0][1:]
    assert [codes(row[0])[0] for row in table] == list(config.VARIABLES)
    fields = config.ServerConfig.model_fields
    for row, (name, field) in zip(table, config.VARIABLES.items(), strict=True):
        default = fields[field].default
        if isinstance(default, (int, float, str)):
            shown = f"{default:g}" if isinstance(default, float) else str(default)
            assert codes(row[1]) == [shown], name
