"""`milepost plan`, `apply` and `undo` as a person runs them."""

import json

import pytest
from builders import curriculum
from cli.terminal import CURRICULUM, Terminal, curriculum_text, settings_text
from planning.paths import LONG, SMALL
from pytest_regressions.file_regression import FileRegressionFixture

GUIDE = """# A small guide

## Month 1: Basics

### Week 1-2: First steps

- [ ] Read the tutorial (5 hours)
- [ ] Install the tools (2 hours)
"""


@pytest.mark.parametrize(("shape", "extension"), [("text", ".txt"), ("markdown", ".md")])
def test_a_plan_reads_well(
    terminal: Terminal, file_regression: FileRegressionFixture, shape: str, extension: str
) -> None:
    terminal.follow()
    ran = terminal("plan", "--format", shape)
    assert (ran.code, ran.err) == (0, "")
    file_regression.check(ran.out, extension=extension)
    assert shape == "text" or terminal("plan", "--format", "md").out == ran.out


def test_a_plan_is_json_for_programs(
    terminal: Terminal, file_regression: FileRegressionFixture
) -> None:
    terminal.follow()
    plan = json.loads(terminal("plan", "--format", "json").out)
    for change in plan["changes"]:
        for text in change.keys() & {"body", "description"}:
            change[text] = change[text][:24]  # the texts have golden files of their own
    file_regression.check(json.dumps(plan, indent=1), extension=".json")


def test_a_plan_writes_nothing(terminal: Terminal) -> None:
    terminal.follow()
    terminal("plan")
    assert not terminal.sandbox.world.journal.writes


def test_the_detailed_exit_code_tells_changes_from_none(terminal: Terminal) -> None:
    terminal.follow()
    assert terminal("plan", "--detailed-exitcode").code == 2
    assert terminal("plan").code == 0
    terminal("apply", "--yes")
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_apply_prints_the_plan_then_each_change_then_the_sum(
    terminal: Terminal, file_regression: FileRegressionFixture
) -> None:
    terminal.follow()
    planned = terminal("plan").out
    ran = terminal("apply", "--yes")
    assert ran.code == 0
    assert ran.out == planned
    file_regression.check(ran.err)


