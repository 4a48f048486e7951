"""Text from others is inert in what we write, and looks the same."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import NO_BREAK, format_date, format_number, use_language
from bot.templating import (
    ZERO_WIDTH_SPACE,
    Html,
    cell,
    environment,
    link,
    neutralize,
    plural,
    printable,
    render,
)


def test_mentions_references_and_html_lose_their_effect() -> None:
    assert neutralize("ask @octocat") == f"ask @{ZERO_WIDTH_SPACE}octocat"
    assert neutralize("exam #2") == f"exam #{ZERO_WIDTH_SPACE}2"
    assert neutralize("see GH-12") == f"see GH-{ZERO_WIDTH_SPACE}12"
    assert neutralize("<script>x</script> <!-- hidden -->") == (
        "&lt;script>x&lt;/script> &lt;!-- hidden -->"
    )
    assert neutralize("a \u202egnp.exe") == "a gnp.exe"


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("C# and F#", "2 < 3 & 4 > 1", "a@", "*bold* `code` [x](https://x.org)", "# Title"):
        assert neutralize(text) == text


@given(st.text())
def test_neutral_text_is_neutral_already(text: str) -> None:
    assert neutralize(neutralize(text)) == neutralize(text)


def test_links_and_cells_hold_together() -> None:
    assert link("a [b] c", "https://x.org/(y)") == r"[a \[b\] c](<https://x.org/(y)>)"
    assert link("two\n\nlines", None) == "two lines"
    assert link("x", "https://x.org/a b>[y](javascript:z)") == (
        "[x](<https://x.org/a%20b%3E[y](javascript:z)>)"
    )
    assert link("plain", None) == "plain"
    assert cell("a|b\nc") == r"a\|b c"


def test_a_title_cannot_steer_a_terminal() -> None:
    assert "\x1b" not in printable("\x1b[2J\x1b]0;owned\x07 hi")
    assert printable("Grüße, 你好") == "Grüße, 你好"


def test_no_character_of_a_title_begins_a_line_of_its_own() -> None:
    assert neutralize("a\u2028# b\u2029c\x85d\x0be") == "a# bcde"


def test_a_page_shows_every_value_as_text() -> None:
    page = environment("html.j2").from_string("<p title='{{ value }}'>{{ value }}</p>{{ made }}")
    shown = page.render(value="<b>\"'&@a #3\u202e", made=Html("<hr>"))
    text = "&lt;b&gt;&quot;&#x27;&amp;@a #3"
    assert shown == f"<p title='{text}'>{text}</p><hr>"


def test_links_and_code_are_written_for_where_they_stand() -> None:
    text = "{{ link(title, url) }} {{ code(title) }}"
    values = {"title": "<a>", "url": 'https://x.org/"'}
    assert environment("md.j2").from_string(text).render(values) == (
        '[&lt;a>](<https://x.org/">) `&lt;a>`'
    )
    page = environment("html.j2").from_string(text)
    assert page.render(values) == (
        '<a href="https://x.org/&quot;">&lt;a&gt;</a> <code>&lt;a&gt;</code>'
    )
    for url in ("javascript:alert(1)", "data:text/html,x", "//x.org", "", None):
        assert page.render(title="x", url=url) == "x <code>x</code>"


def test_dates_and_numbers_read_as_people_write_them() -> None:
    assert format_date(date(2026, 11, 3)) == f"3{NO_BREAK}Nov{NO_BREAK}2026"
    assert [format_number(n) for n in (0, 2.0, 2.25, 2.96, 1234567.0)] == [
        "0",
        "2",
        "2.2",
        "3",
        "1,234,567",
    ]
    assert [plural(n, "hour") for n in (0, 1, 1.04, 1.5, 2)] == [
        "0 hours",
        "1 hour",
        "1 hour",
        "1.5 hours",
        "2 hours",
    ]
    assert plural(3, "person", "people") == "3 people"


def test_sentences_stand_side_by_side_in_a_language_without_spaces() -> None:
    shown = {}
    for code in ("en", "de", "ja", "zh"):
        with use_language(code):
            shown[code] = render("replies/resume.md.j2", last=date(2026, 11, 3))
    assert shown["en"].startswith("Your pause is over. Your path now ends on")
    assert ". " in shown["de"]
    assert shown["ja"].count("。") == shown["zh"].count("。") == 2
    assert "。 " not in shown["ja"] + shown["zh"]


def test_a_text_of_somebody_else_keeps_its_spaces_in_a_language_without_them() -> None:
    with use_language("zh"):
        text = render("replies/replan.md.j2", unit="注意： 先做", last=date(2026, 11, 3))
    assert "注意： 先做" in text
    assert "。 " not in text


def test_a_count_in_a_sentence_is_grouped() -> None:
    source = "{% trans count=n %}{{ count }} task{% pluralize %}{{ count }} tasks{% endtrans %}"
    assert environment("md.j2").from_string(source).render(n=1234) == "1,234 tasks"
