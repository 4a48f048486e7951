"""Pictures: what they say, and that they are safe to show and that everybody can read them."""

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pseudo_language import escapes, pseudo_language
from pytest_regressions.file_regression import FileRegressionFixture
from reports.picture_states import BARE, PATH, STATES, seen

from bench.pictures import IMAGES, SHOWN
from bot.i18n import LANGUAGES, use_language
from bot.progress.path import LearningPath
from bot.progress.progress import Progress, WorkState
from bot.reports.pictures import NAMES, activity, burnup, canvas, card, picture, skills
from bot.reports.text_width import ELLIPSIS, fit, lines, width

SVG = "{http://www.w3.org/2000/svg}"
TAGS = {
    *("svg", "title", "desc", "style", "rect", "text", "path", "g", "circle", "polygon"),
    *("polyline", "defs", "clipPath", "pattern"),
}
READ = {"title", "desc", "text"}
GOLDEN = [
    *((state, "card") for state in STATES),
    *((state, "burn-up") for state in ("nothing-yet", "busy", "finished", "without-hours")),
    *((state, "skills") for state in ("busy", "tiny", "without-hours", "wide-letters")),
    ("busy", "activity"),
]


@cache
def state(name: str) -> LearningPath:
    """One of STATES, made once."""
    return STATES[name]()


