"""cohort over real HTTP: a table of those who share, and nothing written anywhere."""

import json

import pytest
from builders import curriculum
from cli.terminal import CURRICULUM, Terminal, curriculum_text, settings_text

from bot.settings import CONFIG_PATH
from github_sandbox.state.bots import actions_token

PATH = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Read (6h)\n- Write (2h)")
SHARED = {"mentors": ["Learner"], "cohort": {"share": True}}


@pytest.fixture
def mentor(terminal: Terminal) -> Terminal:
    """The learner shares; the mentor looks, in a folder without settings."""
    terminal.push(CURRICULUM, curriculum_text(PATH))
    terminal.push(CONFIG_PATH, settings_text(**SHARED))
    assert terminal("apply", "--yes").code == 0
    number = terminal.issue("Read")["number"]
    terminal.github("PATCH", f"/issues/{number}", state="closed", state_reason="completed")
    number = terminal.issue("Write")["number"]
    terminal.github("PATCH", f"/issues/{number}", labels=["status: blocked"])
    with terminal.sandbox.world.lock:
        terminal.sandbox.world.add_repository("mia/path")
    terminal.sandbox.world.journal.clear()
    return terminal


def test_a_table_of_those_who_share(mentor: Terminal) -> None:
    mentor.write("spring.txt", "# spring\nmia/path\nnobody/nothing\nno name\n")
    ran = mentor("cohort", "learner/portfolio", "--file", "spring.txt", "--format", "json")
    assert ran.code == 3  # the first that could not be read has no settings
    table = json.loads(ran.out)
    (row,) = table["learners"]
    assert (row["who"], row["percent"], row["asks"]) == ("learner", 75, 1)
    assert row["asking"][0]["title"] == "Write"
    assert table["not_shown"] == 3
    for name in ("mia/path", "nobody/nothing", "no name"):
        assert f"Could not be read: {name}: " in ran.err
        assert name not in ran.out
    assert mentor.sandbox.world.journal.writes == []


def test_as_text_and_as_markdown(mentor: Terminal) -> None:
    text = mentor("cohort", "learner/portfolio").out
    number = mentor.issue("Write")["number"]
    assert text.startswith("Asking for help:\n")
    assert f"learner: #{number} Write {mentor.sandbox.url}/learner/portfolio/issues/" in text
    assert "\nWHO      DONE" in text
    assert "| learner | 75% |" in mentor("cohort", "learner/portfolio", "--format", "markdown").out
    assert "| learner | 75% |" in mentor("cohort", "learner/portfolio", "--format", "md").out
    assert (
        "\nlearner,learner/portfolio,"
        in mentor("cohort", "learner/portfolio", "--format", "csv").out
    )


def test_rows_are_sorted_and_chosen(mentor: Terminal) -> None:
    ran = mentor("cohort", "learner/portfolio", "--sort", "done", "--only", "help")
    assert (ran.code, "learner " in ran.out) == (0, True)
    none = mentor("cohort", "learner/portfolio", "--group", "spring")
    assert (none.code, none.out.strip()) == (0, "")
    assert mentor("cohort", "learner/portfolio", "--sort", "luck").code == 64


@pytest.mark.parametrize("ending", ["", ".git", "/issues/1"])
def test_a_repository_may_be_named_by_its_address(mentor: Terminal, ending: str) -> None:
    ran = mentor("cohort", f"{mentor.sandbox.url}/learner/portfolio{ending}", "--format", "csv")
    assert (ran.code, ran.err) == (0, "")
    assert "\nlearner,learner/portfolio," in ran.out


def test_one_learner_takes_five_requests(mentor: Terminal) -> None:
    """So sixty at 150 ms, eight at a time, take less than six seconds.

    They are: settings, curriculum, issues, labels, milestones; and once, who reads.
    """
    mentor("cohort", "learner/portfolio")
    assert len(mentor.sandbox.world.journal.entries) == 5 + 1


