"""Setting a path up on the server's pages: who may, what they see, and the result."""

import base64
import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from planning.paths import SMALL
from pseudo_language import pseudo_language
from server.person import Page, Person
from server.pseudo_pages import page_escapes
from server.server_fixture import eventually
from server.visitor_fixture import VisitorFixture, visited

from bot.curriculum.load import catalog_names, from_catalog
from bot.settings import CONFIG_PATH, FileSettings, parse
from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.state.objects import Repository

HOME = "/setup/learner/portfolio"


@pytest.fixture
def app_server(sandbox: Sandbox, tmp_path: Path) -> Iterator[VisitorFixture]:
    """Run a server whose App may write files."""
    with visited(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
        yield made


@pytest.fixture
def plain(sandbox: Sandbox, tmp_path: Path) -> Iterator[VisitorFixture]:
    """Run a server whose App may not write files."""
    database = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    with visited(sandbox, database, tmp_path, files=False) as made:
        yield made


@pytest.fixture
def learner(app_server: VisitorFixture) -> Iterator[Person]:
    """Yield a learner who is signed in and has the App on all repositories, and their own guide."""
    path = yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))
    app_server.put("path.yml", path)
    app_server.install()
    app_server.settle()
    with app_server.person() as somebody:
        app_server.sign_in(somebody)
        yield somebody


def settings(app_server: VisitorFixture, home: Repository | None = None) -> FileSettings | None:
    """Return the settings in the repository."""
    answer = app_server.github.get(
        f"/repos/{(home or app_server.home).full_name}/contents/{CONFIG_PATH}"
    )
    if answer.status_code == 404:
        return None
    return parse(base64.b64decode(answer.json()["content"]).decode())


def planned(somebody: Person, home: str = HOME, **filled: str | None) -> Page:
    """Fill in the form for the small path; return the page with its plan."""
    usual = {"curriculum": "own", "path": "path.yml", "start": "2026-01-05"}
    return somebody.press(somebody.open(home), "See the plan", **{**usual, **filled})


def finished(app_server: VisitorFixture, somebody: Person, page: Page) -> Page:
    """Return the page of the progress once the server has settled."""
    app_server.settle()
    return somebody.open(str(page.answer.url))


def test_from_an_installation_to_the_first_issues(app_server: VisitorFixture) -> None:
    path = yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))
    app_server.put("path.yml", path)
    with app_server.person() as somebody:
        chosen = somebody.press(
            somebody.open(f"{app_server.sandbox.url}/apps/{app_server.app.slug}/installations/new"),
            "Install",
        )
        # GitHub leads to our set-up page, and that by way of signing in.
        listed = somebody.press(chosen, "Authorize")
        assert listed.path == "/setup"
        form = somebody.follow(listed, "Set it up: learner/portfolio")
        assert form.path == HOME
        plan = somebody.press(
            form,
            "See the plan",
            curriculum="own",
            path="path.yml",
            start="2026-01-05",
            timezone="Europe/Berlin",
            speed="hours",
            hours="7.5",
            day="friday",
            hour="17",
            mentors="@grace, Linus",
            share="yes",
        )
        assert plan.status == 200
        assert app_server.writes() == 0
        assert settings(app_server) is None
        text = re.search(r"get (\d+) notification", plan.text)
        assert text is not None

        going = somebody.press(plan, "Save the settings and start")
        assert going.path == f"{HOME}/progress"
        done = finished(app_server, somebody, going)
        assert "Your path is ready" in done.text
        assert done.links["Go to your path"] == "/r/learner/portfolio"
        summary = app_server.summary()
        assert summary is not None
        assert done.links["Your summary issue"].endswith(f"/issues/{summary.number}")
        assert app_server.row() == "learner/portfolio active synced"
        posted = sum(len(issue.comments) for issue in app_server.home.issues.values())
        assert int(text[1]) == len(app_server.tasks()) + len(app_server.other_issues()) + posted

    found = settings(app_server)
    assert found is not None
    assert (found.timezone, found.hours_per_week, found.pace) == ("Europe/Berlin", 7.5, None)
    assert (found.summary.day, found.summary.hour) == ("friday", 17)
    assert (found.mentors, found.cohort.share) == (("grace", "Linus"), True)


