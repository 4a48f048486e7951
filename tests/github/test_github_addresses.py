"""Which addresses are looked at, and what each names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.addresses import Address, address, named_repository, web_root

WEB = "https://github.com"


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.octo.ghe.com", "https://octo.ghe.com"),
        ("https://git.example.com/api/v3", "https://git.example.com"),
        ("https://api.example.com/api/v3", "https://api.example.com"),
        ("http://127.0.0.1:4010/api/v3", "http://127.0.0.1:4010"),
    ],
)
def test_the_pages_are_where_the_api_says(api: str, web: str) -> None:
    assert web_root(api) == web


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/lea/work", Address("repository", "lea/work")),
        ("/lea/work/", Address("repository", "lea/work")),
        ("/lea/work?tab=readme#top", Address("repository", "lea/work")),
        ("/lea/my.work_1", Address("repository", "lea/my.work_1")),
        ("/lea/work/pull/12", Address("pull-request", "lea/work", number=12)),
        ("/lea/work/pull/12#issuecomment-1", Address("pull-request", "lea/work", number=12)),
        ("/lea/work/releases/tag/v1.0", Address("release", "lea/work", tag="v1.0")),
        ("/lea/work/releases/tag/a/b%20c", Address("release", "lea/work", tag="a/b c")),
    ],
)
def test_a_page_names_its_subject(path: str, expected: Address) -> None:
    assert address(WEB + path, WEB) == expected
    assert address(f" https://GitHub.com{path} ", WEB) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lea/work",
        "http://github.com/lea/work",
        "https://github.com",
        "https://github.com/lea",
        "https://github.com/lea/..",
        "https://github.com/../work",
        "https://github.com/lea/work/pull/0",
        "https://github.com/lea/work/pull/1x",
        "https://github.com/lea/work/pull/9999999999",
        "https://github.com/lea/work/issues/1",
        "https://github.com/lea/work/releases/tag/",
        "https://github.com/lea/work/releases/tag/%2E%2E/%2E%2E/user",
        "https://github.com/lea/work/tree/main",
        "https://github.com:444/lea/work",
        "https://token@github.com/lea/work",
        "https://github.com.example.com/lea/work",
        "https://gist.github.com/lea/work",
        "https://example.com/lea/work",
        "https://[github.com/lea/work",
    ],
)
def test_nothing_else_is_looked_at(url: str) -> None:
    assert address(url, WEB) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lea/work", "lea/work"),
        (" https://github.com/lea/work ", "lea/work"),
        ("https://GitHub.com/lea/work.git", "lea/work"),
        ("https://github.com/lea/work/issues/3?q=a#b", "lea/work"),
        ("github.com/lea/work/", "lea/work"),
        ("git@github.com:lea/work.git", "lea/work"),
        ("git@github.com:123/my.work", "123/my.work"),
        ("ssh://git@github.com:22/lea/work.git", "lea/work"),
        ("https://github.com/lea", "https://github.com/lea"),
        ("https://example.com/lea/work", "https://example.com/lea/work"),
        ("https://[github.com/lea/work", "https://[github.com/lea/work"),
        ("no name", "no name"),
    ],
)
def test_a_repository_is_named_by_its_addresses(text: str, name: str) -> None:
    assert named_repository(text, WEB) == name


@given(st.text(max_size=40))
def test_any_text_is_an_address_here_or_none(text: str) -> None:
    for url in (text, WEB + text, f"{WEB}/lea/work{text}"):
        found = address(url, WEB)
        assert found is None or found.repository.count("/") == 1
