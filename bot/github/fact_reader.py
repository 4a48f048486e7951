"""Reads what checks look for, through the cache: files, runs of workflows, releases and tags.

Each method is one request, but for the last run of a workflow, which is two, and three by name.
Rights: `contents: read` for files, releases and tags, `actions: read` for runs, `pull-requests:
read` for pull requests; public repositories need none of them. Source: "Permissions required for
GitHub Apps".
"""

from urllib.parse import quote

from bot.errors import NotThereError
from bot.github import response_parser
from bot.github.api_client import PER_PAGE
from bot.github.errors import EmptyRepositoryError
from bot.github.file_reader import FileReader
from bot.github.response_parser import items
from bot.planning.snapshot import FileList, NamedPage, WorkflowRun

TAGS = "refs/tags/"
FILE_ENDINGS = (".yml", ".yaml")


class HttpFactReader(FileReader):
    """Implement `bot.planning.ports.FactReader` over REST."""

    def files(self) -> FileList:
        """Return the paths of all files of the default branch; none in an empty repository.

        GitHub leaves out the rest of more than 100,000 entries or 7 MB, and says so ("Get a tree").
        """
        path = f"{self._root}/git/trees/HEAD"
        try:
            found = self._cached.get_object(path, {"recursive": "1"})
        except (NotThereError, EmptyRepositoryError):
            return FileList()
        paths = tuple(response_parser.blobs(found, path))
        return FileList(paths, truncated=found.get("truncated") is True)

    def last_run(self, workflow: str) -> WorkflowRun | None:
        """Return the last finished run of a workflow on the default branch; None without any.

        It is named by its file (`ci.yml`) or its name, of which the first hundred are read.
        Source: "List workflow runs for a workflow", "List repository workflows".
        """
        name: str | None = workflow
        if not workflow.endswith(FILE_ENDINGS):
            name = self._workflow_id(workflow)
        if name is None:
            return None
        branch = str(self._cached.get_object(self._root).get("default_branch"))
        path = f"{self._root}/actions/workflows/{quote(name, safe='')}/runs"
        query = {"branch": branch, "status": "completed", "per_page": "1"}
        try:
            found = self._cached.get_object(path, query).get("workflow_runs")
        except NotThereError:
            return None
        for run in items(found, path):
            return WorkflowRun(run.get("conclusion") == "success", str(run.get("html_url")))
        return None

    def _workflow_id(self, name: str) -> str | None:
        path = f"{self._root}/actions/workflows"
        found = self._cached.get_object(path, {"per_page": PER_PAGE}).get("workflows")
        known = (one for one in items(found, path) if one.get("name") == name)
        return next((str(one.get("id")) for one in known), None)

    def releases(self) -> tuple[NamedPage, ...]:
        """Return the newest hundred releases, by their tags; drafts are none yet."""
        path = f"{self._root}/releases"
        found = items(self._cached.get(path, {"per_page": PER_PAGE}).json(), path)
        return tuple(
            NamedPage(str(one.get("tag_name")), str(one.get("html_url")))
            for one in found
            if not one.get("draft")
        )

    def tags(self, start: str) -> tuple[str, ...]:
        """Return the tags whose names begin so ("List matching references").

        No name in git has "..", which would lead to another address ("git check-ref-format").
        """
        if ".." in start:
            return ()
        path = f"{self._root}/git/matching-refs/tags/{quote(start)}".rstrip("/")
        try:
            found = items(self._cached.get(path, {}).json(), path)
        except (NotThereError, EmptyRepositoryError):
            return ()
        return tuple(str(one.get("ref")).removeprefix(TAGS) for one in found)

    def check_pulls(self) -> None:
        """Raise PermissionDeniedError when pull requests may not be read ("List pull requests")."""
        self._cached.get(f"{self._root}/pulls", {"state": "closed", "per_page": "1"})