def test_the_digest_is_posted_once_a_week_in_the_repository_of_the_cohort(
    mentor: Terminal,
) -> None:
    with mentor.sandbox.world.lock:
        home = mentor.sandbox.world.add_repository("learner/class", private=True)
    for outcome in ("posted", "already posted"):
        ran = mentor("cohort", "learner/portfolio", "--post", "learner/class")
        assert (ran.code, ran.err) == (0, f"The digest of this week: {outcome}.\n")
    (issue,) = home.issues.values()
    (comment,) = issue.comments
    assert "**Asking for help:**\n\n- learner · [Write](" in comment.body


def test_an_answer_keeps_the_pseudonym(mentor: Terminal) -> None:
    shared = {**SHARED, "cohort": {"share": True, "name": "Blue Heron"}}
    mentor.push(CONFIG_PATH, settings_text(**shared))
    ran = mentor("cohort", "learner/portfolio", "--answer", "blue heron", "Look at page 3.")
    assert (ran.code, ran.err) == (
        0,
        "Your answer to blue heron is a comment on the issue now.\n",
    )
    assert "portfolio" not in ran.out
    number = mentor.issue("Write")["number"]
    (comment,) = mentor.github("GET", f"/issues/{number}/comments")
    assert comment["body"] == "Look at page 3."
    ran = mentor("cohort", "learner/portfolio", "--answer", "learner", "Hello")
    assert (ran.code, "nobody of that name asks for help" in ran.err) == (64, True)


def test_who_leaves_is_gone_with_the_next_run(mentor: Terminal) -> None:
    mentor.push(CONFIG_PATH, settings_text(mentors=["learner"], cohort={"share": False}))
    mentor.sandbox.world.journal.clear()
    ran = mentor("cohort", "learner/portfolio")
    assert ran.out.strip() == "1 path isn't shown."
    assert ran.err == "Not shown: learner/portfolio: does not share with you\n"
    assert [entry.path for entry in mentor.sandbox.world.journal.entries] == [
        f"/repos/learner/portfolio/contents/{CONFIG_PATH}"
    ]


def test_settings_of_the_mentor_s_own_folder_do_not_count(mentor: Terminal) -> None:
    mentor.push(CONFIG_PATH, settings_text(cohort={"share": False}))
    mentor.settings(**SHARED)
    assert "does not share with you" in mentor("cohort", "learner/portfolio").err


def test_who_names_somebody_else_shows_them_nothing(mentor: Terminal) -> None:
    mentor.push(CONFIG_PATH, settings_text(mentors=["mona"], cohort={"share": True}))
    ran = mentor("cohort", "learner/portfolio")
    assert ran.out.strip() == "1 path isn't shown."
    assert "does not share with you" in ran.err


def test_a_token_that_is_no_person_s_opens_no_table(mentor: Terminal) -> None:
    with mentor.sandbox.world.lock:
        world = mentor.sandbox.world
        permissions = {"issues": "read", "contents": "read"}
        token = actions_token(world, world.repository(), permissions=permissions)
    mentor.setenv(GITHUB_TOKEN=token.value)
    ran = mentor("cohort", "learner/portfolio")
    assert (ran.code, ran.out) == (7, "")
    assert "this token belongs to no person" in ran.err


def test_it_wants_somebody_to_look_at(terminal: Terminal) -> None:
    ran = terminal("cohort")
    assert (ran.code, ran.out) == (64, "")
    assert "--file" in ran.err
    terminal.write("nobody.txt", "# nobody yet\n")
    assert terminal("cohort", "--file", "nobody.txt").code == 64
    assert terminal("cohort", "--file", "missing.txt").err == (
        "milepost: missing.txt: No such file or directory.\n"
    )
    (terminal.folder / "odd.txt").write_bytes(b"\xff\xfe")
    assert "odd.txt: this is not UTF-8 text." in terminal("cohort", "--file", "odd.txt").err


@pytest.mark.parametrize(("token", "code"), [(None, 7), ("ghp_wrong", 7)])
def test_without_a_token_that_works_it_stops(
    mentor: Terminal, token: str | None, code: int
) -> None:
    mentor.setenv(GITHUB_TOKEN=token)
    ran = mentor("cohort", "learner/portfolio", "mia/path")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.count("milepost: ") == 1
