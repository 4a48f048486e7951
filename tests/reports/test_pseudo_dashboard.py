"""No word of ours on the dashboard, in its folds or in published files escapes the catalogue."""

from collections.abc import Callable, Iterator

import pytest
from curriculum.guide_parts import HOW
from pseudo_language import escapes, pseudo_language
from reports.histories import HistoryLearner
from reports.picture_states import BARE, seen
from reports.test_dashboard import STATES
from reports.test_guide_folds import PATH

from bot import templating
from bot.i18n import LANGUAGES
from bot.planning.ledger import RefusedChange
from bot.planning.unit_names import unit_names
from bot.progress.path import LearningPath
from bot.reports.dashboard import as_markdown, dashboard
from bot.reports.readme_block import as_markdown as block

REFUSED = tuple(RefusedChange(what="#1", why="403", tried="2026-01-05") for _ in range(5))
LEARNERS: dict[str, tuple[Callable[[], HistoryLearner], str]] = {
    **STATES,
    "folds": (lambda: HistoryLearner(PATH, HOW), "2026-01-20"),
}


def strings(value: object) -> Iterator[str]:
    """All texts in a dump, but for the program's own words."""
    if isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from strings(part)
    elif type(value) is str:
        yield value


def of_others(path: LearningPath) -> set[str]:
    """The words of the guide and of the learner, and of texts that other tests look after."""
    issues = path.observed.snapshot.issues
    texts = [*strings(path.curriculum.model_dump()), *unit_names(path.curriculum).values()]
    texts += [text for issue in issues for text in (issue.title, *issue.labels)]
    texts += LANGUAGES.values()
    texts += [f"{m.title} {m.text} {m.basis}" for m in dashboard(path).metrics]
    return set(escapes("\n".join(texts)))


@pytest.mark.parametrize("name", LEARNERS)
def test_every_word_of_the_dashboard_comes_from_the_catalogue(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner, today = LEARNERS[name]
    made = learner()
    with pseudo_language(monkeypatch):
        path = made.view(today)
        text = as_markdown(dashboard(path, {str(n): one for n, one in enumerate(REFUSED)}))
        assert set(escapes(text)) - of_others(path) == set()


def test_every_word_of_the_files_comes_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    publish = {"badge": True, "pictures": True, "readme": True}
    with pseudo_language(monkeypatch):
        path = seen(BARE, "2026-01-15", {"a1": "2026-01-07"}, publish=publish)
        texts = [
            block(path, web="https://github.com"),
            templating.render("pull.md.j2", title="A", paths=["a"]),
            templating.render("pull-files.md.j2", paths=["a"]),
            templating.render(
                "branch.md.j2",
                **dict.fromkeys(("badge", "pictures", "reports"), True),
                title="A",
                calendar="path.ics",
            ),
        ]
        assert set(escapes("\n".join(texts))) - of_others(path) == set()
