"""Changes as a test writes them by itself: only what matters, and numbers instead of keys."""

from datetime import date
from typing import Any

from bot.planning import changes, file_changes

DUE = date(2026, 3, 8)


def create_label(name: str, color: str = "aabbcc", description: str = "") -> changes.CreateLabel:
    return changes.CreateLabel(key="kind:x", name=name, color=color, description=description)


def update_label(name: str, new_name: str, **runner: str) -> changes.UpdateLabel:
    sent = {"color": "", "description": "", **runner}
    return changes.UpdateLabel(
        key="kind:x", name=name, new_name=new_name, fields=tuple(runner), **sent
    )


def delete_label(name: str) -> changes.DeleteLabel:
    return changes.DeleteLabel(key="kind:x", name=name)


def create_milestone(
    title: str, description: str = "", due_on: date = DUE
) -> changes.CreateMilestone:
    return changes.CreateMilestone(
        key="unit:x", title=title, description=description, due_on=due_on
    )


def update_milestone(number: int, title: str, **fields: Any) -> changes.UpdateMilestone:
    names = tuple(name.replace("due_on", "due date") for name in fields)
    sent: dict[str, Any] = {"description": "", "due_on": None, "state": "open", **fields}
    return changes.UpdateMilestone(key="unit:x", number=number, title=title, fields=names, **sent)


def delete_milestone(number: int) -> changes.DeleteMilestone:
    return changes.DeleteMilestone(key="unit:x", number=number, title="")


def create_issue(
    title: str = "Read", body: str = "", labels: tuple[str, ...] = (), milestone: int | None = None
) -> changes.CreateIssue:
    return changes.CreateIssue(
        key="task:x",
        title=title,
        body=body,
        labels=labels,
        milestone=None if milestone is None else "unit:x",
        milestone_number=milestone,
    )


def update_issue(number: int, body: str = "", **fields: Any) -> changes.UpdateIssue:
    """`body` is always sent, as a plan's updates do."""
    names = tuple(name for name in fields if name != "state_reason")
    if "milestone" in fields:
        fields["milestone_number"] = fields.pop("milestone")
    sent: dict[str, Any] = {"title": "", **fields}
    return changes.UpdateIssue(key="task:x", number=number, body=body, fields=names, **sent)


def create_comment(number: int, body: str) -> changes.CreateComment:
    return changes.CreateComment(key="reply:1", number=number, title="", body=body)


def update_comment(comment: int, body: str) -> changes.UpdateComment:
    return changes.UpdateComment(comment=comment, body=body)


def delete_comment(comment: int) -> changes.DeleteComment:
    return changes.DeleteComment(comment=comment, number=1, title="", why="")


def add_sub_issue(parent: int, child_id: int) -> changes.AddSubIssue:
    return changes.AddSubIssue(
        parent="task:a",
        child="task:b",
        parent_title="",
        title="",
        parent_number=parent,
        child_id=child_id,
    )


def react(comment: int, content: str) -> changes.React:
    return changes.React(comment=comment, content=content, why="")


def pin_issue(node_id: str) -> changes.PinIssue:
    return changes.PinIssue(key="task:x", node_id=node_id, title="")


def commit_files(branch: str, files: Any, message: str, base: Any) -> file_changes.CommitFiles:
    return file_changes.CommitFiles(branch=branch, files=files, message=message, base=base)


def put_file(path: str, data: bytes, message: str) -> file_changes.PutFile:
    return file_changes.PutFile(path=path, data=data, message=message)


def open_pull_request(branch: str, title: str, body: str) -> file_changes.OpenPullRequest:
    return file_changes.OpenPullRequest(branch=branch, title=title, body=body)