@pytest.mark.parametrize("command", [("apply", "--yes"), ("sync",)])
def test_changes_are_named_in_the_language_of_the_guide(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    terminal.follow(SMALL.model_copy(update={"language": "de"}))
    assert "+ Meilenstein Monat 1" in terminal(*command).err


def test_a_second_apply_makes_no_write_and_only_conditional_requests(terminal: Terminal) -> None:
    terminal.follow()
    terminal("apply", "--yes")
    terminal("plan")  # its lists are the ones to be asked for again
    terminal.sandbox.world.journal.forget()
    ran = terminal("apply", "--yes")
    assert ran.code == 0
    assert "Nothing to do" in ran.out
    requests = terminal.sandbox.world.journal.entries
    assert {(r.method, r.status) for r in requests} == {("GET", 304)}
    assert len(requests) <= 5


def test_apply_without_a_person_to_ask_wants_yes(terminal: Terminal) -> None:
    terminal.follow()
    ran = terminal("apply")
    assert ran.code == 9
    assert "nobody to ask" in ran.err
    assert "--yes" in ran.err
    assert not terminal.sandbox.world.journal.writes


def test_apply_asks_a_person_who_says_yes(terminal: Terminal) -> None:
    terminal.follow()
    ran = terminal.dialogue("apply", answers={"Apply these changes? [y/N]:": "y"})
    assert ran.code == 0
    assert "30 changes written" in ran.err
    assert "24 to create" in ran.out


def test_apply_asks_a_person_who_says_no(terminal: Terminal) -> None:
    terminal.follow()
    ran = terminal.dialogue("apply", answers={"Apply these changes? [y/N]:": "n"})
    assert ran.code == 9
    assert "nothing was written" in ran.err
    assert not terminal.sandbox.world.journal.writes


def test_a_plan_that_closes_much_needs_to_be_allowed(terminal: Terminal) -> None:
    terminal.follow(LONG)
    terminal("apply", "--yes")
    terminal.follow(SMALL)
    refused = terminal("apply", "--yes")
    assert refused.code == 9
    assert "--allow-removals" in refused.err
    assert terminal("apply", "--yes", "--allow-removals").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_a_changed_curriculum_changes_what_nobody_touched(
    terminal: Terminal, file_regression: FileRegressionFixture
) -> None:
    path = "Month 1: Basics\n Week 1-2: First\n - Read the tutorial (5h)\n - Install (2h)"
    terminal.follow(curriculum(f"Phase: One\n {path}"))
    terminal("apply", "--yes")
    terminal.follow(curriculum(f"Phase: One\n {path.replace('(5h)', '(8h)')}"))
    ran = terminal("plan")
    file_regression.check(ran.out)


def test_drift_is_told_and_kept(terminal: Terminal, file_regression: FileRegressionFixture) -> None:
    terminal.follow()
    terminal("apply", "--yes")
    number = terminal.issue("Read the tutorial")["number"]
    terminal.github("PATCH", f"/issues/{number}", title="Read the *good* tutorial")
    removed = terminal.github("GET", "/labels/status%3A%20blocked")
    terminal.github("DELETE", "/labels/status%3A%20blocked")
    assert removed["name"] == "status: blocked"
    assert terminal("apply", "--yes").code == 0
    assert terminal.issue("Read the *good* tutorial")["number"] == number
    file_regression.check(terminal("plan").out)


def test_undo_takes_back_what_nobody_touched_and_says_what_stays(
    terminal: Terminal, file_regression: FileRegressionFixture
) -> None:
    terminal.follow()
    terminal("apply", "--yes")
    number = terminal.issue("Install the tools")["number"]
    terminal.github("POST", f"/issues/{number}/comments", body="Done on the laptop.")
    ran = terminal("undo", "--yes")
    assert ran.code == 0
    file_regression.check(ran.out)
    still_open = [i["title"] for i in terminal.issues() if i["state"] == "open"]
    assert still_open == ["Install the tools"]
    assert terminal("undo", "--yes").out.splitlines()[-1].startswith("Nothing to undo")


def test_undo_asks_too(terminal: Terminal) -> None:
    terminal.follow()
    terminal("apply", "--yes")
    terminal.sandbox.world.journal.forget()
    assert terminal("undo").code == 9
    assert not terminal.sandbox.world.journal.writes


def test_after_undo_the_path_can_be_made_again(terminal: Terminal) -> None:
    terminal.follow()
    terminal("apply", "--yes")
    terminal("undo", "--yes")
    assert terminal("apply", "--yes").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0
    titles = [i["title"] for i in terminal.issues()]
    assert len(titles) == len(set(titles))


def test_settings_and_curriculum_may_stand_in_the_repository(terminal: Terminal) -> None:
    terminal.push(".github/milepost.yml", settings_text())
    terminal.push(CURRICULUM, curriculum_text(SMALL))
    ran = terminal("plan")
    assert "Read the tutorial" in ran.out


def test_settings_of_this_folder_come_before_those_of_the_repository(terminal: Terminal) -> None:
    terminal.push(".github/milepost.yml", settings_text(label_prefix="theirs "))
    terminal.push(CURRICULUM, curriculum_text(SMALL))
    terminal.follow(label_prefix="mine ")
    ran = terminal("plan")
    assert "mine kind: reading" in ran.out
    assert "theirs" not in ran.out


def test_a_guide_may_be_the_curriculum(terminal: Terminal) -> None:
    terminal.push(".github/milepost.yml", settings_text(curriculum="guide.md"))
    terminal.push("guide.md", GUIDE)
    ran = terminal("plan")
    assert ran.code == 0
    assert "Read the tutorial" in ran.out


def test_the_repository_can_be_named(terminal: Terminal) -> None:
    world = terminal.sandbox.world
    with world.lock:
        world.add_repository("learner/second")
    terminal.setenv(GITHUB_REPOSITORY=None)
    terminal.follow()
    assert "learner/second" in terminal("plan", "--repo", "learner/second").out


def test_the_repository_is_that_of_the_checkout(terminal: Terminal) -> None:
    terminal.setenv(GITHUB_REPOSITORY=None)
    terminal.write(".git/HEAD", "ref: refs/heads/main\n")
    terminal.write(".git/refs/heads/.keep", "")
    terminal.write(".git/objects/.keep", "")
    origin = "git@github.com:learner/portfolio.git"
    terminal.write(".git/config", f'[remote "origin"]\n\turl = {origin}\n')
    terminal.follow()
    assert "Plan for learner/portfolio" in terminal("plan").out
