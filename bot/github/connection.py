"""Names which repository, on which GitHub, and as whom."""

import hashlib
import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.errors import AuthenticationError, ConfigError
from bot.github.addresses import is_http_address
from bot.github.api_client import PUBLIC_API

_NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_.-]+")
_TOKEN = re.compile(r"[\x21-\x7e]+")
BY_INSTALLATION = "GitHub App installation token"
_KINDS = {
    "ghp_": "classic personal access token",
    "github_pat_": "fine-grained personal access token",
    "gho_": "OAuth app token",
    "ghu_": "GitHub App user token",
    "ghs_": BY_INSTALLATION,
    "ghr_": "refresh token",
}


class Connection(BaseModel):
    """Name a repository, its GitHub, and as whom to ask. The token shows in no repr or error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    repository: str
    token: SecretStr | None = None
    api_url: str = PUBLIC_API
    graphql_url: str | None = None

    @field_validator("repository", mode="after")
    @classmethod
    def _check_repository(cls, name: str) -> str:
        if not _NAME.fullmatch(name.strip()):
            raise ConfigError(
                f"'{name}' does not name a repository.",
                where="GITHUB_REPOSITORY",
                hint="Write it as OWNER/NAME, the way its address on GitHub ends.",
            )
        return name.strip()

    @field_validator("token", mode="after")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        text = token.get_secret_value().strip() if token is not None else ""
        if not text:
            return None
        if not _TOKEN.fullmatch(text):
            raise AuthenticationError(
                "The token holds characters that no token has, such as a space or a line break.",
                where="GITHUB_TOKEN",
                hint="Copy it again, alone on its line.",
            )
        return SecretStr(text)

    @field_validator("api_url", "graphql_url", mode="after")
    @classmethod
    def _check_url(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None:
            return None
        if not is_http_address(url.strip()):
            graphql = info.field_name == "graphql_url"
            raise ConfigError(
                f"'{url.rpartition('@')[2]}' is no address of an API.",
                where="GITHUB_GRAPHQL_URL" if graphql else "GITHUB_API_URL",
                hint="Leave it out: it follows from GITHUB_API_URL."
                if graphql
                else f"Leave it out for {PUBLIC_API}; on GitHub Enterprise Server it is "
                "https://HOST/api/v3.",
            )
        scheme, rest = url.strip().rstrip("/").split(":", 1)
        return f"{scheme.lower()}:{rest}"

    @model_validator(mode="after")
    def _check_hosts(self) -> Self:
        if urlsplit(self.graphql).netloc.lower() != urlsplit(self.api_url).netloc.lower():
            raise ConfigError(
                f"'{self.graphql}' is on another host than '{self.api_url}'.",
                where="GITHUB_GRAPHQL_URL",
                hint="Leave it out: it follows from GITHUB_API_URL.",
            )
        return self

    @property
    def root(self) -> str:
        """Return the path of the repository below the API root."""
        return f"/repos/{self.repository}"

    @property
    def graphql(self) -> str:
        """Return the GraphQL address given, or where GitHub and its Enterprise Server have it."""
        return self.graphql_url or self.api_url.removesuffix("/v3") + "/graphql"

    @property
    def fingerprint(self) -> str:
        """Return 16 hex digits of a hash, which tell tokens apart; '' without a token."""
        if self.token is None:
            return ""
        secret = self.token.get_secret_value()
        return hashlib.sha256(f"milepost:{secret}".encode()).hexdigest()[:16]

    @property
    def token_kind(self) -> str | None:
        """Return what the token's prefix says it is; None without a token."""
        if self.token is None:
            return None
        secret = self.token.get_secret_value()
        return next((kind for start, kind in _KINDS.items() if secret.startswith(start)), "unknown")
