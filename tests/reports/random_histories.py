"""Random histories on a small path: what was done, ticked, set aside, chosen, logged."""

from datetime import date, timedelta

from builders import curriculum
from hypothesis import strategies as st
from reports.histories import HistoryLearner
from repository_fixture import settings

from bot.curriculum.model import Curriculum
from bot.progress.commands.choose import Choose
from bot.progress.commands.pause import PauseUntil

START = date(2026, 1, 5)
TASKS = ("a1", "a2", "b1", "c1", "d1", "e1")
FATES = ("open", "tick", "doing", "done", "done", "skip", "delete")


def boxed(*, timed: bool) -> Curriculum:
    """A path whose tasks have three boxes each, with hours for all of them or for one."""

    def hours(number: int) -> str:
        return f" ({number}h)" if timed or number == 7 else ""

    text = f"""
    Phase: One
      Month 1: January -> A first thing
        Week 1-2: A
          - a1{hours(7)}
          - a2{hours(3)}?
        Week 3-4: B
          - b1{hours(11)}
      Checkpoint: One month in
        - Can do a
      Month 2: February
        Week 1-2: C
          - c1{hours(13)}
        Week 3-4: Your way
        Choice: Choose your way
          Option: Web
            - d1{hours(5)}
          Option: Data
            - e1{hours(9)}
      Checkpoint: The end
        - Did it all
    Next week:
      - Join the forum
    """
    data = curriculum(text).model_dump(mode="json", exclude_defaults=True)
    for phase in data["phases"]:
        for module in phase["modules"]:
            for unit in module["units"]:
                options = unit.get("choice", {}).get("options", [])
                for task in (*unit.get("tasks", []), *(t for o in options for t in o["tasks"])):
                    task["done_when"] = ["one", "two", "three"]
    return Curriculum.model_validate(data)


PATHS = {timed: boxed(timed=timed) for timed in (True, False)}
HOW = settings("2026-01-05", ahead="all", choices={})


@st.composite
def histories(draw: st.DrawFn) -> tuple[HistoryLearner, date]:
    """A learner, and the day on which somebody looks: nothing lies after it."""
    timed = draw(st.booleans(), label="timed")
    taken = draw(st.sampled_from([None, "web", "data"]), label="taken")
    how = HOW.model_copy(update={"choices": {"choose-your-way": taken} if taken else {}})
    today = START + timedelta(days=draw(st.integers(7, 90), label="today"))
    learner = HistoryLearner(PATHS[timed], how)
    learner.bench.apply(learner.path, how, str(today))
    days = st.integers(0, (today - START).days).map(lambda n: str(START + timedelta(days=n)))
    for title in TASKS:
        fate = draw(st.sampled_from(FATES), label=title)
        if title not in learner.bench.titles():
            continue
        if fate == "tick":
            learner.ticks(title, draw(st.integers(1, 3)))
        elif fate == "doing":
            learner.label(title, "status: in progress")
        elif fate == "done":
            learner.done(**{title: draw(days)})
        elif fate == "skip":
            learner.skips(title)
        elif fate == "delete":
            learner.bench.delete(title)
    if draw(st.booleans(), label="logs"):
        learner.logs(2.5, draw(days))
    if draw(st.booleans(), label="rests"):
        rest = today + timedelta(days=draw(st.integers(0, 9)))
        learner.contains(PauseUntil(last=rest), draw(days))
    if taken is None and draw(st.booleans(), label="chooses"):
        learner.contains(Choose(choice="choose-your-way", option="web"), draw(days))
    return learner, today
