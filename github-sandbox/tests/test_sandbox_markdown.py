"""Markdown becomes HTML that is safe and looks like GitHub's."""

import re

from hypothesis import given
from hypothesis import strategies as st

from github_sandbox.pages import colours, markdown

SETTING = markdown.Setting(lambda number: f"/issues/{number}" if number < 10 else None, ticks=True)


def html(text: str) -> str:
    return str(markdown.render(text, SETTING))


def test_comments_and_scripts_do_not_get_through() -> None:
    shown = html("<!-- hidden: id=1 -->\nSeen\n\n<script>alert(1)</script><p onclick=x>y</p>")

    assert "hidden" not in shown
    assert "alert" not in shown
    assert "onclick" not in shown
    assert "Seen" in shown


def test_links_that_run_something_lose_their_target() -> None:
    assert "href=" not in html("[a](javascript:alert(1)) <a href='javascript:x'>b</a>")
    assert 'rel="nofollow noopener noreferrer"' in html("https://example.com")


def test_tables_strikethrough_and_breaks() -> None:
    shown = html("| a | b |\n|---|--:|\n| 1 | 2 |\n\n~~no~~\nnext")

    assert '<td align="right">2</td>' in shown
    assert "<s>no</s><br>" in shown


def test_bare_addresses_and_numbers_become_links() -> None:
    shown = html("See https://example.com/a?b=1. And #3, not #12, `#4` or [#5](https://x.org).")

    assert 'href="https://example.com/a?b=1"' in shown
    assert 'href="/issues/3"' in shown
    assert "/issues/12" not in shown
    assert "/issues/4" not in shown
    assert "/issues/5" not in shown


def test_links_from_one_issue_to_another_stay_as_they_are() -> None:
    assert 'href="../issues/12"' in html("[twelve](../issues/12)")


def test_a_picture_may_have_a_dark_side() -> None:
    shown = html(
        '<picture><source media="(prefers-color-scheme: dark)" srcset="/d.svg" onerror="x">'
        '<img src="/l.svg" alt="Card"></picture>'
    )

    assert '<source media="(prefers-color-scheme: dark)" srcset="/d.svg">' in shown
    assert '<img src="/l.svg" alt="Card">' in shown


def test_alerts_have_a_title() -> None:
    shown = html("> [!NOTE]\n> Read *this*.")

    assert '<div class="alert alert-note">' in shown
    assert '<strong class="alert-title">Note</strong>Read <em>this</em>.' in shown


def test_a_checkbox_knows_its_line_and_state() -> None:
    text = "Intro\n\n- [ ] one\n- [x] two\n  - [ ] three\n\n```\n- [ ] code\n```"
    boxes = re.findall(r'<button class="tick"[^>]*value="(\d+)" aria-pressed="(\w+)"', html(text))

    assert boxes == [("2", "false"), ("3", "true"), ("4", "false")]
    assert markdown.task_counts(text)[0] == 1


def test_ticking_changes_one_character() -> None:
    text = "- [ ] one\r\n- [x] two"

    assert markdown.toggle(text, 0) == "- [x] one\r\n- [x] two"
    assert markdown.toggle(text, 1) == "- [ ] one\r\n- [ ] two"
    assert markdown.toggle(text, 5) is None
    assert markdown.toggle("no box", 0) is None


@given(st.text(alphabet="<>!-[]()xsc ript`~|#*\n1a:/=\"'&\ue000\ue001", max_size=80))
def test_whatever_comes_in_nothing_runs(text: str) -> None:
    shown = html(text)

    assert not re.search(r"<(script|style|iframe|form|input|object)", shown, re.IGNORECASE)
    assert not re.search(r"<[^>]+\son\w+=", shown, re.IGNORECASE)
    assert "\ue000" not in shown


@given(st.from_regex(r"[0-9a-f]{6}", fullmatch=True))
def test_every_label_can_be_read_in_light_and_dark(color: str) -> None:
    ground, _, text = colours.for_night(color)

    assert colours.contrast(color, colours.text_on(color)) >= colours.READABLE
    assert colours.contrast(text, ground) >= colours.READABLE
