"""The first page and the mentor's page: who is shown to whom."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pseudo_language import PseudoCatalogue, pseudo_language
from reports.histories import RICH, HistoryLearner
from repository_fixture import settings
from server.page_documents_fixture import HERE, NOW, PageDocuments
from server.person import Person
from server.pseudo_pages import page_escapes
from server.scenario import BOT
from server.visitor_fixture import VisitorFixture, visited

from bot import i18n
from bot.errors import UnavailableError
from bot.github.oauth import OAuthClient
from bot.planning.marker import find
from bot.progress.path import LearningPath
from bot.reports.cohort import member
from bot.server.pages import cohort as cohort_page
from bot.server.store.rows import repository
from bot.settings import LEARNERS_PATH
from bot.sync.digest import TITLE
from github_sandbox.server import running
from github_sandbox.state import apps, issues
from github_sandbox.state.objects import Repository


@pytest.fixture(scope="module")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitorFixture]:
    """Run a server with learners who share with Ada, and others who don't."""
    folder = tmp_path_factory.mktemp("cohort")
    with running() as sandbox:
        with visited(sandbox, f"sqlite:///{folder / 'store.sqlite3'}", folder) as made:
            _fill(made, PageDocuments(made.host.store, made.host.server.clock))
            accept_everybody(made, "ada")
            yield made
        sandbox.webhooks.settle()


def accept_everybody(app_server: VisitorFixture, login: str) -> None:
    """Accept all who wait for an answer of this mentor, on the page for that."""
    with app_server.person(login) as mentor:
        page = app_server.sign_in(mentor, "/cohort/requests")
        while any("Accept" in text for form in page.forms for text in form.buttons):
            page = mentor.press(page, "Accept")


def of(repository: Repository, **cohort: Any) -> LearningPath:
    """Return a path whose settings name Ada, with one issue blocked."""
    how = settings("2026-01-05", ahead="all", mentors=["Ada"], cohort=cohort)
    learner = HistoryLearner(RICH, how).done(a1="2026-01-12").label("c1", "status: blocked")
    seen = learner.view("2026-02-16")
    snapshot = seen.observed.snapshot.model_copy(update={"repository": repository.full_name})
    return seen.model_copy(
        update={"observed": seen.observed.model_copy(update={"snapshot": snapshot})}
    )


def _fill(app_server: VisitorFixture, documents: PageDocuments) -> None:
    def home(name: str, *, private: bool = False, readers: tuple[str, ...] = ()) -> Repository:
        roles: Any = dict.fromkeys(readers, "read")
        return app_server.world.add_repository(name, private=private, collaborators=roles)

    homes: dict[str, tuple[Repository, dict[str, Any]]] = {
        "zoe": (home("zoe/path"), {"share": True}),
        "bob": (home("bob/path", private=True, readers=("ada",)), {"share": True}),
        "alias": (home("cleo/known"), {"share": True, "name": "Blue Heron"}),
        "closed": (home("dan/closed", private=True), {"share": True}),
        "silent": (home("eve/silent"), {"share": False}),
        "gone": (home("flo/gone"), {"share": True}),
    }
    with app_server.world.lock:
        for one, _ in homes.values():
            apps.install(app_server.world, app_server.app, one.owner.login, repositories=[one])
    app_server.settle()
    for one, cohort in homes.values():
        documents.add(one.full_name, of(one, **cohort), number=one.id, private=one.private)
    documents.store.repositories.mark_repository_gone(homes["gone"][0].id, NOW)


@pytest.fixture(scope="module")
def ada(app_server: VisitorFixture) -> Iterator[Person]:
    with app_server.person("ada") as somebody:
        app_server.sign_in(somebody)
        yield somebody


def test_a_mentor_sees_who_shares_by_name_and_who_would_like_help(ada: Person) -> None:
    page = ada.open("/cohort")
    text = page.text
    assert text.index("Who asks for help") < text.index("Where they are")
    assert "Month 1" in text
    names = [text.index(name, text.index("Where they are")) for name in ("Blue", "bob", "zoe")]
    assert names == sorted(names)
    assert page.links["zoe"] == "/r/zoe/path"
    assert page.links["c1"].startswith("https://github.com/")
    assert page.answer.headers["cache-control"] == "no-store"


