"""The App's key: what is signed with it, and what is told when it is none."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import ConfigError
from bot.github.app_key import AppKey
from github_sandbox.state import apps

KEY, PUBLIC_KEY = apps.key_pair()
SIGNER = AppKey("Iv1.x", SecretStr(KEY))  # loading the key takes a tenth of a second
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(st.lists(st.integers(-1200, 1200), min_size=1, max_size=8))
def test_signatures_are_what_github_asks_for_whatever_the_clock_does(moves: list[int]) -> None:
    now = NOON + timedelta(seconds=0.5)
    for move in moves:
        now += timedelta(seconds=move)
        signed = SIGNER.sign(now).get_secret_value()
        claims = jwt.decode(
            signed,
            PUBLIC_KEY,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["iss"] == "Iv1.x"
        assert claims["iat"] <= now.timestamp() - 60
        assert now.timestamp() + 60 < claims["exp"] <= now.timestamp() + 600


def test_a_signature_is_kept_for_some_minutes_and_never_used_out_of_its_time() -> None:
    key = AppKey("Iv1.x", SecretStr(KEY))
    first = key.sign(NOON)
    assert key.sign(NOON + timedelta(minutes=7)) == first
    assert key.sign(NOON + timedelta(minutes=8)) != first
    assert key.sign(NOON - timedelta(minutes=1)) != first


def test_a_key_may_be_written_on_one_line() -> None:
    AppKey("Iv1.x", SecretStr(KEY.replace("\n", "\\n"))).check()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "canary",
        "/etc/key.pem",
        KEY[:200],
        KEY.replace("A", "B"),
        PUBLIC_KEY,
    ],
    ids=["empty", "words", "path", "cut", "damaged", "public"],
)
def test_what_is_no_key_is_told_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigError, match="private key") as reported:
        AppKey("Iv1.x", SecretStr(key)).check()
    assert "canary" not in str(reported.value)
    assert KEY[40:80] not in str(reported.value)
    assert reported.value.__suppress_context__, "what cryptography says may quote the key"


def test_an_encrypted_or_an_elliptic_key_is_none_either() -> None:
    from cryptography.hazmat.primitives import serialization as wire
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    form = wire.PrivateFormat.PKCS8
    locks = (wire.NoEncryption(), wire.BestAvailableEncryption(b"x"))
    for lock, words in zip(locks, ("no RSA key", "encrypted"), strict=True):
        pem = key.private_bytes(wire.Encoding.PEM, form, lock).decode()
        with pytest.raises(ConfigError, match=words):
            AppKey("Iv1.x", SecretStr(pem)).check()
