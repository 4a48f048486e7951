"""Settings: what is written is what holds, and every mistake is told where it stands."""

import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from bot import settings
from bot.errors import ConfigError


def test_everything_has_a_default() -> None:
    found = settings.parse("start: 2026-01-05")
    assert found.start == date(2026, 1, 5)
    assert (found.curriculum, found.timezone, found.ahead) == ("devops-to-mlops", "UTC", 4)
    assert (found.pace, found.hours_per_week, found.pauses) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", None),
        ("start:", None),
        ("start: Today", settings.StartDay.TODAY),
        ("start: ' NEXT  Monday '", settings.StartDay.NEXT_MONDAY),
        ("start: '2026-01-05'", date(2026, 1, 5)),
        ("start: 2026-01-05 00:00:00", date(2026, 1, 5)),
    ],
)
def test_the_first_run_may_take_the_start(text: str, start: object) -> None:
    found = settings.parse(text)
    assert found.start == start
    assert found.starting(date(2026, 3, 3)).start == date(2026, 3, 3)


@pytest.mark.parametrize(("today", "monday"), [(23, 23), (24, 30), (29, 30)])
def test_a_monday_is_its_own_next_monday(today: int, monday: int) -> None:
    assert settings.StartDay.NEXT_MONDAY.day(date(2026, 11, today)) == date(2026, 11, monday)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("ahead: all", "ahead", None),
        ("ahead: 6", "ahead", 6),
        ("ahead: 1 week", "ahead", 1),
        ("pace: 15 months", "pace", 15),
        ("pace: 12", "pace", 12),
        ("hours_per_week: 7.5", "hours_per_week", 7.5),
        ("timezone: Asia/Kathmandu", "timezone", "Asia/Kathmandu"),
    ],
)
def test_the_ways_to_write_a_value(text: str, field: str, value: object) -> None:
    assert getattr(settings.parse(f"start: 2026-01-05\n{text}"), field) == value


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        *(
            (
                f"start: {text}",
                "line 1: start: a date such as 2026-01-31, today or next monday is expected",
            )
            for text in ("soon", "tomorrow", "next tuesday", "2026", "[]", "true", "2026-02-30x")
        ),
        (
            "start: 2026-01-05\nstrat: x",
            "line 2: strat: there is no such key. Did you mean 'start'",
        ),
        ("start: 2026-01-05\nzzz: 1", "line 2: zzz: there is no such key. Known here: curriculum,"),
        ("start: 2026-01-05\ntimezone: Mars", "line 2: timezone: 'Mars' is not an IANA time zone"),
        ("start: 2026-01-05\nahead: some", "line 2: ahead: ahead is a number of weeks"),
        ("start: 2026-01-05\npace: fast", "line 2: pace: pace is a number of months"),
        (
            "start: 2026-01-05\npace: 12\nhours_per_week: 5",
            "'pace' and 'hours_per_week' both say how fast",
        ),
        (
            "start: 2026-01-05\npauses:\n  - from: 2026-02-02\n    to: 2026-02-01",
            "line 3: pauses.0: the pause ends (2026-02-01) before it begins",
        ),
        (
            "start: 2026-01-05\nfeatures:\n  action: no",
            "line 3: features.action: there is no such key. Did you mean 'actions'?",
        ),
        ("start: 2026-01-05\nstart: 2026-01-06", "line 2: this is not valid YAML: the key 'start'"),
        ("a: &a 1\nb: *a", "aliases (*name) are not used here (line 2)"),
        ("- start", "keys with values are expected"),
        ("start: [", "this is not valid YAML"),
        ("label_prefix: 'a,b'\nstart: 2026-01-05", "line 1: label_prefix"),
        *(
            (f"start: 2026-01-05\npublish:\n  branch: {name}", f"no branch named '{name}'")
            for name in ("a..b", "a//b", "a/", "a.", "a/.b", "a.lock", "a.lock/b")
        ),
    ],
)
def test_a_mistake_is_told_with_line_key_and_what_to_do(text: str, reported: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings.parse(text)
    assert reported in str(caught.value)
    assert ".github/milepost.yml" in str(caught.value)


def test_several_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        settings.parse("strat: 1\nahed: 2\npase: 3")
    text = str(caught.value)
    assert "3 things are wrong" in text
    assert text.index("strat") < text.index("ahed") < text.index("pase")


def test_deep_and_huge_files_are_refused_not_suffered() -> None:
    with pytest.raises(ConfigError):
        settings.parse("a: " + "[" * 5_000)
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        settings.parse("# " + "x" * 1_000_001)


def test_the_schema_for_editors_agrees_with_the_parser() -> None:
    schema = settings.schema()
    Draft202012Validator.check_schema(schema)
    checker = Draft202012Validator(schema)
    good = {"start": "2026-01-05", "ahead": "4 weeks", "pace": "15 months", "pauses": []}
    assert list(checker.iter_errors(good)) == []
    assert list(checker.iter_errors({**good, "strat": 1}))
    assert json.dumps(schema)


def test_the_environment_says_where_and_as_whom() -> None:
    found = settings.environment(
        {
            "GITHUB_TOKEN": " secret-canary ",
            "GITHUB_REPOSITORY": "ada/path",
            "GITHUB_API_URL": "",
            "MILEPOST_WRITE_INTERVAL": "0",
        }
    )
    assert found.token is not None
    assert found.token.get_secret_value() == "secret-canary"
    assert (found.repository, found.api_url) == ("ada/path", "https://api.github.com")
    assert found.write_interval == 0
    assert "canary" not in repr(found)
    assert "canary" not in found.model_dump_json()


@pytest.mark.parametrize("value", ["fast", "-1", "nan", "inf", "601"])
def test_a_wrong_number_in_the_environment_is_named(value: str) -> None:
    with pytest.raises(ConfigError, match="MILEPOST_WRITE_INTERVAL"):
        settings.environment({"MILEPOST_WRITE_INTERVAL": value})


@pytest.mark.parametrize(
    ("share", "mentors", "seen_by"),
    [
        (True, ["Ada", "bea"], {"ada", "bea"}),
        (True, [], set()),
        (False, ["ada"], set()),
        (True, ["ada\n", "a b", "", "x" * 101, "@ada"], set()),
    ],
)
def test_a_path_is_shared_with_the_mentors_it_names(
    share: bool, mentors: list[str], seen_by: set[str]
) -> None:
    content = {"start": "2026-01-05", "mentors": mentors, "cohort": {"share": share}}
    found = settings.Settings.model_validate(content)
    assert found.shared_with == seen_by
