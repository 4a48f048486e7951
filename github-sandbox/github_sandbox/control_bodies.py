"""What the control routes take, as JSON bodies; unknown keys are refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from github_sandbox.state.faults import KINDS
from github_sandbox.state.moderation import InteractionLimit, Rule
from github_sandbox.state.objects import Role


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FaultBody(RequestBody):
    kind: str = Field(examples=list(KINDS))
    method: str = "*"
    path: str = "*"
    nth: Annotated[int, Field(ge=1)] = 1
    times: Annotated[int, Field(ge=0)] = 1
    retry_after: int | None = None
    hold: Annotated[float, Field(ge=0, le=600)] = 30.0
    requests: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(ge=0)] = 0.0
    pid: Annotated[int, Field(gt=1)] | None = None
    name: Annotated[str, Field(pattern=r"^[\w.-]+$")] = "renamed"


class UserBody(RequestBody):
    login: str
    name: str | None = None
    kind: Literal["User", "Organization"] = "User"
    owners: list[str] = Field(default_factory=list)


class TokenBody(RequestBody):
    token: str
    user: str | None = None
    kind: Literal["fine-grained", "classic", "workflow"] = "fine-grained"
    permissions: dict[str, Literal["read", "write"]] | None = None
    repositories: list[str] | None = None
    expires_in: float | None = None


class RepositoryBody(RequestBody):
    full_name: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    private: bool = False
    description: str | None = None
    empty: bool = False
    collaborators: dict[str, Role] = Field(default_factory=dict)


class RepositoryChangeBody(RequestBody):
    name: Annotated[str, Field(pattern=r"^[\w.-]+$")] | None = None
    archived: bool | None = None
    issues_enabled: bool | None = None
    private: bool | None = None
    is_template: bool | None = None
    interaction_limit: InteractionLimit | Literal["none"] | None = None
    protected_branches: list[str] | None = None
    protected_by: Rule = "ruleset"


class LimitsBody(RequestBody):
    primary: int | None = None
    secondary: bool | None = None
    points_per_minute: int | None = None
    created_per_minute: int | None = None
    created_per_hour: int | None = None
    secondary_status: Literal[403, 429] | None = None


class WebhookFaultsBody(RequestBody):
    held: bool | None = None
    lose: Annotated[int, Field(ge=0)] | None = None
    copies: Annotated[int, Field(ge=1)] | None = None


class HookBody(RequestBody):
    repository: str
    url: str
    secret: str | None = None
    events: list[str] | None = None


class AppBody(RequestBody):
    name: str
    owner: str | None = None
    permissions: dict[str, Literal["read", "write"]]
    events: list[str] = Field(default_factory=list)
    hook_url: str | None = None
    hook_secret: str | None = None
    setup_url: str | None = None
    setup_on_update: bool = False
    callback_urls: list[str] = Field(default_factory=list)
    external_url: str = "https://example.invalid"
    description: str | None = None
    public: bool = True


class InstallBody(RequestBody):
    account: str | None = None
    repositories: list[str] | None = None
