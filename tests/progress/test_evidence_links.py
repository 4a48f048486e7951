"""Links are found where a reader sees them, and only what may be evidence is worth a look."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.progress.evidence_links import MAX_LINKS, candidates, links

WEB = "https://github.com"
HOME = "learner/portfolio"
BLOG = "https://blog.example.org/post"


def found(text: str, web: str = WEB) -> list[str]:
    return list(links(text, web))


def worth(text: str, web: str = WEB) -> list[tuple[str, str]]:
    return [(c.url, c.place) for c in candidates(text, web, HOME)]


@pytest.mark.parametrize(
    "text",
    [
        BLOG,
        f"See {BLOG}.",
        f"({BLOG})",
        f"<{BLOG}>",
        f"[my post]({BLOG})",
        f'[my post]({BLOG} "a title")',
        f"[my post](<{BLOG}>)",
        f"[a]({BLOG})[b]({BLOG})",
        f"**{BLOG}**",
        f"| {BLOG}|",
        f"[1]: {BLOG}#comments",
        "HTTPS://Blog.Example.ORG:443/post",
        "https://blog.example.org./post",
        f"`one` {BLOG} `two`",
        f"``` three\n{'`' * 3}\n{BLOG}",
    ],
)
def test_a_link_is_found_however_it_is_written(text: str) -> None:
    assert found(text) == [BLOG]


def test_brackets_that_belong_to_an_address_stay() -> None:
    assert found("(https://a.example/b_(c))") == ["https://a.example/b_(c)"]


@pytest.mark.parametrize(
    "text",
    [
        "http://blog.example.org/post",
        f"`{BLOG}`",
        f"``a ` {BLOG}``",
        f"```\n{BLOG}\n```",
        f"~~~text\n{BLOG}\n~~~",
        f"```\n{BLOG}",
        f"<!-- {BLOG} -->",
        f"<!-- {BLOG}",
        f"![a picture]({BLOG}.png)",
        f"x{BLOG}",
        "https://me:secret@blog.example.org/post",
        "https://me@blog.example.org/post",
        "https://blog.example.org:8443/post",
        "https://blog.example.org:99999/post",
        "https://[::1/post",
        "https://",
        f"{BLOG}?{'x' * 500}",
        "ftp://blog.example.org/post",
    ],
)
def test_what_is_no_link_or_not_safe_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_github_on_plain_http_is_known_by_its_root() -> None:
    here = "http://127.0.0.1:4010"
    assert found(f"{here}/a/b http://127.0.0.1:4011/a/b", here) == [f"{here}/a/b"]
    assert worth(f"{here}/a/b/pull/3", here) == [(f"{here}/a/b/pull/3", "github")]


def test_each_link_counts_once_and_twenty_are_enough() -> None:
    assert found(f"{BLOG} {BLOG} {BLOG}#end") == [BLOG]
    many = [f"{BLOG}/{number}" for number in range(MAX_LINKS + 5)]
    assert found("\n".join(many)) == many[:MAX_LINKS]


@pytest.mark.parametrize(
    ("path", "requested"),
    [
        ("learner/model", "learner/model"),
        ("learner/model/", "learner/model"),
        ("learner/model.git", "learner/model"),
        ("learner/model/tree/main/src", "learner/model"),
        ("learner/model/blob/main/README.md", "learner/model"),
        ("learner/model/pull/3", "learner/model/pull/3"),
        ("learner/model/pull/3/files?w=1#diff", "learner/model/pull/3"),
        ("Learner/Portfolio/pull/3", "Learner/Portfolio/pull/3"),
        ("learner/portfolio/releases/tag/v1", "learner/portfolio/releases/tag/v1"),
        ("learner/model/releases/tag/a/b", "learner/model/releases/tag/a/b"),
        ("learner", None),
        ("", None),
        ("learner/portfolio", None),
        ("Learner/Portfolio.git", None),
        ("learner/portfolio/blob/main/notebook.ipynb", None),
        ("learner/model/issues/3", None),
        ("learner/model/pull/new", None),
        ("learner/model/releases", None),
        ("learner/model/releases/tag/", None),
        ("learner/model/actions/runs/7", None),
        ("topics/python", None),
        ("user-attachments/assets/1", None),
    ],
)
def test_pages_of_github_stand_for_what_can_be_looked_up(path: str, requested: str | None) -> None:
    expected = [(f"{WEB}/{requested}", "github")] if requested else []
    assert worth(f"{WEB}/{path}") == expected


@pytest.mark.parametrize(
    ("url", "worth_it"),
    [
        (BLOG, True),
        ("https://gist.github.com/learner/1", True),
        ("https://raw.githubusercontent.com/a/b/c.png", False),
        ("https://localhost/post", False),
        ("https://127.0.0.1/post", False),
        ("https://127.1/post", False),
        ("https://2130706433/post", False),
        ("https://[::1]/post", False),
    ],
)
def test_elsewhere_only_a_named_site_is_worth_a_look(url: str, worth_it: bool) -> None:
    assert worth(url) == ([(url, "elsewhere")] if worth_it else [])


def test_two_pages_of_one_repository_are_one_candidate() -> None:
    text = f"{WEB}/learner/model/blob/main/a and {WEB}/learner/model/tree/main"
    assert worth(text) == [(f"{WEB}/learner/model", "github")]


@given(st.text(alphabet="htps:/.@[]()<>`!~#ab1\n -"), st.text(max_size=20))
def test_any_text_can_be_read_and_reading_a_link_again_changes_nothing(
    text: str, more: str
) -> None:
    for url in found(f"{text} https://a.example/{more}"):
        assert url.startswith("https://")
        assert found(url) == [url]
