"""What a person sees in the browser, and what the forms do."""

import httpx2
import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state import pulls
from tests.client import Api

HOME = "/learner/portfolio"
PAGES = [
    "/",
    "/learner",
    HOME,
    f"{HOME}/tree/main/docs",
    f"{HOME}/blob/main/README.md",
    f"{HOME}/raw/main/README.md",
    f"{HOME}/issues",
    f"{HOME}/issues/new",
    f"{HOME}/issues/1",
    f"{HOME}/milestones",
    f"{HOME}/milestone/1",
    f"{HOME}/labels",
    f"{HOME}/pull/3",
    f"{HOME}/tree/pic/tures",
    f"{HOME}/blob/pic/tures/deep/card.svg",
    f"{HOME}/raw/pic/tures/deep/card.svg",
    f"{HOME}/actions",
    f"{HOME}/releases",
    f"{HOME}/releases/tag/v/1",
    "/requests",
    "/assets/style.css",
    "/avatars/u/1001",
]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><style>*{fill:red}</style></svg>'
BODY = "<!-- hidden -->\n- [ ] Read\n- [x] Write\n\n<script>alert(1)</script>"


@pytest.fixture
def seeded(sandbox: Sandbox, api: Api) -> Sandbox:
    world = sandbox.world
    world.commit_files(world.repository(), {"docs/a.md": b"# A"}, "Add docs")
    due = {"title": "Weeks 1-2", "due_on": "2026-01-05T12:00:00Z", "description": "**Start**"}
    api("POST", "/milestones", due)
    api("POST", "/labels", {"name": "kind: course", "color": "0e8a16", "description": "To take"})
    first = {"body": BODY, "labels": ["kind: course"], "milestone": 1}
    api.issue("Learn <b>Python</b>", **first)
    child = api.issue("Read a book")
    api("POST", "/issues/1/sub_issues", {"sub_issue_id": child["id"]})
    api("POST", "/issues/1/comments", {"body": "Well *done*\n- [ ] one more"})
    api("POST", "/issues/1/reactions", {"content": "rocket"})
    home = world.repository()
    pulls.propose(world, world.actor(), home, "A pull request")
    world.commit_files(home, {"deep/card.svg": SVG}, "Draw", "pic/tures")
    api("POST", "/releases", {"tag_name": "v/1", "name": "First", "body": "**Done**"})
    return sandbox


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_and_locked_down(seeded: Sandbox, web: httpx2.Client, path: str) -> None:
    answer = web.get(path)

    assert answer.status_code == 200
    if answer.headers["content-type"].startswith("text/html"):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert seeded.url not in answer.text  # all addresses are relative


@pytest.mark.parametrize(
    "path",
    [
        "/nobody",
        "/learner/none",
        f"{HOME}/issues/99",
        f"{HOME}/x/y",
        f"{HOME}/raw/pic/tures/gone",
        f"{HOME}/blob/gone/a",
        f"{HOME}/releases/tag/v9",
    ],
)
@pytest.mark.usefixtures("seeded")
def test_a_page_that_is_not_there_says_so(web: httpx2.Client, path: str) -> None:
    answer = web.get(path)

    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


