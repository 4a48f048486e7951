"""Sentences, dates and numbers in the language in use."""

import ast
from collections.abc import Iterator
from datetime import date
from functools import cache

import cldr
import messages
import pytest
from babel.messages import Catalog

from bot import i18n, templating
from bot.curriculum.load import from_catalog
from bot.errors import ConfigError
from bot.i18n import NO_BREAK, use_language
from bot.settings import parse

DAY = date(2026, 11, 9)
SUNDAY = date(2026, 11, 15)


def shown(text: str) -> str:
    return text.replace(NO_BREAK, " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "9 Nov 2026 | Mon 9 Nov | 1,234.5 | 12.5 h | 30% | a, b and c"),
        ("es", "9 nov 2026 | lun, 9 nov | 1.234,5 | 12,5 h | 30 % | a, b y c"),
        ("pt", "9 de nov. de 2026 | seg., 9 de nov. | 1.234,5 | 12,5 h | 30% | a, b e c"),
        ("fr", "9 nov. 2026 | lun. 9 nov. | 1 234,5 | 12,5 h | 30 % | a, b et c"),
        ("de", "9. Nov. 2026 | Mo., 9. Nov. | 1.234,5 | 12,5 Std. | 30 % | a, b und c"),
        ("zh", "2026年11月9日 | 11月9日周一 | 1,234.5 | 12.5小时 | 30% | a、b和c"),
        ("ja", "2026年11月9日 | 11月9日(月) | 1,234.5 | 12.5 時間 | 30% | a、b、c"),
        ("hi", "9 नव॰ 2026 | सोम, 9 नव॰ | 1,234.5 | 12.5 घं॰ | 30% | a, b और c"),
    ],
)
def test_dates_numbers_and_lists_are_written_as_the_language_does(code: str, expected: str) -> None:
    with use_language(code):
        parts = (
            i18n.format_date(DAY),
            i18n.format_weekday(DAY),
            i18n.format_number(1234.5),
            i18n.format_hours(12.5),
            i18n.format_percent(30),
            i18n.format_list("abc"),
        )
    assert shown(" | ".join(parts)) == expected


def test_stretches_of_days_say_each_part_once() -> None:
    new_year = date(2027, 1, 3)
    with use_language("en"):
        assert shown(i18n.format_dates(DAY, SUNDAY)) == "9–15 Nov 2026"
        assert shown(i18n.format_dates(SUNDAY, new_year)) == "15 Nov 2026 – 3 Jan 2027"
        assert shown(i18n.format_days(SUNDAY, new_year)) == "15 Nov – 3 Jan"
    with use_language("ja"):
        assert shown(i18n.format_dates(DAY, SUNDAY)) == "2026年11月9日～15日"


def test_the_first_of_two_dates_leaves_its_year_to_the_second_where_that_comes_last() -> None:
    with use_language("en"):
        assert shown(i18n.format_first_date(DAY, SUNDAY)) == "9 Nov"
        assert shown(i18n.format_first_date(DAY, date(2027, 1, 3))) == "9 Nov 2026"
    with use_language("zh"):
        assert shown(i18n.format_first_date(DAY, SUNDAY)) == "2026年11月9日"


def test_a_language_is_used_only_within_its_block() -> None:
    with use_language("de"), use_language("fr"):
        assert i18n.current_language() == "fr"
    assert i18n.current_language() == "en"


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.5", "pt"),
        ("nl, de-AT;q=0.3, ja;q=0.7", "ja"),
        ("zh-Hans-CN", "zh"),
        ("fr;q=0, en", "en"),
        ("", "en"),
        ("*;q=x, , ;;", "en"),
        ("xx", "en"),
    ],
)
def test_a_browser_gets_the_language_that_it_prefers_of_those_there_are(
    accepted: str, expected: str
) -> None:
    assert i18n.preferred_language(accepted) == expected


def test_the_settings_take_a_language_by_any_of_its_tags_and_name_those_there_are() -> None:
    assert parse("start: 2026-01-05\nlanguage: pt-BR\n", name="x.yml").language == "pt"
    with pytest.raises(ConfigError, match="write one of en, es, pt, fr, de, zh, ja, hi"):
        parse("start: 2026-01-05\nlanguage: tlh\n", name="x.yml")


def test_values_in_a_sentence_of_a_template_are_made_safe_and_the_sentence_is_not() -> None:
    for ending, expected in (
        ("md.j2", "**&lt;b>**"),
        ("html.j2", "**&lt;b&gt;**"),
        ("txt.j2", "**<b>**"),
    ):
        source = "{% trans name=name %}**{{ name }}**{% endtrans %}"
        made = templating.environment(ending).from_string(source)
        assert made.render(name="<b>") == expected


