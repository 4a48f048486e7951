"""Applications, project ideas, and the numbers of the guide with what they were counted from."""

from datetime import date
from typing import Any

import pytest
from builders import curriculum
from reports.histories import RICH, HistoryLearner
from repository_fixture import settings as config

from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum, Module
from bot.curriculum.sections import LearningMetric
from bot.i18n import NO_BREAK
from bot.planning.marker import Marker, wrap
from bot.progress.career import (
    Application,
    Metric,
    ProjectIdeaState,
    applications,
    by_stage,
    ideas,
    metrics,
)
from bot.progress.commands.count import Count
from bot.progress.commands.credit import Credit
from bot.progress.commands.project import StartProject
from bot.progress.names import Kind, kind_of
from bot.progress.path import LearningPath


def sent(learner: HistoryLearner) -> tuple[Application, ...]:
    view = learner.view("2026-03-01")
    return applications(view)


def applied(*labels: str) -> HistoryLearner:
    learner = HistoryLearner(RICH).files("Application: Acme", "kind:application", "2026-02-01")
    learner.bench.edit("Application", labels=["kind: application", *labels])
    return learner


@pytest.mark.parametrize(
    ("labels", "stage"),
    [
        ([], "applied"),
        (["stage: applied"], "applied"),
        (["stage: interview"], "interview"),
        (["stage: applied", "stage: offer", "stage: interview"], "offer"),
        (["stage: closed"], "closed"),
    ],
)
def test_the_label_says_the_stage_the_furthest_of_several(labels: list[str], stage: str) -> None:
    (one,) = sent(applied(*labels))
    assert (one.stage, one.title, one.opened) == (stage, "Application: Acme", date(2026, 2, 1))


def test_an_application_left_without_a_title_is_called_by_its_company() -> None:
    body = "### Company\n\nAcme\n\n### Role\n\nBaker"
    (one,) = sent(
        HistoryLearner(RICH).files("Application: ", "kind:application", "2026-02-01", body)
    )
    assert one.title == "Application: Acme"


@pytest.mark.parametrize("reason", ["completed", "not_planned"])
def test_a_closed_application_is_over_unless_there_was_an_offer(reason: str) -> None:
    for label, stage in (("stage: interview", "closed"), ("stage: offer", "offer")):
        learner = applied(label)
        learner.bench.close("Application", reason)
        assert sent(learner)[0].stage == stage


def test_a_renamed_stage_stays_a_stage() -> None:
    learner = applied("stage: interview")
    learner.bench.edit_label("stage: interview", new_name="talking")
    assert sent(learner)[0].stage == "interview"


def test_strangers_and_duplicates_do_not_count() -> None:
    learner = applied()
    learner.bench.close("Application", "duplicate")
    assert sent(learner) == ()
    learner = applied()
    learner.bench.issue("Application").user = learner.bench.world.add_user("stranger")
    assert sent(learner) == ()


def test_applications_are_counted_by_stage_in_the_order_of_the_stages() -> None:
    counts = by_stage(sent(applied("stage: interview")))
    assert counts == {"applied": 0, "interview": 1, "offer": 0, "closed": 0}
    assert list(counts) == ["applied", "interview", "offer", "closed"]


def idea(learner: HistoryLearner, name: str) -> ProjectIdeaState:
    view = learner.view("2026-03-01")
    found = ideas(view)
    assert [one.idea.id for one in found] == ["bread", "buns", "cake"]
    return next(one for one in found if one.idea.id == name)


def in_the_oven(path: Curriculum = RICH) -> HistoryLearner:
    """A project of which there is an issue."""
    body = wrap("Bake it.", Marker(key="project:cake", title="", body=""))
    return HistoryLearner(path).files("Cake", "kind:summary", "2026-02-01", body)


def test_an_idea_is_started_when_it_was_asked_for_and_done_when_its_issue_is() -> None:
    learner = HistoryLearner(RICH)
    assert idea(learner, "cake").state == "idea"
    learner.contains(StartProject(idea="cake"), "2026-02-01")
    assert (idea(learner, "cake").state, idea(learner, "cake").number) == ("started", None)
    learner = in_the_oven()
    assert (idea(learner, "cake").state, idea(learner, "cake").number is None) == ("started", False)
    learner.done(Cake="2026-02-20")
    assert (idea(learner, "cake").state, idea(learner, "cake").done_on) == (
        "done",
        date(2026, 2, 20),
    )


def test_an_idea_laid_aside_is_an_idea_again() -> None:
    learner = in_the_oven()
    learner.bench.close("Cake", "not_planned")
    assert idea(learner, "cake") == ProjectIdeaState(idea=RICH.projects[1], state="idea")


