"""Views of paths in many states, drawn from a few lines: what pictures are made of."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from builders import curriculum
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.model import Curriculum
from bot.progress.learner_history import Logged, Rating
from bot.progress.path import LearningPath

SKILLS = ("python", "data", "models", "cloud", "pipelines")
YEAR = "\n".join(
    f"""
    Month {month}: Part {month}
      Week 1-2: First half of {month}
        - Read {month} (6h) #{SKILLS[month % 5]}
        - Try {month} (4h) #{SKILLS[(month + 1) % 5]}
      Week 3-4: Second half of {month}
        - Build {month} (10h) #{SKILLS[(month + 2) % 5]}
    """
    for month in range(1, 13)
)
ASSESSMENT = {"skills": [{"id": s, "title": s.capitalize(), "skills": [s]} for s in SKILLS]}
PATH = curriculum(
    f"Phase: P\n{YEAR}\nCheckpoint: A year in\n- Did it",
    title="From DevOps to MLOps",
    assessment=ASSESSMENT,
)
TINY = curriculum("Phase: P\nMonth 1: One\nWeek 1: Week\n- Read it (2h)", title="Tiny")
BARE = curriculum(
    """
    Phase: P
      Month 1: One
        Week 1: A
          - a1 #speaking
          - a2 #writing
        Week 2: B
          - b1
      Month 2: Two
        Week 1: C
          - c1
    """,
    title="A path without hours",
)
LONG_WORDS = curriculum(
    """
    Phase: P
      Month 1: An introduction to everything that anybody could ever want to know about this
        Week 1: Even the first week has a name that goes on and on and on and on and on
          - Read (4h) #communication-with-people-who-are-far-away-and-do-not-answer
          - Write (4h) #a
          - Speak (4h) #b
      Checkpoint: The first checkpoint, at which you look back on all of it and are astonished
        - Did it
    """,
    title="The complete, unabridged and annotated path from wherever you are to wherever you "
    "would like to be, in twelve months or a few more",
)
WORLD = curriculum(
    """
    Phase: P
      Month 1: מבוא ללמידת מכונה
        Week 1: השבוע הראשון
          - קריאה (4h) #a
      Month 2: 机器学习入门
        Week 1: 第一周数据准备与清洗
          - 阅读 (4h) #b
      Month 3: e\u0301tude 🚀 <b>&amp;
        Week 1: C
          - Read (4h) #c
    """,
    title="מסלול למידת מכונה",
    assessment={
        "skills": [
            {"id": "one", "title": "תכנות בפייתון", "skills": ["a"]},
            {"id": "two", "title": "机器学习与数据处理的基础知识", "skills": ["b"]},
            {"id": "three", "title": "Emoji 🚀 & <tags>", "skills": ["c"]},
        ]
    },
)


def seen(
    path: Curriculum,
    today: str,
    done: dict[str, str] | None = None,
    *,
    logged: dict[str, float] | None = None,
    rated: dict[str, int] | None = None,
    **more: Any,
) -> LearningPath:
    """The view of `path` on `today` when the tasks in `done` were closed on their days."""
    chosen = settings("2026-01-05", ahead="all", **more)
    bench = RepositoryFixture()
    bench.apply(path, chosen)
    for title, day in (done or {}).items():
        bench.close(title)
        bench.issue(title).closed_at = datetime.fromisoformat(f"{day}T18:00:00+00:00")
    now = datetime.fromisoformat(f"{today}T12:00:00").replace(tzinfo=UTC)
    view = LearningPath.read(path, chosen, bench.edges.snapshot(), now)
    text = {
        "logged": tuple(
            Logged(day=date.fromisoformat(day), hours=hours)
            for day, hours in (logged or {}).items()
        ),
        "ratings": tuple(
            Rating(day=view.today, skill=skill, value=value)
            for skill, value in (rated or {}).items()
        ),
    }
    return view.model_copy(update={"history": view.history.model_copy(update=text)})


def busy() -> LearningPath:
    """Five months in, with quick weeks and slow ones, a pause, logged hours and ratings."""
    start = date(2026, 1, 5)
    done = {}
    for month in range(1, 6):
        for task, offset in (("Read", 4), ("Try", 9), ("Build", 20 + month)):
            done[f"{task} {month}"] = str(start + timedelta(days=29 * (month - 1) + offset))
    return seen(
        PATH,
        "2026-06-10",
        done,
        logged={"2026-02-03": 1.5, "2026-02-04": 2, "2026-04-11": 8, "2026-06-09": 3},
        rated={"python": 4, "data": 2, "models": 3, "cloud": 1, "pipelines": 3},
        pauses=[{"from": "2026-08-03", "to": "2026-08-23"}],
    )


def finished() -> LearningPath:
    """All of it is done."""
    work = ("Read", "Try", "Build")
    done = {
        f"{task} {month}": str(date(2026, month, 5 + 8 * place))
        for month in range(1, 13)
        for place, task in enumerate(work)
    }
    return seen(PATH, "2027-02-01", done, rated=dict.fromkeys(SKILLS, 5))


STATES: dict[str, Callable[[], LearningPath]] = {
    "nothing-yet": lambda: seen(PATH, "2025-12-20"),
    "first-week": lambda: seen(PATH, "2026-01-08"),
    "busy": busy,
    "finished": finished,
    "resting": lambda: seen(
        PATH,
        "2026-03-10",
        {"Read 1": "2026-01-09", "Try 1": "2026-01-20", "Build 1": "2026-02-12"},
        rated={"python": 3, "models": 2},
        pauses=[{"from": "2026-03-02", "to": "2026-03-29"}],
    ),
    "tiny": lambda: seen(TINY, "2026-01-08"),
    "tiny-done": lambda: seen(TINY, "2026-01-08", {"Read it": "2026-01-07"}),
    "without-hours": lambda: seen(BARE, "2026-01-15", {"a1": "2026-01-07", "a2": "2026-01-13"}),
    "long-words": lambda: seen(LONG_WORDS, "2026-01-10", {"Read": "2026-01-09"}),
    "wide-letters": lambda: seen(WORLD, "2026-01-20", {"קריאה": "2026-01-09"}, rated={"one": 4}),
}
