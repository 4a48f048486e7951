"""The block in a README: what it says, and that everything around it stays byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture
from reports.picture_states import BARE, seen

from bot.reports.readme_block import BEGIN, END, as_markdown, raw_base, with_block

BLOCK = f"{BEGIN}\nnew\n{END}"
OLD = f"{BEGIN}\nold\nlines\n{END}"
WEB = "https://github.com"


@pytest.mark.parametrize(
    "published",
    [{"badge": True, "pictures": True}, {"badge": True}, {}],
    ids=["all", "badge", "words"],
)
def test_the_block_reads_well(
    file_regression: FileRegressionFixture, published: dict[str, bool]
) -> None:
    publish = {**published, "readme": True}
    view = seen(BARE, "2026-01-15", {"a1": "2026-01-07"}, publish=publish)
    file_regression.check(as_markdown(view, web=WEB), extension=".md")


def test_a_day_on_which_nothing_happens_changes_nothing() -> None:
    done = {"a1": "2026-01-07", "a2": "2026-01-13"}
    publish = {"badge": True, "pictures": True, "readme": True}
    days = ["2026-01-13", "2026-01-14", "2026-01-18"]
    texts = {as_markdown(seen(BARE, day, done, publish=publish), web=WEB) for day in days}
    assert len(texts) == 1


def test_a_title_cannot_break_out() -> None:
    view = seen(BARE, "2026-01-15", publish={"badge": True, "pictures": True})
    evil = f"]({WEB}) <b> @you #3 {END}"
    path = view.curriculum.model_copy(update={"title": evil})
    text = as_markdown(view.model_copy(update={"curriculum": path}), web=WEB)
    assert text.count(END) == 1
    assert "<b>" not in text
    assert "@you" not in text
    assert f"]({WEB})" not in text.replace("\\]", "")


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("", f"{BLOCK}\n"),
        ("# Me\n", f"# Me\n\n{BLOCK}\n"),
        ("# Me", f"# Me\n\n{BLOCK}\n"),
        ("# Me\n\nHello.\n", f"# Me\n\n{BLOCK}\n\nHello.\n"),
        ("# Me\nHello.\n", f"# Me\n\n{BLOCK}\n\nHello.\n"),
        ("Me\n==\nHello.", f"Me\n==\n\n{BLOCK}\n\nHello."),
        ("<h1>Me</h1>\nHello.\n", f"<h1>Me</h1>\n\n{BLOCK}\n\nHello.\n"),
        ("```sh\n# no heading\n```\n## Yes\n", f"```sh\n# no heading\n```\n## Yes\n\n{BLOCK}\n"),
        ("Just words.\n", f"{BLOCK}\n\nJust words.\n"),
        ("#hashtag\n", f"{BLOCK}\n\n#hashtag\n"),
    ],
)
def test_a_block_goes_behind_the_first_heading(readme: str, expected: str) -> None:
    assert with_block(readme, BLOCK) == expected


@pytest.mark.parametrize(
    "readme",
    [f"# Me\n{BEGIN}\nold\n", f"old\n{END}\n", f"{END}\nold\n{BEGIN}", f"{OLD}\n{OLD}", BLOCK],
    ids=["no end", "no begin", "turned round", "twice", "up to date"],
)
def test_what_is_not_clear_or_not_needed_is_left_alone(readme: str) -> None:
    assert with_block(readme, BLOCK) is None


texts = st.text(alphabet="a#= \t\r\n`é🚀", max_size=40)


@given(texts, texts)
def test_what_stands_around_the_block_stays(before: str, after: str) -> None:
    changed = with_block(f"{before}{OLD}{after}", BLOCK)
    assert changed is not None
    assert changed.startswith(before)
    assert changed.endswith(after)
    assert changed[len(before) : len(changed) - len(after)].split() == BLOCK.split()


@given(texts)
def test_an_inserted_block_adds_and_takes_nothing_away(readme: str) -> None:
    changed = with_block(readme, BLOCK)
    assert changed is not None
    before, _, after = changed.partition(BEGIN)
    around = before + after.partition(END)[2]
    assert around.replace("\r", "").replace("\n", "") == readme.replace("\r", "").replace("\n", "")
    assert with_block(changed, BLOCK) is None


def test_the_block_takes_the_line_ends_of_the_file() -> None:
    old = OLD.replace("\n", "\r\n")
    changed = with_block(f"# Me\r\n{old}\r\nHello.\r\n", BLOCK)
    assert changed == f"# Me\r\n{BEGIN}\r\nnew\r\n{END}\r\nHello.\r\n"


@pytest.mark.parametrize(
    ("web", "branch", "address"),
    [
        ("https://github.com", "milepost", "https://github.com/o/r/raw/milepost"),
        ("http://127.0.0.1:8001", "a b", "http://127.0.0.1:8001/o/r/raw/a%20b"),
    ],
)
def test_pictures_are_served_from_the_web_pages(web: str, branch: str, address: str) -> None:
    assert raw_base(web, "o/r", branch) == address
