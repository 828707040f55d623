"""An issue and its comments as JSON."""

from bot.sandbox.github.records import Account, Comment, Issue, Payload, Repository, stamp
from bot.sandbox.github.seed import APP_ID, APP_SLUG
from bot.sandbox.github.shapes.account import account, maybe_account, node_id
from bot.sandbox.github.shapes.repository import label, repository_url

NO_DEPENDENCIES = {"blocked_by": 0, "total_blocked_by": 0, "blocking": 0, "total_blocking": 0}
MOODS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def association(where: Repository, who: Account | None) -> str:
    """What the author is to the repository."""
    if who is None or who.login not in where.roles:
        return "NONE"
    return "OWNER" if who is where.owner else "MEMBER" if where.owner.kind == "Organization" else "COLLABORATOR"


def _reactions(address: str) -> Payload:
    return {"url": f"{address}/reactions", "total_count": 0} | dict.fromkeys(MOODS, 0)


def issue(url: str, where: Repository, one: Issue, *, closed_by: bool = False) -> Payload:
    """An issue or pull as the issues API tells it; `closed_by` is told only of a single one."""
    home = repository_url(url, where)
    mine, page = f"{home}/issues/{one.number}", page_of(url, where, one)
    people = [account(url, who) for who in one.assignees]
    told: Payload = {
        "url": mine,
        "repository_url": home,
        "labels_url": f"{mine}/labels{{/name}}",
        "comments_url": f"{mine}/comments",
        "events_url": f"{mine}/events",
        "html_url": page,
        "id": one.id,
        "node_id": node_id("Issue", one.id),
        "number": one.number,
        "title": one.title,
        "user": maybe_account(url, one.author),
        "labels": [label(url, where, each) for each in one.labels.values()],
        "state": one.state,
        "locked": one.is_locked,
        "assignee": people[0] if people else None,
        "assignees": people,
        "milestone": None,
        "comments": len(one.comments),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": None if one.closed_at is None else stamp(one.closed_at),
        "author_association": association(where, one.author),
        "active_lock_reason": None,
        "sub_issues_summary": {"total": 0, "completed": 0, "percent_completed": 0},
        "issue_dependencies_summary": NO_DEPENDENCIES,
        "body": one.body,
        "reactions": _reactions(mine),
        "timeline_url": f"{mine}/timeline",
        "performed_via_github_app": performed_via_app(url, one.author),
        "state_reason": one.state_reason,
    }
    if closed_by:
        told["closed_by"] = maybe_account(url, one.closed_by)
    return told | (_pull_marker(home, page, one) if one.branches else {})


def page_of(url: str, where: Repository, one: Issue) -> str:
    """Where a person reads it."""
    return f"{url}/{where.full_name}/{'pull' if one.is_pull else 'issues'}/{one.number}"


def _pull_marker(home: str, page: str, one: Issue) -> Payload:
    assert one.branches
    merged_at = None if one.branches.merged_at is None else stamp(one.branches.merged_at)
    links = {
        "url": f"{home}/pulls/{one.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
    }
    return {"draft": one.branches.is_draft, "pull_request": links | {"merged_at": merged_at}}


def comment(url: str, where: Repository, under: Issue, one: Comment) -> Payload:
    """A comment under an issue or pull."""
    home = repository_url(url, where)
    mine = f"{home}/issues/comments/{one.id}"
    return {
        "url": mine,
        "html_url": f"{page_of(url, where, under)}#issuecomment-{one.id}",
        "issue_url": f"{home}/issues/{under.number}",
        "id": one.id,
        "node_id": node_id("IssueComment", one.id),
        "user": maybe_account(url, one.author),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "author_association": association(where, one.author),
        "body": one.body,
        "reactions": _reactions(mine),
        "performed_via_github_app": performed_via_app(url, one.author),
    }


def performed_via_app(url: str, author: Account | None) -> Payload | None:
    """The App that wrote it, null for a person."""
    if author is None or author.kind != "Bot":
        return None
    return {
        "id": APP_ID,
        "slug": APP_SLUG,
        "node_id": node_id("Integration", APP_ID),
        "owner": account(url, author),
        "name": "Chargehand",
        "description": None,
        "external_url": url,
        "html_url": f"{url}/apps/{APP_SLUG}",
        "created_at": stamp(author.created_at),
        "updated_at": stamp(author.created_at),
        "permissions": {},
        "events": [],
    }
