"""`milepost doctor --server`: what is well about a server, what is not, and what to do."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from server.scenario import Scenario, year_run
from server.server_fixture import SECRET, as_app, environment

from bot.cli.app import run
from bot.clock import utc_now
from bot.server.store.engine import open_engine
from bot.server.store.rows import repository
from bot.server.store.store import Store
from github_sandbox.server import Sandbox


@pytest.fixture
def app_server(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scenario]:
    """A server that runs, with threads that take nothing."""
    with year_run(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
        yield made


class Doctor:
    """Asked at the command line, in the environment of a server."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._capture = capture
        for name in [name for name in os.environ if name.startswith("MILEPOST_")]:
            patch.delenv(name)  # what the tests require is no setting

    def live(self, environ: dict[str, str]) -> None:
        for name, value in environ.items():
            self._patch.setenv(name, value)

    def live_in(self, app_server: Scenario, folder: Path) -> None:
        folder.chmod(0o700)
        self.live(environment(folder, f"sqlite:///{folder / 'store.sqlite3'}"))
        self.live(as_app(app_server.app, app_server.sandbox))
        public = {
            "MILEPOST_PUBLIC_URL": app_server.host.url,
            "MILEPOST_CLIENT_SECRET": "canary-client",
        }
        self.live(public)

    def __call__(self) -> tuple[int, dict[str, tuple[str, str]]]:
        """The exit code, and verdict and text by subject."""
        code = run(["doctor", "--server", "--json"])
        text = self._capture.readouterr().out
        assert SECRET not in text
        assert "canary" not in text
        assert "MII" not in text
        found: list[dict[str, Any]] = json.loads(text)
        return code, {f["subject"]: (f["verdict"], f["text"]) for f in found}


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    return Doctor(monkeypatch, capsys)


def test_a_server_that_is_well(app_server: Scenario, tmp_path: Path, doctor: Doctor) -> None:
    doctor.live_in(app_server, tmp_path)
    code, found = doctor()
    assert code == 0
    # Only the address is not https, in a test.
    assert {name for name, (verdict, _) in found.items() if verdict != "well"} == {"public address"}
    assert found["permissions"] == ("well", "enough for 'private'")
    assert set(found) >= {"database", "work", "App", "clock", "events", "webhooks", "address"}


def test_before_the_first_start(tmp_path: Path, doctor: Doctor) -> None:
    folder = tmp_path / "new"
    doctor.live(environment(folder, f"sqlite:///{folder / 'store.sqlite3'}"))
    code, found = doctor()
    assert code == 0
    assert {found[name][0] for name in ("public address", "data folder", "database", "App")} == {
        "mind"
    }
    assert not folder.exists()


def test_a_wrong_configuration_is_told_alone(doctor: Doctor) -> None:
    doctor.live({"MILEPOST_THREADS": "canary"})
    code, found = doctor()
    assert code == 3
    assert list(found) == ["configuration"]


def test_a_name_that_nobody_reads(tmp_path: Path, doctor: Doctor) -> None:
    doctor.live(environment(tmp_path, f"sqlite:///{tmp_path / 'store.sqlite3'}"))
    doctor.live({"MILEPOST_TRUSTED_PROXY": "canary"})
    code, found = doctor()
    assert code == 0
    verdict, text = found["configuration"]
    assert verdict == "mind"
    assert text.endswith("has no effect. Did you mean MILEPOST_TRUSTED_PROXIES?")


def test_a_folder_that_others_can_read(tmp_path: Path, doctor: Doctor) -> None:
    tmp_path.chmod(0o755)
    doctor.live(environment(tmp_path, f"sqlite:///{tmp_path / 'store.sqlite3'}"))
    assert doctor()[1]["data folder"][0] == "mind"


