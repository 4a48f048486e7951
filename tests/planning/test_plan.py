"""What a plan does for a learner, seen from outside: labels, milestones, issues, relations."""

from datetime import timedelta

import pytest
import writes
from builders import curriculum
from planning.paths import LONG, SMALL
from repository_fixture import RepositoryFixture, on_the_path, settings

from bot.curriculum.model import Curriculum
from bot.errors import ConfigError
from bot.i18n import NO_BREAK
from bot.planning.base_change import Numbers
from bot.planning.changes import UpdateIssue
from bot.planning.ledger import find_ledger
from bot.planning.marker import BUTTON, find
from bot.planning.observed_state import observe
from bot.settings import Settings


@pytest.fixture
def bench() -> RepositoryFixture:
    return RepositoryFixture()


def reworded(path: Curriculum, old: str, new: str, *, alias: bool = False) -> Curriculum:
    """The path with one task's title changed; its id is the old one, or an alias of the new one."""
    data = path.model_dump(exclude_defaults=True)
    for phase in data["phases"]:
        for module in phase["modules"]:
            for unit in module["units"]:
                for task in unit.get("tasks", ()):
                    if task["title"] == old:
                        if alias:
                            task["aliases"] = (task.pop("id"),)
                        task["title"] = new
    return Curriculum.model_validate(data)


