"""Text from others is inert in what we write, and looks the same."""

from hypothesis import given
from hypothesis import strategies as st

from bot.templating import ZERO_WIDTH_SPACE, cell, link, neutral, printable


def test_mentions_references_and_html_lose_their_effect() -> None:
    assert neutral("ask @octocat") == f"ask @{ZERO_WIDTH_SPACE}octocat"
    assert neutral("exam #2") == f"exam #{ZERO_WIDTH_SPACE}2"
    assert neutral("see GH-12") == f"see GH-{ZERO_WIDTH_SPACE}12"
    assert neutral("<script>x</script> <!-- hidden -->") == (
        "&lt;script>x&lt;/script> &lt;!-- hidden -->"
    )
    assert neutral("a \u202egnp.exe") == "a gnp.exe"


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("C# and F#", "2 < 3 & 4 > 1", "a@", "*bold* `code` [x](https://x.org)", "# Title"):
        assert neutral(text) == text


@given(st.text())
def test_neutral_text_is_neutral_already(text: str) -> None:
    assert neutral(neutral(text)) == neutral(text)


def test_links_and_cells_hold_together() -> None:
    assert link("a [b] c", "https://x.org/(y)") == r"[a \[b\] c](<https://x.org/(y)>)"
    assert link("plain", None) == "plain"
    assert cell("a|b\nc") == r"a\|b c"


def test_a_title_cannot_steer_a_terminal() -> None:
    assert "\x1b" not in printable("\x1b[2J\x1b]0;owned\x07 hi")
    assert printable("Grüße, 你好") == "Grüße, 你好"
