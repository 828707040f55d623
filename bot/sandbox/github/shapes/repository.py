"""A repository and its labels as JSON."""

from urllib.parse import quote

from bot.sandbox.github.records import Label, Payload, Repository, stamp
from bot.sandbox.github.shapes.account import account, node_id

PLAIN_LINKS = (
    *("contributors", "deployments", "downloads", "events", "forks", "hooks", "languages", "merges", "stargazers"),
    *("subscribers", "subscription", "tags", "teams"),
)
TEMPLATE_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "statuses_url": "/statuses/{sha}",
    "trees_url": "/git/trees{/sha}",
}

# What a repository tells of itself elsewhere, and not where a run names it.
NOT_IN_BRIEF = (
    *("created_at", "updated_at", "pushed_at", "clone_url", "git_url", "ssh_url", "svn_url", "mirror_url"),
    *("homepage", "language", "size", "license", "topics", "visibility", "default_branch", "archived", "disabled"),
    *("forks", "forks_count", "open_issues", "open_issues_count", "watchers", "watchers_count", "stargazers_count"),
    *("has_issues", "has_projects", "has_downloads", "has_wiki", "has_pages", "has_discussions"),
    *("allow_forking", "is_template", "web_commit_signoff_required"),
)


def repository_url(url: str, where: Repository) -> str:
    """Its address in the API."""
    return f"{url}/repos/{where.full_name}"


def repository(url: str, where: Repository) -> Payload:
    """A repository as issues, pulls and webhooks carry it."""
    mine, page = repository_url(url, where), f"{url}/{where.full_name}"
    open_issues = sum(issue.state == "open" for issue in where.present)
    return {
        "id": where.id,
        "node_id": node_id("Repository", where.id),
        "name": where.name,
        "full_name": where.full_name,
        "private": where.is_private,
        "owner": account(url, where.owner),
        "html_url": page,
        "description": None,
        "fork": False,
        "url": mine,
        **{f"{name}_url": f"{mine}/{name}" for name in PLAIN_LINKS},
        **{name: mine + tail for name, tail in TEMPLATE_LINKS.items()},
        "created_at": stamp(where.created_at),
        "updated_at": stamp(where.updated_at),
        "pushed_at": stamp(where.pushed_at),
        "git_url": f"git:{page.partition(':')[2]}.git",
        "ssh_url": f"git@github.com:{where.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "size": 1,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": where.has_issues,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0,
        "mirror_url": None,
        "archived": where.is_archived,
        "disabled": False,
        "open_issues_count": open_issues,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if where.is_private else "public",
        "forks": 0,
        "open_issues": open_issues,
        "watchers": 0,
        "default_branch": where.default_branch,
    }


def full_repository(url: str, where: Repository) -> Payload:
    """The answer to a request for one repository."""
    return repository(url, where) | {"network_count": 0, "subscribers_count": 0}


def brief_repository(url: str, where: Repository) -> Payload:
    """A repository as search results and runs name it."""
    return {key: value for key, value in repository(url, where).items() if key not in NOT_IN_BRIEF}


def short_repository(where: Repository) -> Payload:
    """A repository in the lists of installation events."""
    names = {"name": where.name, "full_name": where.full_name, "private": where.is_private}
    return {"id": where.id, "node_id": node_id("Repository", where.id)} | names


def label(url: str, where: Repository, one: Label) -> Payload:
    """A label."""
    return {
        "id": one.id,
        "node_id": node_id("Label", one.id),
        "url": f"{repository_url(url, where)}/labels/{quote(one.name, safe='')}",
        "name": one.name,
        "color": one.color,
        "default": one.name in ("bug", "enhancement", "question"),
        "description": one.description,
    }
