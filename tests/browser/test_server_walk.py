"""From a server without an App to a mentor's page, in a real browser: our pages and GitHub's.

One walk checks every page; the tests check what must have come of it. The sandbox is
GitHub, its pages and its clock.
"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest
import yaml
from browser.page_checks import PATIENCE, PageChecker, PageProblems, walker
from planning.paths import SMALL
from reports.histories import RICH
from server.scenario import Scenario
from server.server_fixture import Host, environment, hosted

from bot.curriculum.model import Curriculum
from bot.server.server import Server
from github_sandbox.server import Sandbox, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

HOME = "learner/portfolio"
SECOND = "learner/second"
ZONE = "Europe/Berlin"


class WarningLog(logging.Handler):
    """Collects the messages of all warnings from the start on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@dataclass
class Stage:
    """A server that starts without an App, the sandbox as GitHub, and a browser."""

    browser: "Browser"
    sandbox: Sandbox
    host: Host
    log: WarningLog
    problems: PageProblems = field(default_factory=PageProblems)
    facts: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def visitor(self, login: str = "", *, scripts: bool = True) -> Iterator[PageChecker]:
        """Yield a person with a new browser, signed in at GitHub as `login`."""
        homes = (self.host.url, self.sandbox.url)
        how = {"java_script_enabled": scripts, "timezone_id": ZONE, "locale": "en"}
        with walker(self.browser, self.problems, homes, **how) as somebody:
            if login:
                self.sandbox.world.add_user(login)
                somebody.open(f"{self.sandbox.url}/login")
                somebody.press(f"Be {login}")
            yield somebody

    @cached_property
    def app_server(self) -> Scenario:
        """Return the scenario with the App that was registered."""
        with self.sandbox.world.lock:
            app = next(iter(self.sandbox.world.apps.values()))
        return Scenario(self.sandbox, app, self.host)

    def close(self) -> None:
        if "app_server" in self.__dict__:
            self.app_server.github.close()


