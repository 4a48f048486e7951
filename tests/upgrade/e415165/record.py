"""Record the paths of this folder: sixteen weeks of learning, each lived by the program of e415165.

It runs with that program only, so none of the names it imports may be changed with ours. To record
again, or another life:

    git worktree add ../e415165 e415165 && make -C ../e415165 setup .venv/.dev
    cd ../e415165 && PYTHONPATH=.:tests .venv/bin/python HERE/record.py HERE

`HERE` is this folder, absolute. The same program writes the same bytes: the clock, the ids and what
the learner does are given.
"""

import gzip
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from chaos.lines import WEB, Line, MemoryCache, edges
from reports.lives import RICH

from bot.cli import workflow
from bot.planning.labels import key_in
from bot.planning.marker import find
from bot.planning.memory import memories
from bot.reports.status import status
from bot.reports.view import View
from bot.sandbox.api.engine import Engine
from bot.sandbox.state import apps, comments, issues, labels, milestones, pulls, relations, releases
from bot.sandbox.state.objects import Issue, Label, Milestone, Reaction, Token
from bot.sandbox.world import REPOSITORY, TOKEN, World
from bot.settings import CONFIG_PATH, Settings
from bot.usecases.sources import find_curriculum, find_settings
from bot.usecases.sync import Sync