@pytest.mark.parametrize(("name", "kind"), GOLDEN)
def test_a_picture_looks_so(file_regression: FileRegressionFixture, name: str, kind: str) -> None:
    file_regression.check(picture(kind, state(name)), extension=".svg")


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("name", STATES)
def test_a_picture_is_safe_and_speaks(name: str, kind: str) -> None:
    text = picture(kind, state(name))
    root = ET.fromstring(text)  # parses, or fails the test
    elements = list(root.iter())
    assert {element.tag.removeprefix(SVG) for element in elements} <= TAGS
    attributes = [(key, value) for element in elements for key, value in element.attrib.items()]
    assert not [key for key, _ in attributes if key.startswith("on") or "href" in key]
    ids = [value for key, value in attributes if key == "id"]
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"{kind}-") for one in ids)
    links = re.findall(r"url\(([^)]*)\)", text)
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert "@import" not in text
    assert root.get("role") == "img"
    assert (root.get("aria-labelledby") or "").split() == [f"{kind}-title", f"{kind}-words"]
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("name", STATES)
def test_everything_lies_on_the_paper(name: str, kind: str) -> None:
    assert off_the_paper(picture(kind, state(name))) == []


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("name", STATES)
def test_a_picture_has_no_english_of_its_own_and_room_for_longer_words(
    name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = state(name)
    own = set(re.findall(r"\w+", view.curriculum.model_dump_json()))
    own |= {word.capitalize() for word in own}  # the kind of a module
    with pseudo_language(monkeypatch):
        drawn = picture(kind, view)
    assert off_the_paper(drawn) == []
    root = ET.fromstring(drawn)
    assert root.get("lang") == "zh"
    texts = (one.text or "" for one in root.iter() if one.tag.removeprefix(SVG) in READ)
    words = {word for text in texts for word in escapes(text) if not text.endswith(ELLIPSIS)}
    assert words - own == set()


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", NAMES)
def test_dates_and_numbers_of_each_language_fit(code: str, kind: str) -> None:
    with use_language(code):
        drawn = picture(kind, state("busy"))
    assert off_the_paper(drawn) == []
    assert f'lang="{code}"' in drawn


def off_the_paper(drawn: str) -> list[str]:
    """Return the texts that do not lie on the paper whole."""
    root, off = ET.fromstring(drawn), []
    wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
    for text in root.iter(f"{SVG}text"):
        size = float(text.get("font-size", "0"))
        room = width(text.text or "", size)
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        left = x - {"start": 0.0, "middle": room / 2, "end": room}[text.get("text-anchor", "start")]
        if left < 0 or left + room > wide or not size / 2 <= y <= high - 4:
            off.append(text.text or "")
    return off


@pytest.mark.parametrize("kind", NAMES)
def test_the_hour_changes_nothing(kind: str) -> None:
    again = STATES["busy"]()
    assert picture(kind, again) == picture(kind, state("busy"))


@pytest.mark.parametrize("theme", [canvas.LIGHT, canvas.DARK], ids=["light", "dark"])
def test_contrast_is_enough_to_read_by(theme: dict[str, str]) -> None:
    for text in ("ink", "quiet"):
        assert contrast(theme[text], theme["paper"]) >= 4.5
    for mark in ("done", "other", "ink"):
        assert contrast(theme[mark], theme["paper"]) >= 3
    assert contrast(theme["done"], theme["track"]) >= 3


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 for two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_burn_up_ends_where_progress_stands() -> None:
    view = state("busy")
    values = burnup.burn_up(view)
    done, plan = values.done[-1], values.plan[-1]
    assert (done.day, done.amount) == (view.today, view.progress.all.done)
    assert (plan.day, plan.amount) == (view.dates.last, view.progress.all.total)
    assert values.today == view.today


@pytest.mark.parametrize("name", STATES)
def test_neither_line_of_a_burn_up_ever_falls(name: str) -> None:
    values = burnup.burn_up(state(name))
    for line in (values.plan, values.done):
        assert list(line) == sorted(line)
        amounts = [point.amount for point in line]
        assert amounts == sorted(amounts)
        assert amounts[-1] <= values.total + 1e-9


def test_the_plan_rests_in_a_pause() -> None:
    values = burnup.burn_up(state("busy"))
    amounts = dict(values.plan)
    assert amounts[date(2026, 8, 2)] == amounts[date(2026, 8, 23)] == 150


def test_a_forecast_far_away_does_not_squeeze_the_rest() -> None:
    view = state("busy").model_copy()
    far = view.outlook.model_copy(update={"careful": date(2036, 1, 1)})
    vars(view)["outlook"] = far
    values = burnup.burn_up(view)
    assert values.last < date(2029, 6, 1)
    assert "1 Jan 2036" in burnup.description(values).replace("\N{NO-BREAK SPACE}", " ")


def test_ticked_boxes_count_today() -> None:
    view = seen(PATH, "2026-01-08")
    half = view.progress.work[0].model_copy(update={"parts": 4, "ticked": 2})
    work = (half, *view.progress.work[1:])
    ticked = Progress(work=work, undecided={}, units=view.progress.units)
    view = view.model_copy()
    vars(view)["progress"] = ticked
    assert burnup.burn_up(view).done[-1].amount == 3


def test_the_map_shows_each_day_once_and_sums_what_was_done() -> None:
    view = state("busy")
    values = activity.activity(view)
    days = [day.day for day in values.days]
    assert len(days) == 364
    assert days == [days[0] + timedelta(days=index) for index in range(364)]
    assert days[0].weekday() == 0
    assert days[-7] <= view.today <= days[-1]
    assert sum(day.finished for day in values.days) == view.progress.all.done == 100
    assert sum(day.logged for day in values.days) == 14.5


def test_logged_and_finished_hours_of_a_day_are_not_added_up() -> None:
    view = seen(PATH, "2026-01-08", {"Try 1": "2026-01-07"}, logged={"2026-01-07": 4.5})
    (day,) = activity.activity(view).active
    assert (day.finished, day.logged, day.level) == (4, 4.5, 2)


def test_without_hours_tasks_are_counted() -> None:
    view = seen(BARE, "2026-01-15", {"a1": "2026-01-07", "a2": "2026-01-07"})
    assert card.card(view).amount == "2 of 4 tasks"
    (day,) = activity.activity(view).active
    assert (day.finished, day.level) == (2, 2)
    assert "2 of 4 tasks" in burnup.description(burnup.burn_up(view))


def test_skills_stand_beside_ratings() -> None:
    values = skills.skills(state("busy"))
    python = values.axes[0]
    assert (python.title, python.done, python.total, python.rating) == ("Python", 3, 6, 4)
    assert (python.covered, python.rated) == (0.5, 0.8)
    assert values.is_radar


def test_few_and_many_skills_are_bars() -> None:
    axis = skills.SkillAxis(title="s", done=1, total=2, rating=None, scale=5)
    for count, radar in ((0, False), (2, False), (3, True), (8, True), (9, False), (40, False)):
        values = skills.SkillPicture(title="t", axes=(axis,) * count)
        assert values.is_radar is radar
        text = skills.as_svg(values)
        assert ("<polygon" in text) is radar
        assert (">24 more skills<" in text) is (count == 40)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nothing-yet", "Starts on 5 Jan 2026"),
        ("resting", "Paused until 29 Mar 2026"),
        ("finished", "Finished on 21"),
        ("busy", "Likely end: "),
        ("without-hours", "2 active weeks in a row"),
    ],
)
def test_the_card_says_where_you_are(name: str, text: str) -> None:
    words = card.description(card.card(state(name))).replace("\N{NO-BREAK SPACE}", " ")
    assert text in words


