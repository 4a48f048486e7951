"""Names the permissions that Milepost needs as a GitHub App, and that each token needs.

An installation grants once what the App may ever do there; a token is asked for with only what its
run needs. Names and levels after "Permissions required for GitHub Apps" and "Webhook events and
payloads".
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.settings import FileSettings

Level = Literal["read", "write"]


class Rights(BaseModel):
    """Name levels by permission; None leaves one out. By itself the least for a plan.

    `metadata: read` always comes along: GitHub gives no token without it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issues: Level | None = "write"
    contents: Level | None = None
    pull_requests: Level | None = None

    @property
    def permissions(self) -> dict[str, str]:
        """Return them as GitHub's API names them."""
        return {"metadata": "read", **self.model_dump(exclude_none=True)}


LEAST = Rights()
LISTING = Rights(issues=None)  # enough to ask which repositories there are


class Reach(StrEnum):
    """Say how far an App can go at most; whoever registers one decides.

    PUBLIC keeps plans in public repositories. PRIVATE also reads the settings, the guide and the
    merged pull requests of private ones. FILES can also write what `publish` asks for.
    """

    PUBLIC = "public"
    PRIVATE = "private"
    FILES = "files"


REACH: Mapping[Reach, Rights] = MappingProxyType(
    {
        Reach.PUBLIC: LEAST,
        Reach.PRIVATE: Rights(contents="read", pull_requests="read"),
        Reach.FILES: Rights(contents="write", pull_requests="write"),
    }
)
_EVENTS = ("issues", "issue_comment", "label", "milestone", "repository")


def events(reach: Reach) -> tuple[str, ...]:
    """Return the webhook events an App of that reach subscribes to.

    Those about the installation itself come unasked. GitHub tells of a push only who may read
    files.
    """
    return _EVENTS if REACH[reach].contents is None else (*_EVENTS, "push")


def rights_for(settings: FileSettings | None, *, private: bool) -> Rights:
    """Return the least that a run in a repository needs; `settings` None until they are read.

    Files of a public repository can be read with any token, those of a private one cannot. A file
    of the default branch goes by a pull request where a rule refuses the push.
    """
    publish = settings.publish if settings is not None else None
    proposes = publish is not None and (publish.to_default or publish.reports == "pull-request")
    writes = publish is not None and (publish.to_branch or proposes)
    reads: Level | None = "read" if private else None
    return Rights(
        contents="write" if writes else reads, pull_requests="write" if proposes else reads
    )