JSON = dict[str, Any]
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
WEEKS = 16
SUMMARY = "Your path"
MENTOR = "mona-mentor"
RIGHTS = {
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
BOX = re.compile(r"^( *- )\[ \] (.*)$", re.MULTILINE)
PUBLISH = {"badge": True, "pictures": True, "readme": True, "forms": True, "reports": "branch"}
WORK = {"task", "deliverable", "project"}
ID_KINDS = ("app", "comment", "event", "installation", "issue", "label", "milestone", "reaction",
            "repository", "token", "user")  # fmt: skip


class RecordedPath:
    """A repository, who writes in it for us, and what its learner does, week by week."""

    def __init__(self, settings: JSON, files: dict[str, str], writer: str) -> None:
        self.world = World(lambda: START)
        self.home = self.world.repository()
        self.engine = Engine(self.world, WEB)
        self.me = self.world.actor()
        self.world.add_user(MENTOR)
        self.home.collaborators[MENTOR] = "write"
        self.writer = writer
        self.token = TOKEN if writer == "person" else self._app(writer)
        self.cache = MemoryCache()
        self.settings = settings
        self.world.commit_files(self.home, {n: t.encode() for n, t in files.items()}, "The path")
        self.configure()
        self.made: JSON = {"deleted": [], "titles": {}, "labels": {}, "removed_labels": []}

    def _app(self, name: str) -> str:
        app = apps.create(self.world, name, owner="octo-maker", permissions=RIGHTS, events=[])
        installed = apps.install(self.world, app, "learner")
        value = f"token-of-{app.slug}"
        self.world.tokens[value] = Token(
            value, "installation", app.bot, RIGHTS, [self.home], None, installed
        )
        return value

    def configure(self, **more: Any) -> None:
        self.settings |= more
        text = yaml.safe_dump(self.settings, sort_keys=False)
        self.world.commit_files(self.home, {CONFIG_PATH: text.encode()}, "Settings")

    # Runs

    def _sync(self) -> tuple[Sync, Any, Line]:
        line = Line(self.engine)
        reader, gateway = edges(line, repository=REPOSITORY, token=self.token, cache=self.cache)
        config, place = find_settings(Path("/nowhere"), reader)
        path = find_curriculum(config.curriculum, place)
        return Sync(path, config, self.world.clock.now(), reader, web=WEB), gateway, line

    def sync(self) -> Any:
        sync, gateway, line = self._sync()
        return sync.run(gateway=lambda: gateway, sleep=line.sleep, progress=lambda *_: None)

    def until(self, week: int, day: int, hour: int) -> None:
        """Time goes on to an hour of a day (0 is Monday) of a week (0 is the first)."""
        moment = START.replace(hour=hour) + timedelta(weeks=week, days=day)
        self.world.clock.advance(max(timedelta(), moment - self.world.clock.exact()))

    # What the learner does

    def issue(self, title: str) -> Issue:
        return next(i for i in self.home.issues.values() if i.title.startswith(title))

    def work(self, *, state: str = "open") -> list[Issue]:
        """Issues of ours that are work, the one that is due first first."""
        found = [
            i
            for i in self.home.issues.values()
            if not i.is_pull_request
            and (m := find(i.body or ""))
            and m.marker.key.partition(":")[0] in WORK
            and i.state == state
        ]
        return sorted(found, key=lambda i: (str(i.milestone.due if i.milestone else "9"), i.number))

    def kind(self, kind: str, *, state: str = "open") -> list[Issue]:
        return [
            i
            for i in self.home.issues.values()
            if (m := find(i.body or "")) and m.marker.key.startswith(kind) and i.state == state
        ]

    def edit(self, issue: Issue, **fields: Any) -> None:
        issues.edit(self.world, self.me, self.home, issue, fields)

    def say(self, issue: Issue, text: str) -> None:
        self.world.clock.advance(timedelta(seconds=2))
        comments.create(self.world, self.me, self.home, issue, {"body": text})

    def says(self, text: str) -> None:
        self.say(self.issue(SUMMARY), text)

    def tick(self, issue: Issue, most: int = 1) -> None:
        for _, line in [b for b in BOX.findall(issue.body or "") if "milepost:" not in b[1]][:most]:
            body = (issue.body or "").replace(f"- [ ] {line}", f"- [x] {line}", 1)
            self.edit(issue, body=body)

    def label(self, key: str) -> Label | None:
        there = self.home.labels.values()
        return next((x for x in there if key_in(x.description or "") == key), None)

    def rename_label(self, key: str, name: str) -> None:
        if found := self.label(key):
            labels.edit(self.world, self.me, self.home, found, {"new_name": name})
            self.made["labels"][key] = name

    def merge(self, issue: Issue) -> None:
        title = f"The work for {issue.number}"
        made = pulls.propose(self.world, self.me, self.home, title, f"Closes #{issue.number}")
        pulls.merge(self.world, self.me, self.home, made.number)

    def assess(self) -> None:
        """Fill in the first open assessment: a number behind each skill."""
        for issue in self.kind("assessment:")[:1]:
            head, end, tail = (issue.body or "").rpartition(" -->")
            lines = [
                f"{line.rstrip()} 3" if line.startswith("- ") else line for line in tail.split("\n")
            ]
            self.edit(issue, body=f"{head}{end}" + "\n".join(lines))
            self.edit(issue, state="closed", state_reason="completed")

    def an_ordinary_week(self, week: int) -> None:
        """Monday: look. Tuesday: finish, tick, log. Thursday: comment. Saturday: a little more."""
        self.sync()
        self.until(week, 1, 19)
        now = self.work()
        if now:
            self.tick(now[0], 9)
            self.edit(now[0], state="closed", state_reason="completed")
        if len(now) > 1:
            self.tick(now[1], 1)
            self.say(now[1], f"/log {1 + week % 3}h at my desk")
        self.sync()
        self.until(week, 3, 20)
        self.says(f"/log 1h{10 + week}m\n/count {self.counted} +{1 + week % 4}")
        self.says("/journal " + f"What I understood in week {week + 1}.")
        self.sync()

    counted = "connections"

    def a_special_day(self, week: int) -> None:
        """One thing each week that is more than work."""
        self.until(week, 5, 11)
        open_ones = self.work()
        first = open_ones[0] if open_ones else None
        acts: dict[int, Callable[[], object]] = {
            0: self._rates,
            1: self._starts_and_renames,
            2: self._notes_and_colours,
            3: self._deletes,
            4: lambda: self.says("/pause until 2026-02-08"),
            5: lambda: self.says("/resume"),
            6: self._credits_and_skips,
            7: self._moves,
            8: self._project,
            9: self._own_things,
            10: self._labels,
            11: self._milestone,
            12: self._takes_comments_away,
            13: self._unrelates,
            14: self._mentored,
        }
        if first is not None or week in {0, 4, 5}:
            acts.get(week, lambda: None)()
        self.assess()
        self.sync()

    def _rates(self) -> None:
        config, place = find_settings(Path("/nowhere"), self._reader())
        skills = find_curriculum(config.curriculum, place).assessment.skills
        for at, skill in enumerate(skills[:3]):
            self.says(f"/rate {skill.title} {2 + at % 3}")

    def _reader(self) -> Any:
        return edges(Line(self.engine), repository=REPOSITORY, token=self.token)[0]

    def _starts_and_renames(self) -> None:
        issue = self.work()[0]
        self.say(issue, "/start")
        title = f"My own title: {issue.title}"[:120]
        self.edit(issue, title=title)
        self.made["titles"][str(issue.number)] = title

    def _notes_and_colours(self) -> None:
        issue = self.work()[-1]
        self.edit(issue, body=f"A note above.\r\n\r\n{issue.body}\r\n\r\nA note below.")
        self.rename_label("kind:journal", "diary")
        if found := self.label("status:blocked"):
            labels.edit(self.world, self.me, self.home, found, {"color": "123456"})

    def _deletes(self) -> None:
        issue = self.work()[-1]
        marked = find(issue.body or "")
        assert marked
        issues.delete(self.world, self.me, self.home, issue)
        self.made["deleted"].append(marked.marker.key)

    def _credits_and_skips(self) -> None:
        now = self.work()
        self.say(now[0], "/credit")
        self.say(now[-1], "/skip not for me")
        done = self.work(state="closed")
        self.say(done[0], "/reopen")
        self.sync()
        self.say(done[0], "/log 30m\n/done")
        self.says("/status")
        self.says("/log lots")

    def _moves(self) -> None:
        self.say(self.work()[0], "/move +1w")
        self.says("/pace 9h")
        if len(self.work()) > 1:
            self.edit(self.work()[1], state="closed", state_reason="not_planned")

    def _project(self) -> None:
        config, place = find_settings(Path("/nowhere"), self._reader())
        ideas = find_curriculum(config.curriculum, place).projects
        if ideas:
            self.says(f"/project start {ideas[0].title}")
        self.says("/replan")
        summary = self.issue(SUMMARY)
        lines = (summary.body or "").split("\n")
        at = [n for n, x in enumerate(lines) if '"do":"drop-optional"' in x or '"pace"' in x]
        if at:
            lines[at[0]] = lines[at[0]].replace("[ ]", "[x]", 1)
            self.edit(summary, body="\n".join(lines))

    def _own_things(self) -> None:
        issues.create(
            self.world, self.me, self.home,
            {"title": "An entry by the form", "body": "What I thought.", "labels": ["diary"]},
        )  # fmt: skip
        mine = milestones.create(self.world, self.me, self.home, {"title": "Mine"})
        issue = self.work()[-1]
        worn = [
            label.name
            for label in issue.labels
            if not (key_in(label.description or "") or "").startswith("skill:")
        ]
        self.edit(issue, milestone=mine.number, labels=[*worn, "mine"])

    def _labels(self) -> None:
        if found := self.label("optional:optional"):
            labels.delete(self.world, self.me, self.home, found)
            self.made["removed_labels"].append("optional:optional")
        found = self.label("status:in-progress")
        if found:
            issue = self.work()[0]
            self.edit(issue, labels=[*(x.name for x in issue.labels), found.name])

    def _milestone(self) -> None:
        ours = [m for m in self.home.milestones.values() if find(m.description or "")]
        last: Milestone = ours[-1]
        fields = {"title": "My last weeks", "due_on": "2027-12-01T12:00:00Z"}
        milestones.edit(self.world, self.me, self.home, last, fields)
        text = f"{ours[0].description}\r\n\r\nMy words below."
        milestones.edit(self.world, self.me, self.home, ours[0], {"description": text})

    def _takes_comments_away(self) -> None:
        ours = [
            c
            for i in self.home.issues.values()
            for c in i.comments
            if (m := find(c.body)) and m.marker.key.startswith(("weekly:", "reply:"))
        ]
        for comment in (ours[0], ours[-1]):
            comments.delete(self.world, self.me, self.home, comment)

    def _unrelates(self) -> None:
        found = [i for i in self.home.issues.values() if i.parent and i.is_open]
        if found and found[0].parent:
            relations.remove_child(self.world, self.me, self.home, found[0].parent, found[0].id)
        self.issue(SUMMARY).pinned = False

    def _mentored(self) -> None:
        done = self.work(state="closed")[-1]
        mentor = self.world.actor(MENTOR)
        comments.react(self.world, mentor, done, {"content": "+1"})
        fields = {"tag_name": "v1", "name": "First release"}
        releases.create(self.world, self.me, self.home, fields)
        self.merge(self.work()[0])
        self.say(done, f"Here it is: {WEB}/{REPOSITORY}/releases/tag/v1")

    # What comes of it

    def recording(self, about: str) -> JSON:
        """The state, and what the program of then says about it."""
        self.sync()
        before = len(self.world.journal.writes)
        view = self.sync().view
        assert len(self.world.journal.writes) == before, "not at rest"
        sync, _, _ = self._sync()
        plan = sync.foresee().plan
        assert plan.empty
        return {
            "about": about,
            "program": "e415165",
            "now": self.world.clock.exact().isoformat(),
            "token": self.token,
            "reported": {**_reported(view), **self.made},
            "drift": sorted([d.key, d.field] for d in plan.drift),
            "world": saved(self.world),
        }


def _reported(view: View) -> JSON:
    """Numbers that a learner reads, and all they ever said, by the program of then."""
    page = status(view).model_dump(mode="json")
    named = ("percent", "done_hours", "total_hours", "logged_hours", "streak", "done", "skipped",
             "in_progress", "first", "last", "finished_on", "unit", "late")  # fmt: skip
    life = view.life
    return {
        "status": {name: page[name] for name in named},
        "entries": {
            key: [[e.id, e.n, e.intent.do] for e in memory.entries]
            for key, memory in sorted(memories(view.observed).items())
        },
        "ratings": [[r.skill, r.value, r.day.isoformat()] for r in life.ratings],
        "counts": [[c.metric, c.amount, c.day.isoformat()] for c in life.counts],
        "choices": dict(sorted(life.choices.items())),
        "pauses": [[p.first.isoformat(), p.last.isoformat()] for p in life.pauses],
        "credited": sorted(life.credited),
        "attested": sorted(life.attested),
        "started": sorted(life.started),
        "evidence": {k: [e.url for e in v] for k, v in sorted(life.evidence.items())},
    }


# The state of the stand-in, in words of GitHub's API


def saved(world: World) -> JSON:
    home = world.repository()
    ids = {kind: world.next_id(kind) for kind in ID_KINDS}
    return {
        "next_ids": ids,
        "users": [
            {"id": u.id, "login": u.login, "type": u.kind, "name": u.name,
             "created_at": _time(u.created_at)}
            for u in world.users.values()
        ],
        "apps": [
            {"id": a.id, "slug": a.slug, "name": a.name, "owner": a.owner.login,
             "bot": a.bot.login, "permissions": a.permissions}
            for a in world.apps.values()
        ],
        "installations": [
            {"id": i.id, "app": i.app.slug, "account": i.account.login}
            for i in world.installations.values()
        ],
        "tokens": [
            {"value": t.value, "user": t.user.login, "type": t.kind,
             "permissions": t.permissions,
             "installation": t.installation.id if t.installation else None}
            for t in world.tokens.values()
        ],
        "repository": {
            "id": home.id, "full_name": home.full_name, "private": home.private,
            "description": home.description, "created_at": _time(home.created_at),
            "updated_at": _time(home.updated_at), "collaborators": home.collaborators,
            "last_issue": home.last_issue, "last_milestone": home.last_milestone,
            "deleted_issues": sorted(home.deleted_issues),
            "pushed_at": _time(home.git.pushed_at),
            "branches": {
                name: {path: _text(data) for path, data in sorted(head.files.items())}
                for name in home.git.branches()
                if (head := home.git.head(name))
            },
            "releases": [
                {"id": r.id, "tag_name": r.tag, "target_commitish": r.target, "name": r.name,
                 "author": r.author.login, "created_at": _time(r.created_at),
                 "published_at": _time(r.published_at)}
                for r in home.releases
            ],
            "labels": [
                {"id": x.id, "name": x.name, "color": x.color, "description": x.description,
                 "created_at": _time(x.birth.at)}
                for x in home.labels.values()
            ],
            "milestones": [
                {"id": m.id, "number": m.number, "title": m.title, "description": m.description,
                 "state": m.state, "due_on": m.due.isoformat() if m.due else None,
                 "creator": m.creator.login, "created_at": _time(m.birth.at),
                 "updated_at": _time(m.updated_at), "closed_at": _time(m.closed_at)}
                for m in home.milestones.values()
            ],
            "issues": [_issue(i) for i in home.issues.values()],
        },
    }  # fmt: skip


def _issue(i: Issue) -> JSON:
    pull = i.pull and {
        "head": i.pull.head, "base": i.pull.base, "merged_at": _time(i.pull.merged_at),
        "merged_by": i.pull.merged_by and i.pull.merged_by.login,
    }  # fmt: skip
    return {
        "id": i.id, "number": i.number, "user": i.user.login, "app": i.app and i.app.slug,
        "title": i.title, "body": i.body, "created_at": _time(i.birth.at),
        "updated_at": _time(i.updated_at), "state": i.state, "state_reason": i.state_reason,
        "closed_at": _time(i.closed_at), "closed_by": i.closed_by and i.closed_by.login,
        "labels": [x.name for x in i.labels], "milestone": i.milestone and i.milestone.number,
        "sub_issues": [child.number for child in i.children], "pinned": i.pinned,
        "pull_request": pull,
        "reactions": _reactions(i.reactions),
        "comments": [
            {"id": c.id, "user": c.user.login, "app": c.app and c.app.slug, "body": c.body,
             "created_at": _time(c.birth.at), "updated_at": _time(c.updated_at),
             "reactions": _reactions(c.reactions)}
            for c in i.comments
        ],
        "events": [
            {"id": e.id, "event": e.kind, "actor": e.actor.login, "app": e.app and e.app.slug,
             "created_at": _time(e.at), "label": e.label, "milestone": e.milestone}
            for e in i.events
        ],
    }  # fmt: skip


def _reactions(found: list[Reaction]) -> list[JSON]:
    return [
        {"id": r.id, "user": r.user.login, "content": r.content, "created_at": _time(r.created_at)}
        for r in found
    ]


def _time(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


def _text(data: bytes) -> str:
    return data.decode()


# The lives


def built_in_by_the_action(_: str) -> JSON:
    settings = {
        "curriculum": "devops-to-mlops",
        "start": "2026-01-05",
        "timezone": "Europe/Berlin",
        "mentors": [MENTOR],
        "publish": PUBLISH,
    }
    path = RecordedPath(settings, {}, "GitHub Actions")
    path.counted = "connections"
    return _live(path, "The built-in path, by the Action; files are written, too")


def guide_by_the_app(guide: str) -> JSON:
    settings = {
        "curriculum": "guide.md",
        "start": "2026-01-05",
        "timezone": "America/New_York",
        "mentors": [MENTOR],
    }
    path = RecordedPath(settings, {"guide.md": guide}, "Milepost")
    path.counted = "visits"
    return _live(path, "A Markdown guide, by the App")


def option_switched(guide: str) -> JSON:
    settings = {
        "curriculum": "guide.md",
        "start": "2026-01-05",
        "timezone": "Asia/Tokyo",
        "ahead": "6 weeks",
        "summary": "issue",
    }
    path = RecordedPath(settings, {"guide.md": guide}, "GitHub Actions")
    path.counted = "visits"

    def more(week: int) -> None:
        if week == 5:
            path.says("/choose parks")
        if week == 10:
            path.says("/choose roofs")

    return _live(path, "A guide whose option was switched, weeks as issues", more)


def all_ahead(_: str) -> JSON:
    settings = {"curriculum": "devops-to-mlops", "start": "2026-01-05", "ahead": "all"}
    path = RecordedPath(settings, {}, "person")
    return _live(path, "The built-in path with all issues at once, by the learner's own token")


def finished(_: str) -> JSON:
    text = yaml.safe_dump(RICH.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    settings = {"curriculum": "path.yml", "start": "2026-01-05", "ahead": "all",
                "publish": {"reports": "pull-request", "badge": True}}  # fmt: skip
    path = RecordedPath(settings, {"path.yml": text}, "Milepost")

    def more(week: int) -> None:
        if week == 3:
            path.says("/choose web")
        if week >= 9:
            for issue in [*path.work()[:4], *path.kind("checkpoint:"), *path.kind("choice:")]:
                path.edit(issue, state="closed", state_reason="completed")

    return _live(path, "A short path, finished, by the App", more)


def _live(path: RecordedPath, about: str, more: Callable[[int], None] = lambda _: None) -> JSON:
    for week in range(WEEKS):
        path.until(week, 0, 9)
        path.an_ordinary_week(week)
        more(week)
        path.a_special_day(week)
    path.until(WEEKS, 0, 9)
    return path.recording(about)


def workflows(folder: Path) -> None:
    """Write what `milepost init --workflow` wrote: without files of ours, and with them."""
    for kind, publish in (("plain", {}), ("publishing", PUBLISH | {"reports": "pull-request"})):
        settings = Settings.model_validate(
            {"start": date(2026, 1, 5), "curriculum": "guide.md", "publish": publish}
        )
        for path, text in workflow.render(settings, REPOSITORY, "milepost/milepost@v0").items():
            (folder / f"{kind}-{Path(path).name}").write_text(text, encoding="utf-8")


def main(folder: Path) -> None:
    workflows(folder)
    guide = (folder / "guide.md").read_text(encoding="utf-8")
    for life in (built_in_by_the_action, guide_by_the_app, option_switched, all_ahead, finished):
        name = life.__name__.replace("_", "-")
        content = life(guide)
        packed = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        file = folder / f"{name}.json.gz"
        file.write_bytes(gzip.compress(packed.encode(), 9, mtime=0))
        sys.stdout.write(f"{name}: {file.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