template = cache(messages.template)


@pytest.mark.parametrize(
    ("domain", "code"),
    [(domain, code) for domain in messages.DOMAINS for code in messages.languages(domain)],
)
def test_a_catalogue_fits_its_sources(domain: str, code: str) -> None:
    """`make messages` was run after the last change, and found nothing wrong."""
    sentences = template(domain)
    assert messages.as_po(sentences) == (messages.FOLDER / f"{domain}.pot").read_bytes()
    found = messages.up_to_date(code, sentences, domain)
    assert messages.as_po(found) == (messages.FOLDER / code / f"{domain}.po").read_bytes()
    assert messages.as_mo(found) == messages.read_compiled(messages.compiled(code, domain))
    assert list(messages.problems(found, messages.glossary(code))) == []


CALLS = {"_": 0, "gettext": 0, "ngettext": 0, "gettext_noop": 0, "pgettext": 1, "pgettext_noop": 1}


def called(tree: ast.AST) -> Iterator[str]:
    """The sentences that code hands to gettext, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = node.args[CALLS[name] :] if name in CALLS else []
            yield from (str(one.value) for one in words if isinstance(one, ast.Constant))


def test_every_sentence_of_the_code_is_in_the_catalogue() -> None:
    """Babel doesn't see a call within an f-string."""
    ids = (one.id for one in template())
    known = {text for one in ids for text in (one if isinstance(one, tuple) else (one,))}
    for file in (messages.ROOT / "bot").rglob("*.py"):
        missing = set(called(ast.parse(file.read_text(encoding="utf-8")))) - known
        assert not missing, file


def test_every_language_has_every_sentence() -> None:
    for code in messages.CODES:
        done, total = messages.translated(messages.read(code))
        assert done == total, f"{code}: {total - done} sentences are English"


@pytest.mark.parametrize("code", ["es", "pt", "zh"])
def test_the_built_in_path_is_the_same_path_in_its_languages(code: str) -> None:
    english, other = (from_catalog("devops-to-mlops", one) for one in ("en", code))
    assert [item.id for item in english.tasks()] == [item.id for item in other.tasks()]
    assert other.language == code
    for first, second in zip(english.tasks(), other.tasks(), strict=True):
        assert (first.hours, first.kind, first.skills) == (second.hours, second.kind, second.skills)
    renamed = sum(a.title != b.title for a, b in zip(english.tasks(), other.tasks(), strict=True))
    assert renamed > 0.9 * len(list(english.tasks()))
    assert [r.title for r in english.resources] == [r.title for r in other.resources]


def test_a_built_in_path_without_a_translation_is_english() -> None:
    assert from_catalog("devops-to-mlops", "hi") is from_catalog("devops-to-mlops")


def test_the_table_of_dates_and_numbers_is_that_of_cldr() -> None:
    assert cldr.TABLE.read_text() == cldr.text()


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("it", "{a.day}–{b.day} {b.month} {b.year}"),  # CLDR: dd–dd MMM y
        ("cs", "{a.day}.–{b.day}. {b.number}. {b.year}"),
        ("ko", "{a.year}년 {a.number}월 {a.day}일~{b.day}일"),
    ],
)
def test_a_language_may_be_added_that_writes_days_in_another_way(code: str, days: str) -> None:
    assert shown(cldr.language(code)["dates"]["d"]) == days


def test_the_catalogues_add_at_most_a_megabyte_to_what_the_action_loads() -> None:
    compiled = [messages.compiled(c, d) for d in messages.DOMAINS for c in messages.languages(d)]
    assert sum(file.stat().st_size for file in (*compiled, cldr.TABLE)) <= 1_000_000


@pytest.mark.parametrize(
    ("source", "text", "wrong"),
    [
        ("Hi %(name)s", "Hola", "other placeholders"),
        ("Hi %(name)s", "Hola %(nombre)s", "other placeholders"),
        ("%(p)s%% done", "%(p)s % hecho", "a single %"),
        ("Write `/done`", "Escribe /done", "other code"),
        ("**Next:**", "Sigue:", "other bold"),
        ("[here](%(url)s)", "aquí (%(url)s)", "other link"),
        ("<b>x</b>", "<i>x</i>", "other tag"),
        ("a ", "a", "other spaces"),
        ("the milestone", "la piedra", "'milestone' without"),
    ],
)
def test_a_wrong_translation_is_named(source: str, text: str, wrong: str) -> None:
    catalogue = Catalog(locale="es")
    catalogue.add(source, text)
    [found] = messages.problems(catalogue, {"milestone": ("hito",)})
    assert wrong in found