def numbers(view: LearningPath, today: date | None = None) -> dict[str, Metric]:
    found = metrics(view, today or view.today)
    return {one.id: one for one in found}


DRAWING = """
Phase: P
  Month 1: One -> Two first projects
    Week 1-4: A
      - a course (6h) [course]
      - another course (6h) [course]
      - a project (6h) [project]
  Month 2: Two -> A portfolio of five projects
    Week 1-4: B
      - a post (4h) [post]
      - a patch (4h) [contribution]
      - a second project (6h) [project]
  Month 3: Three
    Week 1-4: C
      - a third project (6h) [project]
      - a spare course (6h) [course]?
"""
NUMBERS: dict[str, Any] = {
    "metrics": [
        {"title": "Hours of study per week", "unit": "hours"},
        {"title": "Courses completed", "of_total": True},
        {"title": "Projects finished"},
        {"title": "Blog posts written"},
        {"title": "Open source contributions"},
        {"title": "Certificates"},
    ],
    "success": {
        "quantitative": [
            {"title": "Time to the first role", "low": 12, "unit": "months", "text": "A year"},
            {"title": "Salary increase", "low": 20, "unit": "percent", "text": "20%"},
            {"title": "Portfolio projects", "low": 10, "text": "At least 10"},
            {"title": "Network", "low": 50, "unit": "people", "text": "50 people"},
            {"title": "Technical articles", "low": 5, "unit": "posts", "text": "5 posts"},
        ]
    },
}


def path(**more: Any) -> Curriculum:
    made = curriculum(DRAWING, **NUMBERS, **more)
    requests = {"two-first-projects": 2, "a-portfolio-of-five-projects": 5}

    def counted(module: Module) -> Module:
        left = [d.model_copy(update={"count": requests[d.id]}) for d in module.deliverables]
        return module.model_copy(update={"deliverables": tuple(left)})

    phases = [p.model_copy(update={"modules": tuple(map(counted, p.modules))}) for p in made.phases]
    return made.model_copy(update={"phases": tuple(phases)})


def test_metrics_and_targets_about_the_same_thing_are_told_once() -> None:
    assert list(numbers(HistoryLearner(path()).view("2026-01-20"))) == [
        "hours-of-study-per-week",
        "courses-completed",
        "projects-finished",
        "blog-posts-written",
        "open-source-contributions",
        "network",
    ]


def test_what_nobody_here_can_know_is_left_out_even_when_counted() -> None:
    learner = HistoryLearner(path()).counts("salary-increase", 30, "2026-01-06")
    learner.counts("time-to-the-first-role", 3, "2026-01-06")
    found = numbers(learner.view("2026-01-20"))
    assert not {"salary-increase", "time-to-the-first-role"} & set(found)


def test_a_number_of_no_known_kind_shows_once_it_was_counted() -> None:
    learner = HistoryLearner(path()).counts("certificates", 2, "2026-01-06")
    found = numbers(learner.view("2026-01-20"))["certificates"]
    assert (found.value, found.basis) == (2, "2 counted by you")


def test_courses_posts_and_contributions_come_from_tasks_and_counts() -> None:
    learner = HistoryLearner(path())
    learner.done(a_course="2026-01-10", a_post="2026-01-11", a_patch="2026-01-12")
    learner.counts("technical-articles", 2, "2026-01-13").counts(
        "blog-posts-written", 1, "2026-01-13"
    )
    found = numbers(learner.view("2026-01-20"))
    courses, posts = found["courses-completed"], found["blog-posts-written"]
    assert (courses.value, courses.low, courses.text) == (1, 2, "2 on the path")
    assert courses.basis == "1 course task done"
    assert (posts.value, posts.low, posts.text) == (4, 5, "5 posts")
    assert posts.basis == "1 writing task done · 3 counted by you"
    assert found["open-source-contributions"].value == 1
    assert (posts.reached, found["open-source-contributions"].reached) == (False, False)


def test_what_was_known_before_counts_as_a_course_completed() -> None:
    learner = HistoryLearner(path()).contains(Credit(), "2026-01-06", "a course")
    learner.bench.close("a course")
    assert numbers(learner.view("2026-01-20"))["courses-completed"].value == 1


def test_an_optional_course_counts_once_it_is_done_and_the_aim_stays() -> None:
    learner = HistoryLearner(path())
    before = numbers(learner.view("2026-01-20"))["courses-completed"]
    courses = numbers(learner.done(a_spare="2026-01-08").view("2026-01-20"))["courses-completed"]
    assert (courses.value, courses.low) == (1, before.low) == (1, 2)


def projects(learner: HistoryLearner) -> tuple[float, str]:
    found = numbers(learner.view("2026-04-20"))["projects-finished"]
    return found.value, found.basis