@pytest.mark.parametrize("name", STATES)
def test_pictures_are_kind(name: str) -> None:
    for kind in NAMES:
        text = picture(kind, state(name))
        assert not re.search(r"\b(behind|failed|should have|late)\b", text, re.IGNORECASE)


@given(st.text(max_size=80), st.floats(20, 400))
def test_what_is_fitted_fits(text: str, room: float) -> None:
    assert width(fit(text, 12, room), 12) <= room
    made = lines(text, 12, room)
    assert len(made) <= 2
    assert all(width(line, 12) <= room for line in made)
    if made and not made[-1].endswith(ELLIPSIS):
        shown = re.sub("[\ud800-\udfff\ufffe\uffff]", "", text)
        assert "".join("".join(made).split()) == "".join(shown.split())


def test_lines_break_where_the_script_allows_it() -> None:
    assert lines("机器学习入门、从零开始", 10, 60) == ["机器学习入", "门、从零开始"]
    assert lines("機械学習（入門）を学ぶ", 10, 50) == ["機械学習", "（入門）…"]
    assert lines("Python で学ぶ", 10, 48) == ["Python", "で学ぶ"]
    assert lines("two words", 10, 40) == ["two", "words"]


def test_widths_of_letters_are_those_of_their_script() -> None:
    assert width("学习") == width("\uff21\uff22") == 22
    # A conjunct and signs of vowels take less room than letters of their own.
    assert width("हिन्दी") < 5 * width("ह")
    assert width("की") < 2 * width("क")


@given(st.text(max_size=60))
def test_whatever_a_title_holds_the_picture_parses(title: str) -> None:
    values = card.card(state("tiny")).model_copy(update={"title": title, "facts": (title,)})
    root = ET.fromstring(card.as_svg(values))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= TAGS


def test_each_photograph_in_the_docs_can_be_taken_again() -> None:
    root = Path(__file__).parents[2]
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = {name for text in texts for name in re.findall(r"images/([\w-]+)\.png", text)}
    assert shown == set(SHOWN) == {file.stem for file in IMAGES.glob("*.png")}


@pytest.mark.parametrize("kind", ["card", "burn-up"])
def test_the_docs_show_what_is_drawn(kind: str) -> None:
    shown = Path(__file__).parents[2] / "docs" / "images" / f"{kind}.svg"
    assert shown.read_text(encoding="utf-8") == picture(kind, state("busy"))


FIRST = date(2026, 1, 5)
PIECES = 36
fates = st.tuples(
    st.sampled_from([WorkState.OPEN, WorkState.CLAIMED, WorkState.SKIPPED, WorkState.CREDITED]),
    st.integers(-60, 900),
)


@settings(max_examples=40)
@given(st.lists(fates, min_size=PIECES, max_size=PIECES), st.integers(-100, 1500))
def test_whatever_was_done_the_pictures_hold(fate: list[tuple[WorkState, int]], day: int) -> None:
    base, today = state("first-week"), FIRST + timedelta(days=day)
    work = tuple(
        piece.model_copy(
            update={"state": how, "closed_on": min(today, FIRST + timedelta(days=closed))}
        )
        for piece, (how, closed) in zip(base.progress.work, fate, strict=True)
    )
    progress = Progress(work=work, undecided={}, units=base.progress.units)
    view = base.model_copy(update={"today": today})
    vars(view)["progress"] = progress
    for kind in NAMES:
        ET.fromstring(picture(kind, view))
    values = burnup.burn_up(view)
    amounts = [point.amount for point in values.done]
    assert amounts == sorted(amounts)
    assert values.total >= amounts[-1] or values.total == 0
    assert values.plan[0].day <= values.done[-1].day <= values.last
