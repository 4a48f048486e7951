"""What GitHub refuses as too long is never sent: each limit is GitHub's number, written out."""

import pytest
from builders import curriculum
from planning.paths import LONG, SMALL
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError
from bot.planning.desired_state import ReportTexts, desired_state
from bot.planning.labels import key_in, labels_for
from bot.planning.length_limits import (
    BODY,
    LABEL_DESCRIPTION,
    LABEL_NAME,
    TITLE,
    FieldLimit,
    fit,
    git_name,
    one_line,
)
from bot.planning.path import PlannedPath

LONGEST = "t" * 256  # of a title in a curriculum
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
THUMB = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-5}"
FLAG = "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}"
ACCENTED = "e\N{COMBINING ACUTE ACCENT}"
HEBREW = "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}"
TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}gpj.\N{POP DIRECTIONAL FORMATTING}"


def test_titles_of_issues_and_milestones_have_at_most_256_characters() -> None:
    drawing = "Phase: P\nMonth 1: M -> A thing\nWeek 1: A\n- a\nWeek 1: B\n- b"
    data = curriculum(drawing).model_dump(mode="json", exclude_defaults=True)
    (module,) = data["phases"][0]["modules"]
    for unit in module["units"]:
        unit["title"] = unit["tasks"][0]["title"] = LONGEST
    module["deliverables"][0]["title"] = LONGEST
    path = Curriculum.model_validate(data)
    desired = desired_state(PlannedPath.at_start(path, settings(ahead="all")))
    titles = [issue.title for issue in desired.issues]
    assert {len(title) for title in titles if "ttt" in title} == {256}
    assert LONGEST in titles
    first, second = [milestone.title for milestone in desired.milestones]
    assert (len(first), len(second)) == (256, 256)
    assert first != second


def test_a_label_fills_50_characters_of_name_and_100_of_description() -> None:
    data = SMALL.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0] |= {"title": "p" * 200, "goal": "g" * 200}
    label = next(labels_for(Curriculum.model_validate(data), "", set()))
    assert (len(label.name), len(label.description)) == (50, 100)


def test_a_deliverable_has_at_most_100_sub_issues() -> None:
    tasks = "\n".join(f"- task {number}" for number in range(101))
    path = curriculum(f"Phase: P\nMonth 1: M -> A thing\nWeek 1: W\n{tasks}")
    desired = desired_state(PlannedPath.at_start(path, settings()))
    assert sum(issue.parent is not None for issue in desired.issues) == 100
    assert len([i for i in desired.issues if i.key.startswith("task:")]) == 101


def test_a_text_that_leaves_no_room_in_65536_characters_is_refused() -> None:
    path = PlannedPath.at_start(SMALL, settings())
    desired_state(path, ReportTexts(dashboard="d" * 60_000))
    with pytest.raises(CurriculumError, match="60001 characters; an issue on GitHub holds 65,536"):
        desired_state(path, ReportTexts(dashboard="d" * 60_001))


@pytest.mark.parametrize(("spare", "written"), [(2_000, True), (500, False)])
def test_a_new_text_is_not_sent_where_the_learner_filled_the_65536_characters(
    spare: int, written: bool
) -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    body = f"{bench.issue('Read').body}\n"
    bench.edit("Read", body=f"{body}{'x' * (65_536 - spare - len(body))}")
    data = SMALL.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0]["modules"][0]["title"] = "Basics, and more"
    plan = bench.apply(Curriculum.model_validate(data))
    after = bench.issue("Read").body or ""
    assert ("Basics, and more" in after) is written
    assert (
        "there's no room for our part of the text" in {drift.theirs for drift in plan.drift}
    ) is not written
    assert len(after) <= 65_536


def test_a_full_dashboard_is_reported_and_the_path_goes_on() -> None:
    bench = RepositoryFixture()
    near = settings(ahead=0)
    bench.apply(LONG, near)
    body = bench.dashboard_issue().body or ""
    filled = f"{'x' * (65_536 - 3 - len(body))}\n\n{body}"
    bench.edit("Your path", body=filled)
    before = bench.titles()

    plan = bench.apply(LONG, near, "2026-01-21")
    assert [d.theirs for d in plan.drift] == ["there's no room for our part of the text"]
    assert len(bench.titles()) > len(before)
    after = bench.plan(LONG, near, "2026-01-21")
    assert after.empty
    assert after.drift == plan.drift

    bench.edit("Your path", body=body)
    bench.apply(LONG, near, "2026-01-21")
    newest = min(set(bench.titles()) - set(before))
    bench.delete(newest)
    bench.apply(LONG, near, "2026-01-21")
    assert newest not in bench.titles()


