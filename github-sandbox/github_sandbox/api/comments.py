"""Comments and reactions.

https://docs.github.com/rest/issues/comments, https://docs.github.com/rest/reactions/reactions
"""

from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.api.issues import ISSUE, ISSUES, moment
from github_sandbox.state import checks, comments, moderation
from github_sandbox.state.objects import Comment, Issue

routes = Routes()
COMMENT = ISSUES + "/comments/{comment_id}"


@routes("GET", ISSUE + "/comments", "issues:read")
def list_comments(call: Call) -> Answer:
    issue = call.issue
    found = [(issue, comment) for comment in call.fresh_enough(issue.comments)]
    return _listing(call, found)


@routes("GET", ISSUES + "/comments", "issues:read")
def list_all_comments(call: Call) -> Answer:
    home = {
        comment: issue
        for issue in call.repository.issues.values()
        for comment in call.fresh_enough(issue.comments)
    }
    updated = call.query.get("sort") == "updated"
    found = sorted(
        home, key=lambda comment: (comment.updated_at if updated else comment.birth.at, comment.id)
    )
    if "sort" in call.query and call.query.get("direction", "desc") != "asc":
        found.reverse()
    return _listing(call, [(home[comment], comment) for comment in found])


def _listing(call: Call, found: list[tuple[Issue, Comment]]) -> Answer:
    if "since" in call.query:
        since = moment(call.query["since"])
        found = [pair for pair in found if pair[1].updated_at >= since]
    return call.listing(found, lambda pair: call.shapes.comment(call.repository, *pair))


@routes("POST", ISSUE + "/comments", "issues:write", creates=True)
def create_comment(call: Call) -> Answer:
    issue = call.issue
    comment = comments.create(call.world, call.actor, call.repository, issue, call.fields)
    data = call.shapes.comment(call.repository, issue, comment)
    return Answer(201, data, {"Location": data["url"]})


@routes("GET", COMMENT, "issues:read")
def get_comment(call: Call) -> Answer:
    return _shown(call)


@routes("PATCH", COMMENT, "issues:write")
def edit_comment(call: Call) -> Answer:
    _, comment = _found(call)
    comments.edit(call.world, call.actor, call.repository, comment, call.fields)
    return _shown(call)


@routes("DELETE", COMMENT, "issues:write")
def delete_comment(call: Call) -> Answer:
    _, comment = _found(call)
    comments.delete(call.world, call.actor, call.repository, comment)
    return Answer(204)


@routes("PUT", COMMENT + "/pin", "issues:write")
def pin_comment(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    comments.pin(call.world, call.actor, *_found(call))
    return _shown(call)


@routes("DELETE", COMMENT + "/pin", "issues:write")
def unpin_comment(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    comments.unpin(_found(call)[0])
    return Answer(204)


@routes("GET", ISSUE + "/reactions", "issues:read")
def list_issue_reactions(call: Call) -> Answer:
    return _reactions(call, call.issue)


@routes("POST", ISSUE + "/reactions", "issues:write", creates=True)
def react_to_issue(call: Call) -> Answer:
    return _react(call, call.issue, call.issue)


@routes("DELETE", ISSUE + "/reactions/{reaction_id}", "issues:write")
def unreact_to_issue(call: Call) -> Answer:
    comments.take_back(call.actor, call.issue, call.number("reaction_id"))
    return Answer(204)


@routes("GET", COMMENT + "/reactions", "issues:read")
def list_comment_reactions(call: Call) -> Answer:
    return _reactions(call, _found(call)[1])


@routes("POST", COMMENT + "/reactions", "issues:write", creates=True)
def react_to_comment(call: Call) -> Answer:
    return _react(call, *_found(call))


@routes("DELETE", COMMENT + "/reactions/{reaction_id}", "issues:write")
def unreact_to_comment(call: Call) -> Answer:
    comments.take_back(call.actor, _found(call)[1], call.number("reaction_id"))
    return Answer(204)


def _found(call: Call) -> tuple[Issue, Comment]:
    return comments.find(call.repository, call.number("comment_id"))


def _shown(call: Call) -> Answer:
    return Answer(data=call.shapes.comment(call.repository, *_found(call)))


def _reactions(call: Call, thing: Issue | Comment) -> Answer:
    wanted = call.query.get("content")
    found = [reaction for reaction in thing.reactions if wanted in {None, reaction.content}]
    return call.listing(found, call.shapes.reaction)


def _react(call: Call, issue: Issue, thing: Issue | Comment) -> Answer:
    comments.check_reactions_open(issue)
    moderation.check_interaction(call.world, call.actor, call.repository, "Reaction", issue)
    reaction, new = comments.react(call.world, call.actor, thing, call.fields)
    return Answer(201 if new else 200, call.shapes.reaction(reaction))