@pytest.mark.usefixtures("seeded")
def test_an_issue_shows_what_hangs_on_it(web: httpx2.Client) -> None:
    text = web.get(f"{HOME}/issues/1").text

    for part in [
        "Learn &lt;b&gt;Python&lt;/b&gt;",
        "kind: course",
        "Weeks 1-2",
        "Due Jan 5, 2026",
        "Read a book",
        "Well <em>done</em>",
        "🚀 1",
        "1 of 2 ticked",
    ]:
        assert part in text
    assert "hidden -->" not in text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("deep/card.svg", "image/svg+xml"),
        ("badge.json", "application/json"),
        ("report.md", "text/plain; charset=utf-8"),
        ("report.html", "text/plain; charset=utf-8"),
        ("LICENSE", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_of_a_branch_is_served_as_what_it_is(
    seeded: Sandbox, web: httpx2.Client, name: str, kind: str
) -> None:
    seeded.world.commit_files(seeded.world.repository(), {name: SVG}, "Add", "pic/tures")
    answer = web.get(f"{HOME}/raw/pic/tures/{name}")

    assert answer.content == SVG
    assert answer.headers["content-type"].split(";")[0] == kind.split(";", maxsplit=1)[0]
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


@pytest.mark.usefixtures("seeded")
def test_a_picture_is_shown_on_its_page_and_its_branch_is_linked(web: httpx2.Client) -> None:
    assert (
        f'<img src="{HOME}/raw/pic/tures/deep/card.svg"'
        in web.get(f"{HOME}/blob/pic/tures/deep/card.svg").text
    )
    assert f'href="{HOME}/tree/pic/tures"' in web.get(HOME).text
    assert "deep" in web.get(f"{HOME}/tree/pic/tures").text


def test_pinned_issues_stand_on_top_of_the_whole_list(seeded: Sandbox, web: httpx2.Client) -> None:
    assert "Pinned issues" not in web.get(f"{HOME}/issues").text
    seeded.world.repository().issues[1].pinned = True

    text = web.get(f"{HOME}/issues").text
    assert text.index("Pinned issues") < text.index("Learn &lt;b&gt;") < text.index("open</a>")
    assert "Pinned issues" not in web.get(f"{HOME}/issues?q=book").text


def test_reactions_stand_under_a_comment(seeded: Sandbox, web: httpx2.Client, api: Api) -> None:
    (comment,) = seeded.world.repository().issues[1].comments
    api("POST", f"/issues/comments/{comment.id}/reactions", {"content": "confused"})

    assert "😕 1" in web.get(f"{HOME}/issues/1").text


def test_the_learner_merges_a_pull_request(seeded: Sandbox, web: httpx2.Client) -> None:
    assert "Merge pull request" in web.get(f"{HOME}/pull/3").text
    assert web.post(f"{HOME}/pull/3/merge").status_code == 303

    text = web.get(f"{HOME}/pull/3").text
    assert "Merged" in text
    assert "Reopen" not in text
    pull = seeded.world.repository().issues[3].pull
    assert pull is not None
    assert pull.merged_at is not None
    assert web.post(f"{HOME}/pull/3/merge").status_code == 405


@pytest.mark.usefixtures("seeded")
def test_a_list_is_narrowed_by_label_milestone_and_text(web: httpx2.Client) -> None:
    def shown(query: str) -> list[bool]:
        text = web.get(f"{HOME}/issues?{query}").text
        return [name in text for name in ("Learn &lt;b&gt;", "Read a book")]

    assert shown("") == [True, True]
    assert shown("label=KIND:+course") == [True, False]
    assert shown("milestone=none") == [False, True]
    assert shown("q=book") == [False, True]
    assert shown("q=%231") == [True, False]
    assert shown("state=closed") == [False, False]


@pytest.mark.usefixtures("seeded")
def test_the_learner_closes_and_reopens(web: httpx2.Client, api: Api) -> None:
    web.post(f"{HOME}/issues/1/state", data={"reason": "not_planned"})
    closed = api("GET", "/issues/1").json()
    web.post(f"{HOME}/issues/1/state")

    assert (closed["state"], closed["state_reason"]) == ("closed", "not_planned")
    assert closed["closed_by"]["login"] == "learner"
    assert api("GET", "/issues/1").json()["state"] == "open"


@pytest.mark.usefixtures("seeded")
def test_the_learner_ticks_edits_and_comments(web: httpx2.Client, api: Api) -> None:
    ticked = web.post(f"{HOME}/issues/1/tick", data={"line": "1"})
    assert ticked.status_code == 303
    assert "- [x] Read" in api("GET", "/issues/1").json()["body"]

    comment = api("GET", "/issues/1/comments").json()[0]["id"]
    web.post(f"{HOME}/issues/1/tick", data={"line": "1", "comment": str(comment)})
    assert api("GET", f"/issues/comments/{comment}").json()["body"].endswith("- [x] one more")

    web.post(f"{HOME}/issues/1/edit", data={"title": "Ünicode & more", "body": "a\r\nb"})
    web.post(f"{HOME}/issues/1/comments", data={"body": "Done"})
    issue = api("GET", "/issues/1").json()
    assert (issue["title"], issue["body"], issue["comments"]) == ("Ünicode & more", "a\r\nb", 2)


def test_the_learner_makes_and_deletes(seeded: Sandbox, web: httpx2.Client, api: Api) -> None:
    made = web.post(f"{HOME}/issues/new", data={"title": "Mine", "body": ""})
    assert made.headers["location"] == f"{HOME}/issues/4"
    web.post(f"{HOME}/issues/4/delete")
    web.post(f"{HOME}/labels/delete", data={"label": "kind: course"})
    web.post(f"{HOME}/milestone/1/delete")
    web.post("/requests/forget")

    assert len(seeded.world.journal.entries) == 0
    assert api("GET", "/issues/4").status_code == 410
    assert api("GET", "/labels").json() == []
    assert api("GET", "/milestones").json() == []


def test_a_refused_form_says_why(seeded: Sandbox, web: httpx2.Client) -> None:
    empty = web.post(f"{HOME}/issues/new", data={"title": " "})
    seeded.world.archive(seeded.world.repository())
    archived = web.post(f"{HOME}/issues/1/delete")

    assert empty.status_code == 422
    assert archived.status_code == 403
    assert "read-only" in archived.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
    ],
)
@pytest.mark.parametrize("path", [f"{HOME}/issues/1/delete", "/_sandbox/reset"])
def test_other_sites_cannot_act(
    seeded: Sandbox, web: httpx2.Client, headers: dict[str, str], path: str
) -> None:
    assert web.post(path, headers=headers).status_code == 403
    assert 1 in seeded.world.repository().issues


def test_other_names_cannot_read(web: httpx2.Client) -> None:
    assert web.get("/", headers={"Host": "evil.example"}).status_code == 403
    assert web.get("/", headers={"Host": "localhost:4010"}).status_code == 200


def test_its_own_forms_can(seeded: Sandbox, web: httpx2.Client) -> None:
    own = {"Origin": seeded.url, "Sec-Fetch-Site": "same-origin"}

    assert web.post(f"{HOME}/issues/2/delete", headers=own).status_code == 303


@pytest.mark.parametrize(
    ("path", "shown"),
    [(".github/readme.md", "<strong>Hi</strong>"), ("README.rst", "**Hi** &lt;script&gt;")],
)
def test_the_front_page_shows_the_readme_that_is_there(
    sandbox: Sandbox, web: httpx2.Client, path: str, shown: str
) -> None:
    home = sandbox.world.repository()
    home.git.refs.clear()
    sandbox.world.commit_files(home, {path: b"**Hi** <script>"}, "Add it")

    text = web.get(HOME).text

    assert f"<strong>{path}</strong>" in text
    assert shown in text
    assert "<script>" not in text
