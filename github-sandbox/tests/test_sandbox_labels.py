"""Labels and milestones behave as GitHub's do."""

import pytest

from tests.client import Api


def test_a_label_exists_once_whatever_the_case(api: Api) -> None:
    api("POST", "/labels", {"name": "Phase/1", "color": "FF0000"})

    again = api("POST", "/labels", {"name": "pHASE/1"})

    assert again.status_code == 422
    assert again.json()["errors"] == [
        {"resource": "Label", "code": "already_exists", "field": "name"}
    ]
    assert api("GET", "/labels/phase%2F1").json()["color"] == "ff0000"


@pytest.mark.parametrize(
    "fields",
    [{"name": "x" * 51}, {"name": "x", "description": "x" * 101}, {"name": "x", "color": "#fff"}],
)
def test_a_label_that_does_not_fit_is_refused(api: Api, fields: dict[str, str]) -> None:
    assert api("POST", "/labels", fields).status_code == 422


def test_renaming_and_deleting_a_label_reaches_the_issues(api: Api) -> None:
    api.issue(labels=["old"])
    api("PATCH", "/labels/OLD", {"new_name": "new"})
    assert [one["name"] for one in api("GET", "/issues/1").json()["labels"]] == ["new"]

    assert api("DELETE", "/labels/new").status_code == 204
    assert api("GET", "/issues/1").json()["labels"] == []
    assert api("GET", "/labels/new").status_code == 404


def test_labels_of_an_issue_are_added_set_and_taken_off(api: Api) -> None:
    api.issue(labels=["a"])

    def names(method: str, path: str, json: object = None) -> list[str]:
        return [one["name"] for one in api(method, path, json).json()]

    assert names("POST", "/issues/1/labels", {"labels": ["b", "A"]}) == ["a", "b"]
    assert names("PUT", "/issues/1/labels", {"labels": ["c", "b"]}) == ["b", "c"]
    assert names("DELETE", "/issues/1/labels/C") == ["b"]
    assert api("DELETE", "/issues/1/labels/c").status_code == 404


def test_a_milestone_title_exists_once(api: Api) -> None:
    api("POST", "/milestones", {"title": "Week 1"})

    again = api("POST", "/milestones", {"title": "Week 1"})

    assert again.status_code == 422
    assert again.json()["errors"][0] == {
        "resource": "Milestone",
        "code": "already_exists",
        "field": "title",
    }


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-01-05T12:00:00Z", "2026-01-05T08:00:00Z"),
        ("2026-07-05T12:00:00Z", "2026-07-05T07:00:00Z"),
        ("2026-01-05T23:59:59Z", "2026-01-05T08:00:00Z"),
        ("2026-01-05T00:00:00Z", "2026-01-04T08:00:00Z"),
    ],
)
def test_a_due_date_is_kept_as_a_day_in_pacific_time(api: Api, sent: str, stored: str) -> None:
    made = api("POST", "/milestones", {"title": "One", "due_on": sent}).json()

    assert made["due_on"] == stored


def test_a_milestone_counts_its_issues_and_leaves_them_when_deleted(api: Api) -> None:
    api("POST", "/milestones", {"title": "One"})
    api.issue(milestone=1)
    api.issue(milestone=1)
    api("PATCH", "/issues/2", {"state": "closed"})
    counted = api("GET", "/milestones/1").json()

    api("DELETE", "/milestones/1")

    assert (counted["open_issues"], counted["closed_issues"]) == (1, 1)
    assert api("GET", "/issues/1").json()["milestone"] is None
    assert api("POST", "/milestones", {"title": "Two"}).json()["number"] == 2


def test_milestones_are_listed_by_state(api: Api) -> None:
    api("POST", "/milestones", {"title": "One"})
    api("POST", "/milestones", {"title": "Two"})
    closed = api("PATCH", "/milestones/1", {"state": "closed"}).json()

    def titles(state: str) -> list[str]:
        return [one["title"] for one in api("GET", f"/milestones?state={state}").json()]

    assert closed["closed_at"]
    assert (titles("open"), titles("closed"), titles("all")) == (["Two"], ["One"], ["One", "Two"])