def test_it_is_the_learner_s_own_commit(app_server: VisitorFixture, learner: Person) -> None:
    learner.press(planned(learner), "Save the settings and start")
    wrote = [e for e in app_server.world.journal.writes if e.path.endswith(CONFIG_PATH)]
    assert [entry.login for entry in wrote] == ["learner"]


def test_without_the_right_to_files_the_learner_commits(plain: VisitorFixture) -> None:
    plain.install()
    plain.settle()
    with plain.person() as somebody:
        plain.sign_in(somebody)
        plan = planned(somebody, curriculum="learn-python-12-weeks", path="")
        link = urlsplit(plan.links["Create the file on GitHub"])
        assert link.path == "/learner/portfolio/new/main"
        query = parse_qs(link.query)
        assert query["filename"] == [CONFIG_PATH]
        text = query["value"][0]
        assert parse(text).curriculum == "learn-python-12-weeks"
        assert html.escape(text) in plan.answer.text

        early = somebody.press(plan, "I've committed it")
        assert "Commit .github/milepost.yml to the branch main first." in early.text
        plan = somebody.press(early, "See the plan")
        plain.put(CONFIG_PATH, text)
        going = somebody.press(plan, "I've committed it")
        assert "Your path is ready" in finished(plain, somebody, going).text
        changed = planned(somebody, curriculum="learn-python-12-weeks", path="", ahead="8")
        edit = urlsplit(changed.links["Edit the file on GitHub"])
        assert edit.path == f"/learner/portfolio/edit/main/{CONFIG_PATH}"


WRONG: list[tuple[dict[str, str], str]] = [
    ({"start": "soon"}, "Write a date"),
    ({"speed": "months", "months": "0"}, "from 1 to 120"),
    ({"speed": "hours", "hours": "many"}, "hours up to 80"),
    ({"timezone": "Europe/Atlantis"}, "Choose one from the list."),
    ({"path": "guide.pdf"}, "A guide ends in .md"),
    ({"path": ""}, "Write its path"),
    ({"path": "missing.yml"}, "there is no file"),
    ({"path": "../../etc/passwd.yml"}, "there is no file"),
    ({"curriculum": "no-such"}, "Choose one from the list."),
    ({"mentors": "ada <script>"}, "isn't a GitHub login"),
    ({"ahead": "9999"}, "from 0 to 520"),
    ({"hour": "24"}, "from 0 to 23"),
    ({"day": "funday"}, "Choose one from the list."),
    ({"language": "tlh"}, "Choose one from the list."),
    ({"name": "x" * 61}, "at most 60 characters"),
]


def test_what_is_wrong_is_told_beside_its_field(
    app_server: VisitorFixture, learner: Person
) -> None:
    for filled, reported in WRONG:
        page = planned(learner, **filled)
        assert page.status == 422, filled
        assert reported in page.text
        assert 'aria-invalid="true"' in page.answer.text, filled
        assert "<script>" not in page.answer.text
        # What was filled in stays.
        field, value = next(iter(filled.items()))
        if field in {"path", "mentors", "start", "name"}:
            assert page.form("See the plan").fields[field] == value
    assert settings(app_server) is None


def test_settings_that_are_there_are_shown_kept_and_compared(
    app_server: VisitorFixture, learner: Person
) -> None:
    app_server.configure(pauses=[{"from": "2026-08-03", "to": "2026-08-16"}], pace="3 months")
    app_server.settle()
    form = learner.open(HOME).form("See the plan").fields
    assert (form["curriculum"], form["path"], form["months"]) == ("own", "path.yml", "3")
    assert (form["timezone"], form["speed"]) == ("Europe/Berlin", "months")
    plan = planned(learner, timezone="Asia/Tokyo")
    assert "- timezone: Europe/Berlin" in plan.text
    assert "+ timezone: Asia/Tokyo" in plan.text
    assert "Begin" not in plan.text
    learner.press(plan, "Replace the settings")
    found = settings(app_server)
    assert found is not None
    assert (found.timezone, len(found.pauses)) == ("Asia/Tokyo", 1)


