"""Builds the compressed copies in this folder from GitHub's published packages; see README.md."""

import gzip
import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DESCRIPTION = "package/generated/api.github.com.json"
CORPORA = {"github.com": "package/api.github.com/index.json", "ghes-3.5": "package/ghes-35/index.json"}
PATHS = re.compile(
    r"/(app|installation|rate_limit|meta|user)(/(hook|installations|repositories).*)?"
    r"|/search/(code|issues)"
    r"|/orgs/\{org\}(/hooks.*|/installation|/teams/\{team_slug\}/members)"
    r"|/repos/\{owner\}/\{repo\}(/(assignees|check-runs|deployments|hooks|installation|issues|labels|pulls|statuses)\b.*"
    r"|/collaborators/\{username\}/permission|/contents/\{path\}|/commits/\{ref\}/check-runs"
    r"|/actions/runs(/\{run_id\}(/jobs)?)?|/actions/jobs/\{job_id\}(/logs)?)?"
)
PROSE = {"description", "summary", "example", "examples", "externalDocs", "tags", "operationId", "title", "x-github"}


def trimmed(description: dict[str, Any]) -> dict[str, Any]:
    """The paths that match, what they refer to, and no prose."""
    kept: dict[str, Any] = {"openapi": description["openapi"], "info": {"version": description["info"]["version"]}}
    kept["paths"] = {
        path: _silent(operations) for path, operations in description["paths"].items() if PATHS.fullmatch(path)
    }
    _mend(kept["paths"])
    kept["components"] = {}
    waiting = list(_references(kept["paths"]))
    while waiting:
        kind, name = waiting.pop()
        family = kept["components"].setdefault(kind, {})
        if name not in family:
            family[name] = _silent(description["components"][kind][name])
            waiting.extend(_references(family[name]))
    return kept


def _mend(paths: dict[str, Any]) -> None:
    """The list of installations asks for an account that is a user and an enterprise at once; a single one is right.

    What is at a path is told apart by a word that a list, as which a folder comes, cannot have.
    """
    listed = paths["/app/installations"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    listed["items"] = {"$ref": "#/components/schemas/installation"}
    found = paths["/repos/{owner}/{repo}/contents/{path}"]["get"]["responses"]["200"]["content"]
    del found["application/json"]["schema"]["discriminator"]


def _silent(node: Any, *, is_names: bool = False) -> Any:
    """Without prose; below `properties` every key is a field's name and stays."""
    if isinstance(node, list):
        return [_silent(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("nullable") is True and isinstance(node.get("enum"), list) and not is_names:
        node = node | {"enum": [*node["enum"], None]}  # GitHub leaves it out, validators want it
    return {
        key: _silent(value, is_names=not is_names and key == "properties")
        for key, value in node.items()
        if is_names or (key not in PROSE and not key.startswith("x-"))
    }


def _references(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for one in node:
            yield from _references(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                kind, name = value.removeprefix("#/components/").split("/")
                yield kind, name
            else:
                yield from _references(value)


def _read(package: str, member: str) -> Any:
    with tarfile.open(package) as archive:
        file = archive.extractfile(member)
        assert file, member
        return json.load(file)


def _write(name: str, value: Any) -> None:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    (HERE / name).write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def main(openapi: str, examples: str) -> None:
    """Write all three files."""
    _write("openapi.json.gz", trimmed(_read(openapi, DESCRIPTION)))
    for corpus, member in CORPORA.items():
        events = _read(examples, member)
        _write(f"webhooks-{corpus}.json.gz", {event["name"]: event["examples"] for event in events})


if __name__ == "__main__":
    main(*sys.argv[1:])
