"""YAML in files of the default branch: workflows and issue forms."""

from typing import Any

from github_sandbox.state.objects import Repository


def read(repository: Repository, path: str) -> dict[Any, Any]:
    """Return the keys of a file; none where it is missing, no YAML or no mapping."""
    import yaml  # only where there is such a file

    head = repository.git.head(repository.default_branch)
    try:
        found = yaml.safe_load(head.files[path]) if head and path in head.files else None
    except (yaml.YAMLError, ValueError):  # a date that is none is a ValueError
        return {}
    return found if isinstance(found, dict) else {}