@pytest.mark.parametrize(
    ("limit", "most"),
    [(TITLE, 256), (LABEL_NAME, 50), (LABEL_DESCRIPTION, 100)],
)
def test_a_line_is_cut_to_what_github_takes(limit: FieldLimit, most: int) -> None:
    whole = "t" * most
    assert fit(whole, limit) == whole
    assert fit(f"{whole}t", limit) == f"{whole[1:]}…"
    assert len(fit("\N{HIRAGANA LETTER A}" * 1_000, limit)) == most


def test_a_body_is_never_cut_for_its_marker_would_go() -> None:
    assert BODY.most == 65_536
    assert fit("b" * 65_537, BODY) == "b" * 65_537


@pytest.mark.parametrize(
    "character", [FAMILY, THUMB, FLAG, ACCENTED, "a\N{COMBINING ENCLOSING CIRCLE}"]
)
def test_what_is_read_as_one_character_is_not_cut_apart(character: str) -> None:
    for before in range(40, 50):
        text = fit("t" * before + character * 30, LABEL_NAME)
        assert len(text) <= 50
        assert text == "t" * before + character * text.count(character) + "…"


def test_a_heap_of_marks_is_cut_anywhere() -> None:
    assert len(fit("e" + "\N{COMBINING ACUTE ACCENT}" * 300, TITLE)) == 256


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("nul \0 here", "nul here"),
        ("two\nlines\r\n and\ttabs", "two lines and tabs"),
        (f"photo{TURNED}", "photogpj."),
        (f"{HEBREW} and {FLAG}", f"{HEBREW} and {FLAG}"),
        ("bell \a and escape \x1b[2J", "bell and escape [2J"),
    ],
)
def test_our_own_line_holds_nothing_that_turns_or_breaks_it(text: str, line: str) -> None:
    assert one_line(text, TITLE) == line


def test_what_the_learner_wrote_leaves_as_it_came() -> None:
    for text in (f"two  spaces {TURNED}", HEBREW, FAMILY, ACCENTED):
        assert fit(text, TITLE) == text
    body = f"> quoted\r\n\ttab {TURNED}{FAMILY}"
    assert fit(body, BODY) == body
    assert fit("a\0b\x08c", BODY) == "abc"


@pytest.mark.parametrize(
    ("text", "description"),
    [
        (f"Ship it {FAMILY} today", "Ship it today"),
        ("\N{ROCKET} Launch", "Launch"),
        (f"{HEBREW} \N{SNOWMAN}", f"{HEBREW} \N{SNOWMAN}"),
        ("\N{ROCKET}", ""),
    ],
)
def test_a_label_description_has_no_character_of_4_bytes(text: str, description: str) -> None:
    assert one_line(text, LABEL_DESCRIPTION) == description
    assert all(len(character.encode()) < 4 for character in fit(text, LABEL_DESCRIPTION))


def test_the_key_of_a_label_may_have_characters_of_4_bytes() -> None:
    data = SMALL.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0]["id"] = "\N{CJK UNIFIED IDEOGRAPH-20BB7}-\N{GOTHIC LETTER AHSA}"
    label = next(labels_for(Curriculum.model_validate(data), "", set()))
    assert all(len(character.encode()) < 4 for character in label.description)
    assert key_in(label.description) == label.key
    assert key_in("milepost phase:%ffffff;") == "phase:%ffffff;"


def test_the_part_of_a_path_has_at_most_200_bytes_and_stays_itself() -> None:
    assert git_name("checkpoint-3") == "checkpoint-3"
    long = [
        git_name(character * 80)
        for character in ("\N{GOTHIC LETTER AHSA}", "\N{GOTHIC LETTER BAIRKAN}")
    ]
    assert len(set(long)) == 2
    assert max(len(name.encode()) for name in long) <= 200
    assert len(git_name("a" * 201)) == 200


def test_a_path_with_any_characters_is_made_and_the_next_run_is_quiet() -> None:
    data = SMALL.model_dump(mode="json", exclude_defaults=True)
    odd = f"{FAMILY}{TURNED}\0 {HEBREW} {ACCENTED} {FLAG}"
    data["title"] = f"{odd} path"
    phase = data["phases"][0]
    phase |= {"title": f"{odd} phase", "goal": f"{odd} goal"}
    unit = phase["modules"][0]["units"][0]
    unit["title"] = f"{odd} week"
    unit["tasks"][0] |= {"title": f"{odd} task", "description": f"{odd} why"}
    bench, path = RepositoryFixture(), Curriculum.model_validate(data)
    bench.apply(path)
    assert not bench.apply(path).changes
    texts = [*bench.titles(), *bench.milestone_titles(), *bench.label_names()]
    assert any(FAMILY in text and HEBREW in text for text in texts)
    assert not any({"\0", TURNED[0]} & set(text) for text in texts)
