"""Holds requests, answers and webhook payloads against GitHub's published descriptions.

`Contract.check(entries)` takes entries of the sandbox's request log (with `record_bodies` on) and
returns the problems it found as lines of text, none when all is well. A request is held stricter
than the description asks: a query name or body key that is not described is a problem, because
GitHub would ignore it in silence.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from github_sandbox.state.journal import Entry

HERE = Path(__file__).parent
ROOT = "urn:github-rest"
SPANS_SLASHES = {"path", "name", "ref", "branch", "tree_sha", "tag"}
# Statuses that GitHub may give on any endpoint, though its description does not list them there.
ANYWHERE = {301, 307, 400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503}


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


formats = jsonschema.FormatChecker(formats=())
formats.checks("date-time", raises=ValueError)(_is_date_time)
formats.checks("uri", raises=ValueError)(_is_uri)


@dataclass(frozen=True)
class Operation:
    """One endpoint: method, path template, its description and where that stands in the file."""

    method: str
    template: str
    data: dict[str, Any]

    @property
    def pointer(self) -> str:
        place = self.template.replace("~", "~0").replace("/", "~1")
        # In a URI fragment the braces of a template are percent-encoded.
        place = place.replace("{", "%7B").replace("}", "%7D")
        return f"{ROOT}#/paths/{place}/{self.method.lower()}"

    def parameters(self, place: str) -> dict[str, Any]:
        return {p["name"]: p for p in self.data.get("parameters", []) if p["in"] == place}


class Contract:
    """GitHub's REST description, ready to ask."""

    def __init__(self, document: dict[str, Any]) -> None:
        document = cast("dict[str, Any]", _as_json_schema(document))
        _mend(document)
        resource: Resource[Any] = DRAFT202012.create_resource(document)
        self._registry = Registry().with_resource(ROOT, resource)
        self.operations = [
            Operation(method.upper(), template, data)
            for template, methods in document["paths"].items()
            for method, data in methods.items()
        ]
        # Fewer parameters first, so that `/issues/comments` is not taken for an issue's number.
        self._patterns = sorted(
            ((_pattern(operation.template), operation) for operation in self.operations),
            key=lambda pair: (pair[1].template.count("{"), -len(pair[1].template)),
        )

    def operation(self, method: str, path: str) -> Operation | None:
        """The endpoint that a decoded path below the API root belongs to."""
        path = path.rstrip("/") + "/" if path.rstrip("/").endswith("/contents") else path
        for pattern, operation in self._patterns:
            if operation.method == method and pattern.fullmatch(path):
                return operation
        return None

    def check(self, entries: Iterable[Entry]) -> list[str]:
        """All problems in requests and answers of a log that kept the bodies."""
        return [problem for entry in entries for problem in self.check_entry(entry)]

    def check_entry(self, entry: Entry) -> list[str]:
        """Problems of one request and its answer. GraphQL and broken connections pass."""
        if entry.path == "/graphql" or entry.status == 0:
            return []
        where = f"{entry.method} {entry.path} -> {entry.status}"
        operation = self.operation(entry.method, entry.path)
        if operation is None:
            return [] if entry.status == 404 else [f"{where}: no such endpoint"]
        problems = self.check_response(operation, entry.status, entry.response)
        if entry.status < 400:  # what was refused may well have been wrong
            problems += self.check_request(operation, entry.query, entry.request)
        return [f"{where}: {problem}" for problem in problems]

    def check_request(self, operation: Operation, query: str, body: Any) -> list[str]:
        """Problems of query names and values, and of the JSON body."""
        known = operation.parameters("query")
        sent = dict(parse_qsl(query, keep_blank_values=True))
        problems = [f"query {name!r} is not described" for name in sent.keys() - known.keys()]
        for name in known.keys() & sent.keys():
            schema = known[name].get("schema", {})
            value = int(sent[name]) if schema.get("type") == "integer" else sent[name]
            problems += self._problems(schema, value, f"query {name}")
        described = operation.data.get("requestBody")
        if described is None:
            return problems + (["a body is not described"] if body is not None else [])
        if body is None:
            return problems + (["the body is missing"] if described.get("required") else [])
        schema = described["content"]["application/json"]["schema"]
        keys = _keys(schema)
        if isinstance(body, dict) and keys:
            problems += [f"body key {key!r} is not described" for key in body.keys() - keys]
        place = f"{operation.pointer}/requestBody/content/application~1json/schema"
        return problems + self._problems({"$ref": place}, body, "body")

    def check_response(self, operation: Operation, status: int, body: Any) -> list[str]:
        """Problems of an answer with this status."""
        described = operation.data["responses"].get(str(status))
        if described is None:
            if status == 304:
                return ["304 comes with a body"] if body is not None else []
            if status not in ANYWHERE:
                return ["the status is not described"]
            return self._problems(
                {"$ref": f"{ROOT}#/components/schemas/basic-error"}, body, "answer"
            )
        content = described.get("content", {})
        if "application/json" not in content:
            return ["there is a body where none is described"] if body is not None else []
        if isinstance(body, str):  # a raw file
            return []
        place = f"{operation.pointer}/responses/{status}/content/application~1json/schema"
        # Shapes of errors overlap: the description's "exactly one of" cannot hold for them.
        kinds = content["application/json"]["schema"].get("oneOf", []) if status >= 400 else []
        if kinds:
            schema = {"anyOf": [{"$ref": f"{place}/oneOf/{at}"} for at in range(len(kinds))]}
            return self._problems(schema, body, "answer")
        return self._problems({"$ref": place}, body, "answer")

    def _problems(self, schema: dict[str, Any], value: Any, what: str) -> list[str]:
        validator = jsonschema.Draft202012Validator(
            schema, registry=self._registry, format_checker=formats
        )
        return [
            f"{what} at {error.json_path}: {error.message[:200]}"
            for error in validator.iter_errors(value)
        ]


