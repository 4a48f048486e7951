"""New issues by a form: which forms there are, what they ask, and the body that answers become."""

import re
from html.parser import HTMLParser

import httpx2
import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state.objects import Issue
from tests.client import Api

HOME = "/learner/portfolio"
NEW = f"{HOME}/issues/new"
FORM = b"""
name: Journal
description: What you learned
title: "Journal: "
labels: [kept, gone]
body:
  - type: markdown
    attributes: {value: "A **few** lines."}
  - type: input
    id: day
    attributes: {label: Day, description: "Such as `2026-11-23`.", placeholder: Today}
  - type: textarea
    id: text
    attributes: {label: "What happened?", value: "So far:"}
    validations: {required: true}
  - type: textarea
    attributes: {label: Log, render: shell}
  - type: dropdown
    attributes: {label: Mood, options: [Good, Bad]}
  - type: dropdown
    attributes: {label: Tools, multiple: true, options: [Git, Make, Vim]}
  - type: checkboxes
    attributes:
      label: Agreed
      options: [{label: I read it, required: true}, {label: And more}]
"""
ANSWERS = {
    "template": "journal.yml",
    "title": "Journal: Monday",
    "answer-2": "It went well.\r\n\r\nVery.",
    "answer-6": "0",
}


@pytest.fixture
def forms(sandbox: Sandbox, api: Api) -> Sandbox:
    write(sandbox, "journal.yml", FORM)
    api("POST", "/labels", {"name": "Kept", "color": "0e8a16"})
    return sandbox


def write(sandbox: Sandbox, name: str, content: bytes) -> None:
    files = {f".github/ISSUE_TEMPLATE/{name}": content}
    sandbox.world.commit_files(sandbox.world.repository(), files, "Add a form")


def made(sandbox: Sandbox, web: httpx2.Client, **answers: object) -> Issue:
    """The issue that a browser makes with these answers."""
    answer = web.post(NEW, data=ANSWERS | answers)
    assert answer.status_code == 303, answer.text
    number = int(answer.headers["location"].rpartition("/")[2])
    return sandbox.world.repository().issues[number]


def test_a_form_is_offered_beside_a_blank_issue(forms: Sandbox, web: httpx2.Client) -> None:
    assert f'href="{NEW}/choose"' in web.get(f"{HOME}/issues").text
    choice = web.get(f"{NEW}/choose").text
    assert f'href="{NEW}?template=journal.yml"' in choice
    assert "What you learned" in choice
    assert "Blank issue" in choice
    write(forms, "config.yml", b"blank_issues_enabled: false\n")
    assert "Blank issue" not in web.get(f"{NEW}/choose").text


def test_without_forms_a_new_issue_is_blank(web: httpx2.Client) -> None:
    assert f'href="{NEW}"' in web.get(f"{HOME}/issues").text
    assert 'value="Mine"' in web.get(f"{NEW}?title=Mine&body=Text").text
    assert web.get(f"{NEW}?template=journal.yml").status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"name: [",
        b"name: A\nbody: []",
        b"name: A\ndescription: B\nbody: [{type: markdown, attributes: {value: C}}]",
        b"name: A\ndescription: B\nbody: [{type: input, attributes: {}}]",
        b"name: A\ndescription: B\nbody: [{type: dropdown, attributes: {label: C}}]",
        b"name: A\ndescription: B\nbody: [{type: date, attributes: {label: C}}]",
        b"name: A\ndescription: B\nbody: [text]",
    ],
)
def test_a_form_with_a_mistake_is_not_offered(
    sandbox: Sandbox, web: httpx2.Client, content: bytes
) -> None:
    write(sandbox, "wrong.yml", content)
    assert "wrong.yml" not in web.get(f"{NEW}/choose").text


def test_the_body_is_written_as_github_writes_it(forms: Sandbox, web: httpx2.Client) -> None:
    extra = {"answer-1": "2026-11-23", "answer-3": "$ make", "answer-4": "Good"}
    issue = made(forms, web, **extra, **{"answer-5": ["Vim", "Git"]})
    assert issue.title == "Journal: Monday"
    assert issue.body == (
        "### Day\n\n2026-11-23\n\n"
        "### What happened?\n\nIt went well.\n\nVery.\n\n"
        "### Log\n\n```shell\n$ make\n```\n\n"
        "### Mood\n\nGood\n\n"
        "### Tools\n\nGit, Vim\n\n"
        "### Agreed\n\n- [x] I read it\n- [ ] And more"
    )


def test_what_is_left_empty_has_no_response(forms: Sandbox, web: httpx2.Client) -> None:
    body = made(forms, web).body or ""
    assert body.count("_No response_") == 4
    assert "### Mood\n\n_No response_" in body


def test_it_gets_the_labels_that_are_there(
    forms: Sandbox, web: httpx2.Client, reported: list[str]
) -> None:
    assert [label.name for label in made(forms, web).labels] == ["Kept"]
    assert list(forms.world.repository().labels) == ["kept"]
    assert reported[0] == "issues opened"


@pytest.mark.parametrize("missing", [{"answer-2": " "}, {"answer-6": "1"}])
def test_only_public_repositories_insist_on_answers(
    forms: Sandbox, web: httpx2.Client, missing: dict[str, str]
) -> None:
    assert web.post(NEW, data=ANSWERS | missing).status_code == 422
    assert "required" in web.get(f"{NEW}?template=journal.yml").text
    forms.world.repository().private = True
    assert made(forms, web, **missing).number == 1


class Inputs(HTMLParser):
    """The inputs of a page that a person fills in, and the labels that name them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inputs: list[dict[str, str | None]] = []
        self.labelled: set[str | None] = set()
        self._open = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "label":
            self._open += 1
            self.labelled.add(given.get("for"))
        if tag in {"input", "textarea", "select"} and given.get("type") != "hidden":
            self.inputs.append(given | ({"wrapped": "yes"} if self._open else {}))

    def handle_endtag(self, tag: str) -> None:
        self._open -= tag == "label"


@pytest.mark.parametrize(
    "path",
    [
        f"{NEW}?template=journal.yml",
        NEW,
        f"{HOME}/issues/1",
        f"{HOME}/labels",
        f"{HOME}/edit/main/README.md",
        f"{HOME}/new/main/docs",
    ],
)
def test_each_input_has_a_label(forms: Sandbox, web: httpx2.Client, path: str) -> None:
    made(forms, web)
    text = web.get(path).text
    page = Inputs(text)
    assert page.inputs
    for one in page.inputs:
        assert one.get("wrapped") or one.get("id") in page.labelled, one
        described = one.get("aria-describedby")
        assert described is None or f'id="{described}"' in text


@pytest.mark.usefixtures("forms")
def test_an_address_fills_in_a_form_before(web: httpx2.Client) -> None:
    text = web.get(f"{NEW}?template=journal.yml&day=2026-11-24&title=Mine").text
    assert 'value="2026-11-24"' in text
    assert 'value="Mine"' in text
    assert re.search(r"<textarea[^>]*>\s*So far:", text)
    assert "<strong>few</strong>" in text
