"""Load a recorded repository into the stand-in. The JSON names things as GitHub's API does."""

import itertools
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from github_sandbox.state.objects import (
    App,
    Birth,
    Comment,
    Happening,
    Installation,
    Issue,
    Label,
    Milestone,
    Pull,
    Reaction,
    Release,
    Repository,
    Token,
    User,
)
from github_sandbox.world import World

JSON = Mapping[str, Any]


def load(saved: JSON, now: datetime) -> World:
    """Return a world that holds the saved one; its clock starts at `now` (aware)."""
    return _Loader(saved, now).world


class _Loader:
    def __init__(self, saved: JSON, now: datetime) -> None:
        self.world = World(lambda: now)
        self.world._ids = {kind: itertools.count(n) for kind, n in saved["next_ids"].items()}
        self._load_accounts(saved)
        self._load_apps(saved)
        self.home = self._repository(saved["repository"])
        self.world.repositories = {self.home.id: self.home}
        self._load_tokens(saved)
        self._load_contents(saved["repository"])

    def _load_accounts(self, saved: JSON) -> None:
        self.world.users = {
            u["login"].lower(): User(
                u["id"], u["login"], u["type"], _moment(u["created_at"]), u["name"]
            )
            for u in saved["users"]
        }

    def _load_apps(self, saved: JSON) -> None:
        self._apps: dict[str | None, App | None] = {None: None}
        for a in saved["apps"]:
            app = App(
                id=a["id"],
                slug=a["slug"],
                name=a["name"],
                owner=self._user(a["owner"]),
                bot=self._user(a["bot"]),
                client_id=f"client-{a['id']}",
                client_secret="",
                private_key="",
                public_key="",
                permissions=a["permissions"],
                events=[],
                created_at=self.world.clock.now(),
            )
            self.world.apps[app.id] = self._apps[app.slug] = app
        for i in saved["installations"]:
            owner = self._user(i["account"])
            by = next(app for app in self.world.apps.values() if app.slug == i["app"])
            self.world.installations[i["id"]] = Installation(
                i["id"], by, owner, dict(by.permissions), self.world.clock.now()
            )

    def _load_tokens(self, saved: JSON) -> None:
        self.world.tokens = {
            t["value"]: Token(
                t["value"],
                t["type"],
                self._user(t["user"]),
                t["permissions"],
                installation=self.world.installations.get(t["installation"]),
            )
            for t in saved["tokens"]
        }

    def _repository(self, r: JSON) -> Repository:
        owner, _, name = r["full_name"].partition("/")
        return Repository(
            id=r["id"],
            owner=self._user(owner),
            name=name,
            created_at=_moment(r["created_at"]),
            updated_at=_moment(r["updated_at"]),
            description=r["description"],
            private=r["private"],
            collaborators=dict(r["collaborators"]),
            last_issue=r["last_issue"],
            last_milestone=r["last_milestone"],
            deleted_issues=set(r["deleted_issues"]),
        )

    def _load_contents(self, r: JSON) -> None:
        home = self.home
        for branch, files in r["branches"].items():
            content = {path: text.encode() for path, text in files.items()}
            self.world.commit_files(home, content, "As recorded", branch)
        home.git.pushed_at = _moment(r["pushed_at"])
        for tag in r["releases"]:
            home.git.refs[f"refs/tags/{tag['tag_name']}"] = home.git.refs["refs/heads/main"]
            home.releases.append(self._release(tag))
        for x in r["labels"]:
            label = Label(x["id"], x["name"], x["color"], x["description"], _birth(x))
            home.labels[label.name.lower()] = label
        for m in r["milestones"]:
            home.milestones[m["number"]] = self._milestone(m)
        for i in r["issues"]:
            home.issues[i["number"]] = self._issue(i)
        for i in r["issues"]:
            issue = home.issues[i["number"]]
            issue.children = [home.issues[number] for number in i["sub_issues"]]
            for child in issue.children:
                child.parent = issue

    def _release(self, r: JSON) -> Release:
        return Release(
            r["id"],
            r["tag_name"],
            r["target_commitish"],
            self._user(r["author"]),
            _moment(r["created_at"]),
            r["name"],
            published_at=_moment(r["published_at"]),
        )

    def _milestone(self, m: JSON) -> Milestone:
        return Milestone(
            id=m["id"],
            number=m["number"],
            title=m["title"],
            description=m["description"],
            state=m["state"],
            due=date.fromisoformat(m["due_on"]) if m["due_on"] else None,
            creator=self._user(m["creator"]),
            birth=_birth(m),
            updated_at=_moment(m["updated_at"]),
            closed_at=_maybe(m["closed_at"]),
        )

    def _issue(self, i: JSON) -> Issue:
        return Issue(
            id=i["id"],
            number=i["number"],
            user=self._user(i["user"]),
            app=self._apps[i["app"]],
            title=i["title"],
            body=i["body"],
            birth=_birth(i),
            updated_at=_moment(i["updated_at"]),
            state=i["state"],
            state_reason=i["state_reason"],
            closed_at=_maybe(i["closed_at"]),
            closed_by=self._user(i["closed_by"]) if i["closed_by"] else None,
            labels=[self.home.labels[name.lower()] for name in i["labels"]],
            milestone=self.home.milestones[i["milestone"]] if i["milestone"] else None,
            comments=[self._comment(c) for c in i["comments"]],
            reactions=self._reactions(i["reactions"]),
            events=[self._event(e) for e in i["events"]],
            pinned=i["pinned"],
            is_pull_request=bool(i["pull_request"]),
            pull=self._pull(i["pull_request"]) if i["pull_request"] else None,
        )

    def _pull(self, p: JSON) -> Pull:
        refs = self.home.git.refs
        return Pull(
            head=p["head"],
            base=p["base"],
            head_sha=refs.get(f"refs/heads/{p['head']}", ""),
            base_sha=refs[f"refs/heads/{p['base']}"],
            merged_at=_maybe(p["merged_at"]),
            merged_by=self._user(p["merged_by"]) if p["merged_by"] else None,
        )

    def _comment(self, c: JSON) -> Comment:
        app, reactions = self._apps[c["app"]], self._reactions(c["reactions"])
        updated = _moment(c["updated_at"])
        user = self._user(c["user"])
        return Comment(c["id"], user, app, c["body"], _birth(c), updated, reactions)

    def _reactions(self, found: list[JSON]) -> list[Reaction]:
        return [
            Reaction(r["id"], self._user(r["user"]), r["content"], _moment(r["created_at"]))
            for r in found
        ]

    def _event(self, e: JSON) -> Happening:
        return Happening(
            e["id"],
            e["event"],
            self._user(e["actor"]),
            self._apps[e["app"]],
            _moment(e["created_at"]),
            (e["label"][0], e["label"][1]) if e["label"] else None,
            e["milestone"],
        )

    def _user(self, login: str) -> User:
        return self.world.users[login.lower()]


def _birth(thing: JSON) -> Birth:
    return Birth(_moment(thing["created_at"]), 0)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