@pytest.fixture(scope="module")
def stage(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("walk")
    log = WarningLog()
    with ExitStack() as at_the_end:
        sandbox = at_the_end.enter_context(running())

        def environ(url: str) -> dict[str, str]:
            base = environment(folder, f"sqlite:///{folder / 'store.sqlite3'}")
            return {**base, "GITHUB_API_URL": sandbox.api_url, "MILEPOST_PUBLIC_URL": url}

        def change(server: Server) -> None:
            server.clock = sandbox.world.clock.exact

        logging.getLogger("bot").addHandler(log)
        at_the_end.callback(logging.getLogger("bot").removeHandler, log)
        host = at_the_end.enter_context(hosted(environ, change=change))
        made = Stage(browser, sandbox, host, log)
        at_the_end.callback(made.close)
        yield made


@pytest.fixture(scope="module")
def walked(stage: Stage) -> Stage:
    """Walk through all pages once; the tests below check the result."""
    with stage.visitor() as learner:
        register(stage, learner)
        install(stage, learner)
        set_up(stage, learner)
        watch(stage, learner)
        work(stage, learner)
        live(stage, learner)
        sign_out(stage, learner)
    accompany(stage)
    stay_outside(stage)
    return stage


def register(stage: Stage, learner: PageChecker) -> None:
    home = stage.host.url
    learner.open(home)
    learner.check("landing-bare")
    learner.open(f"{home}/register")
    learner.check("register-code")
    [address] = re.findall(r"http://\S+/register\?code=\S+", "\n".join(stage.log.lines))
    learner.open(address)
    learner.check("register")
    learner.page.get_by_label("Name of the App").fill("Paths of Ada")
    learner.page.get_by_label("Anybody on that GitHub").check()
    learner.press("Continue")
    learner.check("register-send")
    learner.press("Create on GitHub")
    learner.press("Create GitHub App")
    learner.check("register-done")
    stage.facts["registered"] = learner.contains("Install Paths of Ada")


def install(stage: Stage, learner: PageChecker) -> None:
    app_server = stage.app_server
    with app_server.world.lock:
        app_server.world.add_repository("learner/secret", private=True)
        second = app_server.world.add_repository(SECOND)
    app_server.put("path.yml", _as_yaml(RICH))
    app_server.put("path.yml", _as_yaml(SMALL), second)
    learner.follow("Install it")
    learner.press("Install")
    learner.press("Authorize")
    app_server.settle()
    learner.page.reload()
    learner.check("setup-list")
    stage.facts["listed"] = learner.contains(HOME)


def set_up(stage: Stage, learner: PageChecker) -> None:
    learner.follow("Set it up")
    learner.check("setup-form")
    stage.facts["zone"] = learner.page.get_by_label("Time zone").input_value()
    learner.page.get_by_label("Your own guide in this repository").check()
    learner.page.get_by_label("File of your guide").fill("nowhere.yml")
    learner.press("See the plan")
    learner.check("setup-wrong")
    learner.page.get_by_label("File of your guide").fill("path.yml")
    learner.page.locator("form.narrow details summary").last.click()
    learner.page.get_by_label("Mentors", exact=True).fill("grace")
    learner.page.get_by_label("Share this path with these mentors").check()
    learner.press("See the plan")
    stage.facts["planned"] = learner.contains("Nothing is written yet")
    learner.check("setup-plan")


class Gate:
    """Pauses the run at some of its writes, so that a person can watch it."""

    def __init__(self, stage: Stage, *numbers: int) -> None:
        self._clock = stage.sandbox.world.clock
        self._steps = [threading.Event() for _ in numbers]
        self._reached = [threading.Event() for _ in numbers]
        for number, nth in enumerate(numbers):
            stage.sandbox.world.faults.add(
                "call", method="POST", path="/repos/*", nth=nth, call=lambda n=number: self._hold(n)
            )

    def _hold(self, number: int) -> None:
        self._reached[number].set()
        assert self._steps[number].wait(30)
        self._clock.advance(timedelta(seconds=2))  # else the progress is not saved again yet

    def reached(self, number: int) -> None:
        assert self._reached[number].wait(30)

    def open(self, number: int) -> None:
        self._steps[number].set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for step in self._steps:
            step.set()


def watch(stage: Stage, learner: PageChecker) -> None:
    from playwright.sync_api import expect

    page = learner.page
    with Gate(stage, 8, 20) as gate:
        page.clock.install()
        learner.press("Save the settings and start")
        gate.reached(0)
        page.clock.run_for(2500)
        reported = page.locator("[data-message]")
        expect(reported).to_have_text(re.compile(r"^\d+ of \d+ changes"), timeout=PATIENCE)
        first = reported.inner_text()
        learner.check("progress")
        page.evaluate("window.same = true")
        gate.open(0)
        gate.reached(1)
        page.clock.run_for(2500)
        expect(reported).not_to_have_text(first, timeout=PATIENCE)
        stage.facts["live"] = (first, reported.inner_text(), page.evaluate("window.same === true"))
    stage.app_server.settle()
    page.clock.run_for(2500)
    expect(page.get_by_role("heading", name="Your path is ready")).to_be_visible(timeout=PATIENCE)
    stage.facts["ready"] = learner.contains("Your path is ready")
    learner.check("progress-done")


def work(stage: Stage, learner: PageChecker) -> None:
    learner.follow("Go to your path")
    learner.check("path-fresh")
    before = learner.page.locator(".big").inner_text()
    stage.facts["fresh"] = before
    shown = learner.page.locator("#badge ~ p img").get_attribute("src")
    learner.page.get_by_role("link", name="a1", exact=True).first.click()
    learner.press("Close as completed")
    stage.app_server.settle()
    learner.open(f"{stage.host.url}/r/{HOME}")
    stage.facts["followed"] = learner.page.locator(".big").inner_text()
    badge = learner.page.locator("#badge ~ p img")
    drawn = badge.evaluate("one => one.complete && one.naturalWidth > 40")
    stage.facts["badge"] = (drawn, badge.get_attribute("alt"), badge.get_attribute("src") != shown)
    learner.check("path-begun")
    learner.follow("Change the settings")
    learner.check("setup-again")
    learner.page.get_by_label("In a number of months").check()
    learner.page.get_by_label("Months for the whole path").fill("6")
    learner.press("See the plan")
    stage.facts["compared"] = learner.page.locator(".diff ins").all_inner_texts()
    learner.check("setup-change")


def live(stage: Stage, learner: PageChecker) -> None:
    """Let five weeks pass with most of the first month done, and sign in again."""
    app_server = stage.app_server
    stage.sandbox.world.clock.advance(timedelta(days=36))
    app_server.close(*(one for one in app_server.tasks() if one.title in {"a2", "b1"}))
    app_server.settle()
    app_server.wake()
    learner.open(f"{stage.host.url}/sign-in?then=/r/{HOME}")
    learner.check("path-living")
    learner.follow("One month in", inside="[aria-labelledby=checkpoints] li")
    learner.check("checkpoint")
    stage.facts["report"] = learner.page.title()
    learner.follow("From here to there")
    stage.facts["back"] = learner.page.url


def sign_out(stage: Stage, learner: PageChecker) -> None:
    learner.open(stage.host.url)
    learner.check("landing-signed-in")
    stage.facts["rows"] = [_header_height(stage, learner, one) for one in ("de", "hi", "zh", "en")]
    learner.press("Sign out")
    stage.facts["out"] = learner.page.get_by_text("Signed in as").count() == 0
    learner.check("landing")


def _header_height(stage: Stage, learner: PageChecker, language: str) -> int:
    """Return the height of the header on a phone, in pixels; 999 when the page is too wide."""
    learner.page.set_viewport_size({"width": 390, "height": 844})
    learner.open(f"{stage.host.url}/?language={language}")
    height: int = learner.page.evaluate(
        """() => document.documentElement.scrollWidth > 390 ? 999
            : document.querySelector("header.top").offsetHeight"""
    )
    return height


def accompany(stage: Stage) -> None:
    with stage.visitor("grace") as mentor:
        mentor.open(f"{stage.host.url}/cohort")  # by way of GitHub, which asks once
        mentor.press("Authorize")
        mentor.follow("1 learner wants to share with you")
        mentor.check("cohort-requests")
        mentor.press("Accept")
        mentor.check("cohort-accepted")
        mentor.follow("Go to your learners")
        mentor.check("cohort")
        stage.facts["cohort"] = mentor.page.locator("tbody th").all_inner_texts()


def stay_outside(stage: Stage) -> None:
    """Compare a private repository with an unknown one, before and after a stranger signs in."""
    row = stage.host.store.repositories.repository_named("learner/secret")
    assert row is not None
    assert row.private
    with stage.visitor("mallory") as stranger:
        nobody = _answers(stage, stranger)
        stranger.check("missing")
        stranger.open(f"{stage.host.url}/sign-in")
        stranger.press("Authorize")
        stage.facts["strangers"] = (nobody, _answers(stage, stranger))


def _answers(stage: Stage, stranger: PageChecker) -> list[tuple[int, str]]:
    """Return status and content of the pages of a private and an unknown repository."""
    found = []
    for name in ("secret", "no-such"):
        status = stranger.open(f"{stage.host.url}/r/learner/{name}")
        found.append((status, stranger.page.content().replace(name, "…")))
    return found


def _as_yaml(path: Curriculum) -> str:
    return yaml.safe_dump(path.model_dump(mode="json", exclude_defaults=True))


def test_an_app_is_registered_installed_and_set_up(walked: Stage) -> None:
    facts = walked.facts
    assert (facts["registered"], facts["listed"], facts["planned"]) == (True, True, True)
    assert facts["zone"] == ZONE  # proposed by the browser
    assert facts["ready"]
    assert walked.app_server.row() == f"{HOME} active synced"


def test_the_progress_moves_while_somebody_watches(walked: Stage) -> None:
    first, later, same_page = walked.facts["live"]
    assert int(first.split()[0]) < int(later.split()[0])
    assert same_page


def test_what_is_closed_on_github_shows_on_the_page_and_the_badge(walked: Stage) -> None:
    assert walked.facts["fresh"].startswith("The path starts on")
    assert walked.facts["followed"].startswith("16%")
    # Drawn, and not as the browser knew it: pictures of badges are kept for minutes.
    assert walked.facts["badge"] == (True, "From here to there: 16%", True)


def test_changed_answers_are_compared_with_the_settings_that_are_there(walked: Stage) -> None:
    assert walked.facts["compared"] == ["+ pace: 6 months"]


def test_the_checkpoint_that_was_reached_has_a_report(walked: Stage) -> None:
    assert "One month in" in walked.facts["report"]
    assert walked.facts["back"] == f"{walked.host.url}/r/{HOME}"


def test_the_header_is_one_row_on_a_phone(walked: Stage) -> None:
    assert max(walked.facts["rows"]) < 64


def test_a_mentor_sees_who_shares_with_them(walked: Stage) -> None:
    assert walked.facts["cohort"] == ["learner"]


def test_signed_out_is_signed_out(walked: Stage) -> None:
    assert walked.facts["out"]


def test_what_is_private_is_as_what_never_was(walked: Stage) -> None:
    for secret, unknown in walked.facts["strangers"]:
        assert secret == unknown
        assert secret[0] == 404


def test_nothing_keeps_anybody_out(walked: Stage) -> None:
    """No serious barrier on any page, light and dark, on a wide screen and a narrow one."""
    assert walked.problems.barriers == []


def test_no_page_is_wider_than_its_window(walked: Stage) -> None:
    assert walked.problems.wide == []


def test_no_browser_complains(walked: Stage) -> None:
    """No script error, no violated policy, no request to a third site."""
    assert walked.problems.complaints == []


def test_a_path_is_set_up_without_scripts(walked: Stage) -> None:
    with walked.visitor(scripts=False) as learner:
        learner.open(f"{walked.host.url}/setup")
        learner.follow(re.compile("Set it up.*second"))
        learner.page.get_by_label("Your own guide in this repository").check()
        learner.page.get_by_label("File of your guide").fill("path.yml")
        learner.press("See the plan")
        learner.press("Save the settings and start")
        walked.app_server.settle()
        if learner.contains("Reload"):  # the link is gone where the path was written that soon
            learner.follow("Reload")
        assert learner.contains("Your path is ready")
        learner.follow("Go to your path")
        assert learner.page.get_by_role("heading", level=1).inner_text() == "A small path"
        assert learner.page.locator("#badge ~ p img").evaluate("one => one.naturalWidth > 0")
        learner.press("Sign out")
        assert learner.page.get_by_text("Signed in as").count() == 0
    assert walked.problems.complaints == []