def test_every_date_that_moves_is_shown_before_the_button(
    app_server: VisitorFixture, learner: Person
) -> None:
    learner.press(planned(learner, ahead="all"), "Save the settings and start")
    app_server.settle()
    with app_server.world.lock:
        before = {m.title: m.due for m in app_server.home.milestones.values()}
    plan = planned(learner, ahead="all", start="2026-03-02")
    shown = plan.text[: plan.text.index("Replace the settings")]
    assert f"{len(before)} dates move" in shown
    moves = re.findall(r"<li><bdi>([^<]+)</bdi> <span class=\"quiet\">· [^<]+ → ", plan.answer.text)
    assert sorted(moves) == sorted(before)
    assert '<details class="card" open>' in plan.answer.text
    learner.press(plan, "Replace the settings")
    app_server.settle()
    with app_server.world.lock:
        after = {m.title: m.due for m in app_server.home.milestones.values()}
    assert all(before[title] != after[title] for title in before)


def test_what_was_changed_meanwhile_is_not_overwritten(
    app_server: VisitorFixture, learner: Person
) -> None:
    plan = planned(learner)
    app_server.put(CONFIG_PATH, "curriculum: path.yml\nstart: 2026-02-02\n")
    app_server.settle()
    reported = learner.press(plan, "Save the settings and start")
    assert "settings have changed, so nothing was written" in reported.text
    assert "- start: 2026-02-02" in reported.text
    found = settings(app_server)
    assert found is not None
    assert str(found.start) == "2026-02-02"
    learner.press(reported, "Replace the settings")
    found = settings(app_server)
    assert found is not None
    assert str(found.start) == "2026-01-05"


def test_what_is_sent_twice_is_done_once(app_server: VisitorFixture, learner: Person) -> None:
    plan = planned(learner)
    first = learner.press(plan, "Save the settings and start")
    second = learner.press(plan, "Save the settings and start")
    assert first.path == second.path == f"{HOME}/progress"
    assert "Your path is ready" in finished(app_server, learner, second).text
    titles = sorted(issue.title for issue in app_server.home.issues.values())
    assert len(titles) == len(set(titles))
    commits = [e for e in app_server.world.journal.writes if e.path.endswith(CONFIG_PATH)]
    assert len(commits) == 1


def test_settings_that_cannot_be_used_are_told(app_server: VisitorFixture, learner: Person) -> None:
    app_server.put(CONFIG_PATH, "curriculum: path.yml\nstart: never\n")
    app_server.settle()
    page = learner.open(HOME)
    assert "start" in page.text
    stopped = learner.open(f"{HOME}/progress")
    assert "The settings or the guide need a fix" in stopped.text
    refused = learner.press(page, "Start with these settings")
    assert refused.path == HOME


def test_a_plan_that_would_remove_much_is_not_begun(
    app_server: VisitorFixture, learner: Person
) -> None:
    learner.press(planned(learner, ahead="all"), "Save the settings and start")
    app_server.settle()
    other = planned(learner, curriculum="learn-python-12-weeks")
    assert "won't run with these settings" in other.text
    assert not any(words.startswith("Replace") for form in other.forms for words in form.buttons)
    forged = {**other.form("See the plan").fields, "do": "write"}
    learner.web.post(HOME, data=forged)
    found = settings(app_server)
    assert found is not None
    assert found.curriculum == "path.yml"


