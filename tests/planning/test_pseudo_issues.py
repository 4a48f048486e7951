"""No word of ours in an issue, label, milestone or form escapes the catalogue."""

from collections.abc import Iterator

import pytest
import yaml
from planning.test_issue_texts import DRAWN, full
from pseudo_language import accented, escapes, pseudo_language
from reports.histories import HistoryLearner
from reports.test_reflection import inputs
from repository_fixture import settings as config

from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum
from bot.planning.desired_state import SUMMARY_KEY, desired_state
from bot.planning.labels import description_without_key
from bot.progress.career import metrics
from bot.progress.commands.goal import AddGoal
from bot.progress.commands.project import StartProject
from bot.reports.issue_forms import form_files
from bot.sync.reconcile import texts

HOW = config("2026-01-05", ahead="all", mentors=["mentor"], publish={"forms": True})
# What the guide says, in whatever words: accented, they are no plain ones.
WORDS = frozenset(
    [
        "title",
        "description",
        "summary",
        "note",
        "platform",
        "duration",
        "author",
        "goals",
        "goal",
        "specifics",
        "text",
        "aim",
        "label",
        "companies",
        "application",
        "done_when",
        "unit",
        "from_role",
        "target_role",
        "details",
    ]
)


def foreign(path: Curriculum) -> Curriculum:
    """The path of a guide that has no plain letters in what people read."""

    def other(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {
                name: other(part, key if key == "details" else name) for name, part in value.items()
            }
        if isinstance(value, list):
            return [other(part, key) for part in value]
        levels = key == "level" and not str(value).islower()  # in the guide's words, no choice
        return accented(value) if isinstance(value, str) and (key in WORDS or levels) else value

    return Curriculum.model_validate(other(path.model_dump(mode="json", exclude_defaults=True)))


EVENT = {"title": "A fair", "kind": "event", "on": "2026-01-20", "note": "Bring a cable"}
DETAILED = inputs(full(DRAWN)).model_dump(mode="json", exclude_defaults=True) | {
    "community": [EVENT],
    "projects": [{"title": "Bread", "level": "beginner", "hours": "0.5"}],
}
DASHBOARD = accented("Your path: ")[:10]  # as its title begins
PATHS = {"drawn": Curriculum.model_validate(DETAILED), "official": from_catalog("devops-to-mlops")}


def shown(learner: HistoryLearner, today: str) -> Iterator[tuple[str, str]]:
    """Name and text of all that stands in the repository but the dashboard."""
    view = learner.view(today)
    desired = desired_state(view, texts(view))
    for issue in desired.issues:
        if issue.key != SUMMARY_KEY:
            yield issue.key, f"{issue.title}\n{issue.body}\n{issue.starter}"
    for milestone in desired.milestones:
        yield milestone.key, f"{milestone.title}\n{milestone.description}"
    for label in desired.labels:
        yield label.key, f"{label.name}\n{description_without_key(label.description)}"
    names = {label.key: label.name for label in desired.labels}
    for path, text in form_files(view.curriculum, view.settings, names).items():
        form = yaml.safe_load(text)
        yield path, "\n".join(form[name] for name in ("name", "description", "title"))
        for field in form["body"]:
            for value in field["attributes"].values():
                yield path, value if isinstance(value, str) else "\n".join(value)
    for metric in metrics(view, view.today):
        yield metric.id, f"{metric.title} {metric.text} {metric.basis}"


@pytest.mark.parametrize("name", PATHS)
def test_every_word_comes_from_the_catalogue(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pseudo_language(monkeypatch):
        path = foreign(PATHS[name])
        learner = HistoryLearner(path, HOW).contains(
            AddGoal(goal=accented("Sleep")), "2026-01-06", DASHBOARD
        )
        for project in path.projects[:1]:
            learner.contains(StartProject(idea=project.id), "2026-01-06", DASHBOARD)
        found = {
            key: words for key, text in shown(learner, "2026-03-20") if (words := escapes(text))
        }
    assert found == {}