def test_an_alias_leads_nowhere(ada: Person) -> None:
    for path in ("/cohort", "/cohort.json"):
        body = ada.open(path).answer.text
        assert "Blue Heron" in body
        assert "cleo" not in body
    data = ada.open("/cohort.json").answer.json()
    heron = next(one for one in data["learners"] if one["who"] == "Blue Heron")
    (asking,) = heron["asking"]
    assert (heron["repository"], asking["title"], asking["url"]) == (None, "c1", "")


def test_the_table_is_sorted_chosen_and_a_spreadsheet(ada: Person) -> None:
    everybody = ada.open("/cohort.json?sort=name").answer.json()["learners"]
    assert [one["who"] for one in everybody] == ["Blue Heron", "bob", "zoe"]
    assert ada.open("/cohort.json?only=help&sort=done&x=1").answer.json()["learners"]
    assert ada.open("/cohort.json?group=spring").answer.json()["learners"] == []
    assert ada.open("/cohort?only=nobody&sort=luck&group=" + "x" * 99).status == 200
    answer = ada.open("/cohort.csv").answer
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert [line.partition(",")[0] for line in answer.text.splitlines()] == [
        "who",
        "Blue Heron",
        "bob",
        "zoe",
    ]


def test_an_answer_is_in_the_language_of_its_learner(
    app_server: VisitorFixture, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_hindi = PseudoCatalogue()
    monkeypatch.setattr(i18n, "catalogue", lambda code: in_hindi if code == "hi" else None)
    (zoe,) = (r for r in app_server.world.repositories.values() if r.full_name == "zoe/path")
    path = of(zoe, share=True)
    path = path.model_copy(update={"settings": path.settings.model_copy(update={"language": "hi"})})
    (requested,) = member(path).asking
    with app_server.world.lock:
        while max(zoe.issues, default=0) < requested.number:
            issues.create(app_server.world, app_server.world.actor(), zoe, {"title": "an issue"})
    app_server.settle()
    documents = PageDocuments(app_server.host.store, app_server.host.server.clock)
    documents.put(documents.row(zoe.id), path)
    ada.press(ada.open("/cohort"), "Send: zoe", text="Look at page 3.")
    (comment,) = zoe.issues[requested.number].comments
    assert "**ada** \N{LATIN SMALL LETTER A WITH RING ABOVE}" in comment.body
    documents.put(documents.row(zoe.id), of(zoe, share=True))


def test_an_answer_reaches_who_goes_by_another_name(
    app_server: VisitorFixture, ada: Person
) -> None:
    (cleo,) = (r for r in app_server.world.repositories.values() if r.full_name == "cleo/known")
    number = next(
        one["asking"][0]["number"]
        for one in ada.open("/cohort.json").answer.json()["learners"]
        if one["who"] == "Blue Heron"
    )
    with app_server.world.lock:
        while max(cleo.issues, default=0) < number:
            issues.create(
                app_server.world, app_server.world.actor(), cleo, {"title": "an issue of theirs"}
            )
    app_server.settle()  # a sync finds no settings, since there are none
    documents = PageDocuments(app_server.host.store, app_server.host.server.clock)
    documents.put(documents.row(cleo.id), of(cleo, share=True, name="Blue Heron"))
    page = ada.open("/cohort")
    answered = ada.press(page, "Send: Blue Heron", text="/done\n@cleo: look <b>there</b>")
    assert "Your answer is now a comment on the issue." in answered.text
    (comment,) = cleo.issues[number].comments
    assert comment.user.login == BOT
    assert "**ada** answers your request for help:\n\n> /done\n> @\u200bcleo" in comment.body
    assert "<b>" not in comment.body
    assert find(comment.body) is not None  # so nothing in it is a command
    cleo.issues[number].locked = True
    refused = ada.press(page, "Send: Blue Heron", text="Still there?")
    assert (refused.status, "GitHub doesn't take your answer" in refused.text) == (409, True)
    assert "cleo" not in refused.html


def test_only_who_asks_this_mentor_for_help_is_answered(
    app_server: VisitorFixture, ada: Person
) -> None:
    fields = {**ada.open("/cohort").form("Send").fields, "text": "Hello"}
    with app_server.person("bea") as bea:
        theirs = app_server.sign_in(bea, "/cohort/requests")
        token = theirs.form("Sign out").fields["form_token"]
        for change, status in (
            ({}, 403),
            ({"form_token": token}, 404),
            ({"form_token": token, "request": "1:1"}, 400),
            ({"form_token": token, "text": " "}, 400),
            ({"form_token": token, "text": "x" * 5_001}, 400),
        ):
            sent = bea.web.post("/cohort", data={**fields, **change})
            assert sent.status_code == status


def test_while_github_is_silent_nobody_is_said_to_need_no_help_any_more(
    app_server: VisitorFixture, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ada.open("/cohort")
    forget_after(app_server, monkeypatch, hours=1)
    silent_about(monkeypatch, "bob/path")
    sent = ada.press(page, "Send: bob", text="Hello")
    assert (sent.status, "GitHub doesn't answer" in sent.text) == (503, True)


def test_a_choice_tells_nothing_about_who_is_hidden(ada: Person) -> None:
    """Dan asks for help, too, and Ada can't read his repository."""
    choices = ("only=help", "only=inactive", "group=spring")
    hidden = [ada.open(f"/cohort.json?{one}").answer.json()["not_shown"] for one in choices]
    assert len(set(hidden)) == 1


def test_who_does_not_share_or_cannot_be_read_or_is_gone_is_not_there(ada: Person) -> None:
    for path in ("/cohort", "/cohort.json"):
        # Without the hidden fields of forms, in which any letters may stand.
        body = re.sub(r'value="[^"]*"', "", ada.open(path).answer.text)
        names = ("dan", "eve", "flo", "closed", "silent", "gone")
        assert [name for name in names if name in body] == []


def test_programs_get_the_same(ada: Person) -> None:
    answer = ada.open("/cohort.json").answer
    assert answer.headers["content-type"] == "application/json"
    learners = answer.json()["learners"]
    assert [one["who"] for one in learners] == ["Blue Heron", "bob", "zoe"]
    assert learners[2]["repository"] == "zoe/path"


def test_a_learner_who_takes_it_back_is_gone_from_it(
    app_server: VisitorFixture, ada: Person
) -> None:
    documents = PageDocuments(app_server.host.store, app_server.host.server.clock)
    home = next(r for r in app_server.world.repositories.values() if r.full_name == "zoe/path")
    try:
        documents.put(documents.row(home.id), of(home, share=False))
        assert "zoe" not in ada.open("/cohort").html
    finally:
        documents.put(documents.row(home.id), of(home, share=True))
    assert "zoe" in ada.open("/cohort").text


def silent_about(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """Let GitHub give no answer about these; return the growing list of requested names."""
    query, requested = OAuthClient.repository, list[str]()

    def answer(signin: OAuthClient, token: Any, full_name: str) -> Any:
        requested.append(full_name)
        if full_name in names:
            raise UnavailableError("GitHub does not answer.")
        return query(signin, token, full_name)

    monkeypatch.setattr(OAuthClient, "repository", answer)
    return requested


def forget_after(
    app_server: VisitorFixture, monkeypatch: pytest.MonkeyPatch, *, hours: int
) -> None:
    """Make GitHub's cached answers too old to be used."""
    clock = app_server.host.server.clock
    monkeypatch.setattr(app_server.host.server, "clock", lambda: clock() + timedelta(hours=hours))


def test_one_lost_answer_hides_nobody_else_and_is_told(
    app_server: VisitorFixture, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "bob" in ada.open("/cohort").text
    forget_after(app_server, monkeypatch, hours=1)
    silent_about(monkeypatch, "bob/path")
    page = ada.open("/cohort")
    assert page.status == 200
    assert "Reload the page in a minute to see bob: GitHub didn't answer" in page.text
    assert page.links["zoe"] == "/r/zoe/path"
    assert "/r/bob/path" not in page.links.values()
    data = ada.open("/cohort.json").answer.json()
    assert [one["who"] for one in data["learners"]] == ["Blue Heron", "zoe"]
    assert (data["complete"], data["waiting"]) == (False, ["bob"])


def test_whom_a_mentor_may_not_see_is_not_named_when_github_is_silent(
    app_server: VisitorFixture, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.open("/cohort")
    forget_after(app_server, monkeypatch, hours=2)
    silent_about(monkeypatch, "dan/closed")
    page = ada.open("/cohort")
    assert "GitHub didn't answer about some repositories, so learners may be missing" in page.text
    assert "dan" not in page.html
    assert ada.open("/cohort.json").answer.json()["waiting"] == []


def test_a_silent_github_is_not_asked_about_everybody(
    app_server: VisitorFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = PageDocuments(app_server.host.store, app_server.host.server.clock)
    names = [f"many/path-{number}" for number in range(40)]
    for name in names:
        home = app_server.world.add_repository(name, private=True)
        view = of(home, share=True)
        documents.add(name, view, number=home.id, private=True)
    try:
        accept_everybody(app_server, "ada")
        with app_server.person("ada") as ada:
            app_server.sign_in(ada)
            requested = silent_about(monkeypatch, *names)
            page = ada.open("/cohort")
            assert page.status == 200
            assert "learners may be missing" in page.text
            assert len(requested) < 30
    finally:
        for row in documents.store.repositories.repositories(HERE.id):
            documents.store.repositories.mark_repository_gone(row.id, NOW)


def test_the_app_posts_a_digest_of_public_learners_in_a_private_repository(
    app_server: VisitorFixture, ada: Person
) -> None:
    assert "zoe" in ada.open("/cohort").text
    world = app_server.world
    for name, private in (("ada/open", False), ("ada/class", True)):
        home = world.add_repository(name, private=private)
        with world.lock:
            world.commit_files(home, {LEARNERS_PATH: b"# the App knows them\n"}, "Begin")
            apps.install(world, app_server.app, "ada", repositories=[home])
        app_server.settle()
        app_server.wake(repository(home.id))  # as it does each night
        if not private:
            assert home.issues == {}
    (issue,) = home.issues.values()
    assert (issue.title, issue.user.login) == (TITLE, BOT)
    (comment,) = issue.comments
    assert "Blue Heron" in comment.body
    assert "zoe" in comment.body
    assert "bob" not in comment.body  # GitHub says only to Ada that she may read his
    assert not {"dan", "eve", "flo"} & set(re.findall(r"[a-z]+", comment.body))


def test_many_learners_come_in_pages_and_only_those_of_one_are_looked_up(
    app_server: VisitorFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_page, "PAGE_SIZE", 2)
    with app_server.person("ada") as ada:
        app_server.sign_in(ada)
        requested = silent_about(monkeypatch)
        names: list[str] = []
        page = ada.open("/cohort")
        while True:
            # The first page begins with all who ask for help, of whom there are four.
            assert len(requested) <= (4 if page.links.get("Previous") is None else 2)
            requested.clear()
            data = ada.open(f"/cohort.json?{page.answer.url.query.decode()}").answer.json()
            names += [one["who"] for one in data["learners"]]
            assert len(requested) <= 2
            assert data["pages"] == 2  # Blue Heron, bob; dan (who is not shown), zoe
            requested.clear()
            if "Next" not in page.links:
                break
            page = ada.follow(page, "Next")
        assert names == ["Blue Heron", "bob", "zoe"]
        assert ada.follow(page, "Previous").path == "/cohort"
        for number in ("0", "-1", "x", "9" * 30, "\u0662"):
            assert ada.open(f"/cohort?page={number}").status == 200


def test_a_stranger_puts_nothing_but_a_login_before_a_mentor(app_server: VisitorFixture) -> None:
    documents = PageDocuments(app_server.host.store, app_server.host.server.clock)
    home = app_server.world.add_repository("mallory/buy-now")
    with app_server.world.lock:
        apps.install(app_server.world, app_server.app, "mallory", repositories=[home])
    app_server.settle()
    row = documents.add("mallory/buy-now", of(home, share=True), number=home.id)
    try:
        with app_server.person("ada") as ada:
            page = app_server.sign_in(ada, "/cohort")
            assert "1 learner wants to share with you" in page.text
            for path in ("/cohort", "/cohort.json", "/cohort?page=2"):
                assert "mallory" not in ada.open(path).html
            requests = ada.follow(page, "1 learner wants")
            assert "mallory" in requests.text
            assert "buy-now" not in requests.html
            assert ada.press(requests, "Decline: mallory").path == "/cohort/requests"
            assert "wants to share" not in ada.open("/cohort").text
            declined = ada.open("/cohort/requests")
            assert "Declined" in declined.text
            ada.press(declined, "Accept: mallory")
            assert "/r/mallory/buy-now" in ada.open("/cohort").links.values()
            ada.press(ada.open("/cohort/requests"), "Remove: mallory")
            assert "mallory" not in ada.open("/cohort").html
    finally:
        documents.store.repositories.mark_repository_gone(row.id, NOW)


def test_only_a_form_of_ours_accepts(app_server: VisitorFixture) -> None:
    with app_server.person("ada") as ada, app_server.person("bea") as bea:
        page = app_server.sign_in(ada, "/cohort/requests")
        app_server.sign_in(bea)
        fields = {**page.form("Remove").fields, "do": "decline"}
        assert bea.web.post("/cohort/requests", data=fields).status_code == 403
        for change, status in (
            ({"form_token": ""}, 403),
            ({"learner": "mallory"}, 400),
            ({"learner": "\udcff".encode("utf-8", "replace").decode()}, 400),
            ({"do": "anything"}, 400),
        ):
            assert ada.web.post("/cohort/requests", data={**fields, **change}).status_code == status
        other = {"Origin": "https://evil.example"}
        sent = ada.web.post("/cohort/requests", data=fields, headers=other)
        assert sent.status_code == 403
        assert "/r/zoe/path" in ada.open("/cohort").links.values()
    with Person(app_server.host.url) as nobody:
        sent = nobody.web.post("/cohort/requests", data=fields, follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (
            303,
            "/sign-in?then=%2Fcohort%2Frequests",
        )


def test_others_are_told_how_to_share_with_them(app_server: VisitorFixture) -> None:
    with app_server.person("bea") as bea:
        app_server.sign_in(bea)
        page = bea.open("/cohort")
        assert "mentors: [bea]" in page.text
        nothing = {"learners": [], "not_shown": 0, "complete": True, "waiting": []}
        pages = {"requests": 0, "page": 1, "pages": 1}
        assert json.loads(bea.open("/cohort.json").answer.text) == nothing | pages


def test_nobody_else_gets_anything(app_server: VisitorFixture) -> None:
    with Person(app_server.host.url) as somebody:
        sent = somebody.web.get("/cohort", follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?then=%2Fcohort")
        data = somebody.web.get("/cohort.json")
        assert data.status_code == 401
        assert data.json() == {"error": "Sign in to see your learners"}
        table = somebody.web.get("/cohort.csv")
        assert (table.status_code, table.text) == (401, "Sign in to see your learners\n")
        sent = somebody.web.post("/cohort", data={"text": "Hello"}, follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?then=%2Fcohort")


def test_the_first_page_lists_what_a_person_can_read_here(
    app_server: VisitorFixture, ada: Person
) -> None:
    with app_server.person("bob") as bob:
        app_server.sign_in(bob)
        page = bob.open("/")
        assert "From here to there private" in page.text
        assert "bob/path" in page.text
        assert 'aria-label="Progress: bob/path"' in page.answer.text
        assert not any(name in page.text for name in ("zoe/", "dan/", "eve/"))
    seen = ada.open("/").text
    assert "bob/path" in seen
    assert "dan/closed" not in seen


def test_what_is_not_set_up_is_offered_to_who_can_write(app_server: VisitorFixture) -> None:
    documents = PageDocuments(app_server.host.store)
    new = app_server.world.add_repository("gil/new", collaborators={"hal": "read"})
    with app_server.world.lock:
        apps.install(app_server.world, app_server.app, "gil", repositories=[new])
    app_server.settle()
    documents.known("gil/new", number=new.id, result="unset")
    for login, offered in (("gil", True), ("hal", False)):
        with app_server.person(login) as somebody:
            app_server.sign_in(somebody)
            page = somebody.open("/")
            assert "not set up" in page.text
            assert ("/setup/gil/new" in page.links.values()) == offered


def test_the_first_page_leads_to_installing(app_server: VisitorFixture) -> None:
    with Person(app_server.host.url) as somebody:
        page = somebody.open("/")
        to = f"{app_server.sandbox.url}/apps/milepost-test/installations/new"
        assert page.links["Install it on a repository"] == to
        assert somebody.open(to).status == 200
        assert page.links["Sign in with GitHub"] == "/sign-in?then=/"
        assert "Your repositories" not in page.text


def test_it_stands_when_github_does_not(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: Any) -> None:
        raise UnavailableError("GitHub does not answer.")

    monkeypatch.setattr(OAuthClient, "installations", silent)
    page = ada.open("/")
    assert page.status == 200
    assert "GitHub is slow." in page.text


def test_no_page_for_a_mentor_has_english_of_its_own(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = f"{RICH.model_dump_json()} ada bob zoe dan Blue Heron Month Deliverable path"
    with pseudo_language(monkeypatch):
        for path in ("/", "/cohort", "/cohort?only=inactive&group=x", "/cohort/requests"):
            assert page_escapes(ada.open(path).answer.text, own) == [], path
