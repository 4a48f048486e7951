"""A learner who does anything that can be done, by name and number: for laws and long stories."""

from collections.abc import Callable
from datetime import timedelta

from sync.sync_runs import SyncRuns

from bot.planning.labels import key_in
from bot.planning.marker import find
from github_sandbox.state import comments, issues
from github_sandbox.state.objects import Issue

SUMMARY = "Your path"
MENTOR = "mona-mentor"


class RandomLearner:
    """Acts on a repository as people do. Each act takes a number, which picks what it is done to.

    `taken` is the option that was asked for last. `titles`, `notes` and labels `worn` are what the
    learner gave to issues, by number: nobody else may touch them. `deleted` are keys of issues.
    """

    def __init__(self, runs: SyncRuns) -> None:
        self.runs = runs
        self.bench = runs.bench
        self.taken: str | None = None
        self.titles: dict[int, str] = {}
        self.notes: dict[int, str] = {}
        self.worn: dict[int, str] = {}
        self.deleted: set[str] = set()
        self._message = 0

    @property
    def acts(self) -> dict[str, Callable[[int], object]]:
        """What can be done."""
        return {
            name.removeprefix("act_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("act_")
        }

    def does(self, name: str, number: int) -> None:
        """One act."""
        self.acts[name](number)

    # Work

    def act_close(self, number: int) -> None:
        if issue := self._pick(number, open_only=True):
            self._edit(issue, state="closed", state_reason="completed")

    def act_reopen(self, number: int) -> None:
        if issue := self._pick(number, closed_only=True):
            self._edit(issue, state="open")

    def act_put_aside(self, number: int) -> None:
        if issue := self._pick(number, open_only=True):
            self._edit(issue, state="closed", state_reason="not_planned")

    def act_delete(self, number: int) -> None:
        issue = self._pick(number)
        if issue and number % 3 == 0:
            marked = find(issue.body or "")
            assert marked
            self.deleted.add(marked.marker.key)
            bench = self.bench
            issues.delete(bench.world, bench.learner, bench.repository, issue)

    def act_tick(self, number: int) -> None:
        if issue := self._pick(number, open_only=True):
            self._edit(issue, body=(issue.body or "").replace("- [ ]", "- [x]", 1))

    def act_merge(self, number: int) -> None:
        if issue := self._pick(number):
            self.bench.merge_pull(f"Work {number}", f"Closes #{issue.number}")

    def act_mentor(self, number: int) -> None:
        if issue := self._pick(number):
            self.bench.react(issue, "+1", MENTOR)

    # Words

    def act_command(self, number: int) -> None:
        """One of the commands that are about an issue of the path."""
        words = ["/start", "/done", "/skip no", "/reopen", "/credit", "/log 1h30m", "/move +1w"]
        if issue := self._pick(number):
            self._comment(issue, words[number % len(words)])

    def act_log(self, number: int) -> None:
        self.contains(f"/log {1 + number % 5}h at my desk")

    def act_count(self, number: int) -> None:
        counted = self.runs.path.success.quantitative[-1].id
        self.contains(f"/count {counted} {number % 7 - 2:+d}")

    def act_rate(self, number: int) -> None:
        skills = self.runs.path.assessment.skills
        self.contains(f"/rate {skills[number % len(skills)].title} {1 + number % 5}")

    def act_journal(self, number: int) -> None:
        self._message += 1
        self.contains(f"/journal Thought {self._message}, of {number}")

    def act_form(self, number: int) -> None:
        """An entry of the journal as the form makes it: the label is all that tells."""
        label = self.label("kind:journal")
        self._message += 1
        self.opens(f"Entry {self._message}", f"What I thought of {number}", label)

    def act_chat(self, number: int) -> None:
        if issue := self._pick(number):
            self._comment(issue, f"Hm, {number}. /done is what I would like to say.")

    # The path

    def act_pause(self, number: int) -> None:
        last = (self.runs.now + timedelta(days=number % 20)).date()
        self.contains(f"/pause until {last}")

    def act_resume(self, _: int) -> None:
        self.contains("/resume")

    def act_replan(self, _: int) -> None:
        self.contains("/replan")

    def act_pace(self, number: int) -> None:
        self.contains(f"/pace {6 + number % 10}h")

    def act_open(self, number: int) -> None:
        units = list(self.runs.path.units())
        self.contains(f"/open {units[number % len(units)].title}")

    def act_choose(self, number: int) -> None:
        choices = list(self.runs.path.choices())
        if choices:
            option = choices[0].options[number % len(choices[0].options)]
            self.taken = option.id
            self.contains(f"/choose {option.id}")

    def act_edit_the_file(self, number: int) -> None:
        """Another option in the settings, once all that was said before is obeyed."""
        choices = list(self.runs.path.choices())
        if choices and not self.runs.how.choices:
            self.runs.sync()
            choice = choices[0]
            self.taken = choice.options[number % len(choice.options)].id
            wanted = {"choices": {choice.id: self.taken}}
            self.runs.how = self.runs.how.model_copy(update=wanted)

    def act_press(self, number: int) -> None:
        """Ticks one of the dashboard's buttons, not those of choices."""
        summary = self.bench.issue(SUMMARY)
        lines = (summary.body or "").split("\n")
        buttons = [
            n for n, line in enumerate(lines) if "milepost:press" in line and '"choose"' not in line
        ]
        if buttons:
            at = buttons[number % len(buttons)]
            lines[at] = lines[at].replace("[ ]", "[x]", 1)
            self._edit(summary, body="\n".join(lines))

    # What is theirs

    def act_title(self, number: int) -> None:
        if issue := self._pick(number, open_only=True):
            self.titles[issue.number] = f"My {number}: {issue.title}"[:200]
            self._edit(issue, title=self.titles[issue.number])

    def act_note(self, number: int) -> None:
        if issue := self._pick(number):
            self.notes[issue.number] = f"A note of mine, {number}."
            self._edit(issue, body=f"{self.notes[issue.number]}\r\n\r\n{issue.body or ''}")

    def act_label(self, number: int) -> None:
        if issue := self._pick(number):
            worn = [label.name for label in issue.labels]
            self.worn[issue.number] = f"mine {number % 3}"
            self._edit(issue, labels=[*worn, self.worn[issue.number]])

    def act_rename_a_label(self, number: int) -> None:
        label = self.label("kind:journal")
        if not label.startswith("diary"):
            self.bench.edit_label(label, new_name=f"diary {number}")

    # How

    def contains(self, text: str, on: str = SUMMARY) -> None:
        """A comment on the issue whose title begins so."""
        self.bench.comment(on, text)

    def opens(self, title: str, body: str, *labels: str) -> Issue:
        """An issue of the learner's own."""
        fields = {"title": title, "body": body, "labels": list(labels)}
        bench = self.bench
        return issues.create(bench.world, bench.learner, bench.repository, fields)

    def label(self, key: str) -> str:
        """What the label with this key is called here."""
        there = self.bench.repository.labels.values()
        return next(x.name for x in there if key_in(x.description or "") == key)

    def _comment(self, issue: Issue, text: str) -> None:
        bench = self.bench
        comments.create(bench.world, bench.learner, bench.repository, issue, {"body": text})

    def _edit(self, issue: Issue, **fields: object) -> None:
        bench = self.bench
        issues.edit(bench.world, bench.learner, bench.repository, issue, dict(fields))

    def _pick(
        self, number: int, *, open_only: bool = False, closed_only: bool = False
    ) -> Issue | None:
        """An issue of the path that is work: a task, a deliverable or a project."""
        found = [
            issue
            for issue in self.runs.issues()
            if (marked := find(issue.body or ""))
            and marked.marker.key.partition(":")[0] in {"task", "deliverable", "project"}
            and not (open_only and issue.state != "open")
            and not (closed_only and issue.state != "closed")
        ]
        return found[number % len(found)] if found else None

    def misses(self) -> list[str]:
        """What the learner wrote or decided, and nobody finds any more."""
        there = {issue.number: issue for issue in self.runs.issues()}
        keys = [m.marker.key for i in there.values() if (m := find(i.body or ""))]
        return [
            *(t for n, t in self.titles.items() if n in there and there[n].title != t),
            *(t for n, t in self.notes.items() if n in there and t not in (there[n].body or "")),
            *(
                label
                for n, label in self.worn.items()
                if n in there and label not in {worn.name for worn in there[n].labels}
            ),
            *(f"{key} came back" for key in self.deleted if key in keys),
            *(f"{key} is there twice" for key in {k for k in keys if keys.count(k) > 1}),
        ]
