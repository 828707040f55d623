"""REST: the files of a repository, at a branch or commit."""

import base64
import hashlib
from urllib.parse import quote

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.records import Payload, Repository
from bot.sandbox.github.refusals import ApiError, not_found
from bot.sandbox.github.shapes.repository import repository_url

LARGEST_TEXT = 1024 * 1024  # bytes; of a larger file only the size is told


def blob_sha(text: str) -> str:
    """A file's name by its content."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def contents(ask: Ask) -> Answer:
    """A file with its content, or what is in a folder."""
    ref = ask.query.get("ref", ask.where.default_branch)
    if ref not in ask.where.heads and ref not in ask.where.trees:
        raise ApiError(404, f"No commit found for the ref {ref}")
    tree, path = ask.where.tree(ref), ask.params["path"].strip("/")
    if path in tree:
        return Answer(body=_file(ask, path, tree[path], ref))
    below = f"{path}/" if path else ""
    names = sorted({name.removeprefix(below).partition("/")[0] for name in tree if name.startswith(below)})
    if not names:
        raise not_found()
    return Answer(body=[_entry(ask, below + name, tree.get(below + name), ref) for name in names])


def _entry(ask: Ask, path: str, text: str | None, ref: str) -> Payload:
    return entry(ask.url, ask.where, path, text, ref)


def entry(url: str, where: Repository, path: str, text: str | None, ref: str) -> Payload:
    """A file or, without a text, a folder, as lists show it."""
    home, quoted = repository_url(url, where), quote(path)
    mine = f"{home}/contents/{quoted}?ref={quote(ref, safe='')}"
    kind = "dir" if text is None else "file"
    page = f"{url}/{where.full_name}/{'tree' if text is None else 'blob'}/{ref}/{quoted}"
    sha = blob_sha(text or path)
    git = f"{home}/git/{'trees' if text is None else 'blobs'}/{sha}"
    return {
        "type": kind,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len((text or "").encode()),
        "url": mine,
        "html_url": page,
        "git_url": git,
        "download_url": None if text is None else f"{url}/{where.full_name}/raw/{ref}/{quoted}",
        "_links": {"self": mine, "git": git, "html": page},
    }


def _file(ask: Ask, path: str, text: str, ref: str) -> Payload:
    is_small = len(text.encode()) <= LARGEST_TEXT
    content = base64.encodebytes(text.encode()).decode() if is_small else ""
    return _entry(ask, path, text, ref) | {"encoding": "base64" if is_small else "none", "content": content}