def test_projects_inside_a_deliverable_are_not_counted_twice() -> None:
    learner = HistoryLearner(path())
    assert projects(learner) == (0, "nothing counted yet")
    learner.done(a_project="2026-01-10")
    assert projects(learner)[0] == 1
    learner.done(**{"Deliverable:_Two": "2026-01-20"})
    assert projects(learner)[0] == 2
    learner.done(a_second="2026-02-10")
    assert projects(learner)[0] == 2
    learner.done(**{"Deliverable:_A_portfolio": "2026-02-20"})
    assert projects(learner) == (5, "5 from tasks and deliverables")
    learner.done(a_third="2026-03-20")
    assert projects(learner)[0] == 6


def test_projects_of_ones_own_choice_come_on_top() -> None:
    learner = in_the_oven(path(projects=[{"id": "cake", "title": "Cake", "level": "beginner"}]))
    learner.done(a_third="2026-03-20", Cake="2026-04-01")
    text = "1 from tasks and deliverables · 1 of your own choice"
    assert projects(learner) == (2, text)
    view = learner.view("2026-04-20")
    assert numbers(view, date(2026, 3, 31))["projects-finished"].value == 1


def test_hours_are_those_written_down_else_the_estimates_of_what_is_done() -> None:
    learner = HistoryLearner(path()).done(a_course="2026-01-10")
    found = numbers(learner.view("2026-01-18"))["hours-of-study-per-week"]
    assert (found.value, found.basis) == (
        3,
        f"6{NO_BREAK}h of finished work, estimated · over 2 weeks",
    )
    found = numbers(learner.logs(5, "2026-01-12").view("2026-01-18"))["hours-of-study-per-week"]
    assert (found.value, found.basis) == (2.5, f"5{NO_BREAK}h logged · over 2 weeks")


def test_weeks_of_a_pause_are_no_weeks_of_study() -> None:
    resting = config("2026-01-05", ahead="all", pauses=[{"from": "2026-01-12", "to": "2026-02-08"}])
    learner = HistoryLearner(path(), resting).logs(5, "2026-01-06")
    found = numbers(learner.view("2026-02-15"))["hours-of-study-per-week"]
    assert (found.value, found.basis) == (2.5, f"5{NO_BREAK}h logged · over 2 weeks")


def test_before_the_start_there_are_no_hours_a_week() -> None:
    found = numbers(HistoryLearner(path()).view("2026-01-01"))["hours-of-study-per-week"]
    assert (found.value, found.basis) == (0, "Your path hasn't started yet.")


def test_the_guides_hours_a_week_are_the_target() -> None:
    busy = path(overview={"hours_per_week": "10-15"})
    found = numbers(HistoryLearner(busy).view("2026-01-20"))["hours-of-study-per-week"]
    assert (found.low, found.high, found.text) == (10, 15, f"10\N{EN DASH}15{NO_BREAK}h a week")


def test_a_past_day_is_told_as_it_was() -> None:
    learner = HistoryLearner(path()).done(a_course="2026-01-10", another="2026-02-10")
    learner.contains(Count(metric="network", amount=3), "2026-02-11")
    view = learner.view("2026-03-01")
    then, now = numbers(view, date(2026, 1, 31)), numbers(view)
    assert (then["courses-completed"].value, now["courses-completed"].value) == (1, 2)
    assert (then["network"].value, now["network"].value) == (0, 3)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Network connections", Kind.PEOPLE),
        ("Time to first MLOps role", Kind.PRIVATE),
        ("Salary increase", Kind.PRIVATE),
        ("Portfolio projects", Kind.PROJECTS),
        ("Technical articles", Kind.POSTS),
        ("Open source contributions", Kind.CONTRIBUTIONS),
        ("Contributions to open source projects", Kind.CONTRIBUTIONS),
        ("Programming languages", Kind.OTHER),
        ("Zertifikate", Kind.OTHER),
    ],
)
def test_words_say_what_a_number_is_about(title: str, kind: Kind) -> None:
    assert kind_of(LearningMetric(title=title)) is kind


def test_the_built_in_paths_have_their_numbers() -> None:
    found = numbers(HistoryLearner(from_catalog("devops-to-mlops")).view("2026-01-06"))
    assert {name: (m.value, m.low) for name, m in found.items()} == {
        "study-hours": (0, 8),
        "courses": (0, 6),
        "projects": (0, 10),
        "blog-posts": (0, 5),
        "contributions": (0, None),
        "network": (0, 50),
    }
    found = numbers(HistoryLearner(from_catalog("learn-python-12-weeks")).view("2026-01-06"))
    assert {name: m.low for name, m in found.items()} == {"study-hours": 4, "programs": 4}
