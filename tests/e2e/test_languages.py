"""In each language: a guide is read, seeded, lived for some weeks and reported on, without English.

The guides say the same in seven languages. What people read is asked for English words: those of
our own sentences that are no words of the language, nor of the guide.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import cldr
import messages
import pytest
import yaml
from curriculum import guide_parts
from repository_fixture import settings
from sync.sync_runs import SyncRuns

from bot.curriculum import importer
from bot.curriculum.model import Curriculum
from bot.i18n import LANGUAGES, use_language

GUIDES = Path(__file__).parent / "languages"
EVERYTHING: dict[str, Any] = {
    "publish": {
        "badge": True,
        "pictures": True,
        "readme": True,
        "forms": True,
        "reports": "branch",
    },
    "mentors": ["mentor"],
}
ALSO = {"github", "milepost", "readme", "markdown", "svg", "badge", "mentor"}  # names
# Code, addresses, hidden comments, keys of labels, tags, what an entity says, a time zone.
_UNSEEN = re.compile(
    r"<!--.*?-->|(?:· )?milepost [a-z]+:\S+|```.*?```|`[^`]*`|\]\(<?[^)]*\)|https?://\S+|</?\w[^>]*>|&\w+;|\bUTC\b",
    re.DOTALL,
)
# Of a report, for programs; keys, by which texts are found; colours; no value.
_DATA = re.compile(
    r"^\{.*?^\}|\b[a-z]+:[a-z][\w-]*|\b[0-9a-f]{6}\b|\bNone\b", re.DOTALL | re.MULTILINE
)
_WORD = re.compile(r"[a-z]{3,}")


def words(text: str) -> set[str]:
    return set(_WORD.findall(_UNSEEN.sub(" ", text).casefold()))


@cache
def translations(code: str) -> frozenset[str]:
    """The words of our sentences in the language, of its dates, and its name."""
    texts = [text for message in messages.read(code) for text in messages.forms(message.string)]
    table = json.loads(cldr.TABLE.read_text())[code]
    texts += [*table["months"], *table["weekdays"], *LANGUAGES.values()]
    return frozenset(w for text in texts for w in words(re.sub(r"%\(\w+\)s", " ", text)))


def values_of(form: Any) -> Iterator[str]:
    """The texts of an issue form that somebody reads."""
    if isinstance(form, dict):
        for key, value in form.items():
            if key in {"name", "description", "label", "placeholder", "value", "title"}:
                yield str(value)
            yield from values_of(value)
    elif isinstance(form, list):
        for one in form:
            yield from values_of(one)


def seen(runs: SyncRuns) -> Iterator[tuple[str, str]]:
    """Everything that somebody reads in the repository, with where it is."""
    repository = runs.bench.repository
    for label in repository.labels.values():
        yield f"label {label.name}", label.name
        yield f"label {label.name}", label.description or ""
    for milestone in repository.milestones.values():
        yield f"milestone {milestone.title}", f"{milestone.title}\n{milestone.description}"
    for issue in repository.issues.values():
        yield f"issue #{issue.number}", f"{issue.title}\n{issue.body}"
        for comment in issue.comments:
            if "<!--" in comment.body:  # ours have a marker
                yield f"comment on #{issue.number}", comment.body
    for name in repository.git.refs:
        head = repository.git.head(name.removeprefix("refs/heads/"))
        for path, content in (head.files if head else {}).items():
            text = content.decode(errors="replace")
            if "ISSUE_TEMPLATE" in path:
                yield path, "\n".join(values_of(yaml.safe_load(text)))
            elif path.endswith((".md", ".svg")):
                yield path, re.sub(r"<style>.*?</style>", " ", text, flags=re.DOTALL)


def lived(code: str, language: str) -> SyncRuns:
    """A repository in which somebody followed the guide to its end, with commands on the way."""
    found = importer.read((GUIDES / f"{code}.md").read_bytes(), name=f"{code}.md").curriculum
    assert found.language == code
    runs = SyncRuns(found, settings(ahead="all", language=language, **EVERYTHING))
    runs.become_an_app()
    runs.sync()
    tasks = [task.title for task in found.tasks()]
    runs.bench.close(tasks[0])
    for title, text in zip(
        tasks[1:],
        ("/log 2h", "/start", "/help", "/move +1w", "/skip", "/nonsense"),
        strict=False,
    ):
        runs.bench.comment(title, text)
    runs.later(days=1).sync()
    runs.later(days=8).sync()
    for issue in runs.issues():
        if issue.state == "open" and issue.milestone:
            runs.bench.close(issue.title)
    runs.later(days=2).sync()
    runs.later(days=8).sync()
    return runs


def english(
    shown: Mapping[str, str], before: Mapping[str, str], code: str, guide: str
) -> dict[str, list[str]]:
    """The words that are in the English texts `before`, and in what is `shown` in the language.

    Without those that the language or the guide has as well.
    """
    known = set().union(*map(words, before.values())) - translations(code) - words(guide) - ALSO
    return {where: sorted(left) for where, text in shown.items() if (left := words(text) & known)}


@pytest.mark.parametrize("code", messages.CODES)
def test_what_a_learner_reads_has_no_english_word_that_is_not_the_guides(code: str) -> None:
    runs = lived(code, code)
    assert runs.reports(), "no week was summed up"
    assert runs.reports("finish"), "nobody was told of the end"
    guide = (GUIDES / f"{code}.md").read_text()
    assert not english(dict(seen(runs)), dict(seen(lived(code, "en"))), code, guide)


@pytest.mark.parametrize("code", messages.CODES)
def test_every_part_of_a_guide_is_shown_in_the_language(code: str) -> None:
    whole = Curriculum.model_validate({**guide_parts.WHOLE, "language": code})
    guide = f"{guide_parts.WHOLE} {guide_parts.dated()}"
    shown = {}
    for language in ("en", code):
        with use_language(language):
            found = guide_parts.surfaces(whole, partial(guide_parts.learner, language))
        del found["`curriculum show`"]  # a command's output is English
        found["forms"] = "\n".join(values_of([*yaml.safe_load_all(found["forms"])]))
        shown[language] = {w: _DATA.sub(" ", text) for w, text in found.items()}
    assert not english(shown[code], shown["en"], code, guide)
