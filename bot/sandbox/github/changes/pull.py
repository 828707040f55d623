"""Branches move, pulls are opened and merged."""

from collections.abc import Mapping

from bot.sandbox.github.changes import issue
from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Account, Branches, Issue, Payload, Repository, stamp
from bot.sandbox.github.shapes.repository import repository

NO_COMMIT = "0" * 40
Files = Mapping[str, str | None]  # path -> text, or None for a file that goes
NOTHING: Files = {}


def create(
    herald: Herald,
    where: Repository,
    *,
    by: Account,
    title: str,
    body: str | None,
    head: str,
    is_draft: bool = False,
) -> Issue:
    """Open a pull from this branch into the default one; a branch that is not there is pushed first."""
    if head not in where.heads:
        push(herald, where, by=by, branch=head)
    base = where.default_branch
    new = issue.add(herald, where, by=by, title=title, body=body)
    new.branches = Branches(herald.world.next_id(), head, where.heads[head], base, where.heads[base], is_draft=is_draft)
    issue.tell(herald, where, new, "opened", by=by)
    return new


def push(
    herald: Herald,
    where: Repository,
    *,
    by: Account,
    branch: str,
    sha: str | None = None,
    files: Files = NOTHING,
) -> str:
    """Move a branch to a new commit; open pulls from it follow. The commit's name comes back.

    `files` are those that it changes.
    """
    world = herald.world
    before, after = where.heads.get(branch, NO_COMMIT), sha or world.next_sha()
    changed = where.tree(branch if branch in where.heads else where.default_branch) | dict(files)
    where.trees[after] = {path: text for path, text in changed.items() if text is not None}
    where.heads[branch], where.pushed_at = after, world.now()
    herald.tell(where, "push", _pushed(herald, where, branch, before, after, by), by=by, subject=f"heads/{branch}")
    for one in where.present:
        if one.branches and one.state == "open" and one.branches.head_ref == branch:
            one.branches.head_sha, one.updated_at = after, world.now()
            issue.tell(herald, where, one, "synchronize", by=by, before=before, after=after)
    return after


def merge(herald: Herald, where: Repository, one: Issue, *, by: Account) -> None:
    """Merge a pull: its base moves to a new commit, it is closed and merged."""
    assert one.branches
    old, new = where.tree(one.branches.base_sha), where.tree(one.branches.head_sha)
    files = {path: new.get(path) for path in {*old, *new} if old.get(path) != new.get(path)}
    push(herald, where, by=by, branch=one.branches.base_ref, files=files)
    one.branches.merged_at = herald.world.now()
    issue.set_state(herald, where, one, "closed", by=by)


def _pushed(herald: Herald, where: Repository, branch: str, before: str, after: str, by: Account) -> Payload:
    page = f"{herald.world.url}/{where.full_name}"
    person = {"name": by.login, "email": f"{by.login}@acme.example"}
    commit: Payload = {
        "id": after,
        "tree_id": after,
        "distinct": True,
        "message": f"Work on {branch}",
        "timestamp": stamp(herald.world.now()),
        "url": f"{page}/commit/{after}",
        "author": person | {"username": by.login},
        "committer": person | {"username": by.login},
        "added": [],
        "removed": [],
        "modified": ["README.md"],
    }
    return {
        "ref": f"refs/heads/{branch}",
        "before": before,
        "after": after,
        "pusher": person,
        "created": before == NO_COMMIT,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": f"{page}/compare/{before[:12]}...{after[:12]}",
        "commits": [commit],
        "head_commit": commit,
        "repository": _as_pushed(herald.world.url, where),
    }


def _as_pushed(url: str, where: Repository) -> Payload:
    """Pushes tell of a repository in an older form: times are numbers, its owner has a name."""
    told = repository(url, where)
    owner = told["owner"] | {"name": where.owner.login, "email": None}
    old = {"stargazers": 0, "master_branch": where.default_branch, "custom_properties": {}, "owner": owner}
    return told | old | {"created_at": int(where.created_at), "pushed_at": int(where.pushed_at)}