class TestWhoMay:
    def test_somebody_who_is_not_signed_in_signs_in_first(self, app_server: VisitorFixture) -> None:
        app_server.install()
        with Person(app_server.host.url) as nobody:
            for address in (HOME, f"{HOME}/progress", "/setup/no/such", "/setup"):
                answer = nobody.web.get(address, follow_redirects=False)
                assert answer.status_code == 303
                assert answer.headers["location"].startswith("/sign-in?then=%2Fsetup")
            assert nobody.web.get(f"{HOME}/progress.json").status_code == 404

    def test_a_stranger_sees_what_there_would_be_for_nothing(
        self, app_server: VisitorFixture
    ) -> None:
        secret = app_server.world.add_repository("learner/secret", private=True)
        app_server.install()
        app_server.settle()
        assert secret.private
        with app_server.person("mallory") as somebody:
            app_server.sign_in(somebody)
            unknown = somebody.open("/setup/learner/no-such")
            assert unknown.status == 404
            for path in (HOME, "/setup/learner/secret", "/setup/learner/secret/progress"):
                reported = somebody.open(path)
                assert (reported.status, reported.text) == (404, unknown.text)
            token = unknown.form("Sign out").fields["form_token"]
            for do in ("plan", "write", "look"):
                sent = somebody.web.post(HOME, data={"form_token": token, "do": do})
                assert sent.status_code == 404
        assert app_server.writes() == 0

    def test_an_installation_that_github_does_not_show_them_counts_for_nothing(
        self, app_server: VisitorFixture
    ) -> None:
        installed = app_server.install()
        app_server.settle()
        with app_server.person("mallory") as somebody:
            app_server.sign_in(somebody)
            for number in (installed.id, 999_999, "x", ""):
                page = somebody.open(f"/setup?installation_id={number}&setup_action=install")
                assert page.status == 404
            assert "Install the App first" in somebody.open("/setup").text

    def test_who_may_only_read_may_not(self, app_server: VisitorFixture) -> None:
        app_server.install()
        with app_server.world.lock:
            reader = app_server.world.add_user("reader")
            app_server.home.collaborators[reader.login.lower()] = "read"
        with app_server.person("reader") as somebody:
            app_server.sign_in(somebody)
            assert somebody.open(HOME).status == 404
            assert "learner/portfolio" not in somebody.open("/setup").text

    def test_a_form_of_another_site_does_nothing(
        self, app_server: VisitorFixture, learner: Person
    ) -> None:
        plan = planned(learner)
        form = plan.form("Save the settings")
        data = {**form.fields, "do": "write"}
        for more, headers in (
            ({"form_token": ""}, {}),
            ({"form_token": "made-up"}, {}),
            ({}, {"Origin": "https://evil.example"}),
            ({}, {"Origin": "null"}),
        ):
            answer = learner.web.post(HOME, data={**data, **more}, headers=headers)
            assert answer.status_code == 403
        assert settings(app_server) is None

    def test_the_owner_of_an_organization_sets_it_up(self, app_server: VisitorFixture) -> None:
        with app_server.world.lock:
            app_server.world.add_user("school", kind="Organization", owners=["ada"])
            app_server.world.add_user("ada")
            home = app_server.world.add_repository("school/course", private=True)
            installed = apps.install(app_server.world, app_server.app, "school")
        app_server.settle()
        with app_server.person("ada") as somebody:
            app_server.sign_in(somebody)
            listed = somebody.open(f"/setup?installation_id={installed.id}&setup_action=install")
            assert "school/course" in listed.text
            plan = planned(
                somebody, "/setup/school/course", curriculum="learn-python-12-weeks", path=""
            )
            going = somebody.press(plan, "Save the settings and start")
            assert "Your path is ready" in finished(app_server, somebody, going).text
        assert app_server.row(home) == "school/course active synced"

    def test_a_repository_without_the_app(
        self, app_server: VisitorFixture, learner: Person
    ) -> None:
        with app_server.world.lock:
            outside = app_server.world.add_repository("ada/own")
            outside.collaborators["learner"] = "write"
        page = learner.open("/setup/ada/own")
        assert (page.status, "isn't in this repository" in page.text) == (409, True)


