"""A person, organisation or bot as JSON."""

from base64 import b64encode

from bot.sandbox.github.records import Account, Payload

LINKS = (*("followers", "subscriptions", "organizations", "repos", "received_events"),)


def node_id(kind: str, number: int) -> str:
    """The id that GitHub's GraphQL goes by."""
    return b64encode(f"{len(kind):03}:{kind}{number}".encode()).decode()


def account(url: str, who: Account) -> Payload:
    """A simple user."""
    mine = f"{url}/users/{who.login}"
    return {
        "login": who.login,
        "id": who.id,
        "node_id": node_id(who.kind, who.id),
        "avatar_url": f"{url}/avatars/{who.id}",
        "gravatar_id": "",
        "url": mine,
        "html_url": f"{url}/{who.login}",
        **{f"{name}_url": f"{mine}/{name}" for name in LINKS},
        "following_url": f"{mine}/following{{/other_user}}",
        "gists_url": f"{mine}/gists{{/gist_id}}",
        "starred_url": f"{mine}/starred{{/owner}}{{/repo}}",
        "events_url": f"{mine}/events{{/privacy}}",
        "type": who.kind,
        "site_admin": False,
        "user_view_type": "public",
    }


def maybe_account(url: str, who: Account | None) -> Payload | None:
    """The same, or null for a deleted account."""
    return account(url, who) if who else None


def organization(url: str, who: Account) -> Payload:
    """An organisation as webhooks name it."""
    mine = f"{url}/orgs/{who.login}"
    links = {f"{name}_url": f"{mine}/{name}" for name in ("repos", "events", "hooks", "issues")}
    named = {"members_url": f"{mine}/members{{/member}}", "public_members_url": f"{mine}/public_members{{/member}}"}
    about = {"avatar_url": f"{url}/avatars/{who.id}", "description": None}
    return (
        {"login": who.login, "id": who.id, "node_id": node_id("Organization", who.id), "url": mine}
        | links
        | named
        | about
    )
