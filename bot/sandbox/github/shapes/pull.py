"""A pull as the pulls API and its webhooks tell it."""

from urllib.parse import quote

from bot.sandbox.github.diff import Change, changes
from bot.sandbox.github.records import Account, Branches, Issue, Payload, Repository, stamp
from bot.sandbox.github.shapes.account import account, maybe_account, node_id
from bot.sandbox.github.shapes.issue import issue, page_of
from bot.sandbox.github.shapes.repository import repository, repository_url

LARGEST_PATCH = 100_000  # characters; GitHub leaves out the hunks of larger ones
LINKED = ("html", "issue", "comments", "review_comments", "review_comment", "commits", "statuses")
SHARED = (
    *("number", "state", "locked", "title", "user", "body", "created_at", "updated_at", "closed_at", "assignee"),
    *("assignees", "labels", "milestone", "author_association", "active_lock_reason"),
)


def pull(url: str, where: Repository, one: Issue) -> Payload:
    """A pull in a list."""
    assert one.branches
    branches = one.branches
    addresses = _addresses(url, where, one, branches)
    told = issue(url, where, one)
    return {
        "url": addresses["self"],
        "id": branches.id,
        "node_id": node_id("PullRequest", branches.id),
        **{f"{name}_url": addresses[name] for name in (*LINKED, "diff", "patch")},
        **{name: told[name] for name in SHARED},
        "merged_at": None if branches.merged_at is None else stamp(branches.merged_at),
        "merge_commit_sha": None,
        "requested_reviewers": [account(url, who) for who in branches.reviewers],
        "requested_teams": [],
        "draft": branches.is_draft,
        "head": _side(url, where, branches.head_ref, branches.head_sha),
        "base": _side(url, where, branches.base_ref, branches.base_sha),
        "_links": {name: {"href": addresses[name]} for name in ("self", *LINKED)},
        "auto_merge": None,
    }


def full_pull(url: str, where: Repository, one: Issue) -> Payload:
    """A single pull, and every pull in a webhook."""
    assert one.branches
    is_merged = one.branches.merged_at is not None
    touched = changed(where, one)
    return pull(url, where, one) | {
        "merged": is_merged,
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "merged_by": maybe_account(url, one.closed_by if is_merged else None),
        "comments": len(one.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": 1,
        "additions": sum(each.count("+") for each in touched),
        "deletions": sum(each.count("-") for each in touched),
        "changed_files": len(touched),
    }


def changed(where: Repository, one: Issue) -> list[Change]:
    """The files that a pull changes, by path."""
    assert one.branches
    return changes(where.tree(one.branches.base_sha), where.tree(one.branches.head_sha))


def changed_file(url: str, where: Repository, one: Issue, change: Change) -> Payload:
    """A file of a pull, with its hunks."""
    assert one.branches
    sha, path = one.branches.head_sha, quote(change.path)
    page, added, removed = f"{url}/{where.full_name}", change.count("+"), change.count("-")
    return {
        "sha": sha,
        "filename": change.path,
        "status": change.status,
        "additions": added,
        "deletions": removed,
        "changes": added + removed,
        "blob_url": f"{page}/blob/{sha}/{path}",
        "raw_url": f"{page}/raw/{sha}/{path}",
        "contents_url": f"{repository_url(url, where)}/contents/{path}?ref={sha}",
    } | ({"patch": change.patch} if len(change.patch) <= LARGEST_PATCH else {})


def _addresses(url: str, where: Repository, one: Issue, branches: Branches) -> dict[str, str]:
    home, page = repository_url(url, where), page_of(url, where, one)
    mine, as_issue = f"{home}/pulls/{one.number}", f"{home}/issues/{one.number}"
    return {
        "self": mine,
        "html": page,
        "diff": f"{page}.diff",
        "patch": f"{page}.patch",
        "issue": as_issue,
        "comments": f"{as_issue}/comments",
        "review_comments": f"{mine}/comments",
        "review_comment": f"{home}/pulls/comments{{/number}}",
        "commits": f"{mine}/commits",
        "statuses": f"{home}/statuses/{branches.head_sha}",
    }


def _side(url: str, where: Repository, ref: str, sha: str) -> Payload:
    owner: Account = where.owner
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": account(url, owner),
        "repo": repository(url, where),
    }
