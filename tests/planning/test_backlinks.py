"""What a guide links to gets no mention from the learner's repository; their own links stay."""

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.model import Curriculum
from bot.planning.backlinks import without_backlinks
from bot.progress.evidence_links import candidates

HOME = "learner/portfolio"
THEIRS = "https://github.com/octo-org/tool.py"


@pytest.mark.parametrize(
    "rest",
    [
        "/issues/7",
        "/pull/12",
        "/pull/12/files#r1",
        "/discussions/3",
        "/commit/0a1b2c3",
        "/issues/7#i",
    ],
)
@pytest.mark.parametrize("text", ["{}", "See {}.", "[it](<{}>)", "- [it]({}), and", "*{}*", "<{}>"])
def test_an_address_in_another_repository_redirects(rest: str, text: str) -> None:
    redirecting = f"https://redirect.github.com/octo-org/tool.py{rest}"
    assert without_backlinks(text.format(THEIRS + rest), HOME) == text.format(redirecting)
    for begin in (
        "http://github.com",
        "https://www.github.com",
        "www.github.com",
        "https://GitHub.com",
    ):
        written = text.format(f"{begin}/octo-org/tool.py{rest}")
        assert without_backlinks(written, HOME) == text.format(redirecting)


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/learner/portfolio/issues/7",
        "https://github.com/Learner/Portfolio/pull/12",
        THEIRS,
        f"{THEIRS}/issues",
        f"{THEIRS}/blob/main/issues/7",
        f"{THEIRS}/releases/tag/v1",
        f"`{THEIRS}/issues/7` and\n```\ncurl {THEIRS}/commit/0a1b2c3.patch\n```",
        f"~~~\n{THEIRS}/pull/1\n~~~",
        f"https://web.archive.org/web/2020/{THEIRS}/issues/7",
        "https://redirect.github.com/octo-org/tool.py/issues/7",
        "https://github.example.com/octo-org/tool.py/issues/7",
        "https://notgithub.com/octo-org/tool.py/issues/7",
        "https://api.github.com/repos/octo-org/tool.py/issues/7",
        "github.com/octo-org/tool.py/issues/7",
    ],
)
def test_what_leaves_no_mention_elsewhere_stays(text: str) -> None:
    assert without_backlinks(text, HOME) == text


def test_no_text_of_a_path_mentions_somebody_else_s_work() -> None:
    data = SMALL.model_dump(mode="json", exclude_defaults=True)
    unit = data["phases"][0]["modules"][0]["units"][0]
    mine = f"https://github.com/{HOME}/issues/1"
    unit["goals"] = [f"Read {THEIRS}/issues/7"]
    unit["tasks"][0]["description"] = f"Fix {THEIRS}/issues/8 as in {mine}"
    unit["tasks"][0]["resources"] = ["fix"]
    data["resources"] = [
        {"id": "fix", "title": "A fix", "kind": "article", "url": f"{THEIRS}/pull/9"}
    ]
    path, bench = Curriculum.model_validate(data), RepositoryFixture()
    bench.apply(path, settings(summary="issue"))
    bench.apply(path, settings(summary="issue"), today="2026-01-19")
    texts = [issue.body or "" for issue in bench.repository.issues.values()]
    texts += [milestone.description or "" for milestone in bench.repository.milestones.values()]
    together = "\n".join(texts)
    assert f"{THEIRS}/" not in together
    assert mine in together
    for rest in ("issues/7", "issues/8", "pull/9"):
        assert f"https://redirect.github.com/octo-org/tool.py/{rest}" in together
    assert not bench.apply(path, settings(summary="issue"), today="2026-01-19").changes


def test_a_redirecting_address_is_evidence_like_the_one_it_leads_to() -> None:
    redirecting = "https://redirect.github.com/octo-org/tool.py/pull/9"
    (found,) = candidates(redirecting, "https://github.com", HOME)
    assert (found.url, found.place) == (f"{THEIRS}/pull/9", "github")