def test_a_new_repository_gets_labels_milestones_issues_and_relations(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    assert bench.milestone_titles() == [
        "Month 1, Week 1-2: First steps",
        "Month 1, Week 3-4: Second steps",
        "Month 2, Week 1-4: Your way",
    ]
    assert bench.titles() == [
        "Your path: A small path",
        "Read the tutorial",
        "Install the tools",
        "Next steps: this week",
        "Deliverable: Two small programs",
        "Write a loop",
        "Choose your way",
    ]
    tutorial = bench.issue("Read the tutorial")
    assert [label.name for label in tutorial.labels] == [
        "phase: Foundations",
        "kind: reading",
        "skill: python",
        "priority: medium",
    ]
    assert tutorial.milestone is bench.milestone("Month 1, Week 1-2")
    assert tutorial.parent is bench.issue("Deliverable")
    assert [child.title for child in bench.issue("Deliverable").children] == [
        "Read the tutorial",
        "Install the tools",
        "Write a loop",
    ]


def test_all_milestones_are_made_at_once_but_only_issues_of_the_window(
    bench: RepositoryFixture,
) -> None:
    bench.apply(LONG, settings(ahead=0))
    assert len(bench.milestone_titles()) == 6
    assert {"a1", "b1"} <= set(bench.titles())
    assert not {"c1", "d1", "e1", "f1"} & set(bench.titles())
    bench.apply(LONG, settings(ahead=0), today="2026-02-03")
    assert {"a1", "b1", "c1", "d1"} <= set(bench.titles())
    bench.apply(LONG, settings(ahead="all"), today="2026-02-03")
    assert {"e1", "f1"} <= set(bench.titles())


@pytest.mark.parametrize("ahead", [0, "all"])
def test_a_checkpoint_comes_in_the_last_days_of_its_month(
    bench: RepositoryFixture, ahead: int | str
) -> None:
    title = "Checkpoint after Month 3: March: The end"
    bench.apply(LONG, settings(ahead=ahead), today="2026-03-25")
    assert title not in bench.titles()
    bench.apply(LONG, settings(ahead=ahead), today="2026-03-26")
    assert title in bench.titles()


def test_a_checkpoint_comes_early_where_all_work_up_to_it_is_done(bench: RepositoryFixture) -> None:
    bench.apply(LONG, settings(ahead="all"))
    for title in ("a1", "b1", "c1", "d1", "e1", "f1"):
        bench.close(title)
    bench.apply(LONG, settings(ahead="all"), today="2026-01-06")
    assert "Checkpoint after Month 3: March: The end" in bench.titles()


@pytest.mark.parametrize(
    ("language", "title"), [("en", "The first checkpoint"), ("de", "Zwischenstand im März")]
)
def test_a_title_that_says_checkpoint_stays_as_it_is(
    bench: RepositoryFixture, language: str, title: str
) -> None:
    (last,) = LONG.checkpoints
    path = LONG.model_copy(update={"checkpoints": (last.model_copy(update={"title": title}),)})
    bench.apply(path, settings(ahead="all", language=language), today="2026-03-26")
    assert title in bench.titles()


def test_applying_twice_is_applying_once(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    bench.edges.writes.clear()
    assert bench.apply(SMALL).empty
    assert bench.edges.writes == []


def test_what_the_learner_rewrites_stays_and_is_told(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    body = (bench.issue("Read").body or "").replace("Month 1", "My month")
    bench.edit("Read", title="Read it slowly", body=body)
    bench.edit_milestone("Month 1, Week 1-2", title="My first weeks", due_on="2026-02-20T00:00:00Z")
    bench.edit_label("kind: reading", color="ffffff")
    plan = bench.apply(SMALL)
    assert on_the_path(plan) == []
    assert [(drift.what, drift.field) for drift in plan.drift] == [
        ("label 'kind: reading'", "color"),
        ("milestone 'My first weeks'", "title"),
        ("milestone 'My first weeks'", "due date"),
        ("issue #2 'Read it slowly'", "title"),
        ("issue #2 'Read it slowly'", "text"),
    ]
    changed = bench.plan(reworded(SMALL, "Read the tutorial", "Read the handbook"))
    assert [c.title for c in on_the_path(changed)] == ["Install the tools"]  # type: ignore[union-attr]


def test_text_around_our_region_labels_and_milestone_are_the_learners(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    read = bench.issue("Read")
    bench.edit("Read", body=f"Before\r\n{read.body}\r\nAfter", labels=["mine", "kind: reading"])
    bench.edit("Install", milestone=2)
    plan = bench.apply(SMALL)
    assert plan.empty
    assert {(d.field, d.theirs) for d in plan.drift} == {
        ("labels", "'phase: Foundations' was taken off"),
        ("labels", "'skill: python' was taken off"),
        ("labels", "'priority: medium' was taken off"),
        ("milestone", "the milestone was changed"),
    }
    bench.apply(reworded(SMALL, "Read the tutorial", "Read the handbook"))
    read = bench.issue("Read the handbook")
    assert {label.name for label in read.labels} == {"mine", "kind: reading"}
    assert (read.body or "").startswith("Before\n")
    assert (read.body or "").endswith("\nAfter")


def test_a_changed_curriculum_changes_what_nobody_touched(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    bench.edit("Install", title="Mine")
    newer = reworded(SMALL, "Read the tutorial", "Read the handbook")
    newer = reworded(newer, "Install the tools", "Install everything")
    plan = bench.apply(newer)
    changed = [(c.op, c.title, c.fields) for c in on_the_path(plan)]  # type: ignore[union-attr]
    assert changed == [
        ("update-issue", "Read the handbook", ("title", "text")),
        ("update-issue", "Mine", ("text",)),
        ("update-issue", "Write a loop", ("text",)),
    ]
    assert {"Read the handbook", "Mine"} <= set(bench.titles())
    assert bench.plan(newer).empty


def test_a_text_of_ours_follows_each_change_of_the_curriculum(bench: RepositoryFixture) -> None:
    """Of what was written the second time the marker knows, too: it is no edit of the learner's."""
    bench.apply(LONG)
    for hours, title in (("20", "twice"), ("30", "again")):
        data = LONG.model_dump(mode="json", exclude_defaults=True)
        [task] = data["phases"][0]["modules"][0]["units"][0]["tasks"]
        task |= {"hours": hours, "title": title}
        plan = bench.apply(Curriculum.model_validate(data))
        assert plan.drift == ()
        assert f"about {hours}{NO_BREAK}h" in (
            bench.milestone("Month 1, Week 1-2").description or ""
        )
        assert title in bench.titles()


@pytest.mark.parametrize(
    ("began", "now", "shown"),
    [
        ("Learn C \N{SEEDLING}", "Learn C", "Learn C \N{SEEDLING}"),
        ("Learn C", "Learn C++", "Learn C++"),
    ],
)
def test_the_path_keeps_the_emoji_of_its_name_and_follows_a_new_name(
    bench: RepositoryFixture, began: str, now: str, shown: str
) -> None:
    bench.apply(SMALL.model_copy(update={"title": began}))
    bench.apply(SMALL.model_copy(update={"title": now}))
    assert bench.issue("Your path").title == f"Your path: {shown}"


def test_an_issue_moved_since_it_was_read_is_not_moved_back_by_another_change(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    newer = reworded(SMALL, "Read the tutorial", "Read the handbook")
    changes = [c for c in on_the_path(bench.plan(newer)) if isinstance(c, UpdateIssue)]
    sent = [change.resolved(Numbers(issues={}, milestones={})) for change in changes]
    assert [one.fields for one in sent] == [("title",), ("text",)]
    assert not any({"milestone", "labels", "state"} & one.payload.keys() for one in sent)


def test_a_new_id_with_the_old_one_as_alias_is_the_same_task(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    number = bench.issue("Read").number
    newer = reworded(SMALL, "Read the tutorial", "Study the handbook", alias=True)
    bench.apply(newer)
    assert bench.issue("Study the handbook").number == number
    assert bench.plan(newer).empty


def test_ticks_and_closing_are_progress_and_no_edit(bench: RepositoryFixture) -> None:
    bench.apply(SMALL, today="2026-03-01")
    bench.edit("Checkpoint", body=(bench.issue("Checkpoint").body or "").replace("[ ]", "[x]"))
    bench.close("Read")
    bench.close("Install", "not_planned")
    plan = bench.plan(SMALL)
    assert on_the_path(plan) == []
    assert plan.drift == ()


def test_done_stays_done_and_untouched_by_a_changed_curriculum(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    bench.close("Read")
    bench.apply(reworded(SMALL, "Read the tutorial", "Read the handbook"))
    assert bench.issue("Read the tutorial").state == "closed"


def without(path: Curriculum, title: str) -> Curriculum:
    data = path.model_dump(exclude_defaults=True)
    for phase in data["phases"]:
        for module in phase["modules"]:
            for unit in module["units"]:
                unit["tasks"] = [t for t in unit.get("tasks", ()) if t["title"] != title]
    return Curriculum.model_validate(data)


def test_a_removed_task_is_closed_as_not_planned_unless_it_is_done(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    bench.close("Read")
    smaller = without(without(SMALL, "Read the tutorial"), "Install the tools")
    plan = bench.apply(smaller)
    assert plan.removals == 1
    assert bench.issue("Install").state_reason == "not_planned"
    assert bench.issue("Read").state_reason == "completed"
    assert bench.plan(smaller).empty


def test_a_task_that_comes_back_is_opened_again(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    bench.apply(without(SMALL, "Install the tools"))
    bench.apply(SMALL)
    assert bench.issue("Install").state == "open"
    assert len([t for t in bench.titles() if t == "Install the tools"]) == 1
    assert bench.plan(SMALL).empty


def test_what_the_learner_deleted_is_not_made_again(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    bench.delete("Install")
    bench.delete_milestone("Month 1, Week 3-4")
    bench.delete_label("skill: python")
    plan = bench.apply(SMALL)
    assert on_the_path(plan) == []
    assert {(note.kind, note.key) for note in plan.notes} == {
        ("opted-out", "task:install-the-tools"),
        ("opted-out", "unit:second-steps"),
        ("opted-out", "skill:python"),
    }
    bench.apply(SMALL, settings(ahead="all"), today="2026-06-01")
    assert "skill: python" not in bench.label_names()


def test_a_renamed_label_goes_on_under_its_new_name(bench: RepositoryFixture) -> None:
    bench.apply(LONG, settings(ahead=0))
    bench.edit_label("kind: practice", new_name="doing")
    bench.apply(LONG, settings(ahead="all"))
    assert "doing" in [label.name for label in bench.issue("f1").labels]
    assert "kind: practice" not in bench.label_names()


def test_labels_and_milestones_of_the_same_name_are_used_and_not_touched(
    bench: RepositoryFixture,
) -> None:
    theirs = {"name": "Kind: Reading", "color": "123456", "description": "mine"}
    bench.edges.write(writes.create_label(**theirs))
    bench.edges.write(writes.create_milestone("Month 1, Week 1-2: First steps", description=""))
    bench.apply(SMALL)
    read = bench.issue("Read")
    assert "Kind: Reading" in [label.name for label in read.labels]
    assert read.milestone is bench.milestone("Month 1, Week 1-2")
    assert bench.milestone("Month 1, Week 1-2").description == ""
    plan = bench.plan(SMALL)
    assert plan.empty
    assert {note.kind for note in plan.notes} == {"not-ours"}


def test_a_later_start_moves_dates_and_closes_nothing(bench: RepositoryFixture) -> None:
    bench.apply(LONG, settings("2026-01-05", ahead="all"))
    plan = bench.apply(LONG, settings("2026-03-02", ahead=0))
    assert {change.op for change in plan.changes} == {"update-milestone", "update-issue"}
    assert str(bench.milestone("Month 1, Week 1-2").due) == "2026-03-15"
    assert bench.titles("closed") == []


def test_a_choice_seeds_its_branch_and_switching_keeps_what_is_done(
    bench: RepositoryFixture,
) -> None:
    web = settings(choices={"choose-your-way": "web"})
    bench.apply(SMALL, web)
    assert "Build a page" in bench.titles()
    assert "Clean a table" not in bench.titles()
    bench.close("Build a page")
    plan = bench.apply(SMALL, settings(choices={"choose-your-way": "data"}))
    assert plan.removals == 0
    assert "Clean a table" in bench.titles()
    assert bench.issue("Build a page").state_reason == "completed"
    back = bench.apply(SMALL, web)
    assert back.removals == 0
    assert bench.issue("Clean a table").state_reason == "not_planned"


def test_a_choice_that_is_not_there_is_told_with_the_nearest() -> None:
    bench = RepositoryFixture()
    with pytest.raises(ConfigError, match="Did you mean 'choose-your-way'"):
        bench.plan(SMALL, settings(choices={"choose-our-way": "web"}))
    with pytest.raises(ConfigError, match=r"no option 'wep'\. Did you mean 'web'"):
        bench.plan(SMALL, settings(choices={"choose-your-way": "wep"}))


def test_a_relation_the_learner_undid_is_not_made_again(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    issue = bench.issue("Read")
    assert issue.parent is not None
    issue.parent.children.remove(issue)
    issue.parent = None
    assert bench.plan(SMALL).empty
    newer = reworded(SMALL, "Read the tutorial", "Study the handbook", alias=True)
    assert not bench.apply(newer).count("add-sub-issue")


def test_switched_off_features_seed_nothing_of_theirs(bench: RepositoryFixture) -> None:
    off = {"actions": False, "checkpoints": False, "deliverables": False}
    bench.apply(SMALL, settings(features=off))
    assert bench.titles() == [
        "Your path: A small path",
        "Read the tutorial",
        "Install the tools",
        "Write a loop",
        "Choose your way",
    ]
    assert bench.issue("Read").parent is None
    assert "kind: deliverable" not in bench.label_names()


def test_a_marker_in_a_strangers_issue_is_only_text(bench: RepositoryFixture) -> None:
    stranger = bench.world.add_user("stranger")
    forged = '<!-- milepost:end {"key":"task:read-the-tutorial","title":"x","body":"y"} -->'
    bench.edges.write(writes.create_issue("Forged", body=forged))
    bench.issue("Forged").user = stranger
    bench.apply(SMALL)
    assert "Read the tutorial" in bench.titles()
    assert bench.issue("Forged").body == forged


def test_of_two_issues_with_one_marker_the_older_is_kept_up(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    bench.world.clock.advance(timedelta(days=2))
    copy = bench.issue("Read")
    bench.edges.write(writes.create_issue("A copy", body=copy.body or ""))
    plan = bench.apply(reworded(SMALL, "Read the tutorial", "Read the handbook"))
    assert [note.kind for note in plan.notes] == ["duplicate"]
    assert {"Read the handbook", "A copy"} <= set(bench.titles())


def test_a_label_prefix_keeps_our_labels_apart(bench: RepositoryFixture) -> None:
    bench.apply(SMALL, settings(label_prefix="mp/"))
    assert all(name.startswith("mp/") for name in bench.label_names())


def test_markers_are_there_and_people_do_not_see_them(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    for issue in bench.repository.issues.values():
        found = find(issue.body or "")
        assert found is not None, issue.title
        assert found.region
        assert "milepost:" not in BUTTON.sub("", found.region)


def test_nobody_is_mentioned_and_nothing_is_referred_to() -> None:
    bench = RepositoryFixture()
    rude = curriculum(
        """
        Phase: P
          Month 1: M
            Week 1: W
              - Ask @octocat about #1 <img src=x onerror=alert(1)> <!-- hide -->
        """
    )
    bench.apply(rude)
    for issue in bench.repository.issues.values():
        found = find(issue.body or "")
        assert found is not None
        region = BUTTON.sub("", found.region or "")
        assert "@octocat" not in region
        assert "#1" not in region
        assert "<img" not in region
        assert "<!--" not in region


def test_removing_much_is_counted_against_what_is_there(bench: RepositoryFixture) -> None:
    bench.apply(LONG, settings(ahead="all"))
    removed = LONG
    for title in ("b1", "c1", "d1", "e1", "f1"):
        removed = without(removed, title)
    plan = bench.plan(removed, settings(ahead="all"))
    assert plan.removals == 5
    assert plan.existing == 6 + len(bench.titles())


def test_a_milestone_that_is_closed_counts_as_removed(bench: RepositoryFixture) -> None:
    bench.apply(LONG)
    data = LONG.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0]["modules"].pop()
    data["checkpoints"] = []
    there = observe(bench.edges.snapshot())
    gone = {"unit:e", "unit:f"} & there.milestones.keys()
    gone |= {"task:e1", "task:f1", "checkpoint:the-end"} & there.issues.keys()
    assert bench.plan(Curriculum.model_validate(data)).removals == len(gone) >= 2


def retitled(path: Curriculum, unit: str, title: str) -> Curriculum:
    data = path.model_dump(mode="json", exclude_defaults=True)
    for phase in data["phases"]:
        phase["title"] = title if unit == phase["id"] else phase["title"]
        for module in phase["modules"]:
            for one in module["units"]:
                one["title"] = title if unit == one["id"] else one["title"]
    return Curriculum.model_validate(data)


def test_a_title_or_name_that_somebody_else_has_is_not_fought_for(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    bench.edges.write(writes.create_milestone("Month 1, Week 1-2: Taken", description=""))
    bench.edges.write(writes.create_label("phase: Taken", color="ffffff", description=""))
    newer = retitled(retitled(SMALL, "first-steps", "Taken"), "foundations", "Taken")
    plan = bench.apply(newer)
    assert [note.text for note in plan.notes] == [
        "The label 'phase: Foundations' keeps its name, because there's another 'phase: Taken'.",
        (
            "The milestone 'Month 1, Week 1-2: First steps' keeps its title, because there's "
            "another 'Month 1, Week 1-2: Taken'."
        ),
    ]
    assert bench.plan(newer).empty


def test_two_units_that_swap_titles_keep_theirs_rather_than_fail(bench: RepositoryFixture) -> None:
    bench.apply(LONG)
    swapped = retitled(retitled(LONG, "a", "X"), "b", "A")
    swapped = retitled(swapped, "a", "B")
    bench.apply(swapped)
    assert bench.plan(swapped).empty


def test_a_unit_with_another_id_and_the_same_title_keeps_its_milestone(
    bench: RepositoryFixture,
) -> None:
    bench.apply(LONG)
    data = LONG.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0]["modules"][0]["units"][0]["id"] = "another"
    renamed = Curriculum.model_validate(data)
    plan = bench.apply(renamed)
    assert plan.removals == 0
    assert len(bench.milestone_titles()) == 6
    assert bench.plan(renamed).empty


def test_what_was_closed_as_removed_and_opened_again_is_the_learners(
    bench: RepositoryFixture,
) -> None:
    bench.apply(LONG, settings(ahead="all"))
    bench.apply(SMALL)
    bench.edit("a1", state="open")
    bench.edit_milestone("Month 1, Week 1-2: A", state="open")
    assert bench.plan(SMALL).changes == ()
    assert bench.issue("a1").state == "open"


def test_what_came_back_by_the_learners_hand_can_be_skipped_by_it_too(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    bench.apply(without(SMALL, "Install the tools"))
    bench.edit("Install", state="open")
    bench.apply(SMALL)
    bench.close("Install", "not_planned")
    assert on_the_path(bench.plan(SMALL)) == []
    bench.edit_milestone("Month 1, Week 1-2", state="closed")
    assert on_the_path(bench.plan(SMALL)) == []


def test_a_tick_in_the_choice_takes_that_branch_and_another_one_keeps_what_is_done(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL, settings(ahead="all"))
    for taken, task in (("Data", "Clean a table"), ("Web", "Build a page")):
        body = bench.issue("Choose your way").body or ""
        bench.edit(
            "Choose your way", body=body.replace(f"[ ] Take **{taken}**", f"[x] Take **{taken}**")
        )
        bench.apply(SMALL, settings(ahead="all"))
        assert task in bench.titles()
        assert "[x]" not in (bench.issue("Choose your way").body or "")
        assert bench.plan(SMALL, settings(ahead="all")).empty
        if task == "Clean a table":
            bench.close(task)
    assert bench.issue("Clean a table").state_reason == "completed"


def chosen(option: str = "") -> Settings:
    return settings(ahead="all", choices={"choose-your-way": option} if option else {})


def test_the_issue_of_a_choice_closes_with_each_and_opens_when_it_is_taken_back(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL, chosen())
    issue = bench.issue("Choose your way")
    for option, title in (("data", "Data"), ("web", "Web")):
        bench.apply(SMALL, chosen(option))
        assert (issue.state, issue.state_reason) == ("closed", "completed")
        assert f"You chose **{title}**" in (issue.body or "")
        assert bench.plan(SMALL, chosen(option)).empty
    bench.apply(SMALL, chosen())
    assert (issue.state, issue.state_reason) == ("open", "reopened")
    assert "You chose" not in (issue.body or "")
    assert bench.plan(SMALL, chosen()).empty


def test_a_choice_that_the_learner_opens_again_waits_for_another(bench: RepositoryFixture) -> None:
    bench.apply(SMALL, chosen())
    bench.apply(SMALL, chosen("data"))
    bench.edit("Choose your way", state="open")
    for _ in range(2):
        bench.apply(SMALL, chosen("data"))
        assert bench.issue("Choose your way").state == "open"
    assert bench.plan(SMALL, chosen("data")).empty
    bench.apply(SMALL, chosen("web"))
    assert bench.issue("Choose your way").state == "closed"


def test_a_choice_that_the_learner_closed_stays_closed(bench: RepositoryFixture) -> None:
    bench.apply(SMALL, chosen())
    bench.close("Choose your way", "not_planned")
    for option in ("data", ""):
        bench.apply(SMALL, chosen(option))
        issue = bench.issue("Choose your way")
        assert (issue.state, issue.state_reason) == ("closed", "not_planned")
        assert ("You chose" in (issue.body or "")) == bool(option)
        assert bench.plan(SMALL, chosen(option)).empty


def test_what_is_chosen_before_its_time_gets_no_issue(bench: RepositoryFixture) -> None:
    bench.apply(SMALL, chosen("data"))
    assert "Choose your way" not in bench.titles()
    assert bench.plan(SMALL, chosen("data")).empty
    bench.apply(SMALL, chosen())
    assert "Choose your way" in bench.titles()


def test_what_was_known_before_gets_no_issue_and_an_open_one_is_closed(
    bench: RepositoryFixture,
) -> None:
    known = settings(credits=["read-the-tutorial"])
    bench.apply(SMALL, known)
    assert "Read the tutorial" not in bench.titles()
    bench.apply(SMALL)
    assert "Read the tutorial" in bench.titles()
    plan = bench.apply(SMALL, known)
    assert plan.removals == 0
    assert bench.issue("Read the tutorial").state_reason == "not_planned"
    assert bench.plan(SMALL, known).empty


def test_a_credit_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"no task 'read-tutorial'\. Did you mean 'read-the-tuto"):
        RepositoryFixture().plan(SMALL, settings(credits=["read-tutorial"]))


def test_dropped_optional_tasks_are_not_made_when_their_unit_comes(
    bench: RepositoryFixture,
) -> None:
    path = curriculum(
        """
        Phase: P
          Month 1: M
            Week 1-4: A
              - a1 (10h)
            Week 5-8: B
              - b1 (10h)
            Week 9-12: C
              - c1 (10h)
              - Something more (2h)?
        """
    )
    bench.apply(path, settings(ahead=0))
    bench.comment("Your path", "/drop optional")
    bench.apply(path, settings(ahead="all"))
    assert "c1" in bench.titles()
    assert "Something more" not in bench.titles()
    bench.comment("Your path", "/keep optional")
    bench.apply(path, settings(ahead="all"))
    assert "Something more" in bench.titles()


def test_what_was_closed_as_removed_and_done_after_all_stays_done_when_it_returns(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    bench.apply(without(SMALL, "Install the tools"))
    bench.edit("Install", state="open")
    bench.close("Install")
    bench.apply(SMALL)
    assert bench.issue("Install").state_reason == "completed"


def test_a_closed_issue_is_not_pinned(bench: RepositoryFixture) -> None:
    bench.apply(SMALL)
    ledgerless = (bench.issue("Your path").body or "").partition("<!-- milepost:ledger")[0]
    bench.edit("Your path", body=ledgerless.rstrip())
    assert bench.plan(SMALL).count("pin-issue") == 1
    bench.close("Your path")
    assert bench.plan(SMALL).count("pin-issue") == 0


def test_an_issue_of_no_unit_stays_in_the_milestone_of_the_learners_choice(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    bench.edges.write(writes.create_milestone("Mine", description=""))
    bench.edit("Your path", milestone=bench.milestone("Mine").number)
    plan = bench.apply(SMALL)
    assert ("milestone", "the milestone was changed") in {(d.field, d.theirs) for d in plan.drift}
    assert bench.issue("Your path").milestone is bench.milestone("Mine")


def test_the_ledger_does_not_agree_to_a_label_that_somebody_changed(
    bench: RepositoryFixture,
) -> None:
    bench.apply(SMALL)
    ledgerless = (bench.issue("Your path").body or "").partition("<!-- milepost:ledger")[0]
    bench.edit("Your path", body=ledgerless.rstrip())
    bench.edit_label("kind: reading", color="ffffff")
    bench.apply(SMALL)
    labels = find_ledger(bench.issue("Your path").body or "").labels
    assert "kind:setup" in labels
    assert "kind:reading" not in labels