@cache
def contract() -> Contract:
    """The REST description in this folder."""
    return Contract(json.loads((HERE / "rest.json").read_text(encoding="utf-8")))


@cache
def _webhook_validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((HERE / "webhooks" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=formats)


def described_webhooks() -> set[str]:
    """Events with a schema here, as `event` or `event.action`."""
    return {path.name.removesuffix(".schema.json") for path in (HERE / "webhooks").glob("*.json")}


def check_webhook(event: str, payload: dict[str, Any]) -> list[str]:
    """Problems of a webhook payload."""
    action = payload.get("action")
    name = f"{event}.{action}" if action else event
    if name not in described_webhooks():
        return [f"{name} has no schema here"]
    errors = _webhook_validator(name).iter_errors(payload)
    return [f"{name} at {error.json_path}: {error.message[:200]}" for error in errors]


def _mend(document: dict[str, Any]) -> None:
    """The description wants the account of a listed installation to be a person *and* an
    enterprise (allOf); the schema it uses for a single installation says which of the two."""
    listed = document["paths"]["/app/installations"]["get"]["responses"]["200"]["content"]
    listed["application/json"]["schema"]["items"] = {"$ref": "#/components/schemas/installation"}


def _pattern(template: str) -> re.Pattern[str]:
    def group(match: re.Match[str]) -> str:
        return ".*" if match[1] == "path" else ".+" if match[1] in SPANS_SLASHES else "[^/]+"

    return re.compile(re.sub(r"\{(\w+)\}", group, template))


def _keys(schema: dict[str, Any]) -> set[str]:
    """Property names of an object schema, alternatives included."""
    alternatives: Iterator[dict[str, Any]] = (
        part for word in ("oneOf", "anyOf", "allOf") for part in schema.get(word, [])
    )
    found = set(schema.get("properties", {}))
    for part in alternatives:
        found |= _keys(part)
    return found


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` said in JSON Schema's own words."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _as_json_schema(value) for key, value in node.items()}
    if node.get("nullable") is not True:
        return node
    del node["nullable"]
    return {"anyOf": [node, {"type": "null"}]}
