"""The main job from end to end: the real command over real HTTP, held against GitHub's contract."""

from pathlib import Path

from cli.terminal import Terminal
from contracts.checker import contract


def test_a_guide_becomes_a_plan_that_respects_its_learner(terminal: Terminal) -> None:
    journal = terminal.sandbox.world.journal
    journal.record_bodies = True

    made = terminal("init", "--curriculum", "devops-to-mlops", "--start", "2026-01-05", "--yes")
    assert made.code == 0
    assert (terminal.folder / ".github/milepost.yml").is_file()

    assert terminal("plan", "--detailed-exitcode").code == 2
    assert not journal.writes
    assert terminal("apply", "--yes").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0

    task = terminal.issue("Read chapters 1 to 5")
    body = "I read it on the train.\n\n" + task["body"].replace("Hands-On", "HANDS-ON")
    number = task["number"]
    terminal.github("PATCH", f"/issues/{number}", title="Read five chapters", body=body)

    assert terminal("apply", "--yes").code == 0  # the dashboard has its new name
    reported = terminal("plan", "--detailed-exitcode")
    assert reported.code == 0  # there is nothing to overwrite
    assert f"issue #{number} 'Read five chapters' · title:" in reported.out
    assert (
        f"issue #{number} 'Read five chapters' · our part of the text was rewritten" in reported.out
    )
    writes = len(journal.writes)
    assert terminal("apply", "--yes").code == 0
    assert len(journal.writes) == writes

    undone = terminal("undo", "--yes")
    assert undone.code == 0
    assert f"Issue #{number} 'Read five chapters' stays: its title was changed" in undone.out
    after = terminal.github("GET", f"/issues/{number}")
    assert (after["title"], after["body"], after["state"]) == ("Read five chapters", body, "open")
    others = [i for i in terminal.issues() if i["number"] != number]
    assert {(i["state"], i["state_reason"]) for i in others} == {("closed", "not_planned")}

    ours = [entry for entry in journal.entries if entry.user_agent != "learner"]
    assert len(ours) > 100
    assert contract().check(ours) == []


def test_the_same_from_the_repository_alone(terminal: Terminal) -> None:
    """No folder at all: settings and curriculum are read from GitHub, as in an Action."""
    terminal.follow(ahead=4)
    for name in (".github/milepost.yml", "path.yml"):
        terminal.push(name, (terminal.folder / name).read_text(encoding="utf-8"))
        Path(terminal.folder / name).unlink()
    terminal.sandbox.world.journal.record_bodies = True
    assert terminal("apply", "--yes").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert contract().check(terminal.sandbox.world.journal.entries) == []
