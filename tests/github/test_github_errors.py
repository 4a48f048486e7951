"""Every way GitHub says no becomes its own error, with what to do about it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture

from bot.errors import (
    AlreadyExistsError,
    AuthenticationError,
    BranchRuleError,
    DeletedError,
    FullError,
    GitHubError,
    InteractionLimitError,
    InvalidChangeError,
    IssuesDisabledError,
    LockedError,
    MilepostError,
    NotThereError,
    PermissionDeniedError,
    PersonBlockedError,
    RepositoryArchivedError,
    RepositoryMissingError,
)
from bot.github.answer import (
    Answer,
    AnswerLostError,
    LimitReachedError,
    RedirectedError,
    UnreadableAnswerError,
)
from bot.github.errors import (
    AppRefusedError,
    InstallationGoneError,
    error_of,
    installation_error,
    moved_error,
)
from bot.github.rate_limit_headers import limit_of, quota_of
from bot.github.repository_client import check

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOME = "/repos/learner/portfolio"
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."


def answer(
    status: int,
    body: Any = None,
    *,
    path: str = f"{HOME}/issues",
    method: str = "GET",
    **headers: str,
) -> Answer:
    """An answer; header names are written with underscores, a text is sent as it is."""
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(method, path, status, named, text)


def text(message: str, **more: Any) -> dict[str, Any]:
    return {"message": message, "documentation_url": "https://docs.github.com/rest", **more}


def invalid(*errors: Any) -> dict[str, Any]:
    return text("Validation Failed", errors=list(errors))


TAKEN = {"resource": "Label", "code": "already_exists", "field": "name"}
BLOCKED = {"resource": "IssueComment", "code": "unprocessable", "message": "User is blocked"}
LONG = {
    "resource": "Issue",
    "code": "custom",
    "field": "body",
    "message": "body is too long (maximum is 65536 characters)",
}
NO_PERMISSION = text("Resource not accessible by personal access token")
REFUSALS: dict[str, tuple[Answer, type[MilepostError]]] = {
    "wrong token": (answer(401, text("Bad credentials")), AuthenticationError),
    "archived": (
        answer(403, text("Repository was archived so is read-only.")),
        RepositoryArchivedError,
    ),
    "missing permission, named": (
        answer(403, NO_PERMISSION, x_accepted_github_permissions="issues=write"),
        PermissionDeniedError,
    ),
    "one of two permissions": (
        answer(
            403,
            NO_PERMISSION,
            x_accepted_github_permissions="issues=write; pull_requests=write,contents=read",
        ),
        PermissionDeniedError,
    ),
    "missing permission, not named": (
        answer(403, text("Must have admin rights to Repository.")),
        PermissionDeniedError,
    ),
    "suspended": (
        answer(403, text("This installation has been suspended")),
        PermissionDeniedError,
    ),
    "blocked": (answer(451, text("Repository access blocked")), GitHubError),
    "no repository": (answer(404, text("Not Found")), RepositoryMissingError),
    "no such issue": (answer(404, text("Not Found"), path=f"{HOME}/issues/7"), NotThereError),
    "deleted issue": (
        answer(410, text("This issue was deleted"), path=f"{HOME}/issues/7"),
        DeletedError,
    ),
    "issues switched off": (
        answer(410, text("Issues are disabled for this repo")),
        IssuesDisabledError,
    ),
    "label taken": (
        answer(422, invalid(TAKEN), path=f"{HOME}/labels", method="POST"),
        AlreadyExistsError,
    ),
    "locked": (
        answer(403, text("Unable to create comment because issue is locked."), method="POST"),
        LockedError,
    ),
    "somebody blocked us": (answer(422, invalid(BLOCKED), method="POST"), PersonBlockedError),
    "interactions limited": (
        answer(422, invalid("Interactions on this repository have been restricted to users.")),
        InteractionLimitError,
    ),
    "interactions limited, the other way": (
        answer(403, text("Interactions on this repository have been restricted to users.")),
        InteractionLimitError,
    ),
    "a ruleset": (
        answer(
            409,
            text(
                "Repository rule violations found\n\nChanges must be made through a pull "
                "request.\n\n"
            ),
            method="PUT",
        ),
        BranchRuleError,
    ),
    "another rule": (
        answer(422, text("Repository rule violations found\n\nCommits must be signed.")),
        BranchRuleError,
    ),
    "a protected branch": (
        answer(409, text("Changes must be made through a pull request."), method="PUT"),
        BranchRuleError,
    ),
    "a full parent": (
        answer(422, text("Parent cannot have more than 100 sub-issues"), method="POST"),
        FullError,
    ),
    "body too long": (answer(422, invalid(LONG), method="POST"), InvalidChangeError),
    "field missing and a bare sentence": (
        answer(
            422,
            invalid({"resource": "Issue", "code": "missing_field", "field": "title"}, "And more."),
            method="POST",
        ),
        InvalidChangeError,
    ),
    "errors that are no list": (
        answer(422, text("Validation Failed", errors="Sub-issue may only have one parent")),
        InvalidChangeError,
    ),
    "refused in one sentence": (
        answer(422, text("Invalid request.\n\nFor 'links/0', nil is not an object.")),
        InvalidChangeError,
    ),
    "unknown version": (answer(400, text("1999-01-01 is not a supported version.")), GitHubError),
    "a proxy's page": (
        answer(403, "<html>Blocked by policy</html>", content_type="text/html; charset=utf-8"),
        UnreadableAnswerError,
    ),
    "an empty refusal": (answer(404), RepositoryMissingError),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_has_its_class(name: str) -> None:
    refusal, kind = REFUSALS[name]
    assert type(error_of(refusal, "learner/portfolio")) is kind


def test_the_errors_read_well(file_regression: FileRegressionFixture) -> None:
    found = {
        name: error_of(refusal, "learner/portfolio") for name, (refusal, _) in REFUSALS.items()
    }
    found["moved"] = moved_error("learner/portfolio", "learner/path")
    found["moved out of sight"] = moved_error("learner/portfolio", None)
    shown = [f"# {name} ({type(e).__name__}, exit {e.exit_code})\n{e}" for name, e in found.items()]
    file_regression.check("\n\n".join(shown) + "\n", encoding="utf-8")


def test_an_installation_is_gone_only_where_the_app_is_known() -> None:
    path = "/app/installations/7"
    gone = installation_error(answer(404, text("Not Found"), path=path), "Iv1.x", 7)
    refused = installation_error(answer(404, text("Integration not found"), path=path), "Iv1.x", 7)
    assert (type(gone), type(refused)) == (InstallationGoneError, AppRefusedError)


@pytest.mark.parametrize(("resource", "quota"), [("core", (5000, 42, 60.0)), ("search", None)])
def test_only_the_hour_of_the_core_counts(
    resource: str, quota: tuple[int, int, float] | None
) -> None:
    hour = answer(
        200,
        [],
        x_ratelimit_resource=resource,
        x_ratelimit_limit="5000",
        x_ratelimit_remaining="42",
        x_ratelimit_reset=str(int(NOW.timestamp()) + 60),
    )
    assert quota_of(hour.headers, NOW) == quota


def test_good_answers_pass() -> None:
    for status in (200, 201, 204, 304):
        check(answer(status), "learner/portfolio", NOW)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_tell_where_to(status: int) -> None:
    with pytest.raises(RedirectedError) as caught:
        check(answer(status, location="https://elsewhere"), "learner/portfolio", NOW)
    assert caught.value.location == "https://elsewhere"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_says_nothing_about_the_outcome(status: int) -> None:
    with pytest.raises(AnswerLostError):
        check(answer(status, "<html>Unicorn!</html>"), "learner/portfolio", NOW)


class TestLimits:
    @pytest.mark.parametrize(
        ("refusal", "secondary", "after", "reset_in"),
        [
            (answer(403, text(SECONDARY), retry_after="60"), True, 60.0, None),
            (answer(429, text(SECONDARY), retry_after="7"), True, 7.0, None),
            (answer(403, text(SECONDARY)), True, None, None),
            (answer(429, "<html>Too many requests</html>"), True, None, None),
            (answer(403, text("Slow down"), retry_after="3"), True, 3.0, None),
            (
                answer(
                    403,
                    text("API rate limit exceeded for user ID 1."),
                    x_ratelimit_remaining="0",
                    x_ratelimit_reset=str(int(NOW.timestamp()) + 90),
                ),
                False,
                None,
                90.0,
            ),
            (
                answer(
                    403,
                    text(SECONDARY),
                    x_ratelimit_remaining="4000",
                    x_ratelimit_reset=str(int(NOW.timestamp()) + 90),
                ),
                True,
                None,
                None,
            ),
            (
                answer(429, text(SECONDARY), retry_after="Sun, 01 Mar 2026 12:02:00 GMT"),
                True,
                120.0,
                None,
            ),
            (
                answer(
                    422,
                    invalid({"code": "custom", "message": "was submitted too quickly"}),
                    x_ratelimit_remaining="4000",
                ),
                True,
                None,
                None,
            ),
            (
                answer(
                    200,
                    {"errors": [{"type": "UNPROCESSABLE", "message": "was submitted too quickly"}]},
                    path="/graphql",
                ),
                True,
                None,
                None,
            ),
            (
                answer(
                    200,
                    {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
                    path="/api/graphql",
                ),
                True,
                None,
                None,
            ),
            (
                answer(200, {"data": None, "errors": [{"message": SECONDARY}]}, path="/graphql"),
                True,
                None,
                None,
            ),
        ],
    )
    def test_all_its_forms_are_known(
        self, refusal: Answer, secondary: bool, after: float | None, reset_in: float | None
    ) -> None:
        limit = limit_of(refusal, NOW)
        assert limit is not None
        assert (limit.secondary, limit.after, limit.reset_in) == (secondary, after, reset_in)

    def test_the_reset_is_measured_on_the_servers_clock(self) -> None:
        limit = limit_of(
            answer(
                403,
                text("API rate limit exceeded"),
                x_ratelimit_remaining="0",
                x_ratelimit_reset=str(int(NOW.timestamp())),
                date="Sun, 01 Mar 2026 11:50:00 GMT",
            ),
            NOW,
        )
        assert limit is not None
        assert limit.reset_in == 600.0

    @pytest.mark.parametrize(
        "other",
        [
            answer(403, NO_PERMISSION, x_ratelimit_remaining="4999"),
            answer(404, text("Not Found"), retry_after="60"),
            answer(200, {"errors": [{"message": SECONDARY}]}, path=f"{HOME}/issues"),
            answer(200, {"errors": [{"type": "NOT_FOUND", "message": "No"}]}, path="/graphql"),
            answer(200, {"data": {}}, path="/graphql"),
        ],
    )
    def test_nothing_else_is_taken_for_one(self, other: Answer) -> None:
        assert limit_of(other, NOW) is None


headers = st.dictionaries(
    st.sampled_from(
        [
            "retry-after",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "date",
            "content-type",
            "location",
            "x-accepted-github-permissions",
        ]
    ),
    st.text(max_size=30) | st.integers(-5, 10**15).map(str) | st.just("0"),
)
bodies = st.text(max_size=40) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "errors", "code", "field", "type"]), inner, max_size=3
        )
    ),
    max_leaves=6,
).map(json.dumps)


@given(
    status=st.integers(200, 599),
    found=headers,
    text=bodies,
    path=st.sampled_from([HOME, f"{HOME}/issues/1", "/graphql"]),
)
def test_no_answer_is_too_odd_to_be_judged(
    status: int, found: dict[str, str], text: str, path: str
) -> None:
    judged: Exception | None = None
    try:
        check(Answer("POST", path, status, found, text), "learner/portfolio", NOW)
    except (LimitReachedError, AnswerLostError, RedirectedError, MilepostError) as raised:
        judged = raised
    assert (judged is None) == (status < 300 or status == 304) or path == "/graphql"
    if isinstance(judged, LimitReachedError):
        waits = (judged.after, judged.reset_in)
        assert all(wait is None or 0 <= wait <= 864_000 for wait in waits)