def test_a_database_of_another_version(tmp_path: Path, doctor: Doctor) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    doctor.live(environment(tmp_path, url))
    Store.open(url).close()

    def be(revision: str) -> None:
        engine = open_engine(url)
        with engine.begin() as connection:
            text = sa.text("UPDATE alembic_version SET version_num = :revision")
            connection.execute(text, {"revision": revision})
        engine.dispose()

    be("0001")
    assert doctor()[1]["database"] == (
        "mind",
        "it has older tables; the next start brings them up to date.",
    )
    be("9999")
    code, found = doctor()
    assert code == 3
    assert found["database"][0] == "wrong"


def test_a_database_that_does_not_answer(tmp_path: Path, doctor: Doctor) -> None:
    doctor.live(environment(tmp_path, "postgresql://milepost:canary@127.0.0.1:1/milepost"))
    code, found = doctor()
    assert code == 3
    assert "does not answer" in found["database"][1]


def test_work_that_nobody_does(tmp_path: Path, doctor: Doctor) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    doctor.live(environment(tmp_path, url))
    late = utc_now() - timedelta(minutes=30)  # real clock: the doctor looks by it
    with Store.open(url) as store:
        store.jobs.schedule(repository(1), at=late)
    verdict, text = doctor()[1]["work"]
    assert verdict == "mind"
    assert text == "1 job due, 0 deliveries waiting, the oldest for 30 minutes."


def test_an_app_that_github_does_not_know(
    app_server: Scenario, tmp_path: Path, doctor: Doctor
) -> None:
    doctor.live_in(app_server, tmp_path)
    doctor.live({"MILEPOST_CLIENT_ID": "Iv1.0000000000000000"})
    code, found = doctor()
    assert code == 7
    assert found["App"][0] == "wrong"
    assert "webhooks" not in found


def test_a_key_that_cannot_sign(app_server: Scenario, tmp_path: Path, doctor: Doctor) -> None:
    doctor.live_in(app_server, tmp_path)
    doctor.live({"MILEPOST_PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----\\nMIIx"})
    code, found = doctor()
    assert code == 3
    assert found["App"][0] == "wrong"


def test_an_app_that_may_too_little_or_hears_too_little(
    app_server: Scenario, tmp_path: Path, doctor: Doctor
) -> None:
    doctor.live_in(app_server, tmp_path)
    with app_server.world.lock:
        app_server.app.permissions.update(administration="write")
        app_server.app.events.remove("milestone")
    code, found = doctor()
    assert code == 0
    assert "administration" in found["permissions"][1]
    assert found["events"] == ("mind", "the App doesn't subscribe to: milestone.")
    with app_server.world.lock:
        app_server.app.permissions.update(issues="read")
    code, found = doctor()
    assert code == 7
    assert "may not write issues" in found["App"][1]


def test_deliveries_that_go_elsewhere(app_server: Scenario, tmp_path: Path, doctor: Doctor) -> None:
    doctor.live_in(app_server, tmp_path)
    doctor.live({"MILEPOST_PUBLIC_URL": "http://127.0.0.1:1"})
    code, found = doctor()
    assert code == 3
    assert found["webhooks"][0] == "wrong"
    assert found["address"][0] == "wrong"
    assert "does not answer" in found["address"][1]
    doctor.live({"MILEPOST_PUBLIC_URL": app_server.sandbox.url})
    assert "answered by something else" in doctor()[1]["address"][1]


def test_deliveries_that_did_not_arrive(
    app_server: Scenario, tmp_path: Path, doctor: Doctor
) -> None:
    doctor.live_in(app_server, tmp_path)
    assert app_server.app.hook is not None
    with app_server.world.lock:
        app_server.app.hook.secret = "another"
    app_server.configure()
    app_server.install()
    app_server.sandbox.webhooks.settle()
    verdict, text = doctor()[1]["deliveries"]
    assert verdict == "mind"
    assert "did not" in text


def test_a_clock_that_is_off(
    app_server: Scenario, tmp_path: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor.live_in(app_server, tmp_path)
    monkeypatch.setattr("bot.server.doctor.MAX_SKEW", timedelta(seconds=-1))
    assert doctor()[1]["clock"][0] == "mind"


def test_it_looks_at_one_thing_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--server", "--repo", "o/n"]) == 64
    assert "--repo" in capsys.readouterr().err