def test_an_owner_who_was_asked_is_waited_for(app_server: VisitorFixture) -> None:
    with app_server.person() as somebody:
        page = somebody.open("/setup?setup_action=request&installation_id=1")
        assert "Your request is sent" in page.text


def test_an_installation_nobody_told_of_is_looked_at(app_server: VisitorFixture) -> None:
    """Without webhooks, the page itself schedules its sync."""
    with app_server.world.lock:
        app_server.world.webhook_faults.lose = 10
    installed = app_server.install()
    with app_server.person() as somebody:
        app_server.sign_in(somebody)
        somebody.open(f"/setup?installation_id={installed.id}&setup_action=install")
        eventually(lambda: app_server.host.store.repositories.repository_named("learner/portfolio"))


def test_an_archived_repository_cannot_be_set_up(
    app_server: VisitorFixture, learner: Person
) -> None:
    with app_server.world.lock:
        app_server.world.archive(app_server.home)
    page = learner.open(HOME)
    assert (page.status, "is archived" in page.text) == (409, True)


def test_when_github_is_slow_the_page_says_so(app_server: VisitorFixture, learner: Person) -> None:
    learner.open(HOME)
    app_server.world.faults.add("secondary-429", path="/repos/*", retry_after=600, times=0)
    page = learner.open(HOME)
    assert page.status == 503
    assert "GitHub doesn't answer" in page.text
    app_server.world.faults.clear()
    assert learner.open(HOME).status == 200


def test_progress_is_told_to_the_script_as_to_people(
    app_server: VisitorFixture, learner: Person
) -> None:
    reported = learner.web.get(f"{HOME}/progress.json").json()
    assert reported["state"] == "trouble"
    assert not reported["again"]
    row = app_server.host.store.repositories.repository(app_server.home.id)
    assert row is not None
    app_server.host.store.repositories.record_progress(row.id, 3, 12)
    reported = learner.web.get(f"{HOME}/progress.json").json()
    assert (reported["state"], reported["written"], reported["to_write"]) == ("working", 3, 12)
    page = learner.open(f"{HOME}/progress")
    assert "3 of 12 changes" in page.text
    assert 'data-watch="/setup/learner/portfolio/progress.json"' in page.answer.text


def test_any_since_is_answered(learner: Person) -> None:
    for since in ("x", "-1", "9" * 15, "9" * 40, "1e9", "١٢"):
        assert learner.open(f"{HOME}/progress?since={since}").status == 200, since


def test_no_page_of_the_set_up_has_english_of_its_own(
    app_server: VisitorFixture, learner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_server.world.add_repository("learner/other")
    titles = " ".join(from_catalog(name).title for name in catalog_names())
    own = f"{SMALL.model_dump_json()} {titles} learner portfolio other Month Deliverable"
    answers = {"curriculum": "own", "path": "path.yml", "do": "plan"}
    with pseudo_language(monkeypatch):
        form = learner.open(HOME)
        fields = {**form.forms[-1].fields, **answers}
        plan = learner.web.post(HOME, data=fields)
        wrong = learner.web.post(HOME, data={**fields, "start": "x", "mentors": "a b? c"})
        assert (plan.status_code, wrong.status_code) == (200, 422)
        others = ("/setup", f"{HOME}/progress", "/setup?setup_action=request")
        pages = [learner.open(path).answer.text for path in others]
        for page in (form.answer.text, plan.text, wrong.text, *pages):
            ours = re.sub(r"(?s)<ul>.*?</ul>|<h3>.*?</h3>", "", page)  # a plan's words
            assert page_escapes(ours, own) == []


def test_a_form_made_while_github_is_asked_is_in_the_viewer_s_language(learner: Person) -> None:
    page = learner.open(f"{HOME}?language=es")
    assert '<html lang="es">' in page.answer.text
    assert page.forms[-1].fields["language"] == "es"
    assert '<html lang="es">' in learner.open("/setup").answer.text
