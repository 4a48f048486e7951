"""The activity `cohort`: reads the learners of a list and posts a mentor's weekly digest."""

from collections.abc import Mapping
from contextlib import closing

from bot.action.context import ActionContext, LastPushReader
from bot.action.inputs import Inputs
from bot.action.outputs import ActivityResult
from bot.action.runner_log import RunnerLog
from bot.errors import ConfigError
from bot.github.addresses import named_repository, web_root
from bot.github.http_session import Urllib3Session
from bot.i18n import gettext as _
from bot.reports.digest import as_markdown
from bot.sync.cohort import cohort, listed
from bot.sync.digest import check_places, post_digest
from bot.sync.file_sources import RepositoryFiles


def post_cohort_digest(
    environ: Mapping[str, str],
    context: ActionContext,
    reader: LastPushReader,
    inputs: Inputs,
    log: RunnerLog,
) -> ActivityResult:
    """Post the digest of the learners who share with the person whose token this is.

    The list is a file of this repository. Raises ConfigError without one, what `check_places`
    raises, before anybody is read, and what reader and gateway raise.
    """
    log.mask(inputs.webhook)
    check_places(reader, inputs.webhook)  # the log and the summary are read there, too
    content = RepositoryFiles(reader).read(inputs.learners)
    if content is None:
        hint = "Write one repository a line into it, as OWNER/NAME."
        raise ConfigError("there is no such file.", where=inputs.learners, hint=hint)
    api_url, now = context.environment.api_url, context.now()
    web = web_root(api_url)
    names = [named_repository(one, web) for one in listed(content.decode("utf-8-sig", "replace"))]
    with closing(Urllib3Session(api_url)) as http:

        def open_reader(name: str) -> LastPushReader:
            there = {**environ, "GITHUB_REPOSITORY": name}
            return ActionContext(there, log.write, {}, context.now, http).reader()

        reading = cohort(names, open_reader, now)
    for one in reading.not_shown:
        log.write(one.sentence)
    page = as_markdown(reading.table, now.date())
    if inputs.dry_run:
        return ActivityResult(title=_("This week's digest (not posted)"), pages=(page,))
    writing = context.write_context()
    outcome = post_digest(reading.table, now.date(), reader, writing, inputs.webhook)
    title = _("This week's digest: %(outcome)s", outcome=_(outcome.value))
    return ActivityResult(title=title, pages=(page,))
